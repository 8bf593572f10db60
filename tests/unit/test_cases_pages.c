/*
 * Who opens the work list sees whom to phone first, in words and in order; a form that is wrong comes back saying so; the page
 * of a case tells its life and nothing of the person.
 */
#include "lib/calendar.h"
#include "lib/err.h"
#include "web/cases/case.h"
#include "web/cases/entry.h"
#include "web/cases/worklist.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define NBSP "\u00A0"

static const struct page_house house = {.town = "Ergens", .origins = {"", "", "", ""}};
static const struct team_name team_names[] = {{"oost", "Oost"}, {"zuid", "Zuid"}};
static struct organisation organisation_items[] = {{.key = "mevis", .name = "Mevis"}};
static const struct organisations organisations = {.items = organisation_items, .count = 1};
static const struct case_names names = {team_names, 2, &organisations};

static int32_t day(int month, int of_month)
{
	return calendar_day((struct calendar_date){2026, month, of_month});
}

/* Friday 27 November 2026, 8.31. */
static int64_t now(void)
{
	return calendar_day_start(day(11, 27)) + (8 * 60 + 31) * 60000;
}

static struct arena arena;

static int arena_end(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static Wot__V1__WorklistItem item(const char *case_id, int32_t reported_on, int32_t deadline)
{
	Wot__V1__WorklistItem out = WOT__V1__WORKLIST_ITEM__INIT;
	out.case_id = (char *)case_id;
	out.reported_on = reported_on;
	out.deadline = deadline;
	out.priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE;
	out.team = (char *)"oost";
	return out;
}

static Wot__V1__WorklistItem household(const char *ref, const char *signal, int32_t deadline)
{
	char **labels = arena_alloc(&arena, sizeof *labels);
	Wot__V1__WorklistItem out = item(NULL, day(11, 20), deadline);
	out.case_ref = (char *)ref;
	out.team = NULL;
	labels[0] = (char *)signal;
	out.signal_labels = labels;
	out.n_signal_labels = 1;
	return out;
}

static Wot__V1__Team team(const char *name, uint32_t hours, uint32_t load)
{
	Wot__V1__Team out = WOT__V1__TEAM__INIT;
	out.name = out.team = (char *)name;
	out.capacity_hours = hours;
	out.load_hours = load;
	out.free_hours = (int32_t)hours - (int32_t)load;
	return out;
}

/* ---- the list ---- */

/* As it is asked for; NULL: all of it. */
static const Wot__V1__WorklistPage *asked;
static struct worklist_kept month = {86, 88}, year = {950, 1000};

static const char *list_printed(Wot__V1__WorklistItem *items, size_t count, bool may_record)
{
	enum { MOST = 16 };
	Wot__V1__WorklistItem *rows[MOST];
	Wot__V1__Team full = team("Zuid", 10, 12), free_one = team("Oost", 221, 104);
	Wot__V1__Team *teams[] = {&full, &free_one};
	for (size_t i = 0; i < count; i++)
		rows[i] = &items[i];
	Wot__V1__Worklist list = WOT__V1__WORKLIST__INIT;
	Wot__V1__Teams all = WOT__V1__TEAMS__INIT;
	list.items = rows;
	list.n_items = count;
	all.items = teams;
	all.n_items = 2;
	const struct worklist_view view = {
		&house, &list, &all, &names, may_record, now(), month, year, asked};
	auto_buf struct buf out = {0};
	worklist_page(&view, NULL, &arena, &out);
	return arena_strdup(&arena, out.data);
}

static void assert_has(const char *page, const char *says)
{
	if (!strstr(page, says))
		fail_msg("not on the page: %s\n%s", says, page);
}

static void assert_in_order(const char *page, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *at = strstr(page, texts[i]);
		if (!at)
			fail_msg("not on the page, or not there: %s\n%s", texts[i], page);
		page = at + strlen(texts[i]);
	}
}
#define ASSERT_IN_ORDER(page, ...)                                                                 \
	do {                                                                                       \
		const char *const texts[] = {__VA_ARGS__};                                         \
		assert_in_order(page, texts, sizeof texts / sizeof *texts);                        \
	} while (0)

static void an_empty_list_says_so(void **state)
{
	(void)state;
	const char *page = list_printed(NULL, 0, true);
	ASSERT_IN_ORDER(page, "Er staat niemand op de lijst.", "Er is nu geen spoed.",
		"Niemand wacht te lang.", "Iedereen is gebeld.");
	assert_null(strstr(page, "De volgende afspraak"));
}

