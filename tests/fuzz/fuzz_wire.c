/*
 * Any bytes at the push door. What wire_check lets pass must unpack, come back from JSON as the
 * same message, and give wire_read the same values; what it refuses must harm nobody.
 */
#include "lib/clean.h"
#include "proto/door.h"
#include "proto/feed.pb-c.h"
#include "proto/json.h"
#include "proto/role.h"
#include "proto/submission.h"
#include "proto/wire.h"
#include <string.h>

#define NOW_MS INT64_C(1795254600000)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_json(const Wot__V1__Submission *submission, struct faults *faults)
{
	auto_buf struct buf text = {0}, before = {0}, after = {0};
	json_t *json = NULL;
	ProtobufCMessage *again = message_new(submission->base.descriptor, faults->arena);
	message_pack(&submission->base, &before);
	json_from_message(&submission->base, &text);
	must(json_read(text.data, text.len, &json, faults) == 0);
	json_fill(json, again, NULL, "", faults);
	must(!faults->count);
	json_decref(json);
	message_pack(again, &after);
	must(before.len == after.len && memcmp(before.data, after.data, before.len) == 0);
}

/* Reads what may be broken as well. */
static void check_read(const Wot__V1__Submission *submission, const uint8_t *bytes, size_t len)
{
	static const char *const paths[] = {"occurred_at", "external_ref", "body.call.wait_seconds",
		"body.help_request.problems", "body.closed.reason"};
	static struct wire_plan *plan;
	struct wire_value values[5];
	if (!plan) {
		const char *unknown;
		plan = wire_plan_new(&wot__v1__submission__descriptor, paths, 5, &unknown);
		must(plan);
	}
	int err = wire_read(plan, bytes, len, values);
	if (!submission)
		return;
	must(err == 0);
	must((int64_t)values[0].number == submission->occurred_at);
	must(values[1].len == strlen(submission->external_ref));
	const Wot__V1__Body *body = submission->body;
	bool call = body->kind_case == WOT__V1__BODY__KIND_CALL;
	must(values[2].present == (call && body->call->has_wait_seconds));
	if (values[2].present)
		must(values[2].number == body->call->wait_seconds);
	must(values[4].present == (body->kind_case == WOT__V1__BODY__KIND_CLOSED));
	if (body->kind_case == WOT__V1__BODY__KIND_HELP_REQUEST) {
		uint64_t set = 0;
		for (size_t i = 0; i < body->help_request->n_problems; i++)
			set |= UINT64_C(1) << body->help_request->problems[i];
		must(values[3].number == set);
	}
}

static void check_doors(const uint8_t *bytes, size_t len, struct faults *faults)
{
	for (size_t i = 0; i < DAEMON_COUNT; i++) {
		if (!daemon_rows[i].has_door)
			continue;
		Wot__V1__Submission *submission = NULL;
		faults->count = 0;
		int err = submission_from_wire(daemon_rows[i].name, ROLE_OPERATOR, NOW_MS, bytes,
			len, &submission, faults);
		must(err ? !submission && faults->count > 0 : submission && !faults->count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	const ProtobufCMessageDescriptor *type = &wot__v1__submission__descriptor;
	Wot__V1__Submission *submission = NULL;
	event_kind(bytes, len);
	event_unpack(bytes, len, &arena);
	message_unpack(&wot__v1__fetch__descriptor, bytes, len, &arena);
	message_unpack(&wot__v1__fetch_reply__descriptor, bytes, len, &arena);
	wire_check(&wot__v1__event__descriptor, bytes, len, WIRE_OWN, "", &faults);
	faults.count = 0;
	if (wire_check(type, bytes, len, WIRE_OUTSIDE, "", &faults) == 0) {
		submission = (Wot__V1__Submission *)message_unpack(type, bytes, len, &arena);
		must(submission);
		check_json(submission, &faults);
	}
	check_read(submission, bytes, len);
	check_doors(bytes, len, &faults);
	return 0;
}
