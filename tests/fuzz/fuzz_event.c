/*
 * Bytes that claim to be events, in a log or from a feed: a byte for the stream, two for the length, the event;
 * again and again. What event_take lets pass goes through the cores that read that stream, and what they say of
 * it must be something that they would take themselves; aggregate folds all of it, whatever it is.
 */
#include "daemons/case/core.h"
#include "daemons/intake/core.h"
#include "daemons/triage/core.h"
#include "kpi/facts.h"
#include "tests/unit/core_harness.h"

enum { CORES = 3, DAYS_LATER = 40, WITH_RULES = 0x80 };
static const int64_t DAY_MS = 86400000;
static const struct core *const cores[CORES] = {&intake_core, &triage_core, &case_core};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char rules[] =
	"organisations:\n"
	"  mevis: {name: Mevis, kind: youth}\n"
	"teams:\n"
	"  oost: {name: Oost, location: OOST, people: 1, hours: 4, expertise: [DEBT]}\n"
	"  dv: {name: DV, people: 1, hours: 3, only_by_rule: true}\n"
	"rules:\n"
	"  - {name: youth, reason: Y., when: {youth: true}, then: {redirect_to: mevis}}\n"
	"  - {name: dv, reason: V., when: {domestic_violence: true}, then: {team: dv, assign: "
	"true, "
	"priority: fast_lane}}\n"
	"  - {name: rest, reason: R., then: {assign: true}}\n";

static bool reads_stream(const struct core *core, const char *stream)
{
	for (const char *const *feed = daemon_rows[daemon_find(core->name)].feeds; *feed; feed++)
		if (!strcmp(*feed, stream))
			return true;
	return false;
}

static void own_check(const struct harness *h)
{
	for (size_t i = 0; i < h->len; i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf packed = {0};
		struct faults faults = {.arena = &arena};
		if (h->log[i]->body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED)
			continue; /* the shell adds its hash */
		message_pack(&h->log[i]->base, &packed);
		must(event_take((const uint8_t *)packed.data, packed.len, &faults));
	}
}

static void event_try(struct harness *h[CORES], struct facts *facts, enum stream stream,
	const uint8_t *bytes, size_t len, uint64_t seq)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	facts_fold(facts, stream, event_kind(bytes, len), bytes, len, seq);
	const Wot__V1__Event *event = event_take(bytes, len, &faults);
	must(event || faults.count);
	for (size_t i = 0; event && i < CORES; i++)
		if (reads_stream(cores[i], stream_names[stream]))
			harness_feed(h[i], stream_names[stream], event);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const uint8_t secret[16] = {1};
	struct harness *h[CORES];
	struct facts *facts = facts_new(secret);
	for (size_t i = 0; i < CORES; i++)
		h[i] = harness_open(cores[i]);
	if (len && bytes[0] & WITH_RULES)
		must(harness_configure(h[1], "triage.yaml", rules) == 0);
	for (uint64_t seq = 1; len > 3; seq++) {
		size_t size = bytes[1] | (size_t)bytes[2] << 8;
		enum stream stream = bytes[0] % STREAM_COUNT;
		size = size > len - 3 ? len - 3 : size;
		event_try(h, facts, stream, bytes + 3, size, seq);
		bytes += 3 + size;
		len -= 3 + size;
	}
	for (size_t i = 0; i < CORES; i++) {
		auto_buf struct buf json = {0};
		harness_tick(h[i], h[i]->now_ms + DAYS_LATER * DAY_MS);
		harness_query(h[i], h[i]->state, "desk", ~0u, "/v1/worklist", &json);
		harness_query(h[i], h[i]->state, "desk", ~0u, "/v1/cases", &json);
		own_check(h[i]);
		harness_restart(h[i]);
		harness_close(&h[i]);
	}
	facts_free(facts);
	return 0;
}