static void who_is_called_by_today_leaves_word_of_the_next_day(void **state)
{
	(void)state;
	Wot__V1__WorklistItem items[] = {item("2026-000001", day(11, 23), day(11, 30))};
	const char *page = list_printed(items, 1, true);
	ASSERT_IN_ORDER(page, "Er staat 1 mens of huishouden op de lijst.\n<",
		"Iedereen is gebeld. De volgende afspraak loopt af op maandag 30 november.",
		"Maandag 30" NBSP "nov.");
}

static void the_list_is_grouped_by_when(void **state)
{
	(void)state;
	Wot__V1__WorklistItem items[] = {
		item("2026-000001", day(11, 26), day(12, 3)),
		item("2026-000002", day(10, 8), day(11, 25)),
		household("woonplus/s-7", "Huurachterstand", day(11, 26)),
		item("2026-000004", day(11, 20), day(11, 27)),
		item("2026-000005", day(11, 25), day(12, 2)),
		item("2026-000006", day(11, 25), day(12, 2)),
		item("2026-000007", day(11, 26), day(12, 3)),
	};
	items[0].priority = WOT__V1__CASE_ROUTED__PRIORITY__FAST_LANE;
	items[3].attempts = 1;
	items[3].reden = (char *)"Oost heeft ruimte.";
	items[4].welfare_first = items[4].has_welfare_first = true;
	items[5].team = NULL;
	items[5].redirected_to = (char *)"mevis";
	items[6].has_react_by = true; /* it was written: sooner than the call */
	items[6].react_by = day(11, 26);
	const char *page = list_printed(items, 7, true);
	ASSERT_IN_ORDER(page,
		"Er staan 7 mensen en huishoudens op de lijst. Bij 3 zijn we te laat. Bel vandaag "
		"nog 2 "
		"andere.",
		"<h2>Spoed</h2><span class=\"aantal\">1<", "2026-000001</a>", "spoed</span>",
		"<h2>Te laat</h2><span class=\"aantal\">3<", "/aanmeldteam/2026-000002\"",
		"zorgtekst\">2" NBSP "dagen te laat<",
		"Gemeld 8" NBSP "okt. · nog niet gebeld · voorstel: Oost",
		"/aanmeldteam/signaal/woonplus:s-7\">s-7</a>", "signaal: huurachterstand",
		"zorgtekst\">1" NBSP "dag te laat<", "· huishouden", "2026-000007</a>",
		"let\">reactie binnen 1 werkdag<", "<h2>Vandaag</h2>", ">vandaag<",
		"1 keer geprobeerd · voorstel: Oost<",
		"<span class=\"bij\">Oost heeft ruimte.</span>", "Woensdag 2" NBSP "dec.",
		"2026-000005</a>", "eerst welzijn aanbieden", "wo 2" NBSP "dec.", "2026-000006</a>",
		"voorstel: Mevis");
	assert_null(strstr(page, "Donderdag"));
}

static const char *list_asked(
	Wot__V1__WorklistItem *items, size_t count, int kind, const char *team_key, int phoned)
{
	Wot__V1__WorklistPage page = WOT__V1__WORKLIST_PAGE__INIT;
	page.soort = (Wot__V1__WorklistPage__Kind__Value)kind;
	page.team = (char *)team_key;
	page.gebeld = (Wot__V1__WorklistPage__Phoned__Value)phoned;
	asked = &page;
	const char *out = list_printed(items, count, true);
	asked = NULL;
	return out;
}

