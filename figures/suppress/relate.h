/*
 * What the figures of one KPI tell of those of another. Both are numbers of sets of rows, and kpi.yaml says which:
 * what is more of the same conditions is a part, what contradicts one of them is apart. So nothing here is a list
 * of KPIs, and a KPI that is added is related by what it says.
 */
#ifndef WOT_RELATE_H
#define WOT_RELATE_H

#include "kpi/kpi.h"

enum { RELATE_VALUES = UINT8_MAX + 1 }; /* of an enumeration; texts have none that kpi.yaml names */

/* Which number of a KPI: what it counts; what it is a share of, and so what is left over; of how many it is not known. */
enum relate_number { RELATE_COUNT, RELATE_OF, RELATE_UNKNOWN, RELATE_NUMBERS };

/* A number of `told` is the sum of values of a split of `kept`, one that a viewer may ask for. */
struct relate_choice {
	enum relate_number number;
	const struct dimension *by;
	bool values[RELATE_VALUES];
	struct relate_choice *next;
};
/* What the figures of `told` tell of those of `kept`. */
struct relation {
	bool known;
	/* A number [of `told`] counts a part of what is counted or left over, or is unknown, in `kept` [its number]: so
	 * that who sees it knows that there are at least as many of these. */
	bool within[RELATE_NUMBERS][RELATE_NUMBERS];
	bool counted[RELATE_NUMBERS]; /* all of a number of it are counted in `kept` too */
	bool same; /* and the other way round, whether as one each or as an amount: where it has none, that has none */
	bool limits; /* `kept` counts those within a limit of what `told` measures of each */
	bool whole;  /* what it counts, or is a share of, is what `kept` is a share of */
	bool any;    /* within, same or whole */
	struct relate_choice *choices;
};
/* Of all KPIs under one definition; each pair is worked out once, when it is first asked for. */
struct relations {
	const struct kpis *kpis;
	uint32_t definition;
	struct relation *items;
};

void relate_init(struct relations *out, const struct kpis *kpis, uint32_t definition);
const struct relation *relate_of(
	struct relations *relations, const struct kpi *told, const struct kpi *kept);
void relate_done(struct relations *relations);

#endif
