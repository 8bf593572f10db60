#include "web/figure_chart.h"

#include "lib/calendar.h"
#include "web/chart.h"
#include "web/figure_number.h"
#include "web/nl.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STAPEL_MAX = 5, KOLOM_MAX = 31, YEARS = 2 };

/* ---- texts ---- */

static const char *text_keep(const struct figure_chart *asked, struct buf *text)
{
	buf_char(text, 0);
	return arena_dup(asked->arena, text->data, text->len);
}

/* NULL: not known */
static const char *value_text(const struct figure_chart *asked, double value)
{
	const struct norm *norm = figure_norm(asked->figure);
	auto_buf struct buf text = {0};
	if (isnan(value))
		return NULL;
	figure_number(value, asked->figure->kpi->unit,
		norm->kind == NORM_NONE ? NULL : &norm->value, &text);
	return text_keep(asked, &text);
}

static const char *note_text(const struct figure_chart *asked, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (!value->known || !value->has_of)
		return NULL;
	nl_count(value->counts.count, &text);
	buf_text(&text, " van ");
	nl_count(value->counts.of, &text);
	return text_keep(asked, &text);
}

/* "Hulpvragen per wijk" */
static const char *title_text(const struct figure_chart *asked, const char *per)
{
	const char *label = asked->figure->kpi->label;
	if (!per)
		return label;
	char *title = arena_printf(asked->arena, "%s per %s", label, per);
	size_t at = strlen(label) + strlen(" per ");
	title[at] = (char)tolower((unsigned char)title[at]);
	return title;
}

/* ---- rows ---- */

static struct chart_row row_of(const struct figure_chart *asked, const struct value *value)
{
	struct chart_row row = {.value = value->known ? value->value : NAN};
	row.text = value_text(asked, row.value);
	row.note = note_text(asked, value);
	if (asked->figure->kpi->unit == UNIT_SHARE && value->known && value->has_range) {
		row.low = value->low;
		row.high = value->high;
	}
	return row;
}

/* A month or day of a series that began before figures were complete. */
static bool is_early(const struct figure_chart *asked, const struct figure_row *row)
{
	char first[16], from[16];
	bool is_month = asked->figure->by[0]->span == SPAN_MONTH;
	if (asked->figure->by[0]->span == SPAN_NONE || !asked->complete_from)
		return false;
	snprintf(first, sizeof first, "%s%s", row->keys[0], is_month ? "-01" : "");
	period_print_day(asked->complete_from, from);
	return strcmp(first, from) < 0;
}

/* A row of the split; without one, the total. */
static struct chart_row *rows_of(const struct figure_chart *asked, size_t *count)
{
	const struct figure *figure = asked->figure;
	*count = figure->by_count ? figure->row_count : 1;
	struct chart_row *out = arena_alloc(asked->arena, (*count + 1) * sizeof *out);
	if (!figure->by_count) {
		*out = row_of(asked, &figure->total);
		out->label = figure->kpi->label;
		return out;
	}
	for (size_t i = 0; i < *count; i++) {
		const struct figure_row *row = &figure->rows[i];
		out[i] = row->suppressed        ? (struct chart_row){.hidden = true}
			 : is_early(asked, row) ? (struct chart_row){.value = NAN}
						: row_of(asked, &row->value);
		out[i].unknown = strcmp(row->keys[0], "UNKNOWN") == 0;
		out[i].label = row->labels[0];
	}
	return out;
}

static void before_set(
	const struct figure_chart *asked, const struct value *value, struct chart_row *row)
{
	if (row->hidden || !value->known)
		return;
	row->before = value->value;
	row->before_text = value_text(asked, value->value);
}

static void rows_match(
	const struct figure_chart *asked, const struct figure *before, struct chart_row *rows)
{
	const struct figure *figure = asked->figure;
	if (!figure->by_count)
		before_set(asked, &before->total, rows);
	for (size_t i = 0; figure->by_count && i < figure->row_count; i++)
		for (size_t j = 0; j < before->row_count; j++)
			if (!before->rows[j].suppressed &&
				!strcmp(figure->rows[i].keys[0], before->rows[j].keys[0]))
				before_set(asked, &before->rows[j].value, &rows[i]);
}

/* The same days of the year before beside them, by the same definition; where not all of that is known, nothing. */
static void rows_set_before(const struct figure_chart *asked, struct chart_row *rows)
{
	const struct figure *figure = asked->figure;
	const struct period period = period_last_year(&figure->period);
	struct figure_cut cut = {.by_count = figure->by_count};
	auto_clean(figure_done) struct figure before = {0};
	struct why why;
	memcpy(cut.by, figure->by, sizeof cut.by);
	if (!figure_is_complete(figure, &period, asked->complete_from) ||
		figure_make(&before, figure->kpi, &period, figure->definition, &cut, asked->names,
			&why) != 0)
		return;
	rows_match(asked, &before, rows);
}

