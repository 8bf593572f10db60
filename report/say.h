/*
 * The sentences of the report: what report.yaml says of a figure with its numbers filled in, and what is said of a norm,
 * of what is not known, and of what was published before. Each appends to `out`.
 */
#ifndef WOT_REPORT_SAY_H
#define WOT_REPORT_SAY_H

#include "report/report.h"

/* False: a number in it is not known, or not shown, and nothing was said. */
bool say_sentence(const struct report *report, const struct outline_say *say, struct buf *out);

/* De norm is 80%. Die is niet gehaald. */
void say_norm(const struct figure *figure, struct buf *out);
/* Daardoor kan het percentage tussen 72% en 77% liggen. Ook dan is de norm niet gehaald. */
void say_doubt(const struct figure *figure, struct buf *out);
/* In 2024 was het 71%. */
void say_earlier(const struct figure *figure, uint32_t year, struct buf *out);
/* Zo geteld was het 90%. otherwise: by the definition before. */
void say_otherwise(const struct figure *otherwise, struct buf *out);

/* The number of a figure as people read it; false: it is not known, or hidden. */
bool say_value(const struct figure *figure, struct buf *out);
/* minstens 80%; false: there is no norm. bare: "80%", as sentences have it. */
bool say_norm_value(const struct figure *figure, bool bare, struct buf *out);
/* What was published of the total of a year; NULL. */
const struct published_figure *say_published(const struct figure *figure, uint32_t year);
/* A label inside a sentence: financiën. */
void say_label(const struct figure *split, const struct figure_row *row, struct buf *out);
/* The share of a row in the whole. */
double say_share(const struct figure *split, const struct figure_row *row);
/* The rows that are known and shown, largest first; how many. */
size_t say_rows(const struct figure *split, const struct figure_row **rows, size_t most);

#endif
