/*
 * The vault is where forgetting a person happens, and where one could be lost by mistake. So: what
 * is destroyed can be read by nobody and is found in no byte of the file; what an event names
 * survives a crash at any moment; and damage is said, never guessed around.
 */
#include "tests/unit/vault_fixture.h"

#include <pthread.h>

/* ---- sealing ---- */

static void what_is_sealed_is_opened_by_who_has_the_secret_only(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	auto_buf struct buf sealed = {0}, plain = {0};
	seal(fixture, "999990342", "3111AB-12", "name and question", &slot, &sealed);
	assert_null(memmem(sealed.data, sealed.len, "question", 8));
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), 0);
	assert_string_equal(plain.data, "name and question");

	uint8_t other_public[32], other_secret[32];
	crypto_box_keypair(other_public, other_secret);
	assert_int_equal(vault_unseal(fixture->path.data, other_public, other_secret, slot.key_id,
				 event_id, sealed.data, sealed.len, &plain, &fixture->why),
		ERR_DAMAGED);
	static const uint8_t other_event[16] = "another event..";
	assert_int_equal(
		vault_unseal(fixture->path.data, fixture->public_key, fixture->secret, slot.key_id,
			other_event, sealed.data, sealed.len, &plain, &fixture->why),
		ERR_DAMAGED);
	sealed.data[sealed.len - 1] ^= 1;
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), ERR_DAMAGED);
	sealed.len = 10;
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), ERR_DAMAGED);
	assert_string_equal(plain.data, "name and question");
}

static void a_slot_survives_a_restart(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	uint8_t salt[16], digest_key[32];
	auto_buf struct buf sealed = {0}, plain = {0};
	memcpy(digest_key, vault_secret(fixture->vault), 32);
	seal(fixture, NULL, NULL, "x", &slot, &sealed);
	assert_int_equal(vault_sync(fixture->vault), 0);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 1);
	assert_int_equal(vault_salt(fixture->vault, slot.key_id, salt), 0);
	assert_memory_equal(salt, slot.salt, sizeof salt);
	assert_memory_equal(digest_key, vault_secret(fixture->vault), 32);
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), 0);
}

static void the_files_are_ours_only(void **state)
{
	struct fixture *fixture = *state;
	static const char *const ends[] = {"", ".secret", ".caller"};
	uint8_t hash[16];
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", hash);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		auto_buf struct buf path = {0};
		struct stat stat_of;
		buf_printf(&path, "%s%s", fixture->path.data, ends[i]);
		assert_int_equal(stat(path.data, &stat_of), 0);
		assert_int_equal(stat_of.st_mode & 0777, 0600);
	}
}

/* ---- matching ---- */

static void a_person_or_an_address_gives_the_household_that_it_had(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot first, same_bsn, same_address, other, nobody;
	auto_buf struct buf sealed = {0};
	seal(fixture, "999990342", "3111AB-12", "a", &first, &sealed);
	seal(fixture, "999990342", "3119XY-1", "b", &same_bsn, &sealed);
	reopen(fixture);
	seal(fixture, "123456782", "3111AB-12", "c", &same_address, &sealed);
	seal(fixture, "999900006", "3112AA-1", "d", &other, &sealed);
	seal(fixture, NULL, NULL, "e", &nobody, &sealed);
	assert_memory_equal(first.household_id, same_bsn.household_id, 16);
	assert_memory_equal(first.household_id, same_address.household_id, 16);
	assert_memory_not_equal(first.household_id, other.household_id, 16);
	assert_memory_not_equal(first.household_id, nobody.household_id, 16);
	/* Who moved took the new address along. */
	struct vault_slot new_address;
	seal(fixture, NULL, "3119XY-1", "f", &new_address, &sealed);
	assert_memory_equal(first.household_id, new_address.household_id, 16);
	/* A BSN is no address: the same text under the other heading matches nothing. */
	struct vault_slot crossed;
	seal(fixture, "3111AB-12", NULL, "g", &crossed, &sealed);
	assert_memory_not_equal(first.household_id, crossed.household_id, 16);
}

