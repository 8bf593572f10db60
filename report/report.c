#include "report/report.h"

#include "figures/filter.h"
#include "figures/suppress/suppress.h"
#include "lib/calendar.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which figures ---- */

static struct period span_period(const struct report *report, enum outline_span span, size_t index)
{
	int months = span == OUTLINE_MONTH ? 1 : 3;
	struct period out = {.today = report->asked.as_of};
	if (span == OUTLINE_YEAR)
		return report->period;
	out.from = calendar_day(
		(struct calendar_date){(int)report->asked.year, (int)index * months + 1, 1});
	out.to = calendar_add_months(out.from, months) - 1;
	return out;
}

static size_t span_count(enum outline_span span)
{
	return span == OUTLINE_MONTH     ? REPORT_MONTHS
	       : span == OUTLINE_QUARTER ? REPORT_QUARTERS
					 : 1;
}

/* A viewer is told of quarters and months that are over. */
static bool is_told(
	const struct report *report, enum outline_span span, const struct period *period)
{
	if (span == OUTLINE_YEAR)
		return true;
	return report->asked.internal ? period->from <= report->asked.as_of
				      : period->to < report->asked.as_of;
}

static int one_make(const struct report *report, const struct outline_need *need,
	const struct period *period, struct figure *out, struct why *why)
{
	const struct kpi *kpi = kpi_find(report->kpis, need->id);
	uint32_t definition = report->definition - need->otherwise;
	struct figure_cut cut = {.counts_only = need->by && report->asked.rows_counted};
	if (!kpi || kpi->hidden)
		return why_set(why, ERR_CONFIG, "report.yaml names %s, which is no KPI", need->id);
	if (need->by) {
		cut.by[0] = dimension_of(kpi->formulas[definition], need->by, strlen(need->by));
		cut.by_count = 1;
		if (!cut.by[0])
			return why_set(why, ERR_CONFIG,
				"report.yaml splits %s by %s, which it is not", need->id, need->by);
	}
	int err = figure_make(out, kpi, period, definition, &cut, report->asked.names, why);
	if (err)
		return err;
	figure_judge(out, BESIDE_NONE, report->asked.complete_from, report->asked.names);
	out->filters = NULL;
	out->published = published_of(report->asked.published, kpi->id, &out->published_count);
	return 0;
}

static int need_make(struct report *report, const struct outline_need *need, struct why *why)
{
	if (need->otherwise && !report->definition)
		return 0; /* there is none before */
	for (size_t i = 0; i < span_count(need->span); i++) {
		struct period period = span_period(report, need->span, i);
		if (!is_told(report, need->span, &period))
			continue;
		int err = one_make(report, need, &period, &report->figures[report->count], why);
		if (err)
			return err;
		report->needs[report->count++] = need;
	}
	return 0;
}

/* ---- what must add up ---- */

static bool is_of(
	const struct outline_need *need, const char *id, const char *by, enum outline_span span)
{
	return !strcmp(need->id, id) && need->span == span && !need->otherwise &&
	       (by ? need->by && !strcmp(need->by, by) : !need->by);
}

/* What the parts of a figure count together. */
static int64_t parts_sum(
	const struct report *report, const struct outline_sum *sum, struct buf *what)
{
	int64_t out = 0;
	const struct figure *split = sum->by ? report_figure(report, sum->id, sum->by) : NULL;
	if (sum->by)
		buf_printf(what, "its rows by %s", sum->by);
	for (size_t i = 0; split && i < split->row_count; i++)
		out += split->rows[i].value.counts.count;
	if (sum->quarters)
		buf_text(what, "its quarters");
	for (size_t i = 0; sum->quarters && i < report->count; i++)
		if (is_of(report->needs[i], sum->id, NULL, OUTLINE_QUARTER))
			out += report->figures[i].total.counts.count;
	if (sum->of) {
		buf_printf(what, "%s is of", sum->of);
		out += report_figure(report, sum->of, NULL)->total.counts.of;
	}
	for (size_t i = 0; i < sum->parts.count; i++) {
		buf_printf(what, "%s%s", i ? " and " : "", sum->parts.items[i]);
		out += report_figure(report, sum->parts.items[i], NULL)->total.counts.count;
	}
	return out;
}

