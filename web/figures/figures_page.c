#include "web/figures/figures_page.h"

#include "lib/calendar.h"
#include "web/figures/drawn.h"
#include "web/nl.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAD_MAX = 2 };

/* Whether it stands on the page: not what is for those who mend the registration. */
static bool is_shown(const struct asked *asked, const struct kpi *kpi)
{
	return !kpi->group || kpi->group->viewers || asked_in_full(asked);
}

/* In a chart, where there is little room. */
static const char *name_of(const struct figure *figure)
{
	return figure->kpi->brief;
}

/* Of days and seconds it is the middle one that is shown. */
static const char *label_of(const struct figure *figure, struct arena *arena)
{
	enum kpi_unit unit = figure->kpi->unit;
	bool is_middle = unit == UNIT_DAYS || unit == UNIT_SECONDS;
	return is_middle ? arena_printf(arena, "%s: de helft hoogstens", figure->kpi->label)
			 : figure->kpi->label;
}

/* ---- the sentences at the top ---- */

static bool is_leading(const struct figure *figure)
{
	return figure->kpi->panel && figure->kpi->unit == UNIT_SHARE && figure->total.known &&
	       figure_norm(figure)->kind != NORM_NONE;
}

static struct text_number norm_number(const struct figure *figure)
{
	const struct norm *norm = figure_norm(figure);
	return (struct text_number){norm->value, norm->held_to->unit, NULL};
}

/* Both norms in one sentence, where they are the same. */
static void norms_say(const struct figure *const figures[LEAD_MAX], size_t count, struct buf *out)
{
	bool met[LEAD_MAX] = {0}, judged = count > 0;
	for (size_t i = 0; i < count; i++) {
		met[i] = verdict_is_met(figures[i]->verdict);
		judged = judged && (met[i] || verdict_is_missed(figures[i]->verdict));
	}
	if (judged && count == LEAD_MAX && met[0] == met[1] &&
		figure_norm(figures[0])->value == figure_norm(figures[1])->value)
		text_both(norm_number(figures[0]), met[0], out);
	else if (judged && count == 1)
		text_held(figure_norm(figures[0]), met[0], out);
}

static const char *lead_text(const struct asked *asked)
{
	const struct figure *figures[LEAD_MAX];
	auto_buf struct buf out = {0};
	size_t count = 0;
	for (size_t i = 0; i < asked->now.count && count < LEAD_MAX; i++) {
		const struct figure *figure = &asked->now.items[i];
		if (!is_leading(figure))
			continue;
		struct then then = asked_then(asked, figure);
		if (out.len)
			buf_char(&out, ' ');
		text_says(figure, &out);
		text_clause(then.difference,
			(struct text_number){then.value, figure->kpi->unit, NULL}, then.which,
			&out);
		buf_char(&out, '.');
		figures[count++] = figure;
	}
	norms_say(figures, count, &out);
	return out.len ? page_text(&out, asked->arena) : NULL;
}

/* ---- shares against their norms ---- */

static bool has_norm(const struct figure *figure)
{
	const struct norm *norm = figure_norm(figure);
	return norm->kind != NORM_NONE && !norm->months;
}

/* Those with a norm, then the promises without one. */
static bool is_normed(const struct figure *figure, bool with_norm)
{
	return figure->kpi->unit == UNIT_SHARE && figure->total.known && !figure->suppressed &&
	       (with_norm ? has_norm(figure) : !has_norm(figure) && figure->formula->due);
}

static struct chart_row norm_row(const struct asked *asked, const struct figure *figure)
{
	size_t count;
	struct chart_row row = *figure_rows(figure, 0, asked->arena, &count);
	struct then then = asked_then(asked, figure);
	row.label = name_of(figure);
	figure_row_judge(figure, &row, asked->arena);
	if (then.known && !then.hidden) {
		row.before = then.value;
		row.before_text = figure_value_text(figure, then.value, asked->arena);
	}
	return row;
}