/* Both are known, and of two households: the person decides, and neither hash changes what it
 * stands for, also after a restart that reads the slots in another order. */
static void a_bsn_wins_over_an_address_and_changes_neither(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot one, two, both, again;
	auto_buf struct buf sealed = {0};
	seal(fixture, "999990342", NULL, "a", &one, &sealed);
	seal(fixture, NULL, "3111AB-12", "b", &two, &sealed);
	seal(fixture, "999990342", "3111AB-12", "c", &both, &sealed);
	assert_memory_equal(both.household_id, one.household_id, 16);
	/* The slot of `two` goes; the address still stands for what it stood for. */
	assert_int_equal(vault_destroy(fixture->vault, two.key_id), 0);
	reopen(fixture);
	seal(fixture, NULL, "3111AB-12", "d", &again, &sealed);
	assert_memory_equal(again.household_id, two.household_id, 16);
}

static void forgetting_the_last_slot_forgets_the_household(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot first, second, third;
	auto_buf struct buf sealed = {0};
	seal(fixture, "999990342", NULL, "a", &first, &sealed);
	seal(fixture, "999990342", NULL, "b", &second, &sealed);
	assert_int_equal(vault_destroy(fixture->vault, first.key_id), 0);
	seal(fixture, "999990342", NULL, "c", &third, &sealed);
	assert_memory_equal(third.household_id, first.household_id, 16);
	assert_int_equal(vault_destroy(fixture->vault, second.key_id), 0);
	assert_int_equal(vault_destroy(fixture->vault, third.key_id), 0);
	seal(fixture, "999990342", NULL, "d", &third, &sealed);
	assert_memory_not_equal(third.household_id, first.household_id, 16);
}

/* ---- forgetting ---- */

static void a_destroyed_slot_leaves_no_byte_behind(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot, kept;
	uint8_t salt[16];
	auto_buf struct buf sealed = {0}, plain = {0}, file = {0};
	seal(fixture, "123456782", NULL, "kept", &kept, &sealed);
	buf_clear(&sealed);
	seal(fixture, "999990342", "3111AB-12", "gone", &slot, &sealed);
	assert_int_equal(vault_destroy(fixture->vault, slot.key_id), 0);
	assert_int_equal(vault_salt(fixture->vault, slot.key_id, salt), ERR_NOT_FOUND);
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), ERR_NOT_FOUND);
	file_read(fixture->path.data, &file);
	assert_null(memmem(file.data, file.len, slot.key_id, 16));
	assert_null(memmem(file.data, file.len, slot.salt, 16));
	assert_non_null(memmem(file.data, file.len, kept.salt, 16));
	/* Again, and of a key that never was: nothing to do. */
	assert_int_equal(vault_destroy(fixture->vault, slot.key_id), 0);
	assert_int_equal(vault_count(fixture->vault), 1);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 1);
}

static void slots_are_used_again_and_the_file_grows_only_when_full(void **state)
{
	struct fixture *fixture = *state;
	auto_buf struct buf sealed = {0};
	struct vault_slot slots[129];
	struct stat before, after;
	for (size_t i = 0; i < 128; i++)
		seal(fixture, NULL, NULL, "x", &slots[i], &sealed);
	assert_int_equal(stat(fixture->path.data, &before), 0);
	vault_free_slot(fixture->vault, slots[77].key_id);
	seal(fixture, NULL, NULL, "x", &slots[77], &sealed);
	assert_int_equal(stat(fixture->path.data, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	seal(fixture, NULL, NULL, "x", &slots[128], &sealed);
	assert_int_equal(stat(fixture->path.data, &after), 0);
	assert_int_equal(after.st_size, 512 + 256 * 512);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 129);
	uint8_t salt[16];
	for (size_t i = 0; i < 129; i++)
		assert_int_equal(vault_salt(fixture->vault, slots[i].key_id, salt), 0);
}

/* The event of a slot is committed after the slot; a crash in between leaves a slot that nobody
 * knows. */
static void orphans_are_freed_at_the_start(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot known, orphan;
	uint8_t salt[16];
	auto_buf struct buf sealed = {0};
	seal(fixture, NULL, NULL, "x", &known, &sealed);
	seal(fixture, "999990342", NULL, "y", &orphan, &sealed);
	reopen(fixture);
	assert_int_equal(start(fixture, known.key_id, false).freed, 1);
	assert_int_equal(vault_salt(fixture->vault, known.key_id, salt), 0);
	assert_int_equal(vault_salt(fixture->vault, orphan.key_id, salt), ERR_NOT_FOUND);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 1);
}

