/*
 * What operations see: the stats socket's commands that all daemons share, and /healthz.
 */
#include "lib/clock.h"
#include "lib/json_out.h"
#include "lib/log.h"
#include "proto/json.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static bool wants(char **args, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(args[i], word) == 0)
			return true;
	}
	return false;
}

static void http_refresh(struct door_http *door)
{
	struct http_stats now, *told = &door->told;
	http_stats(door->http, &now);
	door->row->requests += now.requests - told->requests;
	door->row->bytes_out += now.bytes_out - told->bytes_out;
	door->row->connects += now.connections - told->connections;
	door->row->timeouts += now.timeouts - told->timeouts;
	door->row->crowded += now.crowded - told->crowded;
	door->row->broken_off += now.broken_off - told->broken_off;
	door->row->turned_away += now.turned_away - told->turned_away;
	door->row->streams_dropped += now.dropped - told->dropped;
	door->row->connections = now.open;
	door->row->streams = now.streams;
	*told = now;
}

void stats_refresh(struct stage *stage)
{
	for (size_t i = 0; i < stage->feed_count; i++)
		feed_in_describe(stage->feeds_in[i], NULL);
	feed_out_describe(stage->feed_out, NULL);
	door_push_refresh(stage->push);
	if (stage->http)
		http_refresh(stage->http);
	struct store_stats store;
	store_stats(stage->store, &store);
	struct metric_row *row = stage->row_store;
	row->accepted = store.events;
	row->bytes = store.bytes;
	row->head = stage->part->durable(stage);
	row->lag = stage->part->last(stage) - row->head;
	row->left_out = stage->daemon->left_out ? stage->daemon->left_out(stage->ctx) : 0;
	row->commits = store.commits;
	row->disk_full_waits = store.disk_full_waits;
	row->waiting = stage->replies_count;
	row->oldest_ms = stage->replies_first
				 ? (clock_mono_us() - stage->replies_first->since_us) / 1000
				 : 0;
}

static void health_fill(struct stage *stage, Wot__V1__Health *out, struct arena *arena)
{
	int closed = stage_open_for_business(stage);
	const char *problem = closed ? err_title(closed) : NULL;
	for (size_t i = 0; i < stage->feed_count && !problem; i++)
		problem = feed_in_problem(stage->feeds_in[i]);
	if (!problem && stage->http && stage->http->deaf)
		problem = "The HTTP door does not accept";
	out->status = problem ? WOT__V1__HEALTH__STATUS__fail : WOT__V1__HEALTH__STATUS__pass;
	out->daemon = arena_printf(arena, "wot-%s", stage->daemon->name);
	out->problem = (char *)problem;
}

int get_health(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	struct stage *const *stage = knowledge;
	Wot__V1__Health *out = (void *)answer->message;
	health_fill(*stage, out, query->arena);
	answer->status = out->status == WOT__V1__HEALTH__STATUS__pass ? 200 : 503;
	return 0;
}

/* A row of `show info`: once, for people and for programs. */
struct info_out {
	struct buf *out;
	bool json;
};

static void info_text(struct info_out *info, const char *name, const char *value)
{
	if (info->json)
		json_out_text(info->out, name, value);
	else
		buf_printf(info->out, "%s: %s\n", name, value);
}

static void info_number(struct info_out *info, const char *name, uint64_t value)
{
	if (info->json)
		json_out_count(info->out, name, value);
	else
		buf_printf(info->out, "%s: %" PRIu64 "\n", name, value);
}

/* What was taken in and is not on disk yet: of its own log, or of the replicas that it keeps. */
static uint64_t open_events(const struct stage *stage)
{
	if (daemon_rows[stage_index(stage)].has_log)
		return store_last(stage->store) - store_durable(stage->store);
	uint64_t open = 0;
	for (size_t i = 0; i < stage->feed_count; i++) {
		struct store_head head;
		if (store_head(stage->store, stage->feeds[i], &head) == 0)
			open += stage->marks[i].head.seq - head.seq;
	}
	return open;
}

