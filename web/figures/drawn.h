/*
 * A chart on a page: drawn at both widths, with ids of its own, and as a table beside it.
 */
#ifndef WOT_DRAWN_H
#define WOT_DRAWN_H

#include "web/figures/asked.h"

/* Of struct chart_balk, chart_stip, … */
typedef void drawn_fn(const struct chart *chart, const void *what, struct buf *out);
drawn_fn draw_balk, draw_stapel, draw_kolom, draw_stip;

struct drawn {
	struct html narrow, wide;
};
struct drawn drawn_make(struct asked *asked, const char *title, drawn_fn *draw, const void *what);
/* In its place where there are no values; when: when there will be: "De meting is in 2026."; NULL. */
struct drawn drawn_none(struct asked *asked, const char *title, const char *when);
struct drawn drawn_panel(struct asked *asked, const char *title, drawn_fn *draw, const void *what);
struct html drawn_spark(
	const struct asked *asked, const struct figure *figure, const struct course *course);

/* Rows of cells under heads; `room` rows at most. */
struct tabled {
	struct html_table view;
	struct arena *arena;
	struct html_table_rows *rows;
	size_t columns, count;
};
struct tabled table_open(struct arena *arena, const char *caption, const char *what,
	const char *const *heads, size_t columns, size_t room);
/* One text a column; NULL: a dash. */
void table_row(struct tabled *table, const char *label, const char *const *texts);
struct html_table table_close(const struct tabled *table);

#endif
