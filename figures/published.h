/*
 * What was published of years before figures were kept here (published.yaml), by KPI: the figure as it was printed,
 * and where. It may stand beside a figure, and is never counted with. Pure: a text in, figures or errors out.
 *
 *	closed_within_6_months:
 *	  - {year: 2024, value: 0.71, source: "Jaarverslag 2025, bladzijde 25"}
 *	closures:
 *	  - {year: 2023, reason: MOVED_AWAY, value: 18, source: …}    # one row of a split: a dimension and its key
 */
#ifndef WOT_PUBLISHED_H
#define WOT_PUBLISHED_H

#include "figures/figure.h"
#include "lib/buf.h"

struct published_figure {
	const char *id;       /* of the KPI */
	const char *by, *key; /* a dimension and the value of it; NULL: the total */
	uint32_t year;
	double value;
	const char *source;
};
struct published {
	struct arena arena;
	struct published_figure *items; /* those of a KPI together, as in the file */
	size_t count;
};

/* kpis: those that may be named. ERR_CONFIG: errors has name:line:column, all at once. */
int published_parse(struct published *published, const struct kpis *kpis, const char *text,
	const char *name, struct buf *errors);
void published_done(struct published *published);

/* Those of a KPI; none where published is NULL. */
const struct published_figure *published_of(
	const struct published *published, const char *id, size_t *count);
/* What was published of the total in a year; NULL. */
const struct published_figure *published_total(const struct figure *figure, uint32_t year);

#endif
