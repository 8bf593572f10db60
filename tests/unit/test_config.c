/*
 * A daemon must start with what its operator meant, or say everything that stands in the way.
 */
#include "config/closing.h"
#include "config/config.h"
#include "config/wards.h"
#include "tests/unit/folder.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <unistd.h>

static int load(void **state, const char *text, const char *daemon, struct config *config,
	struct buf *errors)
{
	auto_buf struct buf path = {0};
	folder_write(state, "wot.yaml", text, &path);
	config_defaults(config);
	return config_load(config, path.data, daemon, errors);
}

static void assert_refused(void **state, const char *text, const char *expected)
{
	struct config config;
	auto_buf struct buf errors = {0};
	assert_int_equal(load(state, text, "intake", &config, &errors), ERR_CONFIG);
	if (!strstr(errors.data, expected))
		fail_msg("expected \"%s\" in: %s", expected, errors.data);
}

static void an_empty_file_gives_the_defaults(void **state)
{
	struct config config, defaults;
	auto_buf struct buf errors = {0};
	config_defaults(&defaults);
	assert_int_equal(load(state, "", "intake", &config, &errors), 0);
	assert_string_equal(config.municipality, "GM0606");
	assert_int_equal(config.max_submission_kib, defaults.max_submission_kib);
	assert_int_equal(defaults.max_submission_kib, 64);
	assert_false(config.synthetic);
}

static void a_daemons_section_wins_over_the_top_for_that_daemon_only(void **state)
{
	static const char text[] =
		"log_level: warning\nhttp: 127.0.0.1:8480\ncase:\n  http: '[::1]:8482'\n"
		"  synthetic: true\n  max_waiting: 128\n";
	struct config config;
	auto_buf struct buf errors = {0};
	assert_int_equal(load(state, text, "case", &config, &errors), 0);
	assert_string_equal(config.http, "[::1]:8482");
	assert_string_equal(config.log_level, "warning");
	assert_true(config.synthetic);
	assert_int_equal(config.max_waiting, 128);
	assert_int_equal(load(state, text, "intake", &config, &errors), 0);
	assert_string_equal(config.http, "127.0.0.1:8480");
	assert_false(config.synthetic);
	assert_int_equal(load(state, text, NULL, &config, &errors), 0);
	assert_string_equal(config.http, "127.0.0.1:8480");
}

/* Whoever checks one daemon's configuration must hear of mistakes in another's section too. */
static void everything_wrong_is_told_at_once(void **state)
{
	static const char text[] = "municipality: Schiedam\nmax_wating: 12\nmax_connections: 7\n"
				   "synthetic: 1\nhttp: 0.0.0.0:8480\ncase:\n  push: 127.0.0.1\n"
				   "  intake: {}\n  http: [1]\ntriage: triage.yaml\n";
	struct config config, before;
	auto_buf struct buf errors = {0}, path = {0}, expected = {0};
	config_defaults(&before);
	assert_int_equal(load(state, text, "intake", &config, &errors), ERR_CONFIG);
	static const char *const lines[] = {
		"2:1: max_wating is not known here; did you mean max_waiting?",
		"1:15: a CBS code such as GM0606 is expected",
		"5:7: HOST:PORT with a loopback address, such as 127.0.0.1:8480 or [::1]:8480, or "
		"\"\" is "
		"expected",
		"3:18: a number from 8 to 65536 is expected",
		"4:12: true or false is expected",
		"10:9: a mapping (key: value) is expected",
		"8:3: intake is not known here",
		"9:9: a text is expected",
		"7:9: tcp://HOST:PORT, ipc://PATH or \"\" is expected",
	};
	folder_path(state, "wot.yaml", &path);
	size_t found = 0;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		buf_clear(&expected);
		buf_printf(&expected, "%s:%s", path.data, lines[i]);
		if (!strstr(errors.data, expected.data))
			fail_msg("expected \"%s\" in: %s", expected.data, errors.data);
	}
	for (const char *at = errors.data; (at = strchr(at, '\n')); at++)
		found++;
	assert_int_equal(found, sizeof lines / sizeof *lines);
	assert_memory_equal(&config, &before, sizeof config);
}

