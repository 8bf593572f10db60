#include "tests/sim/run.h"

#include "lib/calendar.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "stage/stage_own.h"
#include "tests/sim/agenda.h"
#include "tests/sim/check.h"
#include "tests/sim/fail.h"
#include "tests/sim/fake_bus.h"
#include "tests/sim/fake_loop.h"
#include "tests/sim/files.h"
#include "tests/sim/model.h"
#include "tests/sim/retell.h"
#include "tests/sim/town.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* Told again, every one takes half as long again. */
enum { RETOLD_EACH = 3 };

#define DAY_MS INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

/* Chance of its own for each part, so that one more draw here changes no city. */
static struct {
	struct rng chaos, random;
	int pace;             /* turns after each errand, at most */
	int weights[MEMBERS]; /* how often each gets a turn */
	bool ending;          /* no more trouble */
	unsigned doomed;      /* members that die with what they have just decided */
	struct run_stats *stats;
} run;

static uint64_t draw(void)
{
	return rng_next(&run.random);
}

/* ---- down, and up again ---- */

static void start_again(void *arg)
{
	enum member member = (enum member)(intptr_t)arg;
	if (house.stages[member])
		return;
	sim_tell("%s starts", member_names[member]);
	house_start(member);
}

/* For seconds, or for days. */
static void start_plan(enum member member)
{
	struct rng *rng = &run.chaos;
	int64_t down_ms = rng_chance(rng, 60) ? rng_below(rng, 3000)
					      : rng_skewed(rng, 1, 3 * 1440) * MINUTE_MS;
	agenda_add(clock_now_ms() + down_ms, start_again, (void *)(intptr_t)member);
}

static void member_kill(enum member member, bool lands)
{
	if (!house.stages[member])
		return;
	sim_tell("%s is killed%s", member_names[member], lands ? ", its commit lands" : "");
	house_kill(member, lands);
	run.stats->kills++;
	start_plan(member);
}

static void member_stop(enum member member)
{
	if (!house.stages[member])
		return;
	sim_tell("%s stops", member_names[member]);
	house_stop(member);
	run.stats->stops++;
	start_plan(member);
}

/* What is decided seldom is seldom on its way to disk when a kill comes. */
static bool is_rare(Wot__V1__Body__KindCase kind)
{
	return kind == WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT ||
	       kind == WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST ||
	       kind == WOT__V1__BODY__KIND_CASE_BECAME_CONTACT ||
	       kind == WOT__V1__BODY__KIND_ADVICE_VOIDED ||
	       kind == WOT__V1__BODY__KIND_CALL_CAPPED || kind == WOT__V1__BODY__KIND_CONFIG_LOADED;
}

static void on_event(enum member member, const Wot__V1__Event *event, uint64_t seq)
{
	model_event(member, event, seq);
	if (!house.stages[member] || run.ending)
		return; /* it starts, and is told what it knows */
	int of_1000 = is_rare(event->body->kind_case) ? 50 : 1;
	if (rng_below(&run.chaos, 1000) < of_1000)
		run.doomed |= 1u << member;
}

static void doomed_kill(void)
{
	for (enum member member = 0; run.doomed && member < MEMBERS; member++)
		if (run.doomed >> member & 1)
			member_kill(member, false);
	run.doomed = 0;
}

/* ---- turns ---- */

static enum member member_draw(void)
{
	int sum = 0;
	for (enum member member = 0; member < MEMBERS; member++)
		sum += run.weights[member];
	int at = rng_below(&run.chaos, sum);
	for (enum member member = 0; member < MEMBERS; member++) {
		at -= run.weights[member];
		if (at < 0)
			return member;
	}
	return AGGREGATE;
}

/* Somebody sets the clock right. Not about midnight: what is written as of which day must stay clear. */
static void clock_go(void)
{
	struct rng *rng = &run.chaos;
	int64_t into_day_ms = clock_now_ms() - calendar_day_start(calendar_day_of(clock_now_ms()));
	fake_clock_pass((uint64_t)rng_skewed(rng, 0, 400));
	if (rng_below(rng, 500) == 0 && into_day_ms > 60 * MINUTE_MS &&
		into_day_ms < 23 * 60 * MINUTE_MS)
		fake_clock_set_back((uint64_t)rng_below(rng, 60000));
}

static void turns_run(int count)
{
	struct rng *rng = &run.chaos;
	doomed_kill();
	for (; count > 0; count--) {
		clock_go();
		enum member member = member_draw();
		size_t messages = (size_t)rng_below(rng, 5);
		house_turn(member, messages, rng_chance(rng, 60));
		doomed_kill();
	}
	const char *problem = house_problem();
	sim_check(!problem, "%s", problem);
}

