/*
 * Submissions as their senders write them, read at a door, for the tests of who may send what and
 * of what a submission may say.
 */
#ifndef WOT_DOOR_FIXTURE_H
#define WOT_DOOR_FIXTURE_H

#include "lib/err.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/submission.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1795254600000) /* 2026-11-21T09:50:00Z */
#define REF "\"externalRef\":\"r-1\""
#define SINCE "\"occurredAt\":\"2026-11-21T10:00:00+01:00\""
#define ENVELOPE REF "," SINCE
#define REQUEST ENVELOPE ",\"channel\":\"PHONE\","
#define CASED ENVELOPE ",\"caseId\":\"2026-000012\""

struct reading {
	struct arena arena;
	struct faults faults;
	Wot__V1__Submission *submission;
	struct buf text;
};

static inline void reading_done(struct reading *reading)
{
	arena_done(&reading->arena);
	buf_done(&reading->text);
}
#define auto_reading auto_clean(reading_done)

/* "intake" of "/v1/calls": a test names only the path. */
static inline const char *daemon_of(const char *path)
{
	const struct door *door;
	for (size_t at = 0; (door = door_next(NULL, &at));)
		if (!strcmp(door->path, path))
			return door->daemon;
	fail_msg("no door %s", path);
	return NULL;
}

static inline int read_as(
	struct reading *reading, unsigned role, const char *path, const char *text)
{
	reading->faults = (struct faults){.arena = &reading->arena};
	json_t *json = NULL;
	assert_int_equal(json_read(text, strlen(text), &json, &reading->faults), 0);
	int err = submission_from_json(
		daemon_of(path), path, role, NOW_MS, json, &reading->submission, &reading->faults);
	json_decref(json);
	return err;
}

/* The faults as "pointer: detail" lines; "" when it was accepted. */
static inline const char *faults_text(struct reading *reading)
{
	buf_clear(&reading->text);
	buf_text(&reading->text, "");
	for (size_t i = 0; i < reading->faults.count && i < FAULT_MAX; i++)
		buf_printf(&reading->text, "%s: %s\n", reading->faults.items[i].pointer,
			reading->faults.items[i].detail);
	return reading->text.data;
}

static inline void check_json(const char *path, const char *text, const char *expected)
{
	auto_reading struct reading reading = {0};
	int err = read_as(&reading, ROLE_OPERATOR, path, text);
	assert_string_equal(faults_text(&reading), expected);
	assert_int_equal(err, *expected ? ERR_INVALID : 0);
}

#define assert_good(path, text) check_json(path, "{" text "}", "")
#define assert_bad(path, text, faults) check_json(path, "{" text "}", faults)

#endif
