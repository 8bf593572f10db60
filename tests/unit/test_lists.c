/*
 * The lists beside the settings: wards, organisations, closing days. A postcode in two wards or a
 * key that two organisations had on one day would count a person in the wrong place, so they are
 * refused.
 */
#include "config/closing.h"
#include "config/config.h"
#include "config/organisations.h"
#include "config/wards.h"
#include "lib/calendar.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define HEADER "key,name,postcodes,households\n"

static int32_t on(int year, int month, int day)
{
	return calendar_day((struct calendar_date){year, month, day});
}

static void assert_wards_refused(const char *text, const char *expected)
{
	struct wards wards = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(wards_parse(&wards, text, strlen(text), "w.csv", &errors), ERR_CONFIG);
	assert_null(wards.items);
	if (!strstr(errors.data, expected))
		fail_msg("expected \"%s\" in: %s", expected, errors.data);
}

static void a_ward_is_found_by_key_and_by_postcode(void **state)
{
	(void)state;
	static const char text[] = "# wards\n\n" HEADER
				   "OOST,Oost,3112 3115,4200\r\nZUID,Zuid,3117,\nW_3,Wijk drie,,12";
	struct wards wards;
	auto_buf struct buf errors = {0};
	assert_int_equal(wards_parse(&wards, text, sizeof text - 1, "w.csv", &errors), 0);
	assert_int_equal(wards.count, 3);
	assert_string_equal(wards_by_key(&wards, "OOST")->name, "Oost");
	assert_int_equal(wards_by_key(&wards, "OOST")->households, 4200);
	assert_int_equal(wards_by_key(&wards, "ZUID")->households, 0);
	assert_null(wards_by_key(&wards, "WEST"));
	assert_string_equal(wards_by_postcode(&wards, "3115AB")->key, "OOST");
	assert_string_equal(wards_by_postcode(&wards, "3117 ab")->key, "ZUID");
	assert_null(wards_by_postcode(&wards, "3199AB"));
	assert_null(wards_by_postcode(&wards, "31"));
	assert_null(wards_by_postcode(&wards, ""));
	assert_null(wards_by_postcode(&wards, "AB3115"));
	wards_done(&wards);
}

static void wards_that_contradict_are_refused_all_at_once(void **state)
{
	(void)state;
	assert_wards_refused("", "w.csv: the first line must be key,name,postcodes,households");
	assert_wards_refused("OOST,Oost,3112,\n", "the first line must be");
	static const char text[] = HEADER "OOST,Oost,3112 3112,\nOOST,Oost,3113,0\noost,,31134,1x\n"
					  "A,\"B, C\",3116,\nB,B,3118\nUNKNOWN,U,,\nC,\xff,,\n";
	static const char *const expected[] = {
		"w.csv:2:16: this postcode is here twice",
		"w.csv:3:1: this key is here twice",
		"w.csv:3:16: a number of households",
		"w.csv:4:1: a key of 1 to 32",
		"w.csv:4:6: a name of at most 64 bytes of UTF-8 is expected",
		"w.csv:4:7: postcodes of 4 digits",
		"w.csv:4:13: a number of households",
		"w.csv:5:1: four fields without quotes",
		"w.csv:6:1: four fields without quotes",
		"w.csv:7:1: UNKNOWN stands for no ward",
		"w.csv:8:3: a name",
	};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_wards_refused(text, expected[i]);
}

static void a_ward_holds_no_nul(void **state)
{
	(void)state;
	static const char *const lines[] = {"OOST?X,Oost,3112,", "OOST,Oo?st,3112,",
		"OOST,Oost,31?12,", "OOST,Oost,3112?,", "OOST,Oost,3112,1?2", "OOST,Oost,3112,12?"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct wards wards = {0};
		auto_buf struct buf text = {0}, errors = {0};
		buf_printf(&text, HEADER "%s\n", lines[i]);
		*strchr(text.data, '?') = 0;
		assert_int_equal(
			wards_parse(&wards, text.data, text.len, "w.csv", &errors), ERR_CONFIG);
		assert_null(wards.items);
	}
}

static void a_key_of_an_organisation_lasts_and_an_alias_ends(void **state)
{
	(void)state;
	static const char text[] =
		"teams: {anything: goes}\norganisations:\n  mevis: {name: Mevis, kind: youth}\n"
		"  gro-up:\n    name: Gro-up\n    kind: provider\n"
		"    aliases: [{key: buurtwerk, until: 2024-12-31}]\n";
	struct organisations organisations;
	auto_buf struct buf errors = {0};
	assert_int_equal(
		organisations_parse(&organisations, text, sizeof text - 1, "t.yaml", &errors), 0);
	assert_int_equal(organisations.count, 2);
	int32_t then = on(2024, 12, 31), now = on(2025, 1, 1);
	assert_string_equal(organisations_find(&organisations, "gro-up", now)->name, "Gro-up");
	assert_string_equal(organisations_find(&organisations, "buurtwerk", then)->key, "gro-up");
	assert_null(organisations_find(&organisations, "buurtwerk", now));
	assert_null(organisations_find(&organisations, "elsewhere", then));
	assert_string_equal(organisations_find(&organisations, "mevis", INT32_MAX)->kind, "youth");
	organisations_done(&organisations);
}