/* What the log does not name another copy of it may: what was cut off, a replica, lost blocks. */
static void nothing_is_freed_that_this_log_may_have_lost(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot named, lost, late, other;
	const struct vault_mark before = fixture->end;
	auto_buf struct buf sealed = {0};
	seal(fixture, NULL, NULL, "x", &named, &sealed);
	seal(fixture, NULL, NULL, "y", &lost, &sealed);
	fixture->end.seq = 5;
	seal(fixture, NULL, NULL, "z", &late, &sealed);
	vault_note_end(fixture->vault, &fixture->end);
	/* An older copy of the log, which goes on otherwise than before. */
	for (uint8_t round = 1; round < 3; round++) {
		reopen(fixture);
		fixture->end = before;
		fixture->end.seq = round * 4u;
		fixture->end.hash[0] = round;
		struct vault_start found = start(fixture, named.key_id, false);
		assert_int_equal(found.freed, 0);
		assert_int_equal(found.unnamed, 2 * round);
		seal(fixture, NULL, NULL, "o", &other, &sealed);
		seal(fixture, NULL, NULL, "p", &other, &sealed);
		vault_note_end(fixture->vault, &fixture->end);
	}
	reopen(fixture);
	/* Another log: after accept-loss, or a new one. */
	fixture->end = before;
	fixture->end.seq = 9;
	fixture->end.stream_id[0]++;
	assert_int_equal(start(fixture, named.key_id, false).freed, 0);
	/* The right one: what came of those that went on otherwise is still not of it. */
	fixture->end.stream_id[0]--;
	assert_int_equal(start(fixture, named.key_id, false).freed, 2);
}

static void nothing_is_freed_while_a_key_is_missing_or_a_slot_damaged(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot named, orphan, damaged;
	auto_buf struct buf sealed = {0};
	seal(fixture, NULL, NULL, "x", &named, &sealed);
	seal(fixture, NULL, NULL, "y", &orphan, &sealed);
	seal(fixture, NULL, NULL, "z", &damaged, &sealed);
	assert_int_equal(start(fixture, named.key_id, true).freed, 0);
	/* One bit of a key id: of whom it is nobody can say. */
	vault_close(&fixture->vault);
	const char bit = (char)(damaged.key_id[3] ^ 4);
	file_poke(fixture->path.data, 3 * VAULT_SLOT_LEN + 16 + 3, &bit, 1);
	reopen(fixture);
	struct vault_start found = start(fixture, named.key_id, false);
	assert_int_equal(found.freed, 0);
	assert_int_equal(found.unnamed, 2);
	assert_int_equal(vault_damaged(fixture->vault), 1);
}

/* Whoever was forgotten is, whatever else is wrong: the log says so. */
static void a_forgotten_key_goes_at_the_start_though_nothing_else_may(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot forgotten, other;
	struct vault_start found;
	auto_buf struct buf sealed = {0}, file = {0};
	seal(fixture, NULL, NULL, "x", &forgotten, &sealed);
	seal(fixture, NULL, NULL, "y", &other, &sealed);
	struct naming_log names = {&fixture->end, NULL, forgotten.key_id};
	struct vault_log log = {.naming = naming, .holds = holds, .arg = &names};
	assert_int_equal(vault_reconcile(fixture->vault, &log, true, &found), 0);
	assert_int_equal(found.freed, 1);
	file_read(fixture->path.data, &file);
	assert_null(memmem(file.data, file.len, forgotten.key_id, 16));
	assert_non_null(memmem(file.data, file.len, other.key_id, 16));
}

