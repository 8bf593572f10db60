/*
 * A chart of a figure, as a file by itself: to stand in a report or a mail. Pure: a figure in, SVG out.
 */
#ifndef WOT_FIGURE_CHART_H
#define WOT_FIGURE_CHART_H

#include "figures/figure.h"
#include "lib/arena.h"
#include "lib/buf.h"

/* Takes out of figures, of periods that follow one another, what may not be seen. */
typedef void figure_hide_fn(void *arg, struct figure *figures, size_t count);

struct figure_chart {
	const struct figure *figure; /* rows that are suppressed in it are drawn as such */
	figure_hide_fn
		*on_hide; /* of what stands beside it, and of its months; NULL: all may be seen */
	void *arg;
	const char *file;      /* a kind: "balk.svg" */
	bool is_split;         /* as it was asked for, and not only as the KPI is shown */
	unsigned width;        /* CHART_NARROW or CHART_WIDE */
	int32_t complete_from; /* what is of before is not drawn */
	const struct figure_names *names;
	struct arena *arena; /* for texts */
};

/* ERR_NOT_FOUND: there is no such kind, or none of this figure; ERR_INVALID. `out` is added to on success only. */
int figure_chart_draw(const struct figure_chart *asked, struct buf *out, struct why *why);

#endif
