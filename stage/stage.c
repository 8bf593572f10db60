#include "stage/stage.h"

#include "lib/calendar.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "stage/stage_own.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 250, HELD_WAIT_MS = 5000, HELD_RETRY_MS = 100 };

/* ---- a turn ---- */

static void disk_watch(struct stage *stage)
{
	int err = store_poll(stage->store);
	if (err == ERR_MAP_FULL && !stage->failed) {
		log_error("map_full",
			"why=\"the log has reached map_size_mib=%u; raise it and start again\"",
			stage->config.map_size_mib);
		stage_stop(stage, err);
	} else if (err && err != ERR_DISK_FULL && !stage->failed) {
		log_error("log_failed", "reason=%s why=\"nothing more can be written\"",
			err_name(err));
		stage_stop(stage, err);
	}
	bool full = err == ERR_DISK_FULL;
	if (full && !stage->disk_full)
		log_error("disk_full",
			"why=\"nothing is lost; free some room and it goes on by itself\"");
	if (!full && stage->disk_full)
		log_info("disk_has_room", "waited=%zu", stage->replies_count);
	stage->disk_full = full;
}

/* Takes what had to wait for room. True: more is left than one block holds. */
static bool inputs_resume(struct stage *stage)
{
	bool left = door_http_resume(stage->http);
	for (size_t i = 0; i < stage->feed_count; i++)
		left |= feed_in_resume(stage->feeds_in[i]);
	return left;
}

void stage_turn(struct stage *stage)
{
	struct store *store = stage->store;
	stage_clock(stage);
	disk_watch(stage);
	bool left = inputs_resume(stage);
	bool works = door_http_work(stage->http);
	stage->part->turn(stage);
	store_flush(store, stage->now_ms);
	if (stage->trace.commit_count)
		trace_commits(&stage->trace, store);
	uint64_t durable = stage->part->durable(stage);
	if (durable != stage->flushed_seq) {
		log_debug("committed", "seq=%" PRIu64, durable);
		stage->flushed_seq = durable;
		dedupe_durable(stage->dedupe, durable);
		if (stage->daemon->on_durable)
			stage->daemon->on_durable(stage->ctx, durable);
		feed_out_durable(stage->feed_out);
	}
	if (works || (left && !store_full(store)))
		loop_wake(stage->waker); /* the next block fills while this one is written */
	door_push_pause(stage->push,
		store_full(store) || stage->replies_count >= stage->config.max_waiting);
	replies_send(stage);
	live_turn(stage);
	if (stage->daemon->turn)
		stage->daemon->turn(stage->ctx);
}

static void on_turn(void *arg)
{
	stage_turn(arg);
}

static void on_wake(void *arg)
{
	(void)arg; /* the turn that follows looks after it */
}

static void on_committed(void *arg)
{
	struct stage *stage = arg;
	loop_wake(stage->waker);
}

static int on_before_commit(void *arg)
{
	struct stage *stage = arg;
	return stage->daemon->before_commit ? stage->daemon->before_commit(stage->ctx) : 0;
}

static void on_tick(void *arg)
{
	struct stage *stage = arg;
	for (size_t i = 0; i < stage->feed_count; i++)
		feed_in_tick(stage->feeds_in[i]);
	feed_out_tick(stage->feed_out);
	stage_clock(stage);
	if (stage->daemon->tick)
		stage->daemon->tick(stage->ctx, stage->now_ms);
	stage->part->tick(stage);
}

/* ---- signals ---- */

static void on_stop(void *arg, int signal)
{
	log_info("stopping", "signal=%d", signal);
	stage_stop(arg, 0);
}

static int clients_reload(struct stage *stage, struct why *why)
{
	auto_buf struct buf errors = {0};
	struct clients fresh = {0};
	int err = clients_load(&fresh, stage->config.clients, &errors);
	if (err)
		return why_set(why, err, "%s", errors.len ? errors.data : err_title(err));
	clients_done(&stage->clients);
	stage->clients = fresh;
	return 0;
}

