/*
 * config/kpi.yaml, whose head explains its words, as formulas (kpi.h). Pure: a text in, KPIs or errors
 * out, all errors at once, each with file:line:column.
 */
#ifndef WOT_KPI_YAML_H
#define WOT_KPI_YAML_H

#include "kpi/kpi.h"
#include "lib/buf.h"

/* What definitions rest on beside the file. */
struct kpi_settings {
	uint32_t phone_answer_seconds;        /* a call answered within these is answered in time */
	uint32_t phone_short_abandon_seconds; /* who hangs up sooner is no offered call */
	struct closing closing;               /* extra closing days; borrowed during the load */
};

/* Counters are all zero: kpis_count_all. facts is borrowed. ERR_CONFIG. */
int kpis_load(struct kpis **out, const struct facts *facts, const char *text, const char *file_name,
	const struct kpi_settings *settings, struct buf *errors);

/* Whether a text is a kpi.yaml as one is loaded today: each KPI that can be asked for is told in Dutch too. ERR_CONFIG: `why` says what is wrong with it, a line each. */
int kpis_check(const char *text, const char *file_name, struct why *why);

#endif
