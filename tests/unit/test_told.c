/*
 * How a figure is counted is read by who doubts it. The norm and the years are told from what is counted by, so that
 * no sentence says another number than the figure is held to.
 */
#include "figures/told.h"
#include "tests/unit/tallied.h"

static const Wot__V1__Definition *told_of(const Wot__V1__Definitions *all, const char *id)
{
	for (size_t i = 0; i < all->n_items; i++)
		if (!strcmp(all->items[i]->id, id))
			return all->items[i];
	fail_msg("%s is not told", id);
	return NULL;
}

static void each_kpi_that_can_be_asked_for_is_told_whole(void **state)
{
	struct tallied *t = *state;
	auto_arena struct arena arena = {0};
	Wot__V1__Definitions all = WOT__V1__DEFINITIONS__INIT;
	told_fill(tally_kpis(t->tally), &all, &arena);
	struct query query = {.period = "2025"};
	json_t *figures = ask_query(t, &query);
	assert_int_equal(all.n_items, json_array_size(figures));
	json_decref(figures);
	for (size_t i = 0; i < all.n_items; i++) {
		const Wot__V1__Definition *told = all.items[i];
		assert_true(told->short_[0] && told->n_versions >= 1);
		for (size_t v = 0; v < told->n_versions; v++) {
			const Wot__V1__DefinitionVersion *version = told->versions[v];
			const char *const texts[] = {version->who, version->when, version->unknown,
				version->norm, version->since};
			for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
				if (!texts[n] || texts[n][strlen(texts[n]) - 1] != '.')
					fail_msg("%s: no sentence: %s", told->id,
						texts[n] ? texts[n] : "none");
		}
	}
}

static void norms_and_years_are_told_as_they_are_counted_by(void **state)
{
	struct tallied *t = *state;
	auto_arena struct arena arena = {0};
	Wot__V1__Definitions all = WOT__V1__DEFINITIONS__INIT;
	told_fill(tally_kpis(t->tally), &all, &arena);
	static const struct {
		const char *id, *norm;
		size_t versions;
	} each[] = {
		{"started_within_4_weeks", "Minstens 80%.", 2},
		{"phone_abandoned", "Hoogstens 5%.", 1},
		{"contacts_total", "Meer dan 300 per kwartaal.", 1},
		{"help_requests",
			"Meer dan 300 per kwartaal. Dat geldt voor: Hulpvragen en korte contacten "
			"samen.",
			2},
		{"trainings", "Minstens 3 per jaar.", 1},
		{"open_cases", "Er is geen norm.", 1},
	};
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		const Wot__V1__Definition *told = told_of(&all, each[i].id);
		assert_string_equal(told->versions[0]->norm, each[i].norm);
		assert_int_equal(told->n_versions, each[i].versions);
	}
	const Wot__V1__Definition *started = told_of(&all, "started_within_4_weeks");
	assert_string_equal(started->short_, "Gestart binnen 4 weken");
	assert_int_equal(started->versions[0]->definition, 2025);
	assert_int_equal(started->versions[1]->definition, 2023);
	assert_string_equal(started->versions[0]->since,
		"Sinds 2024 tellen we zo. Tot en met 2023 telden we tot het eerste contact met de "
		"casusregisseur.");
	assert_string_equal(started->versions[1]->since,
		"Tot en met 2023 telden we zo. Daarna tellen we tot de start van de begeleiding.");
	assert_string_equal(
		told_of(&all, "open_cases")->versions[0]->since, "Alle jaren tellen we zo.");
	/* What another definition does not say otherwise is the same. */
	const Wot__V1__Definition *requests = told_of(&all, "help_requests");
	assert_string_equal(requests->versions[0]->when, requests->versions[1]->when);
	assert_string_not_equal(requests->versions[0]->who, requests->versions[1]->who);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kpi_that_can_be_asked_for_is_told_whole),
		TEST(norms_and_years_are_told_as_they_are_counted_by),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
