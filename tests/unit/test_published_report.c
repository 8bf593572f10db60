/* A report that was published, read again: what is missing or of another kind is refused, with where it stands. */
#include "client/published_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A report of one figure, with a row of its split. */
static const char whole[] =
	"{\"year\":2025,\"asOf\":\"2026-02-01\","
	"\"logs\":{\"intake\":{\"seq\":7,\"hash\":\"" /* of a block */
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"},"
	"\"triage\":{\"seq\":0,\"hash\":null},\"case\":{\"seq\":9,\"hash\":null}},"
	"\"figures\":[{\"by\":\"ward\",\"figure\":{\"id\":\"help_requests\",\"definition\":2025,"
	"\"period\":{\"from\":\"2025-01-01\",\"to\":\"2025-12-31\"},"
	"\"value\":3,\"count\":3,\"of\":null,\"unknown\":0,\"low\":3,\"high\":3,"
	"\"by\":[{\"key\":\"OOST\",\"value\":1.5,\"count\":1,\"of\":null,\"unknown\":0}]}}]}";

/* The same with one part replaced. */
static void changed(const char *part, const char *other, struct buf *out)
{
	const char *at = strstr(whole, part);
	assert_non_null(at);
	buf_clear(out);
	buf_add(out, whole, (size_t)(at - whole));
	buf_text(out, other);
	buf_text(out, at + strlen(part));
}

static void refused(const char *text, const char *said)
{
	struct published_report report = {.year = 1};
	struct why why = {""};
	assert_int_equal(published_read(text, strlen(text), &report, &why), ERR_INVALID);
	assert_int_equal(report.year, 1);
	assert_null(report.json);
	assert_string_equal(why.text, said);
}

static void a_whole_report_is_read(void **state)
{
	(void)state;
	auto_published struct published_report report = {0};
	struct why why = {""};
	assert_int_equal(published_read(whole, strlen(whole), &report, &why), 0);
	assert_int_equal(report.year, 2025);
	assert_string_equal(report.as_of, "2026-02-01");
	assert_int_equal(report.logs[STREAM_INTAKE].seq, 7);
	assert_int_equal(strlen(report.logs[STREAM_INTAKE].hash), 64);
	assert_null(report.logs[STREAM_TRIAGE].hash);
	struct published_figure figure = published_figure(&report, 0);
	assert_string_equal(figure.id, "help_requests");
	assert_string_equal(figure.by, "ward");
	assert_string_equal(figure.to, "2025-12-31");
	assert_int_equal(figure.definition, 2025);
}

static void what_another_version_adds_is_passed_over(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	auto_published struct published_report report = {0};
	struct why why = {""};
	changed("{\"year\"", "{\"format\":{\"of\":[3]},\"year\"", &text);
	assert_int_equal(published_read(text.data, text.len, &report, &why), 0);
	assert_int_equal(json_array_size(report.figures), 1);
}

/* A KPI is of the kpi.yaml of its time: whether it is known is asked of the daemon. */
static void a_kpi_that_nobody_knows_is_read(void **state)
{
	(void)state;
	auto_buf struct buf text = {0};
	auto_published struct published_report report = {0};
	struct why why = {""};
	changed("help_requests", "cups_of_tea", &text);
	assert_int_equal(published_read(text.data, text.len, &report, &why), 0);
	assert_string_equal(published_figure(&report, 0).id, "cups_of_tea");
}

static void what_is_no_json_is_refused_with_its_line(void **state)
{
	(void)state;
	refused("", "line 1, column 0: no whole JSON");
	refused("{\"year\":\n 2025", "line 2, column 5: no whole JSON");
	refused("{\"year\":2025,\"year\":2025}", "line 1, column 19: no whole JSON");
	refused("{} {}", "line 1, column 4: no whole JSON");
}

static void every_cut_is_refused(void **state)
{
	(void)state;
	struct published_report report;
	struct why why;
	for (size_t len = 0; len + 1 < sizeof whole - 1; len++)
		assert_int_equal(published_read(whole, len, &report, &why), ERR_INVALID);
}

static void what_is_missing_or_of_another_kind_is_named(void **state)
{
	static const struct {
		const char *part, *other, *said;
	} rows[] = {
		{"\"year\":2025,", "", "/year is missing"},
		{"\"year\":2025", "\"year\":\"2025\"", "/year is no whole number"},
		{"\"year\":2025", "\"year\":20250", "/year is no year"},
		{"\"year\":2025", "\"year\":-1", "/year is below 0"},
		{"2026-02-01", "1 februari", "/asOf is not as wotctl writes it"},
		{"2026-02-01", "2026-02-30", "/asOf is no day"},
		{"\"logs\":", "\"log\":", "/logs is missing"},
		{"\"triage\"", "\"triases\"", "/logs/triage is missing"},
		{"\"seq\":7", "\"seq\":-7", "/logs/intake/seq is below 0"},
		{"\"seq\":7", "\"seq\":7.5", "/logs/intake/seq is no whole number"},
		{"eeff\"}", "eef\"}", "/logs/intake/hash is cut"},
		{"eeff\"}", "eefG\"}", "/logs/intake/hash is not as wotctl writes it"},
		{"\"figures\":[", "\"figures\":null,\"x\":[", "/figures is no list"},
		{"\"by\":\"ward\",", "", "/figures/0/by is missing"},
		{"\"by\":\"ward\"", "\"by\":\"ward json\"",
			"/figures/0/by is not as wotctl writes it"},
		{"\"figure\":{", "\"figure\":3,\"x\":{", "/figures/0/figure is no object"},
		{"help_requests", "help\\nrequests",
			"/figures/0/figure/id is not as wotctl writes it"},
		{"help_requests", "", "/figures/0/figure/id is not as wotctl writes it"},
		{"\"definition\":2025", "\"definition\":1",
			"/figures/0/figure/definition is no year"},
		{"2025-01-01", "2024-01-01",
			"/figures/0/figure/period/from is not in the report's year"},
		{"2025-12-31", "2025-1-31", "/figures/0/figure/period/to is no day"},
		{"\"count\":3,", "", "/figures/0/figure/count is missing"},
		{"\"value\":3", "\"value\":\"3\"", "/figures/0/figure/value is no number"},
		{"\"low\":3,", "", "/figures/0/figure/low is missing"},
		{"\"by\":[", "\"by\":3,\"x\":[", "/figures/0/figure/by is no list"},
		{"\"key\":\"OOST\",", "", "/figures/0/figure/by/0/key is missing"},
		{"OOST", "\\u001b[2J", "/figures/0/figure/by/0/key is not as wotctl writes it"},
		{"\"count\":1,", "", "/figures/0/figure/by/0/count is missing"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		auto_buf struct buf text = {0};
		changed(rows[i].part, rows[i].other, &text);
		refused(text.data, rows[i].said);
	}
	refused("[]", "/year is missing");
	refused("3", "line 1, column 1: no whole JSON");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_report_is_read),
		cmocka_unit_test(what_another_version_adds_is_passed_over),
		cmocka_unit_test(a_kpi_that_nobody_knows_is_read),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_line),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(what_is_missing_or_of_another_kind_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
