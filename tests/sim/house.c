#include "tests/sim/house.h"
#include "proto/submission.h"

#include "daemons/case/core.h"
#include "daemons/case/door.h"
#include "daemons/intake/core.h"
#include "daemons/triage/core.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "stage/stage_own.h"
#include "tests/sim/fail.h"
#include "tests/sim/fake_bus.h"
#include "tests/sim/fake_loop.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <uthash.h>

enum { SETTLE_TURNS = 20000, DRAIN_TURNS = 100 };

const char *const member_names[MEMBERS] = {"intake", "triage", "case", "aggregate"};

struct house house;

/* ---- what all of them do ---- */

static void appended(enum member member, const Wot__V1__Event *event, uint64_t seq)
{
	sim_tell("  %s %" PRIu64 " %s %s", member_names[member], seq,
		event_kind_name(event->body->kind_case), event->case_id ? event->case_id : "");
	sim_check(event->recorded_at >= clock_now_ms(),
		"%s: %" PRIu64 " is recorded as of an earlier time", member_names[member], seq);
	house.on_event(member, event, seq);
}

/* ---- the vault: the core is given what was sealed, and says which keys are destroyed ---- */

struct house_key {
	UT_hash_handle hh;
	uint8_t id[16];
};

struct ending {
	struct ending *next;
	uint64_t seq;
	uint8_t key_id[16];
};

struct vault_door {
	struct stage *stage;
	struct ending *endings;
};

static struct house_key *key_find(const uint8_t key_id[16])
{
	struct house_key *key;
	HASH_FIND(hh, house.keys, key_id, 16, key);
	return key;
}

bool house_key_is_there(const uint8_t key_id[16])
{
	return key_find(key_id) != NULL;
}

static void key_destroy(struct house_key *key)
{
	if (!key)
		return;
	HASH_DEL(house.keys, key);
	free(key);
}

static int vault_door_open(void **ctx, struct stage *stage, struct why *why)
{
	(void)why;
	struct vault_door *door = calloc(1, sizeof *door);
	must(door);
	door->stage = stage;
	*ctx = door;
	return 0;
}

static int vault_door_ready(void *ctx, struct why *why)
{
	(void)why;
	const struct vault_door *door = ctx;
	struct house_key *key, *next;
	HASH_ITER (hh, house.keys, key, next) {
		if (!person_key_is_live(intake_keys(stage_state(door->stage)), key->id))
			key_destroy(key);
	}
	return 0;
}

static void vault_door_close(void **ctx)
{
	struct vault_door *door = *ctx;
	while (door->endings) {
		struct ending *next = door->endings->next;
		free(door->endings);
		door->endings = next;
	}
	free(door);
	*ctx = NULL;
}

/* Any fixed mixing does. A vault would give an id to one request of a household alone, and what it gives depends
 * on who came first; to the cores requests that share one are the harder case. */
static void household_draw(const char *bsn, uint8_t out[16])
{
	for (size_t i = 0; i < 16; i++)
		out[i] = (uint8_t)(bsn[i % 7] * 31 + (int)i);
}

static const Wot__V1__Person *person_of(const Wot__V1__Body *body)
{
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_HELP_REQUEST:
	case WOT__V1__BODY__KIND_REFERRAL:
		return body->help_request->person;
	case WOT__V1__BODY__KIND_SIGNAL:
		return body->signal->person;
	default:
		return NULL;
	}
}

static void person_seal(struct admission *admission)
{
	struct input_sealed *sealed = &admission->sealed;
	const Wot__V1__Person *person = person_of(admission->submission->body);
	for (size_t i = 0; i < sizeof sealed->key_id; i += 8) {
		uint64_t random = house.random();
		memcpy(sealed->key_id + i, &random, 8);
	}
	sealed->ciphertext = arena_dup(admission->arena, "not readable here", 17);
	sealed->ciphertext_len = 17;
	sealed->has_key = sealed->has_household = true;
	if (person && person->bsn)
		household_draw(person->bsn, sealed->household_id);
	else
		memcpy(sealed->household_id, sealed->key_id, sizeof sealed->household_id);
	struct house_key *key = calloc(1, sizeof *key);
	must(key);
	memcpy(key->id, sealed->key_id, sizeof key->id);
	HASH_ADD(hh, house.keys, id, sizeof key->id, key);
}

/* The same for who calls again on that day, another one on the next. */
static void caller_hash(struct admission *admission)
{
	Wot__V1__Call *call = admission->submission->body->call;
	int32_t day = calendar_day_of(admission->submission->occurred_at);
	uint8_t *hash = arena_alloc(admission->arena, 16);
	must(crypto_generichash(hash, 16, (const uint8_t *)call->caller, strlen(call->caller),
		     (const uint8_t *)&day, sizeof day) == 0);
	call->has_caller_hash = true;
	call->caller_hash = (ProtobufCBinaryData){.len = 16, .data = hash};
}

