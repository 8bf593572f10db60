#include "lib/metric.h"

#include "lib/json_out.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Every column, made from metric.def. */
static const struct column {
	const char *name, *help;
	size_t offset;
	bool counter;
	unsigned percentile; /* or 0 */
} columns[] = {
#define COUNTER(field, help) {#field, help, offsetof(struct metric_row, field), true, 0},
#define GAUGE(field, help) {#field, help, offsetof(struct metric_row, field), false, 0},
#define PERCENTILE(name, of) {#name, NULL, 0, false, of},
#include "lib/metric.def"
#undef COUNTER
#undef GAUGE
#undef PERCENTILE
};

#define EACH_COLUMN(c)                                                                             \
	for (const struct column *c = columns; c < columns + sizeof columns / sizeof *columns; c++)
#define EACH_ROW(row, metrics)                                                                     \
	for (const struct metric_row *row = (metrics)->rows; row; row = row->next)

static uint64_t cell(const struct metric_row *row, const struct column *column)
{
	return *(const uint64_t *)((const char *)row + column->offset);
}

/* ---- latency: a bucket a microsecond to 16, then 16 an octave ---- */

enum { OCTAVE_BITS = 4, OCTAVE = 1 << OCTAVE_BITS };

static unsigned bucket_of(uint64_t us)
{
	if (us < OCTAVE)
		return (unsigned)us;
	unsigned high = 63 - (unsigned)__builtin_clzll(us), shift = high - OCTAVE_BITS;
	unsigned bucket = (shift + 1) * OCTAVE + (unsigned)((us >> shift) & (OCTAVE - 1));
	unsigned last = sizeof((struct metric_histogram *)0)->buckets / sizeof(uint64_t) - 1;
	return bucket < last ? bucket : last;
}

/* The longest duration that falls in the bucket. */
static uint64_t bucket_end_us(unsigned bucket)
{
	if (bucket < OCTAVE)
		return bucket;
	unsigned shift = bucket / OCTAVE - 1;
	return ((uint64_t)(OCTAVE + bucket % OCTAVE + 1) << shift) - 1;
}

void metric_observe(struct metric_histogram *histogram, uint64_t us)
{
	histogram->buckets[bucket_of(us)]++;
	histogram->count++;
	histogram->sum_us += us;
}

uint64_t metric_percentile_us(const struct metric_histogram *histogram, double percentile)
{
	double exact = percentile / 100 * (double)histogram->count;
	uint64_t rank = (uint64_t)exact + ((double)(uint64_t)exact < exact);
	if (rank < 1)
		rank = 1;
	if (rank > histogram->count)
		rank = histogram->count;
	uint64_t seen = 0;
	for (unsigned i = 0; rank; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank)
			return bucket_end_us(i);
	}
	return 0;
}

/* As `show stat` has it. */
static void cell_print(struct buf *out, const struct metric_row *row, const struct column *column)
{
	if (!column->percentile) {
		buf_printf(out, "%" PRIu64, cell(row, column));
		return;
	}
	uint64_t us = metric_percentile_us(&row->latency, column->percentile);
	buf_printf(out, "%.3f", (double)us / 1000);
}

/* ---- rows ---- */

struct metric_row *metric_add(struct metrics *metrics, const char *kind, const char *name)
{
	struct metric_row **link = &metrics->rows;
	for (; *link; link = &(*link)->next) {
		if (strcmp((*link)->kind, kind) == 0 && strcmp((*link)->name, name) == 0)
			return *link;
	}
	struct metric_row *row = calloc(1, sizeof *row);
	must(row);
	row->kind = kind;
	row->name = name;
	return *link = row;
}

void metric_refuse(struct metric_row *row, int err)
{
	bool known = err > ERR_BASE_ && err < ERR_END_;
	row->refused++;
	row->refused_by[err_index(known ? err : ERR_INTERNAL)]++;
}

void metrics_done(struct metrics *metrics)
{
	while (metrics->rows) {
		struct metric_row *next = metrics->rows->next;
		free(metrics->rows);
		metrics->rows = next;
	}
}

void metrics_clear(struct metrics *metrics)
{
	for (struct metric_row *row = metrics->rows; row; row = row->next) {
		EACH_COLUMN (column) {
			if (column->counter)
				*(uint64_t *)((char *)row + column->offset) = 0;
		}
		row->latency = (struct metric_histogram){0};
		memset(row->refused_by, 0, sizeof row->refused_by);
	}
}

/* ---- show stat ---- */

void metrics_csv(const struct metrics *metrics, struct buf *out)
{
	buf_text(out, "# kind,name");
	EACH_COLUMN (column)
		buf_printf(out, ",%s", column->name);
	buf_char(out, '\n');
	EACH_ROW (row, metrics) {
		buf_printf(out, "%s,%s", row->kind, row->name);
		EACH_COLUMN (column) {
			buf_char(out, ',');
			cell_print(out, row, column);
		}
		buf_char(out, '\n');
	}
}