/* Each file by itself: what is right is taken, what is wrong leaves the old one in force. */
static void on_reload(void *arg, int signal)
{
	(void)signal;
	struct stage *stage = arg;
	struct why why = {""};
	stage_clock(stage);
	if (clients_reload(stage, &why) != 0)
		log_error("reload_refused", "file=clients why=\"%s\"", why.text);
	pages_reload(stage);
	if (stage->http && http_renew(stage->http->http, &why) != 0)
		log_error("reload_refused", "file=certificate why=\"%s\"", why.text);
	if (stage_configure(stage, &why) != 0)
		log_error("reload_refused", "file=configuration why=\"%s\"", why.text);
	if (stage->daemon->reload && stage->daemon->reload(stage->ctx, &why) != 0)
		log_error("reload_refused", "file=configuration why=\"%s\"", why.text);
	log_info("reloaded", "clients=%zu", stage->clients.count);
}

/* ---- opening and closing ---- */

/* What another process holds may be free in a moment: the one before us may be on its way out, or a wotctl that
 * reads the log. True: try again. */
static bool held_await(int err, int held, unsigned *waited_ms, const struct why *why)
{
	if (err != held || *waited_ms >= HELD_WAIT_MS)
		return false;
	if (!*waited_ms)
		log_warning(held == ERR_LOCKED ? "lock_awaited" : "address_awaited", "why=\"%s\"",
			why->text);
	usleep(1000 * HELD_RETRY_MS);
	*waited_ms += HELD_RETRY_MS;
	return true;
}

static int log_open(struct stage *stage, struct why *why)
{
	const struct daemon *daemon = stage->daemon;
	char holder[64];
	snprintf(holder, sizeof holder, "wot-%s", daemon->name);
	struct store_options options = {
		.backend = &store_folder,
		.dir = daemon->name,
		.holder = holder,
		.limit_mib = stage->config.map_size_mib,
		.before_commit = on_before_commit,
		.wake = on_committed,
		.arg = stage,
	};
	stage->part->store(stage, &options);
	unsigned waited_ms = 0;
	int err = store_open(&stage->store, &options, why);
	while (held_await(err, ERR_LOCKED, &waited_ms, why))
		err = store_open(&stage->store, &options, why);
	return err;
}

/* A connection is known by its key, so that what is revoked or given new keys is out at once. */
static const char *on_key(void *arg, const uint8_t key[BUS_KEY_LEN])
{
	static char user[BUS_KEY_TEXT];
	struct stage *stage = arg;
	stage->row_curve->received++;
	if (!clients_find(&stage->clients, CLIENT_CURVE, key, calendar_day_of(stage->now_ms))) {
		metric_refuse(stage->row_curve, ERR_UNAUTHENTICATED);
		return NULL;
	}
	stage->row_curve->accepted++;
	bus_key_print(key, user);
	return user;
}

static bool leaves_the_machine(const char *endpoint)
{
	return strncmp(endpoint, "tcp://", 6) == 0;
}

/* Whatever leaves the machine is under CURVE: our key, and who is let in. Before anything is bound. */
static int curve_open(struct stage *stage, struct why *why)
{
	const struct config *config = &stage->config;
	bool any = leaves_the_machine(config->push) || leaves_the_machine(config->feed);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		any |= leaves_the_machine(config_feed(config, stream));
	if (!any)
		return 0;
	stage->row_curve = metric_add(&stage->metrics, "door", "curve");
	bus_keys(stage->bus, on_key, stage);
	return keys_read(config->keys, stage->daemon->name, "key", stage->curve_secret, why);
}

static int doors_open(struct stage *stage, struct why *why)
{
	int err = curve_open(stage, why);
	if (!err)
		err = door_push_open(stage, why);
	if (!err)
		err = stage->part->feed_open(stage, why);
	for (size_t i = 0; i < stage->feed_count && !err; i++)
		err = feed_in_open(stage, i, why);
	if (!err)
		err = door_http_open(stage, why);
	if (!err)
		err = stats_open(stage, why);
	return err;
}

static void doors_close(struct stage *stage)
{
	door_http_close(&stage->http);
	live_close(stage);
	door_push_close(&stage->push);
	feed_out_close(&stage->feed_out);
	for (size_t i = 0; i < stage->feed_count; i++)
		feed_in_close(&stage->feeds_in[i]);
}

static int doors_open_patiently(struct stage *stage, struct why *why)
{
	unsigned waited_ms = 0;
	int err = doors_open(stage, why);
	while (held_await(err, ERR_ADDRESS, &waited_ms, why)) {
		stats_close(stage);
		doors_close(stage);
		err = doors_open(stage, why);
	}
	return err;
}

