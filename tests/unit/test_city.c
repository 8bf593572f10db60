/*
 * The sample must fold to the published figures of 2025 under every seed, must not change when it
 * is asked again or further, and must hold no real person. The fold here is the test's own, and
 * reads lines only.
 */
#include "city/city.h"
#include "lib/buf.h"
#include "lib/calendar.h"
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on
#include <jansson.h>
#include <string.h>

static const uint64_t seeds[] = {1, 42, 20261121};
enum { SEEDS = sizeof seeds / sizeof *seeds };

#define CALLS "{\"to\":\"/v1/calls\"" /* most lines, and in no figure here */
#define NONE "-"

struct sample {
	char *text;
	size_t len;
};

static void sample_done(struct sample *sample)
{
	free(sample->text);
}
#define auto_sample auto_clean(sample_done)

static int32_t day_at(int year, int month, int day)
{
	return calendar_day((struct calendar_date){year, month, day});
}

static int32_t parse_day(const char *text)
{
	int year, month, day;

	assert_int_equal(sscanf(text, "%4d-%2d-%2d", &year, &month, &day), 3);
	return day_at(year, month, day);
}

static struct sample sample_of(uint64_t seed, int32_t from, int32_t to, int64_t to_ms)
{
	struct city_options options = {
		.from_day = from, .to_day = to, .to_ms = to_ms, .seed = seed};
	struct sample sample = {0};
	struct why why;
	FILE *out = open_memstream(&sample.text, &sample.len);

	assert_int_equal(city_run(&options, out, &why), 0);
	fclose(out);
	return sample;
}

static struct sample two_years(uint64_t seed)
{
	return sample_of(seed, day_at(2025, 1, 1), day_at(2026, 11, 21), 0);
}

/* What several tests look at. */
static struct sample usual;

static int usual_open(void **state)
{
	(void)state;
	usual = two_years(6);
	return 0;
}

static int usual_close(void **state)
{
	(void)state;
	sample_done(&usual);
	return 0;
}