static void organisations_that_contradict_are_refused_all_at_once(void **state)
{
	(void)state;
	static const char text[] =
		"organisations:\n"
		"  Mevis: {name: Mevis, kind: youth}\n"
		"  a: {name: '', kind: x, alias: []}\n"
		"  b: {kind: x}\n"
		"  c:\n"
		"  d: {name: D, kind: x, aliases: [{key: a, until: 2024-02-30}, e]}\n";
	static const char *const expected[] = {
		"t.yaml:2:3: a key has lower-case letters",
		"t.yaml:3:13: name must not be empty",
		"t.yaml:3:26: alias is not known here; did you mean aliases?",
		"t.yaml:4:3: b lacks name",
		": a mapping (key: value) is expected",
		"t.yaml:6:41: a is the key of an organisation too",
		"t.yaml:6:51: a day that exists is expected",
		"t.yaml:6:64: a mapping (key: value) is expected",
	};
	struct organisations organisations = {0};
	auto_buf struct buf errors = {0};
	assert_int_equal(
		organisations_parse(&organisations, text, sizeof text - 1, "t.yaml", &errors),
		ERR_CONFIG);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		if (!strstr(errors.data, expected[i]))
			fail_msg("expected \"%s\" in: %s", expected[i], errors.data);
	assert_null(organisations.items);
	assert_int_equal(organisations_parse(&organisations, "teams: {}\n", 10, "t.yaml", &errors),
		ERR_CONFIG);
	assert_non_null(strstr(errors.data, "organisations is lacking"));
}

static void closing_days_come_in_order_whatever_the_file(void **state)
{
	(void)state;
	static const char text[] = "closed: [2026-12-24, 2026-05-15, '2026-12-31']\n";
	struct closing closing;
	auto_buf struct buf errors = {0};
	assert_int_equal(closing_parse(&closing, text, sizeof text - 1, "c.yaml", &errors), 0);
	assert_int_equal(closing.count, 3);
	assert_int_equal(closing.days[0], on(2026, 5, 15));
	assert_int_equal(closing.days[2], on(2026, 12, 31));
	assert_false(calendar_is_working_day(on(2026, 12, 24), closing.days, closing.count));
	closing_done(&closing);
	static const char wrong[] = "closed: [2026-12-24, 2026-12-24, tomorrow]\nopen: []\n";
	assert_int_equal(
		closing_parse(&closing, wrong, sizeof wrong - 1, "c.yaml", &errors), ERR_CONFIG);
	assert_string_equal(errors.data,
		"c.yaml:2:1: open is not known here\n"
		"c.yaml:1:22: this day is here twice\n"
		"c.yaml:1:34: a day that exists is expected, as YYYY-MM-DD\n");
}

/* What is shipped must load as it is; the tests run in the root of the source. */
static void the_shipped_files_load(void **state)
{
	(void)state;
	auto_buf struct buf errors = {0}, calendar = {0};
	struct wards wards = {0};
	assert_int_equal(wards_load(&wards, "config/wards.csv", &errors), 0);
	assert_int_equal(wards.count, 6);
	for (char postcode[5] = "3111"; strcmp(postcode, "3126") != 0;) {
		assert_non_null(wards_by_postcode(&wards, postcode));
		if (postcode[3]++ == '9')
			postcode[2]++, postcode[3] = '0';
	}
	wards_done(&wards);
	struct closing closing = {0};
	struct why why;
	assert_int_equal(config_read_text("config/calendar.yaml", &calendar, &why), 0);
	assert_int_equal(
		closing_parse(&closing, calendar.data, calendar.len, "calendar.yaml", &errors), 0);
	assert_int_equal(closing.count, 0);
	closing_done(&closing);
	struct organisations organisations = {0};
	assert_int_equal(organisations_load(&organisations, "config/triage.yaml", &errors), 0);
	assert_non_null(organisations_find(&organisations, "rogplus", INT32_MAX));
	organisations_done(&organisations);
	static const char *const doors[] = {
		"127.0.0.1:8480", "127.0.0.1:8481", "127.0.0.1:8482", "127.0.0.1:8483"};
	for (size_t i = 0; i < 4; i++) {
		struct config config;
		config_defaults(&config);
		assert_int_equal(
			config_load(&config, "config/wot.yaml", daemon_rows[i].name, &errors), 0);
		assert_string_equal(config.http, doors[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ward_is_found_by_key_and_by_postcode),
		cmocka_unit_test(wards_that_contradict_are_refused_all_at_once),
		cmocka_unit_test(a_ward_holds_no_nul),
		cmocka_unit_test(a_key_of_an_organisation_lasts_and_an_alias_ends),
		cmocka_unit_test(organisations_that_contradict_are_refused_all_at_once),
		cmocka_unit_test(closing_days_come_in_order_whatever_the_file),
		cmocka_unit_test(the_shipped_files_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