/* Written before slots told where the log stood: nothing proves that its event never was. */
static void a_slot_of_an_older_version_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	auto_buf struct buf sealed = {0}, plain = {0};
	const struct vault_mark end = fixture->end;
	fixture->end = (struct vault_mark){0};
	seal(fixture, NULL, NULL, "x", &slot, &sealed);
	fixture->end = end;
	reopen(fixture);
	assert_int_equal(start(fixture, NULL, false).freed, 0);
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), 0);
}

/* A disk that wrote one slot in another one's place as well. */
static void a_key_that_is_there_twice_is_destroyed_twice(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	auto_buf struct buf sealed = {0}, file = {0};
	seal(fixture, NULL, NULL, "x", &slot, &sealed);
	vault_close(&fixture->vault);
	file_read(fixture->path.data, &file);
	file_poke(
		fixture->path.data, 9 * VAULT_SLOT_LEN, file.data + VAULT_SLOT_LEN, VAULT_SLOT_LEN);
	reopen(fixture);
	assert_int_equal(vault_destroy(fixture->vault, slot.key_id), 0);
	file_read(fixture->path.data, &file);
	assert_null(memmem(file.data, file.len, slot.key_id, 16));
}

/* ---- crashes and damage ---- */

/* Whatever part of a new slot reached the disk: no event can know it, so it is freed and used
 * again. */
static void a_half_written_slot_is_an_orphan(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot kept, torn;
	auto_buf struct buf sealed = {0}, file = {0};
	seal(fixture, "999990342", NULL, "x", &kept, &sealed);
	seal(fixture, "123456782", NULL, "y", &torn, &sealed);
	file_read(fixture->path.data, &file);
	static const char zeros[VAULT_SLOT_LEN];
	for (size_t cut = 1; cut <= VAULT_SLOT_LEN - VAULT_HASH_LEN; cut += 3) {
		vault_close(&fixture->vault);
		off_t at = 2 * VAULT_SLOT_LEN;
		file_poke(fixture->path.data, at, zeros, VAULT_SLOT_LEN);
		file_poke(fixture->path.data, at, file.data + at, cut);
		reopen(fixture);
		assert_int_equal(vault_count(fixture->vault), 1);
		assert_int_equal(vault_damaged(fixture->vault), 1);
		assert_int_equal(start(fixture, kept.key_id, false).freed, 1);
		assert_int_equal(vault_damaged(fixture->vault), 0);
		uint8_t salt[16];
		assert_int_equal(vault_salt(fixture->vault, kept.key_id, salt), 0);
	}
}

/* Bits rot too: a slot that an event names is kept and reported, for it can come from a backup. */
static void a_damaged_slot_that_an_event_knows_is_reported_and_kept(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	uint8_t salt[16];
	auto_buf struct buf sealed = {0}, plain = {0};
	seal(fixture, "999990342", NULL, "x", &slot, &sealed);
	vault_close(&fixture->vault);
	file_poke(fixture->path.data, VAULT_SLOT_LEN + 200, "\x55", 1);
	reopen(fixture);
	assert_int_equal(start(fixture, slot.key_id, false).freed, 0);
	assert_int_equal(vault_damaged(fixture->vault), 1);
	assert_int_equal(vault_salt(fixture->vault, slot.key_id, salt), ERR_DAMAGED);
	assert_int_equal(unseal(fixture, &slot, &sealed, &plain), ERR_DAMAGED);
	assert_non_null(strstr(fixture->why.text, "slot 0 is damaged"));
	/* Nothing of it is trusted: its hash matches nobody. */
	struct vault_slot other;
	seal(fixture, "999990342", NULL, "z", &other, &sealed);
	assert_memory_not_equal(other.household_id, slot.household_id, 16);
	/* And it can be forgotten all the same. */
	assert_int_equal(vault_destroy(fixture->vault, slot.key_id), 0);
	assert_int_equal(vault_damaged(fixture->vault), 0);
}

static void assert_not_opened(struct fixture *fixture, int expected, const char *words)
{
	vault_close(&fixture->vault);
	assert_int_equal(
		vault_open(&fixture->vault, fixture->path.data, fixture->public_key, &fixture->why),
		expected);
	assert_null(fixture->vault);
	if (!strstr(fixture->why.text, words))
		fail_msg("expected \"%s\" in: %s", words, fixture->why.text);
}

