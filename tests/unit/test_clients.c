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
#define KEY_A "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

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
	assert_string_equal(clients_by_token(&clients, "a-token")->name, "desk-1");
	assert_null(clients_by_token(&clients, "a-tokem"));
	assert_null(clients_by_token(&clients, ""));
	const struct client *phone = clients_by_name(&clients, "phone");
	assert_int_equal(phone->role, ROLE_PHONE_CENTRE);
	assert_true(phone->has_curve);
	assert_false(phone->has_token);
	assert_ptr_equal(clients_by_curve(&clients, phone->curve_key), phone);
	/* The row of a revoked client holds zeros, which must match nobody. */
	static const uint8_t zeros[32];
	assert_null(clients_by_curve(&clients, zeros));
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
		":3:39: another client has this token");
	assert_refused(state,
		"clients:\n  - {name: a, role: desk, curve_key: '" KEY_A
		"'}\n  - {name: b, role: desk, curve_key: '" KEY_A "'}\n",
		":3:38: another client has this key");
	assert_refused(state, "clients:\n  - {name: a, role: desk, curve_key: 'short'}\n", "Z85");
	assert_refused(state, "client: []\n", "client is not known here; did you mean clients?");
	assert_refused(state, "", "clients is lacking");
}

static void what_is_saved_loads_again_and_only_we_may_read_it(void **state)
{
	auto_buf struct buf path = {0}, errors = {0};
	struct client items[3] = {
		{.name = "one", .role = ROLE_DESK, .has_token = true},
		{.name = "two", .role = ROLE_PHONE_CENTRE, .has_token = true, .has_curve = true},
		{.name = "three", .role = ROLE_DESK},
	};
	clients_token_hash("t1", items[0].token_hash);
	clients_token_hash("t2", items[1].token_hash);
	randombytes_buf(items[1].curve_key, sizeof items[1].curve_key);
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
		cmocka_unit_test(a_save_that_fails_leaves_the_old_file),
		cmocka_unit_test(the_example_loads),
	};
	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