static int knowledge_open(struct stage *stage, struct why *why)
{
	const struct daemon *daemon = stage->daemon;
	int err = clients_reload(stage, why);
	if (!err)
		err = log_open(stage, why);
	if (!err && daemon->open)
		err = daemon->open(&stage->ctx, stage, why);
	if (err)
		return err;
	stage->state = stage->part->state_new(stage);
	err = stage->part->replay(stage, why);
	if (!err && daemon->ready)
		err = daemon->ready(stage->ctx, why);
	stage_clock(stage);
	stage->ticked_ms = stage->now_ms;
	if (!err)
		err = stage_configure(stage, why);
	return err;
}

static int loop_open(struct stage *stage, struct why *why)
{
	if (loop_new(&stage->loop) != 0 || bus_new(&stage->bus, stage->loop) != 0)
		return why_set(why, ERR_INTERNAL, "the event loop cannot be made");
	stage->waker = loop_waker_new(stage->loop, on_wake, stage);
	int err = 0;
	const int stops[] = {SIGTERM, SIGINT};
	for (size_t i = 0; i < 2 && !err; i++)
		err = loop_on_signal(stage->loop, stops[i], on_stop, stage);
	if (!err)
		err = loop_on_signal(stage->loop, SIGHUP, on_reload, stage);
	return err ? why_set(why, err, "signals cannot be watched") : 0;
}

int stage_open(struct stage **out, const struct daemon *daemon, const struct config *config,
	struct why *why)
{
	struct stage *stage = calloc(1, sizeof *stage);
	must(stage);
	stage->daemon = daemon;
	stage->part = daemon->core ? &part_decides : &part_counts;
	stage->config = *config;
	stage->started_us = clock_mono_us();
	stage->metrics.daemon = daemon->name;
	stage->dedupe = dedupe_new();
	stage->faults = calloc(1, sizeof *stage->faults);
	stage->decision = calloc(1, sizeof *stage->decision);
	must(stage->faults && stage->decision);
	stage->faults->arena = &stage->arena;
	stage->feeds = daemon_rows[stage_index(stage)].feeds;
	while (stage->feeds[stage->feed_count])
		stage->feed_count++;
	must(stage->feed_count <= FEEDS_MAX);

	int err = loop_open(stage, why);
	if (!err)
		err = knowledge_open(stage, why);
	if (!err)
		err = doors_open_patiently(stage, why);
	if (err) {
		stage_close(&stage);
		return err;
	}
	stage->ticker = loop_every(stage->loop, TICK_MS, on_tick, stage);
	loop_on_turn_end(stage->loop, on_turn, stage);
	*out = stage;
	return 0;
}

void stage_close(struct stage **at)
{
	struct stage *stage = *at;
	if (!stage)
		return;
	stage->stopping = true;
	stats_close(stage);
	if (stage->store)
		store_close(
			&stage->store); /* commits what is open; its waker must still be there */
	replies_drop(stage);
	doors_close(stage);
	if (stage->daemon->close && stage->ctx)
		stage->daemon->close(&stage->ctx);
	if (stage->state)
		stage->part->state_free(stage);
	if (stage->ticker)
		loop_timer_free(&stage->ticker);
	bus_free(&stage->bus);
	loop_free(&stage->loop);
	dedupe_free(&stage->dedupe);
	clients_done(&stage->clients);
	metrics_done(&stage->metrics);
	arena_done(&stage->arena);
	buf_done(&stage->packed);
	free(stage->faults);
	free(stage->decision);
	trace_off(&stage->trace);
	free(stage);
	*at = NULL;
}

/* What was decided before the signal becomes durable and is answered; nothing new is taken. */
static void stage_drain(struct stage *stage)
{
	uint64_t give_up_us = clock_mono_us() + 2000000;
	stage->stopping = true;
	while (stage->replies_first && !stage->disk_full && !stage->failed &&
		clock_mono_us() < give_up_us) {
		stage_turn(stage);
		uv_run(loop_uv(stage->loop), UV_RUN_NOWAIT);
	}
}

int stage_run(struct stage *stage)
{
	log_info("ready", "events=%" PRIu64 " ms=%" PRIu64, stage->part->durable(stage),
		(clock_mono_us() - stage->started_us) / 1000);
	loop_run(stage->loop);
	stage_drain(stage);
	return stage->failed;
}