/* Some weeks all goes fast, in others this one or that lags behind. */
static void pace_draw(void)
{
	struct rng *rng = &run.chaos;
	run.pace = rng_chance(rng, 40) ? rng_range(rng, 1, 2) : rng_range(rng, 3, 25);
	for (enum member member = 0; member < MEMBERS; member++)
		run.weights[member] = rng_chance(rng, 25) ? 1 : rng_range(rng, 2, 12);
}

/* ---- trouble ---- */

static void members_down(void)
{
	uint64_t who = rng_chance(&run.chaos, 70) ? UINT64_C(1) << rng_below(&run.chaos, MEMBERS)
						  : rng_next(&run.chaos);
	for (enum member member = 0; member < MEMBERS; member++) {
		if (!(who >> member & 1))
			continue;
		if (rng_chance(&run.chaos, 20))
			member_stop(member);
		else
			member_kill(member, rng_chance(&run.chaos, 50));
	}
}

struct link {
	enum member member;
	char endpoint[64];
};

static struct link link_draw(void)
{
	struct link link = {.member = (enum member)rng_below(&run.chaos, MEMBERS)};
	enum member of = (enum member)rng_below(&run.chaos, AGGREGATE);
	snprintf(link.endpoint, sizeof link.endpoint, "ipc://%s.feed", member_names[of]);
	return link;
}

static void link_release(void *arg)
{
	struct link *link = arg;
	if (house.stages[link->member])
		fake_bus_hold(house_loop(link->member), link->endpoint, false);
	free(link);
}

static void link_trouble(void)
{
	struct link link = link_draw();
	if (!house.stages[link.member])
		return;
	if (rng_chance(&run.chaos, 40)) {
		fake_bus_break(house_loop(link.member), link.endpoint);
		run.stats->breaks++;
		return;
	}
	struct link *held = malloc(sizeof *held);
	must(held);
	*held = link;
	sim_tell("%s does not hear %s", member_names[link.member], link.endpoint);
	fake_bus_hold(house_loop(link.member), link.endpoint, true);
	agenda_add(clock_now_ms() + rng_skewed(&run.chaos, 1, 14 * 1440) * MINUTE_MS, link_release,
		held);
	run.stats->holds++;
}

static void disk_release(void *arg)
{
	fake_disk_fill(member_names[(intptr_t)arg], false);
}

static void disk_trouble(void)
{
	intptr_t member = rng_below(&run.chaos, MEMBERS);
	sim_tell("the disk of %s is full", member_names[member]);
	fake_disk_fill(member_names[member], true);
	agenda_add(clock_now_ms() + rng_skewed(&run.chaos, 1, 3 * 1440) * MINUTE_MS, disk_release,
		(void *)member);
	run.stats->fills++;
}

/* ---- what they decide by ---- */

/* What is right is in force at once wherever it is read, what is wrong nowhere. */
static void files_check(enum file broken)
{
	for (enum member member = 0; member < AGGREGATE; member++) {
		for (enum file file = 0; house.stages[member] && file < FILES; file++) {
			const char *loaded = model_config(member, file_names[file]);
			sim_check(!loaded || (strcmp(loaded, file_text(file)) == 0) ==
						     (file != broken),
				"%s: %s is %s force", member_names[member], file_names[file],
				file == broken ? "wrong and in" : "right and not in");
		}
	}
}

static void reload(void)
{
	static const int chances[FILES] = {70, 15, 35, 25};
	struct rng *rng = &run.chaos;
	enum file broken = rng_chance(rng, 20) ? (enum file)rng_below(rng, FILES) : FILES;
	for (enum file file = 0; file < FILES; file++)
		if (file == broken || rng_chance(rng, chances[file]))
			file_draw(file, rng, file == broken);
	sim_tell("other files%s%s", broken == FILES ? "" : ", wrong is ",
		broken == FILES ? "" : file_names[broken]);
	house_configure();
	files_check(broken);
	run.stats->reloads++;
	if (broken == FILES)
		return;
	/* Nothing starts with a mistake in it; it is put right before the night. */
	file_draw(broken, rng, false);
	house_configure();
	files_check(FILES);
}

static void trouble(void *arg)
{
	(void)arg;
	struct rng *rng = &run.chaos;
	if (run.ending)
		return;
	int what = rng_below(rng, 100);
	if (what < 40)
		members_down();
	else if (what < 65)
		link_trouble();
	else if (what < 72)
		disk_trouble();
	else if (what < 80)
		reload();
	else
		pace_draw();
	agenda_add(clock_now_ms() + rng_skewed(rng, 1, 80 * 1440) * MINUTE_MS, trouble, NULL);
}

