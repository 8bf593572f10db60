/*
 * A sentence is right for none, for one and for more, and says so where a number is not known.
 */
#include "web/text_nl.h"

// clang-format off
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#define NB "\u00A0"
#define ASSERT_SAYS(expected, call)                                                                \
	do {                                                                                       \
		auto_buf struct buf out = {0};                                                     \
		call;                                                                              \
		assert_string_equal(out.data ? out.data : "", expected);                           \
	} while (0)

static struct text_number share(double value)
{
	return (struct text_number){value, UNIT_SHARE, NULL};
}
static struct text_number count(double value)
{
	return (struct text_number){value, UNIT_COUNT, NULL};
}
static struct text_number days(double value)
{
	return (struct text_number){value, UNIT_DAYS, NULL};
}
static struct text_things cases(double count)
{
	return (struct text_things){count, "traject", "trajecten"};
}

static void a_norm_is_met_or_missed(void **state)
{
	(void)state;
	static const struct kpi units[] = {{.unit = UNIT_SHARE}, {.unit = UNIT_COUNT}};
	const struct norm least = {NORM_AT_LEAST, .8, 0, &units[0]},
			  most = {NORM_AT_MOST, .05, 0, &units[0]},
			  more = {NORM_MORE_THAN, 300, 3, &units[1]},
			  year = {NORM_AT_LEAST, 0, 12, &units[1]}, none = {0};
	ASSERT_SAYS("De norm is 80%. Die is gehaald.", text_held(&least, true, &out));
	ASSERT_SAYS("De norm is hoogstens 5%. Die is niet gehaald.", text_held(&most, false, &out));
	ASSERT_SAYS("De norm is meer dan 300 per kwartaal.", text_norm_is(&more, &out));
	ASSERT_SAYS("minstens 0 per jaar", assert_true(text_norm_value(&year, true, &out)));
	ASSERT_SAYS("", text_norm_is(&none, &out));
	ASSERT_SAYS("", assert_false(text_norm_value(&none, true, &out)));
	ASSERT_SAYS("Beide normen zijn 80% en niet gehaald.", text_both(share(.8), false, &out));
	ASSERT_SAYS("Beide normen zijn 1 en gehaald.", text_both(count(1), true, &out));
	ASSERT_SAYS("Beide normen zijn onbekend en gehaald.", text_both(count(NAN), true, &out));
}

static void what_is_not_known_can_change_a_verdict_or_cannot(void **state)
{
	(void)state;
	ASSERT_SAYS("In het beste geval is het 78%. De norm is dus zeker niet gehaald.",
		text_surely(share(.78), false, &out));
	ASSERT_SAYS("In het slechtste geval is het 0%. De norm is dus zeker gehaald.",
		text_surely(share(0), true, &out));
	ASSERT_SAYS("In het slechtste geval is het onbekend. De norm is dus zeker gehaald.",
		text_surely(share(NAN), true, &out));
	ASSERT_SAYS("Daardoor kan het ook 81% zijn. Of de norm is gehaald, is niet zeker.",
		text_unsure(share(.81), &out));
	ASSERT_SAYS("Daardoor kan het ook onbekend zijn. Of de norm is gehaald, is niet zeker.",
		text_unsure(share(NAN), &out));
	ASSERT_SAYS("", text_bounds(share(.1), share(.1), &out));
	ASSERT_SAYS(
		"Daardoor kan het tussen 1 en 2 liggen.", text_bounds(count(1), count(2), &out));
	ASSERT_SAYS("Daardoor kan het tussen 0% en onbekend liggen.",
		text_bounds(share(0), share(NAN), &out));
}

static void quarters_and_years_are_counted(void **state)
{
	(void)state;
	ASSERT_SAYS("", text_spans(0, 0, 3, true, &out));
	ASSERT_SAYS("Die is niet gehaald.", text_spans(0, 1, 3, false, &out));
	ASSERT_SAYS("Die is gehaald.", text_spans(1, 1, 12, false, &out));
	ASSERT_SAYS("Vorig kwartaal is die niet gehaald.", text_spans(0, 1, 3, true, &out));
	ASSERT_SAYS("Vorig jaar is die gehaald.", text_spans(1, 1, 12, true, &out));
	ASSERT_SAYS("Die is in 1 van de 2 jaren gehaald.", text_spans(1, 2, 12, true, &out));
	ASSERT_SAYS("Die is in alle 4 de kwartalen gehaald.", text_spans(4, 4, 3, false, &out));
	ASSERT_SAYS("", text_needed(0, 3, &out));
	ASSERT_SAYS("In dit kwartaal zijn er nog 2 nodig.", text_needed(2, 3, &out));
	ASSERT_SAYS("In dit jaar zijn er nog 10 nodig.", text_needed(10, 12, &out));
	ASSERT_SAYS("In dit jaar zijn er nog onbekend nodig.", text_needed(NAN, 12, &out));
}

