/*
 * A page of figures is opened on the first morning too, when nothing was counted yet; and when nothing is known of what
 * was, when all numbers are too small, and when there is one group alone.
 */
#include "tests/unit/tallied.h"
#include "web/figures/figures_page.h"
#include "web/figures/kpi_page.h"

enum { HIDDEN_BELOW = 5 };

struct page {
	struct buf text;
	struct arena arena;
};

static struct asked asked_of(
	const struct tallied *t, struct page *page, const char *id, int64_t hidden_below)
{
	static const struct page_house house = {.town = "Ergens", .origins = {"", "", "", ""}};
	return (struct asked){.id = id,
		.period = hidden_below ? "2026-Q1" : "year",
		.kpis = tally_kpis(t->tally),
		.query = {.today = t->today},
		.house = &house,
		.now_ms = noon(t->today),
		.hidden_below = hidden_below,
		.arena = &page->arena};
}

/* Of all figures; of one, where it has an id. period NULL: as it is by itself. */
static struct page page_of_period(
	const struct tallied *t, const char *id, int64_t hidden_below, const char *period)
{
	struct page page = {0};
	struct why why = {""};
	auto_asked struct asked asked = asked_of(t, &page, id, hidden_below);
	asked.period = period ? period : asked.period;
	int err = asked_answer(&asked, &why);
	if (!err && id)
		err = kpi_page(&asked, &page.text, &why);
	else if (!err)
		figures_page(&asked, &page.text);
	if (err)
		fail_msg("%s: %s", id ? id : "all", why.text);
	assert_null(strstr(page.text.data, "nan"));
	assert_null(strstr(page.text.data, "inf%"));
	return page;
}

static void page_done(struct page *page)
{
	buf_done(&page->text);
	arena_done(&page->arena);
}

static void assert_period(const struct tallied *t, const char *id, int64_t hidden_below,
	const char *period, const char *says, const char *says_not)
{
	struct page page = page_of_period(t, id, hidden_below, period);
	if (!strstr(page.text.data, says))
		fail_msg("\"%s\" is not on the page of %s: %s", says, id ? id : "all",
			page.text.data);
	if (says_not && strstr(page.text.data, says_not))
		fail_msg("\"%s\" is on the page of %s", says_not, id ? id : "all");
	page_done(&page);
}

static void assert_page(const struct tallied *t, const char *id, int64_t hidden_below,
	const char *says, const char *says_not)
{
	assert_period(t, id, hidden_below, NULL, says, says_not);
}

static void every_page_is_there_before_anything_was_counted(void **state)
{
	struct tallied *t = *state;
	const struct kpis *kpis = tally_kpis(t->tally);
	assert_page(t, NULL, 0, "geen meting", "norm niet gehaald");
	assert_page(t, NULL, 0, "Halen we de normen?", "Percentages tegen de norm</caption>");
	assert_page(t, NULL, 0, "Nog geen cijfers", NULL);
	assert_page(t, NULL, HIDDEN_BELOW, "geen meting", "Verloop per maand");
	for (size_t i = 0; i < kpis->count; i++) {
		if (kpis->items[i].hidden)
			continue;
		assert_page(t, kpis->items[i].id, 0, "Hoe wij dit tellen", "Per wijk");
		assert_page(t, kpis->items[i].id, HIDDEN_BELOW, "Hoe wij dit tellen",
			"De zaken achter");
	}
	assert_page(t, "started_within_4_weeks", 0, "In 2026 is dit niet gemeten.", NULL);
	assert_page(t, "goals_met", 0, "Er zijn geen zaken in deze periode.", NULL);
}

static void what_nothing_is_known_of_has_no_number(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= 3; i++)
		FACTS(t, i, FACT(reported_on, day("2026-02-01")),
			FACT(closed_on, day("2026-03-01")));
	assert_page(t, "started_within_4_weeks", 0, ">\u2013</span>", "niet gemeten");
	assert_page(t, "goals_met", 0, "Van 3\u00A0trajecten weten we het niet.", NULL);
	assert_page(t, "goals_met", 0, ">0%</span>", NULL);
	assert_page(
		t, "started_within_4_weeks", 0, "Van 3\u00A0trajecten weten we het niet.", NULL);
}