/* ---- looking ---- */

static void look(void *arg)
{
	(void)arg;
	if (run.ending)
		return;
	check_now((enum member)rng_below(&run.chaos, AGGREGATE));
	run.stats->checks++;
	agenda_add(clock_now_ms() + rng_range(&run.chaos, 150, 500) * DAY_MS, look, NULL);
}

static void all_well(void)
{
	static const char *const endpoints[] = {
		"ipc://intake.feed", "ipc://triage.feed", "ipc://case.feed"};
	for (enum member member = 0; member < MEMBERS; member++) {
		fake_disk_fill(member_names[member], false);
		start_again((void *)(intptr_t)member);
		for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
			fake_bus_hold(house_loop(member), endpoints[i], false);
	}
}

static void settle(void)
{
	all_well();
	bool settled = house_settle();
	const char *problem = house_problem();
	sim_check(!problem, "%s", problem);
	sim_check(settled, "the daemons do not come to rest");
}

/* On an evening when everybody has read everything, to be asked for again at the end. */
static void evening_look(int64_t next_ms)
{
	int64_t midnight_ms = calendar_day_start(calendar_day_of(clock_now_ms()) + 1);
	if (next_ms < midnight_ms || clock_now_ms() > midnight_ms - 30 * MINUTE_MS ||
		run.stats->day_ends >= 1 || !rng_chance(&run.chaos, 1))
		return;
	fake_clock_sleep(midnight_ms - 20 * MINUTE_MS, 100);
	settle();
	agenda_next(&next_ms);
	if (next_ms < midnight_ms)
		return;
	sim_tell("all is quiet");
	check_quiet();
	check_day_ends();
	run.stats->day_ends++;
}

/* ---- a seed ---- */

static void run_open(uint64_t seed, struct run_stats *stats)
{
	run.chaos = rng_of(seed, CHANCE_LIFE, 0, 0);
	run.random = rng_of(seed, CHANCE_TRAITS, 0, 0);
	run.stats = stats;
	files_open(&run.chaos);
	pace_draw();
	house.random = draw;
	house.on_event = on_event;
	house.on_forget = model_forget;
	fake_disks_open(draw);
	house_open();
}

static void run_days(void)
{
	int64_t due_ms;
	while (agenda_next(&due_ms)) {
		evening_look(due_ms);
		agenda_next(&due_ms);
		fake_clock_sleep(due_ms, (uint64_t)rng_skewed(&run.chaos, 0, 1500));
		run.ending = calendar_day_of(due_ms) > town.to_day;
		agenda_do();
		turns_run(rng_range(&run.chaos, 0, run.pace));
		if (run.ending)
			all_well();
	}
}

static void run_close(void)
{
	house_close();
	for (enum member member = 0; member < MEMBERS; member++)
		model_forget(member);
	clerk_close();
	town_end();
	check_done();
	agenda_clear();
	fake_disks_close();
	files_close();
}

static void on_logged(void *arg, const uint8_t *event, size_t len, uint64_t seq)
{
	struct run_stats *stats = arg;
	uint64_t of = 0;
	crypto_generichash((uint8_t *)&of, sizeof of, event, len, NULL, 0);
	stats->hash = (stats->hash ^ of) * UINT64_C(0x9e3779b97f4a7c15) + seq;
	stats->said[event_kind(event, len)]++;
}

static void logs_count(void)
{
	for (enum member member = 0; member < AGGREGATE; member++) {
		run.stats->events += fake_disk_head(member_names[member], member_names[member]);
		fake_disk_events(
			member_names[member], member_names[member], false, on_logged, run.stats);
	}
	memcpy(run.stats->lost, house.lost, sizeof house.lost);
	for (uint32_t number = 0; number < model_room(); number++)
		run.stats->left_out += model_case(number)->ever_left_out;
}

void run_seed(uint64_t seed, double scale, struct run_stats *stats)
{
	log_set_level(LOG_FATAL);
	fake_clock_start(calendar_day_start(calendar_day((struct calendar_date){2024, 1, 1})));
	run_open(seed, stats);
	town_begin(seed, scale);
	agenda_add(clock_now_ms() + DAY_MS, trouble, NULL);
	agenda_add(clock_now_ms() + 60 * DAY_MS, look, NULL);
	run_days();
	while (clerk_waiting()) { /* their last answers */
		int64_t due_ms;
		settle();
		if (agenda_next(&due_ms)) {
			fake_clock_sleep(due_ms, 1000);
			agenda_do();
		}
	}
	settle();
	check_quiet();
	check_as_of();
	logs_count();
	run.ending = true;
	if (seed % RETOLD_EACH == 1)
		retell_check();
	run_close();
}