static int show_info(void *arg, char **args, size_t count, struct buf *out)
{
	struct stage *stage = arg;
	struct info_out info = {.out = out, .json = wants(args, count, "json")};
	struct store_stats store;
	store_stats(stage->store, &store);
	if (info.json)
		json_out_open(out, NULL, '{');
	info_text(&info, "daemon", stage->daemon->name);
	info_text(&info, "version", WOT_VERSION);
	info_text(&info, "municipality", stage->config.municipality);
	info_number(&info, "pid", (uint64_t)getpid());
	info_number(&info, "uptime_seconds", (clock_mono_us() - stage->started_us) / 1000000);
	if (daemon_rows[stage_index(stage)].has_log)
		info_number(&info, "head", store_durable(stage->store));
	info_number(&info, "open", open_events(stage));
	for (size_t i = 0; i < stage->feed_count; i++) {
		char name[64];
		snprintf(name, sizeof name, "read_%s", stage->feeds[i]);
		info_number(&info, name, stage->marks[i].head.seq);
	}
	info_number(&info, "replies_waiting", stage->replies_count);
	info_number(&info, "commits", store.commits);
	info_number(&info, "commit_us_last", store.commit_us_last);
	info_number(&info, "commit_us_max", store.commit_us_max);
	info_number(&info, "log_bytes", store.bytes_used);
	info_number(&info, "map_bytes", store.bytes_limit);
	info_number(&info, "disk_full_waits", store.disk_full_waits);
	info_text(&info, "disk_full", stage->disk_full ? "yes" : "no");
	info_text(&info, "maintenance", stage->maintenance ? "on" : "off");
	for (uint32_t kind = 0; kind < KIND_MAX; kind++) {
		if (!stage->kinds[kind])
			continue;
		char name[64];
		snprintf(name, sizeof name, "events_%s", event_kind_name(kind));
		info_number(&info, name, stage->kinds[kind]);
	}
	if (info.json)
		json_out_end(out, '}');
	return 0;
}

static int show_stat(void *arg, char **args, size_t count, struct buf *out)
{
	struct stage *stage = arg;
	stats_refresh(stage);
	if (wants(args, count, "csv"))
		metrics_csv(&stage->metrics, out);
	else if (wants(args, count, "json"))
		metrics_json(&stage->metrics, out);
	else
		metrics_text(&stage->metrics, out);
	return 0;
}

static int show_errors(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	struct stage *stage = arg;
	metrics_errors(&stage->metrics, out);
	for (size_t i = 0; i < stage->feed_count; i++) {
		const char *problem = feed_in_problem(stage->feeds_in[i]);
		if (problem)
			buf_printf(out, "feed %s\n", problem);
	}
	return 0;
}

static int show_peers(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	struct stage *stage = arg;
	for (size_t i = 0; i < stage->feed_count; i++)
		feed_in_describe(stage->feeds_in[i], out);
	feed_out_describe(stage->feed_out, out);
	return 0;
}

static int show_health(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	auto_arena struct arena arena = {0};
	Wot__V1__Health health = WOT__V1__HEALTH__INIT;
	health_fill(arg, &health, &arena);
	json_from_message(&health.base, out);
	buf_char(out, '\n');
	return 0;
}

static int show_config(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	struct stage *stage = arg;
	config_print(&stage->config, out);
	return 0;
}

static void metrics_print(struct stage *stage, struct buf *out)
{
	stats_refresh(stage);
	metrics_open(&stage->metrics, out);
	buf_text(out, "# EOF\n");
}

int get_metrics(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)query;
	(void)why;
	struct stage *const *stage = knowledge;
	metrics_print(*stage, answer->text);
	return 0;
}

static int show_metrics(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	metrics_print(arg, out);
	return 0;
}

static int show_version(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	const struct stage *stage = arg;
	buf_printf(out, "wot-%s %s\n", stage->daemon->name, WOT_VERSION);
	return 0;
}

static int set_log_level(void *arg, char **args, size_t count, struct buf *out)
{
	(void)arg;
	enum log_level level;
	if (count != 1 || log_level_parse(args[0], &level) != 0) {
		buf_text(out, "set log-level debug|info|warning|error\n");
		return ERR_USAGE;
	}
	log_set_level(level);
	return 0;
}

static void follow_say(const struct stage *stage, const char *asked, struct buf *out)
{
	log_asked("trace", "following=%s", asked);
	buf_printf(out, "wot-%s follows %s in its log, until `trace off`\n", stage->daemon->name,
		asked);
}