/* ---- kinds of rows ---- */

static void balk_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	struct chart_balk balk = {0};
	struct chart_row *rows = rows_of(asked, &balk.count);
	rows_set_before(asked, rows);
	balk.rows = rows;
	chart_balk(chart, &balk, out);
}

static void kolom_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	struct chart_kolom kolom = {.axis = asked->figure->by[0]->label};
	kolom.rows = rows_of(asked, &kolom.count);
	chart_kolom(chart, &kolom, out);
}

static void stapel_draw(
	const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	static const enum chart_tone tones[STAPEL_MAX] = {
		TONE_NOW, TONE_MIDDLE, TONE_LIGHT, TONE_BEFORE, TONE_INK};
	struct chart_stapel stapel = {0};
	struct chart_row *rows = rows_of(asked, &stapel.count);
	for (size_t i = 0; i < stapel.count; i++)
		rows[i].tone = tones[i];
	stapel.rows = rows;
	chart_stapel(chart, &stapel, out);
}

/* Groups stand beside the whole; the whole, by itself, beside its norm. */
static void stip_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct figure *figure = asked->figure;
	struct chart_stip stip = {0};
	struct chart_row *rows = rows_of(asked, &stip.count);
	const struct norm *norm = figure_norm(figure);
	rows_set_before(asked, rows);
	if (figure->by_count && figure->total.known) {
		stip.whole = figure->total.value;
		stip.whole_text = arena_printf(
			asked->arena, "samen %s", value_text(asked, figure->total.value));
	} else if (!figure->by_count && norm->kind != NORM_NONE) {
		rows->tone = verdict_is_missed(figure->verdict) ? TONE_ALERT
			     : verdict_is_met(figure->verdict)  ? TONE_NOW
								: TONE_INK;
		rows->norm = norm->value;
		rows->norm_text = value_text(asked, norm->value);
	}
	stip.rows = rows;
	chart_stip(chart, &stip, out);
}

/* ---- kinds of months ---- */

struct course {
	/* From January of the year before the period's last day on. */
	double values[YEARS * PANEEL_MONTHS];
	size_t count; /* until the month of that day */
	int year;     /* of the first */
	bool open;
};

/* NAN: not known, not there yet, not completely there, or too small to be shown. */
static double month_value(const struct figure_chart *asked, const struct period *month)
{
	const struct figure *figure = asked->figure;
	if (month->from > month->today || !figure_is_complete(figure, month, asked->complete_from))
		return NAN;
	struct value value = figure_total(figure, figure->kpi, month, asked->names);
	return value.known ? value.value : NAN;
}

static struct course course_of(const struct figure_chart *asked)
{
	const struct period *period = &asked->figure->period;
	const struct calendar_date last = calendar_date(period->to);
	struct course out = {.year = last.year - 1, .count = PANEEL_MONTHS + (size_t)last.month};
	for (size_t i = 0; i < YEARS * PANEEL_MONTHS; i++)
		out.values[i] = NAN;
	int32_t from = calendar_day((struct calendar_date){out.year, 1, 1});
	for (size_t i = 0; i < out.count; i++) {
		int32_t next = calendar_add_months(from, 1);
		const struct period month = {from, next - 1, period->today};
		out.values[i] = month_value(asked, &month);
		out.open = next > month.today;
		from = next;
	}
	return out;
}

/* A month is held to a norm only where the norm is not one of a quarter or a year. */
static bool norm_of_months(const struct figure *figure)
{
	const struct norm *norm = figure_norm(figure);
	return norm->kind != NORM_NONE && !norm->months && norm->held_to == figure->kpi;
}

static void lijn_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct figure *figure = asked->figure;
	const struct course course = course_of(asked);
	static const char *const ticks[YEARS * PANEEL_MONTHS] = {"j", "f", "m", "a", "m", "j", "j",
		"a", "s", "o", "n", "d", "j", "f", "m", "a", "m", "j", "j", "a", "s", "o", "n",
		"d"};
	const char *names[YEARS * PANEEL_MONTHS];
	struct arena *arena = asked->arena;
	size_t last = course.count;
	for (size_t i = 0; i < course.count; i++)
		names[i] = arena_printf(arena, "%s %d", chart_months[i % PANEEL_MONTHS],
			course.year + (int)(i / PANEEL_MONTHS));
	while (last > 1 && isnan(course.values[last - 1]))
		last--;
	const struct chart_line line = {.label = value_text(asked, course.values[last - 1]),
		.open = course.open && last == course.count,
		.values = course.values};
	const struct chart_group groups[YEARS] = {
		{arena_printf(arena, "%d", course.year), 0, PANEEL_MONTHS - 1},
		{arena_printf(arena, "%d", course.year + 1), PANEEL_MONTHS, course.count - 1}};
	struct chart_lijn lijn = {.lines = &line,
		.line_count = 1,
		.count = course.count,
		.names = names,
		.ticks = ticks,
		.groups = groups,
		.group_count = YEARS,
		.share = figure->kpi->unit == UNIT_SHARE};
	if (norm_of_months(figure)) {
		lijn.norm = figure_norm(figure)->value;
		lijn.norm_text = arena_printf(arena, "norm %s", value_text(asked, lijn.norm));
	}
	chart_lijn(chart, &lijn, out);
}

