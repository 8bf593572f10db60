/*
 * Figures as JSON, CSV or a table for people, and tables of text cells.
 */
#ifndef WOT_RENDER_H
#define WOT_RENDER_H

#include "figures/figure.h"
#include "lib/arena.h"
#include "lib/buf.h"
#include "proto/read.pb-c.h"

/* A figure as the answer that read.proto has. */
Wot__V1__Figure *render_message(const struct kpis *kpis, const struct figure *figure,
	const uint64_t marks[STREAM_COUNT], struct arena *arena);
Wot__V1__Figure **render_messages(const struct kpis *kpis, const struct figure *figures,
	size_t count, const uint64_t marks[STREAM_COUNT], struct arena *arena);
Wot__V1__FigureMarks *render_marks(const uint64_t marks[STREAM_COUNT], struct arena *arena);
Wot__V1__FigurePeriod *render_period(const struct period *period, struct arena *arena);
/* What it asks; not how a figure stands to it. NULL: nothing. */
Wot__V1__FigureNorm *render_norm(const struct norm *norm, struct arena *arena);
void render_json(const struct kpis *kpis, const struct figure *figures, size_t count,
	const uint64_t marks[STREAM_COUNT], struct buf *out);
void render_csv(
	const struct kpis *kpis, const struct figure *figures, size_t count, struct buf *out);
void render_text(
	const struct kpis *kpis, const struct figure *figures, size_t count, struct buf *out);

/* A CSV field, between quotes where it needs them, and nothing that a spreadsheet would work out. */
void render_csv_field(struct buf *out, const char *text);

/* A table of cells: columns are as wide as their widest cell; numbers stand at the right. */
struct grid {
	size_t columns;
	struct buf cells; /* NUL-terminated, row by row */
	uint64_t right;   /* columns that stand at the right, as bits */
	uint64_t cell_count;
};
void grid_cell(struct grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
void grid_print(const struct grid *grid, struct buf *out);
void grid_done(struct grid *grid);
/* A number as people read its unit; "-" where it is not known. */
void render_cell(struct grid *grid, enum kpi_unit unit, bool known, double number);

#endif
