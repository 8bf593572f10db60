/*
 * What a disk, a crash or a careless copy can do to the vault's files: each is noticed by who only looks, none
 * makes the daemon destroy a key, and going on without what is lost may itself be broken off anywhere.
 */
#include "tests/unit/vault_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* ---- breaking off: these stand before those of the C library ---- */

static long calls_left = -1;

static void call_count(void)
{
	if (calls_left >= 0 && calls_left-- == 0)
		_exit(9);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	call_count();
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	call_count();
	return syscall(SYS_write, fd, bytes, len);
}

int fsync(int fd)
{
	call_count();
	return (int)syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t len)
{
	call_count();
	return (int)syscall(SYS_ftruncate, fd, len);
}

int rename(const char *from, const char *to)
{
	call_count();
	return (int)syscall(SYS_rename, from, to);
}

/* ---- looking ---- */

struct seen {
	size_t faults, whole, lost, damaged;
	struct why first;
};

static void on_fault(void *arg, const char *text)
{
	struct seen *seen = arg;
	if (!seen->faults++)
		why_set(&seen->first, 0, "%s", text);
}

static void on_key(void *arg, const uint8_t key_id[VAULT_ID_LEN], enum vault_slot_state state)
{
	struct seen *seen = arg;
	(void)key_id;
	seen->whole += state == VAULT_SLOT_WHOLE;
	seen->lost += state == VAULT_SLOT_LOST;
	seen->damaged += state == VAULT_SLOT_DAMAGED;
}

static struct seen look(const struct fixture *fixture)
{
	struct seen seen = {0};
	const struct vault_visitor visitor = {on_fault, on_key, &seen};
	vault_verify(fixture->path.data, &visitor);
	return seen;
}

/* Three persons, and a caller of today. */
enum { PERSONS = 3 };
static struct vault_slot slots[PERSONS];
static const char *const beside[] = {"", ".secret", ".caller"};

static void three_persons(struct fixture *fixture)
{
	auto_buf struct buf sealed = {0};
	uint8_t hash[16];
	for (size_t i = 0; i < PERSONS; i++)
		seal(fixture, "999990342", "3111AB-12", "x", &slots[i], &sealed);
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", hash);
	vault_close(&fixture->vault);
}

static const char *path_of(const struct fixture *fixture, size_t file, struct buf *path)
{
	buf_clear(path);
	buf_printf(path, "%s%s", fixture->path.data, beside[file]);
	return path->data;
}

static void every_flipped_bit_is_noticed_by_who_only_looks(void **state)
{
	struct fixture *fixture = *state;
	three_persons(fixture);
	struct seen seen = look(fixture);
	assert_int_equal(seen.faults, 0);
	assert_int_equal(seen.whole, PERSONS);
	for (size_t file = 0; file < sizeof beside / sizeof *beside; file++) {
		auto_buf struct buf path = {0}, bytes = {0}, after = {0};
		file_read(path_of(fixture, file, &path), &bytes);
		size_t end = file ? bytes.len : 5 * VAULT_SLOT_LEN + 9; /* a free slot too */
		for (size_t at = 0; at < end; at += file ? 1 : 5) {
			const char flipped = (char)(bytes.data[at] ^ (1 << at % 8));
			file_poke(path.data, (off_t)at, &flipped, 1);
			if (look(fixture).faults != 1)
				fail_msg("byte %zu of vault%s: not noticed", at, beside[file]);
			file_read(path.data, &after);
			assert_int_equal(after.len, bytes.len);
			assert_int_equal(after.data[at], flipped);
			file_poke(path.data, (off_t)at, bytes.data + at, 1);
		}
	}
	assert_int_equal(look(fixture).faults, 0);
}

static void every_file_that_is_cut_or_gone_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	three_persons(fixture);
	for (size_t file = 0; file < sizeof beside / sizeof *beside; file++) {
		auto_buf struct buf path = {0}, bytes = {0};
		file_read(path_of(fixture, file, &path), &bytes);
		const size_t sizes[] = {0, 1, bytes.len / 2, bytes.len - 1, bytes.len + 1};
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			assert_int_equal(truncate(path.data, (off_t)sizes[i]), 0);
			if (!look(fixture).faults)
				fail_msg("%zu bytes of vault%s: not noticed", sizes[i],
					beside[file]);
			file_poke(path.data, 0, bytes.data, bytes.len);
			assert_int_equal(truncate(path.data, (off_t)bytes.len), 0);
		}
		if (file == 2)
			continue; /* without that nobody called today */
		assert_int_equal(unlink(path.data), 0);
		assert_int_equal(look(fixture).faults, 1);
		must(vault_bytes_write(path.data, bytes.data, bytes.len, NULL) == 0);
	}
}

