/*
 * Runs a pure core without its shell: submissions and events of feeds go through decide and evolve;
 * ids are stamped, and every event is packed, read again and kept, as a log would do. A test can
 * replay that log into a second state and compare what the two answer.
 *
 *	struct harness *h = harness_open(&case_core);
 *	harness_feed(h, "intake", event);
 *	assert_int_equal(harness_submit(h, "desk", submission), 0);
 *	assert_int_equal(harness_count(h), 1);  // events of that last input
 *	harness_event(h, 0)->facts …
 *	harness_close(&h);
 */
#ifndef WOT_CORE_HARNESS_H
#define WOT_CORE_HARNESS_H

#include "core/core.h"
#include "proto/case_id.h"
#include <stdarg.h>
#include <string.h>

enum { HARNESS_LOG_MAX = 16384 };

struct harness {
	const struct core *core;
	void *state;
	struct arena arena; /* of everything; gone at harness_close */
	Wot__V1__Event *log[HARNESS_LOG_MAX];
	size_t len, from; /* from: where the last input's events begin */
	int64_t now_ms;
	struct faults faults; /* of the last input */
	struct why why;
};

static inline struct harness *harness_open(const struct core *core)
{
	struct harness *h = calloc(1, sizeof *h);
	must(h);
	h->core = core;
	h->state = core_state_new(core);
	h->now_ms = INT64_C(1767225600000); /* 2026-01-01T00:00Z */
	return h;
}

/* How many events the last input gave, and each of them, as read from its bytes. */
static inline size_t harness_count(const struct harness *h)
{
	return h->len - h->from;
}
static inline Wot__V1__Event *harness_event(const struct harness *h, size_t index)
{
	must(h->from + index < h->len);
	return h->log[h->from + index];
}

static inline void harness_append(struct harness *h, Wot__V1__Event *event)
{
	uint8_t *id = arena_alloc(&h->arena, EVENT_ID_LEN);
	memcpy(id, &h->len, sizeof h->len);
	event->id = (ProtobufCBinaryData){EVENT_ID_LEN, id};
	event->recorded_at = h->now_ms;
	event->municipality = (char *)"GM0606";
	auto_buf struct buf bytes = {0};
	event_pack(event, &bytes);
	Wot__V1__Event *read = event_unpack((const uint8_t *)bytes.data, bytes.len, &h->arena);
	must(read && h->len < HARNESS_LOG_MAX);
	h->log[h->len++] = read;
	h->core->evolve(h->state, read);
}

static inline int harness_input(struct harness *h, struct input *input)
{
	struct decision *out = arena_alloc(&h->arena, sizeof *out);
	h->faults = (struct faults){.arena = &h->arena};
	*out = (struct decision){.arena = &h->arena, .faults = &h->faults};
	input->now_ms = h->now_ms;
	h->from = h->len;
	int err = h->core->decide(h->state, input, out);
	h->why = out->why;
	if (err)
		return err;
	if (input->kind == INPUT_SUBMISSION) {
		must(out->count > 0);
		static uint8_t digest[16];
		out->events[0]->client = (char *)input->client;
		out->events[0]->external_ref = input->submission->external_ref;
		out->events[0]->has_digest = true;
		out->events[0]->digest = (ProtobufCBinaryData){sizeof digest, digest};
	}
	for (size_t i = 0; i < out->count; i++)
		harness_append(h, out->events[i]);
	return 0;
}

static inline int harness_submit_sealed(struct harness *h, const char *client,
	const Wot__V1__Submission *submission, const struct input_sealed *sealed)
{
	struct input input = {.kind = INPUT_SUBMISSION,
		.client = client,
		.submission = submission,
		.sealed = sealed};
	return harness_input(h, &input);
}

static inline int harness_submit(
	struct harness *h, const char *client, const Wot__V1__Submission *submission)
{
	static const struct input_sealed none;
	return harness_submit_sealed(h, client, submission, &none);
}

/* An event of another daemon's log; one that the core does not read is passed over, as the shell
 * does. */
static inline int harness_feed(struct harness *h, const char *stream, const Wot__V1__Event *event)
{
	struct input input = {.kind = INPUT_EVENT, .stream = stream, .event = event};
	h->from = h->len;
	return h->core->reads(event->body->kind_case) ? harness_input(h, &input) : 0;
}

/* The events of one core's last input, fed to another core. */
static inline void harness_pass(struct harness *from, struct harness *to)
{
	for (size_t i = from->from; i < from->len; i++)
		must(harness_feed(to, from->core->name, from->log[i]) == 0);
}