static void what_is_measured_in_some_years_says_when(void **state)
{
	struct tallied *t = *state;
	static const char id[] = "satisfied_client_access";
	static const struct {
		const char *period, *says, *until;
	} rows[] = {{"2025", "In 2025 is dit niet gemeten. De volgende meting is in 2026.",
			    ">De meting is in 2026.</text>"},
		{"year", "Dit is nog niet gemeten. De meting is in 2026.",
			">De meting is in 2026.</text>"},
		{"2026-Q1", "In deze periode is dit niet gemeten. De meting is in 2026.",
			">De meting is in 2026.</text>"},
		{"2023", "In 2023 is dit niet gemeten. De volgende meting is in 2026.",
			">De meting is in 2026.</text>"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_period(t, id, 0, rows[i].period, rows[i].says, NULL);
		assert_period(t, id, 0, rows[i].period, rows[i].until, "Deel van alles");
		assert_period(t, NULL, 0, rows[i].period, "geen meting",
			i == 2 ? "volgende meting" : NULL);
		if (i != 2)
			assert_period(t, NULL, 0, rows[i].period,
				">· volgende meting in 2026</span>", NULL);
	}
	assert_page(t, id, 0, "Verloop per maand", "De maand met het open rondje");
	assert_period(t, "goals_met", 0, "2025", "In 2025 is dit niet gemeten.", "De meting is");
}

static void a_share_is_drawn_in_parts_with_names_of_their_own(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= 60; i++)
		FACTS(t, i, FACT(reported_on, day("2026-02-01")),
			FACT(support_started_on, day(i > 45 ? "2026-03-20" : "2026-02-05")));
	for (uint32_t i = 61; i <= 63; i++)
		FACTS(t, i, FACT(reported_on, day("2026-02-01")),
			FACT(closed_on, day("2026-03-01")));
	static const char id[] = "started_within_4_weeks";
	assert_page(
		t, id, 0, "Binnen 4 weken: 45 (71%); Later: 15 (24%); Onbekend: 3 (5%).", "Niet: ");
	assert_page(t, id, 0, ">binnen 4 weken</text>", "op tijd</text>");
	assert_page(t, id, 0, ">later</text>", NULL);
	assert_page(t, id, 0, ">week na de melding waarin de begeleiding startte</text>", NULL);
	assert_page(t, id, 0, ">Alle 63 zaken</a>", NULL);
	assert_page(t, "people_involved", 0, ">Alle zaken</a>", NULL);
	assert_page(t, id, HIDDEN_BELOW, "Hoe wij dit tellen", "zaken</a>");
}

static void small_numbers_are_not_shown_to_who_may_not_see_them(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= 3; i++)
		FACTS(t, i, FACT(reported_on, day("2026-02-01")), .ward = as_text("ZUID"));
	assert_page(t, "help_requests", HIDDEN_BELOW, "Aantallen onder de 5 tonen we niet.",
		"Per wijk");
	assert_page(t, NULL, HIDDEN_BELOW, "niet getoond: klein aantal", "wat onbekend is");
	assert_page(t, "help_requests", 0, "Het aantal hulpvragen is 3.", NULL);
	assert_page(t, NULL, 0, "wat onbekend is", "niet getoond");
}

static void one_group_stands_beside_nothing(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 1; i <= 60; i++)
		FACTS(t, i, FACT(reported_on, day("2026-02-01")),
			FACT(support_started_on, day("2026-02-05")), .ward = as_text("ZUID"));
	assert_page(t, "started_within_4_weeks", 0,
		"De aantallen zijn te klein om de wijken te vergelijken.", "vaker dan de rest");
	assert_page(t, "started_within_4_weeks", 0, "De norm is 80%. Die is gehaald.", NULL);
	assert_page(t, NULL, 0, "Van de 2 percentages met een norm haalt er 1 de norm.", NULL);
}

static void what_is_asked_wrongly_is_refused(void **state)
{
	struct tallied *t = *state;
	static const struct {
		const char *period, *beside, *ward, *definition;
		int64_t hidden_below;
		int err;
	} rows[] = {{"2026-13", NULL, NULL, NULL, 0, ERR_INVALID},
		{"year", "gisteren", NULL, NULL, 0, ERR_INVALID},
		{"year", NULL, "NERGENS", NULL, 0, ERR_INVALID},
		{"year", NULL, NULL, "x", 0, ERR_INVALID},
		{"quarter", NULL, NULL, NULL, HIDDEN_BELOW, ERR_FORBIDDEN},
		{"2025", NULL, "alle", NULL, HIDDEN_BELOW, ERR_FORBIDDEN},
		{"2025", "geen", NULL, NULL, HIDDEN_BELOW, 0},
		{"2026-Q1", "vorige", "alle", "2023", 0, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct page page = {0};
		struct why why = {""};
		struct asked asked = asked_of(t, &page, NULL, rows[i].hidden_below);
		asked.period = rows[i].period;
		asked.beside = rows[i].beside;
		asked.ward = rows[i].ward;
		asked.definition = rows[i].definition;
		assert_int_equal(asked_answer(&asked, &why), rows[i].err);
		asked_done(&asked);
		page_done(&page);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tallied_setup, tallied_teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_page_is_there_before_anything_was_counted),
		TEST(what_nothing_is_known_of_has_no_number),
		TEST(what_is_measured_in_some_years_says_when),
		TEST(a_share_is_drawn_in_parts_with_names_of_their_own),
		TEST(small_numbers_are_not_shown_to_who_may_not_see_them),
		TEST(one_group_stands_beside_nothing),
		TEST(what_is_asked_wrongly_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