static void a_truncated_or_foreign_file_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	auto_buf struct buf sealed = {0}, file = {0};
	seal(fixture, NULL, NULL, "x", &slot, &sealed);
	vault_close(&fixture->vault);
	file_read(fixture->path.data, &file);
	static const off_t sizes[] = {0, 511, 512, 1024, 512 * 128, 512 * 129 - 1};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		assert_int_equal(truncate(fixture->path.data, sizes[i]), 0);
		assert_not_opened(fixture, ERR_DAMAGED, "is truncated");
	}
	assert_int_equal(truncate(fixture->path.data, 512 * 129), 0);
	file_poke(fixture->path.data, 0, file.data, file.len);
	file_poke(fixture->path.data, 0, "W", 1);
	assert_not_opened(fixture, ERR_DAMAGED, "its header is not a vault's");
	file_poke(fixture->path.data, 0, file.data, file.len);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 1);
}

static void a_vault_and_its_secret_belong_together(void **state)
{
	struct fixture *fixture = *state;
	struct vault_slot slot;
	auto_buf struct buf sealed = {0}, secret = {0}, aside = {0};
	seal(fixture, NULL, NULL, "x", &slot, &sealed);
	buf_printf(&secret, "%s.secret", fixture->path.data);
	buf_printf(&aside, "%s.aside", fixture->path.data);
	/* The secret is lost. */
	assert_int_equal(rename(secret.data, aside.data), 0);
	assert_not_opened(fixture, ERR_DAMAGED, ".secret is missing while");
	/* Another's secret. */
	assert_int_equal(vault_bytes_write(secret.data, sealed.data, 32, NULL), 0);
	assert_not_opened(fixture, ERR_DAMAGED, "is not the secret of");
	assert_int_equal(vault_bytes_write(secret.data, sealed.data, 31, NULL), 0);
	assert_not_opened(fixture, ERR_DAMAGED, "is not 32 bytes long");
	/* The vault is lost. */
	assert_int_equal(rename(aside.data, secret.data), 0);
	assert_int_equal(rename(fixture->path.data, aside.data), 0);
	assert_not_opened(fixture, ERR_DAMAGED, "vault is missing while");
	assert_int_equal(rename(aside.data, fixture->path.data), 0);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 1);
}

static void a_first_start_that_crashed_halfway_starts_again(void **state)
{
	struct fixture *fixture = *state;
	auto_buf struct buf secret = {0};
	buf_printf(&secret, "%s.secret", fixture->path.data);
	vault_close(&fixture->vault);
	assert_int_equal(unlink(secret.data), 0);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 0);
}

/* ---- callers ---- */

static void a_caller_is_recognised_on_the_same_day_only(void **state)
{
	struct fixture *fixture = *state;
	uint8_t first[16], again[16], other[16], next_day[16];
	auto_buf struct buf path = {0}, before = {0}, after = {0};
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", first);
	vault_hash_caller(fixture->vault, 20000, 20000, "0107654321", other);
	assert_memory_not_equal(first, other, 16);
	buf_printf(&path, "%s.caller", fixture->path.data);
	file_read(path.data, &before);
	reopen(fixture);
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", again);
	assert_memory_equal(first, again, 16);
	vault_hash_caller(fixture->vault, 20001, 20001, "0101234567", next_day);
	assert_memory_not_equal(first, next_day, 16);
	/* Yesterday's key is nowhere any more, so asking for yesterday does not bring it back. */
	file_read(path.data, &after);
	assert_null(memmem(after.data, after.len, before.data, 32));
	vault_hash_caller(fixture->vault, 20000, 20001, "0101234567", again);
	assert_memory_not_equal(first, again, 16);
}

