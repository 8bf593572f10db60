/*
 * A vault in a folder of its own, and a log that names some of its keys.
 */
#ifndef WOT_TESTS_VAULT_FIXTURE_H
#define WOT_TESTS_VAULT_FIXTURE_H

#include "tests/unit/folder.h"
#include "vault/vault.h"
#include "vault/vault_file.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	void *folder;
	struct buf path;
	struct vault *vault;
	uint8_t public_key[32], secret[32];
	struct vault_mark end; /* of the log whose events name the slots */
	struct why why;
};

static inline void reopen(struct fixture *fixture)
{
	vault_close(&fixture->vault);
	int err =
		vault_open(&fixture->vault, fixture->path.data, fixture->public_key, &fixture->why);
	if (err)
		fail_msg("%s", fixture->why.text);
}

static inline int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	must(fixture && sodium_init() >= 0 && folder_setup(&fixture->folder) == 0);
	folder_path(&fixture->folder, "vault", &fixture->path);
	crypto_box_keypair(fixture->public_key, fixture->secret);
	memset(fixture->end.stream_id, 7, sizeof fixture->end.stream_id);
	reopen(fixture);
	*state = fixture;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;
	vault_close(&fixture->vault);
	buf_done(&fixture->path);
	int err = folder_teardown(&fixture->folder);
	free(fixture);
	return err;
}

static const uint8_t event_id[16] = "an event's id..";

static inline void seal(struct fixture *fixture, const char *bsn, const char *address,
	const char *plain, struct vault_slot *slot, struct buf *sealed)
{
	const struct vault_match match = {bsn, address};
	assert_int_equal(vault_seal(fixture->vault, &match, &fixture->end, plain, strlen(plain),
				 event_id, slot, sealed),
		0);
}

static inline int unseal(struct fixture *fixture, const struct vault_slot *slot,
	const struct buf *sealed, struct buf *plain)
{
	return vault_unseal(fixture->path.data, fixture->public_key, fixture->secret, slot->key_id,
		event_id, sealed->data, sealed->len, plain, &fixture->why);
}

static inline void file_read(const char *path, struct buf *bytes)
{
	buf_clear(bytes);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	int c;
	while ((c = getc(file)) != EOF)
		buf_char(bytes, (char)c);
	fclose(file);
}

static inline void file_poke(const char *path, off_t at, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0 && pwrite(fd, bytes, len, at) == (ssize_t)len);
	close(fd);
}

/* A log that ends where the fixture says, and names one key. */
struct naming_log {
	const struct vault_mark *end;
	const uint8_t *named, *forgotten;
};

static inline enum vault_naming naming(void *arg, const uint8_t key_id[VAULT_ID_LEN])
{
	const struct naming_log *log = arg;
	if (log->forgotten && memcmp(log->forgotten, key_id, VAULT_ID_LEN) == 0)
		return VAULT_FORGOTTEN;
	return log->named && memcmp(log->named, key_id, VAULT_ID_LEN) == 0 ? VAULT_NAMED
									   : VAULT_UNNAMED;
}

static inline bool holds(void *arg, const struct vault_mark *mark)
{
	const struct naming_log *log = arg;
	return memcmp(mark->stream_id, log->end->stream_id, sizeof mark->stream_id) == 0 &&
	       mark->seq <= log->end->seq && mark->hash[0] == log->end->hash[0];
}

static inline struct vault_start start(struct fixture *fixture, const uint8_t *named, bool doubt)
{
	struct naming_log names = {&fixture->end, named, NULL};
	struct vault_log log = {.naming = naming, .holds = holds, .arg = &names};
	struct vault_start found;
	memcpy(log.stream_id, fixture->end.stream_id, sizeof log.stream_id);
	assert_int_equal(vault_reconcile(fixture->vault, &log, doubt, &found), 0);
	return found;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
