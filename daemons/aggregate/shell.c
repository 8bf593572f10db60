#include "daemons/aggregate/shell.h"

#include "lib/calendar.h"
#include "lib/log.h"
#include "proto/json.h"
#include "store/block.h"
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 20, REPLICA_WAIT_MS = 10000 };

static const char *const streams[STREAM_COUNT] = {"intake", "triage", "case"};

/* ---- names ---- */

static const char *on_label(void *arg, const char *dimension, const char *key)
{
	const struct aggregate *aggregate = arg;
	const struct ward *ward =
		strcmp(dimension, "ward") == 0 ? wards_by_key(&aggregate->lists.wards, key) : NULL;
	return ward ? ward->name : NULL;
}

/* Of all wards together only when each of them is known. */
static uint32_t on_households(void *arg, const char *key)
{
	const struct aggregate *aggregate = arg;
	const struct wards *wards = &aggregate->lists.wards;
	const struct ward *ward = key ? wards_by_key(wards, key) : NULL;
	if (key)
		return ward ? ward->households : 0;
	uint32_t sum = 0;
	for (size_t i = 0; i < wards->count; i++) {
		if (!wards->items[i].households)
			return 0;
		sum += wards->items[i].households;
	}
	return sum;
}

static int names_read(struct aggregate *aggregate, struct why *why)
{
	const struct config *config = stage_config(aggregate->stage);
	return lists_load(&aggregate->lists, config->wards, config->rules, why);
}

/* ---- the running tally ---- */

/* The text of kpi.yaml, and what a tally is made of it with. */
static int definitions_read(struct aggregate *aggregate, struct buf *text,
	struct tally_options *options, struct why *why)
{
	const struct config *config = stage_config(aggregate->stage);
	int err = config_read_text(config->kpi, text, why);
	*options = aggregate->options;
	options->kpi_yaml = text->data;
	options->file_name = config->kpi;
	options->phone_answer_seconds = config->phone_answer_seconds;
	return err;
}

int aggregate_open(void **ctx, struct stage *stage, struct why *why)
{
	struct aggregate *aggregate = calloc(1, sizeof *aggregate);
	must(aggregate);
	aggregate->stage = stage;
	aggregate->names = (struct figure_names){on_label, on_households, aggregate};
	*ctx = aggregate;
	randombytes_buf(aggregate->options.secret, sizeof aggregate->options.secret);
	int err = names_read(aggregate, why);
	if (!err)
		err = definitions_read(aggregate, &aggregate->kpi_yaml, &aggregate->options, why);
	if (!err)
		err = tally_new(&aggregate->tally, &aggregate->options, why);
	if (!err)
		tally_replay_begin(aggregate->tally);
	return err;
}

void aggregate_close(void **ctx)
{
	struct aggregate *aggregate = *ctx;
	tally_free(aggregate->tally);
	buf_done(&aggregate->kpi_yaml);
	lists_done(&aggregate->lists);
	free(aggregate);
	*ctx = NULL;
}

int aggregate_reload(void *ctx, struct why *why)
{
	struct aggregate *aggregate = ctx;
	struct buf text = {0};
	struct tally_options options;
	int err = names_read(aggregate, why);
	if (!err)
		err = definitions_read(aggregate, &text, &options, why);
	if (!err)
		err = tally_reload(aggregate->tally, &options, why);
	if (err) {
		buf_done(&text);
		return err;
	}
	buf_done(&aggregate->kpi_yaml);
	aggregate->kpi_yaml = text;
	aggregate->options = options;
	return 0;
}

void aggregate_fold(void *ctx, size_t feed, const uint8_t *event, size_t len, uint64_t seq)
{
	struct aggregate *aggregate = ctx;
	tally_fold(aggregate->tally, (enum stream)feed, event, len, seq);
}

void aggregate_fold_replayed(void *ctx)
{
	struct aggregate *aggregate = ctx;
	tally_replay_end(aggregate->tally);
}

/* ---- another one, over the replicas ---- */

static bool replicas_are_current(struct aggregate *aggregate)
{
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		struct store_head head = {0};
		store_head(stage_store(aggregate->stage), streams[i], &head);
		if (head.seq < stage_read_seq(aggregate->stage, i))
			return false;
	}
	return true;
}

/* What was folded may still be on its way to the replica; nothing new comes in while this waits. */
static int replicas_wait(struct aggregate *aggregate, struct why *why)
{
	struct store *store = stage_store(aggregate->stage);
	uint64_t end_us = loop_mono_us() + 1000ull * REPLICA_WAIT_MS;
	while (!replicas_are_current(aggregate)) {
		store_flush(store, loop_now_ms());
		if (store_poll(store) != 0 || loop_mono_us() > end_us)
			return why_set(why, ERR_BUSY,
				"the replicas cannot be written now; `show info` says why");
		usleep(100);
	}
	return 0;
}

static int stream_fold(struct aggregate *aggregate, struct tally *tally, size_t stream,
	int64_t until_ms, struct why *why)
{
	struct store *store = stage_store(aggregate->stage);
	auto_buf struct buf bytes = {0};
	uint64_t seq = 0;
	for (;;) {
		buf_clear(&bytes);
		int err = store_read(store, streams[stream], seq, NULL, READ_BYTES, &bytes);
		store_turn_end(store);
		if (err || !bytes.len)
			return err ? why_set(why, err, "%s: cannot be read after sequence %" PRIu64,
					     streams[stream], seq)
				   : 0;
		for (size_t at = 0; at < bytes.len;) {
			struct block block;
			err = block_check((const uint8_t *)bytes.data + at, bytes.len - at, &block);
			if (err)
				return why_set(why, err, "%s: sequence %" PRIu64 ": %s",
					streams[stream], seq + 1, err_title(err));
			if (block.written_at_ms >= until_ms)
				return 0;
			for (struct block_cursor c = block_events(&block); block_next(&c);)
				tally_fold(tally, (enum stream)stream, c.event, c.len, c.seq);
			seq = block_last_seq(&block);
			at += block.size;
		}
	}
}

