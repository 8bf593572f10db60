/*
 * The commands of wot-aggregate's stats socket: each is a question, to the running tally or, as of a day, to
 * one that knows only what was recorded by the end of that day.
 */
#include "daemons/aggregate/past.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "proto/json.h"
#include <inttypes.h>
#include <string.h>

/* What was asked, and how far its answer is. */
struct question {
	struct aggregate *aggregate;
	struct query query;
	tally_answer_fn *answer; /* NULL: explain, or replay */
	const char *report;      /* the format of one; its year is that of the query's definition */
	bool internal;
	struct past *past; /* NULL: the running tally answers */
	struct explain *explain;
};

static int question_fail(struct buf *out, const char *text)
{
	buf_printf(out, "error: %s\n", text);
	return ERR_USAGE;
}

static void question_free(void *arg)
{
	struct question *question = arg;
	explain_close(&question->explain);
	past_free(&question->past);
	free(question);
}

/* What a command takes beside pairs of a name and a value. */
enum {
	TAKES_ID = 1,
	TAKES_YEARS = 2,
	TAKES_BESIDE = 4,
	TAKES_ROWS = 8, /* by DIM=VALUE is where DIM=VALUE */
	TAKES_REPORT = 16,
};

static int as_of_parse(const char *text, struct query *query, struct why *why)
{
	int32_t day;
	if (day_parse(text, strlen(text), &day) != 0)
		return why_set(why, ERR_USAGE, "%.40s is no day; one reads 2025-12-31", text);
	query_as_of(query, day);
	return 0;
}

/* One word that is no name of a pair. */
static int word_take(struct question *question, const char *word, unsigned takes, struct why *why)
{
	struct query *query = &question->query;
	if (takes & TAKES_REPORT && report_has_format(word))
		question->report = word;
	else if (takes & TAKES_REPORT && strcmp(word, "internal") == 0)
		question->internal = true;
	else if (strcmp(word, "json") == 0 || strcmp(word, "csv") == 0)
		query->format = word[0] == 'j' ? QUERY_JSON : QUERY_CSV;
	else if (takes & TAKES_ID && !query->id)
		query->id = word;
	else if (takes & TAKES_YEARS && !query->definition)
		return query_year_parse(word, &query->definition, why);
	else if (takes & TAKES_YEARS && !query->other)
		return query_year_parse(word, &query->other, why);
	else
		return ERR_USAGE;
	return 0;
}

/* A name and its value; 1: it is no pair. */
static int pair_take(struct question *question, const char *name, const char *value, unsigned takes,
	struct why *why)
{
	static const char *const names[] = {
		"period", "by", "where", "definition", "as-of", "up-to", "beside"};
	enum { PERIOD, BY, WHERE, DEFINITION, AS_OF, UP_TO, BESIDE, NAMES };
	struct query *query = &question->query;
	int which = PERIOD;
	while (which < NAMES && strcmp(name, names[which]) != 0)
		which++;
	if (which == NAMES || (which == BESIDE && !(takes & TAKES_BESIDE)))
		return 1;
	if (!value)
		return ERR_USAGE;
	if (which == DEFINITION)
		return query_year_parse(value, &query->definition, why);
	if (which == AS_OF)
		return as_of_parse(value, query, why);
	if (which == UP_TO)
		return query_up_to_parse(value, query, why);
	if (which == BESIDE)
		return query_beside_parse(value, &query->beside, why);
	if (which == WHERE || (which == BY && takes & TAKES_ROWS && strchr(value, '=')))
		return query_where_add(query, value, why);
	*(which == PERIOD ? &query->period : &query->by) = value;
	return 0;
}

/* usage: what is said when the words are not that. */
static int question_parse(char **args, size_t count, unsigned takes, const char *usage,
	struct question *question, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		struct why why = {""};
		int err = pair_take(
			question, args[i], i + 1 < count ? args[i + 1] : NULL, takes, &why);
		i += err == 0;
		if (err == 1)
			err = word_take(question, args[i], takes, &why);
		if (err)
			return question_fail(out, why.text[0] ? why.text : usage);
	}
	return 0;
}

/* ---- answers ---- */

/* The tally that is asked, once it is there. 1: it is being folded; else 0, or an ERR_. */
static int question_tally(struct question *question, struct tally **tally, struct why *why)
{
	int err = question->past ? past_step(question->past, why) : 0;
	*tally = question->past ? past_tally(question->past) : question->aggregate->tally;
	return err;
}

static int question_answer(const struct question *question, const struct tally *tally,
	struct buf *out, struct why *why)
{
	if (!question->report)
		return question->answer(tally, &question->query, out, why);
	struct report_asked asked = {.year = question->query.definition,
		.as_of = question->query.today,
		.internal = question->internal,
		.names = question->query.names};
	tally_logs(tally, asked.logs);
	return report_answer(&question->aggregate->sources,
		stage_config(question->aggregate->stage), tally_kpis(tally), asked,
		question->report, out, why);
}

static bool on_figure_more(void *arg, struct buf *out)
{
	struct question *question = arg;
	struct why why = {""};
	struct tally *tally;
	size_t before = out->len;
	int err = question_tally(question, &tally, &why);
	if (err == 1)
		return true;
	if (!err)
		err = question_answer(question, tally, out, &why);
	if (err) {
		out->len = before;
		question_fail(out, why.text);
	}
	return false;
}

