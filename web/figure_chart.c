#include "web/figure_chart.h"

#include "lib/calendar.h"
#include "web/figure_rows.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { STAPEL_MAX = 5, KOLOM_MAX = 31 };

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
	if (asked->on_hide)
		asked->on_hide(asked->arg, &before, 1);
	figure_rows_beside(figure, &before, rows, asked->arena);
}

/* ---- kinds of rows ---- */

static void balk_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	struct chart_balk balk = {0};
	struct chart_row *rows =
		figure_rows(asked->figure, asked->complete_from, asked->arena, &balk.count);
	rows_set_before(asked, rows);
	balk.rows = rows;
	chart_balk(chart, &balk, out);
}

static void kolom_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	struct chart_kolom kolom = {.axis = asked->figure->by[0]->label};
	kolom.rows = figure_rows(asked->figure, asked->complete_from, asked->arena, &kolom.count);
	chart_kolom(chart, &kolom, out);
}

static void stapel_draw(
	const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	static const enum chart_tone tones[STAPEL_MAX] = {
		TONE_NOW, TONE_MIDDLE, TONE_LIGHT, TONE_BEFORE, TONE_INK};
	struct chart_stapel stapel = {0};
	struct chart_row *rows =
		figure_rows(asked->figure, asked->complete_from, asked->arena, &stapel.count);
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
	struct chart_row *rows =
		figure_rows(asked->figure, asked->complete_from, asked->arena, &stip.count);
	const struct norm *norm = figure_norm(figure);
	rows_set_before(asked, rows);
	if (figure->by_count && figure->total.known) {
		stip.whole = figure->total.value;
		stip.whole_text = arena_printf(asked->arena, "samen %s",
			figure_value_text(figure, figure->total.value, asked->arena));
	} else if (!figure->by_count && norm->kind != NORM_NONE) {
		figure_row_judge(figure, rows, asked->arena);
	}
	stip.rows = rows;
	chart_stip(chart, &stip, out);
}

/* ---- kinds of months ---- */

static bool month_is_there(const struct figure_chart *asked, const struct period *month)
{
	return month->from <= month->today &&
	       figure_is_complete(asked->figure, month, asked->complete_from);
}

/* NAN: not known, not there yet, not completely there, or too small to be shown. */
static struct course course_asked(const struct figure_chart *asked)
{
	const struct figure *figure = asked->figure;
	struct course out = course_until(&figure->period);
	struct figure *months = arena_alloc(asked->arena, out.count * sizeof *months);
	size_t places[COURSE_MONTHS], count = 0;
	int32_t from = calendar_day((struct calendar_date){out.year, 1, 1});
	for (size_t i = 0; i < out.count; i++) {
		int32_t next = calendar_add_months(from, 1);
		const struct period month = {from, next - 1, figure->period.today};
		struct why why;
		out.values[i] = NAN;
		places[count] = i;
		count += month_is_there(asked, &month) &&
			 figure_make(&months[count], figure->kpi, &month, figure->definition, NULL,
				 asked->names, &why) == 0;
		from = next;
	}
	if (asked->on_hide)
		asked->on_hide(asked->arg, months, count);
	for (size_t i = 0; i < count; i++) {
		if (months[i].total.known && !months[i].suppressed)
			out.values[places[i]] = months[i].total.value;
		figure_done(&months[i]);
	}
	return out;
}

static void lijn_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct course course = course_asked(asked);
	course_lijn(chart, asked->figure, &course, NULL, asked->arena, out);
}

static void paneel_draw(
	const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct course course = course_asked(asked);
	struct chart panel = *chart;
	panel.width = chart->width == CHART_WIDE ? PANEEL_WIDE : PANEEL_NARROW;
	course_paneel(&panel, asked->figure, &course, asked->arena, out);
}

static void vonk_draw(const struct chart *chart, const struct figure_chart *asked, struct buf *out)
{
	const struct course course = course_asked(asked);
	course_vonk(asked->figure, &course, chart->alone, out);
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
