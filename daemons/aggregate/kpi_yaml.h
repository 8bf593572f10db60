/*
 * config/kpi.yaml, whose head explains its words, as rules (kpi.h). Pure: a text in, KPIs or errors
 * out, all errors at once, each with file:line:column.
 */
#ifndef WOT_KPI_YAML_H
#define WOT_KPI_YAML_H

#include "daemons/aggregate/kpi.h"
#include "lib/buf.h"

/* Counters are all zero: kpis_count_all. constants: names that conditions may use for a number.
 * facts is borrowed. ERR_CONFIG. */
int kpis_load(struct kpis **out, const struct facts *facts, const char *text, const char *file_name,
	const struct row_constant *constants, size_t constant_count, struct buf *errors);

#endif
