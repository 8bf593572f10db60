#include "lib/grow.h"
#include "proto/case_id.h"
#include "stage/stage_own.h"
#include "tests/sim/check.h"
#include "tests/sim/fail.h"
#include "tests/sim/town.h"

#include <sodium.h>
#include <string.h>

#define KIND(name) WOT__V1__BODY__KIND_##name

/* What is to be found again in another log: of which case, and what it says, as a hash. */
struct saying {
	uint32_t number;
	Wot__V1__Body__KindCase kind;
	uint8_t hash[16];
};

struct sayings {
	struct saying *items;
	size_t count;
};

/* The same things where they were said, and where they were taken in. */
struct told {
	enum member member;
	struct arena arena;
	struct sayings requests, names;              /* intake's */
	struct sayings first_routes, triaged;        /* triage's; a first route tells the name */
	struct sayings registered, registered_names; /* case's */
	struct sayings taken_in;
	uint64_t read[MEMBERS][MEMBERS]; /* how far each has read the others */
	uint64_t news[MEMBERS];          /* the last seq of each that is more than progress */
};

static void saying_add(struct sayings *sayings, uint32_t number, Wot__V1__Body__KindCase kind,
	const struct buf *bytes)
{
	sayings->items = grow_push(sayings->items, sayings->count, sizeof *sayings->items);
	struct saying *saying = &sayings->items[sayings->count++];
	*saying = (struct saying){.number = number, .kind = kind};
	crypto_generichash(saying->hash, sizeof saying->hash, (const uint8_t *)bytes->data,
		bytes->len, NULL, 0);
}

/* The message, and what else of the event must come through. */
static void event_say(struct sayings *sayings, const Wot__V1__Event *event,
	const ProtobufCMessage *message, Wot__V1__Body__KindCase kind)
{
	auto_buf struct buf bytes = {0};
	int year;
	uint32_t number = 0;
	sim_check(event->case_id && case_id_parse(event->case_id, &year, &number) == 0,
		"an event has no case id");
	message_pack(message, &bytes);
	buf_printf(&bytes, "%s %lld %d", event->case_id, (long long)event->occurred_at,
		event->has_legal_basis ? (int)event->legal_basis : 0);
	saying_add(sayings, number, kind, &bytes);
}

static void name_say(struct sayings *sayings, const Wot__V1__Event *event)
{
	auto_buf struct buf bytes = {0};
	int year;
	uint32_t number = 0;
	must(case_id_parse(event->case_id, &year, &number) == 0);
	buf_printf(&bytes, "%s %s", event->client, event->external_ref);
	saying_add(sayings, number, 0, &bytes);
}

/* ---- progress ---- */

static enum member member_of(const char *stream)
{
	for (enum member member = 0; member < AGGREGATE; member++)
		if (strcmp(member_names[member], stream) == 0)
			return member;
	sim_fail("nobody has a stream %s", stream);
}

static void progress_told(struct told *told, const Wot__V1__InputRead *read)
{
	enum member of = member_of(read->stream);
	uint64_t *before = &told->read[told->member][of];
	sim_check(read->seq > *before, "%s has read %s up to %llu and then up to %llu",
		member_names[told->member], read->stream, (unsigned long long)*before,
		(unsigned long long)read->seq);
	sim_check(read->seq <= fake_disk_head(read->stream, read->stream),
		"%s has read of %s what is not there", member_names[told->member], read->stream);
	*before = read->seq;
}

/* What was read stands in the log, all but progress about progress. */
static void progress_check(const struct told *told)
{
	for (enum member member = 0; member < AGGREGATE; member++) {
		const char *const *feed = house.stages[member]->feeds;
		for (; *feed; feed++) {
			enum member of = member_of(*feed);
			sim_check(told->read[member][of] >= told->news[of],
				"%s is on record as having read %s up to %llu, and %llu is news",
				member_names[member], *feed,
				(unsigned long long)told->read[member][of],
				(unsigned long long)told->news[of]);
		}
	}
}

/* ---- nobody is named ---- */

static bool has_bsn(const uint8_t *bytes, size_t len)
{
	size_t digits = 0;
	for (size_t i = 0; i < len; i++) {
		digits = bytes[i] >= '0' && bytes[i] <= '9' ? digits + 1 : 0;
		if (digits == 9 && memcmp(bytes + i - 8, "9999", 4) == 0)
			return true;
	}
	return false;
}

static void nobody_check(const struct told *told, const uint8_t *bytes, size_t len, uint64_t seq)
{
	static const char *const personal[] = {
		TOWN_NAME, TOWN_QUESTION, TOWN_REFERRER, TOWN_PHONE, TOWN_ADDRESS, TOWN_POSTCODE};
	for (size_t i = 0; i < sizeof personal / sizeof *personal; i++)
		sim_check(!memmem(bytes, len, personal[i], strlen(personal[i])),
			"%s: event %llu holds what is personal: %s", member_names[told->member],
			(unsigned long long)seq, personal[i]);
	sim_check(!has_bsn(bytes, len), "%s: event %llu holds a BSN", member_names[told->member],
		(unsigned long long)seq);
}

