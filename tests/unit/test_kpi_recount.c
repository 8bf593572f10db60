/*
 * Whatever happens to a row, the live counters equal a recount from scratch and agree with the rows
 * themselves, or nobody could trust a figure after a correction.
 */
#include "kpi/yaml/kpi_yaml.h"
#include "lib/calendar.h"
#include "tests/unit/tallied.h"

static void a_correction_moves_a_case_to_the_period_of_its_new_day(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2024-12-30")),
		FACT(support_started_on, day("2025-01-02")), FACT(closed_on, day("2025-03-31")),
		FACT(closing_reason, WOT__V1__CLOSED__REASON__GOALS_MET));
	assert_figure(t, "closures", "2025-Q1", 0, 1, 1, -1, 0);
	FACTS(t, 1, FACT(closed_on, day("2025-04-01")));
	assert_figure(t, "closures", "2025-Q1", 0, 0, 0, -1, 0);
	assert_figure(t, "closures", "2025-Q2", 0, 1, 1, -1, 0);
	FACTS(t, 1, FACT(reported_on, day("2023-01-01")));
	assert_figure(t, "closed_within_6_months", "2025-Q2", 0, 0, 0, 1, 0);
	FACTS(t, 1, CLEARED(6)); /* the start was registered wrongly */
	assert_figure(t, "started_within_1_week", "2025", 0, -1, 0, 0, 1);
	FACTS(t, 1, CLEARED(7, 8)); /* reopened */
	assert_figure(t, "closures", "2025", 0, 0, 0, -1, 0);
	assert_figure(t, "started_within_1_week", "2025", 0, -1, 0, 0, 0);
	assert_figure(t, "waiting_now", "2025", 0, 1, 1, -1, 0);
	assert_replay_is_equal(t);
}

static void a_cross_is_scanned_and_agrees_with_the_counters(void **state)
{
	struct tallied *t = *state;
	for (uint32_t i = 0; i < 60; i++)
		FACTS(t, i + 1, FACT(reported_on, day("2025-01-01") + (int32_t)i),
			FACT(age_years, 20 + i), .ward = as_text(i % 3 ? "ZUID" : "OOST"));
	json_t *figure = ask(t, "help_requests", "2025-01-10..2025-02-20", "ward,age", 0);
	size_t i;
	int sum = 0;
	const json_t *row;
	json_array_foreach(json_object_get(figure, "by"), i, row) sum +=
		(int)json_integer_value(json_object_get(row, "count"));
	assert_int_equal(sum, 42);
	assert_number(figure, "count", 42);
	row = json_array_get(json_object_get(figure, "by"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "key")), "OOST,27-44");
	json_decref(figure);
}

static void a_day_out_of_all_years_is_counted_apart(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("1999-01-15")));
	FACTS(t, 2, FACT(reported_on, INT32_MAX - 5));
	FACTS(t, 3, FACT(reported_on, INT32_MIN + 1), FACT(closed_on, INT32_MAX));
	struct tally_stats stats;
	tally_stats(t->tally, &stats);
	assert_true(stats.outside > 0);
	assert_figure(t, "help_requests", "2025", 0, 0, 0, -1, 0);
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")));
	FACTS(t, 3, FACT(reported_on, day("2025-01-15")), CLEARED(7));
	tally_stats(t->tally, &stats);
	assert_int_equal(stats.outside, 0);
	assert_figure(t, "help_requests", "2025", 0, 3, 3, -1, 0);
}

