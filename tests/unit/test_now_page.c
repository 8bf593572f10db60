/*
 * The page of today, on the first morning when nothing was counted yet, and with figures small enough to be counted by
 * hand. 2026-11-21 is a Saturday: what ends then or on Sunday stands in its first column.
 */
#include "lib/live.h"
#include "tests/unit/tallied.h"
#include "web/figures/now_page.h"

struct page {
	struct buf text;
	struct arena arena;
};

/* What triage says, and what the list is asked for. */
static struct now_given given;

static struct page page_of(const struct tallied *t, const char *part)
{
	struct why why = {""};
	static const struct page_house house = {.town = "Ergens", .origins = {"", "", "", ""}};
	struct page page = {0};
	struct asked asked = {.kpis = tally_kpis(t->tally),
		.query = {.today = t->today},
		.house = &house,
		.now_ms = noon(t->today),
		.arena = &page.arena};
	assert_int_equal(now_page(&asked, &given, part, &page.text, &why), 0);
	assert_null(strstr(page.text.data, "nan"));
	assert_null(strstr(page.text.data, "inf%"));
	return page;
}

/* says_not: may be NULL. part NULL: all of it. */
static void assert_page(
	const struct tallied *t, const char *part, const char *says, const char *says_not)
{
	struct page page = page_of(t, part);
	if (!strstr(page.text.data, says))
		fail_msg("\"%s\" is not in %s", says, page.text.data);
	if (says_not && strstr(page.text.data, says_not))
		fail_msg("\"%s\" is in %s", says_not, page.text.data);
	buf_done(&page.text);
	arena_done(&page.arena);
}

static uint32_t number;

static void waits_since(struct tallied *t, const char *on, const char *team, uint32_t count)
{
	while (count--)
		FACTS(t, ++number, FACT(reported_on, day(on)), .team = as_text(team));
}

static int now_setup(void **state)
{
	static const Wot__V1__Worklist nobody = WOT__V1__WORKLIST__INIT;
	number = 0;
	given = (struct now_given){.worklist = &nobody};
	return tallied_setup(state);
}

static void it_is_there_before_anything_was_counted(void **state)
{
	struct tallied *t = *state;
	assert_page(t, NULL, "Vandaag loopt er geen afspraak af.", "te laat.");
	assert_page(t, NULL, "data-live=\"waiting_now\">0<", "class=\"zorg\"");
	assert_page(t, "now_teams", "Er wacht niemand.", "Toon als tabel");
	assert_page(t, "now_forecast", "Dit kwartaal is nog niemand gestart.", NULL);
	assert_page(t, "now_phone", "Vandaag belde nog niemand.", "Op een gewone");
	assert_page(t, "now_course", "Er wacht nu niemand.", NULL);
}

/* Triage's copy may hold what nobody here can read: then nobody is told that everybody was phoned. */
static void without_a_work_list_nothing_is_said_to_be_on_time(void **state)
{
	struct tallied *t = *state;
	given.worklist = NULL;
	assert_page(t, "now_list", "De werklijst is hier nu niet te lezen.", "Iedereen is op tijd");
	assert_page(t, "now_list", "niet volledig", "loopt er geen afspraak af");
	assert_page(t, "now_list", "Niemand wacht langer dan 4 weken.", NULL);
}

/* The cells of a promise, each with its class and its number. */
static void assert_cells(const struct tallied *t, const char *label, const char *cells)
{
	struct page page = page_of(t, "now_promises");
	char seen[256] = "";
	const char *row = strstr(page.text.data, label);
	assert_non_null(row);
	const char *end = strstr(row, "</tr>");
	while ((row = strstr(row, "<td class=")) && row < end) {
		const char *text = strchr(strchr(row, '>') + 1, '>') + 1;
		snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s ",
			(int)strcspn(text, "<"), text);
		row++;
	}
	assert_string_equal(seen, cells);
	buf_done(&page.text);
	arena_done(&page.arena);
}