static int follow_ref(void *arg, char **args, size_t count, struct buf *out)
{
	struct stage *stage = arg;
	if (count != 1 || trace_ref(&stage->trace, args[0]) != 0) {
		buf_text(out, "trace ref CLIENT/REF: the name of a client, and its externalRef\n");
		return ERR_USAGE;
	}
	follow_say(stage, args[0], out);
	return 0;
}

static int follow_case(void *arg, char **args, size_t count, struct buf *out)
{
	struct stage *stage = arg;
	if (count != 1 || trace_case(&stage->trace, args[0]) != 0) {
		buf_text(out, "trace case ID: a case number, such as 2025-000123\n");
		return ERR_USAGE;
	}
	follow_say(stage, args[0], out);
	return 0;
}

static int follow_nothing(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	struct stage *stage = arg;
	if (count) {
		buf_text(out, "trace off\n");
		return ERR_USAGE;
	}
	trace_off(&stage->trace);
	log_asked("trace", "following=nothing");
	return 0;
}

static int set_maintenance(void *arg, char **args, size_t count, struct buf *out)
{
	struct stage *stage = arg;
	bool on = count == 1 && strcmp(args[0], "on") == 0;
	if (!on && (count != 1 || strcmp(args[0], "off") != 0)) {
		buf_text(out, "set maintenance on|off\n");
		return ERR_USAGE;
	}
	stage->maintenance = on;
	log_info("maintenance", "on=%s", on ? "yes" : "no");
	return 0;
}

static int clear_counters(void *arg, char **args, size_t count, struct buf *out)
{
	(void)args;
	(void)count;
	(void)out;
	struct stage *stage = arg;
	metrics_clear(&stage->metrics);
	return 0;
}

static const struct ctl_command commands[] = {
	{"show info", "[json]", "version, heads, sizes, events by kind", false, .run = show_info},
	{"show stat", "[csv|json]", "a row an input, door and feed", false, .run = show_stat},
	{"show errors", "", "refusals by door and reason, feeds that stand still", false,
		.run = show_errors},
	{"show peers", "", "who reads this log, and whose logs are read here", false,
		.run = show_peers},
	{"show health", "", "what /healthz says", false, .run = show_health},
	{"show config", "", "the settings in force", false, .run = show_config},
	{"show metrics", "", "OpenMetrics text", false, .run = show_metrics},
	{"show version", "", "name and version", false, .run = show_version},
	{"set log-level", "LEVEL", "error, warning, info or debug: with each block and refusal",
		true, .run = set_log_level},
	{"trace ref", "CLIENT/REF", "follow what came in under it, in this daemon's log", true,
		.run = follow_ref},
	{"trace case", "ID", "follow all that concerns a case", true, .run = follow_case},
	{"trace off", "", "follow nothing", true, .run = follow_nothing},
	{"set maintenance", "on|off", "refuse new submissions with 503", true,
		.run = set_maintenance},
	{"clear counters", "", "set the counters of show stat to 0", true, .run = clear_counters},
};

enum { COMMON = sizeof commands / sizeof *commands };

int stats_open(struct stage *stage, struct why *why)
{
	stage->row_store = metric_add(&stage->metrics, "store", stage->daemon->name);
	size_t own = 0;
	while (stage->daemon->commands && stage->daemon->commands[own].words)
		own++;
	stage->commands = calloc(COMMON + own + 1, sizeof *stage->commands);
	must(stage->commands);
	memcpy(stage->commands, commands, sizeof commands);
	for (size_t i = 0; i < own; i++)
		stage->commands[COMMON + i] = stage->daemon->commands[i];
	char path[64];
	snprintf(path, sizeof path, "%s.sock", stage->daemon->name);
	int err = ctl_open(&stage->ctl, stage->loop, path, false, stage->commands, stage, why);
	snprintf(path, sizeof path, "%s.admin.sock", stage->daemon->name);
	return err ? err
		   : ctl_open(&stage->admin, stage->loop, path, true, stage->commands, stage, why);
}

void stats_close(struct stage *stage)
{
	if (stage->ctl)
		ctl_close(&stage->ctl);
	if (stage->admin)
		ctl_close(&stage->admin);
	free(stage->commands);
	stage->commands = NULL;
}
