/*
 * No line of the sample may be refused: its form by the doors, its wards and organisations by the
 * files as shipped, its step by the life of its case. So an import that refuses a line has found a
 * defect elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "city/city.h"
#include "config/organisations.h"
#include "config/wards.h"
#include "daemons/case/life.h"
#include "lib/calendar.h"
#include "proto/door.h"
#include "proto/json.h"
#include "proto/submission.h"
#include <errno.h>
#include <string.h>

enum { CASES_MAX = 8192 };

struct kept {
	const char *ref;
	struct case_life life;
};

struct house {
	struct arena arena;
	struct wards wards;
	struct organisations organisations;
	struct kept *cases;
	size_t case_count, lines, steps;
};

/* ---- what the doors say ---- */

static const char *daemon_of(const char *path)
{
	const struct door *door;

	for (size_t at = 0; (door = door_next(NULL, &at));)
		if (!strcmp(door->path, path))
			return door->daemon;
	fail_msg("%s is no door", path);
	return NULL;
}

static Wot__V1__Submission *submission_of(struct house *house, const char *text, size_t len)
{
	struct faults faults = {.arena = &house->arena};
	Wot__V1__Submission *submission = NULL;
	json_t *line = NULL;

	assert_int_equal(json_read(text, len, &line, &faults), 0);
	const char *path = json_string_value(json_object_get(line, "to"));
	int64_t now_ms = calendar_day_start(calendar_day((struct calendar_date){2028, 1, 1}));
	int err = submission_from_json(daemon_of(path), path, ROLE_OPERATOR, now_ms,
		json_object_get(line, "body"), &submission, &faults);

	if (err)
		fail_msg("%.*s: %s %s", (int)len, text, faults.items[0].pointer,
			faults.items[0].detail);
	json_decref(line);
	return submission;
}

/* ---- what the files as shipped say ---- */

static void assert_organisation(const struct house *house, const char *key, int32_t day)
{
	if (key && !organisations_find(&house->organisations, key, day))
		fail_msg("%s is no organisation of triage.yaml", key);
}

static void assert_ward(const struct house *house, const char *ward)
{
	if (ward && !wards_by_key(&house->wards, ward))
		fail_msg("%s is no ward of wards.csv", ward);
}

static void assert_keys(const struct house *house, const Wot__V1__Body *body, int32_t day)
{
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_CALL:
		assert_organisation(house, body->call->redirected_to, day);
		break;
	case WOT__V1__BODY__KIND_BRIEF_CONTACT:
		assert_organisation(house, body->brief_contact->redirected_to, day);
		break;
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		assert_ward(house, body->help_request->ward);
		break;
	case WOT__V1__BODY__KIND_REFERRAL:
		assert_ward(house, body->referral->ward);
		assert_organisation(house, body->referral->referrer->organisation, day);
		break;
	case WOT__V1__BODY__KIND_SCREENING:
		assert_organisation(house, body->screening->redirected_to, day);
		break;
	case WOT__V1__BODY__KIND_HANDOVER_OFFERED:
		assert_organisation(house, body->handover_offered->to, day);
		break;
	case WOT__V1__BODY__KIND_CLOSED:
		assert_organisation(house, body->closed->redirected_to, day);
		break;
	case WOT__V1__BODY__KIND_CORRECTED:
		assert_ward(house, body->corrected->ward);
		break;
	default:
		break;
	}
}

/* ---- what the life of a case says ---- */

static struct kept *kept_of(struct house *house, const char *ref)
{
	size_t at = 5381;

	for (const char *c = ref; *c; c++)
		at = at * 33 + (unsigned char)*c;
	for (;; at++) {
		struct kept *kept = &house->cases[at % CASES_MAX];

		if (!kept->ref || !strcmp(kept->ref, ref))
			return kept;
	}
}

static void request_in(
	struct house *house, const char *ref, const Wot__V1__HelpRequest *request, int32_t day)
{
	struct kept *kept = kept_of(house, ref);

	assert_null(kept->ref);
	assert_true(++house->case_count < CASES_MAX / 2);
	kept->ref = ref;
	life_begin(&kept->life, request, day);
}

