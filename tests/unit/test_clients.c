/*
 * The list of clients decides who comes in. It is written while daemons run, so it is whole at
 * every moment; and a mistake in it must not leave a door open.
 */
#include "config/clients.h"
#include "proto/role.h"
#include "tests/unit/folder.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <sodium.h>
#include <sys/stat.h>

#define HASH_A "00000000000000000000000000000000000000000000000000000000000000aa"
#define HASH_B "00000000000000000000000000000000000000000000000000000000000000bb"
#define HASH_C "00000000000000000000000000000000000000000000000000000000000000cc"
#define KEY_A "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

enum { TODAY = 20785 }; /* 2026-11-28 */

static int load(void **state, const char *text, struct clients *clients, struct buf *errors)
{
	auto_buf struct buf path = {0};
	folder_write(state, "clients.yaml", text, &path);
	return clients_load(clients, path.data, errors);
}

static void assert_refused(void **state, const char *text, const char *expected)
{
	struct clients clients = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(load(state, text, &clients, &errors), ERR_CONFIG);
	assert_null(clients.items);
	if (!strstr(errors.data, expected))
		fail_msg("expected \"%s\" in: %s", expected, errors.data);
}

static void a_client_is_found_by_its_token_key_and_name(void **state)
{
	struct clients clients = {0};
	auto_buf struct buf errors = {0}, text = {0};
	uint8_t hash[32];
	clients_token_hash("a-token", hash);
	buf_text(&text, "clients:\n  - {name: desk-1, role: desk, token_hash: \"");
	buf_hex(&text, hash, sizeof hash);
	buf_text(&text, "\"}\n  - name: phone\n    role: phone_centre\n    curve_key: '" KEY_A "'\n"
			"  - {name: gone, role: desk}\n");
	assert_int_equal(load(state, text.data, &clients, &errors), 0);
	assert_int_equal(clients.count, 3);
	assert_string_equal(clients_by_token(&clients, "a-token", TODAY)->name, "desk-1");
	assert_null(clients_by_token(&clients, "a-tokem", TODAY));
	assert_null(clients_by_token(&clients, "", TODAY));
	const struct client *phone = clients_by_name(&clients, "phone");
	assert_int_equal(phone->role, ROLE_PHONE_CENTRE);
	assert_int_equal(phone->keys[CLIENT_CURVE].count, 1);
	assert_int_equal(phone->keys[CLIENT_TOKEN].count, 0);
	assert_ptr_equal(clients_find(&clients, CLIENT_CURVE,
				 phone->keys[CLIENT_CURVE].items[0].bytes, TODAY),
		phone);
	assert_true(client_is_revoked(clients_by_name(&clients, "gone")));
	/* Where a client has no key there are zeros, which must match nobody. */
	static const uint8_t zeros[CLIENT_KEY];
	for (enum client_way way = 0; way < CLIENT_WAYS; way++)
		assert_null(clients_find(&clients, way, zeros, TODAY));
	assert_null(clients_by_name(&clients, "nobody"));
	clients_done(&clients);
}

static void everything_wrong_is_told_at_once(void **state)
{
	struct clients clients = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(load(state,
				 "clients:\n"
				 "  - {name: Desk 1, role: desk}\n"
				 "  - {name: a, role: boss, token_hash: \"12\"}\n"
				 "  - {name: a, rol: desk}\n"
				 "  - text\n"
				 "more: 1\n",
				 &clients, &errors),
		ERR_CONFIG);
	static const char *const expected[] = {
		":6:1: more is not known here",
		":2:12: 1 to 63 of a-z, 0-9 and - are expected",
		":3:21: there is no such role",
		":3:39: 64 hexadecimal digits are expected",
		":4:12: a is here twice",
		":4:15: rol is not known here; did you mean role?",
		":4:5: role is lacking",
		":5:5: a mapping with name and role is expected",
	};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		if (!strstr(errors.data, expected[i]))
			fail_msg("expected \"%s\" in: %s", expected[i], errors.data);
	assert_null(clients.items);
}

/* A shared secret would let one client send as another. */
static void two_clients_never_share_a_secret(void **state)
{
	assert_refused(state,
		"clients:\n  - {name: a, role: desk, token_hash: \"" HASH_A
		"\"}\n  - {name: b, role: desk, token_hash: \"" HASH_A "\"}\n",
		":3:39: this token is here twice");
	assert_refused(state,
		"clients:\n  - {name: a, role: desk, curve_key: '" KEY_A
		"'}\n  - {name: b, role: desk, curve_key: '" KEY_A "'}\n",
		":3:38: this key is here twice");
	assert_refused(state, "clients:\n  - {name: a, role: desk, curve_key: 'short'}\n", "Z85");
	assert_refused(state, "client: []\n", "client is not known here; did you mean clients?");
	assert_refused(state, "", "clients is lacking");
}