static void a_part_of_the_list_can_be_asked_for_and_says_of_how_many(void **state)
{
	(void)state;
	enum { ALL = WOT__V1__WORKLIST_PAGE__KIND__VALUE__alles };
	Wot__V1__WorklistItem items[] = {
		item("2026-000001", day(11, 26), day(12, 3)),
		item("2026-000002", day(10, 8), day(11, 25)),
		household("woonplus/s-7", "Huurachterstand", day(11, 26)),
	};
	items[0].attempts = 1;
	items[1].team = (char *)"zuid";
	const char *all = list_asked(items, 3, ALL, "alle", ALL);
	ASSERT_IN_ORDER(all, "alles (3)", "hulpvragen (2)", "signalen (1)", "<h2>Spoed</h2>",
		"2026-000002</a>", "s-7</a>", "2026-000001</a>");
	assert_null(strstr(all, "Toon alles"));
	const char *signals =
		list_asked(items, 3, WOT__V1__WORKLIST_PAGE__KIND__VALUE__signalen, NULL, ALL);
	ASSERT_IN_ORDER(signals, "Er staan 3 mensen en huishoudens op de lijst.",
		"value=\"signalen\" selected>", "U ziet er 1 van de 3.", "<h2>Te laat</h2>",
		"s-7</a>");
	assert_null(strstr(signals, "2026-00000"));
	assert_null(strstr(signals, "Spoed"));
	const char *requests =
		list_asked(items, 3, WOT__V1__WORKLIST_PAGE__KIND__VALUE__hulpvragen, NULL, ALL);
	ASSERT_IN_ORDER(requests, "U ziet er 2 van de 3.", "2026-000002</a>", "2026-000001</a>");
	assert_null(strstr(requests, "s-7"));
	const char *of_team = list_asked(items, 3, ALL, "zuid", ALL);
	ASSERT_IN_ORDER(
		of_team, "value=\"zuid\" selected>", "U ziet er 1 van de 3.", "2026-000002</a>");
	const char *tried =
		list_asked(items, 3, ALL, NULL, WOT__V1__WORKLIST_PAGE__PHONED__VALUE__geprobeerd);
	ASSERT_IN_ORDER(tried, "value=\"geprobeerd\" selected>", "U ziet er 1 van de 3.",
		"2026-000001</a>");
	const char *unphoned =
		list_asked(items, 3, ALL, NULL, WOT__V1__WORKLIST_PAGE__PHONED__VALUE__nog_niet);
	ASSERT_IN_ORDER(unphoned, "U ziet er 2 van de 3.", "2026-000002</a>", "s-7</a>");
	assert_has(list_asked(items, 1, WOT__V1__WORKLIST_PAGE__KIND__VALUE__signalen, NULL, ALL),
		"Hiervan staat er niemand op de lijst.");
}

static void who_was_phoned_in_time_is_said_of_the_month_and_of_the_year(void **state)
{
	(void)state;
	static const struct {
		struct worklist_kept month, year;
		const char *says;
	} rows[] = {
		{{86, 88}, {950, 1000},
			"In november was er met 98% binnen 5 werkdagen contact (86 van 88). In "
			"heel 2026 met 95%."},
		{{0, 1}, {0, 1}, "In november was er met 0% binnen 5 werkdagen contact (0 van 1)."},
		{{0, 0}, {1, 2},
			"In november hoefden we nog niemand te bellen. In heel 2026 was er met 50% "
			"binnen 5 werkdagen contact (1 van 2)."},
		{{0, 0}, {0, 0}, "In november hoefden we nog niemand te bellen."},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		month = rows[i].month;
		year = rows[i].year;
		assert_has(list_printed(NULL, 0, true), rows[i].says);
	}
}

static void only_who_may_record_is_offered_to(void **state)
{
	(void)state;
	Wot__V1__WorklistItem items[] = {item("2026-000001", day(11, 23), day(11, 30))};
	assert_has(list_printed(items, 1, true), "Vastleggen");
	assert_null(strstr(list_printed(items, 1, false), "Vastleggen"));
}

static void a_team_that_is_gone_is_called_by_its_key(void **state)
{
	(void)state;
	Wot__V1__WorklistItem items[] = {item("2026-000001", day(11, 23), day(11, 30))};
	items[0].team = (char *)"verdwenen";
	assert_has(list_printed(items, 1, true), "voorstel: verdwenen");
}

static void the_team_with_most_room_is_named_and_one_without_says_how_much_too_much(void **state)
{
	(void)state;
	const char *page = list_printed(NULL, 0, true);
	ASSERT_IN_ORDER(page, "Oost heeft de meeste ruimte: 117 uur per week.", "<text class=\"k\"",
		"117 uur vrij", "2 uur te veel");
	assert_has(page, "<th scope=\"row\">Zuid</th><td class=\"r\">\u22122</td>");
}

/* ---- one entry, and its form ---- */

static const char ref[] = "formulier-1795764660000-00112233445566778899aabbccddeeff";

