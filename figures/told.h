/*
 * How each KPI is counted, in plain Dutch: the five questions of a definition. What kpi.yaml says of them as it
 * stands; the norm and the years as sentences.
 */
#ifndef WOT_TOLD_H
#define WOT_TOLD_H

#include "kpi/kpi.h"
#include "lib/arena.h"
#include "proto/read.pb-c.h"

/* Of all KPIs that can be asked for, the newest definition first. */
void told_fill(const struct kpis *kpis, Wot__V1__Definitions *out, struct arena *arena);
/* The norm and the years of one KPI under a definition (an index), as sentences. */
const char *told_norm(const struct kpi *kpi, const struct norm *norm, struct arena *arena);
const char *told_since(
	const struct kpis *kpis, const struct kpi *kpi, size_t definition, struct arena *arena);

#endif