static int vault_door_prepare(void *ctx, struct admission *admission)
{
	(void)ctx;
	Wot__V1__Body *body = admission->submission->body;
	if (body->kind_case == WOT__V1__BODY__KIND_CALL && body->call->caller) {
		caller_hash(admission);
	} else if (submission_is_personal(admission->submission)) {
		person_seal(admission);
	}
	return 0;
}

static void vault_door_withdraw(void *ctx, struct admission *admission)
{
	(void)ctx;
	if (admission->sealed.has_key)
		key_destroy(key_find(admission->sealed.key_id));
}

static void vault_door_on_append(void *ctx, const Wot__V1__Event *event, uint64_t seq)
{
	struct vault_door *door = ctx;
	appended(INTAKE, event, seq);
	if (event->body->kind_case != WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT)
		return;
	const struct person_key *key =
		person_key_of_case(intake_keys(stage_state(door->stage)), event->case_id);
	if (!key)
		return;
	struct ending *ending = calloc(1, sizeof *ending);
	must(ending);
	ending->seq = seq;
	memcpy(ending->key_id, key->id, sizeof ending->key_id);
	ending->next = door->endings;
	door->endings = ending;
}

static void vault_door_on_durable(void *ctx, uint64_t seq)
{
	struct vault_door *door = ctx;
	for (struct ending **at = &door->endings; *at;) {
		struct ending *ending = *at;
		if (ending->seq > seq) {
			at = &ending->next;
			continue;
		}
		key_destroy(key_find(ending->key_id));
		*at = ending->next;
		free(ending);
	}
}

/* ---- the four ---- */

static void triage_on_append(void *ctx, const Wot__V1__Event *event, uint64_t seq)
{
	(void)ctx;
	appended(TRIAGE, event, seq);
}

static void case_on_append(void *ctx, const Wot__V1__Event *event, uint64_t seq)
{
	(void)ctx;
	appended(CASE, event, seq);
}

static const struct daemon house_intake = {
	.name = "intake",
	.core = &intake_core,
	.open = vault_door_open,
	.ready = vault_door_ready,
	.close = vault_door_close,
	.prepare = vault_door_prepare,
	.withdraw = vault_door_withdraw,
	.on_append = vault_door_on_append,
	.on_durable = vault_door_on_durable,
};

static const struct daemon house_triage = {
	.name = "triage", .core = &triage_core, .on_append = triage_on_append};

static const struct daemon house_case = {
	.name = "case",
	.core = &case_core,
	.open = case_door_open,
	.close = case_door_close,
	.reload = case_door_reload,
	.prepare = case_door_prepare,
	.on_append = case_on_append,
};

static const struct daemon *const daemons[MEMBERS] = {
	&house_intake, &house_triage, &house_case, &house_aggregate};

struct telling {
	enum member member;
	struct arena arena;
};

static void on_disk_event(void *arg, const uint8_t *bytes, size_t len, uint64_t seq)
{
	struct telling *telling = arg;
	Wot__V1__Event *event = event_unpack(bytes, len, &telling->arena);
	must(event);
	house.on_event(telling->member, event, seq);
	arena_reset(&telling->arena);
}

void house_start(enum member member)
{
	must(!house.stages[member]);
	struct telling telling = {.member = member};
	house.on_forget(member);
	if (member != AGGREGATE)
		fake_disk_events(
			member_names[member], member_names[member], false, on_disk_event, &telling);
	arena_done(&telling.arena);
	struct why why = {""};
	if (stage_open(&house.stages[member], daemons[member], &house.config, &why) != 0) {
		fprintf(stderr, "%s does not start: %s\n", member_names[member], why.text);
		abort();
	}
}

static void on_lost(void *arg, const uint8_t *event, size_t len, uint64_t seq)
{
	const uint64_t *head = arg;
	house.lost[event_kind(event, len)] += seq > *head;
}

void house_kill(enum member member, bool commit_lands)
{
	const char *name = member_names[member];
	if (!house.stages[member])
		return;
	fake_disk_crash(name, commit_lands);
	uint64_t head = fake_disk_head(name, name);
	fake_disk_events(name, name, true, on_lost, &head);
	stage_close(&house.stages[member]);
}