static const char *entry_printed(const Wot__V1__WorklistItem *of, bool is_listed,
	const struct form_fields *fields, const struct form_wrong *wrong)
{
	const struct entry_view view = {&house, of, is_listed, &names, fields, wrong, now()};
	auto_buf struct buf out = {0};
	entry_page(&view, &arena, &out);
	return arena_strdup(&arena, out.data);
}

static void an_entry_says_what_to_do_and_has_its_form(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = item("2026-000001", day(11, 20), day(11, 27));
	const struct form_fields fields = {.external_ref = ref};
	of.reden = (char *)"Oost heeft ruimte.";
	const char *page = entry_printed(&of, true, &fields, NULL);
	ASSERT_IN_ORDER(page, "Bel vandaag.", "voorstel: Oost",
		"<p class=\"m\">Oost heeft ruimte.</p>", "/zaken/2026-000001\"",
		"action=\"/aanmeldteam/2026-000001\"", "value=\"TO_SUPPORT\">", "value=\"HEAVY\">",
		"Oost (voorstel)", "value=\"zuid\"", "value=\"mevis\"", ref);
	assert_null(strstr(page, "Nog niet opgeslagen"));
	assert_null(strstr(page, "value=\"oost\""));
	assert_null(strstr(entry_printed(&of, true, NULL, NULL), "<form"));
}

static void a_signal_is_reached_or_not(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = household("woonplus/s-7", "Eenzaamheid", day(12, 1));
	const struct form_fields fields = {.external_ref = ref};
	const char *page = entry_printed(&of, true, &fields, NULL);
	ASSERT_IN_ORDER(page, "Signaal <span class=\"nw\">s-7<",
		"Bel uiterlijk dinsdag 1 december.", "action=\"/aanmeldteam/signaal/woonplus:s-7\"",
		"Bereikt", "Niet bereikt");
	assert_null(strstr(page, "careWeight"));
	assert_null(strstr(page, "/zaken/"));
}

static void who_left_the_list_has_no_form(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = WOT__V1__WORKLIST_ITEM__INIT;
	const struct form_fields fields = {.external_ref = ref};
	of.case_id = (char *)"2026-000001";
	const char *page = entry_printed(&of, false, &fields, NULL);
	assert_has(page, "Staat niet meer op de werklijst.");
	assert_null(strstr(page, "<form"));
}

static Wot__V1__Submission *taken(const struct form_fields *fields, const Wot__V1__WorklistItem *of)
{
	struct form_wrong wrong = {0};
	Wot__V1__Submission *submission = NULL;
	assert_int_equal(form_submission(fields, of, now(), &arena, &submission, &wrong), 0);
	return submission;
}

static struct form_wrong refused(const struct form_fields *fields, const Wot__V1__WorklistItem *of)
{
	struct form_wrong wrong = {0};
	Wot__V1__Submission *submission = NULL;
	assert_int_equal(
		form_submission(fields, of, now(), &arena, &submission, &wrong), ERR_INVALID);
	assert_null(submission);
	return wrong;
}

static void both_clicks_on_a_form_say_the_same_at_the_same_instant(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = item("2026-000001", day(11, 20), day(11, 27));
	const char *own = form_ref(now() - 60000, "seed", &arena);
	assert_string_not_equal(own, form_ref(now() - 60000, "another", &arena));
	const struct form_fields fields = {own, "TO_SUPPORT", "HEAVY", "zuid", "mevis"};
	const Wot__V1__Submission *submission = taken(&fields, &of);
	const Wot__V1__Screening *screening = submission->body->screening;
	assert_string_equal(submission->external_ref, own);
	assert_string_equal(submission->case_id, "2026-000001");
	assert_int_equal(submission->occurred_at, now() - 60000);
	assert_int_equal(screening->outcome, WOT__V1__SCREENING__OUTCOME__TO_SUPPORT);
	assert_int_equal(screening->care_weight, WOT__V1__CARE_WEIGHT__VALUE__HEAVY);
	assert_string_equal(screening->team, "zuid");
	assert_null(screening->redirected_to);
}

static void what_does_not_go_with_the_outcome_is_left_out(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = item("2026-000001", day(11, 20), day(11, 27));
	const struct form_fields fields = {
		form_ref(now(), "", &arena), "NOT_REACHED", "HEAVY", "zuid", "mevis"};
	const Wot__V1__Screening *screening = taken(&fields, &of)->body->screening;
	assert_false(screening->has_care_weight);
	assert_null(screening->team);
	assert_null(screening->redirected_to);
}