static void a_difference_is_one_only_beyond_chance(void **state)
{
	(void)state;
	ASSERT_SAYS("", text_clause(DIFFERENCE_UNJUDGED, share(.5), THEN_LAST_YEAR, &out));
	ASSERT_SAYS(", ongeveer even vaak als vorig jaar",
		text_clause(DIFFERENCE_SAME, share(.5), THEN_LAST_YEAR, &out));
	ASSERT_SAYS(", vaker dan vorig jaar (66%)",
		text_clause(DIFFERENCE_MORE, share(.66), THEN_LAST_YEAR, &out));
	ASSERT_SAYS(", minder dan de periode ervoor (2)",
		text_clause(DIFFERENCE_FEWER, count(2), THEN_PREVIOUS, &out));
	ASSERT_SAYS(", ongeveer evenveel als de periode ervoor",
		text_clause(DIFFERENCE_SAME, count(0), THEN_PREVIOUS, &out));
	ASSERT_SAYS("4 weken geleden was het 0.",
		text_then(DIFFERENCE_UNJUDGED, count(0), THEN_FOUR_WEEKS, &out));
	ASSERT_SAYS("Vorig jaar was het 1" NB "dag.",
		text_then(DIFFERENCE_UNJUDGED, days(1), THEN_LAST_YEAR, &out));
	ASSERT_SAYS("Vorig jaar was het onbekend.",
		text_then(DIFFERENCE_UNJUDGED, days(NAN), THEN_LAST_YEAR, &out));
	ASSERT_SAYS("In de periode ervoor was het 2: ongeveer evenveel.",
		text_then(DIFFERENCE_SAME, count(2), THEN_PREVIOUS, &out));
	ASSERT_SAYS("Vorig jaar was het 66%. Nu is het minder vaak.",
		text_then(DIFFERENCE_FEWER, share(.66), THEN_LAST_YEAR, &out));
}

static void months_change_only_beyond_their_band(void **state)
{
	(void)state;
	const struct norm norm = {.kind = NORM_AT_LEAST, .value = .8},
			  far = {.kind = NORM_AT_LEAST, .value = .95};
	struct months months = {0};
	ASSERT_SAYS("Er zijn nog te weinig maanden om te zien of er iets verandert.",
		text_months(&months, UNIT_COUNT, NULL, &out));
	months = (struct months){12, .75, .59, .92, .8, 1, DIFFERENCE_SAME};
	ASSERT_SAYS("Schommelt gewoon tussen 59% en 92%.",
		text_months(&months, UNIT_SHARE, NULL, &out));
	ASSERT_SAYS("Schommelt gewoon tussen 59% en 92%.",
		text_months(&months, UNIT_SHARE, &far, &out));
	ASSERT_SAYS(
		"Schommelt gewoon tussen 59% en 92%. De norm van 80% ligt daarin: de ene maand "
		"wordt hij gehaald, de andere niet. Alleen met een andere manier van werken wordt "
		"de norm elke maand gehaald.",
		text_months(&months, UNIT_SHARE, &norm, &out));
	months = (struct months){12, 1, 0, 2, 2, 7, DIFFERENCE_MORE};
	ASSERT_SAYS("Verandering: al 7 maanden hoger dan gemiddeld (1" NB "dag).",
		text_months(&months, UNIT_DAYS, NULL, &out));
	months = (struct months){12, 2, 1, 4, 0, 8, DIFFERENCE_FEWER};
	ASSERT_SAYS("Opvallend: vorige maand 0. Gewoon is 1 tot 4.",
		text_months(&months, UNIT_COUNT, NULL, &out));
	months.last = 1;
	ASSERT_SAYS("Verandering: al 8 maanden lager dan gemiddeld (2).",
		text_months(&months, UNIT_COUNT, NULL, &out));
}

