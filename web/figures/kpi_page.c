#include "web/figures/kpi_page.h"

#include "figures/told.h"
#include "lib/calendar.h"
#include "web/figures/behind_page.h"
#include "web/figures/drawn.h"
#include "web/nl.h"
#include <math.h>
#include <string.h>

enum { LAST = 8, FIGURES_MAX = 4, GROUPS_SAID = 3 };

/* In the order of the page. Each list of the template is of figures alone. */
struct figure_list {
	struct html_figure *items;
	size_t count;
};
#define LIST_GIVE(list, from)                                                                      \
	do {                                                                                       \
		(list).items = (const void *)(from).items;                                         \
		(list).count = (from).count;                                                       \
	} while (0)

static struct figure_list list_new(struct arena *arena)
{
	return (struct figure_list){
		arena_alloc(arena, FIGURES_MAX * sizeof(struct html_figure)), 0};
}

static void list_add(struct figure_list *list, const char *title, struct buf *sentence,
	struct drawn drawn, const struct tabled *table)
{
	struct html_figure figure = {.title = title,
		.narrow = drawn.narrow,
		.wide = drawn.wide,
		.tabled = true,
		.table = table_close(table)};
	if (sentence->len)
		figure.sentence = page_text(sentence, table->arena);
	list->items[list->count++] = figure;
}

static const char *count_text(int64_t count, struct arena *arena)
{
	auto_buf struct buf text = {0};
	nl_count(count, &text);
	return page_text(&text, arena);
}

static const char *share_text(double share, struct arena *arena)
{
	auto_buf struct buf text = {0};
	if (isnan(share))
		return NULL;
	nl_share(share, NULL, &text);
	return page_text(&text, arena);
}

static const struct formula *rows_of(const struct figure *figure)
{
	return figure->formula->sum_count ? figure->formula->sum_of[0] : figure->formula;
}

/* Of those that are not known some are outside of what is counted: it says so by their day. */
static bool has_outside(const struct figure *figure)
{
	return rows_of(figure)->unknown_day != REF_NONE;
}

/* How many there are, with those that are not known. */
static int64_t rows_count(const struct figure *figure)
{
	const struct counts *counts = &figure->total.counts;
	bool is_part = figure->kpi->unit == UNIT_SHARE && figure->formula->whole == WHOLE_PLACED;
	return (is_part ? counts->of : counts->count) + (has_outside(figure) ? counts->unknown : 0);
}

/* ---- the sentence at the top ---- */

static const char *lead_text(const struct asked *asked, const struct figure *figure)
{
	struct then then = asked_then(asked, figure);
	const struct published_figure *published =
		published_total(figure, (uint32_t)calendar_date(asked->then_span.from).year);
	auto_buf struct buf out = {0};
	if (figure_hides_value(figure)) {
		text_hidden(&out);
		return page_text(&out, asked->arena);
	}
	if (!figure->total.known && figure->total.counts.unknown) {
		text_unknown((struct text_things){(double)figure->total.counts.unknown,
				     rows_of(figure)->thing, rows_of(figure)->things},
			&out);
		return page_text(&out, asked->arena);
	}
	if (page_is_unmeasured(figure)) {
		asked_say_unmeasured(asked, figure, &out);
		return page_text(&out, asked->arena);
	}
	text_says(figure, &out);
	buf_char(&out, '.');
	if (then.known && !then.hidden)
		text_then(then.difference,
			(struct text_number){then.value, figure->kpi->unit, NULL}, then.which,
			&out);
	else if (published && asked->which == BESIDE_LAST_YEAR)
		text_published((int)published->year,
			(struct text_number){published->value, figure->kpi->unit, NULL},
			published->source, &out);
	text_norm(figure, &out);
	return page_text(&out, asked->arena);
}

/* ---- what it is made of ---- */

static const char parts_title[] = "Waaruit bestaat het cijfer?";

static void parts_sentence(const struct figure *figure, int64_t known, struct buf *out)
{
	const struct value *total = &figure->total;
	const struct formula *rows = rows_of(figure);
	text_known((struct text_things){(double)known, rows->thing, rows->things}, out);
	if (!total->has_range || !total->counts.unknown)
		return;
	text_unknown((struct text_things){(double)total->counts.unknown, rows->thing, rows->things},
		out);
	text_bounds((struct text_number){total->low, UNIT_SHARE, NULL},
		(struct text_number){total->high, UNIT_SHARE, NULL}, out);
}