static void a_promise_stands_on_the_last_working_day_by_which_it_must_be_kept(void **state)
{
	struct tallied *t = *state;
	waits_since(t, "2026-10-23", "ZUID", 1); /* 20 November: yesterday */
	waits_since(t, "2026-10-24", "ZUID", 2); /* today */
	waits_since(t, "2026-10-25", "ZUID", 1); /* tomorrow, a Sunday */
	waits_since(t, "2026-10-26", "ZUID", 3); /* Monday */
	waits_since(t, "2026-10-31", "ZUID", 4); /* Saturday 28: on Friday */
	waits_since(t, "2026-11-02", "ZUID", 5); /* Monday 30 */
	waits_since(t, "2026-11-08", "ZUID", 6); /* Sunday 6 December: in that week */
	waits_since(t, "2026-11-09", "ZUID", 7); /* after it */
	assert_cells(t, "Begeleiding starten", "1 3 3 0 0 0 4 11 ");
	assert_page(t, "now_promises", ">30\u00A0nov.\u20134\u00A0dec.<", NULL);
	assert_page(t, "now_promises", "binnen 4 weken", NULL);
	assert_page(t, "now_promises", "binnen 1 werkdag<", NULL);
	assert_page(t, "now_promises",
		"/nu?afspraak=starts_due&amp;periode=2026-11-27..2026-11-29#lijst", NULL);
}

static void who_was_not_called_back_is_late_for_one_working_day(void **state)
{
	struct tallied *t = *state;
	static const struct {
		const char *id, *on;
	} calls[] = {{"a", "2026-11-18"}, {"b", "2026-11-19"}, {"c", "2026-11-20"}};
	for (size_t i = 0; i < 3; i++) {
		int64_t at = noon(day(calls[i].on));
		log_call(t, calls[i].id, WOT__V1__CALL__EVENT__ENTERED, at, -1);
		log_call(t, calls[i].id, WOT__V1__CALL__EVENT__ABANDONED, at + 60000, 60);
	}
	/* To be called back by Thursday, Friday and Monday: of Thursday nobody will be any more. */
	assert_cells(t, "Terugbellen", "1 0 1 0 0 0 0 0 ");
	assert_page(t, "now_lead", "Met 1 afspraak voor een eerste contact zijn we te laat.", NULL);
}

static void the_team_where_most_wait_too_long_is_named_where_it_is_one(void **state)
{
	struct tallied *t = *state;
	waits_since(t, "2026-10-01", "ZUID", 2);
	waits_since(t, "2026-11-20", "ZUID", 1);
	waits_since(t, "2026-10-01", "OOST", 1);
	assert_page(t, "now_lead", "ZUID heeft de meeste mensen die te lang wachten: 2 van de 3.",
		NULL);
	assert_page(t, "now_teams", "waarvan 2 te lang", NULL);
	assert_page(t, NULL, "<div class=\"zorg\"><dt>Wachten langer dan 4 weken</dt>", NULL);
	waits_since(t, "2026-10-02", "OOST", 1);
	assert_page(t, "now_lead", "zijn we te laat.", "heeft de meeste");
	assert_page(t, "now_teams", "In totaal wachten 4 te lang.", "Bij ZUID");
}

static void the_outlook_says_what_it_becomes_if_late_ones_start_too(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 10; i++)
		FACTS(t, ++number, FACT(reported_on, day("2026-10-01")),
			FACT(support_started_on, day("2026-10-01") + (i < 7 ? 28 : 29)));
	waits_since(t, "2026-11-01", "ZUID", 6);
	waits_since(t, "2026-10-23", "ZUID", 3);
	assert_page(t, "now_forecast",
		"Dit kwartaal lukte dit bij 70%. De norm is 80%. Er wachten "
		"6 mensen die nog op tijd kunnen starten. Bij 3 mensen is het "
		"al te laat.",
		NULL);
	assert_page(t, "now_forecast", "13 van 16", NULL);
	assert_page(t, "now_forecast", "13 van 19", NULL);
	assert_page(t, "now_forecast", "Start ook wie al te laat is", NULL);
}

static void an_ordinary_day_is_in_the_middle_of_the_last_eight(void **state)
{
	struct tallied *t = *state;
	t->today = day("2026-11-20"); /* a Friday */
	for (int week = 1; week <= 8; week++)
		for (int call = 0; call < (week > 4 ? 3 : week == 4 ? 9 : 1); call++) {
			char id[16];
			snprintf(id, sizeof id, "%d-%d", week, call);
			log_call(t, id, WOT__V1__CALL__EVENT__ENTERED, noon(t->today - 7 * week),
				-1);
		}
	assert_page(t, "now_phone", "Op een gewone vrijdag zijn het er 3 op de hele dag.", NULL);
	t->today = day("2026-11-13");
	assert_page(t, "now_phone", "Tot nu toe 1 telefoontje.", "Op een gewone");
}

