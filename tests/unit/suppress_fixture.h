/* For tests of what a viewer sees: requests in, and what of a figure is shown. */
#ifndef WOT_SUPPRESS_FIXTURE_H
#define WOT_SUPPRESS_FIXTURE_H

#include "figures/suppress/suppress.h"
#include "tests/unit/tallied.h"

#define TALLIED(test) cmocka_unit_test_setup_teardown(test, tallied_setup, tallied_teardown)

/* Requests of one day, from `number` on. */
static inline uint32_t log_requests(
	struct tallied *t, uint32_t number, uint32_t count, const char *on, const char *ward)
{
	for (uint32_t i = 0; i < count; i++)
		FACTS(t, number + i, FACT(reported_on, day(on)), .ward = as_text(ward));
	return number + count;
}

static inline int figures_of(struct tallied *t, const char *id, const char *period, const char *by,
	struct figures *out, struct why *why)
{
	struct query query = {.id = id, .period = period, .by = by, .today = t->today};
	return suppress_query(tally_kpis(t->tally), &query, 5, out, why);
}

/* "38: ZUID 20, OOST x, WEST x": total and rows, as they stand; "38?": not how many are unknown. */
static inline void assert_seen(
	struct tallied *t, const char *id, const char *period, const char *by, const char *expected)
{
	auto_figures struct figures figures = {0};
	auto_buf struct buf text = {0};
	struct why why = {""};
	if (figures_of(t, id, period, by, &figures, &why))
		fail_msg("%s", why.text);
	const struct figure *figure = figures.items;
	buf_printf(&text, figure->suppressed ? "x" : "%d", (int)figure->total.counts.count);
	if (figure->total.no_unknown)
		buf_text(&text, "?");
	assert_true(!figure->total.no_unknown || !figure->total.counts.unknown);
	for (size_t i = 0; i < figure->row_count; i++) {
		const struct figure_row *row = &figure->rows[i];
		buf_printf(&text, "%s %s ", i ? "," : ":", row->keys[0]);
		buf_printf(&text, row->suppressed ? "x" : "%d", (int)row->value.counts.count);
		if (row->suppressed)
			assert_true(!row->value.counts.count && !row->value.counts.of &&
				    !row->value.known && !row->value.has_spread);
	}
	if (strcmp(text.data, expected) != 0)
		fail_msg("%s of %s by %s is %s, not %s", id, period, by, text.data, expected);
}

#endif