static void parts_add(struct asked *asked, const struct figure *figure, struct figure_list *list)
{
	static const char *const heads[] = {"Aantal", "Deel van alles"};
	enum { WITH, WITHOUT, UNKNOWN, PARTS };
	struct arena *arena = asked->arena;
	const struct counts *counts = &figure->total.counts;
	const struct norm *norm = figure_norm(figure);
	bool outside = has_outside(figure);
	int64_t without = counts->of - counts->count - (outside ? 0 : counts->unknown);
	int64_t all = rows_count(figure);
	const int64_t numbers[PARTS] = {counts->count, without, counts->unknown};
	const char *labels[PARTS] = {figure->kpi->counted, figure->kpi->others, "Onbekend"};
	bool bad_with = norm->kind == NORM_AT_MOST;
	const enum chart_tone tones[PARTS] = {
		bad_with ? TONE_ALERT : TONE_NOW, bad_with ? TONE_LIGHT : TONE_ALERT, TONE_INK};
	struct chart_row rows[PARTS] = {0};
	struct chart_stapel stapel = {.rows = rows};
	struct tabled table = table_open(arena, parts_title, "Deel", heads, 2, PARTS);
	auto_buf struct buf sentence = {0};
	if (figure->kpi->unit != UNIT_SHARE || figure->formula->whole != WHOLE_PLACED ||
		!figure->total.known || figure->suppressed || figure->total.no_unknown ||
		all <= 0 || without < 0)
		return;
	for (size_t i = 0; i < PARTS; i++) {
		const char *number = count_text(numbers[i], arena);
		const char *share = share_text((double)numbers[i] / (double)all, arena);
		table_row(&table, labels[i], (const char *[]){number, share});
		if (numbers[i])
			rows[stapel.count++] = (struct chart_row){.label = labels[i],
				.value = (double)numbers[i],
				.text = arena_printf(arena, "%s (%s)", number, share),
				.tone = tones[i],
				.unknown = i == UNKNOWN};
	}
	parts_sentence(figure, counts->of - (outside ? 0 : counts->unknown), &sentence);
	list_add(list, parts_title, &sentence, drawn_make(asked, parts_title, draw_stapel, &stapel),
		&table);
}

/* In their place, what says that there is nothing. */
static void parts_miss(struct asked *asked, const struct figure *figure, struct figure_list *list)
{
	auto_buf struct buf when = {0};
	if (!page_is_unmeasured(figure) || figure->total.counts.unknown)
		return;
	text_measured_in(asked_next(asked, figure), &when);
	struct drawn drawn =
		drawn_none(asked, parts_title, when.len ? page_text(&when, asked->arena) : NULL);
	list->items[list->count++] = (struct html_figure){
		.title = parts_title, .narrow = drawn.narrow, .wide = drawn.wide};
}

/* ---- how long it took ---- */

static struct chart_row *classes_rows(
	const struct figure *figure, const struct dimension *classes, struct arena *arena)
{
	struct chart_row *rows = arena_alloc(arena, classes->class_count * sizeof *rows);
	for (size_t i = 0; i < classes->class_count; i++) {
		const struct figure_row *found = NULL;
		for (size_t r = 0; r < figure->row_count; r++)
			if (!strcmp(figure->rows[r].keys[0], classes->classes[i].key))
				found = &figure->rows[r];
		double count = found ? (double)found->value.counts.count : 0;
		bool last = i + 1 == classes->class_count;
		rows[i] = (struct chart_row){.label = last ? arena_printf(arena, ">%zu", i)
							   : arena_printf(arena, "%zu", i + 1),
			.value = count,
			.text = count_text((int64_t)count, arena),
			.apart = last};
	}
	return rows;
}

