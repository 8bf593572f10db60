#include "daemons/aggregate/tally.h"

#include "daemons/aggregate/kpi_yaml.h"
#include "lib/clean.h"
#include "proto/event.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct tally {
	struct facts *facts;
	struct kpis *kpis;
	uint64_t marks[STREAM_COUNT], events[STREAM_COUNT];
	uint64_t kinds[STREAM_COUNT][KIND_MAX];
	uint64_t unknown_kinds, unreadable;
};

_Static_assert(sizeof((struct tally_stats){0}.kinds) == sizeof((struct tally){0}.kinds),
	"stats hold every kind");

static int kpis_new(struct kpis **out, const struct facts *facts,
	const struct tally_options *options, struct why *why)
{
	const struct row_constant constants[] = {
		{"phone_answer_seconds", (int32_t)(options->phone_answer_seconds & INT32_MAX)}};
	auto_buf struct buf errors = {0};
	int err =
		kpis_load(out, facts, options->kpi_yaml, options->file_name, constants, 1, &errors);
	return err ? why_set(why, err, "%s", errors.data ? errors.data : "") : 0;
}

int tally_new(struct tally **out, const struct tally_options *options, struct why *why)
{
	struct tally *tally = calloc(1, sizeof *tally);
	must(tally);
	tally->facts = facts_new(options->secret);
	int err = kpis_new(&tally->kpis, tally->facts, options, why);
	if (err) {
		tally_free(tally);
		return err;
	}
	facts_on_change(tally->facts, kpis_post, tally->kpis);
	*out = tally;
	return 0;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	kpis_free(tally->kpis);
	facts_free(tally->facts);
	free(tally);
}

int tally_reload(struct tally *tally, const struct tally_options *options, struct why *why)
{
	struct kpis *kpis;
	int err = kpis_new(&kpis, tally->facts, options, why);
	if (err)
		return err;
	kpis_count_all(kpis);
	facts_on_change(tally->facts, kpis_post, kpis);
	kpis_free(tally->kpis);
	tally->kpis = kpis;
	return 0;
}

void tally_fold(
	struct tally *tally, enum stream stream, const uint8_t *event, size_t len, uint64_t seq)
{
	uint32_t kind = event_kind(event, len);
	if (kind < KIND_MAX)
		tally->kinds[stream][kind]++;
	if (!event_kind_name(kind))
		tally->unknown_kinds++;
	if (facts_fold(tally->facts, stream, kind, event, len, seq))
		tally->unreadable++;
	tally->events[stream]++;
	tally->marks[stream] = seq;
}

void tally_replay_begin(struct tally *tally)
{
	facts_on_change(tally->facts, NULL, NULL);
}

void tally_replay_end(struct tally *tally)
{
	kpis_count_all(tally->kpis);
	facts_on_change(tally->facts, kpis_post, tally->kpis);
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
	int err = facts_equal(a->facts, b->facts, why);
	return err ? err : kpis_equal(a->kpis, b->kpis, why);
}

int tally_query(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why)
{
	struct query marked = *query;
	memcpy(marked.marks, tally->marks, sizeof marked.marks);
	return query_kpi(tally->kpis, &marked, out, why);
}

int tally_explain(
	const struct tally *tally, const struct query *query, struct buf *out, struct why *why)
{
	return query_explain(tally->kpis, query, out, why);
}

void tally_stats(const struct tally *tally, struct tally_stats *out)
{
	*out = (struct tally_stats){
		.unknown_kinds = tally->unknown_kinds,
		.unreadable = tally->unreadable,
		.outside = kpis_outside(tally->kpis),
	};
	memcpy(out->marks, tally->marks, sizeof out->marks);
	memcpy(out->events, tally->events, sizeof out->events);
	memcpy(out->kinds, tally->kinds, sizeof out->kinds);
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		out->rows[source] = facts_table(tally->facts, source)->rows;
}