static uint32_t chance(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void mutate_case(struct tallied *t, uint64_t *seed)
{
	static const char *const wards[] = {"ZUID", "OOST", "NIEUWLAND", "UNKNOWN"};
	int32_t first = day("2024-11-01");
	Wot__V1__CaseFacts facts = WOT__V1__CASE_FACTS__INIT;
	Wot__V1__Problem__Value problems[] = {1 + (Wot__V1__Problem__Value)chance(seed, 13),
		1 + (Wot__V1__Problem__Value)chance(seed, 13)};
	uint32_t cleared[2] = {1 + chance(seed, 21), 1 + chance(seed, 21)};
#define MAYBE(field, value_)                                                                       \
	do {                                                                                       \
		facts.has_##field = !chance(seed, 6);                                              \
		facts.field = (value_);                                                            \
	} while (0)
	MAYBE(reported_on, first + (int32_t)chance(seed, 500));
	MAYBE(first_contact_on, first + (int32_t)chance(seed, 500));
	MAYBE(screened_on, first + (int32_t)chance(seed, 500));
	MAYBE(support_started_on, first + (int32_t)chance(seed, 500));
	MAYBE(ended_on, first + (int32_t)chance(seed, 500));
	MAYBE(closed_on, first + (int32_t)chance(seed, 500));
	MAYBE(closing_reason, 1 + (Wot__V1__Closed__Reason)chance(seed, 8));
	MAYBE(screening, 1 + (Wot__V1__Screening__Outcome)chance(seed, 6));
	MAYBE(advice, (int)chance(seed, 2));
	MAYBE(youth, (int)chance(seed, 2));
	MAYBE(care_weight, 1 + (Wot__V1__CareWeight__Value)chance(seed, 4));
	MAYBE(people_involved, 1 + chance(seed, 9));
	MAYBE(age_years, chance(seed, 100));
	MAYBE(channel, 1 + (Wot__V1__Channel__Value)chance(seed, 9));
#undef MAYBE
	if (!chance(seed, 4))
		facts.ward = as_text(wards[chance(seed, 4)]);
	if (!chance(seed, 5))
		facts.team = facts.referred_by = as_text(wards[chance(seed, 4)]);
	if (!chance(seed, 5)) {
		facts.problems = problems;
		facts.n_problems = 1 + chance(seed, 2);
	}
	if (!chance(seed, 4)) {
		facts.cleared = cleared;
		facts.n_cleared = 1 + chance(seed, 2);
	}
	log_case(t, 1 + chance(seed, 40), &facts);
}

static void mutate_contacts(struct tallied *t, uint64_t *seed)
{
	int32_t on = day("2024-11-01") + (int32_t)chance(seed, 500);
	char id[24];
	snprintf(id, sizeof id, "2025-%06u", 1 + chance(seed, 10));
	if (!chance(seed, 3)) {
		Wot__V1__ContactBecameRequest back = WOT__V1__CONTACT_BECAME_REQUEST__INIT;
		log_body(t, STREAM_INTAKE, id, noon(on), WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST,
			&back.base);
		return;
	}
	Wot__V1__RequestBecameContact moved = WOT__V1__REQUEST_BECAME_CONTACT__INIT;
	moved.reported_on = on;
	moved.channel = 1 + (Wot__V1__Channel__Value)chance(seed, 9);
	moved.age_group = 1 + (Wot__V1__AgeGroup__Value)chance(seed, 3);
	log_body(t, STREAM_INTAKE, id, noon(on), WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT,
		&moved.base);
}

static void mutate_calls(struct tallied *t, uint64_t *seed)
{
	int32_t on = day("2024-11-01") + (int32_t)chance(seed, 500);
	char id[16], caller[16];
	snprintf(id, sizeof id, "call%u", chance(seed, 20));
	snprintf(caller, sizeof caller, "caller%u", chance(seed, 9));
	if (!chance(seed, 3))
		log_callback(t, id, noon(on), chance(seed, 2));
	else
		log_call_of(t, id, 1 + (Wot__V1__Call__Event)chance(seed, 4), noon(on),
			(int)chance(seed, 60), chance(seed, 3) ? caller : NULL,
			1 + (Wot__V1__Call__Outcome)chance(seed, 5));
}

static void mutate_screenings(struct tallied *t, uint64_t *seed)
{
	char id[24];
	snprintf(id, sizeof id, "2025-%06u", 1 + chance(seed, 40));
	Wot__V1__Screening screening = WOT__V1__SCREENING__INIT;
	screening.outcome = 1 + (Wot__V1__Screening__Outcome)chance(seed, 6);
	log_body(t, STREAM_CASE, id, noon(day("2024-11-01") + (int32_t)chance(seed, 500)),
		WOT__V1__BODY__KIND_SCREENING, &screening.base);
}

static void mutate_signals(struct tallied *t, uint64_t *seed)
{
	uint8_t household[16] = {(uint8_t)chance(seed, 9)};
	Wot__V1__SignalsWait wait = WOT__V1__SIGNALS_WAIT__INIT;
	wait.household_id = (ProtobufCBinaryData){sizeof household, household};
	wait.has_reported_on = chance(seed, 2) > 0;
	wait.reported_on = day("2024-11-01") + (int32_t)chance(seed, 500);
	log_body(t, STREAM_TRIAGE, NULL, noon(wait.reported_on), WOT__V1__BODY__KIND_SIGNALS_WAIT,
		&wait.base);
}

static void mutate(struct tallied *t, uint64_t *seed)
{
	int32_t on = day("2024-11-01") + (int32_t)chance(seed, 500);
	switch (chance(seed, 8)) {
	case 7:
		mutate_signals(t, seed);
		return;
	case 6:
		mutate_screenings(t, seed);
		return;
	case 0:
		mutate_calls(t, seed);
		return;
	case 1:
		mutate_contacts(t, seed);
		return;
	case 2:
		log_contact(t, on, 1 + (Wot__V1__Channel__Value)chance(seed, 9),
			1 + (Wot__V1__AgeGroup__Value)chance(seed, 3));
		return;
	default:
		mutate_case(t, seed);
	}
}

static void whatever_happens_live_counters_equal_a_recount(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		void *fresh;
		uint64_t chances = seed;
		tallied_setup(&fresh);
		for (int i = 0; i < 120; i++)
			mutate(fresh, &chances);
		assert_replay_is_equal(fresh);
		tallied_teardown(&fresh);
	}
}