static void a_group_differs_or_none_does(void **state)
{
	(void)state;
	ASSERT_SAYS("De verschillen tussen de wijken zijn zo klein dat ze toeval kunnen zijn.",
		text_groups_same("de wijken", &out));
	ASSERT_SAYS("De aantallen zijn te klein om de teams te vergelijken.",
		text_groups_few("de teams", &out));
	ASSERT_SAYS("", text_group("Zwaar", DIFFERENCE_SAME, share(.86), &out));
	ASSERT_SAYS("Zwaar: vaker dan de rest (86%).",
		text_group("Zwaar", DIFFERENCE_MORE, share(.86), &out));
	ASSERT_SAYS("Zwaar: minder vaak dan de rest (onbekend).",
		text_group("Zwaar", DIFFERENCE_FEWER, share(NAN), &out));
}

static void several_figures_are_counted(void **state)
{
	(void)state;
	ASSERT_SAYS("", text_norms(0, 0, &out));
	ASSERT_SAYS(
		"Er is 1 percentage met een norm. Dat haalt de norm niet.", text_norms(0, 1, &out));
	ASSERT_SAYS("Er is 1 percentage met een norm. Dat haalt de norm.", text_norms(1, 1, &out));
	ASSERT_SAYS(
		"Van de 2 percentages met een norm haalt er geen de norm.", text_norms(0, 2, &out));
	ASSERT_SAYS(
		"Van de 2 percentages met een norm haalt er 1 de norm.", text_norms(1, 2, &out));
	ASSERT_SAYS(
		"Van de 6 percentages met een norm halen er 2 de norm.", text_norms(2, 6, &out));
	ASSERT_SAYS("", text_same(0, THEN_LAST_YEAR, &out));
	ASSERT_SAYS("Bij 1 ander cijfer is het verschil met vorig jaar zo klein dat het toeval kan "
		    "zijn. "
		    "Dat staat hier niet.",
		text_same(1, THEN_LAST_YEAR, &out));
	ASSERT_SAYS("Bij 2 andere cijfers is het verschil met de periode ervoor zo klein dat het "
		    "toeval "
		    "kan zijn. Zij staan hier niet.",
		text_same(2, THEN_PREVIOUS, &out));
	ASSERT_SAYS("", text_known(cases(0), &out));
	ASSERT_SAYS("Van 1" NB "traject weten we het.", text_known(cases(1), &out));
	ASSERT_SAYS("Van 2" NB "trajecten weten we het.", text_known(cases(2), &out));
	ASSERT_SAYS("", text_unknown(cases(0), &out));
	ASSERT_SAYS("Van 1" NB "traject weten we het niet.", text_unknown(cases(1), &out));
	ASSERT_SAYS("Van 2" NB "trajecten weten we het niet.", text_unknown(cases(2), &out));
	ASSERT_SAYS("Bij 9 van de 10 is het hoogstens 2" NB "dagen.", text_most(days(2), &out));
	ASSERT_SAYS(
		"Volgens de telling van 2023 is het in deze periode 90% in plaats van onbekend.",
		text_older(2023, share(.9), share(NAN), &out));
	ASSERT_SAYS("In 2024 was het 71% (Jaarverslag 2025).",
		text_published(2024, share(.71), "Jaarverslag 2025", &out));
	ASSERT_SAYS("In 2024 was het 71%.", text_published(2024, share(.71), NULL, &out));
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	ASSERT_SAYS("Aantallen onder de 5 tonen we niet. Zo is niemand te herkennen.",
		text_hidden(&out));
	ASSERT_SAYS("In 2025 is dit niet gemeten.", text_unmeasured(2025, 0, &out));
	ASSERT_SAYS("In 2025 is dit niet gemeten. De volgende meting is in 2026.",
		text_unmeasured(2025, 2026, &out));
	ASSERT_SAYS("Dit is nog niet gemeten. De meting is in 2026.",
		text_unmeasured(2026, 2026, &out));
	ASSERT_SAYS("In deze periode is dit niet gemeten.", text_unmeasured(0, 0, &out));
	ASSERT_SAYS("In deze periode is dit niet gemeten. De meting is in 2026.",
		text_unmeasured(0, 2026, &out));
	ASSERT_SAYS("volgende meting in 2026", text_measured_next(2026, &out));
	ASSERT_SAYS("", text_measured_next(0, &out));
}

/* ---- of a figure ---- */

