#include "web/page_figure.h"

#include "web/figure_rows.h"
#include "web/nl.h"
#include "web/text_nl.h"
#include <ctype.h>
#include <math.h>

const char page_not_measured[] = "\u2013";

const char *page_norm(const struct kpi *kpi, const struct norm *norm, struct arena *arena)
{
	auto_buf struct buf text = {0};
	if (norm->held_to != kpi || !text_norm_value(norm, true, &text))
		return NULL;
	return page_text(&text, arena);
}

const char *page_cell(
	const struct figure *figure, bool hidden, bool known, double value, struct arena *arena)
{
	auto_buf struct buf text = {0};
	if (hidden)
		return figure->kpi->viewers ? "niet getoond: klein aantal" : "niet getoond";
	if (!known)
		return page_not_measured;
	if (figure->kpi->unit != UNIT_SECONDS)
		return figure_value_text(figure, value, arena);
	nl_seconds_short(llround(value), &text);
	return page_text(&text, arena);
}

const char *page_bounds(const struct figure *figure, struct arena *arena)
{
	auto_buf struct buf text = {0};
	if (!text_has_bounds(figure))
		return NULL;
	nl_shares(figure->total.low, figure->total.high, &text);
	return page_text(&text, arena);
}

bool page_is_unmeasured(const struct figure *figure)
{
	return figure_norm(figure)->kind != NORM_NONE && !figure->total.known &&
	       !figure->suppressed;
}

const char *page_low(const char *label, struct arena *arena)
{
	return arena_printf(arena, "%c%s", tolower((unsigned char)*label), label + 1);
}

struct html_verdict page_verdict(const struct figure *figure, struct arena *arena)
{
	if (figure_norm(figure)->held_to != figure->kpi)
		return (struct html_verdict){0}; /* it is that one's */
	return (struct html_verdict){
		.met = figure->verdict == VERDICT_MET,
		.met_unsure = figure->verdict == VERDICT_MET_UNSURE,
		.missed = figure->verdict == VERDICT_MISSED,
		.missed_unsure = figure->verdict == VERDICT_MISSED_UNSURE,
		.running = figure->verdict == VERDICT_RUNNING,
		.unmeasured = page_is_unmeasured(figure),
		.spans = figure->spans_over > 1 ? arena_printf(arena, "%u van %u",
							  figure->spans_met, figure->spans_over)
						: NULL,
	};
}

const char *page_unit(enum kpi_unit unit)
{
	static const char *const texts[] = {[UNIT_COUNT] = "Een aantal.",
		[UNIT_SHARE] = "Een percentage.",
		[UNIT_DAYS] = "Een aantal dagen: de helft zit daar niet boven.",
		[UNIT_SECONDS] = "Een aantal seconden: de helft zit daar niet boven.",
		[UNIT_EURO] = "Een gemiddeld bedrag in euro."};
	return texts[unit];
}