static void norm_tell(const struct asked *asked, const struct figure *figure,
	const struct chart_row *row, struct tabled *table)
{
	const struct counts *counts = &figure->total.counts;
	auto_buf struct buf unknown = {0};
	nl_count(counts->unknown, &unknown);
	table_row(table, row->label,
		(const char *[]){row->text, row->before_text,
			page_norm(figure->kpi, figure_norm(figure), asked->arena),
			page_bounds(figure, asked->arena),
			figure_note_text(&figure->total, asked->arena),
			page_text(&unknown, asked->arena)});
}

static void norms_fill(struct asked *asked, struct html_figures *view)
{
	static const char caption[] = "Percentages tegen de norm";
	const char *const heads[] = {view->heading, view->heading_before, "Norm",
		"Kan liggen tussen", "Aantal", "Onbekend"};
	struct arena *arena = asked->arena;
	struct chart_row *rows = arena_alloc(arena, (asked->now.count + 1) * sizeof *rows);
	struct chart_stip stip = {.rows = rows};
	struct tabled table = table_open(arena, caption, "Wat", heads, 6, asked->now.count);
	size_t met = 0, of = 0, missing = 0;
	auto_buf struct buf sentence = {0};
	for (size_t i = 0; i < 2 * asked->now.count; i++) {
		bool with_norm = i < asked->now.count;
		const struct figure *figure = &asked->now.items[i % asked->now.count];
		missing += with_norm && has_norm(figure) && page_is_unmeasured(figure);
		if (!is_normed(figure, with_norm))
			continue;
		rows[stip.count] = norm_row(asked, figure);
		norm_tell(asked, figure, &rows[stip.count++], &table);
		of += with_norm && figure->verdict != VERDICT_NONE;
		met += verdict_is_met(figure->verdict);
	}
	if (!stip.count && !missing)
		return;
	text_norms(met, of, &sentence);
	struct drawn drawn = drawn_make(asked, caption, draw_stip, &stip);
	struct html_figures_norms *norms = arena_alloc(arena, sizeof *norms);
	norms->figure = (struct html_figure){.title = caption,
		.sentence = sentence.len ? page_text(&sentence, arena) : NULL,
		.norms = stip.count,
		.now = "deze periode",
		.before = view->before ? view->then : NULL,
		.narrow = drawn.narrow,
		.wide = drawn.wide,
		.tabled = stip.count,
		.table = table_close(&table)};
	view->norms.items = norms;
	view->norms.count = 1;
}

/* ---- what differs ---- */

struct change {
	const struct figure *figure;
	struct then then;
};

static int change_compare(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	double one = fabs(x->then.apart), other = fabs(y->then.apart);
	return (one < other) - (one > other);
}

static void changes_fill(const struct asked *asked, struct html_figures *view)
{
	struct arena *arena = asked->arena;
	struct change *changes = arena_alloc(arena, (asked->now.count + 1) * sizeof *changes);
	size_t count = 0, same = 0;
	auto_buf struct buf text = {0};
	for (size_t i = 0; i < asked->now.count; i++) {
		const struct figure *figure = &asked->now.items[i];
		struct then then = asked_then(asked, figure);
		if (!is_shown(asked, figure->kpi) || !then.difference)
			continue;
		if (then.difference == DIFFERENCE_SAME)
			same++;
		else
			changes[count++] = (struct change){figure, then};
	}
	qsort(changes, count, sizeof *changes, change_compare);
	struct html_figures_changes *rows = arena_alloc(arena, (count + 1) * sizeof *rows);
	for (size_t i = 0; i < count; i++) {
		const struct figure *figure = changes[i].figure;
		const struct then *then = &changes[i].then;
		rows[i] = (struct html_figures_changes){.id = figure->kpi->id,
			.address = asked_address(asked),
			.label = label_of(figure, arena),
			.how = text_difference(then->difference, figure->kpi->unit),
			.value = page_cell(figure, false, true, figure->total.value, arena),
			.was = page_cell(figure, false, true, then->value, arena)};
	}
	text_same(same, asked->which == BESIDE_PREVIOUS ? THEN_PREVIOUS : THEN_LAST_YEAR, &text);
	view->compared = count + same > 0;
	view->same = text.len ? page_text(&text, arena) : NULL;
	view->changes.items = rows;
	view->changes.count = count;
}

