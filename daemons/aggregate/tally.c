#include "daemons/aggregate/tally.h"

#include "kpi/yaml/kpi_yaml.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "proto/wire.h"
#include "store/block.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct tally {
	struct facts *facts;
	struct kpis *kpis;
	char *kpi_yaml;
	struct closing closing;
	uint32_t phone_answer_seconds, phone_short_abandon_seconds;
	bool replaying;
	struct why refusal;
	struct wire_plan *recorded;
	uint64_t marks[STREAM_COUNT], events[STREAM_COUNT];
	uint64_t kinds[STREAM_COUNT][KIND_MAX];
	uint64_t unknown_kinds, unreadable;
	struct report_log logs[STREAM_COUNT]; /* the last whole block of each */
	struct kept **kept; /* what is read of the state as it is; NULL: nobody began to */
};

_Static_assert(sizeof((struct tally_stats){0}.kinds) == sizeof((struct tally){0}.kinds),
	"stats hold every kind");

/* ---- definitions ---- */

static const char kpi_name[] = "kpi.yaml", calendar_name[] = "calendar.yaml";

static int kpis_of(const struct tally *tally, const struct facts *facts, const char *kpi_yaml,
	struct kpis **out, struct why *why)
{
	const struct kpi_settings settings = {.phone_answer_seconds = tally->phone_answer_seconds,
		.phone_short_abandon_seconds = tally->phone_short_abandon_seconds,
		.closing = tally->closing};
	auto_buf struct buf errors = {0};
	int err = kpis_load(out, facts, kpi_yaml, kpi_name, &settings, &errors);
	return err ? why_set(why, err, "%s", errors.data ? errors.data : "") : 0;
}

/* The same facts by other definitions. */
static int tally_define(struct tally *tally, const char *kpi_yaml, struct why *why)
{
	struct kpis *kpis;
	int err = kpis_of(tally, tally->facts, kpi_yaml, &kpis, why);
	if (err)
		return err;
	if (!tally->replaying) {
		kpis_count_all(kpis);
		facts_on_change(tally->facts, kpis_post, kpis);
	}
	kpis_free(tally->kpis);
	tally->kpis = kpis;
	return 0;
}

/* A daemon that starts for the first time loads what is there: mostly what counts already. */
static int take_kpis(struct tally *tally, const char *text, struct why *why)
{
	if (tally->kpi_yaml && !strcmp(text, tally->kpi_yaml))
		return 0;
	int err = tally_define(tally, text, why);
	if (err)
		return err;
	free(tally->kpi_yaml);
	tally->kpi_yaml = strdup(text);
	must(tally->kpi_yaml);
	return 0;
}

static bool is_same_closing(const struct closing *a, const struct closing *b)
{
	return a->count == b->count &&
	       (!a->count || !memcmp(a->days, b->days, a->count * sizeof *a->days));
}

static int take_calendar(struct tally *tally, const char *text, struct why *why)
{
	auto_buf struct buf errors = {0};
	struct closing closing;
	int err = closing_parse(&closing, text, strlen(text), calendar_name, &errors);
	if (err)
		return why_set(why, err, "%s", errors.data ? errors.data : "");
	bool same = is_same_closing(&closing, &tally->closing);
	closing_done(&tally->closing);
	tally->closing = closing;
	return tally->kpi_yaml && !same ? tally_define(tally, tally->kpi_yaml, why) : 0;
}

/* Each from the log of the daemon that checks and loads it. */
static void config_fold(struct tally *tally, enum stream stream, const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	const Wot__V1__Event *event = event_unpack(bytes, len, &arena);
	bool is_one = event && event->body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED;
	const Wot__V1__ConfigLoaded *loaded = is_one ? event->body->config_loaded : NULL;
	struct why why = {""};
	if (loaded && stream == STREAM_CASE && !strcmp(loaded->name, kpi_name))
		take_kpis(tally, loaded->content, &why);
	else if (loaded && stream == STREAM_TRIAGE && !strcmp(loaded->name, calendar_name))
		take_calendar(tally, loaded->content, &why);
	tally->refusal = why;
}

const char *tally_refusal(const struct tally *tally)
{
	return tally->refusal.text[0] ? tally->refusal.text : NULL;
}

/* ---- events ---- */

int tally_new(struct tally **out, const struct tally_options *options, struct why *why)
{
	struct tally *tally = calloc(1, sizeof *tally);
	must(tally);
	tally->facts = facts_new(options->secret);
	tally->kept = calloc(1, sizeof *tally->kept);
	must(tally->kept);
	const char *const recorded = "recorded_at", *unknown;
	tally->recorded = wire_plan_new(&wot__v1__event__descriptor, &recorded, 1, &unknown);
	must(tally->recorded);
	tally->phone_answer_seconds = options->phone_answer_seconds;
	tally->phone_short_abandon_seconds = options->phone_short_abandon_seconds;
	int err = options->calendar_yaml ? take_calendar(tally, options->calendar_yaml, why) : 0;
	if (!err)
		err = take_kpis(tally, options->kpi_yaml, why);
	if (err)
		tally_free(tally);
	else
		*out = tally;
	return err;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	kept_leave(tally->kept);
	free(tally->kept);
	kpis_free(tally->kpis);
	facts_free(tally->facts);
	wire_plan_free(tally->recorded);
	closing_done(&tally->closing);
	free(tally->kpi_yaml);
	free(tally);
}

void tally_fold(
	struct tally *tally, enum stream stream, const uint8_t *event, size_t len, uint64_t seq)
{
	uint32_t kind = event_kind(event, len);
	kept_leave(tally->kept);
	if (kind < KIND_MAX)
		tally->kinds[stream][kind]++;
	if (!event_kind_name(kind))
		tally->unknown_kinds++;
	if (facts_fold(tally->facts, stream, kind, event, len, seq))
		tally->unreadable++;
	if (kind == WOT__V1__BODY__KIND_CONFIG_LOADED)
		config_fold(tally, stream, event, len);
	tally->events[stream]++;
	tally->marks[stream] = seq;
}

