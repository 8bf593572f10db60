#include "web/figures/drawn.h"

#include <math.h>

void draw_balk(const struct chart *chart, const void *what, struct buf *out)
{
	chart_balk(chart, what, out);
}

void draw_stapel(const struct chart *chart, const void *what, struct buf *out)
{
	chart_stapel(chart, what, out);
}

void draw_kolom(const struct chart *chart, const void *what, struct buf *out)
{
	chart_kolom(chart, what, out);
}

void draw_stip(const struct chart *chart, const void *what, struct buf *out)
{
	chart_stip(chart, what, out);
}

static struct html keep(struct buf *out, struct arena *arena)
{
	size_t len = out->len;
	return (struct html){page_text(out, arena), len};
}

static struct html draw_at(struct asked *asked, const char *title, const char *when, unsigned width,
	drawn_fn *draw, const void *what)
{
	auto_buf struct buf out = {0};
	const struct chart chart = {.title = title,
		.reason = "Nog geen cijfers",
		.when = when,
		.number = ++asked->charts,
		.width = width};
	draw(&chart, what, &out);
	return keep(&out, asked->arena);
}

struct drawn drawn_make(struct asked *asked, const char *title, drawn_fn *draw, const void *what)
{
	struct html narrow = draw_at(asked, title, NULL, CHART_NARROW, draw, what);
	return (struct drawn){narrow, draw_at(asked, title, NULL, CHART_WIDE, draw, what)};
}

struct drawn drawn_none(struct asked *asked, const char *title, const char *when)
{
	static const struct chart_stapel nothing = {0};
	struct html narrow = draw_at(asked, title, when, CHART_NARROW, draw_stapel, &nothing);
	return (struct drawn){
		narrow, draw_at(asked, title, when, CHART_WIDE, draw_stapel, &nothing)};
}

struct drawn drawn_panel(struct asked *asked, const char *title, drawn_fn *draw, const void *what)
{
	struct html narrow = draw_at(asked, title, NULL, PANEEL_NARROW, draw, what);
	return (struct drawn){narrow, draw_at(asked, title, NULL, PANEEL_WIDE, draw, what)};
}

static bool has_months(const struct course *course)
{
	for (size_t i = course->count - PANEEL_MONTHS; i < course->count; i++)
		if (!isnan(course->values[i]))
			return true;
	return false;
}

struct html drawn_spark(
	const struct asked *asked, const struct figure *figure, const struct course *course)
{
	auto_buf struct buf out = {0};
	if (has_months(course))
		course_vonk(figure, course, false, &out);
	return keep(&out, asked->arena);
}

/* ---- tables ---- */

struct tabled table_open(struct arena *arena, const char *caption, const char *what,
	const char *const *heads, size_t columns, size_t room)
{
	struct html_table_heads *texts = arena_alloc(arena, columns * sizeof *texts + 1);
	for (size_t i = 0; i < columns; i++)
		texts[i].text = heads[i];
	return (struct tabled){
		.view = {.caption = caption, .what = what, .heads = {texts, columns}},
		.arena = arena,
		.rows = arena_alloc(arena, room * sizeof(struct html_table_rows) + 1),
		.columns = columns};
}

void table_row(struct tabled *table, const char *label, const char *const *texts)
{
	struct html_table_rows_cells *cells =
		arena_alloc(table->arena, table->columns * sizeof *cells + 1);
	for (size_t i = 0; i < table->columns; i++)
		cells[i].text = texts[i] ? texts[i] : "\u2013";
	table->rows[table->count++] =
		(struct html_table_rows){.label = label, .cells = {cells, table->columns}};
}

struct html_table table_close(const struct tabled *table)
{
	struct html_table view = table->view;
	view.rows.items = table->rows;
	view.rows.count = table->count;
	return view;
}
