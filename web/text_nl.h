/*
 * Sentences about figures, in plain Dutch. Each is a pattern with named fields, a row of the table in text_nl.c, and a
 * function of what stands in the fields: to add one, add both. Pure. Sentences are added to `out`, with a space before
 * them where something stands there already.
 *
 * A number that is not known reads as "onbekend". Where there is nothing to say (nobody is unknown, two values are the
 * same) nothing is added.
 */
#ifndef WOT_TEXT_NL_H
#define WOT_TEXT_NL_H

#include "figures/figure.h"
#include "lib/buf.h"

/* A number with its unit. norm: that it may not seem to be on the other side of; NULL. NAN: it is not known. */
struct text_number {
	double value;
	enum kpi_unit unit;
	const double *norm;
};
void text_value(struct text_number number, struct buf *out); /* no sentence: the number alone */
struct text_number text_total(const struct figure *figure);
/* How many of what: "1 traject", "2 trajecten". */
struct text_things {
	double count;
	const char *one, *more;
};

/* kpi.yaml's sentence, or the label, with the number in it; without its full stop. */
void text_says(const struct figure *figure, struct buf *out);

/* ---- the norm ---- */

/* No sentence: "80%", "meer dan 300 per kwartaal"; at_least: "minstens 80%". False: there is none. */
bool text_norm_value(const struct norm *norm, bool at_least, struct buf *out);
void text_norm_is(const struct norm *norm, struct buf *out);
void text_held(
	const struct norm *norm, bool met, struct buf *out); /* that, and whether it is met */
/* Two figures have the same norm, and both miss or meet it. */
void text_both(struct text_number norm, bool met, struct buf *out);
/* What is not known cannot change it: at best (or worst) it is `other`, or it could turn it. */
void text_surely(struct text_number other, bool met, struct buf *out);
void text_unsure(struct text_number other, struct buf *out);
void text_bounds(struct text_number low, struct text_number high, struct buf *out);
/* Of quarters, years; running: one more has begun. */
void text_spans(uint32_t met, uint32_t over, int months, bool running, struct buf *out);
void text_needed(double needed, int months, struct buf *out);
/* Of these which are true of a figure: its norm, and whether it is met. */
void text_judged(const struct figure *figure, struct buf *out);
/* What is not known makes a difference worth a word; and what it can be then. */
bool text_has_bounds(const struct figure *figure);
void text_doubt(const struct figure *figure, struct buf *out);
/* All of it: the norm, of how many it is not known, and what that can change. */
void text_norm(const struct figure *figure, struct buf *out);

/* ---- beside another period ---- */

enum text_then { THEN_LAST_YEAR, THEN_PREVIOUS, THEN_FOUR_WEEKS };
/* ", ongeveer even vaak als vorig jaar", ", vaker dan vorig jaar (66%)": at the end of what was said. */
void text_clause(
	enum difference difference, struct text_number then, enum text_then which, struct buf *out);
void text_then(
	enum difference difference, struct text_number then, enum text_then which, struct buf *out);
const char *then_text(enum text_then which); /* "vorig jaar" */
/* "vaker", "minder vaak", "meer", "minder"; "" where it is no difference. */
const char *text_difference(enum difference difference, enum kpi_unit unit);

/* ---- months, groups, days ---- */

/* norm NULL: there is none of a month. */
void text_months(
	const struct months *months, enum kpi_unit unit, const struct norm *norm, struct buf *out);
void text_months_few(struct buf *out);
void text_groups_same(const char *groups, struct buf *out); /* "de wijken" */
void text_groups_few(const char *groups, struct buf *out);
void text_group(
	const char *label, enum difference difference, struct text_number value, struct buf *out);
void text_most(struct text_number most, struct buf *out);

/* ---- of several figures, and of several definitions ---- */

/* How many of those with a norm meet it. */
void text_norms(size_t met, size_t of, struct buf *out);
/* How many differ by no more than chance. */
void text_same(size_t count, enum text_then which, struct buf *out);
void text_known(struct text_things known, struct buf *out);
void text_unknown(struct text_things unknown, struct buf *out);
void text_older(int year, struct text_number other, struct text_number value, struct buf *out);
/* source NULL: it is not said. */
void text_published(int year, struct text_number value, const char *source, struct buf *out);

/* ---- what is not there ---- */

void text_hidden(struct buf *out);
/* year 0: of a part of one. next: when it is measured; 0: nobody says. */
void text_unmeasured(int year, int next, struct buf *out);
void text_measured_in(int next, struct buf *out);
void text_measured_next(int next, struct buf *out); /* of a year, in a cell */

#endif