/* ---- callers ---- */

static void a_damaged_key_of_callers_is_said_and_overwritten_to_its_end(void **state)
{
	struct fixture *fixture = *state;
	auto_buf struct buf path = {0}, bytes = {0}, after = {0};
	uint8_t first[16], again[16];
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", first);
	file_read(path_of(fixture, 2, &path), &bytes);
	reopen(fixture);
	assert_false(vault_caller_was_damaged(fixture->vault));
	vault_close(&fixture->vault);
	file_poke(path.data, (off_t)bytes.len + 1000, bytes.data, bytes.len);
	reopen(fixture);
	assert_true(vault_caller_was_damaged(fixture->vault));
	file_read(path.data, &after);
	assert_int_equal(after.len, bytes.len);
	assert_null(memmem(after.data, after.len, bytes.data, 32));
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", again);
	assert_memory_not_equal(first, again, 16);
	reopen(fixture);
	assert_false(vault_caller_was_damaged(fixture->vault));
}

/* It had no checksum once: the callers of that day are known all the same. */
static void a_key_of_callers_of_an_older_version_is_taken(void **state)
{
	struct fixture *fixture = *state;
	auto_buf struct buf path = {0};
	uint8_t first[16], again[16];
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", first);
	vault_close(&fixture->vault);
	assert_int_equal(truncate(path_of(fixture, 2, &path), 40), 0);
	reopen(fixture);
	assert_false(vault_caller_was_damaged(fixture->vault));
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", again);
	assert_memory_equal(first, again, 16);
}

/* ---- the public key ---- */

static void a_public_key_that_nothing_can_be_sealed_to_is_refused_at_the_start(void **state)
{
	struct fixture *fixture = *state;
	vault_close(&fixture->vault);
	memset(fixture->public_key, 0, sizeof fixture->public_key);
	assert_int_equal(
		vault_open(&fixture->vault, fixture->path.data, fixture->public_key, &fixture->why),
		ERR_CONFIG);
}

/* ---- a full disk ---- */

static void a_full_disk_while_a_slot_is_taken_loses_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	auto_buf struct buf sealed = {0};
	const struct vault_match nobody = {0};
	struct rlimit before, small;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 129 * VAULT_SLOT_LEN;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int err = 0;
	for (size_t i = 0; !err && i < 200; i++)
		err = vault_seal(
			fixture->vault, &nobody, &fixture->end, "x", 1, event_id, &slot, &sealed);
	assert_int_equal(err, ERR_DISK_FULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(vault_count(fixture->vault), 128);
	seal(fixture, NULL, NULL, "x", &slot, &sealed);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 129);
	assert_int_equal(look(fixture).faults, 0);
}

/* ---- going on without what is lost ---- */

static bool is_live(void *arg, const uint8_t key_id[VAULT_ID_LEN])
{
	(void)arg;
	for (size_t i = 0; i < PERSONS; i++)
		if (memcmp(slots[i].key_id, key_id, VAULT_ID_LEN) == 0)
			return true;
	return false;
}

/* What was done to the files; the keys that are then lost for good. */
struct harm {
	const char *name;
	size_t file; /* of beside */
	int (*do_it)(const char *path);
	size_t lost;
};