/* A log never goes back in time: what follows the first event that is too late is too late as well. */
static bool was_recorded(const struct tally *tally, const struct block_cursor *c, int64_t until_ms)
{
	struct wire_value at;
	return wire_read(tally->recorded, c->event, c->len, &at) != 0 ||
	       (int64_t)at.number < until_ms;
}

int tally_fold_blocks(struct tally *tally, enum stream stream, const uint8_t *blocks, size_t len,
	const struct tally_until *until, uint64_t *seq, bool *more)
{
	*more = true;
	for (size_t at = 0; at < len && *more;) {
		struct block block;
		int err = block_check(blocks + at, len - at, &block);
		if (err)
			return err;
		bool whole = block.written_at_ms < until->ms;
		for (struct block_cursor c = block_events(&block); *more && block_next(&c);) {
			*more = c.seq <= until->seqs[stream] &&
				(whole || was_recorded(tally, &c, until->ms));
			if (*more)
				tally_fold(tally, stream, c.event, c.len, *seq = c.seq);
		}
		if (*more) {
			tally->logs[stream].written_at_ms = block.written_at_ms;
			memcpy(tally->logs[stream].hash, block.hash, REPORT_HASH_LEN);
		}
		at += block.size;
	}
	return 0;
}

void tally_replay_begin(struct tally *tally)
{
	tally->replaying = true;
	facts_on_change(tally->facts, NULL, NULL);
}

bool tally_replay_end_some(struct tally *tally)
{
	if (tally->replaying)
		kpis_count_begin(tally->kpis);
	tally->replaying = false;
	if (kpis_count_some(tally->kpis))
		return true;
	facts_on_change(tally->facts, kpis_post, tally->kpis);
	return false;
}

void tally_replay_end(struct tally *tally)
{
	while (tally_replay_end_some(tally))
		;
}

int tally_equal(const struct tally *a, const struct tally *b, struct why *why)
{
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		if (a->marks[stream] != b->marks[stream])
			return why_set(why, ERR_DIVERGED,
				"%s: folded up to %" PRIu64 " here, %" PRIu64 " there",
				stream_names[stream], a->marks[stream], b->marks[stream]);
		for (uint32_t kind = 0; kind < KIND_MAX; kind++) {
			if (a->kinds[stream][kind] == b->kinds[stream][kind])
				continue;
			const char *name = event_kind_name(kind);
			return why_set(why, ERR_DIVERGED,
				"%s: %" PRIu64 " events %s here, %" PRIu64 " there",
				stream_names[stream], a->kinds[stream][kind],
				name ? name : "of no known kind", b->kinds[stream][kind]);
		}
	}
	if (a->unreadable != b->unreadable)
		return why_set(why, ERR_DIVERGED,
			"%" PRIu64 " events could not be read here, %" PRIu64 " there",
			a->unreadable, b->unreadable);
	if (facts_left_out(a->facts) != facts_left_out(b->facts))
		return why_set(why, ERR_DIVERGED,
			"%" PRIu64 " contradictions are left out here, %" PRIu64 " there",
			facts_left_out(a->facts), facts_left_out(b->facts));
	int err = facts_equal(a->facts, b->facts, why);
	return err ? err : kpis_equal(a->kpis, b->kpis, why);
}

/* ---- answers ---- */

void tally_mark(const struct tally *tally, struct query *query)
{
	memcpy(query->marks, tally->marks, sizeof query->marks);
}

int tally_query(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why)
{
	struct query marked = *query;
	tally_mark(tally, &marked);
	return query_kpi(tally->kpis, &marked, out, why);
}

void tally_logs(const struct tally *tally, struct report_log out[STREAM_COUNT])
{
	memcpy(out, tally->logs, sizeof tally->logs);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		out[stream].seq = tally->marks[stream];
}

struct facts *tally_facts(const struct tally *tally)
{
	return facts_share(tally->facts);
}

const struct kpis *tally_kpis(const struct tally *tally)
{
	return tally->kpis;
}

int tally_explain(
	const struct tally *tally, const struct query *query, struct explain **out, struct why *why)
{
	return explain_open(out, tally->kpis, query, why);
}

/* Who begins to read before anything else is folded reads the same. */
void tally_explain_keep(const struct tally *tally, struct explain *explain)
{
	struct kpis *kpis;
	struct why why;
	if (!*tally->kept) {
		struct facts *facts = tally_facts(tally);
		int err = kpis_of(tally, facts, tally->kpi_yaml, &kpis, &why);
		must(!err && "what counts is well-defined");
		*tally->kept = kept_new(facts, kpis);
	}
	explain_keep(explain, kept_use(*tally->kept));
}

int tally_compare(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why)
{
	struct query marked = *query;
	tally_mark(tally, &marked);
	return query_compare(tally->kpis, &marked, out, why);
}

int tally_forecast(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why)
{
	return query_forecast(tally->kpis, query, out, why);
}

void tally_stats(const struct tally *tally, struct tally_stats *out)
{
	*out = (struct tally_stats){
		.unknown_kinds = tally->unknown_kinds,
		.unreadable = tally->unreadable,
		.outside = kpis_outside(tally->kpis),
		.left_out = facts_left_out(tally->facts),
	};
	memcpy(out->marks, tally->marks, sizeof out->marks);
	memcpy(out->events, tally->events, sizeof out->events);
	memcpy(out->kinds, tally->kinds, sizeof out->kinds);
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		out->rows[source] = facts_table(tally->facts, source)->rows;
}
