#include "web/figure_rows.h"

#include "lib/calendar.h"
#include "web/figure_number.h"
#include "web/nl.h"
#include "web/text_nl.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts ---- */

const char *figure_value_text(const struct figure *figure, double value, struct arena *arena)
{
	const struct norm *norm = figure_norm(figure);
	auto_buf struct buf text = {0};
	if (isnan(value))
		return NULL;
	figure_number(
		value, figure->kpi->unit, norm->kind == NORM_NONE ? NULL : &norm->value, &text);
	return page_text(&text, arena);
}

const char *figure_note_text(const struct value *value, struct arena *arena)
{
	auto_buf struct buf text = {0};
	if (!value->known || !value->has_of)
		return NULL;
	nl_count(value->counts.count, &text);
	buf_text(&text, " van ");
	nl_count(value->counts.of, &text);
	return page_text(&text, arena);
}

/* ---- rows ---- */

static struct chart_row row_of(
	const struct figure *figure, const struct value *value, struct arena *arena)
{
	struct chart_row row = {.value = value->known ? value->value : NAN};
	row.text = figure_value_text(figure, row.value, arena);
	row.note = figure_note_text(value, arena);
	if (figure->kpi->unit == UNIT_SHARE && value->known && value->has_range) {
		row.low = value->low;
		row.high = value->high;
	}
	return row;
}

bool figure_row_is_early(
	const struct figure *figure, const struct figure_row *row, int32_t complete_from)
{
	char first[24], from[16];
	bool is_month = figure->by[0]->span == SPAN_MONTH;
	if (figure->by[0]->span == SPAN_NONE || !complete_from)
		return false;
	snprintf(first, sizeof first, "%s%s", row->keys[0], is_month ? "-01" : "");
	calendar_print(complete_from, from);
	return strcmp(first, from) < 0;
}

struct chart_row *figure_rows(
	const struct figure *figure, int32_t complete_from, struct arena *arena, size_t *count)
{
	*count = figure->by_count ? figure->row_count : 1;
	struct chart_row *out = arena_alloc(arena, (*count + 1) * sizeof *out);
	if (!figure->by_count) {
		*out = row_of(figure, &figure->total, arena);
		out->label = figure->kpi->label;
		out->hidden = figure_hides_value(figure);
		return out;
	}
	for (size_t i = 0; i < *count; i++) {
		const struct figure_row *row = &figure->rows[i];
		out[i] = row->suppressed || row->value.no_spread
				 ? (struct chart_row){.hidden = true}
			 : figure_row_is_early(figure, row, complete_from)
				 ? (struct chart_row){.value = NAN}
				 : row_of(figure, &row->value, arena);
		out[i].unknown = strcmp(row->keys[0], "UNKNOWN") == 0;
		out[i].label = row->labels[0];
	}
	return out;
}

void figure_row_judge(const struct figure *figure, struct chart_row *row, struct arena *arena)
{
	static const char *const words[] = {[VERDICT_RUNNING] = "nog bezig",
		[VERDICT_MET] = "gehaald",
		[VERDICT_MET_UNSURE] = "gehaald, niet zeker",
		[VERDICT_MISSED] = "niet gehaald",
		[VERDICT_MISSED_UNSURE] = "niet gehaald, niet zeker"};
	const struct norm *norm = figure_norm(figure);
	enum verdict verdict = figure->verdict;
	auto_buf struct buf text = {0};
	row->tone = verdict_is_missed(verdict) ? TONE_ALERT
		    : verdict_is_met(verdict)  ? TONE_NOW
					       : TONE_INK;
	row->note_alerts = verdict_is_missed(verdict);
	row->note = row->hidden               ? NULL
		    : norm->kind == NORM_NONE ? "geen norm"
		    : figure->total.known     ? words[verdict]
					      : "geen meting";
	if (verdict == VERDICT_NONE || norm->months)
		return;
	text_norm_value(norm, true, &text);
	row->norm = norm->value;
	row->norm_text = page_text(&text, arena);
}

static void before_set(const struct figure *figure, const struct value *value,
	struct chart_row *row, struct arena *arena)
{
	if (row->hidden || !value->known)
		return;
	row->before = value->value;
	row->before_text = figure_value_text(figure, value->value, arena);
}

void figure_rows_beside(const struct figure *figure, const struct figure *before,
	struct chart_row *rows, struct arena *arena)
{
	if (!figure->by_count)
		before_set(figure, &before->total, rows, arena);
	for (size_t i = 0; figure->by_count && i < figure->row_count; i++)
		for (size_t j = 0; j < before->row_count; j++)
			if (!before->rows[j].suppressed &&
				!strcmp(figure->rows[i].keys[0], before->rows[j].keys[0]))
				before_set(figure, &before->rows[j].value, &rows[i], arena);
}

static int row_rank(const struct chart_row *row)
{
	return row->hidden ? 2 : row->unknown;
}

/* Few rows, and those that are alike stay in their order. */
void figure_rows_sort(struct chart_row *rows, size_t count, enum rows_order order)
{
	for (size_t i = 1; i < count; i++) {
		struct chart_row row = rows[i];
		size_t at = i;
		for (; at > 0; at--) {
			const struct chart_row *before = &rows[at - 1];
			int apart = row_rank(before) - row_rank(&row);
			if (apart < 0 || (!apart && (order == ROWS_AS_THEY_ARE || row.hidden ||
							    !(row.value > before->value))))
				break;
			rows[at] = rows[at - 1];
		}
		rows[at] = row;
	}
}