static void what_is_missing_is_said_at_its_field(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = item("2026-000001", day(11, 20), day(11, 27));
	const char *own = form_ref(now(), "", &arena);
	const struct form_fields none = {.external_ref = own, .outcome = ""};
	const struct form_fields odd = {.external_ref = own, .outcome = "MAYBE"};
	const struct form_fields light = {.external_ref = own, .outcome = "TO_SUPPORT"};
	const struct form_fields nowhere = {
		.external_ref = own, .outcome = "REDIRECTED", .redirected_to = ""};
	assert_non_null(refused(&none, &of).outcome);
	assert_non_null(refused(&odd, &of).outcome);
	assert_non_null(refused(&nowhere, &of).redirected_to);
	const struct form_wrong wrong = refused(&light, &of);
	assert_null(wrong.outcome);
	ASSERT_IN_ORDER(entry_printed(&of, true, &light, &wrong), "Nog niet opgeslagen",
		"value=\"TO_SUPPORT\" checked>", "class=\"fout\"", "Kies de zorgzwaarte.");
}

static void a_form_of_yesterday_or_of_nobody_is_shown_again(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = item("2026-000001", day(11, 20), day(11, 27));
	const char *const refs[] = {form_ref(now() - 9 * 3600000, "", &arena),
		form_ref(now() + 1, "", &arena), "formulier-", "formulier-x-1", "c-1", "", NULL};
	for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
		const struct form_fields fields = {.external_ref = refs[i], .outcome = "ADVICE"};
		assert_non_null(refused(&fields, &of).whole);
	}
}

static void a_household_cannot_be_sent_to_support(void **state)
{
	(void)state;
	Wot__V1__WorklistItem of = household("woonplus/s-7", "Schulden", day(12, 1));
	struct form_fields fields = {
		.external_ref = form_ref(now(), "", &arena), .outcome = "TO_SUPPORT"};
	assert_non_null(refused(&fields, &of).outcome);
	fields.outcome = "NOT_REACHED";
	assert_string_equal(taken(&fields, &of)->case_ref, "woonplus/s-7");
}

static void what_the_core_refuses_is_said_in_dutch(void **state)
{
	(void)state;
	struct faults faults = {.arena = &arena};
	assert_non_null(form_refused(ERR_LIFE_FORBIDS, &faults).whole);
	assert_non_null(form_refused(ERR_REF_TAKEN, &faults).whole);
	assert_non_null(form_refused(ERR_INVALID, &faults).whole);
	fault_add(&faults, "/team", "is not a team of triage.yaml");
	fault_add(&faults, "/redirectedTo", "is not an organisation of triage.yaml");
	const struct form_wrong wrong = form_refused(ERR_INVALID, &faults);
	assert_non_null(wrong.team);
	assert_non_null(wrong.redirected_to);
	assert_null(wrong.whole);
}

/* ---- a case ---- */

static Wot__V1__CaseMoment moment(const char *what, int32_t on)
{
	Wot__V1__CaseMoment out = WOT__V1__CASE_MOMENT__INIT;
	out.what = (char *)what;
	out.at = calendar_day_start(on);
	return out;
}

static const char *case_printed(const Wot__V1__Case *of)
{
	const struct case_view view = {&house, of, &names, false, now()};
	auto_buf struct buf out = {0};
	case_page(&view, &arena, &out);
	return arena_strdup(&arena, out.data);
}

static void assert_bare(Wot__V1__Case *of)
{
	of->routing = NULL;
	of->n_clocks = of->n_life = 0;
	of->status = WOT__V1__CASE_STATUS__VALUE__WAITING;
	of->facts->team = NULL;
	ASSERT_IN_ORDER(case_printed(of), "wacht op begeleiding", "team: nog geen",
		"loopt geen afspraak", "nog niet toegedeeld");
}

/* What was read in between is nobody's concern. */
static void assert_life(Wot__V1__Case *of)
{
	Wot__V1__CaseMoment came = moment("caseRegistered", day(10, 8)),
			    routed = moment("caseRouted", day(10, 8)),
			    anew = moment("caseRouted", day(10, 12)),
			    began = moment("supportStarted", day(11, 9)),
			    read = moment("inputRead", day(11, 10));
	Wot__V1__CaseMoment *life[] = {&came, &routed, &anew, &began, &read};
	of->life = life;
	of->n_life = sizeof life / sizeof *life;
	const char *page = case_printed(of);
	ASSERT_IN_ORDER(page, "De hulpvraag kwam binnen.", "do 8" NBSP "okt.",
		"De hulpvraag werd toegedeeld.", "De hulpvraag werd opnieuw toegedeeld.",
		"De begeleiding startte.");
	assert_null(strstr(page, "inputRead"));
	of->n_life = 0;
}