static void doubled_keys_and_missing_files_are_refused(void **state)
{
	assert_refused(
		state, "log_level: info\nlog_level: debug\n", "2:1: log_level is here twice");
	assert_refused(
		state, "log_level: loud\n", "1:12: debug, info, warning or error is expected");
	assert_refused(state, "http: 127.0.0.1:65536\n", "1:7: HOST:PORT");
	assert_refused(state, "http: 127.0.0.1:0\n", "1:7: HOST:PORT");
	assert_refused(state, "http: 192.168.1.4:80\n", "1:7: HOST:PORT");
	assert_refused(state, "push: 'tcp://[::1:8490'\n", "1:7: tcp://HOST:PORT");
	assert_refused(state, "push: 'inproc://x'\n", "1:7: tcp://HOST:PORT");
	assert_refused(state, "wards: \"\"\n", "1:8: a path is expected");
	assert_refused(state, "http:\n", "a text is expected; an empty one is \"\"");
	struct config config;
	auto_buf struct buf errors = {0};
	config_defaults(&config);
	assert_int_equal(
		config_load(&config, "/nowhere/wot.yaml", "intake", &errors), ERR_NOT_FOUND);
	assert_non_null(strstr(errors.data, "/nowhere/wot.yaml: No such file"));
}

/* The daemon works in another folder than the one it was started in. */
static void files_are_found_beside_the_configuration_from_any_folder(void **state)
{
	struct config config;
	auto_buf struct buf errors = {0}, path = {0};
	folder_write(state, "wot.yaml", "wards: data/w.csv\nkpi: /etc/kpi.yaml\n", &path);
	char *before = realpath(".", NULL), *folder = realpath(*state, NULL);
	assert_int_equal(chdir(*state), 0);
	config_defaults(&config);
	assert_int_equal(config_load(&config, "wot.yaml", "intake", &errors), 0);
	assert_int_equal(chdir(before), 0);
	buf_clear(&path);
	buf_printf(&path, "%s/data/w.csv", folder);
	assert_string_equal(config.wards, path.data);
	assert_string_equal(config.kpi, "/etc/kpi.yaml");
	buf_clear(&path);
	buf_printf(&path, "%s/clients.yaml", folder);
	assert_string_equal(config.clients, path.data);
	free(before);
	free(folder);
}

static void what_is_printed_loads_again(void **state)
{
	struct config first, second;
	auto_buf struct buf errors = {0}, printed = {0}, again = {0};
	assert_int_equal(load(state,
				 "intake:\n  http: 127.0.0.1:8480\n  synthetic: true\n  wards: 'a "
				 "\"b\".csv'\n"
				 "max_waiting: 99\nfeed: 'tcp://*:8500'\nintake_feed: "
				 "'ipc:///run/wot/intake.feed'\n",
				 "intake", &first, &errors),
		0);
	config_print(&first, &printed);
	assert_int_equal(load(state, printed.data, "intake", &second, &errors), 0);
	config_print(&second, &again);
	assert_string_equal(printed.data, again.data);
	assert_string_equal(second.http, "127.0.0.1:8480");
	assert_string_equal(second.feed, "tcp://*:8500");
	assert_true(second.synthetic);
	assert_int_equal(second.max_waiting, 99);
	assert_string_equal(strrchr(second.wards, '/'), "/a \"b\".csv");
}