static void step_in(struct house *house, const Wot__V1__Submission *submission, int32_t day)
{
	struct kept *kept = kept_of(house, submission->case_ref);
	const Wot__V1__Body *body = submission->body;
	struct why why;

	assert_non_null(kept->ref);
	house->steps++;
	if (body->kind_case == WOT__V1__BODY__KIND_SCREENING) {
		assert_true(day >= kept->life.facts.reported_on);
		life_follow(&kept->life, body, day,
			arena_alloc(&house->arena, sizeof(struct screened)));
		assert_true(kept->life.screened == NULL ||
			    body->screening->outcome == WOT__V1__SCREENING__OUTCOME__NOT_REACHED ||
			    kept->life.decided_on == day);
	} else if (life_step(&kept->life, body, day, &why)) {
		fail_msg("%s: %s", submission->external_ref, why.text);
	}
}

static void line_in(struct house *house, const char *text, size_t len)
{
	Wot__V1__Submission *submission = submission_of(house, text, len);
	const Wot__V1__Body *body = submission->body;
	int32_t day = calendar_day_of(submission->occurred_at);

	house->lines++;
	assert_keys(house, body, day);
	if (body->kind_case == WOT__V1__BODY__KIND_HELP_REQUEST)
		request_in(house, submission->external_ref, body->help_request, day);
	else if (body->kind_case == WOT__V1__BODY__KIND_REFERRAL)
		request_in(house, submission->external_ref, body->referral, day);
	else if (submission->case_ref)
		step_in(house, submission, day);
}

static void lines_in(struct house *house, const char *text)
{
	for (const char *at = text, *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		line_in(house, at, (size_t)(end - at));
	}
}

/* ---- live traffic, read until enough of it came ---- */

enum { LIVE_LINES = 400 };

struct reader {
	struct buf text;
	int lines;
};

static ssize_t reader_take(void *cookie, const char *bytes, size_t len)
{
	struct reader *reader = cookie;

	if (reader->lines >= LIVE_LINES) {
		errno = EPIPE;
		return 0;
	}
	for (size_t i = 0; i < len; i++)
		reader->lines += bytes[i] == '\n';
	buf_add(&reader->text, bytes, len);
	return (ssize_t)len;
}

/* ---- the tests ---- */

static void house_open(struct house *house)
{
	auto_buf struct buf errors = {0};

	house->cases = calloc(CASES_MAX, sizeof *house->cases);
	assert_non_null(house->cases);
	assert_int_equal(wards_load(&house->wards, "config/wards.csv", &errors), 0);
	assert_int_equal(
		organisations_load(&house->organisations, "config/triage.yaml", &errors), 0);
}

static void house_close(struct house *house)
{
	arena_done(&house->arena);
	wards_done(&house->wards);
	organisations_done(&house->organisations);
	free(house->cases);
}

static void assert_accepted(uint64_t seed)
{
	struct city_options options = {
		.from_day = calendar_day((struct calendar_date){2025, 1, 1}),
		.to_day = calendar_day((struct calendar_date){2027, 3, 31}),
		.seed = seed,
	};
	struct house house = {0};
	auto_free char *text = NULL;
	size_t len = 0;
	struct why why;
	FILE *out = open_memstream(&text, &len);

	house_open(&house);
	assert_int_equal(city_run(&options, out, &why), 0);
	fclose(out);
	lines_in(&house, text);
	assert_true(house.lines > 60000 && house.steps > 15000);
	house_close(&house);
}

static void no_line_is_refused(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++)
		assert_accepted(seed);
}

static void live_traffic_is_accepted_too_until_its_reader_leaves(void **state)
{
	(void)state;
	struct city_options options = {.rate_per_s = 1000};
	struct reader reader = {0};
	struct house house = {0};
	struct why why;
	FILE *out = fopencookie(&reader, "w", (cookie_io_functions_t){.write = reader_take});

	house_open(&house);
	assert_int_equal(city_run(&options, out, &why), 0);
	fclose(out);
	lines_in(&house, reader.text.data);
	assert_int_equal(house.lines, LIVE_LINES);
	assert_true(house.case_count > 5 && house.steps > 5);
	house_close(&house);
	buf_done(&reader.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_refused),
		cmocka_unit_test(live_traffic_is_accepted_too_until_its_reader_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
