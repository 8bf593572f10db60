#include "tests/sim/check.h"

#include "daemons/aggregate/aggregate_own.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "lib/grow.h"
#include "proto/json.h"
#include "tests/sim/fail.h"

#include <stdio.h>
#include <string.h>

/* ---- asking as an operator does ---- */

/* The answer of a command that streams, whole. */
static int streamed(const struct ctl_command *row, char **args, size_t count, struct buf *out)
{
	struct ctl_stream stream;
	int err = row->open(house.stages[AGGREGATE], args, count, &stream, out);
	if (err)
		return err;
	while (stream.more(stream.ctx, out)) {
	}
	stream.close(stream.ctx);
	bool failed = out->len && (strncmp(out->data, "error", 5) == 0 ||
					  strncmp(out->data, "different", 9) == 0);
	return failed ? ERR_DIVERGED : 0;
}

/* A line of the stats socket; the words are cut apart in place. */
static int command(char *line, struct buf *out)
{
	for (const struct ctl_command *row = aggregate_commands; row->words; row++) {
		size_t len = strlen(row->words);
		char *args[16];
		size_t count = 0;
		if (strncmp(line, row->words, len) != 0)
			continue;
		for (char *at = strtok(line + len, " "); at; at = strtok(NULL, " "))
			args[count++] = at;
		if (row->open)
			return streamed(row, args, count, out);
		return row->run(house.stages[AGGREGATE], args, count, out);
	}
	return ERR_USAGE;
}

#define WHOLE "2015-01-01..2030-12-31"

static void kpis_ask(const char *more, struct buf *out)
{
	char line[200];
	snprintf(line, sizeof line, "show kpi period " WHOLE " json%s", more);
	int err = command(line, out);
	sim_check(!err, "%s answers %s", line, out->data);
}

/* ---- against others ---- */

/* From sequence 1, in one go; also when what was folded last is not on disk yet. */
static void replay_check(void)
{
	auto_buf struct buf out = {0};
	char line[] = "show replay";
	fake_disk_hurry("aggregate", true);
	int err = command(line, &out);
	fake_disk_hurry("aggregate", false);
	sim_check(!err, "the KPIs folded anew are %s", out.data);
}

/* The events of a log, to be folded one at a time. */
struct events {
	enum stream stream;
	struct buf bytes;
	struct {
		size_t at, len;
	} * items;
	size_t count, next;
};

static void on_event(void *arg, const uint8_t *event, size_t len, uint64_t seq)
{
	struct events *log = arg;
	log->items = grow_push(log->items, log->count, sizeof *log->items);
	log->items[log->count].at = log->bytes.len;
	log->items[log->count++].len = len;
	must(seq == log->count);
	buf_add(&log->bytes, event, len);
}

static void events_fold(struct events *log, struct tally *tally)
{
	size_t i = log->next++;
	tally_fold(tally, log->stream, (const uint8_t *)log->bytes.data + log->items[i].at,
		log->items[i].len, i + 1);
}

/* Another order between the logs, each event counted as it comes. */
static void order_check(const struct aggregate *aggregate)
{
	struct events logs[STREAM_COUNT] = {0};
	struct tally *other;
	struct why why = {""};
	sim_check(tally_new(&other, &aggregate->options, &why) == 0, "%s", why.text);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		logs[stream].stream = stream;
		fake_disk_events("aggregate", stream_names[stream], false, on_event, &logs[stream]);
	}
	size_t left = logs[0].count + logs[1].count + logs[2].count;
	while (left) {
		struct events *log = &logs[house.random() % STREAM_COUNT];
		size_t run = house.random() % 40 + 1;
		for (; run && log->next < log->count; run--, left--)
			events_fold(log, other);
	}
	int err = tally_equal(aggregate->tally, other, &why);
	sim_check(!err, "the KPIs differ when the logs are folded in another order: %s", why.text);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		buf_done(&logs[stream].bytes);
		free(logs[stream].items);
	}
	tally_free(other);
}

/* ---- the rows behind a figure ---- */

