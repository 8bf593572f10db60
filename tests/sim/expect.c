#include "tests/sim/expect.h"

#include "lib/calendar.h"
#include "proto/submission.h"
#include "tests/sim/fail.h"

#include <string.h>

/* ---- before ---- */

/* Whoever is born on 29 February has a birthday on 1 March in other years: later in the year than the 28th. */
static int age_on(int32_t birth, int32_t day)
{
	struct calendar_date born = calendar_date(birth), now = calendar_date(day);
	bool had_birthday =
		now.month > born.month || (now.month == born.month && now.day >= born.day);
	return now.year - born.year - !had_birthday;
}

/* Not later than the same day of the month six months on, or the last one of that month. */
static int32_t six_months_on(int32_t day)
{
	struct calendar_date date = calendar_date(day);
	date.month += 6;
	if (date.month > 12) {
		date.month -= 12;
		date.year++;
	}
	while (!calendar_exists(date))
		date.day--;
	return calendar_day(date);
}

static void request_expect(
	struct expected *expected, const Wot__V1__HelpRequest *request, int32_t day)
{
	const Wot__V1__Person *person = request->person;
	expected->is_request = true;
	expected->age = person && person->has_birth_date ? age_on(person->birth_date, day) : -1;
	bool minor = expected->age >= 0 && expected->age < 18;
	expected->turns_18 = minor && age_on(person->birth_date, six_months_on(day)) >= 18;
	expected->youth = minor ||
			  (request->has_age_group &&
				  request->age_group == WOT__V1__AGE_GROUP__VALUE__YOUTH) ||
			  (request->has_legal_basis &&
				  request->legal_basis == WOT__V1__LEGAL_BASIS__VALUE__YOUTH);
}

struct expected expect_answer(
	enum member member, const char *client, const Wot__V1__Submission *submission)
{
	uint8_t digest[16];
	struct expected expected = {.member = member, .is_allowed = true, .age = -1};
	const struct told_ref *first = model_ref(member, client, submission->external_ref);
	const Wot__V1__Body *body = submission->body;
	submission_digest(submission, NULL, NULL, digest);
	if (first) {
		expected.is_taken = true;
		expected.first = *first;
		expected.is_same = memcmp(first->digest, digest, 16) == 0;
	}
	if (body->kind_case == WOT__V1__BODY__KIND_HELP_REQUEST ||
		body->kind_case == WOT__V1__BODY__KIND_REFERRAL)
		request_expect(
			&expected, body->help_request, calendar_day_of(submission->occurred_at));
	if (member != INTAKE)
		expected.number = model_named(member, client, submission);
	int32_t signal_on = member == TRIAGE ? model_signal(member, client, submission) : NEVER;
	expected.is_signal = !expected.number && signal_on != NEVER;
	if (expected.number)
		expected.is_allowed = model_allows(member, expected.number, submission);
	else if (expected.is_signal)
		expected.is_allowed = calendar_day_of(submission->occurred_at) >= signal_on;
	return expected;
}

/* ---- after ---- */

static const char *answer_name(const struct receipt *receipt)
{
	return receipt->err         ? err_name(receipt->err)
	       : receipt->duplicate ? "duplicate"
				    : "accepted";
}

static void taken_check(
	const struct expected *expected, const char *ref, const struct receipt *receipt)
{
	const struct told_ref *first = &expected->first;
	if (!expected->is_same) {
		sim_check(receipt->err == ERR_REF_TAKEN,
			"%s has other content and is not ref_taken but %s", ref,
			answer_name(receipt));
		return;
	}
	sim_check(!receipt->err && receipt->duplicate, "%s came again and is no duplicate but %s",
		ref, answer_name(receipt));
	sim_check(receipt->seq == first->seq && memcmp(receipt->id, first->id, 16) == 0 &&
			  strcmp(receipt->case_id, first->case_id) == 0,
		"%s came again and gets another receipt than the first time", ref);
}

static void request_check(
	const struct expected *expected, const char *ref, const struct receipt *receipt)
{
	sim_check(!receipt->err, "%s is a request and %s: %s", ref, answer_name(receipt),
		receipt->detail);
	const struct told_request *told = model_request(model_number(receipt->case_id));
	sim_check(told->known && told->age == expected->age && told->youth == expected->youth &&
			  told->turns_18 == expected->turns_18,
		"%s: age %d, youth %d, soon 18 %d; taken as age %d, youth %d, soon 18 %d", ref,
		expected->age, expected->youth, expected->turns_18, told->age, told->youth,
		told->turns_18);
}

static void step_check(
	const struct expected *expected, const char *ref, const struct receipt *receipt)
{
	if (!expected->number && !expected->is_signal) {
		sim_check(receipt->err == ERR_UNKNOWN_CASE, "%s names no case and is %s", ref,
			answer_name(receipt));
		return;
	}
	if (!expected->is_allowed) {
		sim_check(receipt->err == ERR_LIFE_FORBIDS, "%s is not possible and is %s", ref,
			answer_name(receipt));
		return;
	}
	sim_check(!receipt->err, "%s is possible and %s: %s", ref, answer_name(receipt),
		receipt->detail);
	uint32_t number = receipt->case_id[0] ? model_number(receipt->case_id) : 0;
	sim_check(number == expected->number, "%s is of case %u and its receipt says %s", ref,
		expected->number, receipt->case_id);
}

void expect_check(const struct expected *expected, const char *ref, const struct receipt *receipt)
{
	if (expected->is_taken) {
		taken_check(expected, ref, receipt);
		return;
	}
	sim_check(!receipt->duplicate && receipt->err != ERR_REF_TAKEN, "%s is new and called %s",
		ref, answer_name(receipt));
	if (expected->is_request)
		request_check(expected, ref, receipt);
	else if (expected->member != INTAKE && receipt->err != ERR_INVALID)
		step_check(expected, ref, receipt);
}