static void classes_tell(const struct chart_kolom *kolom, struct tabled *table, struct arena *arena)
{
	double all = 0;
	for (size_t i = 0; i < kolom->count; i++)
		all += kolom->rows[i].value;
	for (size_t i = 0; i < kolom->count; i++)
		table_row(table, kolom->rows[i].label,
			(const char *[]){kolom->rows[i].text,
				share_text(all > 0 ? kolom->rows[i].value / all : NAN, arena)});
}

/* In which class the norm ends. */
static void cut_set(const struct figure *figure, struct chart_kolom *kolom, struct chart_row *rows,
	struct arena *arena)
{
	const struct kpi *kpi = figure->kpi;
	if (!kpi->days || !figure->total.known || kpi->within >= kolom->count)
		return;
	kolom->cut = kpi->within;
	kolom->within = page_low(kpi->counted, arena);
	kolom->beyond = page_low(kpi->others, arena);
	kolom->within_text = share_text(figure->total.value, arena);
	kolom->beyond_text = share_text(1 - figure->total.value, arena);
	for (size_t i = kolom->cut; i < kolom->count; i++)
		rows[i].tone = TONE_ALERT;
}

static void classes_add(struct asked *asked, const struct figure *figure, struct figure_list *list)
{
	static const char *const heads[] = {"Aantal", "Deel"};
	struct arena *arena = asked->arena;
	const struct kpi *days = figure->kpi->days ? figure->kpi->days : figure->kpi;
	auto_figures struct figures split = {0};
	auto_buf struct buf sentence = {0};
	if (!asked_in_full(asked) || days->unit != UNIT_DAYS ||
		asked_split(asked, days->id, DIMENSION_CLASS, &asked->span, &split) != 0 ||
		!split.items->total.known)
		return;
	const struct value *total = &split.items->total;
	const struct dimension *classes = split.items->by[0];
	struct chart_row *rows = classes_rows(split.items, classes, arena);
	struct chart_kolom kolom = {.rows = rows, .count = classes->class_count};
	kolom.unit = classes->unit;
	kolom.axis = classes->axis;
	cut_set(figure, &kolom, rows, arena);
	const char *title = arena_printf(arena, "%s, per %s", days->label, kolom.unit);
	struct tabled table = table_open(arena, title, kolom.unit, heads, 2, kolom.count);
	classes_tell(&kolom, &table, arena);
	text_says(split.items, &sentence);
	buf_char(&sentence, '.');
	if (total->has_spread)
		text_most((struct text_number){total->p90, UNIT_DAYS, NULL}, &sentence);
	list_add(list, title, &sentence, drawn_make(asked, title, draw_kolom, &kolom), &table);
}

/* ---- months ---- */

struct line {
	const struct figure *figure;
	const struct course *course;
	const struct months *band;
	struct arena *arena;
};

static void draw_lijn(const struct chart *chart, const void *what, struct buf *out)
{
	const struct line *line = what;
	course_lijn(chart, line->figure, line->course, line->band, line->arena, out);
}

static void month_tell(
	const struct figure *series, const struct figure_row *row, struct tabled *table)
{
	struct arena *arena = table->arena;
	const struct value *value = &row->value;
	struct figure month = *series;
	month.total = *value;
	table_row(table, row->labels[0],
		(const char *[]){
			figure_value_text(series, value->known ? value->value : NAN, arena),
			count_text(value->counts.count, arena),
			value->has_of ? count_text(value->counts.of, arena) : NULL,
			value->no_unknown ? "x" : count_text(value->counts.unknown, arena),
			page_bounds(&month, arena)});
}

static void months_add(struct asked *asked, const struct figure *figure, struct figure_list *list)
{
	static const char title[] = "Verloop per maand";
	static const char *const heads[] = {
		"Cijfer", "Aantal", "Van", "Onbekend", "Kan liggen tussen"};
	const struct figure *series = asked_months(asked, figure);
	int32_t complete_from = asked->query.complete_from;
	auto_buf struct buf sentence = {0};
	if (!series)
		return;
	const struct course course = course_of(series, &asked->span, complete_from);
	const struct months months = course_judge(&course, figure->kpi->unit);
	const struct line line = {series, &course, &months, asked->arena};
	struct tabled table = table_open(asked->arena, title, "Maand", heads, 5, series->row_count);
	for (size_t i = 0; i < series->row_count; i++)
		if (!figure_row_is_early(series, &series->rows[i], complete_from))
			month_tell(series, &series->rows[i], &table);
	text_months(&months, figure->kpi->unit,
		figure_norm_of_months(figure) ? figure_norm(figure) : NULL, &sentence);
	list_add(list, title, &sentence, drawn_make(asked, title, draw_lijn, &line), &table);
	if (course.open && !isnan(course.values[course.count - 1]))
		list->items[list->count - 1].reading = "De maand met het open rondje is nog bezig.";
}

