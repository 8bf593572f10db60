/*
 * Which rows of a figure are asked for: ward=ZUID,OOST. Any dimension of the KPI can be named but a series, whose
 * months and days are a period's; of several all must hold.
 */
#ifndef WOT_FILTER_H
#define WOT_FILTER_H

#include "figures/figure.h"
#include "lib/clean.h"

enum { FILTER_MAX = DIMENSION_MAX + 1 }; /* classes as well */

/* Has one of these values. */
struct filter {
	const struct dimension *dimension;
	bool *takes; /* by value, as splits number them */
	size_t size, count;
};
struct filters {
	struct filter items[FILTER_MAX];
	size_t count;
	bool strange; /* one of the values is of no row, and has no name */
};

/* Whether a text names a dimension of the formula; false also for what is no filter. */
bool filter_fits(const struct formula *formula, const char *text);
/* A key that has a name can be asked for though no row has it yet. ERR_INVALID: `why` says what there is; so it does
 * where they are strange, which may be let pass: then nobody has that value. */
int filters_parse(const struct formula *formula, const char *const *texts, size_t count,
	const struct figure_names *names, struct filters *out, struct why *why);
void filters_done(struct filters *filters);
#define auto_filters auto_clean(filters_done)
/* The same of a formula that says the same, and lives longer. */
void filters_move(struct filters *filters, const struct formula *from, const struct formula *to);

/* Leaves `holds` true for rows that all of them hold for. */
void filters_hold(
	const struct formula *part, const struct filters *filters, struct rows rows, bool *holds);
/* Leaves given only what such rows give. */
void filters_give(const struct formula *part, const struct filters *filters, struct rows rows,
	struct given *given);

/* A dimension of rows, by name; NULL. */
const struct dimension *dimension_of(const struct formula *formula, const char *name, size_t len);
void dimension_names(const struct formula *formula, struct buf *out); /* "ward, team, …, class" */

#endif