static bool on_explain_more(void *arg, struct buf *out)
{
	struct question *question = arg;
	struct why why = {""};
	struct tally *tally;
	if (question->explain)
		return explain_more(question->explain, out);
	int err = question_tally(question, &tally, &why);
	if (err == 1)
		return true;
	if (!err)
		err = tally_explain(tally, &question->query, &question->explain, &why);
	bool more = !err && explain_more(question->explain, out);
	if (more)
		tally_explain_keep(tally, question->explain);
	if (err)
		question_fail(out, why.text);
	past_free(&question->past);
	return more;
}

static void replay_say(const struct question *question, struct buf *out)
{
	struct tally_stats stats;
	tally_stats(past_tally(question->past), &stats);
	double seconds = (double)(clock_mono_us() - past_began_us(question->past)) / 1e6;
	uint64_t events = stats.events[0] + stats.events[1] + stats.events[2];
	buf_printf(out,
		"identical: %" PRIu64 " events folded anew in %.3f s (%.0f a second) give the same "
		"figures; marks intake %" PRIu64 ", triage %" PRIu64 ", case %" PRIu64 "\n",
		events, seconds, (double)events / seconds, stats.marks[0], stats.marks[1],
		stats.marks[2]);
}

/* The end in one turn: nothing moves while the two are compared. */
static bool on_replay_more(void *arg, struct buf *out)
{
	struct question *question = arg;
	struct why why = {""};
	int err = past_step(question->past, &why);
	if (err == 1)
		return true;
	if (!err)
		err = past_catch_up(question->past, &why);
	if (err) {
		question_fail(out, why.text);
		return false;
	}
	if (tally_equal(question->aggregate->tally, past_tally(question->past), &why))
		buf_printf(out, "different: %s\n", why.text);
	else
		replay_say(question, out);
	return false;
}

/* ---- commands ---- */

static const char kpi_usage[] =
	"[ID] [period P] [by DIM[,DIM]] [where DIM=VALUE[,…]] [definition YEAR] "
	"[beside last-year|previous] [as-of DAY] "
	"[csv|json]";
static const char explain_usage[] =
	"ID [period P] [where DIM=VALUE[,…]] [definition YEAR] [as-of DAY] "
	"[up-to SEQ,SEQ,SEQ] [csv|json]";
static const char compare_usage[] =
	"ID YEAR YEAR [period P] [by DIM[,DIM]] [where DIM=VALUE[,…]] [as-of DAY] [json]";
static const char report_usage[] = "YEAR [as-of DAY, of today or before] [up-to SEQ,SEQ,SEQ] "
				   "[internal] html|csv|json|data|all";
static const char forecast_usage[] = "[as-of DAY] [json]";

static struct question *question_new(void *stage)
{
	struct question *question = calloc(1, sizeof *question);
	must(question);
	*question = (struct question){
		.aggregate = stage_ctx(stage),
		.query = {.format = QUERY_TEXT, .today = calendar_day_of(clock_now_ms())},
	};
	aggregate_query(question->aggregate, &question->query);
	return question;
}

static int question_open(void *stage, char **args, size_t count, unsigned takes, const char *usage,
	tally_answer_fn *answer, struct ctl_stream *stream, struct buf *out)
{
	struct question *question = question_new(stage);
	int err = question_parse(args, count, takes, usage, question, out);
	if (err) {
		question_free(question);
		return err;
	}
	question->answer = answer;
	if (question->query.as_of || question->query.has_up_to)
		question->past = past_new(question->aggregate, &question->query);
	*stream = (struct ctl_stream){
		answer ? on_figure_more : on_explain_more, question_free, question};
	return 0;
}

static int show_kpi(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	return question_open(
		arg, args, count, TAKES_ID | TAKES_BESIDE, kpi_usage, tally_query, stream, out);
}

static int show_explain(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	return question_open(
		arg, args, count, TAKES_ID | TAKES_ROWS, explain_usage, NULL, stream, out);
}

static int show_compare(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	return question_open(arg, args, count, TAKES_ID | TAKES_YEARS, compare_usage, tally_compare,
		stream, out);
}

static int show_forecast(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	return question_open(arg, args, count, 0, forecast_usage, tally_forecast, stream, out);
}

/* Always from the log, since its hashes stand in it. */
static int show_report(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	struct question *question = question_new(arg);
	int err = question_parse(
		args, count, TAKES_YEARS | TAKES_REPORT, report_usage, question, out);
	if (!err && (!question->query.definition || question->query.other || !question->report))
		err = question_fail(out, report_usage);
	if (err) {
		question_free(question);
		return err;
	}
	question->past = past_new(question->aggregate, &question->query);
	*stream = (struct ctl_stream){on_figure_more, question_free, question};
	return 0;
}

static int show_replay(
	void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out)
{
	(void)args;
	if (count)
		return question_fail(out, "show replay takes no words");
	struct question *question = question_new(arg);
	question->past = past_new(question->aggregate, &question->query);
	*stream = (struct ctl_stream){on_replay_more, question_free, question};
	return 0;
}

const struct ctl_command aggregate_commands[] = {
	{"show kpi", kpi_usage, "the figures", .open = show_kpi},
	{"show explain", explain_usage, "the rows behind a figure", .open = show_explain},
	{"show compare", compare_usage, "a figure by the definitions of two years",
		.open = show_compare},
	{"show forecast", forecast_usage,
		"who must start by when for the quarter to reach its norm", .open = show_forecast},
	{"show report", report_usage, "the annual report of a year: its files, as JSON",
		.open = show_report},
	{"show replay", "", "fold the logs anew and compare every figure", .open = show_replay},
	{0},
};