static void paneel_draw(
	const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct figure *figure = asked->figure;
	const struct course course = course_of(asked);
	struct arena *arena = asked->arena;
	struct chart panel = *chart;
	panel.width = chart->width == CHART_WIDE ? PANEEL_WIDE : PANEEL_NARROW;
	const struct chart_paneel paneel = {.now = course.values + PANEEL_MONTHS,
		.before = course.values,
		.now_name = arena_printf(arena, "%d", course.year + 1),
		.before_name = arena_printf(arena, "%d", course.year),
		.open = course.open,
		.norm = figure_norm(figure)->value,
		.has_norm = norm_of_months(figure),
		.share = figure->kpi->unit == UNIT_SHARE};
	chart_paneel(&panel, &paneel, out);
}

static void vonk_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct figure *figure = asked->figure;
	const struct course course = course_of(asked);
	const struct chart_vonk vonk = {.values = course.values + course.count - PANEEL_MONTHS,
		.count = PANEEL_MONTHS,
		.norm = figure_norm(figure)->value,
		.has_norm = norm_of_months(figure),
		.alone = chart->alone};
	chart_vonk(&vonk, out);
}

/* ---- the kind ---- */

typedef void draw_fn(const struct chart *chart, const struct figure_chart *asked, struct buf *out);
static const struct chart_kind {
	const char *name;
	draw_fn *draw;
	bool months; /* of the whole, month by month */
	bool shares; /* of those only */
	size_t most; /* rows of a split; 0: of any figure */
} kinds[] = {
	{"balk", .draw = balk_draw},
	{"stapel", .draw = stapel_draw, .most = STAPEL_MAX},
	{"kolom", .draw = kolom_draw, .most = KOLOM_MAX},
	{"stip", .draw = stip_draw, .shares = true},
	{"lijn", .draw = lijn_draw, .months = true},
	{"paneel", .draw = paneel_draw, .months = true},
	{"vonk", .draw = vonk_draw, .months = true},
};

/* "balk.svg"; NULL: ERR_NOT_FOUND */
static const struct chart_kind *kind_find(const char *file, struct why *why)
{
	auto_buf struct buf there = {0};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t len = strlen(kinds[i].name);
		if (!strncmp(file, kinds[i].name, len) && !strcmp(file + len, ".svg"))
			return &kinds[i];
		buf_printf(&there, "%s%s.svg", i ? ", " : "", kinds[i].name);
	}
	why_set(why, ERR_NOT_FOUND, "there is no chart of that name; of each KPI there are %s",
		there.data);
	return NULL;
}

static int kind_check(
	const struct chart_kind *kind, const struct figure_chart *asked, struct why *why)
{
	const struct figure *figure = asked->figure;
	if (kind->months && asked->is_split)
		return why_set(why, ERR_INVALID, "per: %s.svg is of the whole", kind->name);
	if (kind->shares && figure->kpi->unit != UNIT_SHARE)
		return why_set(why, ERR_NOT_FOUND, "%s is no share, which %s.svg is for",
			figure->kpi->id, kind->name);
	if (kind->most && (!figure->by_count || figure->row_count > kind->most))
		return why_set(why, ERR_NOT_FOUND, "%s.svg is of 1 to %zu rows; balk.svg takes all",
			kind->name, kind->most);
	if (figure->by_count > 1)
		return why_set(why, ERR_INVALID, "per: a chart is by one dimension");
	return 0;
}

int figure_chart_draw(const struct figure_chart *asked, struct buf *out, struct why *why)
{
	const struct figure *figure = asked->figure;
	struct chart chart = {.number = 1, .width = asked->width, .alone = true};
	if (chart.width != CHART_NARROW && chart.width != CHART_WIDE)
		return why_set(
			why, ERR_INVALID, "breedte: %d or %d expected", CHART_NARROW, CHART_WIDE);
	const struct chart_kind *kind = kind_find(asked->file, why);
	if (!kind)
		return ERR_NOT_FOUND;
	int err = kind_check(kind, asked, why);
	if (err)
		return err;
	chart.title = title_text(asked, kind->months       ? "maand"
					: figure->by_count ? figure->by[0]->label
							   : NULL);
	kind->draw(&chart, asked, out);
	return 0;
}
