/*
 * A town of that many cases, as wot-aggregate holds it: its replica of wot-case's log, written as if it
 * had come over the feed. What each case gets is drawn, always the same.
 *
 *	build/bench/town DIR CASES
 */
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/event.h"
#include "store/block.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { YEARS = 11, BLOCK_CASES = 1000, POLL_US = 200 };

static uint32_t drawn(uint32_t below)
{
	static uint64_t state = 88172645463325252u;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 20) % below);
}

/* ---- the log ---- */

struct town {
	struct store *store;
	struct store_head head;
	struct buf block, event; /* the block that is filled: room for its header, and its events */
	uint32_t events;         /* in it */
	int64_t now_ms;
	int32_t today;
};

static void town_fail(const char *what, const struct why *why)
{
	fprintf(stderr, "town: %s: %s\n", what, why->text);
	exit(2);
}

static void block_begin(struct town *town)
{
	static const char header[BLOCK_HEADER];
	town->events = 0;
	buf_clear(&town->block);
	buf_add(&town->block, header, sizeof header);
}

static void block_end(struct town *town)
{
	struct block block = {
		.version = BLOCK_VERSION,
		.codec = BLOCK_CODEC_PLAIN,
		.stream_id = {1},
		.first_seq = town->head.seq + 1,
		.count = town->events,
		.payload_len = (uint32_t)(town->block.len - BLOCK_HEADER),
		.written_at_ms = town->now_ms,
	};
	memcpy(block.prev_hash, town->head.hash, sizeof block.prev_hash);
	block_seal(&block, (uint8_t *)town->block.data);
	block.size = town->block.len;
	struct why why = {""};
	for (; store_full(town->store); usleep(POLL_US)) {
		store_flush(town->store, town->now_ms);
		if (store_poll(town->store))
			town_fail("the replica cannot be written", &why);
	}
	if (store_append_block(
		    town->store, "case", (const uint8_t *)town->block.data, town->block.len))
		town_fail("a block does not follow", &why);
	town->head = block_head(&block);
	block_begin(town);
}

static void say(struct town *town, uint32_t number, int32_t on, Wot__V1__CaseFacts *facts)
{
	Wot__V1__FirstContact message = WOT__V1__FIRST_CONTACT__INIT;
	Wot__V1__Screening screening = WOT__V1__SCREENING__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	char id[24];
	snprintf(id, sizeof id, "%d-%06u", calendar_date(on).year, number);
	if (facts->has_screening) { /* a row of its own */
		screening.outcome = facts->screening;
		body_set(&body, WOT__V1__BODY__KIND_SCREENING, &screening.base);
	} else {
		body_set(&body, WOT__V1__BODY__KIND_FIRST_CONTACT, &message.base);
	}
	event.id = (ProtobufCBinaryData){16, (uint8_t[16]){0}};
	event.occurred_at = calendar_day_start(on);
	event.recorded_at = town->now_ms;
	event.case_id = id;
	event.facts = facts;
	event.body = &body;
	buf_clear(&town->event);
	event_pack(&event, &town->event);
	block_add_event(&town->block, town->event.data, town->event.len);
	town->events++;
}

/* ---- its cases ---- */

static const char *const wards[] = {
	"CENTRUM_WEST", "NOORDRAND", "GROENOORD", "OOST", "NIEUWLAND", "ZUID"};

#define FACT(name, value_) .has_##name = true, .name = (value_)
#define SAY(town, number, on, ...)                                                                 \
	do {                                                                                       \
		Wot__V1__CaseFacts facts_ = WOT__V1__CASE_FACTS__INIT;                             \
		Wot__V1__CaseFacts given_ = {__VA_ARGS__};                                         \
		given_.base = facts_.base;                                                         \
		say(town, number, on, &given_);                                                    \
	} while (0)

static void case_live(struct town *town, uint32_t number, int32_t reported)
{
	Wot__V1__Problem__Value problems[] = {1 + drawn(13), 1 + drawn(13)};
	int32_t screened = reported + (int32_t)drawn(9), started = screened + (int32_t)drawn(45);
	int32_t closed = started + 20 + (int32_t)drawn(300);
	SAY(town, number, reported, FACT(reported_on, reported), FACT(channel, 1 + drawn(9)),
		FACT(youth, !drawn(20)), FACT(turns_18_soon, false),
		.ward = (char *)(uintptr_t)(drawn(12) ? wards[drawn(6)] : "UNKNOWN"),
		.problems = problems, .n_problems = drawn(3), FACT(age_years, 18 + drawn(70)),
		FACT(domestic_violence, !drawn(15)), FACT(people_involved, 1 + drawn(5)),
		.team = (char *)(uintptr_t)wards[drawn(6)]);
	if (screened > town->today)
		return;
	SAY(town, number, screened, FACT(screened_on, screened), FACT(screening, 2),
		FACT(care_weight, 1 + drawn(4)));
	if (started > town->today)
		return;
	SAY(town, number, started, FACT(support_started_on, started),
		FACT(first_contact_on, started));
	if (closed <= town->today)
		SAY(town, number, closed, FACT(closed_on, closed),
			FACT(closing_reason, 1 + drawn(8)));
}

int main(int argc, char **argv)
{
	uint32_t cases = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	if (!cases) {
		fprintf(stderr, "town DIR CASES\n");
		return 2;
	}
	static const char *const replicas[] = {"intake", "triage", "case", NULL};
	struct town town = {.today = calendar_day((struct calendar_date){2026, 11, 21})};
	struct store_options options = {.backend = &store_folder,
		.dir = argv[1],
		.replicas = replicas,
		.holder = "town",
		.limit_mib = 65536};
	struct why why = {""};
	if (store_open(&town.store, &options, &why))
		town_fail("the replica cannot be opened", &why);
	town.now_ms = calendar_day_start(town.today - 1);
	block_begin(&town);
	for (uint32_t i = 0; i < cases; i++) {
		case_live(&town, i + 1,
			town.today - (int32_t)((uint64_t)(cases - i) * YEARS * 365 / cases));
		if (i % BLOCK_CASES == BLOCK_CASES - 1 || i == cases - 1)
			block_end(&town);
	}
	store_close(&town.store);
	printf("%lu\n", (unsigned long)town.head.seq);
	buf_done(&town.block);
	buf_done(&town.event);
	return 0;
}