/* A GET as the shell gives it to the core; `path` may end in ?name=value&…, as it is. */
static inline int harness_query(struct harness *h, const void *state, const char *client,
	unsigned role, const char *path, struct buf *json)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	struct parameter parameters[8];
	struct why why = {""};
	char *text = arena_strdup(&arena, path), *rest = strchr(text, '?');
	struct get get = {.client = client,
		.role = role,
		.path = text,
		.parameters = parameters,
		.now_ms = h->now_ms};
	struct get_answer answer = {.text = json};
	if (rest)
		*rest++ = 0;
	for (char *name; (name = rest ? strtok_r(NULL, "&", &rest) : NULL);) {
		char *value = strchr(name, '=');
		must(value && get.parameter_count < 8);
		*value = 0;
		parameters[get.parameter_count++] = (struct parameter){name, value + 1};
	}
	const struct read *read =
		read_of_path((enum daemon_index)daemon_find(h->core->name), get.path);
	buf_clear(json);
	return read ? get_take(read, h->core->gets, state, &get, &answer, &faults, &why)
		    : ERR_NOT_FOUND;
}

/* Time has passed; how many events that gave. */
static inline size_t harness_tick(struct harness *h, int64_t now_ms)
{
	struct input input = {.kind = INPUT_TICK};
	h->now_ms = now_ms;
	must(harness_input(h, &input) == 0);
	return harness_count(h);
}

/* A configuration file came in. */
static inline int harness_configure(struct harness *h, const char *name, const char *text)
{
	struct input input = {.kind = INPUT_CONFIG, .config_name = name, .config_text = text};
	return harness_input(h, &input);
}

/* A new state made from the log alone; the caller gives it to core_state_free. */
static inline void *harness_replay(const struct harness *h)
{
	void *state = core_state_new(h->core);
	for (size_t i = 0; i < h->len; i++)
		h->core->evolve(state, h->log[i]);
	return state;
}

/* As after a stop: what is known is what the log says. */
static inline void harness_restart(struct harness *h)
{
	void *state = harness_replay(h);
	core_state_free(h->core, h->state);
	h->state = state;
}

static inline void harness_close(struct harness **h)
{
	core_state_free((*h)->core, (*h)->state);
	arena_done(&(*h)->arena);
	free(*h);
	*h = NULL;
}

/* ---- making what is put in; everything lives in the harness's arena ---- */

#define KIND(name) WOT__V1__BODY__KIND_##name

/* `message` is any message of that kind and becomes the body; case_ref may be NULL. */
static inline Wot__V1__Submission *harness_submission(struct harness *h, const char *external_ref,
	int64_t occurred_at_ms, const char *case_ref, Wot__V1__Body__KindCase kind, void *message)
{
	Wot__V1__Submission *s = (void *)message_new(&wot__v1__submission__descriptor, &h->arena);
	s->external_ref = arena_strdup(&h->arena, external_ref);
	s->occurred_at = occurred_at_ms;
	s->case_ref = case_ref ? arena_strdup(&h->arena, case_ref) : NULL;
	s->body = (void *)message_new(&wot__v1__body__descriptor, &h->arena);
	body_set(s->body, kind, message);
	return s;
}

/* An event as another daemon would have written it, with an empty message of that kind. */
static inline Wot__V1__Event *harness_other(struct harness *h, Wot__V1__Body__KindCase kind,
	int64_t occurred_at_ms, const char *case_id)
{
	static uint8_t id[EVENT_ID_LEN];
	Wot__V1__Event *event = (void *)message_new(&wot__v1__event__descriptor, &h->arena);
	event->id = (ProtobufCBinaryData){sizeof id, id};
	event->recorded_at = h->now_ms;
	event->occurred_at = occurred_at_ms;
	event->case_id = case_id ? arena_strdup(&h->arena, case_id) : NULL;
	event->body = (void *)message_new(&wot__v1__body__descriptor, &h->arena);
	body_set(event->body, kind, message_new(event_kind_type(kind), &h->arena));
	return event;
}

/* Of a case of 2025. */
static inline const char *id_of(struct harness *h, uint32_t number)
{
	char id[CASE_ID_ROOM];
	case_id_print(2025, number, id);
	return arena_strdup(&h->arena, id);
}

/* A request of the client "desk" under the ref rNUMBER; the caller fills its body. */
static inline Wot__V1__Event *request_make(struct harness *h, uint32_t number, int64_t at_ms)
{
	Wot__V1__Event *event = harness_other(h, KIND(HELP_REQUEST), at_ms, id_of(h, number));
	event->client = arena_strdup(&h->arena, "desk");
	event->external_ref = arena_printf(&h->arena, "r%u", number);
	event->has_legal_basis = true;
	event->legal_basis = WOT__V1__LEGAL_BASIS__VALUE__DEBT;
	event->body->help_request->channel = WOT__V1__CHANNEL__VALUE__PHONE;
	return event;
}

#endif
