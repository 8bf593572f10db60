#include "daemons/aggregate/shell.h"

#include "kpi/kpi_yaml.h"
#include "lib/calendar.h"
#include "lib/log.h"
#include "proto/json.h"
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

/* What counts until the logs have said what does. */
static int definitions_read(struct aggregate *aggregate, struct why *why)
{
	const struct config *config = stage_config(aggregate->stage);
	struct tally_options *options = &aggregate->options;
	int err = config_read_text(config->kpi, &aggregate->kpi_yaml, why);
	if (!err)
		err = kpis_check(aggregate->kpi_yaml.data, config->kpi, why);
	if (!err)
		err = config_read_text(config->calendar, &aggregate->calendar_yaml, why);
	options->kpi_yaml = aggregate->kpi_yaml.data;
	options->calendar_yaml = aggregate->calendar_yaml.data;
	options->phone_answer_seconds = config->phone_answer_seconds;
	randombytes_buf(options->secret, sizeof options->secret);
	return err;
}

int aggregate_open(void **ctx, struct stage *stage, struct why *why)
{
	struct aggregate *aggregate = calloc(1, sizeof *aggregate);
	must(aggregate);
	aggregate->stage = stage;
	aggregate->names = (struct figure_names){on_label, on_households, aggregate};
	*ctx = aggregate;
	int err = names_read(aggregate, why);
	if (!err)
		err = definitions_read(aggregate, why);
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
	buf_done(&aggregate->calendar_yaml);
	lists_done(&aggregate->lists);
	free(aggregate);
	*ctx = NULL;
}

/* kpi.yaml and calendar.yaml come in with the logs of those who load them. */
int aggregate_reload(void *ctx, struct why *why)
{
	return names_read(ctx, why);
}