/* ---- one log after the other ---- */

static void intake_told(struct told *told, const Wot__V1__Event *event)
{
	Wot__V1__Body__KindCase kind = event->body->kind_case;
	if (kind != KIND(HELP_REQUEST) && kind != KIND(REFERRAL))
		return;
	Wot__V1__HelpRequest *request = event->body->help_request;
	request->sealed = NULL; /* case is told the rest */
	request->has_household_id = false;
	event_say(&told->requests, event, &request->base, 0);
	name_say(&told->names, event);
}

static void triage_told(struct told *told, const Wot__V1__Event *event)
{
	Wot__V1__Body__KindCase kind = event->body->kind_case;
	if (kind != KIND(CASE_ROUTED) && kind != KIND(SCREENING))
		return;
	event_say(&told->triaged, event, body_message(event->body), kind);
	if (kind == KIND(CASE_ROUTED) && event->client)
		name_say(&told->first_routes, event);
}

static void case_told(struct told *told, const Wot__V1__Event *event)
{
	Wot__V1__Body__KindCase kind = event->body->kind_case;
	if (kind == KIND(CASE_REGISTERED)) {
		event_say(
			&told->registered, event, &event->body->case_registered->request->base, 0);
		name_say(&told->registered_names, event);
	} else if (kind == KIND(CASE_ROUTED) || kind == KIND(SCREENING)) {
		event_say(&told->taken_in, event, body_message(event->body), kind);
	}
}

static void on_event(void *arg, const uint8_t *bytes, size_t len, uint64_t seq)
{
	struct told *told = arg;
	Wot__V1__Event *event = event_unpack(bytes, len, &told->arena);
	sim_check(event, "%s: event %llu cannot be read", member_names[told->member],
		(unsigned long long)seq);
	nobody_check(told, bytes, len, seq);
	if (event->body->kind_case == KIND(INPUT_READ))
		progress_told(told, event->body->input_read);
	else if (told->member == INTAKE)
		intake_told(told, event);
	else if (told->member == TRIAGE)
		triage_told(told, event);
	else
		case_told(told, event);
	if (event->body->kind_case != KIND(INPUT_READ))
		told->news[told->member] = seq;
	arena_reset(&told->arena);
}

/* All of it, once, and in the same order. */
static void same_check(const char *what, struct sayings *said, struct sayings *taken)
{
	for (size_t i = 0; i < said->count && i < taken->count; i++)
		sim_check(memcmp(&said->items[i], &taken->items[i], sizeof *said->items) == 0,
			"%s: number %zu, of case %u, comes out otherwise", what, i + 1,
			said->items[i].number);
	sim_check(said->count == taken->count, "%s: %zu were said and %zu taken in", what,
		said->count, taken->count);
}

static void sayings_done(struct told *told)
{
	struct sayings *all[] = {&told->requests, &told->names, &told->first_routes, &told->triaged,
		&told->registered, &told->registered_names, &told->taken_in};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		free(all[i]->items);
	arena_done(&told->arena);
}

/* A log that took another turn, each block as whole in itself as the one that was read, is not gone on with. */
static void chain_check(enum member of)
{
	struct store *store = house.stages[AGGREGATE]->store;
	struct store_head head;
	auto_buf struct buf bytes = {0};
	if (store_head(store, member_names[of], &head) != 0 || head.seq == 0)
		return;
	buf_reserve(&bytes, BLOCK_HEADER);
	bytes.len = BLOCK_HEADER;
	block_add_event(&bytes, "other", 5);
	struct block block = {
		.first_seq = head.seq + 1,
		.count = 1,
		.payload_len = (uint32_t)(bytes.len - BLOCK_HEADER),
		.written_at_ms = head.written_at_ms,
	};
	memcpy(block.stream_id, head.id, STORE_ID_LEN);
	memcpy(block.prev_hash, head.hash, STORE_HASH_LEN);
	block.prev_hash[0] ^= 1;
	block_seal(&block, (uint8_t *)bytes.data);
	sim_check(store_append_block(store, member_names[of], block_bytes(&block), block.size) ==
			  ERR_DIVERGED,
		"aggregate takes a block of %s that follows on another", member_names[of]);
}

void check_logs(void)
{
	for (enum member of = 0; of < AGGREGATE; of++)
		chain_check(of);
	struct told told = {0};
	for (told.member = 0; told.member < AGGREGATE; told.member++) {
		fake_disk_events(member_names[told.member], member_names[told.member], false,
			on_event, &told);
	}
	progress_check(&told);
	same_check("requests that case registered", &told.requests, &told.registered);
	same_check("names of requests in case's log", &told.names, &told.registered_names);
	same_check("names of requests in triage's log", &told.names, &told.first_routes);
	same_check("what triage decided, in case's log", &told.triaged, &told.taken_in);
	sayings_done(&told);
}