/* ---- months ---- */

struct panel {
	const struct figure *figure;
	const struct course *course;
	struct arena *arena;
};

static void draw_panel(const struct chart *chart, const void *what, struct buf *out)
{
	const struct panel *panel = what;
	course_paneel(chart, panel->figure, panel->course, panel->arena, out);
}

static struct html_figures_panels panel_make(
	struct asked *asked, const struct figure *figure, const struct course *course)
{
	const struct panel panel = {figure, course, asked->arena};
	const struct months months = course_judge(course, figure->kpi->unit);
	const char *label = label_of(figure, asked->arena);
	struct drawn drawn = drawn_panel(asked, label, draw_panel, &panel);
	auto_buf struct buf sentence = {0};
	text_months(&months, figure->kpi->unit, NULL, &sentence);
	return (struct html_figures_panels){.id = figure->kpi->id,
		.address = asked_address(asked),
		.label = label,
		.narrow = drawn.narrow,
		.wide = drawn.wide,
		.sentence = page_text(&sentence, asked->arena)};
}

static void months_tell(const struct asked *asked, const struct panel *panels, size_t count,
	struct html_figures *view)
{
	struct arena *arena = asked->arena;
	const char **texts = arena_alloc(arena, (count + 1) * sizeof *texts);
	for (size_t p = 0; p < count; p++)
		texts[p] = name_of(panels[p].figure);
	struct tabled table =
		table_open(arena, "Alle maanden", "Maand", texts, count, COURSE_MONTHS);
	for (size_t i = 0; i < panels->course->count; i++) {
		bool known = false;
		for (size_t p = 0; p < count; p++) {
			texts[p] = figure_value_text(
				panels[p].figure, panels[p].course->values[i], arena);
			known = known || texts[p];
		}
		if (known)
			table_row(&table,
				arena_printf(arena, "%s %d", nl_months_short[i % PANEEL_MONTHS],
					panels->course->year + (int)(i / PANEEL_MONTHS)),
				texts);
	}
	struct html_figures_tables *tables = arena_alloc(arena, sizeof *tables);
	tables->table = table_close(&table);
	view->tables.items = tables;
	view->tables.count = 1;
}

static void panels_fill(
	struct asked *asked, const struct course *courses, struct html_figures *view)
{
	struct arena *arena = asked->arena;
	struct html_figures_panels *rows =
		arena_alloc(arena, (asked->now.count + 1) * sizeof *rows);
	struct panel *panels = arena_alloc(arena, (asked->now.count + 1) * sizeof *panels);
	size_t count = 0;
	for (size_t i = 0; i < 2 * asked->now.count && asked->months.count; i++) {
		size_t at = i % asked->now.count; /* shares first */
		const struct figure *figure = &asked->now.items[at];
		if (!figure->kpi->panel || (figure->kpi->unit == UNIT_SHARE) != (i == at))
			continue;
		panels[count] = (struct panel){figure, &courses[at], arena};
		rows[count++] = panel_make(asked, figure, &courses[at]);
	}
	if (!count)
		return;
	view->year = arena_printf(arena, "%d", panels->course->year + 1);
	view->year_before = arena_printf(arena, "%d", panels->course->year);
	view->running = panels->course->open;
	view->panels.items = rows;
	view->panels.count = count;
	months_tell(asked, panels, count, view);
}

/* ---- all figures ---- */

/* Of a year, when there will be a figure; NULL: there is one, or nobody says. */
static const char *next_text(const struct asked *asked, const struct figure *figure)
{
	auto_buf struct buf text = {0};
	if (page_is_unmeasured(figure) && asked_is_year(asked))
		text_measured_next(asked_next(asked, figure), &text);
	return text.len ? page_text(&text, asked->arena) : NULL;
}