static void a_part_that_there_is_not_is_refused(void **state)
{
	struct tallied *t = *state;
	struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct asked asked = {.kpis = tally_kpis(t->tally),
		.query = {.today = t->today},
		.now_ms = noon(t->today),
		.arena = &arena};
	struct why why;
	assert_int_equal(now_page(&asked, &given, "nothing", &text, &why), ERR_INVALID);
	given.promise = "starts_due";
	assert_int_equal(now_page(&asked, &given, "now_list", &text, &why), ERR_INVALID);
	given.period = "yesterday";
	assert_int_equal(now_page(&asked, &given, "now_list", &text, &why), ERR_INVALID);
	given.promise = "waiting_now";
	given.period = "today";
	assert_int_equal(now_page(&asked, &given, "now_list", &text, &why), ERR_INVALID);
	assert_int_equal(text.len, 0);
	arena_done(&arena);
}

/* ---- the list ---- */

/* Each of the texts stands behind the one before. */
static void assert_in_order(const struct tallied *t, const char *part, const char *const *texts)
{
	struct page page = page_of(t, part);
	const char *at = page.text.data;
	for (; *texts; texts++) {
		const char *found = strstr(at, *texts);
		if (!found)
			fail_msg("\"%s\" does not follow in %s", *texts, at);
		at = found;
	}
	buf_done(&page.text);
	arena_done(&page.arena);
}
#define IN_ORDER(t, part, ...) assert_in_order(t, part, (const char *const[]){__VA_ARGS__, NULL})

static void the_five_who_are_late_longest_are_listed_and_the_rest_by_a_link(void **state)
{
	struct tallied *t = *state;
	waits_since(t, "2026-10-20", "ZUID", 3);
	waits_since(t, "2026-08-01", "OOST", 1);
	waits_since(t, "2026-10-19", "ZUID", 2);
	IN_ORDER(t, "now_list", "langste 5 van 6", "-000004<", "84\u00A0dagen te laat",
		"wacht 112\u00A0dagen", "-000005<", "-000006<", "-000001<", "-000002<",
		"Alle 6 die langer dan 4 weken wachten");
	assert_page(t, "now_list",
		"/nu?afspraak=starts_due&amp;periode=2015-01-01..2026-11-20#lijst", "-000003<");
	given.promise = "starts_due";
	given.period = "2015-01-01..2026-11-20";
	IN_ORDER(t, "now_list", "Begeleiding starten: te laat", "6 afspraken", "-000003<",
		"Toon vandaag en te laat");
}

static void what_ends_in_the_weekend_is_of_the_working_day_before(void **state)
{
	struct tallied *t = *state;
	waits_since(t, "2026-10-25", "ZUID", 1);
	IN_ORDER(t, "now_list", "Vandaag", "1 afspraak", "uiterlijk zo 22\u00A0nov.");
	given.promise = "starts_due";
	given.period = "2026-11-23..2026-11-23";
	IN_ORDER(t, "now_list", "Begeleiding starten: ma 23\u00A0nov.",
		"Hier loopt geen afspraak af.");
}

static void an_empty_day_says_when_the_next_promise_ends(void **state)
{
	struct tallied *t = *state;
	waits_since(t, "2026-10-27", "ZUID", 1);
	assert_page(t, "now_list",
		"Vandaag loopt er geen afspraak af. De volgende loopt af op dinsdag "
		"24 november.",
		NULL);
}

static void who_was_lost_on_the_telephone_has_no_name(void **state)
{
	struct tallied *t = *state;
	int64_t at = noon(day("2026-11-19"));
	log_call(t, "a", WOT__V1__CALL__EVENT__ENTERED, at, -1);
	log_call(t, "a", WOT__V1__CALL__EVENT__ABANDONED, at + 60000, 60);
	IN_ORDER(t, "now_list", "Te laat: nog geen contact", "1 afspraak", "Terugbellen",
		"gesprek van 19\u00A0nov., tussen 12 en 13 uur", "1\u00A0dag te laat",
		"hing op voor het opnemen");
}

