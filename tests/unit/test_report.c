/*
 * The annual report: what report.yaml may say, what must add up, what is hidden, and that it is the same each time. Its
 * figures of 2025 are held against the annual report in tests/system/test_report.py.
 */
#include "kpi/yaml/kpi_yaml.h"
#include "report/data.h"
#include "report/file.h"
#include "report/view.h"
#include "tests/unit/tallied.h"

static int outline_of(
	struct outline *outline, const struct tallied *t, const char *text, struct buf *errors)
{
	return outline_parse(outline, tally_kpis(t->tally), text, "report.yaml", errors);
}

static struct outline shipped_outline(const struct tallied *t)
{
	struct outline outline;
	auto_buf struct buf text = {0}, errors = {0};
	assert_int_equal(yaml_read_file("config/report.yaml", &text, &errors), 0);
	if (outline_of(&outline, t, text.data, &errors))
		fail_msg("%s", errors.data);
	return outline;
}

static struct report_asked asked_of(uint32_t year, const char *as_of)
{
	return (struct report_asked){.year = year,
		.as_of = day(as_of),
		.suppress_below = 5,
		.complete_from = day("2025-01-01"),
		.town = "Schiedam"};
}

static void report_of(const struct tallied *t, const struct outline *outline,
	const struct report_asked *asked, struct report *out)
{
	struct why why = {""};
	if (report_make(out, outline, tally_kpis(t->tally), asked, &why))
		fail_msg("%s", why.text);
}

/* Requests of one day from a ward, `closed` of them closed on another, with a reason. */
static uint32_t log_requests(
	struct tallied *t, uint32_t number, uint32_t count, const char *on, const char *ward)
{
	for (uint32_t i = 0; i < count; i++)
		FACTS(t, number + i, FACT(reported_on, day(on)), .ward = as_text(ward));
	return number + count;
}

static uint32_t log_closed(struct tallied *t, uint32_t number, uint32_t count, int reason)
{
	for (uint32_t i = 0; i < count; i++)
		FACTS(t, number + i, FACT(reported_on, day("2025-02-03")),
			FACT(support_started_on, day("2025-02-10")),
			FACT(closed_on, day("2025-05-01")),
			FACT(closing_reason, (Wot__V1__Closed__Reason)reason));
	return number + count;
}

/* A small year: two wards, 60 cases closed for three reasons. */
static void log_year(struct tallied *t)
{
	uint32_t next = log_requests(t, 1, 40, "2025-01-20", "ZUID");
	next = log_requests(t, next, 30, "2025-04-20", "OOST");
	next = log_closed(t, next, 40, WOT__V1__CLOSED__REASON__GOALS_MET);
	next = log_closed(t, next, 12, WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT);
	log_closed(t, next, 8, WOT__V1__CLOSED__REASON__MOVED_AWAY);
}

/* ---- report.yaml ---- */

#define HEAD                                                                                       \
	"cover: {figures: [help_requests], read: x}\nsummary: []\nnorms: []\ngoals: []\n"          \
	"unknowns: []\nwords: []\n"