/* The table is the csv, aligned: numbers to the right, names to the left. */
void metrics_text(const struct metrics *metrics, struct buf *out)
{
	auto_buf struct buf csv = {0};
	metrics_csv(metrics, &csv);
	const char *text = csv.data + strlen("# ");
	enum { COLUMNS = 2 + sizeof columns / sizeof *columns };
	int widths[COLUMNS] = {0};
	unsigned at = 0;
	for (const char *c = text; *c; at = *c++ == '\n' ? 0 : at + 1) {
		int width = (int)strcspn(c, ",\n");
		if (width > widths[at])
			widths[at] = width;
		c += width;
	}
	at = 0;
	for (const char *c = text; *c; at = *c++ == '\n' ? 0 : at + 1) {
		int width = (int)strcspn(c, ",\n");
		int pad = at < 2 ? -widths[at] : widths[at];
		buf_printf(out, "%s%*.*s", at ? "  " : "", pad, width, c);
		c += width;
		if (*c == '\n')
			buf_char(out, '\n');
	}
}

void metrics_json(const struct metrics *metrics, struct buf *out)
{
	json_out_open(out, NULL, '[');
	EACH_ROW (row, metrics) {
		json_out_open(out, NULL, '{');
		json_out_text(out, "kind", row->kind);
		json_out_text(out, "name", row->name);
		EACH_COLUMN (column) {
			json_out_name(out, column->name);
			cell_print(out, row, column);
		}
		json_out_close(out, '}');
	}
	json_out_end(out, ']');
}

void metrics_errors(const struct metrics *metrics, struct buf *out)
{
	EACH_ROW (row, metrics) {
		for (unsigned i = 0; i < ERR_COUNT; i++) {
			if (row->refused_by[i])
				buf_printf(out, "%s %s %s %" PRIu64 "\n", row->kind, row->name,
					err_name(err_at(i)), row->refused_by[i]);
		}
	}
}

/* ---- OpenMetrics ---- */

static void label_add(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n') {
			buf_text(out, "\\n");
			continue;
		}
		if (*value == '"' || *value == '\\')
			buf_char(out, '\\');
		buf_char(out, *value);
	}
	buf_char(out, '"');
}

/* NAME{daemon="…",kind="…",name="…"  and, with a label of its own,  ,label="value"  then  }  */
static void line_open(struct buf *out, const struct metrics *metrics, const struct metric_row *row,
	const char *name, const char *label, const char *value)
{
	buf_text(out, name);
	label_add(out, "{daemon", metrics->daemon);
	label_add(out, ",kind", row->kind);
	label_add(out, ",name", row->name);
	if (label) {
		buf_char(out, ',');
		label_add(out, label, value);
	}
	buf_text(out, "} ");
}

static void column_open(const struct metrics *metrics, const struct column *column, struct buf *out)
{
	char name[64];
	snprintf(name, sizeof name, "wot_%s%s", column->name, column->counter ? "_total" : "");
	buf_printf(out, "# TYPE wot_%s %s\n# HELP wot_%s %s.\n", column->name,
		column->counter ? "counter" : "gauge", column->name, column->help);
	EACH_ROW (row, metrics) {
		if (column->offset != offsetof(struct metric_row, refused)) {
			line_open(out, metrics, row, name, NULL, NULL);
			buf_printf(out, "%" PRIu64 "\n", cell(row, column));
			continue;
		}
		/* By reason, so that their sum is what was refused. */
		for (unsigned i = 0; i < ERR_COUNT; i++) {
			if (!row->refused_by[i])
				continue;
			line_open(out, metrics, row, name, "reason", err_name(err_at(i)));
			buf_printf(out, "%" PRIu64 "\n", row->refused_by[i]);
		}
	}
}

/* Powers of two microseconds, 128 us to 17 s: where our own buckets end, so that no count is a
 * guess. */
enum { LE_FIRST_BITS = 7, LE_LAST_BITS = 24 };

static void latency_row_open(
	const struct metrics *metrics, const struct metric_row *row, struct buf *out)
{
	static const char bucket_name[] = "wot_latency_seconds_bucket";
	uint64_t seen = 0;
	unsigned bucket = 0;
	for (unsigned bits = LE_FIRST_BITS; bits <= LE_LAST_BITS; bits++) {
		uint64_t le_us = UINT64_C(1) << bits;
		for (; bucket_end_us(bucket) < le_us; bucket++)
			seen += row->latency.buckets[bucket];
		char le[32];
		snprintf(le, sizeof le, "%.6f", (double)le_us / 1e6);
		line_open(out, metrics, row, bucket_name, "le", le);
		buf_printf(out, "%" PRIu64 "\n", seen);
	}
	line_open(out, metrics, row, bucket_name, "le", "+Inf");
	buf_printf(out, "%" PRIu64 "\n", row->latency.count);
	line_open(out, metrics, row, "wot_latency_seconds_count", NULL, NULL);
	buf_printf(out, "%" PRIu64 "\n", row->latency.count);
	line_open(out, metrics, row, "wot_latency_seconds_sum", NULL, NULL);
	buf_printf(out, "%" PRIu64 ".%06" PRIu64 "\n", row->latency.sum_us / 1000000,
		row->latency.sum_us % 1000000);
}

void metrics_open(const struct metrics *metrics, struct buf *out)
{
	EACH_COLUMN (column) {
		if (!column->percentile)
			column_open(metrics, column, out);
	}
	buf_text(out, "# TYPE wot_latency_seconds histogram\n# UNIT wot_latency_seconds seconds\n"
		      "# HELP wot_latency_seconds From arrival to answer.\n");
	EACH_ROW (row, metrics)
		latency_row_open(metrics, row, out);
}