/* ---- how it is counted ---- */

/* The newest definition but this one that counts it otherwise; kpis->definition_count: none. */
static uint32_t definition_other(const struct kpis *kpis, const struct figure *figure)
{
	for (uint32_t d = (uint32_t)kpis->definition_count; d-- > 0;)
		if (figure->kpi->formulas[d] != figure->kpi->formulas[figure->definition])
			return d;
	return (uint32_t)kpis->definition_count;
}

static const char *older_text(const struct asked *asked, const struct figure *figure)
{
	uint32_t other = definition_other(asked->kpis, figure);
	enum kpi_unit unit = figure->kpi->unit;
	auto_figures struct figures there = {0};
	auto_buf struct buf out = {0};
	struct why why;
	struct query query = asked->query;
	if (!asked_in_full(asked) || other == asked->kpis->definition_count || !figure->total.known)
		return NULL;
	query.id = asked->id;
	query.period = asked->period;
	query.definition = asked->kpis->definitions[other].name;
	if (query_figures(asked->kpis, &query, &there, &why) != 0 || !there.items->total.known)
		return NULL;
	text_older((int)query.definition,
		(struct text_number){there.items->total.value, unit, NULL},
		(struct text_number){figure->total.value, unit, NULL}, &out);
	return page_text(&out, asked->arena);
}

static void told_fill_in(
	const struct asked *asked, const struct figure *figure, struct html_kpi *view)
{
	const struct told *told = &figure->kpi->told[figure->definition];
	static const char nothing[] = "Dat is niet beschreven.";
	view->who = told->who ? told->who : nothing;
	view->when = told->when ? told->when : nothing;
	view->unknown = told->unknown ? told->unknown : nothing;
	view->held = told_norm(figure->kpi, figure_norm(figure), asked->arena);
	view->since = told_since(asked->kpis, figure->kpi, figure->definition, asked->arena);
	view->older = older_text(asked, figure);
}

/* ---- for whom ---- */

struct group_kind {
	const char *by, *title, *groups;
	bool left, full; /* full: for who sees all figures */
	enum rows_order order;
};
static const struct group_kind group_kinds[] = {
	{"ward", "Per wijk", "de wijken", true, false, ROWS_LARGEST_FIRST},
	{"age", "Per leeftijd", "de leeftijden", true, false, ROWS_AS_THEY_ARE},
	{"team", "Per team", "de teams", false, true, ROWS_LARGEST_FIRST},
	{"care_weight", "Per zorgzwaarte", "de zorgzwaarten", false, false, ROWS_AS_THEY_ARE},
};

static void group_sentence(
	const struct figure *figure, const struct group_kind *kind, struct buf *out)
{
	size_t said = 0;
	bool hidden = false, judged = false;
	for (size_t i = 0; i < figure->row_count; i++) {
		const struct figure_row *row = &figure->rows[i];
		hidden = hidden || row->suppressed;
		judged = judged || row->group;
		if (row->group > DIFFERENCE_SAME && said < GROUPS_SAID) {
			text_group(row->labels[0], row->group,
				(struct text_number){row->value.value, UNIT_SHARE, NULL}, out);
			said++;
		}
	}
	if (!judged && !hidden && figure->kpi->unit == UNIT_SHARE &&
		figure->formula->whole == WHOLE_PLACED)
		text_groups_few(kind->groups, out);
	else if (judged && !said)
		text_groups_same(kind->groups, out);
	if (hidden)
		text_hidden(out);
}

static const char *whole_text(const struct figure *figure, struct arena *arena)
{
	return arena_printf(
		arena, "samen %s", figure_value_text(figure, figure->total.value, arena));
}