static void every_setting_is_documented_and_none_is_called_as_a_daemon(void **state)
{
	(void)state;
	auto_buf struct buf docs = {0};
	config_print_docs(&docs);
	size_t rows = 0, settings = 0;
#define CHECK(name)                                                                                \
	assert_non_null(strstr(docs.data, "| `" #name "` | "));                                    \
	assert_null(strstr(" intake triage case aggregate ", " " #name " "));                      \
	settings++;
#define TEXT(name, value, form, help) CHECK(name)
#define NUMBER(name, value, min, max, help) CHECK(name)
#define FLAG(name, value, help) CHECK(name)
#include "config/setting.def"
#undef TEXT
#undef NUMBER
#undef FLAG
	for (const char *at = docs.data; (at = strchr(at, '\n')); at++)
		rows++;
	assert_int_equal(rows, settings + 2);
	assert_non_null(strstr(docs.data, "| `http` | `\"\"` | HOST:PORT with a loopback address"));
	assert_non_null(
		strstr(docs.data, "| `max_submission_kib` | `64` | 1 to 1024 | Largest single"));
}

static void a_text_file_is_read_whole_or_not_at_all(void **state)
{
	auto_buf struct buf text = {0}, path = {0};
	struct why why = {""};
	folder_write(state, "a.yaml", "teams: {}\n", &path);
	assert_int_equal(config_read_text(path.data, &text, &why), 0);
	assert_string_equal(text.data, "teams: {}\n");
	folder_write(state, "b.yaml", "name: \xff\n", &path);
	assert_int_equal(config_read_text(path.data, &text, &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "b.yaml: this is not a text in UTF-8"));
	assert_int_equal(config_read_text("/nowhere", &text, &why), ERR_CONFIG);
	assert_string_equal(why.text, "/nowhere: No such file or directory");
	assert_string_equal(text.data, "teams: {}\n");
}

/* An editor on Windows begins a file with a mark and ends its lines with CRLF. */
static void a_file_of_windows_says_what_it_says_elsewhere(void **state)
{
#define MARK "\xef\xbb\xbf"
	struct config config;
	auto_buf struct buf errors = {0}, text = {0}, path = {0};
	struct why why = {""};
	struct wards wards;
	struct closing closing;
	assert_int_equal(load(state, MARK "map_size_mib: 77\r\nintake:\r\n  map_size_mib: 78\r\n",
				 "intake", &config, &errors),
		0);
	assert_int_equal(config.map_size_mib, 78);
	folder_write(state, "w.csv",
		MARK "key,name,postcodes,households\r\nOOST,Oost,3112 3115,4200\r\n", &path);
	assert_int_equal(wards_load(&wards, path.data, &errors), 0);
	assert_string_equal(wards_by_postcode(&wards, "3115AB")->key, "OOST");
	wards_done(&wards);
	buf_clear(&path);
	folder_write(state, "c.yaml", MARK "closed:\r\n  - 2026-12-24\r\n", &path);
	assert_int_equal(config_read_text(path.data, &text, &why), 0);
	assert_string_equal(text.data, "closed:\r\n  - 2026-12-24\r\n");
	assert_int_equal(closing_parse(&closing, text.data, text.len, "c.yaml", &errors), 0);
	assert_int_equal(closing.count, 1);
	closing_done(&closing);
	buf_clear(&path);
	folder_write(state, "only.yaml", MARK, &path);
	assert_int_equal(config_read_text(path.data, &text, &why), 0);
	assert_string_equal(text.data, "closed:\r\n  - 2026-12-24\r\n");
	assert_string_equal(errors.data ? errors.data : "", "");
#undef MARK
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_gives_the_defaults),
		cmocka_unit_test(a_daemons_section_wins_over_the_top_for_that_daemon_only),
		cmocka_unit_test(everything_wrong_is_told_at_once),
		cmocka_unit_test(doubled_keys_and_missing_files_are_refused),
		cmocka_unit_test(files_are_found_beside_the_configuration_from_any_folder),
		cmocka_unit_test(what_is_printed_loads_again),
		cmocka_unit_test(every_setting_is_documented_and_none_is_called_as_a_daemon),
		cmocka_unit_test(a_file_of_windows_says_what_it_says_elsewhere),
		cmocka_unit_test(a_text_file_is_read_whole_or_not_at_all),
	};
	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
