/*
 * What operations watch: counters of an input, a door or a feed, as one table from which `show stat`
 * (text, csv, json) and /metrics (OpenMetrics) are both made. To add a column: a row in metric.def.
 */
#ifndef WOT_METRIC_H
#define WOT_METRIC_H

#include "lib/buf.h"
#include "lib/err.h"
#include <stdint.h>

/* Durations in microseconds: log-linear buckets, 1 us to an hour, 6% wide. */
struct metric_histogram {
	uint64_t buckets[512];
	uint64_t count, sum_us;
};
void metric_observe(struct metric_histogram *histogram, uint64_t us);
/* Nearest rank, percentile 0 to 100, as the upper end of its bucket; 0 when nothing was
 * observed. */
uint64_t metric_percentile_us(const struct metric_histogram *histogram, double percentile);

/* A row: one input, door or feed. Fields are those of metric.def. */
struct metric_row {
	const char *kind; /* "door", "feed", "input", "store" */
	const char *name; /* "http", "push", "intake" */
#define COUNTER(field, help) uint64_t field;
#define GAUGE(field, help) uint64_t field;
#define PERCENTILE(name, of)
#include "lib/metric.def"
#undef COUNTER
#undef GAUGE
#undef PERCENTILE
	struct metric_histogram latency;
	uint64_t refused_by[ERR_COUNT]; /* by err_index */
	struct metric_row *next;
};

struct metrics {
	const char *daemon;
	struct metric_row *rows;
};
void metric_refuse(struct metric_row *row, int err); /* counts it, with its reason */
/* The row of that kind and name, made when there is none. The texts are borrowed. */
struct metric_row *metric_add(struct metrics *metrics, const char *kind, const char *name);
void metrics_done(struct metrics *metrics);
void metrics_clear(struct metrics *metrics); /* counters, not gauges */

void metrics_text(const struct metrics *metrics, struct buf *out); /* a table for people */
void metrics_csv(const struct metrics *metrics, struct buf *out); /* HAProxy's: "# kind,name,…" */
void metrics_json(const struct metrics *metrics, struct buf *out);
void metrics_errors(const struct metrics *metrics, struct buf *out); /* a line a row and reason */
/* OpenMetrics 1.0 text, without the closing # EOF, so that others can add theirs. */
void metrics_open(const struct metrics *metrics, struct buf *out);

#endif