static struct drawn group_draw(struct asked *asked, const struct figure *figure,
	const struct chart_row *rows, const char *title)
{
	bool is_share = figure->kpi->unit == UNIT_SHARE;
	struct chart_stip stip = {.rows = rows, .count = figure->row_count};
	const struct chart_balk balk = {.rows = rows, .count = figure->row_count};
	if (!is_share)
		return drawn_make(asked, title, draw_balk, &balk);
	if (figure->total.known && figure->formula->whole == WHOLE_PLACED) {
		stip.whole = figure->total.value;
		stip.whole_text = whole_text(figure, asked->arena);
	}
	return drawn_make(asked, title, draw_stip, &stip);
}

static void group_tell(const struct asked *asked, const struct figure *figure,
	const struct chart_row *rows, const char *title, struct tabled *table)
{
	const char *heads[] = {heading_text(&asked->span, "Deze periode", asked->arena),
		heading_text(&asked->then_span, "Ervoor", asked->arena), "Aantal"};
	*table = table_open(asked->arena, title, "Groep", heads, 3, figure->row_count);
	for (size_t i = 0; i < figure->row_count; i++)
		table_row(table, rows[i].label,
			(const char *[]){rows[i].hidden ? "x" : rows[i].text, rows[i].before_text,
				rows[i].note});
}

static bool mostly_hidden(const struct figure *figure)
{
	size_t hidden = 0;
	for (size_t i = 0; i < figure->row_count; i++)
		hidden += figure->rows[i].suppressed;
	return 2 * hidden > figure->row_count;
}

static void group_add(struct asked *asked, const struct group_kind *kind, struct figure_list *list)
{
	auto_figures struct figures now = {0}, then = {0};
	auto_buf struct buf sentence = {0};
	struct tabled table;
	size_t count;
	if ((kind->full && !asked_in_full(asked)) ||
		asked_split(asked, asked->id, kind->by, &asked->span, &now) != 0 ||
		!now.items->row_count || list->count == FIGURES_MAX)
		return;
	const struct figure *figure = now.items;
	struct chart_row *rows = figure_rows(figure, 0, asked->arena, &count);
	group_sentence(figure, kind, &sentence);
	if (mostly_hidden(figure)) {
		list->items[list->count++] = (struct html_figure){
			.title = kind->title, .sentence = page_text(&sentence, asked->arena)};
		return;
	}
	if (asked->which != BESIDE_NONE && !is_stock(figure->formula) && figure->kpi->compared &&
		figure_is_complete(figure, &asked->then_span, asked->query.complete_from) &&
		asked_split(asked, asked->id, kind->by, &asked->then_span, &then) == 0)
		figure_rows_beside(figure, then.items, rows, asked->arena);
	figure_rows_sort(rows, count, kind->order);
	group_tell(asked, figure, rows, kind->title, &table);
	list_add(
		list, kind->title, &sentence, group_draw(asked, figure, rows, kind->title), &table);
}

/* By what the KPI is shown, where that is none of the others. */
static void own_group_add(
	struct asked *asked, const struct figure *figure, struct figure_list *list)
{
	const struct dimension *by = figure->kpi->shown_by;
	if (!by)
		return;
	for (size_t i = 0; i < sizeof group_kinds / sizeof *group_kinds; i++)
		if (!strcmp(group_kinds[i].by, by->id))
			return;
	const struct group_kind own = {.by = by->id,
		.title = arena_printf(asked->arena, "Naar: %s", by->label),
		.groups = "de groepen",
		.full = !by->viewers,
		.order = ROWS_AS_THEY_ARE};
	group_add(asked, &own, list);
}

static void groups_fill(struct asked *asked, const struct figure *figure, struct html_kpi *view)
{
	struct figure_list left = list_new(asked->arena), right = list_new(asked->arena);
	if (figure->suppressed)
		return;
	own_group_add(asked, figure, &left);
	for (size_t i = 0; i < sizeof group_kinds / sizeof *group_kinds; i++)
		group_add(asked, &group_kinds[i], group_kinds[i].left ? &left : &right);
	LIST_GIVE(view->left, left);
	LIST_GIVE(view->right, right);
	view->split = left.count || right.count;
}