static int sums_check(const struct report *report, struct why *why)
{
	for (size_t i = 0; i < report->outline->sum_count; i++) {
		const struct outline_sum *sum = &report->outline->sums[i];
		if (sum->quarters && !report->is_over)
			continue; /* the one that is running may be left out */
		auto_buf struct buf what = {0};
		int64_t whole = report_figure(report, sum->id, NULL)->total.counts.count;
		int64_t parts = parts_sum(report, sum, &what);
		if (whole != parts)
			return why_set(why, ERR_DIVERGED,
				"the report of %u is not made, for it does not add up: %s is "
				"%" PRId64 ", and %s %" PRId64,
				report->asked.year, sum->id, whole, what.data, parts);
	}
	return 0;
}

/* ---- what is hidden ---- */

static bool is_class(const struct outline_need *need)
{
	return need->by && !strcmp(need->by, DIMENSION_CLASS);
}

static bool is_few(const struct report *report, int64_t people)
{
	int64_t count = people < 0 ? -people : people;
	return count > 0 && count < report->asked.suppress_below;
}

static void figure_hide(struct figure *figure)
{
	figure->suppressed = true;
	figure->total = (struct value){0};
	figure->row_count = 0;
	figure->verdict = VERDICT_NONE;
	figure->spans_over = figure->spans_met = 0;
	figure->months = (struct months){0};
}

/* What a viewer may ask is hidden as it would be from him: all together, for one tells of another. */
static void asked_hide(struct report *report)
{
	struct figures asked = {.items = calloc(report->count + 1, sizeof *asked.items)};
	auto_free size_t *from = calloc(report->count + 1, sizeof *from);
	must(asked.items && from);
	for (size_t i = 0; i < report->count; i++) {
		if (report->needs[i]->otherwise || is_class(report->needs[i]) ||
			!figure_counts_people(report->figures[i].kpi))
			continue;
		from[asked.count] = i;
		asked.items[asked.count++] = report->figures[i];
	}
	suppress_figures(report->kpis, report->asked.names, report->asked.suppress_below, &asked);
	for (size_t i = 0; i < asked.count; i++)
		report->figures[from[i]] = asked.items[i];
	free(asked.items);
}

static bool is_hidden(const struct report *report, const char *id)
{
	const struct figure *figure = report_figure(report, id, NULL);
	return !figure || figure->suppressed || figure->total.no_unknown;
}

/* It, or one of those that it would tell of. */
static bool hides_with(const struct report *report, const struct outline_need *need)
{
	bool hides = is_hidden(report, need->id);
	for (size_t i = 0; need->hide_with && i < need->hide_with->count; i++)
		hides = hides || is_hidden(report, need->hide_with->items[i]);
	return hides;
}

static void classes_hide(
	const struct report *report, const struct outline_need *need, struct figure *figure)
{
	bool hides = hides_with(report, need) || !report->is_over;
	for (size_t r = 0; r < figure->row_count; r++)
		hides = hides || is_few(report, figure->rows[r].value.counts.count);
	hides = hides || is_few(report, figure->total.counts.unknown);
	if (hides)
		figure_hide(figure);
	/* As of all figures that people may read (figures/suppress/within.h). */
	figure->total.mean = NAN;
	for (size_t r = 0; r < figure->row_count; r++)
		figure->rows[r].value.mean = NAN;
}

static void otherwise_hide(
	const struct report *report, const struct outline_need *need, struct figure *figure)
{
	const struct figure *now = report_figure(report, need->id, NULL);
	const struct counts *was = &figure->total.counts, *is = &now->total.counts;
	if (hides_with(report, need) || is_few(report, was->count) ||
		is_few(report, was->of - was->count) || is_few(report, was->unknown) ||
		is_few(report, was->count - is->count) || is_few(report, was->of - is->of) ||
		is_few(report, was->unknown - is->unknown))
		figure_hide(figure);
}