void aggregate_fold(void *ctx, size_t feed, const uint8_t *event, size_t len, uint64_t seq)
{
	struct aggregate *aggregate = ctx;
	tally_fold(aggregate->tally, (enum stream)feed, event, len, seq);
	if (event_kind(event, len) == WOT__V1__BODY__KIND_CONFIG_LOADED &&
		tally_refusal(aggregate->tally))
		log_error("definitions_refused", "log=%s seq=%" PRIu64 " why=\"%s\"", streams[feed],
			seq, tally_refusal(aggregate->tally));
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
	for (bool more = true; more;) {
		buf_clear(&bytes);
		int err = store_read(store, streams[stream], seq, NULL, READ_BYTES, &bytes);
		store_turn_end(store);
		if (!err && !bytes.len)
			return 0;
		if (!err)
			err = tally_fold_blocks(tally, (enum stream)stream,
				(const uint8_t *)bytes.data, bytes.len, until_ms, &seq, &more);
		if (err)
			return why_set(why, err,
				"%s: cannot be read after sequence %" PRIu64 ": %s",
				streams[stream], seq, err_title(err));
	}
	return 0;
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

/* What a command takes beside pairs of a name and a value. */
enum { TAKES_ID = 1, TAKES_YEARS = 2 };

static int year_parse(const char *text, uint32_t *year, struct why *why)
{
	if (strlen(text) != 4 || strspn(text, "0123456789") != 4)
		return why_set(why, ERR_USAGE, "%.40s is no year; one reads 2025", text);
	*year = (uint32_t)strtoul(text, NULL, 10);
	return 0;
}

static int as_of_parse(const char *text, int32_t *day, struct why *why)
{
	if (day_parse(text, strlen(text), day) == 0)
		return 0;
	return why_set(why, ERR_USAGE, "%.40s is no day; one reads 2025-12-31", text);
}

/* One word that is no name of a pair. */
static int word_take(struct question *question, const char *word, unsigned takes, struct why *why)
{
	struct query *query = &question->query;
	if (strcmp(word, "json") == 0 || strcmp(word, "csv") == 0)
		query->format = word[0] == 'j' ? QUERY_JSON : QUERY_CSV;
	else if (takes & TAKES_ID && !query->id)
		query->id = word;
	else if (takes & TAKES_YEARS && !query->definition)
		return year_parse(word, &query->definition, why);
	else if (takes & TAKES_YEARS && !query->beside)
		return year_parse(word, &query->beside, why);
	else
		return ERR_USAGE;
	return 0;
}

/* A name and its value; 1: it is no pair. */
static int pair_take(
	struct question *question, const char *name, const char *value, struct why *why)
{
	static const char *const names[] = {"period", "by", "definition", "as-of"};
	enum { PERIOD, BY, DEFINITION, AS_OF, NAMES };
	struct query *query = &question->query;
	int which = PERIOD;
	while (which < NAMES && strcmp(name, names[which]) != 0)
		which++;
	if (which == NAMES)
		return 1;
	if (!value)
		return ERR_USAGE;
	if (which == DEFINITION)
		return year_parse(value, &query->definition, why);
	if (which == AS_OF)
		return as_of_parse(value, &question->as_of, why);
	if (which == PERIOD)
		query->period = value;
	else if (strchr(value, '='))
		query->filter = value;
	else
		query->by = value;
	return 0;
}

/* usage: what is said when the words are not that. */
static int question_parse(char **args, size_t count, unsigned takes, const char *usage,
	struct question *question, struct buf *out)
{
	*question = (struct question){
		.query = {.format = QUERY_TEXT, .today = calendar_day_of(loop_now_ms())},
		.as_of = INT32_MAX,
	};
	for (size_t i = 0; i < count; i++) {
		struct why why = {""};
		int err = pair_take(question, args[i], i + 1 < count ? args[i + 1] : NULL, &why);
		i += err == 0;
		if (err == 1)
			err = word_take(question, args[i], takes, &why);
		if (err)
			return question_fail(out, why.text[0] ? why.text : usage);
	}
	return 0;
}

/* The running tally, or one that knows only what was written by the end of a day, for `past` to own. */
static int question_tally(struct aggregate *aggregate, struct question *question,
	struct tally **past, struct why *why)
{
	question->query.names = &aggregate->names;
	if (question->as_of >= question->query.today)
		return 0;
	question->query.today = question->as_of; /* as it would have been said on that evening */
	return aggregate_retally(aggregate, calendar_day_start(question->as_of + 1), past, why);
}

static int question_answer(struct aggregate *aggregate, struct question *question,
	tally_answer_fn *answer, struct buf *out)
{
	struct why why = {""};
	struct tally *past = NULL;
	int err = question_tally(aggregate, question, &past, &why);
	if (!err)
		err = answer(past ? past : aggregate->tally, &question->query, out, &why);
	tally_free(past);
	if (err) {
		buf_clear(out);
		return question_fail(out, why.text);
	}
	return 0;
}

static int question_explain(struct aggregate *aggregate, struct question *question,
	struct explain **explain, struct buf *out)
{
	struct why why = {""};
	struct tally *past = NULL;
	int err = question_tally(aggregate, question, &past, &why);
	if (!err)
		err = tally_explain(
			past ? past : aggregate->tally, &question->query, explain, &why);
	tally_free(past);
	return err ? question_fail(out, why.text) : 0;
}

static const char kpi_usage[] =
	"[ID] [period P] [by DIM[,DIM]] [definition YEAR] [as-of DAY] [csv|json]";
static const char explain_usage[] =
	"ID [period P] [by DIM=VALUE] [definition YEAR] [as-of DAY] [csv|json]";
static const char compare_usage[] = "ID YEAR YEAR [period P] [by DIM[,DIM]] [as-of DAY] [json]";
static const char forecast_usage[] = "[as-of DAY] [json]";

static int show(void *stage, char **args, size_t count, unsigned takes, const char *usage,
	tally_answer_fn *answer, struct buf *out)
{
	struct question question;
	int err = question_parse(args, count, takes, usage, &question, out);
	return err ? err : question_answer(stage_ctx(stage), &question, answer, out);
}

static int show_kpi(void *arg, char **args, size_t count, struct buf *out)
{
	return show(arg, args, count, TAKES_ID, kpi_usage, tally_query, out);
}

static bool on_explain_more(void *explain, struct buf *out)
{
	return explain_more(explain, out);
}

static void on_explain_close(void *explain)
{
	struct explain *old = explain;
	explain_close(&old);
}

static int show_explain(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	struct question question;
	struct explain *explain;
	int err = question_parse(args, count, TAKES_ID, explain_usage, &question, out);
	if (!err)
		err = question_explain(stage_ctx(arg), &question, &explain, out);
	if (!err)
		*stream = (struct ctl_stream){on_explain_more, on_explain_close, explain};
	return err;
}

static int show_compare(void *arg, char **args, size_t count, struct buf *out)
{
	return show(arg, args, count, TAKES_ID | TAKES_YEARS, compare_usage, tally_compare, out);
}

static int show_forecast(void *arg, char **args, size_t count, struct buf *out)
{
	return show(arg, args, count, 0, forecast_usage, tally_forecast, out);
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
	{"show kpi", kpi_usage, "the figures", false, .run = show_kpi},
	{"show explain", explain_usage, "the rows behind a figure", false, .open = show_explain},
	{"show compare", compare_usage, "a figure by the definitions of two years", false,
		.run = show_compare},
	{"show forecast", forecast_usage,
		"who must start by when for the quarter to reach its norm", false,
		.run = show_forecast},
	{"show replay", "", "fold the logs anew and compare every figure", false,
		.run = show_replay},
	{0},
};