/* ---- the last cases ---- */

static const char *last_text(enum behind_which which, size_t count, struct arena *arena)
{
	if (!count)
		return "Er zijn geen zaken in deze periode.";
	const char *what = which == BEHIND_MISSED ? " waarbij het niet lukte" : "";
	return count == 1 ? arena_printf(arena, "De laatste zaak%s. Namen staan hier niet.", what)
			  : arena_printf(arena, "De laatste %zu zaken%s. Namen staan hier niet.",
				    count, what);
}

/* How many rows lie behind it, where the figure counts them one by one. */
static const char *all_text(const struct figure *figure, struct arena *arena)
{
	const struct formula *parts[SUM_MAX];
	size_t part_count = formula_parts(figure->formula, parts);
	int64_t count = rows_count(figure);
	for (size_t i = 0; i < part_count; i++)
		if (parts[i]->sum != REF_NONE)
			return "Alle zaken";
	return count == 1  ? "1 zaak"
	       : count > 1 ? arena_printf(arena, "Alle %s zaken", count_text(count, arena))
			   : "Alle zaken";
}

static int cases_fill(const struct asked *asked, const struct figure *figure, struct html_kpi *view,
	struct why *why)
{
	const struct query query = behind_query(asked);
	bool is_share = figure->kpi->unit == UNIT_SHARE && figure->formula->whole == WHOLE_PLACED;
	bool bad_with = figure_norm(figure)->kind == NORM_AT_MOST;
	struct behind behind = {.which = is_share && !bad_with ? BEHIND_MISSED : BEHIND_COUNTED,
		.days = figure->kpi->days,
		.limit = LAST};
	if (!asked_in_full(asked))
		return 0;
	int err = behind_find(asked->kpis, &query, &behind, why);
	if (err)
		return err;
	view->shown = true;
	view->all = all_text(figure, asked->arena);
	view->rows_csv = asked_rows_csv(asked);
	view->last = last_text(behind.which, behind.count, asked->arena);
	view->listed = behind.count;
	view->cases = behind_view(asked, &behind, "De laatste zaken achter dit cijfer");
	return 0;
}

/* ---- the page ---- */

int kpi_page(struct asked *asked, struct buf *out, struct why *why)
{
	struct arena *arena = asked->arena;
	const struct figure *figure = asked->now.items;
	const struct kpi *kpi = figure->kpi;
	struct figure_list made = list_new(arena), course = list_new(arena);
	struct html_kpi view = {.head = page_head(asked->house, kpi->label),
		.top = page_top(asked->house),
		.foot = page_foot(asked->house),
		.address = asked_address(asked),
		.csv = asked_csv(asked),
		.group = kpi->group ? kpi->group->label : NULL,
		.id = kpi->id,
		.label = kpi->label,
		.live = asked_live(asked),
		.stand = stand_text(asked),
		.value = page_cell(figure, figure_hides_value(figure), figure->total.known,
			figure->total.value, arena),
		.verdict = page_verdict(figure, arena),
		.judged =
			page_norm(kpi, figure_norm(figure), arena) &&
			(figure->verdict || (!figure->total.known && !figure_hides_value(figure))),
		.norm = page_norm(kpi, figure_norm(figure), arena),
		.period = period_text(&asked->span, arena),
		.lead = lead_text(asked, figure),
		.filter = asked_filter(asked),
		.share = kpi->unit == UNIT_SHARE,
		.heading = heading_text(&asked->span, "deze periode", arena),
		.heading_before = asked->which == BESIDE_NONE
					  ? NULL
					  : heading_text(&asked->then_span, "ervoor", arena)};
	view.top.at_figures = true;
	parts_add(asked, figure, &made);
	parts_miss(asked, figure, &made);
	classes_add(asked, figure, &made);
	months_add(asked, figure, &course);
	told_fill_in(asked, figure, &view);
	groups_fill(asked, figure, &view);
	LIST_GIVE(view.made, made);
	LIST_GIVE(view.course, course);
	int err = cases_fill(asked, figure, &view, why);
	if (!err)
		html_kpi(&view, out);
	return err;
}