/* The counters against the rows themselves, over periods that begin and end anywhere. */
static void whatever_the_period_explain_adds_up_to_the_figure(void **state)
{
	struct tallied *t = *state;
	uint64_t seed = 42;
	for (int i = 0; i < 400; i++)
		mutate(t, &seed);
	struct query all = {.period = "2025"};
	json_t *figures = ask_query(t, &all);
	for (int round = 0; round < 12; round++) {
		char period[40], from[16], to[16];
		int32_t first = day("2024-10-01") + (int32_t)chance(&seed, 500);
		calendar_print(first, from);
		calendar_print(first + (int32_t)chance(&seed, 300), to);
		snprintf(period, sizeof period, "%s..%s", from, to);
		t->today = first + (int32_t)chance(&seed, 400);
		size_t i;
		const json_t *figure;
		json_array_foreach(figures, i, figure)
		{
			const char *id = json_string_value(json_object_get(figure, "id"));
			uint32_t definition = round % 2 ? 2023 : 2025;
			json_t *asked = ask(t, id, period, NULL, definition);
			struct query query = {.id = id,
				.period = period,
				.definition = definition,
				.today = t->today};
			auto_buf struct buf text_ = {0};
			struct why why = {""};
			assert_int_equal(explain_all(t->tally, &query, &text_, &why), 0);
			json_t *rows = json_of(&text_), *row;
			double count = 0, of = 0, unknown = 0;
			size_t r;
			json_array_foreach(rows, r, row)
			{
				count += number_of(row, "count");
				of += number_of(row, "of");
				unknown += number_of(row, "unknown");
			}
			assert_number(asked, "count", count);
			assert_number(asked, "unknown", unknown);
			if (!json_is_null(json_object_get(asked, "of")))
				assert_number(asked, "of", of);
			json_decref(rows);
			json_decref(asked);
		}
	}
	json_decref(figures);
}

static void assert_differs(const struct tally *a, const struct tally *b, const char *says)
{
	struct why why = {""};
	assert_int_equal(tally_equal(a, b, &why), ERR_DIVERGED);
	if (!strstr(why.text, says))
		fail_msg("expected \"%s\" in: %s", says, why.text);
}

static void the_first_difference_is_found_and_named(void **state)
{
	struct tallied *t = *state;
	void *second;
	tallied_setup(&second);
	struct tallied *other = second;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = as_text("ZUID"));
	assert_differs(t->tally, other->tally, "case: folded up to 1 here, 0 there");
	FACTS(other, 1, FACT(reported_on, day("2025-01-16")), .ward = as_text("ZUID"));
	assert_differs(
		t->tally, other->tally, "cases: row 1: reported_on is 20103 here, 20104 there");
	FACTS(t, 1, FACT(reported_on, day("2025-01-17")), .ward = as_text("OOST"));
	FACTS(other, 1, FACT(reported_on, day("2025-01-17")), .ward = as_text("WEST"));
	assert_differs(t->tally, other->tally, "cases: text 1 of ward is OOST here, WEST there");
	tallied_teardown(&second);
}

static void a_counter_that_is_off_is_found_and_named(void **state)
{
	struct tallied *t = *state;
	static const uint8_t secret[16];
	auto_free char *yaml = shipped_yaml();
	auto_buf struct buf errors = {0};
	struct kpi_settings settings = {.phone_answer_seconds = 30};
	struct facts *facts = facts_new(secret);
	struct kpis *counted = NULL, *empty = NULL;
	struct why why = {""};
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")), .ward = as_text("ZUID"));
	struct logged logged;
	memcpy(&logged, t->log.data, sizeof logged);
	const uint8_t *event = (const uint8_t *)t->log.data + sizeof logged;
	assert_int_equal(
		facts_fold(facts, STREAM_CASE, event_kind(event, logged.len), event, logged.len, 1),
		0);
	assert_int_equal(kpis_load(&counted, facts, yaml, "kpi.yaml", &settings, &errors), 0);
	assert_int_equal(kpis_load(&empty, facts, yaml, "kpi.yaml", &settings, &errors), 0);
	assert_int_equal(kpis_equal(counted, empty, &why), 0);
	kpis_count_all(counted);
	assert_int_equal(kpis_equal(counted, empty, &why), ERR_DIVERGED);
	assert_string_equal(
		why.text, "help_requests: count differs on 2025-01-15: 1 here, 0 there");
	kpis_count_all(empty);
	assert_int_equal(kpis_equal(counted, empty, &why), 0);
	kpis_free(counted);
	kpis_free(empty);
	facts_free(facts);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_correction_moves_a_case_to_the_period_of_its_new_day),
		TEST(a_cross_is_scanned_and_agrees_with_the_counters),
		TEST(a_day_out_of_all_years_is_counted_apart),
		TEST(whatever_happens_live_counters_equal_a_recount),
		TEST(whatever_the_period_explain_adds_up_to_the_figure),
		TEST(the_first_difference_is_found_and_named),
		TEST(a_counter_that_is_off_is_found_and_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