static struct html_figures_groups_rows row_make(
	const struct asked *asked, const struct figure *figure, const struct course *course)
{
	struct arena *arena = asked->arena;
	struct then then = asked_then(asked, figure);
	bool compares = asked->which != BESIDE_NONE && figure->kpi->compared;
	struct html_figures_groups_rows row = {.id = figure->kpi->id,
		.address = asked_address(asked),
		.live = asked_live(asked) != NULL,
		.label = label_of(figure, arena),
		.empty = !figure->total.known && page_norm(figure->kpi, figure_norm(figure), arena),
		.value = page_cell(figure, figure_hides_value(figure), figure->total.known,
			figure->total.value, arena),
		.norm = page_norm(figure->kpi, figure_norm(figure), arena),
		.verdict = page_verdict(figure, arena),
		.bounds = page_bounds(figure, arena),
		.next = next_text(asked, figure)};
	if (compares)
		row.before = page_cell(figure, then.hidden, then.known, then.value, arena);
	if (asked->months.count && asked_months(asked, figure))
		row.months = drawn_spark(asked, figure, course);
	return row;
}

static void group_add(const struct asked *asked, const struct kpi_group *group,
	const struct course *courses, struct html_figures *view, struct html_figures_groups *groups)
{
	struct html_figures_groups_rows *rows =
		arena_alloc(asked->arena, (asked->now.count + 1) * sizeof *rows);
	size_t count = 0;
	for (size_t i = 0; i < asked->now.count; i++) {
		const struct figure *figure = &asked->now.items[i];
		if (figure->kpi->group == group && is_shown(asked, figure->kpi))
			rows[count++] = row_make(asked, figure, &courses[i]);
	}
	if (count)
		groups[view->groups.count++] = (struct html_figures_groups){
			.heading = group ? group->label : "Andere cijfers", .rows = {rows, count}};
}

static void groups_fill(
	const struct asked *asked, const struct course *courses, struct html_figures *view)
{
	struct html_figures_groups *groups =
		arena_alloc(asked->arena, (KPI_GROUPS + 1) * sizeof *groups);
	view->groups.items = groups;
	for (size_t i = 0; i < asked->kpis->group_count; i++)
		group_add(asked, &asked->kpis->groups[i], courses, view, groups);
	group_add(asked, NULL, courses, view, groups);
}

/* ---- the page ---- */

static struct course *courses_make(const struct asked *asked)
{
	struct course *courses =
		arena_alloc(asked->arena, (asked->now.count + 1) * sizeof *courses);
	for (size_t i = 0; i < asked->now.count; i++) {
		const struct figure *months = asked_months(asked, &asked->now.items[i]);
		courses[i] = months ? course_of(months, &asked->span, asked->query.complete_from)
				    : course_until(&asked->span);
	}
	return courses;
}

void figures_page(struct asked *asked, struct buf *out)
{
	struct arena *arena = asked->arena;
	const struct course *courses = courses_make(asked);
	uint32_t definition = kpi_definition_of_year(asked->kpis, (int32_t)asked->query.definition);
	bool compares = asked->which != BESIDE_NONE;
	bool previous = asked->which == BESIDE_PREVIOUS;
	struct html_figures view = {.head = page_head(asked->house, "Cijfers"),
		.top = page_top(asked->house),
		.foot = page_foot(asked->house),
		.live = asked_live(asked),
		.stand = stand_text(asked),
		.lead = lead_text(asked),
		.filter = asked_filter(asked),
		.csv = asked_csv(asked),
		.period = period_text(&asked->span, arena),
		.before = compares ? period_text(&asked->then_span, arena) : NULL,
		.then = then_text(previous ? THEN_PREVIOUS : THEN_LAST_YEAR),
		.heading = heading_text(&asked->span, "deze periode", arena),
		.heading_before =
			!compares  ? ""
			: previous ? "periode ervoor"
				   : heading_text(&asked->then_span, "een jaar eerder", arena),
		.definition = arena_printf(arena, "%u", asked->kpis->definitions[definition].name)};
	view.top.at_figures = true;
	norms_fill(asked, &view);
	changes_fill(asked, &view);
	panels_fill(asked, courses, &view);
	groups_fill(asked, courses, &view);
	html_figures(&view, out);
}