void house_stop(enum member member)
{
	struct stage *stage = house.stages[member];
	if (!stage)
		return;
	fake_loop_signal(stage->loop, SIGTERM);
	for (int i = 0; i < DRAIN_TURNS && stage->replies_first; i++) {
		fake_disk_land(member_names[member]);
		stage_turn(stage);
	}
	stage_close(&house.stages[member]);
}

struct loop *house_loop(enum member member)
{
	return house.stages[member]->loop;
}

void house_turn(enum member member, size_t messages, bool lands)
{
	struct stage *stage = house.stages[member];
	if (!stage)
		return;
	struct loop *loop = stage->loop;
	for (size_t ready; messages && (ready = fake_bus_ready(loop)) > 0; messages--)
		fake_bus_deliver(loop, (size_t)(house.random() % ready));
	if (lands)
		fake_disk_land(member_names[member]);
	fake_loop_turn(loop);
}

static bool progress_is_owed(const struct stage *stage)
{
	for (size_t i = 0; i < stage->feed_count; i++)
		if (stage->marks[i].owed)
			return true;
	return false;
}

/* Its clocks have said all that is due by now. */
static bool clocks_are_silent(const struct stage *stage)
{
	if (!stage->daemon->core)
		return true;
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	struct decision out = {.arena = &arena, .faults = &faults};
	struct input tick = {.kind = INPUT_TICK, .now_ms = clock_now_ms()};
	return stage->daemon->core->decide(stage->state, &tick, &out) == 0 && out.count == 0;
}

static bool is_quiet(void)
{
	for (enum member member = 0; member < MEMBERS; member++) {
		struct stage *stage = house.stages[member];
		if (!stage || stage->replies_first || progress_is_owed(stage) ||
			!fake_disk_is_clean(member_names[member]) || fake_bus_ready(stage->loop) ||
			!clocks_are_silent(stage))
			return false;
		for (size_t i = 0; i < stage->feed_count; i++)
			if (stage->marks[i].head.seq !=
				fake_disk_head(stage->feeds[i], stage->feeds[i]))
				return false;
	}
	return true;
}

bool house_settle(void)
{
	for (int i = 0; i < SETTLE_TURNS; i++) {
		if (is_quiet())
			return true;
		fake_clock_pass(50);
		for (enum member member = 0; member < MEMBERS; member++)
			house_turn(member, SIZE_MAX, true);
	}
	return false;
}

const char *house_problem(void)
{
	static char text[400];
	for (enum member member = 0; member < MEMBERS; member++) {
		struct stage *stage = house.stages[member];
		if (!stage)
			continue;
		for (size_t i = 0; i < stage->feed_count; i++) {
			const char *problem = feed_in_problem(stage->feeds_in[i]);
			if (!problem)
				continue;
			snprintf(text, sizeof text, "%s stands still: %s", member_names[member],
				problem);
			return text;
		}
		if (stage->failed) {
			snprintf(text, sizeof text, "%s failed: %s", member_names[member],
				err_name(stage->failed));
			return text;
		}
	}
	return NULL;
}

/* ---- configuration ---- */

static void file_write(enum file file)
{
	const char *text = file_text(file);
	size_t len = strlen(text);
	int fd = house.fds[file];
	must(ftruncate(fd, 0) == 0 && pwrite(fd, text, len, 0) == (ssize_t)len);
}

void house_configure(void)
{
	for (enum file file = 0; file < FILES; file++)
		file_write(file);
	for (enum member member = 0; member < MEMBERS; member++)
		if (house.stages[member])
			fake_loop_signal(house.stages[member]->loop, SIGHUP);
}

void house_open(void)
{
	struct config *config = &house.config;
	char *const paths[FILES] = {config->rules, config->calendar, config->clocks, config->kpi};
	config_defaults(config);
	strcpy(config->clients, "config/clients.example.yaml");
	strcpy(config->wards, "config/wards.csv");
	strcpy(config->published, "config/published.yaml");
	strcpy(config->report, "config/report.yaml");
	for (enum file file = 0; file < FILES; file++) {
		house.fds[file] = memfd_create(file_names[file], MFD_CLOEXEC);
		must(house.fds[file] >= 0);
		snprintf(paths[file], CONFIG_TEXT, "/proc/self/fd/%d", house.fds[file]);
		file_write(file);
	}
	for (enum member member = 0; member < MEMBERS; member++)
		house_start(member);
}

void house_close(void)
{
	for (enum member member = 0; member < MEMBERS; member++) {
		house_kill(member, false);
	}
	for (enum file file = 0; file < FILES; file++)
		close(house.fds[file]);
	struct house_key *key, *next;
	HASH_ITER (hh, house.keys, key, next) {
		key_destroy(key);
	}
}