/* Calls `each` with every line's path and body; but not with those that begin with `skip`. */
static void walk(const struct sample *sample, const char *skip,
	void (*each)(const char *to, const json_t *body, void *), void *of)
{
	for (const char *at = sample->text; *at; at = strchr(at, '\n') + 1) {
		json_error_t error;

		if (strncmp(at, skip, strlen(skip)) == 0)
			continue;
		json_t *line =
			json_loads(at, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);

		assert_non_null(line);
		each(json_string_value(json_object_get(line, "to")), json_object_get(line, "body"),
			of);
		json_decref(line);
	}
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---- the fold ---- */

struct life {
	bool youth, advice, ended;
	int32_t reported, started, closed; /* 0: not known */
	char reason[32];
};

struct fold {
	struct life lives[3][8][1200];
	int contacts, positive, other_cards, complaints, partly, unfounded, trainings;
	int granted, saving, lines;
};

static struct life *life_of(struct fold *fold, const char *ref)
{
	char group;
	int year, number;

	assert_int_equal(sscanf(ref, "syn-%c%4d-%d", &group, &year, &number), 3);
	assert_in_range(number, 1, 1199);
	return &fold->lives[group == 'c' ? 0 : group == 'r' ? 1 : 2][year % 8][number];
}

static void fold_request(struct life *life, const json_t *body, int32_t day)
{
	const char *birth = text_of(json_object_get(body, "person"), "birthDate");

	assert_int_equal(life->reported, 0);
	life->reported = day;
	life->youth = !strcmp(text_of(body, "legalBasis"), "YOUTH") ||
		      !strcmp(text_of(body, "ageGroup"), "YOUTH") ||
		      (*birth && calendar_age(parse_day(birth), day) < 18);
}

static void fold_screening(struct life *life, const json_t *body)
{
	const char *outcome = text_of(body, "outcome");

	if (strcmp(outcome, "NOT_REACHED")) {
		life->advice = !strcmp(outcome, "ADVICE") && !life->started && !life->closed;
		life->ended = strcmp(outcome, "TO_SUPPORT") && !life->advice;
	}
}

static void fold_correction(struct life *life, const json_t *corrected)
{
	const char *report = text_of(corrected, "reportedOn");
	const char *start = text_of(corrected, "supportStartedOn");
	const char *closing = text_of(corrected, "closedOn");
	const char *reason = text_of(corrected, "closingReason");

	if (*report)
		life->reported = parse_day(report);
	if (*start)
		life->started = parse_day(start);
	if (*closing)
		life->closed = parse_day(closing);
	if (*reason)
		snprintf(life->reason, sizeof life->reason, "%s", reason);
	if (json_object_get(corrected, "remove"))
		life->started = 0;
	assert_true(!life->started || life->started >= life->reported);
	assert_true(!life->closed || life->closed >= life->reported);
}

static void fold_case_event(struct fold *fold, struct life *life, const json_t *body, int32_t day)
{
	const json_t *closed = json_object_get(body, "closed");
	const json_t *tailored = json_object_get(body, "tailoredSolution");

	if (json_object_get(body, "corrected")) {
		fold_correction(life, json_object_get(body, "corrected"));
	} else if (json_object_get(body, "reopened")) {
		assert_true(life->closed && day >= life->closed);
		life->closed = 0;
	} else {
		assert_true(!life->closed || day <= life->closed);
	}
	if (json_object_get(body, "supportStarted") && !life->started)
		life->started = day;
	if (closed) {
		assert_int_equal(life->closed, 0);
		life->closed = day;
		snprintf(life->reason, sizeof life->reason, "%s", text_of(closed, "reason"));
	}
	if (life->started || life->closed)
		life->advice = life->ended = false;
	if (tailored && !strcmp(text_of(tailored, "decision"), "GRANTED") &&
		calendar_date(day).year == 2025) {
		fold->granted++;
		fold->saving += (int)json_integer_value(json_object_get(tailored, "savingEuro"));
	}
}

static void fold_other(struct fold *fold, const char *to, const json_t *body)
{
	if (!strcmp(to, "/v1/brief-contacts"))
		fold->contacts += strcmp(text_of(body, "ageGroup"), "YOUTH") != 0;
	if (!strcmp(to, "/v1/feedback-cards")) {
		bool positive = !strcmp(text_of(body, "rating"), "POSITIVE");

		fold->positive += positive;
		fold->other_cards += !positive;
	}
	fold->complaints += !strcmp(to, "/v1/complaints");
	fold->trainings += !strcmp(to, "/v1/trainings");
	fold->partly += !strcmp(text_of(body, "outcome"), "PARTLY_UPHELD");
	fold->unfounded += !strcmp(text_of(body, "outcome"), "UNFOUNDED");
}

static void fold_line(const char *to, const json_t *body, void *of)
{
	struct fold *fold = of;
	int32_t day = parse_day(text_of(body, "occurredAt"));
	const char *case_ref = text_of(body, "caseRef");

	fold->lines++;
	if (*case_ref)
		assert_in_range(day, life_of(fold, case_ref)->reported, day_at(2100, 1, 1));
	if (!strcmp(to, "/v1/help-requests") || !strcmp(to, "/v1/referrals"))
		fold_request(life_of(fold, text_of(body, "externalRef")), body, day);
	else if (!strcmp(to, "/v1/screenings"))
		fold_screening(life_of(fold, case_ref), body);
	else if (!strcmp(to, "/v1/case-events"))
		fold_case_event(fold, life_of(fold, case_ref), body, day);
	else if (calendar_date(day).year == 2025)
		fold_other(fold, to, body);
}

static bool in_2025(int32_t day)
{
	return day && calendar_date(day).year == 2025;
}

struct totals {
	int requests, contacts, starts, month, week, unknown, closures, within;
	int goals, stopped, moved, specialist, no_reason, open, waiting;
};

static struct totals totals_of(const struct fold *fold)
{
	struct totals sum = {.contacts = fold->contacts};
	const struct life *life = &fold->lives[0][0][0],
			  *end = life + sizeof fold->lives / sizeof *life;

	for (; life < end; life++) {
		if (!life->reported || life->youth)
			continue;
		int wait = life->started - life->reported;
		bool started = in_2025(life->started), closed = in_2025(life->closed);

		sum.requests += in_2025(life->reported) && !life->advice;
		sum.contacts += in_2025(life->reported) && life->advice;
		sum.starts += started;
		sum.month += started && wait <= 28;
		sum.week += started && wait <= 7;
		sum.unknown += closed && !life->started;
		sum.closures += closed;
		sum.within += closed && life->closed <= calendar_add_months(life->reported, 6);
		sum.goals += closed && !strcmp(life->reason, "GOALS_MET");
		sum.stopped += closed && !strcmp(life->reason, "STOPPED_BY_CLIENT");
		sum.moved += closed && !strcmp(life->reason, "MOVED_AWAY");
		sum.specialist += closed && !strcmp(life->reason, "REDIRECTED_SPECIALIST");
		sum.no_reason += closed && !strcmp(life->reason, "UNKNOWN");
		if (life->advice || life->ended || life->reported > day_at(2025, 12, 31) ||
			(life->closed && life->closed <= day_at(2025, 12, 31)))
			continue;
		sum.open++;
		sum.waiting += !life->started || life->started > day_at(2025, 12, 31);
	}
	return sum;
}

static void assert_published(const struct fold *fold)
{
	struct totals sum = totals_of(fold);

	assert_int_equal(sum.requests, 1001);
	assert_int_equal(sum.contacts, 634);
	assert_int_equal(sum.starts, 904);
	assert_int_equal(sum.month, 687);
	assert_int_equal(sum.week, 416);
	assert_int_equal(sum.unknown, 45);
	assert_int_equal(sum.closures, 1054);
	assert_int_equal(sum.within, 706);
	assert_int_equal(sum.goals, 743);
	assert_int_equal(sum.stopped + sum.moved, 154);
	assert_in_range(sum.moved, 1, 40);
	assert_int_equal(sum.specialist, 66);
	assert_int_equal(sum.no_reason, 91);
	assert_int_equal(sum.waiting, 62);
	assert_int_equal(sum.open, 50 + 275 + 62);
	assert_int_equal(fold->granted, 18);
	assert_int_equal(fold->saving, 18 * 39000);
	assert_int_equal(fold->positive, 48);
	assert_int_equal(fold->other_cards, 0);
	assert_int_equal(fold->complaints, 1);
	assert_int_equal(fold->partly, 1);
	assert_int_equal(fold->unfounded, 2);
	assert_int_equal(fold->trainings, 2);
}

static void assert_sample_is_published(uint64_t seed, int32_t from, int32_t to)
{
	auto_sample struct sample sample = sample_of(seed, from, to, 0);
	auto_free struct fold *fold = calloc(1, sizeof *fold);

	walk(&sample, CALLS, fold_line, fold);
	assert_published(fold);
}

/* ---- the tests ---- */

static void every_seed_folds_to_the_published_figures(void **state)
{
	(void)state;
	for (size_t i = 0; i < SEEDS; i++)
		assert_sample_is_published(seeds[i], day_at(2025, 1, 1), day_at(2025, 12, 31));
}

static void later_and_earlier_years_leave_2025_as_it_is(void **state)
{
	(void)state;
	assert_sample_is_published(42, day_at(2025, 1, 1), day_at(2027, 6, 30));
	assert_sample_is_published(3, day_at(2023, 5, 1), day_at(2026, 11, 21));
}

static void a_later_end_only_adds(void **state)
{
	(void)state;
	auto_sample struct sample again = two_years(6);
	auto_sample struct sample part = sample_of(6, day_at(2025, 1, 1), day_at(2026, 2, 3), 0);
	auto_sample struct sample noon =
		sample_of(6, day_at(2025, 1, 1), day_at(2026, 2, 3), INT64_C(1770116400000));

	assert_int_equal(usual.len, again.len);
	assert_memory_equal(usual.text, again.text, usual.len);
	assert_true(noon.len < part.len && part.len < usual.len);
	assert_memory_equal(usual.text, part.text, part.len);
	assert_memory_equal(part.text, noon.text, noon.len);
}

static void other_seeds_give_other_cities(void **state)
{
	(void)state;
	auto_sample struct sample one = sample_of(1, day_at(2025, 1, 1), day_at(2025, 3, 1), 0);
	auto_sample struct sample two = sample_of(2, day_at(2025, 1, 1), day_at(2025, 3, 1), 0);

	assert_string_not_equal(one.text, two.text);
}

static void two_years_stay_a_quick_import(void **state)
{
	(void)state;
	size_t count = 0;

	for (const char *at = usual.text; (at = strchr(at, '\n')); at++)
		count++;
	assert_in_range(count, 50000, 70000);
}

static void check_office_hours(const char *to, const json_t *body, void *of)
{
	const char *at = text_of(body, "occurredAt");
	char *last = of;
	int hour = atoi(at + 11);

	assert_in_range(hour, 8, 19);
	assert_true(calendar_is_working_day(parse_day(at), NULL, 0));
	/* Local times with an offset: in order but for the hour that summer time gives back at
	 * night. */
	assert_true(strcmp(last, at) <= 0 || strncmp(last, at, 10) == 0);
	assert_true(strncmp(last, at, 19) <= 0);
	snprintf(last, 32, "%s", at);
	assert_int_equal(strncmp(to, "/v1/", 4), 0);
}

static void lines_are_in_order_of_time_and_in_office_hours(void **state)
{
	(void)state;
	char last[32] = "";

	walk(&usual, NONE, check_office_hours, last);
}

struct refs {
	char (*items)[40];
	size_t count;
};

static void gather_ref(const char *to, const json_t *body, void *of)
{
	struct refs *refs = of;
	const char *ref = text_of(body, "externalRef");

	(void)to;
	assert_int_equal(strncmp(ref, "syn-", 4), 0);
	assert_true(strlen(ref) < sizeof *refs->items);
	assert_int_equal(strspn(ref, "abcdefghijklmnopqrstuvwxyz0123456789.-"), strlen(ref));
	snprintf(refs->items[refs->count++], sizeof *refs->items, "%s", ref);
}

static int compare_refs(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void every_ref_is_used_once(void **state)
{
	(void)state;
	struct refs refs = {.items = calloc(200000, 40)};

	walk(&usual, NONE, gather_ref, &refs);
	qsort(refs.items, refs.count, sizeof *refs.items, compare_refs);
	for (size_t i = 1; i < refs.count; i++)
		assert_string_not_equal(refs.items[i - 1], refs.items[i]);
	free(refs.items);
}

static void check_person(const char *to, const json_t *body, void *of)
{
	const json_t *person = json_object_get(body, "person");
	const char *bsn = text_of(person, "bsn"), *postcode = text_of(body, "postcode");
	int sum = 0, *seen = of;

	(void)to;
	if (!person)
		return;
	assert_int_equal(strncmp(text_of(person, "name"), "Testpersoon ", 12), 0);
	if (*text_of(person, "phone"))
		assert_int_equal(strncmp(text_of(person, "phone"), "06-00", 5), 0);
	if (*bsn) {
		for (int i = 0; i < 9; i++)
			sum += (bsn[i] - '0') * (i < 8 ? 9 - i : -1);
		assert_int_equal(strlen(bsn), 9);
		assert_int_equal(strncmp(bsn, "9999", 4), 0);
		assert_int_equal(sum % 11, 0);
		seen[0]++;
	}
	if (strncmp(postcode, "311", 3) == 0 || strncmp(postcode, "312", 3) == 0) {
		assert_in_range(atoi(postcode), 3111, 3125);
		assert_int_equal(strlen(postcode), 7);
		seen[1]++;
	}
}

static void no_person_in_it_exists(void **state)
{
	(void)state;
	int seen[2] = {0};

	walk(&usual, CALLS, check_person, seen);
	assert_true(seen[0] > 1000 && seen[1] > 1000);
}

static void a_later_begin_brings_open_cases_whole(void **state)
{
	(void)state;
	auto_sample struct sample sample = sample_of(9, day_at(2026, 3, 1), day_at(2026, 6, 1), 0);
	auto_free struct fold *fold = calloc(1, sizeof *fold);
	int earlier = 0;

	walk(&sample, CALLS, fold_line, fold); /* asserts that each case begins with its request */
	for (const struct life *life = &fold->lives[0][0][0];
		life < &fold->lives[0][0][0] + sizeof fold->lives / sizeof *life; life++)
		earlier += life->reported && life->reported < day_at(2026, 3, 1);
	assert_in_range(earlier, 300, 800);
	assert_int_equal(
		fold->contacts, 0); /* fold_other counts 2025 only, and nothing of it came */
}

static void impossible_days_are_refused_with_a_reason(void **state)
{
	(void)state;
	struct city_options turned = {.from_day = 20000, .to_day = 19000};
	struct city_options ancient = {.from_day = 3000, .to_day = 19000};
	struct why why = {""};

	assert_int_equal(city_run(&turned, stdout, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "--from"));
	assert_int_equal(city_run(&ancient, stdout, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "2015"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_seed_folds_to_the_published_figures),
		cmocka_unit_test(later_and_earlier_years_leave_2025_as_it_is),
		cmocka_unit_test(a_later_end_only_adds),
		cmocka_unit_test(other_seeds_give_other_cities),
		cmocka_unit_test(two_years_stay_a_quick_import),
		cmocka_unit_test(lines_are_in_order_of_time_and_in_office_hours),
		cmocka_unit_test(every_ref_is_used_once),
		cmocka_unit_test(no_person_in_it_exists),
		cmocka_unit_test(a_later_begin_brings_open_cases_whole),
		cmocka_unit_test(impossible_days_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, usual_open, usual_close);
}
