/*
 * What charts and tables show of figures: values as people read them, rows, and months. Pure; texts are made in the arena.
 */
#ifndef WOT_FIGURE_ROWS_H
#define WOT_FIGURE_ROWS_H

#include "figures/figure.h"
#include "lib/arena.h"
#include "lib/buf.h"
#include "web/chart.h"
#include "web/page.h"

/* A value of the figure; NULL: not known. */
const char *figure_value_text(const struct figure *figure, double value, struct arena *arena);
/* "143 van 176"; NULL where it is not of anything. */
const char *figure_note_text(const struct value *value, struct arena *arena);

/* A month or day of a series that began before figures were complete. */
bool figure_row_is_early(
	const struct figure *figure, const struct figure_row *row, int32_t complete_from);
/* The rows of a split; of a figure that is not split its total. What is hidden has no number, what is early no value. */
struct chart_row *figure_rows(
	const struct figure *figure, int32_t complete_from, struct arena *arena, size_t *count);
/* Of a figure that is not split: beside its norm, and whether that is met. */
void figure_row_judge(const struct figure *figure, struct chart_row *row, struct arena *arena);
/* The same rows of another period beside them. */
void figure_rows_beside(const struct figure *figure, const struct figure *before,
	struct chart_row *rows, struct arena *arena);
/* What is not known stands last, what is hidden after that. */
enum rows_order { ROWS_AS_THEY_ARE, ROWS_LARGEST_FIRST };
void figure_rows_sort(struct chart_row *rows, size_t count, enum rows_order order);

/* A month is held to a norm only where the norm is not one of a quarter or a year. */
bool figure_norm_of_months(const struct figure *figure);

/* From January of the year before a day on, until the month of that day. NAN: not known, not there yet, not whole. */
enum { COURSE_YEARS = 2, COURSE_MONTHS = COURSE_YEARS * PANEEL_MONTHS };
struct course {
	double values[COURSE_MONTHS];
	size_t count;
	int year; /* of the first */
	bool open;
};
/* Without values. */
struct course course_until(const struct period *period);
/* Of a figure by month. */
struct course course_of(
	const struct figure *series, const struct period *period, int32_t complete_from);
/* Of its months that are over and known; count 0: too few to say. */
struct months course_judge(const struct course *course, enum kpi_unit unit);

/* band NULL: none. */
void course_lijn(const struct chart *chart, const struct figure *figure,
	const struct course *course, const struct months *band, struct arena *arena,
	struct buf *out);
void course_paneel(const struct chart *chart, const struct figure *figure,
	const struct course *course, struct arena *arena, struct buf *out);
void course_vonk(
	const struct figure *figure, const struct course *course, bool alone, struct buf *out);

#endif
