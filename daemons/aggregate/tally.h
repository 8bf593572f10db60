/*
 * The count of everything, as one object: facts, KPIs and the marks up to which events were folded.
 * Several can live side by side: the running one, the one of `replay --check`, the one of an
 * `--as-of`. No I/O and no clock: the shell brings events and says what day it is.
 *
 * Where to start: tally_fold takes an event in, tally_query answers.
 */
#ifndef WOT_TALLY_H
#define WOT_TALLY_H

#include "figures/forecast.h"
#include "figures/query.h"
#include "report/report.h"

struct tally;

/* kpi.yaml and calendar.yaml are texts: those in force until a log says others, as it does from the start. */
struct tally_options {
	const char *kpi_yaml, *calendar_yaml;
	uint32_t phone_answer_seconds;        /* a call answered within these is answered in time */
	uint32_t phone_short_abandon_seconds; /* who hangs up sooner is no offered call */
	uint8_t secret[16]; /* of the hash of call ids; any bytes, random ones if possible */
};
/* ERR_CONFIG: `why` holds the errors of a text, a line each. The texts are not needed after it. */
int tally_new(struct tally **out, const struct tally_options *options, struct why *why);
void tally_free(struct tally *tally);

/*
 * Takes in the next event of a log. Never fails: what holds no fact, is of a kind not known here or
 * cannot be read is counted and passed over. seq moves the stream's mark. Where wot-case loaded a
 * kpi.yaml, or wot-triage a calendar.yaml, the same facts are counted anew by it.
 */
void tally_fold(
	struct tally *tally, enum stream stream, const uint8_t *event, size_t len, uint64_t seq);
struct tally_until {
	int64_t ms;
	uint64_t seqs[STREAM_COUNT];
};
/* Whole blocks of a log, in order; only what was recorded before that instant, and up to that number of the log.
 * `more` is false once something was not, `seq` the last that was looked at. ERR_DAMAGED, ERR_VERSION. */
int tally_fold_blocks(struct tally *tally, enum stream stream, const uint8_t *blocks, size_t len,
	const struct tally_until *until, uint64_t *seq, bool *more);
/* After begin only facts are folded, until the end counts every row once: at once, or some rows a call until it
 * says false, between which nothing is folded. For a start, and for another tally beside the running one. */
void tally_replay_begin(struct tally *tally);
void tally_replay_end(struct tally *tally);
bool tally_replay_end_some(struct tally *tally);

/* Why the configuration folded last was not taken (the one before it stays); NULL: it was. */
const char *tally_refusal(const struct tally *tally);

/* Every column, counter, count of events and mark, to the last digit. ERR_DIVERGED: `why` tells the
 * first difference. Both must have been made with the same options. */
int tally_equal(const struct tally *a, const struct tally *b, struct why *why);

/* query.h; the tally fills in query->marks. */
typedef int tally_answer_fn(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why);
tally_answer_fn tally_query, tally_compare, tally_forecast;
void tally_mark(const struct tally *tally, struct query *query); /* up to where it was folded */
/* The rows as they stand now, in pieces. The first is asked for before the tally changes, the others, if there
 * are any, after tally_explain_keep: then it may change, and end. Most answers are one piece. */
int tally_explain(const struct tally *tally, const struct query *query, struct explain **out,
	struct why *why);
void tally_explain_keep(const struct tally *tally, struct explain *explain);
/* Up to where each log was folded; hashes and times where it was folded by blocks. */
void tally_logs(const struct tally *tally, struct report_log out[STREAM_COUNT]);
/* What is counted, and how; until the next configuration is folded. */
const struct kpis *tally_kpis(const struct tally *tally);

/* What is counted from, as it is now: the caller's. */
struct facts *tally_facts(const struct tally *tally);

struct tally_stats {
	uint64_t marks[STREAM_COUNT];
	uint64_t events[STREAM_COUNT];     /* folded, of each log */
	uint64_t kinds[STREAM_COUNT][200]; /* by tag of Body */
	uint64_t unknown_kinds;            /* not known to this version */
	uint64_t unreadable;               /* no event, or a case number out of bounds */
	uint64_t outside;                  /* contributions on days before 2015 or after 2100 */
	uint64_t left_out;                 /* contradictions: facts_left_out */
	uint32_t rows[SOURCE_COUNT];
};
void tally_stats(const struct tally *tally, struct tally_stats *out);

#endif
