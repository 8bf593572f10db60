#include "daemons/aggregate/aggregate_own.h"

#include "figures/suppress/suppress.h"
#include "lib/clean.h"
#include "lib/log.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/role.h"
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

/* ---- names ---- */

static const char *on_label(void *arg, const char *dimension, const char *key)
{
	const struct aggregate *aggregate = arg;
	if (strcmp(dimension, "team") == 0)
		return mirror_team(aggregate->mirror, key);
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

void aggregate_query(const struct aggregate *aggregate, struct query *query)
{
	query->names = &aggregate->names;
	query->published = &aggregate->sources.published;
	query->complete_from = report_complete_from(stage_config(aggregate->stage));
}

int64_t aggregate_below(const struct aggregate *aggregate, unsigned role)
{
	return role_may_read(role) & READ_KPIS ? 0 : stage_config(aggregate->stage)->suppress_below;
}

int aggregate_figures(const struct aggregate *aggregate, unsigned role, const struct kpis *kpis,
	const struct query *query, struct figures *out, struct why *why)
{
	if (role_may_read(role) & READ_KPIS)
		return query_figures(kpis, query, out, why);
	return suppress_query(kpis, query, aggregate_below(aggregate, role), out, why);
}

/* ---- the running tally ---- */

/* What counts until the logs have said what does. */
static int definitions_read(
	struct aggregate *aggregate, const struct config *config, struct why *why)
{
	struct tally_options *options = &aggregate->options;
	int err = config_read_text(config->kpi, &aggregate->kpi_yaml, why);
	if (!err)
		err = report_sources_load(
			&aggregate->sources, config, aggregate->kpi_yaml.data, why);
	if (!err)
		err = config_read_text(config->calendar, &aggregate->calendar_yaml, why);
	options->kpi_yaml = aggregate->kpi_yaml.data;
	options->calendar_yaml = aggregate->calendar_yaml.data;
	options->phone_answer_seconds = config->phone_answer_seconds;
	options->phone_short_abandon_seconds = config->phone_short_abandon_seconds;
	randombytes_buf(options->secret, sizeof options->secret);
	return err;
}

static int files_read(struct aggregate *aggregate, const struct config *config, struct why *why)
{
	int err = lists_load(&aggregate->lists, config, why);
	return err ? err : definitions_read(aggregate, config, why);
}

static void files_done(struct aggregate *aggregate)
{
	buf_done(&aggregate->kpi_yaml);
	buf_done(&aggregate->calendar_yaml);
	lists_done(&aggregate->lists);
	report_sources_done(&aggregate->sources);
}

int aggregate_check(const struct config *config, struct why *why)
{
	struct aggregate looked = {0};
	int err = files_read(&looked, config, why);
	files_done(&looked);
	return err;
}

int aggregate_open(void **ctx, struct stage *stage, struct why *why)
{
	struct aggregate *aggregate = calloc(1, sizeof *aggregate);
	must(aggregate);
	aggregate->stage = stage;
	aggregate->mirror = mirror_new();
	aggregate->names =
		(struct figure_names){on_label, on_households, aggregate, &aggregate->lists.wards};
	*ctx = aggregate;
	int err = files_read(aggregate, stage_config(stage), why);
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
	mirror_free(aggregate->mirror);
	files_done(aggregate);
	free(aggregate);
	*ctx = NULL;
}

/* kpi.yaml and calendar.yaml come in with the logs of those who load them. */
int aggregate_reload(void *ctx, struct why *why)
{
	struct aggregate *aggregate = ctx;
	const struct config *config = stage_config(aggregate->stage);
	auto_buf struct buf kpi_yaml = {0};
	struct report_sources fresh = {0};
	int err = config_read_text(config->kpi, &kpi_yaml, why);
	if (!err)
		err = report_sources_load(&fresh, config, kpi_yaml.data, why);
	if (!err)
		err = lists_load(&aggregate->lists, config, why);
	report_sources_done(err ? &fresh : &aggregate->sources);
	if (!err)
		aggregate->sources = fresh;
	return err;
}

void aggregate_fold(void *ctx, size_t feed, const uint8_t *event, size_t len, uint64_t seq)
{
	struct aggregate *aggregate = ctx;
	tally_fold(aggregate->tally, (enum stream)feed, event, len, seq);
	if (event_kind(event, len) == WOT__V1__BODY__KIND_CONFIG_LOADED &&
		tally_refusal(aggregate->tally))
		log_error("definitions_refused", "log=%s seq=%" PRIu64 " why=\"%s\"",
			stream_names[feed], seq, tally_refusal(aggregate->tally));
	if (feed == STREAM_TRIAGE && !mirror_fold(aggregate->mirror, event, len))
		log_error("worklist_unknown", "log=%s seq=%" PRIu64, stream_names[feed], seq);
}

void aggregate_fold_replayed(void *ctx)
{
	struct aggregate *aggregate = ctx;
	tally_replay_end(aggregate->tally);
}

uint64_t aggregate_left_out(void *ctx)
{
	const struct aggregate *aggregate = ctx;
	struct tally_stats stats;
	tally_stats(aggregate->tally, &stats);
	return stats.left_out;
}