static void a_case_tells_its_promises_its_reasons_and_its_life(void **state)
{
	(void)state;
	Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
	Wot__V1__CaseRouted routing = WOT__V1__CASE_ROUTED__INIT;
	Wot__V1__CaseRouted__Considered considered = WOT__V1__CASE_ROUTED__CONSIDERED__INIT;
	Wot__V1__CaseRouted__Considered *all[] = {&considered};
	Wot__V1__CaseClock late = WOT__V1__CASE_CLOCK__INIT, runs = late;
	Wot__V1__CaseClock *clocks[] = {&late, &runs};
	Wot__V1__Case of = WOT__V1__CASE__INIT;
	facts.reported_on = day(10, 8);
	facts.team = considered.team = (char *)"oost";
	facts.has_support_started_on = true;
	facts.support_started_on = late.stopped_on = day(11, 9);
	routing.reason = (char *)"The reason.";
	routing.reden = (char *)"De reden.";
	considered.has_free_hours = true;
	considered.free_hours = -1;
	considered.why = WOT__V1__CASE_ROUTED__CONSIDERED__WHY__MOST_HOURS;
	routing.considered = all;
	routing.n_considered = 1;
	late.kind = WOT__V1__CLOCK__KIND__SUPPORT_START;
	late.label = (char *)"begeleiding starten";
	late.deadline_on = day(11, 5);
	late.has_stopped_on = true;
	late.days = 32;
	late.paused_days = 1;
	runs.kind = WOT__V1__CLOCK__KIND__CLOSING;
	runs.label = (char *)"traject afsluiten";
	runs.deadline_on = day(11, 28);
	of.case_id = (char *)"2026-000001";
	of.status = WOT__V1__CASE_STATUS__VALUE__IN_SUPPORT;
	of.facts = &facts;
	of.routing = &routing;
	of.clocks = clocks;
	of.n_clocks = 2;
	const char *page = case_printed(&of);
	ASSERT_IN_ORDER(page, "De begeleiding startte op 9 november 2026.", "team: Oost",
		"Begeleiding starten", "zorgtekst\">te laat, klaar op 9" NBSP "nov.<",
		"termijn van 32" NBSP "dagen, waarvan 1" NBSP "dag pauze", "Traject afsluiten",
		"nog 1" NBSP "dag<", "De reden.", "<b>Oost</b>",
		"<td>Gekozen: de meeste uren vrij</td><td class=\"r\">1 uur te veel</td>");
	assert_life(&of);
	assert_bare(&of);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_says_so),
		cmocka_unit_test(who_is_called_by_today_leaves_word_of_the_next_day),
		cmocka_unit_test(the_list_is_grouped_by_when),
		cmocka_unit_test(a_part_of_the_list_can_be_asked_for_and_says_of_how_many),
		cmocka_unit_test(who_was_phoned_in_time_is_said_of_the_month_and_of_the_year),
		cmocka_unit_test(only_who_may_record_is_offered_to),
		cmocka_unit_test(a_team_that_is_gone_is_called_by_its_key),
		cmocka_unit_test(
			the_team_with_most_room_is_named_and_one_without_says_how_much_too_much),
		cmocka_unit_test(an_entry_says_what_to_do_and_has_its_form),
		cmocka_unit_test(a_signal_is_reached_or_not),
		cmocka_unit_test(who_left_the_list_has_no_form),
		cmocka_unit_test(both_clicks_on_a_form_say_the_same_at_the_same_instant),
		cmocka_unit_test(what_does_not_go_with_the_outcome_is_left_out),
		cmocka_unit_test(what_is_missing_is_said_at_its_field),
		cmocka_unit_test(a_form_of_yesterday_or_of_nobody_is_shown_again),
		cmocka_unit_test(a_household_cannot_be_sent_to_support),
		cmocka_unit_test(what_the_core_refuses_is_said_in_dutch),
		cmocka_unit_test(a_case_tells_its_promises_its_reasons_and_its_life),
	};
	return cmocka_run_group_tests(tests, NULL, arena_end);
}