static void what_is_saved_loads_again_and_only_we_may_read_it(void **state)
{
	auto_buf struct buf path = {0}, errors = {0};
	struct client items[3] = {
		{.name = "one", .role = ROLE_DESK},
		{.name = "two", .role = ROLE_PHONE_CENTRE},
		{.name = "three", .role = ROLE_DESK},
	};
	uint8_t key[CLIENT_KEY];
	for (enum client_way way = 0; way < CLIENT_WAYS; way++) {
		for (int i = 0; i < CLIENT_KEYS; i++) {
			randombytes_buf(key, sizeof key);
			assert_true(client_add_key(&items[way], way, key, i ? TODAY : INT32_MAX));
			randombytes_buf(key, sizeof key);
			if (way)
				assert_true(client_add_key(&items[0], way, key, TODAY + i));
		}
	}
	struct clients clients = {items, 3}, again = {0};
	struct why why = {""};
	folder_write(state, "saved.yaml", "an older file", &path);
	assert_int_equal(clients_save(&clients, path.data, &why), 0);
	struct stat stat_of;
	assert_int_equal(stat(path.data, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	assert_int_equal(clients_load(&again, path.data, &errors), 0);
	assert_int_equal(again.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_memory_equal(&again.items[i], &items[i], sizeof *items);
	clients_done(&again);
	struct clients none = {0};
	assert_int_equal(clients_save(&none, path.data, &why), 0);
	assert_int_equal(clients_load(&again, path.data, &errors), 0);
	assert_int_equal(again.count, 0);
	clients_done(&again);
}

/* Its last day is one of those on which it holds; the second goes on. */
static void a_key_holds_until_the_end_of_its_last_day(void **state)
{
	struct clients clients = {0};
	auto_buf struct buf errors = {0}, text = {0};
	uint8_t hash[CLIENT_KEY];
	buf_text(&text, "clients:\n  - name: gp\n    role: partner\n    tokens:\n");
	clients_token_hash("old", hash);
	buf_text(&text, "      - {hash: \"");
	buf_hex(&text, hash, sizeof hash);
	clients_token_hash("new", hash);
	buf_text(&text, "\", expires: 2026-11-28}\n      - {hash: \"");
	buf_hex(&text, hash, sizeof hash);
	buf_text(&text, "\"}\n");
	assert_int_equal(load(state, text.data, &clients, &errors), 0);
	assert_non_null(clients_by_token(&clients, "old", TODAY));
	assert_null(clients_by_token(&clients, "old", TODAY + 1));
	assert_non_null(clients_by_token(&clients, "new", TODAY + 1));
	clients_done(&clients);
}

static void of_each_kind_a_client_has_two_at_most(void **state)
{
	assert_refused(state,
		"clients:\n  - name: a\n    role: desk\n    tokens: [" HASH_A ", " HASH_B
		", " HASH_C "]\n",
		"a third token; at most 2 are kept");
	assert_refused(state,
		"clients:\n  - name: a\n    role: desk\n    certificates: [{spki: " HASH_A
		", expires: 2026-02-30}]\n",
		":4:");
	assert_refused(state,
		"clients:\n  - name: a\n    role: desk\n    certificates: [{hash: " HASH_A "}]\n",
		"hash is not known here");
}

static void who_is_renewed_keeps_the_key_before_until_a_day(void **state)
{
	(void)state;
	struct client client = {.name = "a", .role = ROLE_DESK};
	const uint8_t first[CLIENT_KEY] = {1}, second[CLIENT_KEY] = {2}, third[CLIENT_KEY] = {3};
	client_renew(&client, CLIENT_TOKEN, first, TODAY);
	assert_true(client_is_known_by(&client, CLIENT_TOKEN, first, TODAY + 1000));
	client_renew(&client, CLIENT_TOKEN, second, TODAY + 7);
	assert_true(client_is_known_by(&client, CLIENT_TOKEN, first, TODAY + 7));
	assert_false(client_is_known_by(&client, CLIENT_TOKEN, first, TODAY + 8));
	client_renew(&client, CLIENT_TOKEN, third, TODAY + 9);
	assert_false(client_is_known_by(&client, CLIENT_TOKEN, first, TODAY)); /* ended first */
	assert_true(client_is_known_by(&client, CLIENT_TOKEN, second, TODAY + 9));
	assert_true(client_is_known_by(&client, CLIENT_TOKEN, third, TODAY + 1000));
	client_revoke(&client);
	assert_true(client_is_revoked(&client));
	assert_false(client_is_known_by(&client, CLIENT_TOKEN, third, TODAY));
}

static void a_save_that_fails_leaves_the_old_file(void **state)
{
	auto_buf struct buf path = {0}, beside = {0};
	struct clients clients = {0};
	struct why why = {""};
	folder_write(state, "kept.yaml", "clients: []\n# kept\n", &path);
	/* A folder stands where the new file should be written: also root cannot write there. */
	assert_int_equal(mkdir(folder_path(state, "kept.yaml.new", &beside), 0700), 0);
	assert_int_equal(clients_save(&clients, path.data, &why), ERR_IO);
	assert_non_null(strstr(why.text, "kept.yaml.new"));
	FILE *file = fopen(path.data, "re");
	assert_non_null(file);
	char line[64] = "";
	assert_non_null(fgets(line, sizeof line, file));
	assert_non_null(fgets(line, sizeof line, file));
	assert_string_equal(line, "# kept\n");
	fclose(file);
}

/* What people copy must be right. */
static void the_example_loads(void **state)
{
	(void)state;
	struct clients clients = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(clients_load(&clients, "config/clients.example.yaml", &errors), 0);
	assert_true(clients.count > 0);
	clients_done(&clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_found_by_its_token_key_and_name),
		cmocka_unit_test(everything_wrong_is_told_at_once),
		cmocka_unit_test(two_clients_never_share_a_secret),
		cmocka_unit_test(what_is_saved_loads_again_and_only_we_may_read_it),
		cmocka_unit_test(a_key_holds_until_the_end_of_its_last_day),
		cmocka_unit_test(of_each_kind_a_client_has_two_at_most),
		cmocka_unit_test(who_is_renewed_keeps_the_key_before_until_a_day),
		cmocka_unit_test(a_save_that_fails_leaves_the_old_file),
		cmocka_unit_test(the_example_loads),
	};
	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