int aggregate_retally(
	struct aggregate *aggregate, int64_t until_ms, struct tally **out, struct why *why)
{
	struct tally *tally;
	int err = replicas_wait(aggregate, why);
	if (!err)
		err = tally_new(&tally, &aggregate->options, why);
	if (err)
		return err;
	tally_replay_begin(tally);
	for (size_t i = 0; i < STREAM_COUNT && !err; i++)
		err = stream_fold(aggregate, tally, i, until_ms, why);
	tally_replay_end(tally);
	if (err)
		tally_free(tally);
	else
		*out = tally;
	return err;
}

/* ---- commands ---- */

struct question {
	struct query query;
	int32_t as_of; /* a day, or INT32_MAX */
};

static int question_fail(struct buf *out, const char *text)
{
	buf_printf(out, "error: %s\n", text);
	return ERR_USAGE;
}

/* [ID] [period P] [by DIM] [definition YEAR] [as-of DAY] [csv|json] */
static int question_parse(char **args, size_t count, struct question *question, struct buf *out)
{
	struct query *query = &question->query;
	*question = (struct question){
		.query = {.format = QUERY_TEXT, .today = calendar_day_of(loop_now_ms())},
		.as_of = INT32_MAX,
	};
	for (size_t i = 0; i < count; i++) {
		const char *word = args[i], *value = i + 1 < count ? args[i + 1] : NULL;
		char *end = "";
		bool pair = true;
		if (strcmp(word, "json") == 0 || strcmp(word, "csv") == 0) {
			query->format = word[0] == 'j' ? QUERY_JSON : QUERY_CSV;
			continue;
		}
		if (strcmp(word, "period") == 0)
			query->period = value;
		else if (strcmp(word, "by") == 0 && value && strchr(value, '='))
			query->filter = value;
		else if (strcmp(word, "by") == 0)
			query->by = value;
		else if (strcmp(word, "definition") == 0)
			query->definition = value ? (uint32_t)strtoul(value, &end, 10) : 0;
		else if (strcmp(word, "as-of") == 0)
			end = value && day_parse(value, strlen(value), &question->as_of) == 0 ? ""
											      : "?";
		else if (!query->id)
			pair = false;
		else
			return question_fail(out, "[ID] [period P] [by DIM] [definition YEAR] "
						  "[as-of DAY] [csv|json]");
		if (!pair)
			query->id = word;
		else if (!value)
			return question_fail(out, "a value is missing at the end");
		else
			i++;
		if (*end)
			return question_fail(out, strcmp(word, "as-of") == 0
							  ? "as-of: a day is YYYY-MM-DD"
							  : "definition: a year");
	}
	return 0;
}

typedef int answer_fn(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why);

/* Answers from the running tally, or from one that knows only what was written by the end of a day. */
static int question_answer(
	struct aggregate *aggregate, struct question *question, answer_fn *answer, struct buf *out)
{
	struct why why = {""};
	struct tally *past = NULL;
	int err = 0;
	question->query.names = &aggregate->names;
	if (question->as_of != INT32_MAX)
		err = aggregate_retally(
			aggregate, calendar_day_start(question->as_of + 1), &past, &why);
	if (!err)
		err = answer(past ? past : aggregate->tally, &question->query, out, &why);
	if (past)
		tally_free(past);
	if (err) {
		buf_clear(out);
		return question_fail(out, why.text);
	}
	return 0;
}

static int show_kpi(void *arg, char **args, size_t count, struct buf *out)
{
	struct question question;
	int err = question_parse(args, count, &question, out);
	return err ? err : question_answer(stage_ctx(arg), &question, tally_query, out);
}

static int show_explain(void *arg, char **args, size_t count, struct buf *out)
{
	struct question question;
	int err = question_parse(args, count, &question, out);
	return err ? err : question_answer(stage_ctx(arg), &question, tally_explain, out);
}

/* Folds everything anew beside the running tally and compares them, in one turn: nothing moves meanwhile. */
static int show_replay(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	struct aggregate *aggregate = stage_ctx(arg);
	struct why why = {""};
	struct tally *again;
	uint64_t started_us = loop_mono_us();
	int err = aggregate_retally(aggregate, INT64_MAX, &again, &why);
	if (err)
		return question_fail(out, why.text);
	err = tally_equal(aggregate->tally, again, &why);
	struct tally_stats stats;
	tally_stats(again, &stats);
	tally_free(again);
	if (err) {
		buf_printf(out, "different: %s\n", why.text);
		return err;
	}
	double seconds = (double)(loop_mono_us() - started_us) / 1e6;
	uint64_t events = stats.events[0] + stats.events[1] + stats.events[2];
	buf_printf(out,
		"identical: %" PRIu64 " events folded anew in %.3f s (%.0f a second) give the same "
		"figures; marks intake %" PRIu64 ", triage %" PRIu64 ", case %" PRIu64 "\n",
		events, seconds, (double)events / seconds, stats.marks[0], stats.marks[1],
		stats.marks[2]);
	return 0;
}

const struct ctl_command aggregate_commands[] = {
	{"show kpi", "[ID] [period P] [by DIM[,DIM]] [definition YEAR] [as-of DAY] [csv|json]",
		"the figures", false, show_kpi},
	{"show explain", "ID period P [by DIM=VALUE] [csv|json]", "the rows behind a figure", false,
		show_explain},
	{"show replay", "", "fold the logs anew and compare every figure", false, show_replay},
	{0},
};
