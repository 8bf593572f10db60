/*
 * The report of a running daemon: its sources, which are files beside kpi.yaml, and its formats as the stats socket
 * answers them.
 */
#ifndef WOT_REPORT_ANSWER_H
#define WOT_REPORT_ANSWER_H

#include "config/config.h"
#include "report/data.h"

struct report_sources {
	struct published published; /* of earlier years */
	struct outline outline;
};
/* They name KPIs of that kpi.yaml: the logs may say later what it says. */
int report_sources_load(struct report_sources *out, const struct config *config,
	const char *kpi_yaml, struct why *why);
void report_sources_done(struct report_sources *sources);

/* The day from which figures are complete; 0: all are. */
int32_t report_complete_from(const struct config *config);

/* "html", "csv", "json" or "data"; "all": every file that is published. */
bool report_has_format(const char *format);
/* One of them as it is: html, csv or json. */
int report_print(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, const char *format, struct buf *out,
	struct why *why);
int report_data_make(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, struct report_data *out,
	struct why *why);
/* A JSON object: the text of each file under its name; of the data, and of charts, an object again. year, internal, logs and names of `asked`
 * are given. It is of the day of the last block that was read, whichever day was asked for: so what a log said then, it says
 * again. as_of is for logs whose blocks were not read. */
int report_answer(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, const char *format, struct buf *out,
	struct why *why);

#endif