static void whom_nobody_spoke_to_is_listed_as_triage_says(void **state)
{
	struct tallied *t = *state;
	char *const signals[] = {"Huurachterstand", "Schulden"};
	Wot__V1__Team zuid = WOT__V1__TEAM__INIT;
	zuid.team = "ZUID";
	zuid.name = "Zuid-West";
	Wot__V1__Team *teams[] = {&zuid};
	Wot__V1__Teams all = WOT__V1__TEAMS__INIT;
	all.items = teams;
	all.n_items = 1;
	Wot__V1__WorklistItem late = WOT__V1__WORKLIST_ITEM__INIT, sooner = late, house = late;
	late.case_id = "2026-000007";
	late.deadline = day("2026-11-20");
	late.team = "ZUID";
	late.attempts = 2;
	sooner.case_id = "2026-000008";
	sooner.deadline = day("2026-11-19");
	sooner.has_react_by = true;
	sooner.react_by = day("2026-11-23");
	house.case_ref = "bank/ref-1";
	house.has_signals_by = true;
	house.signals_by = day("2026-11-18");
	house.signal_labels = (char **)signals;
	house.n_signal_labels = 2;
	Wot__V1__WorklistItem *items[] = {&late, &sooner, &house};
	Wot__V1__Worklist list = WOT__V1__WORKLIST__INIT;
	list.items = items;
	list.n_items = 3;
	given.worklist = &list;
	given.teams = &all;
	IN_ORDER(t, "now_list", "Te laat: nog geen contact", "3 afspraken", "Bellen na melding",
		"/aanmeldteam/2026-000008", "2\u00A0dagen te laat",
		"nog geen team · nog niet gebeld", "/aanmeldteam/2026-000007",
		"Zuid-West · 2 keer geprobeerd", "Contact na signaal",
		"/aanmeldteam/signaal/bank:ref-1\">ref-1<",
		"huishouden · huurachterstand, schulden");
	given.promise = "reactions_due";
	given.period = "2026-11-23..2026-11-23";
	IN_ORDER(t, "now_list", "2026-000008", "kwam binnen via website, chat of e-mail");
}

static void it_is_told_of_when_nobody_looks(void **state)
{
	struct tallied *t = *state;
	struct arena arena = {0};
	struct live *live = live_new();
	auto_buf struct buf told = {0};
	struct asked asked = {.kpis = tally_kpis(t->tally),
		.query = {.today = t->today},
		.now_ms = noon(t->today),
		.arena = &arena};
	waits_since(t, "2026-10-20", "ZUID", 60);
	now_tell(&asked, &given, live);
	live_take(live, &told);
	assert_non_null(strstr(told.data, "now_list"));
	buf_clear(&told);
	waits_since(t, "2026-11-04", "ZUID", 1); /* of the week after: some list may have it */
	now_tell(&asked, &given, live);
	live_take(live, &told);
	assert_non_null(strstr(told.data, "now_list"));
	live_free(&live);
	arena_done(&arena);
}

/* ---- hours of teams ---- */

static void the_fullest_team_stands_first_and_one_that_is_gone_last(void **state)
{
	struct tallied *t = *state;
	Wot__V1__Team a = WOT__V1__TEAM__INIT, b = a, gone = a;
	a.team = "A";
	a.name = "Alfa";
	a.capacity_hours = 1000;
	a.load_hours = 500;
	a.free_hours = 500;
	b.team = "B";
	b.name = "Bravo";
	b.capacity_hours = 50;
	b.load_hours = 60;
	b.free_hours = -10;
	gone.team = gone.name = "OUD";
	gone.load_hours = 8;
	gone.free_hours = -8;
	Wot__V1__Team *items[] = {&gone, &a, &b};
	Wot__V1__Teams teams = WOT__V1__TEAMS__INIT;
	teams.items = items;
	teams.n_items = 3;
	given.teams = &teams;
	IN_ORDER(t, "now_teams", "Werk en ruimte per team",
		"Bravo heeft het meeste werk: 120% van de uren is bezet. Alfa heeft de meeste "
		"ruimte.",
		"<caption>Werk en ruimte per team", "Bravo</th><td class=\"r\">60</td>",
		"Alfa</th><td class=\"r\">500</td><td class=\"r\">1.000</td><td "
		"class=\"r\">50%</td>",
		"OUD</th>");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, now_setup, tallied_teardown)
	const struct CMUnitTest tests[] = {
		TEST(it_is_there_before_anything_was_counted),
		TEST(without_a_work_list_nothing_is_said_to_be_on_time),
		TEST(a_promise_stands_on_the_last_working_day_by_which_it_must_be_kept),
		TEST(who_was_not_called_back_is_late_for_one_working_day),
		TEST(the_team_where_most_wait_too_long_is_named_where_it_is_one),
		TEST(the_outlook_says_what_it_becomes_if_late_ones_start_too),
		TEST(an_ordinary_day_is_in_the_middle_of_the_last_eight),
		TEST(a_part_that_there_is_not_is_refused),
		TEST(the_five_who_are_late_longest_are_listed_and_the_rest_by_a_link),
		TEST(what_ends_in_the_weekend_is_of_the_working_day_before),
		TEST(an_empty_day_says_when_the_next_promise_ends),
		TEST(who_was_lost_on_the_telephone_has_no_name),
		TEST(whom_nobody_spoke_to_is_listed_as_triage_says),
		TEST(it_is_told_of_when_nobody_looks),
		TEST(the_fullest_team_stands_first_and_one_that_is_gone_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