static void report_hide(struct report *report)
{
	if (report->asked.internal)
		return;
	asked_hide(report);
	for (size_t i = 0; i < report->count; i++) {
		const struct outline_need *need = report->needs[i];
		struct figure *figure = &report->figures[i];
		if (!figure_counts_people(figure->kpi))
			continue;
		if (need->otherwise)
			otherwise_hide(report, need, figure);
		else if (is_class(need))
			classes_hide(report, need, figure);
	}
}

/* ---- the report ---- */

static int year_find(struct report *report, struct why *why)
{
	const struct report_asked *asked = &report->asked;
	struct period *period = &report->period;
	*period = span_period(report, OUTLINE_QUARTER, 0);
	period->to = calendar_add_months(period->from, REPORT_MONTHS) - 1;
	report->is_over = period->to < asked->as_of;
	if (period->from > asked->as_of || period->to < asked->complete_from) {
		char from[16], as_of[16];
		calendar_print(asked->complete_from, from);
		calendar_print(asked->as_of, as_of);
		return why_set(why, ERR_NOT_FOUND,
			"there are no figures of %u: they begin on %s, and this is as of %s",
			asked->year, from, as_of);
	}
	if (!report->is_over)
		period->to = asked->as_of;
	report->definition = kpi_definition_of_year(report->kpis, (int32_t)asked->year);
	return 0;
}

int report_make(struct report *out, const struct outline *outline, const struct kpis *kpis,
	const struct report_asked *asked, struct why *why)
{
	struct report made = {.asked = *asked, .outline = outline, .kpis = kpis};
	size_t most = outline->need_count * REPORT_MONTHS + 1;
	made.figures = calloc(most, sizeof *made.figures);
	made.needs = calloc(most, sizeof *made.needs);
	must(made.figures && made.needs);
	int err = year_find(&made, why);
	for (size_t i = 0; !err && i < outline->need_count; i++)
		err = need_make(&made, &outline->needs[i], why);
	if (!err)
		err = sums_check(&made, why);
	if (err) {
		report_done(&made);
		return err;
	}
	report_hide(&made);
	*out = made;
	return 0;
}

void report_done(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		figure_done(&report->figures[i]);
	free(report->figures);
	free(report->needs);
	*report = (struct report){0};
}

/* ---- looking into it ---- */

int64_t report_made_ms(const struct report_asked *asked)
{
	int64_t out = 0;
	for (size_t i = 0; i < STREAM_COUNT; i++)
		out = asked->logs[i].written_at_ms > out ? asked->logs[i].written_at_ms : out;
	return out;
}

const struct figure *report_figure(const struct report *report, const char *id, const char *by)
{
	for (size_t i = 0; i < report->count; i++) {
		if (is_of(report->needs[i], id, by, OUTLINE_YEAR))
			return &report->figures[i];
	}
	return NULL;
}

const struct figure *report_part(
	const struct report *report, const char *id, enum outline_span span, size_t index)
{
	struct period period = span_period(report, span, index);
	for (size_t i = 0; i < report->count; i++) {
		if (is_of(report->needs[i], id, NULL, span) &&
			report->figures[i].period.from == period.from)
			return &report->figures[i];
	}
	return NULL;
}

const struct figure *report_otherwise(const struct report *report, const char *id)
{
	for (size_t i = 0; i < report->count; i++) {
		if (report->needs[i]->otherwise && !strcmp(report->needs[i]->id, id))
			return &report->figures[i];
	}
	return NULL;
}

const struct figure_row *report_row(const struct figure *figure, const char *key)
{
	for (size_t i = 0; i < figure->row_count; i++) {
		if (!strcmp(figure->rows[i].keys[0], key))
			return &figure->rows[i];
	}
	return NULL;
}