static void what_is_wrong_is_said_with_its_place(void **state)
{
	static const char *const rows[][2] = {
		{HEAD "pieces: []\nadds_up: [{figure: nothing, over: quarters}]\n",
			"report.yaml:8:20: there is no KPI nothing"},
		{HEAD "pieces: []\nadds_up: [{figure: closures, rows: closures/wijk}]\n",
			"closures is not split by wijk"},
		{HEAD "adds_up: []\npieces:\n  - {id: a, title: b, large: \"{closures\", under: c, "
		      "say: []}\n",
			"a { without its }"},
		{HEAD "adds_up: []\npieces:\n  - {id: a, title: b, large: \"{closures.mode}\", "
		      "under: c, "
		      "say: []}\n",
			"there is no .mode of a figure"},
		{HEAD "adds_up: []\npieces:\n  - {id: a, title: b, large: \"{closures.most}\", "
		      "under: c, "
		      "say: []}\n",
			"there is no .most of closures"},
		{HEAD "adds_up: []\npieces:\n  - {id: a, title: b, large: c, under: d, say: [], "
		      "paragraphs: []}\n",
			"sentences or paragraphs of them, not both"},
		{HEAD "adds_up: []\npieces:\n  - {id: a, title: b, large: c, under: d, "
		      "paragraphs: [{say: []}]}\n",
			"head is lacking"},
		{HEAD "adds_up: []\npieces: []\nchapters: []\n", "chapters"},
		{HEAD "adds_up: [{figure: closures}]\npieces: []\n", "adds up to one thing"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct outline outline;
		auto_buf struct buf errors = {0};
		assert_int_equal(outline_of(&outline, *state, rows[i][0], &errors), ERR_CONFIG);
		if (!strstr(errors.data, rows[i][1]))
			fail_msg("%s lacks: %s", errors.data, rows[i][1]);
	}
}

static void each_figure_is_asked_for_once_in_the_order_of_the_file(void **state)
{
	struct outline outline = shipped_outline(*state);
	assert_string_equal(outline.needs[0].id, "help_requests");
	for (size_t i = 0; i < outline.need_count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct outline_need *a = &outline.needs[i], *b = &outline.needs[j];
			bool by = !a->by == !b->by && (!a->by || !strcmp(a->by, b->by));
			assert_false(!strcmp(a->id, b->id) && by && a->span == b->span &&
				     a->otherwise == b->otherwise);
		}
	}
	outline_done(&outline);
}

/* ---- what must add up ---- */

/* kpi.yaml, in which closures leave a reason out. */
static char *yaml_without_a_reason(void)
{
	auto_free char *yaml = shipped_yaml();
	static const char before[] = "    population: adults\n    day: closed_on\n"
				     "    unknown_inside: closing_reason is UNKNOWN";
	char *at = strstr(yaml, before);
	struct buf out = {0};
	assert_non_null(at);
	buf_add(&out, yaml, (size_t)(at - yaml));
	buf_text(&out, "    where: closing_reason is not MOVED_AWAY\n");
	buf_text(&out, at);
	return out.data;
}

static void a_report_that_leaves_a_reason_out_is_refused_with_both_numbers(void **state)
{
	struct tallied *t = *state;
	auto_free char *yaml = yaml_without_a_reason();
	struct report report;
	struct why why = {""};
	log_year(t);
	log_config(t, STREAM_CASE, "kpi.yaml", yaml);
	assert_null(tally_refusal(t->tally));
	struct outline outline = shipped_outline(t);
	struct report_asked asked = asked_of(2025, "2026-02-01");
	assert_int_equal(
		report_make(&report, &outline, tally_kpis(t->tally), &asked, &why), ERR_DIVERGED);
	assert_string_equal(why.text, "the report of 2025 is not made, for it does not add up: "
				      "closures is 52, and goals_met is of 60");
	outline_done(&outline);
}

/* ---- which year ---- */

static void a_year_that_is_not_over_says_so_on_the_cover(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	log_year(t);
	static const struct {
		const char *as_of;
		bool says;
	} rows[] = {{"2025-12-31", true}, {"2026-01-01", false}};
	for (size_t i = 0; i < 2; i++) {
		auto_report struct report report = {0};
		auto_buf struct buf html = {0}, json = {0};
		struct report_asked asked = asked_of(2025, rows[i].as_of);
		report_of(t, &outline, &asked, &report);
		report_html(&report, &html);
		report_json(&report, &json);
		assert_int_equal(
			strstr(html.data, "2025 is nog niet voorbij") != NULL, rows[i].says);
		assert_non_null(
			strstr(json.data, rows[i].says ? "\"over\":false" : "\"over\":true"));
	}
	outline_done(&outline);
}

static void there_is_no_report_of_a_year_without_figures(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	struct report report;
	static const uint32_t years[] = {2024, 2027};
	for (size_t i = 0; i < 2; i++) {
		struct why why = {""};
		struct report_asked asked = asked_of(years[i], "2026-11-21");
		assert_int_equal(report_make(&report, &outline, tally_kpis(t->tally), &asked, &why),
			ERR_NOT_FOUND);
		assert_non_null(strstr(why.text, "they begin on 2025-01-01"));
	}
	outline_done(&outline);
}

/* ---- what is hidden ---- */