static int flip_at(const char *path, off_t at)
{
	char byte;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	must(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 0x10;
	must(pwrite(fd, &byte, 1, at) == 1);
	return close(fd);
}

static int cut_header(const char *path)
{
	return truncate(path, 100);
}
static int cut_a_slot(const char *path)
{
	return truncate(path, 3 * VAULT_SLOT_LEN + 100);
}
static int flip_header(const char *path)
{
	return flip_at(path, 40);
}
static int flip_salt(const char *path)
{
	return flip_at(path, 2 * VAULT_SLOT_LEN + 33);
}
static int flip_key_id(const char *path)
{
	return flip_at(path, 2 * VAULT_SLOT_LEN + 17);
}
static int cut_secret(const char *path)
{
	return truncate(path, 31);
}
static int flip_secret(const char *path)
{
	return flip_at(path, 3);
}

static const struct harm harms[] = {
	{"nothing", 0, NULL, 0},
	{"the vault is gone", 0, unlink, 3},
	{"cut within the header", 0, cut_header, 3},
	{"cut within a slot", 0, cut_a_slot, 1},
	{"a bit of the header", 0, flip_header, 0},
	{"a bit of a salt", 0, flip_salt, 1},
	{"a bit of a key id", 0, flip_key_id, 1},
	{"the secret is gone", 1, unlink, 0},
	{"the secret is cut", 1, cut_secret, 0},
	{"a bit of the secret", 1, flip_secret, 0},
};

/* As wotctl does it: what is damaged, then what is missing. */
static int accept_all(struct fixture *fixture)
{
	uint8_t missing[PERSONS][VAULT_ID_LEN];
	size_t count = 0;
	int err = vault_accept_damage(fixture->path.data, is_live, NULL, &fixture->why);
	auto_buf struct buf bytes = {0};
	if (!err)
		file_read(fixture->path.data, &bytes);
	for (size_t i = 0; !err && i < PERSONS; i++)
		if (!memmem(bytes.data, bytes.len, slots[i].key_id, VAULT_ID_LEN))
			memcpy(missing[count++], slots[i].key_id, VAULT_ID_LEN);
	return err ? err : vault_accept_loss(fixture->path.data, missing[0], count, &fixture->why);
}

/* True: it was not broken off. */
static bool accept_broken_off(struct fixture *fixture, long calls)
{
	int status;
	pid_t child = fork();
	must(child >= 0);
	if (!child) {
		calls_left = calls;
		_exit(accept_all(fixture) ? 1 : 0);
	}
	must(waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 9)
		fail_msg("accepting a loss ended with %d", WEXITSTATUS(status));
	return WEXITSTATUS(status) == 0;
}

static void assert_goes_on(struct fixture *fixture, const struct harm *harm)
{
	struct seen seen = look(fixture);
	if (seen.faults)
		fail_msg("%s: %s", harm->name, seen.first.text);
	assert_int_equal(seen.lost, harm->lost);
	assert_int_equal(seen.whole, PERSONS - harm->lost);
	reopen(fixture);
	for (size_t i = 0; i < PERSONS; i++)
		assert_int_not_equal(
			vault_slot_state(fixture->vault, slots[i].key_id), VAULT_SLOT_NONE);
	vault_close(&fixture->vault);
}

static void a_loss_is_accepted_though_that_was_broken_off_anywhere(void **state)
{
	struct fixture *fixture = *state;
	three_persons(fixture);
	auto_buf struct buf path = {0}, vault = {0}, secret = {0};
	file_read(path_of(fixture, 0, &path), &vault);
	file_read(path_of(fixture, 1, &path), &secret);
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		bool whole = false;
		for (long calls = 0; !whole; calls++) {
			unlink(path_of(fixture, 0, &path));
			must(vault_bytes_write(path.data, vault.data, vault.len, NULL) == 0);
			path_of(fixture, 1, &path);
			must(vault_bytes_write(path.data, secret.data, secret.len, NULL) == 0);
			if (harms[i].do_it)
				must(harms[i].do_it(path_of(fixture, harms[i].file, &path)) == 0);
			whole = accept_broken_off(fixture, calls);
			if (!whole && accept_all(fixture) != 0)
				fail_msg("%s: %s", harms[i].name, fixture->why.text);
			assert_goes_on(fixture, &harms[i]);
			assert_true(calls < 100);
		}
	}
}

/* A damaged slot may still be mended by somebody who has an old copy. */
static void a_damaged_slot_is_set_aside_before_it_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	three_persons(fixture);
	auto_buf struct buf path = {0}, aside = {0};
	struct stat stat_aside;
	flip_key_id(fixture->path.data);
	assert_int_equal(accept_all(fixture), 0);
	buf_printf(&path, "%s.damaged", fixture->path.data);
	file_read(path.data, &aside);
	assert_int_equal(aside.len, VAULT_SLOT_LEN);
	assert_memory_equal(aside.data + 32, slots[1].salt, VAULT_SALT_LEN);
	assert_int_equal(stat(path.data, &stat_aside), 0);
	assert_int_equal(stat_aside.st_mode & 0777, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_flipped_bit_is_noticed_by_who_only_looks),
		TEST(every_file_that_is_cut_or_gone_is_noticed),
		TEST(a_damaged_key_of_callers_is_said_and_overwritten_to_its_end),
		TEST(a_key_of_callers_of_an_older_version_is_taken),
		TEST(a_public_key_that_nothing_can_be_sealed_to_is_refused_at_the_start),
		TEST(a_full_disk_while_a_slot_is_taken_loses_nothing),
		TEST(a_loss_is_accepted_though_that_was_broken_off_anywhere),
		TEST(a_damaged_slot_is_set_aside_before_it_is_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
