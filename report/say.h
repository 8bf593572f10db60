/*
 * The sentences of the report: what report.yaml says of a figure, with its numbers filled in. What is said of a norm, of
 * what is not known and of other years comes from web/text_nl.h, as on all pages. Each appends to `out`.
 */
#ifndef WOT_REPORT_SAY_H
#define WOT_REPORT_SAY_H

#include "report/report.h"

/* False: a number in it is not known, or not shown, and nothing was said. */
bool say_sentence(const struct report *report, const struct outline_say *say, struct buf *out);

/* By the definition before, beside that of now. */
void say_otherwise(const struct report *report, const struct figure *otherwise,
	const struct figure *figure, struct buf *out);

/* The number of a figure as people read it; false: it is not known, or hidden. */
bool say_value(const struct figure *figure, struct buf *out);
/* A label inside a sentence: financiën. */
void say_label(const struct figure *split, const struct figure_row *row, struct buf *out);
/* The share of a row in the whole. */
double say_share(const struct figure *split, const struct figure_row *row);
/* The rows that are known and shown, largest first; how many. */
size_t say_rows(const struct figure *split, const struct figure_row **rows, size_t most);

#endif