static void what_is_hidden_is_null_in_every_format(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	auto_report struct report shown = {0}, hidden = {0};
	auto_buf struct buf csv = {0}, json = {0}, html = {0};
	log_year(t);
	log_requests(t, 500, 3, "2025-06-01", "GROENOORD");
	struct report_asked asked = asked_of(2025, "2026-02-01");
	report_of(t, &outline, &asked, &hidden);
	asked.internal = true;
	report_of(t, &outline, &asked, &shown);
	const struct figure_row *row =
		report_row(report_figure(&hidden, "help_requests", "ward"), "GROENOORD");
	assert_true(row->suppressed && !row->value.counts.count);
	row = report_row(report_figure(&shown, "help_requests", "ward"), "GROENOORD");
	assert_true(!row->suppressed && row->value.counts.count == 3);
	report_csv(&hidden, &csv);
	assert_non_null(strstr(csv.data, "help_requests,Hulpvragen,2025-01-01,2025-12-31,2025,"
					 "GROENOORD,GROENOORD,,count,,,,"));
	report_json(&hidden, &json);
	json_t *read = json_of(&json);
	size_t i, r;
	json_t *item, *one;
	json_array_foreach(json_object_get(read, "figures"), i, item)
	{
		json_array_foreach(json_object_get(json_object_get(item, "figure"), "by"), r, one)
		{
			if (json_is_true(json_object_get(one, "suppressed")))
				assert_true(json_is_null(json_object_get(one, "count")) &&
					    json_is_null(json_object_get(one, "value")));
		}
	}
	json_decref(read);
	report_html(&hidden, &html);
	assert_non_null(strstr(html.data, "niet getoond: klein aantal"));
	assert_non_null(
		strstr(html.data, "<th scope=\"row\">GROENOORD</th><td class=\"r\">x</td>"));
	outline_done(&outline);
}

static void an_internal_report_says_so_on_every_page(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	auto_report struct report report = {0};
	auto_buf struct buf html = {0};
	struct report_asked asked = asked_of(2025, "2026-02-01");
	log_year(t);
	asked.internal = true;
	report_of(t, &outline, &asked, &report);
	report_html(&report, &html);
	assert_non_null(strstr(html.data, "Intern. Kleine aantallen zijn niet weggelaten"));
	assert_non_null(strstr(html.data, "@page{@bottom-left{content:'Jaarverslag 2025, "
					  "wijkondersteuningsteams Schiedam. Intern'}}"));
	outline_done(&outline);
}

static void classes_are_shown_all_or_not_at_all(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	struct report_asked asked = asked_of(2025, "2026-02-01");
	log_year(t);
	for (int few = 0; few < 2; few++) {
		auto_report struct report report = {0};
		if (few)
			FACTS(t, 700, FACT(reported_on, day("2025-02-03")),
				FACT(support_started_on, day("2025-03-20")));
		report_of(t, &outline, &asked, &report);
		const struct figure *classes = report_figure(&report, "waiting_days", "class");
		assert_int_equal(classes->suppressed, few);
		assert_int_equal(classes->row_count > 0, !few);
	}
	outline_done(&outline);
}

/* ---- open data ---- */

static void data_says_what_is_hidden_and_gives_no_number_of_it(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	struct report_asked asked = asked_of(2025, "2026-02-01");
	static const char *const rows[] = {
		"help_requests,ward,GROENOORD,GROENOORD,2025-01-01,2025-12-31,count,,,,true\n",
		"help_requests,ward,GROENOORD,GROENOORD,2025-01-01,2025-12-31,count,3,3,0,false\n"};
	log_year(t);
	log_requests(t, 500, 3, "2025-06-01", "GROENOORD");
	for (int internal = 0; internal < 2; internal++) {
		auto_report struct report report = {0};
		auto_data struct report_data data = {0};
		asked.internal = internal;
		report_of(t, &outline, &asked, &report);
		report_data(&report, &data);
		assert_non_null(
			strstr(data.files[report_data_find("splits.csv")].data, rows[internal]));
		json_t *read = json_of(&data.files[report_data_find("datapackage.json")]);
		assert_int_equal(json_is_true(json_object_get(read, "internal")), internal);
		assert_int_equal(json_object_get(read, "licenses") != NULL, !internal);
		assert_int_equal(
			json_array_size(json_object_get(read, "resources")), REPORT_DATA_FILES - 1);
		json_decref(read);
	}
	assert_int_equal(report_data_find("../figures.csv"), REPORT_DATA_FILES);
	assert_int_equal(report_data_find(""), REPORT_DATA_FILES);
	outline_done(&outline);
}