/* Cuts the line apart, so it is gone. */
json_t *check_kpi_ask(char *line)
{
	auto_buf struct buf out = {0};
	json_error_t error;
	char asked[200];
	snprintf(asked, sizeof asked, "%s", line);
	sim_check(command(line, &out) == 0, "%s answers %s", asked, out.data);
	json_t *json = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &error);
	sim_check(json, "%s answers what is no JSON: %s", asked, error.text);
	return json;
}

static void sum_check(const char *id, const char *period, const char *name, const json_t *figure,
	const json_t *rows)
{
	const json_t *told = json_object_get(figure, name), *row;
	json_int_t sum = 0;
	size_t i;
	json_array_foreach(rows, i, row) sum += json_integer_value(json_object_get(row, name));
	sim_check(!json_is_integer(told) || json_integer_value(told) == sum,
		"%s of %s: %s is %" JSON_INTEGER_FORMAT ", and its rows make %" JSON_INTEGER_FORMAT,
		id, period, name, json_integer_value(told), sum);
}

/* Split by what each row has one of, the parts make the whole. */
static void split_check(const char *id, const char *period)
{
	static const char *const dimensions[] = {
		"ward", "team", "age", "care_weight", "channel", "location", "reason", "ward,age"};
	const char *by = dimensions[house.random() % (sizeof dimensions / sizeof *dimensions)];
	auto_buf struct buf out = {0};
	json_error_t error;
	char line[200];
	snprintf(line, sizeof line, "show kpi %s period %s by %s json", id, period, by);
	if (command(line, &out) != 0)
		return; /* not every table has every dimension */
	json_t *json = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &error);
	sim_check(json, "%s by %s is no JSON: %s", id, by, error.text);
	const json_t *figure = json_array_get(json, 0), *rows = json_object_get(figure, "by");
	sum_check(id, period, "count", figure, rows);
	sum_check(id, period, "unknown", figure, rows);
	json_decref(json);
}

/* What explain lists adds up to the figure, of a few KPIs in some period. */
static void explain_check(void)
{
	static const char *const periods[] = {"2024", "2025-Q2", "2025", "2026-03", WHOLE};
	enum { ASKED = 6 };
	const char *period = periods[house.random() % (sizeof periods / sizeof *periods)];
	char line[200];
	snprintf(line, sizeof line, "show kpi period %s json", period);
	json_t *figures = check_kpi_ask(line);
	for (int i = 0; i < ASKED; i++) {
		const json_t *figure = json_array_get(
			figures, (size_t)(house.random() % json_array_size(figures)));
		const char *id = json_string_value(json_object_get(figure, "id"));
		snprintf(line, sizeof line, "show explain %s period %s json", id, period);
		json_t *rows = check_kpi_ask(line);
		sum_check(id, period, "count", figure, rows);
		sum_check(id, period, "unknown", figure, rows);
		sum_check(id, period, "of", figure, rows);
		json_decref(rows);
		split_check(id, period);
	}
	json_decref(figures);
}

void check_tally(void)
{
	if (house.stages[AGGREGATE] && !fake_disk_is_full("aggregate"))
		replay_check();
}

void check_tally_quiet(void)
{
	order_check(stage_ctx(house.stages[AGGREGATE]));
	explain_check();
}

/* ---- as of a day ---- */

struct day_end {
	struct day_end *next;
	int32_t day;
	struct buf kpis;
};

static struct day_end *day_ends;

void check_day_ends(void)
{
	struct day_end *end = calloc(1, sizeof *end);
	must(end);
	end->day = calendar_day_of(clock_now_ms());
	kpis_ask("", &end->kpis);
	end->next = day_ends;
	day_ends = end;
}

void check_as_of(void)
{
	for (const struct day_end *end = day_ends; end; end = end->next) {
		auto_buf struct buf kpis = {0};
		char more[40] = " as-of ";
		day_print(end->day, more + strlen(more));
		kpis_ask(more, &kpis);
		sim_check(strcmp(kpis.data, end->kpis.data) == 0,
			"the KPIs%s are\n%s\nand were that evening\n%s", more, kpis.data,
			end->kpis.data);
	}
}

void check_done(void)
{
	while (day_ends) {
		struct day_end *next = day_ends->next;
		buf_done(&day_ends->kpis);
		free(day_ends);
		day_ends = next;
	}
}