/* ---- months ---- */

bool figure_norm_of_months(const struct figure *figure)
{
	const struct norm *norm = figure_norm(figure);
	return norm->kind != NORM_NONE && !norm->months && norm->held_to == figure->kpi;
}

struct course course_until(const struct period *period)
{
	const struct calendar_date last = calendar_date(period->to);
	struct course out = {.year = last.year - 1, .count = PANEEL_MONTHS + (size_t)last.month};
	for (size_t i = 0; i < COURSE_MONTHS; i++)
		out.values[i] = NAN;
	int32_t first = calendar_day((struct calendar_date){last.year, last.month, 1});
	out.open = calendar_add_months(first, 1) > period->today;
	return out;
}

struct course course_of(
	const struct figure *series, const struct period *period, int32_t complete_from)
{
	struct course out = course_until(period);
	for (size_t i = 0; i < series->row_count; i++) {
		const struct figure_row *row = &series->rows[i];
		int year = 0;
		unsigned month = 0;
		if (sscanf(row->keys[0], "%4d-%2u", &year, &month) != 2 || year < out.year)
			continue;
		size_t place = (size_t)(year - out.year) * PANEEL_MONTHS + month - 1;
		if (place < out.count && !row->suppressed && row->value.known &&
			!figure_row_is_early(series, row, complete_from))
			out.values[place] = row->value.value;
	}
	return out;
}

struct months course_judge(const struct course *course, enum kpi_unit unit)
{
	double known[COURSE_MONTHS];
	size_t count = 0;
	for (size_t i = 0; i + course->open < course->count; i++)
		if (!isnan(course->values[i]))
			known[count++] = course->values[i];
	if (count < MONTHS_MIN)
		return (struct months){0};
	return judge_months(known, count, unit == UNIT_SHARE ? 1 : INFINITY);
}

static const char *const ticks[COURSE_MONTHS] = {"j", "f", "m", "a", "m", "j", "j", "a", "s", "o",
	"n", "d", "j", "f", "m", "a", "m", "j", "j", "a", "s", "o", "n", "d"};

void course_lijn(const struct chart *chart, const struct figure *figure,
	const struct course *course, const struct months *band, struct arena *arena,
	struct buf *out)
{
	const char *names[COURSE_MONTHS];
	size_t last = course->count;
	for (size_t i = 0; i < course->count; i++)
		names[i] = arena_printf(arena, "%s %d", nl_months_short[i % PANEEL_MONTHS],
			course->year + (int)(i / PANEEL_MONTHS));
	while (last > 1 && isnan(course->values[last - 1]))
		last--;
	const struct chart_line line = {
		.label = figure_value_text(figure, course->values[last - 1], arena),
		.open = course->open && last == course->count,
		.values = course->values};
	const struct chart_group groups[COURSE_YEARS] = {
		{arena_printf(arena, "%d", course->year), 0, PANEEL_MONTHS - 1},
		{arena_printf(arena, "%d", course->year + 1), PANEEL_MONTHS, course->count - 1}};
	struct chart_lijn lijn = {.lines = &line,
		.line_count = 1,
		.count = course->count,
		.names = names,
		.ticks = ticks,
		.groups = groups,
		.group_count = COURSE_YEARS,
		.share = figure->kpi->unit == UNIT_SHARE};
	if (band && band->count) {
		lijn.band_low = band->low;
		lijn.band_high = band->high;
	}
	if (figure_norm_of_months(figure)) {
		lijn.norm = figure_norm(figure)->value;
		lijn.norm_text =
			arena_printf(arena, "norm %s", figure_value_text(figure, lijn.norm, arena));
	}
	chart_lijn(chart, &lijn, out);
}

static bool year_is_known(const double *values)
{
	for (size_t i = 0; i < PANEEL_MONTHS; i++)
		if (!isnan(values[i]))
			return true;
	return false;
}

void course_paneel(const struct chart *chart, const struct figure *figure,
	const struct course *course, struct arena *arena, struct buf *out)
{
	const struct chart_paneel paneel = {.now = course->values + PANEEL_MONTHS,
		.before = year_is_known(course->values) ? course->values : NULL,
		.now_name = arena_printf(arena, "%d", course->year + 1),
		.before_name = arena_printf(arena, "%d", course->year),
		.open = course->open,
		.norm = figure_norm(figure)->value,
		.has_norm = figure_norm_of_months(figure),
		.share = figure->kpi->unit == UNIT_SHARE};
	chart_paneel(chart, &paneel, out);
}

void course_vonk(
	const struct figure *figure, const struct course *course, bool alone, struct buf *out)
{
	const struct chart_vonk vonk = {.values = course->values + course->count - PANEEL_MONTHS,
		.count = PANEEL_MONTHS,
		.norm = figure_norm(figure)->value,
		.has_norm = figure_norm_of_months(figure),
		.alone = alone};
	chart_vonk(&vonk, out);
}