/* It is not none: that would be a number. */
static void how_many_are_not_known_is_empty_where_that_alone_is_hidden(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	struct report_asked asked = asked_of(2025, "2026-02-01");
	log_year(t);
	for (int hidden = 0; hidden < 2; hidden++) {
		auto_report struct report report = {0};
		auto_data struct report_data data = {0};
		report_of(t, &outline, &asked, &report);
		for (size_t i = 0; i < report.count; i++)
			report.figures[i].total.no_unknown = hidden;
		report_data(&report, &data);
		const char *text = data.files[report_data_find("figures.csv")].data;
		assert_int_equal(strstr(text, ",2025-12-31,count,130,130,,0,") != NULL, !hidden);
		assert_int_equal(strstr(text, ",2025-12-31,count,130,130,,,") != NULL, hidden);
	}
	outline_done(&outline);
}

/* ---- the same each time ---- */

static void the_same_log_gives_the_same_bytes(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	struct buf texts[2] = {{0}};
	struct report_asked asked = asked_of(2025, "2026-02-01");
	log_year(t);
	struct tally *again = tally_replayed(t);
	const struct tally *tallies[] = {t->tally, again};
	for (size_t i = 0; i < 2; i++) {
		auto_report struct report report = {0};
		struct why why;
		assert_int_equal(
			report_make(&report, &outline, tally_kpis(tallies[i]), &asked, &why), 0);
		report_html(&report, &texts[i]);
		report_csv(&report, &texts[i]);
		report_json(&report, &texts[i]);
		auto_data struct report_data data = {0};
		report_data(&report, &data);
		for (size_t f = 0; f < REPORT_DATA_FILES; f++)
			buf_add(&texts[i], data.files[f].data, data.files[f].len);
	}
	assert_string_equal(texts[0].data, texts[1].data);
	buf_done(&texts[0]);
	buf_done(&texts[1]);
	tally_free(again);
	outline_done(&outline);
}

static void the_page_says_the_same_where_rows_are_only_counted(void **state)
{
	struct tallied *t = *state;
	struct outline outline = shipped_outline(t);
	struct buf texts[2] = {{0}};
	struct report_asked asked = asked_of(2025, "2026-02-01");
	log_year(t);
	for (size_t i = 0; i < 2; i++) {
		auto_report struct report report = {0};
		asked.rows_counted = i;
		report_of(t, &outline, &asked, &report);
		const struct figure *waits = report_figure(&report, "waiting_days", "class");
		assert_true(waits->row_count && waits->rows[0].value.counts.count == 60);
		assert_int_equal(waits->rows[0].value.has_spread, !i);
		assert_true(report_figure(&report, "waiting_days", NULL)->total.has_spread);
		report_html(&report, &texts[i]);
	}
	assert_string_equal(texts[0].data, texts[1].data);
	buf_done(&texts[0]);
	buf_done(&texts[1]);
	outline_done(&outline);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tallied_setup, tallied_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_wrong_is_said_with_its_place),
		TEST(each_figure_is_asked_for_once_in_the_order_of_the_file),
		TEST(a_report_that_leaves_a_reason_out_is_refused_with_both_numbers),
		TEST(a_year_that_is_not_over_says_so_on_the_cover),
		TEST(there_is_no_report_of_a_year_without_figures),
		TEST(what_is_hidden_is_null_in_every_format),
		TEST(an_internal_report_says_so_on_every_page),
		TEST(classes_are_shown_all_or_not_at_all),
		TEST(how_many_are_not_known_is_empty_where_that_alone_is_hidden),
		TEST(data_says_what_is_hidden_and_gives_no_number_of_it),
		TEST(the_same_log_gives_the_same_bytes),
		TEST(the_page_says_the_same_where_rows_are_only_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