static const struct formula counted = {.thing = "traject", .things = "trajecten"};
static struct kpi kpi_of(enum kpi_unit unit, struct norm norm)
{
	struct kpi kpi = {.label = "Op tijd", .unit = unit, .says = "Bij {value} lukte het"};
	kpi.norms[0] = norm;
	return kpi;
}
static struct figure figure_of(const struct kpi *kpi, double value, double low, double high,
	int unknown, enum verdict verdict)
{
	return (struct figure){.kpi = kpi,
		.formula = &counted,
		.verdict = verdict,
		.total = {.known = !isnan(value),
			.has_range = true,
			.value = value,
			.low = low,
			.high = high,
			.counts = {.unknown = unknown}}};
}

static void a_figure_is_said_by_its_sentence_or_by_its_label(void **state)
{
	(void)state;
	struct kpi kpi = kpi_of(UNIT_SHARE, (struct norm){.kind = NORM_AT_LEAST, .value = .8});
	struct figure figure = figure_of(&kpi, .7996, .7, .9, 1, VERDICT_NONE);
	ASSERT_SAYS("Bij 79,9% lukte het", text_says(&figure, &out));
	kpi.told[0].is_own = true; /* the sentence is of another definition */
	ASSERT_SAYS("Op tijd: 79,9%", text_says(&figure, &out));
	figure.total.known = false;
	ASSERT_SAYS("Op tijd: onbekend", text_says(&figure, &out));
}

static void the_verdict_is_said_with_what_could_turn_it(void **state)
{
	(void)state;
	struct kpi kpi = kpi_of(UNIT_SHARE, (struct norm){.kind = NORM_AT_LEAST, .value = .8});
	kpi.norms[0].held_to = &kpi;
	struct figure figure = figure_of(&kpi, .76, .72, .78, 50, VERDICT_MISSED);
	ASSERT_SAYS("De norm is 80%. Die is niet gehaald. Van 50" NB
		    "trajecten weten we het niet. In "
		    "het beste geval is het 78%. De norm is dus zeker niet gehaald.",
		text_norm(&figure, &out));
	figure = figure_of(&kpi, .79, .75, .81, 1, VERDICT_MISSED_UNSURE);
	ASSERT_SAYS("De norm is 80%. Van 1" NB "traject weten we het niet. "
		    "Daardoor kan het ook 81% zijn. Of de norm is gehaald, is niet zeker.",
		text_norm(&figure, &out));
	figure = figure_of(&kpi, .85, .84, .841, 1, VERDICT_MET);
	ASSERT_SAYS("De norm is 80%. Die is gehaald.", text_norm(&figure, &out));
	kpi.norms[0] = (struct norm){.kind = NORM_AT_MOST, .value = .05, .held_to = &kpi};
	figure = figure_of(&kpi, .04, .02, .06, 2, VERDICT_MET_UNSURE);
	ASSERT_SAYS("De norm is hoogstens 5%. Van 2" NB "trajecten weten we het niet. Daardoor kan "
		    "het ook 6% zijn. Of de norm is gehaald, is niet zeker.",
		text_norm(&figure, &out));
	kpi.norms[0] = (struct norm){0};
	figure = figure_of(&kpi, .5, .25, .75, 2, VERDICT_NONE);
	ASSERT_SAYS("Van 2" NB
		    "trajecten weten we het niet. Daardoor kan het tussen 25% en 75% liggen.",
		text_norm(&figure, &out));
	figure = figure_of(&kpi, NAN, 0, 1, 2, VERDICT_NONE);
	ASSERT_SAYS("", text_norm(&figure, &out));
	kpi = kpi_of(UNIT_COUNT, (struct norm){NORM_MORE_THAN, 300, 3, &kpi});
	figure = figure_of(&kpi, 12, 0, 0, 0, VERDICT_RUNNING);
	figure.has_needed = true;
	figure.needed = 289;
	ASSERT_SAYS("De norm is meer dan 300 per kwartaal. Of die wordt gehaald, weten we nog "
		    "niet. In dit kwartaal zijn er nog 289 nodig.",
		text_norm(&figure, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_norm_is_met_or_missed),
		cmocka_unit_test(what_is_not_known_can_change_a_verdict_or_cannot),
		cmocka_unit_test(quarters_and_years_are_counted),
		cmocka_unit_test(a_difference_is_one_only_beyond_chance),
		cmocka_unit_test(months_change_only_beyond_their_band),
		cmocka_unit_test(a_group_differs_or_none_does),
		cmocka_unit_test(several_figures_are_counted),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(a_figure_is_said_by_its_sentence_or_by_its_label),
		cmocka_unit_test(the_verdict_is_said_with_what_could_turn_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