/* Of the file nothing is left either, so a copy of yesterday's log can no longer be tried by guessing. */
static void as_the_day_ends_its_key_is_gone_though_nobody_calls(void **state)
{
	struct fixture *fixture = *state;
	uint8_t first[16], again[16];
	auto_buf struct buf path = {0}, before = {0}, after = {0};
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", first);
	buf_printf(&path, "%s.caller", fixture->path.data);
	file_read(path.data, &before);
	vault_forget_callers(fixture->vault, 20000);
	vault_hash_caller(fixture->vault, 20000, 20000, "0101234567", again);
	assert_memory_equal(first, again, 16);
	reopen(fixture); /* it was off over midnight */
	vault_forget_callers(fixture->vault, 20001);
	file_read(path.data, &after);
	assert_null(memmem(after.data, after.len, before.data, 32));
	vault_hash_caller(fixture->vault, 20000, 20001, "0101234567", again);
	assert_memory_not_equal(first, again, 16);
}

/* What is imported is of many days, and comes in in any order. */
static void imported_days_are_recognised_in_any_order_until_midnight(void **state)
{
	struct fixture *fixture = *state;
	uint8_t first[16], other[16], again[16];
	vault_hash_caller(fixture->vault, 19000, 20000, "0101234567", first);
	vault_hash_caller(fixture->vault, 19001, 20000, "0101234567", other);
	assert_memory_not_equal(first, other, 16); /* nobody is known over two days */
	vault_forget_callers(fixture->vault, 20000);
	vault_hash_caller(fixture->vault, 19000, 20000, "0101234567", again);
	assert_memory_equal(first, again, 16);
	vault_forget_callers(fixture->vault, 20001);
	vault_hash_caller(fixture->vault, 19000, 20001, "0101234567", again);
	assert_memory_not_equal(first, again, 16);
}

/* ---- threads ---- */

static void *sync_often(void *arg)
{
	struct fixture *fixture = arg;
	for (int i = 0; i < 50; i++)
		must(vault_sync(fixture->vault) == 0);
	return NULL;
}

/* The writer thread syncs while the loop seals and destroys; the thread sanitizer looks on. */
static void syncing_beside_sealing_is_safe(void **state)
{
	struct fixture *fixture = *state;
	pthread_t thread;
	auto_buf struct buf sealed = {0};
	struct vault_slot slot;
	assert_int_equal(pthread_create(&thread, NULL, sync_often, fixture), 0);
	for (int i = 0; i < 300; i++) {
		buf_clear(&sealed);
		seal(fixture, NULL, "3111AB-12", "x", &slot, &sealed);
		if (i % 10 == 0)
			assert_int_equal(vault_destroy(fixture->vault, slot.key_id), 0);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	reopen(fixture);
	assert_int_equal(vault_count(fixture->vault), 270);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_sealed_is_opened_by_who_has_the_secret_only),
		TEST(a_slot_survives_a_restart),
		TEST(the_files_are_ours_only),
		TEST(a_person_or_an_address_gives_the_household_that_it_had),
		TEST(a_bsn_wins_over_an_address_and_changes_neither),
		TEST(forgetting_the_last_slot_forgets_the_household),
		TEST(a_destroyed_slot_leaves_no_byte_behind),
		TEST(slots_are_used_again_and_the_file_grows_only_when_full),
		TEST(orphans_are_freed_at_the_start),
		TEST(nothing_is_freed_that_this_log_may_have_lost),
		TEST(nothing_is_freed_while_a_key_is_missing_or_a_slot_damaged),
		TEST(a_forgotten_key_goes_at_the_start_though_nothing_else_may),
		TEST(a_slot_of_an_older_version_is_kept),
		TEST(a_key_that_is_there_twice_is_destroyed_twice),
		TEST(a_half_written_slot_is_an_orphan),
		TEST(a_damaged_slot_that_an_event_knows_is_reported_and_kept),
		TEST(a_truncated_or_foreign_file_is_refused),
		TEST(a_vault_and_its_secret_belong_together),
		TEST(a_first_start_that_crashed_halfway_starts_again),
		TEST(a_caller_is_recognised_on_the_same_day_only),
		TEST(as_the_day_ends_its_key_is_gone_though_nobody_calls),
		TEST(imported_days_are_recognised_in_any_order_until_midnight),
		TEST(syncing_beside_sealing_is_safe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
