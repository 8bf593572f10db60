/*
 * What rows give to a figure, to each of its rows and to the whole: from the counters where they are kept, else by
 * one look at all columns, however many months a series has.
 *
 * Counted: the whole, and a series of it; a split that kpi.yaml counts, and a series of each of its values; a
 * filter on such a split, and a series of that; percentiles of the whole, and a series of them. Scanned: the rest.
 */
#ifndef WOT_GATHER_H
#define WOT_GATHER_H

#include "figures/filter.h"
#include "figures/percentile.h"

/* For one value, or one pair of values. */
struct group {
	struct counts counts;
	struct percentile measured; /* of a measure */
};

struct gather {
	const struct figure *figure;
	const struct filters *filters;
	size_t sizes[FIGURE_SPLITS]; /* of the axes; without one 1 */
	struct group total, *groups; /* of sizes[0] times sizes[1] */
	size_t group_count;          /* 0: nothing is split */
	/* All of the population, whatever is filtered: of the period, and of each part of a series. */
	int64_t whole, *wholes;
	uint16_t *part_of; /* a day of the period → which part of a series */
	int sign;          /* of what is added: who leaves a stock is taken back */
	/* Of a part whose rows count as one each: how many rows of a group give what, added up at the end; those that
	 * are taken back as well, so it may be below 0. */
	uint32_t *histogram;
};

static inline void counts_add(struct counts *to, const struct counts *counts, int64_t times)
{
	to->count += counts->count * times;
	to->of += counts->of * times;
	to->unknown += counts->unknown * times;
}

/* The figure's KPI, period and axes are set; the rest follows from what is gathered. */
void gather_init(
	struct gather *gather, const struct figure *figure, const size_t sizes[FIGURE_SPLITS]);
void gather_done(struct gather *gather);
/* Adds what the rows of one formula give. */
void gather_part(struct gather *gather, const struct formula *part);
/* When all were added. */
void gather_end(struct gather *gather);

#endif
