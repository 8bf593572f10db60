/*
 * Any text at the HTTP doors. What a door takes must be taken as protobuf too, as the same message;
 * what it refuses must say why, with pointers that are none of the text's values.
 */
#include "lib/clean.h"
#include "lib/err.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/submission.h"
#include <string.h>

#define NOW_MS INT64_C(1795254600000)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_wire(
	const struct door *door, const Wot__V1__Submission *submission, struct faults *faults)
{
	auto_buf struct buf packed = {0}, again = {0};
	Wot__V1__Submission *read = NULL;
	message_pack(&submission->base, &packed);
	must(submission_from_wire(door->daemon, ROLE_OPERATOR, NOW_MS, (uint8_t *)packed.data,
		     packed.len, &read, faults) == 0);
	message_pack(&read->base, &again);
	must(packed.len == again.len && memcmp(packed.data, again.data, packed.len) == 0);
}

static void check_door(const struct door *door, const json_t *json, struct arena *arena)
{
	struct faults faults = {.arena = arena};
	Wot__V1__Submission *submission = NULL;
	int err = submission_from_json(
		door->daemon, door->path, ROLE_OPERATOR, NOW_MS, json, &submission, &faults);
	if (err) {
		must(err == ERR_INVALID && !submission && faults.count > 0);
		return;
	}
	must(faults.count == 0);
	check_wire(door, submission, &faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	json_t *json = NULL;
	if (json_read((const char *)bytes, len, &json, &faults) != 0) {
		must(!json && faults.count == 1);
		return 0;
	}
	const struct door *door;
	for (size_t at = 0; (door = door_next(NULL, &at));)
		if (door_of_path(door->daemon, door->path) == door)
			check_door(door, json, &arena);
	json_decref(json);
	return 0;
}
