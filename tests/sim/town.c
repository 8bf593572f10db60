#include "tests/sim/town.h"

#include "lib/calendar.h"
#include "lib/clock.h"
#include "tests/sim/agenda.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* One city in so many is large: more comes together in it than a block or a decision holds. */
enum { LARGE_EVERY = 12 };

struct town town;

/* ---- what is drawn again and again ---- */

int64_t town_instant(int32_t day)
{
	struct rng *rng = &town.rng;
	int minute =
		rng_chance(rng, 80) ? rng_range(rng, 8 * 60, 18 * 60) : rng_below(rng, 24 * 60);
	return calendar_day_start(day) + minute * MINUTE_MS + rng_below(rng, 60000);
}

/* Some clients count, others draw letters: the shell looks for duplicates in another way. */
void town_ref(const char *prefix, char out[65])
{
	size_t len = (size_t)snprintf(out, 65, "%s:", prefix);
	uint64_t letters = rng_next(&town.rng);
	if (prefix[0] < 'm') {
		snprintf(out, 65, "%s-%08u", prefix, ++town.refs);
		return;
	}
	for (int i = 0; i < 16; i++, letters >>= 4)
		out[len++] = (char)('a' + (letters & 15));
	out[len] = 0;
}

const char *town_organisation(void)
{
	static const char *const keys[] = {"mevis", "woonplus", "gp", "library", "dock", "other",
		"volunteers", "naut", "buurtwerk", "seniorenwelzijn", "police"};
	return rng_chance(&town.rng, 1) ? "nobody-knows" : keys[rng_below(&town.rng, COUNT(keys))];
}

const char *town_ward_key(void)
{
	static const char *const keys[] = {
		"CENTRUM_WEST", "NOORDRAND", "GROENOORD", "OOST", "NIEUWLAND", "ZUID"};
	return keys[rng_below(&town.rng, COUNT(keys))];
}

size_t town_set(int *out, int highest, int most)
{
	size_t count = 0;
	uint32_t set = 0;
	for (int left = rng_below(&town.rng, most + 1); left; left--) {
		int value = rng_range(&town.rng, 1, highest);
		if (!(set >> value & 1))
			out[count++] = value;
		set |= 1u << value;
	}
	return count;
}

/* ---- on its way ---- */

/* What another person at the client made of the same ref. */
static void send_other(int64_t at_ms, enum member member, const struct clerk_client *client,
	Wot__V1__Submission *submission)
{
	submission->occurred_at -= MINUTE_MS;
	clerk_send(at_ms, member, client, submission, NULL, NULL);
}

void town_send(enum member member, const struct clerk_client *client, int64_t occurred_ms,
	Wot__V1__Submission *submission, Wot__V1__Body__KindCase kind, ProtobufCMessage *message,
	clerk_fn *on_answer, void *arg)
{
	struct rng *rng = &town.rng;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	body_set(&body, kind, message);
	submission->body = &body;
	submission->occurred_at = occurred_ms;
	int64_t at_ms = clock_now_ms();
	if (rng_chance(rng, 3)) /* an outbox that was not emptied */
		at_ms += rng_below(rng, 1000 * 3600) * INT64_C(10);
	if (rng_chance(rng, 1)) /* a clock that is wrong: refused, or taken a little later */
		submission->occurred_at = at_ms + rng_range(rng, 1, 400) * INT64_C(1000);
	const struct letter *letter = clerk_send(at_ms, member, client, submission, on_answer, arg);
	int again = rng_below(rng, 100);
	if (again < 4)
		clerk_send_again(at_ms + rng_skewed(rng, 0, 5 * 60000), letter);
	else if (again < 6)
		send_other(at_ms + rng_skewed(rng, 0, 5 * 60000), member, client, submission);
	else if (again < 7)
		clerk_send(at_ms, member, &gp, submission, NULL,
			NULL); /* mostly of a role that may not */
}

static void send_plain(const struct clerk_client *client, const char *prefix, int64_t occurred_ms,
	Wot__V1__Body__KindCase kind, ProtobufCMessage *message)
{
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	char ref[65];
	town_ref(prefix, ref);
	submission.external_ref = ref;
	town_send(INTAKE, client, occurred_ms, &submission, kind, message, NULL, NULL);
}

/* ---- persons ---- */

/* Nine digits that pass the 11-proof; few of them, so that people and households come back. */
static void bsn_draw(char out[10])
{
	int digits[9], sum;
	do {
		int number = 9999 * 1000 + rng_below(&town.rng, 60);
		sum = 0;
		for (int i = 6; i >= 0; i--, number /= 10)
			digits[i] = number % 10;
		digits[7] = rng_below(&town.rng, 10);
		for (int i = 0; i < 8; i++)
			sum += digits[i] * (9 - i);
	} while (sum % 11 == 10);
	digits[8] = sum % 11;
	for (int i = 0; i < 9; i++)
		out[i] = (char)('0' + digits[i]);
	out[9] = 0;
}

struct person {
	Wot__V1__Person message;
	char bsn[10];
};

static Wot__V1__Person *person_draw(struct person *person, int32_t day)
{
	struct rng *rng = &town.rng;
	wot__v1__person__init(&person->message);
	person->message.name = TEXT(TOWN_NAME);
	if (rng_chance(rng, 60)) {
		bsn_draw(person->bsn);
		person->message.bsn = person->bsn;
	}
	person->message.has_birth_date = rng_chance(rng, 80);
	int years = rng_chance(rng, 15) ? rng_range(rng, 17, 18) : rng_below(rng, 90);
	person->message.birth_date = day - years * 365 - rng_below(rng, 366);
	if (rng_chance(rng, 40))
		person->message.address = TEXT(TOWN_ADDRESS);
	return &person->message;
}

/* ---- requests ---- */

struct drawn {
	Wot__V1__HelpRequest request;
	Wot__V1__Referrer referrer;
	struct person person;
	int problems[13], expertise[5];
};

static void place_draw(Wot__V1__HelpRequest *request)
{
	struct rng *rng = &town.rng;
	int where = rng_below(rng, 100);
	if (where < 60)
		request->ward = TEXT(town_ward_key());
	else if (where < 75)
		request->postcode = TEXT(TOWN_POSTCODE);
	request->has_resident = rng_chance(rng, 30);
	request->resident = rng_chance(rng, 85);
	request->has_location = rng_chance(rng, 60);
	request->location = (Wot__V1__Location__Value)rng_range(rng, 1, 8);
	request->has_preferred_location = rng_chance(rng, 30);
	request->preferred_location = (Wot__V1__Location__Value)rng_range(rng, 1, 8);
}

static void request_draw_(struct drawn *drawn, int32_t day)
{
	struct rng *rng = &town.rng;
	Wot__V1__HelpRequest *request = &drawn->request;
	wot__v1__help_request__init(request);
	request->channel = (Wot__V1__Channel__Value)rng_range(rng, 1, 9);
	place_draw(request);
	if (rng_chance(rng, 65))
		request->person = person_draw(&drawn->person, day);
	if (rng_chance(rng, 30))
		request->question = TEXT(TOWN_QUESTION);
	if (!request->person || !request->person->has_birth_date) {
		request->has_age_group = rng_chance(rng, 50);
		request->age_group = (Wot__V1__AgeGroup__Value)rng_range(rng, 1, 3);
	}
	request->problems = (Wot__V1__Problem__Value *)drawn->problems;
	request->n_problems = town_set(drawn->problems, 13, 4);
	request->expertise = (Wot__V1__Expertise__Value *)drawn->expertise;
	request->n_expertise = town_set(drawn->expertise, 5, 2);
	request->has_domestic_violence = rng_chance(rng, 40);
	request->domestic_violence = rng_chance(rng, 20);
	request->has_crisis = rng_chance(rng, 20);
	request->crisis = rng_chance(rng, 30);
	request->has_people_involved = rng_chance(rng, 60);
	request->people_involved = (uint32_t)rng_range(rng, 1, rng_chance(rng, 1) ? 200 : 6);
	request->has_consent = rng_chance(rng, 50);
	request->consent = rng_chance(rng, 90);
	request->has_legal_basis = rng_chance(rng, 30);
	request->legal_basis = (Wot__V1__LegalBasis__Value)rng_range(rng, 1, 4);
}

static void request_send(int32_t day)
{
	struct rng *rng = &town.rng;
	struct drawn drawn = {0};
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	const struct clerk_client *client = rng_chance(rng, 40)   ? &phone_centre
					    : rng_chance(rng, 50) ? &desk
								  : &intake_team;
	bool is_referral = rng_chance(rng, 30);
	char ref[65];
	request_draw_(&drawn, day);
	if (is_referral) {
		wot__v1__referrer__init(&drawn.referrer);
		drawn.referrer.organisation = TEXT(town_organisation());
		drawn.referrer.contact = rng_chance(rng, 50) ? TEXT(TOWN_REFERRER) : NULL;
		drawn.request.referrer = &drawn.referrer;
		drawn.request.has_consent = drawn.request.consent = true;
		client = rng_chance(rng, 50) ? &gp : &woonplus;
	}
	town_ref(is_referral ? "verwijzing" : "aanvraag", ref);
	submission.external_ref = ref;
	struct story *story = story_begin(client, ref, day);
	town_send(INTAKE, client, town_instant(day), &submission,
		is_referral ? WOT__V1__BODY__KIND_REFERRAL : WOT__V1__BODY__KIND_HELP_REQUEST,
		&drawn.request.base, story_registered, story);
	town.requests++;
}

/* ---- the phone ---- */

/* One call: who calls, when, and how long they wait. */
struct ring {
	char id[32], caller[16];
	int64_t at_ms;
	int waited;
};

static void call_event(const struct ring *ring, Wot__V1__Call__Event event, int64_t at_ms)
{
	struct rng *rng = &town.rng;
	Wot__V1__Call call = WOT__V1__CALL__INIT;
	if (rng_chance(rng, 6)) /* the phone system forgot it */
		return;
	call.call_id = TEXT(ring->id);
	call.queue = TEXT("wot");
	call.event = event;
	call.has_wait_seconds = event == WOT__V1__CALL__EVENT__ANSWERED ||
				event == WOT__V1__CALL__EVENT__ABANDONED ||
				(event == WOT__V1__CALL__EVENT__TIMED_OUT && rng_chance(rng, 50));
	call.wait_seconds = (uint32_t)ring->waited;
	call.caller = event == WOT__V1__CALL__EVENT__ENTERED ? TEXT(ring->caller) : NULL;
	call.has_outcome = event == WOT__V1__CALL__EVENT__ENDED;
	call.outcome = (Wot__V1__Call__Outcome)rng_range(rng, 1, 5);
	for (int times = rng_chance(rng, 5) ? 2 : 1; times; times--)
		send_plain(&phone_centre, "call", at_ms, WOT__V1__BODY__KIND_CALL, &call.base);
}

static void callback_go(void *arg)
{
	struct ring *ring = arg;
	Wot__V1__Callback callback = WOT__V1__CALLBACK__INIT;
	callback.call_id = ring->id;
	callback.reached = rng_chance(&town.rng, 70);
	send_plain(
		&phone_centre, "back", ring->at_ms, WOT__V1__BODY__KIND_CALLBACK, &callback.base);
	free(ring);
}

/* Within hours, or days: some too late. */
static void callback_plan(const struct ring *missed)
{
	struct ring *ring = malloc(sizeof *ring);
	must(ring);
	*ring = *missed;
	ring->at_ms += rng_skewed(&town.rng, 1, 96 * 60) * MINUTE_MS;
	int64_t now_ms = clock_now_ms();
	agenda_add(ring->at_ms > now_ms ? ring->at_ms : now_ms, callback_go, ring);
}

/* Who hangs up may call again. */
static void ring_send(struct ring *ring)
{
	struct rng *rng = &town.rng;
	bool answered = rng_chance(rng, 85), turned = rng_chance(rng, 10);
	int64_t then_ms = ring->at_ms + ring->waited * INT64_C(1000);
	Wot__V1__Call__Event then = answered              ? WOT__V1__CALL__EVENT__ANSWERED
				    : rng_chance(rng, 30) ? WOT__V1__CALL__EVENT__TIMED_OUT
							  : WOT__V1__CALL__EVENT__ABANDONED;
	snprintf(ring->id, sizeof ring->id, "k%d-%d", calendar_day_of(ring->at_ms),
		rng_below(rng, 1000));
	if (turned)
		call_event(ring, then, then_ms);
	call_event(ring, WOT__V1__CALL__EVENT__ENTERED, ring->at_ms);
	if (!turned)
		call_event(ring, then, then_ms);
	if (rng_chance(rng, 15)) { /* handed on to another queue; told late, or before */
		struct ring second = *ring;
		second.waited += rng_range(rng, 1, 120);
		call_event(&second, then,
			ring->at_ms +
				second.waited * INT64_C(1000) * (rng_chance(rng, 50) ? 1 : -1));
	}
	call_event(ring, WOT__V1__CALL__EVENT__ENDED, then_ms + 300000);
	if (answered)
		return;
	if (rng_chance(rng, 80))
		callback_plan(ring);
	ring->at_ms = then_ms + rng_skewed(rng, 1, 300) * MINUTE_MS;
	if (rng_chance(rng, 30))
		ring_send(ring);
}

static void call_send(int32_t day)
{
	struct rng *rng = &town.rng;
	struct ring ring = {.at_ms = town_instant(day), .waited = rng_skewed(rng, 0, 180)};
	snprintf(ring.caller, sizeof ring.caller, TOWN_PHONE "%d", rng_below(rng, 10));
	ring_send(&ring);
}

/* ---- what belongs to no case ---- */

static void contact_send(int32_t day)
{
	struct rng *rng = &town.rng;
	Wot__V1__BriefContact contact = WOT__V1__BRIEF_CONTACT__INIT;
	contact.channel = (Wot__V1__Channel__Value)rng_range(rng, 1, 9);
	contact.has_location = rng_chance(rng, 70);
	contact.location = (Wot__V1__Location__Value)rng_range(rng, 1, 8);
	contact.has_theme = rng_chance(rng, 70);
	contact.theme = (Wot__V1__BriefContact__Theme)rng_range(rng, 1, 7);
	contact.has_age_group = rng_chance(rng, 80);
	contact.age_group = (Wot__V1__AgeGroup__Value)rng_range(rng, 1, 3);
	contact.answer = (Wot__V1__BriefContact__Answer)rng_range(rng, 1, 4);
	contact.redirected_to = contact.answer == WOT__V1__BRIEF_CONTACT__ANSWER__REDIRECTED
					? TEXT(town_organisation())
					: NULL;
	const struct clerk_client *client = rng_chance(rng, 50) ? &phone_centre : &desk;
	const char *prefix = rng_chance(rng, 50) ? "kort" : "praatje";
	send_plain(client, prefix, town_instant(day), WOT__V1__BODY__KIND_BRIEF_CONTACT,
		&contact.base);
}

/* The intake team phones the household, some time after the day of the signal or, by a slip, before it. */
static void signal_screen(const char *signal_ref, int32_t day)
{
	struct rng *rng = &town.rng;
	Wot__V1__Screening screening = WOT__V1__SCREENING__INIT;
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	char ref[65], name[100];
	town_ref("signal-screening", ref);
	snprintf(name, sizeof name, "%s/%s", woonplus.name, signal_ref);
	submission.external_ref = ref;
	submission.case_ref = name;
	screening.outcome = rng_chance(rng, 50) ? WOT__V1__SCREENING__OUTCOME__NOT_REACHED
						: WOT__V1__SCREENING__OUTCOME__WITHDRAWN;
	town_send(TRIAGE, &intake_team, town_instant(day - rng_chance(rng, 10)), &submission,
		WOT__V1__BODY__KIND_SCREENING, &screening.base, NULL, NULL);
}

static void signal_send(int32_t day)
{
	struct rng *rng = &town.rng;
	struct person person;
	Wot__V1__Signal signal = WOT__V1__SIGNAL__INIT;
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	char ref[65];
	town_ref("signal", ref);
	submission.external_ref = ref;
	signal.kind = (Wot__V1__Signal__Kind)rng_range(rng, 1, 9);
	signal.has_amount_euro = rng_chance(rng, 50);
	signal.amount_euro = (uint32_t)rng_below(rng, 9000);
	if (rng_chance(rng, 70))
		signal.person = person_draw(&person, day);
	town_send(INTAKE, &woonplus, town_instant(day), &submission, WOT__V1__BODY__KIND_SIGNAL,
		&signal.base, NULL, NULL);
	if (rng_chance(rng, 60))
		signal_screen(ref, day);
}

static void complaint_send(int32_t day)
{
	struct rng *rng = &town.rng;
	char *parts[] = {TEXT("wait"), TEXT("tone"), TEXT("privacy")};
	Wot__V1__Complaint complaint = WOT__V1__COMPLAINT__INIT;
	Wot__V1__ComplaintOutcome outcome = WOT__V1__COMPLAINT_OUTCOME__INIT;
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	char ref[65];
	town_ref("complaint", ref);
	submission.external_ref = ref;
	complaint.formal = rng_chance(rng, 50);
	complaint.n_parts = (size_t)rng_range(rng, 1, 3);
	complaint.parts = parts;
	if (!rng_chance(rng, 10))
		town_send(INTAKE, &desk, town_instant(day), &submission,
			WOT__V1__BODY__KIND_COMPLAINT, &complaint.base, NULL, NULL);
	bool by_other = rng_chance(rng, 40);
	char name[80];
	snprintf(name, sizeof name, "%s%s", by_other ? "desk/" : "", ref);
	outcome.complaint_ref = name;
	outcome.part = parts[rng_below(rng, 3)];
	outcome.outcome = (Wot__V1__ComplaintOutcome__Value)rng_range(rng, 1, 6);
	send_plain(by_other ? &intake_team : &desk, "outcome",
		town_instant(day - rng_chance(rng, 10)), WOT__V1__BODY__KIND_COMPLAINT_OUTCOME,
		&outcome.base);
}

static void rest_send(int32_t day)
{
	struct rng *rng = &town.rng;
	Wot__V1__FeedbackCard card = WOT__V1__FEEDBACK_CARD__INIT;
	Wot__V1__Survey survey = WOT__V1__SURVEY__INIT;
	Wot__V1__Training training = WOT__V1__TRAINING__INIT;
	card.rating = (Wot__V1__FeedbackCard__Rating)rng_range(rng, 1, 3);
	survey.subject = (Wot__V1__Survey__Subject)rng_range(rng, 1, 6);
	survey.satisfied = (uint32_t)rng_below(rng, 60);
	survey.answered = (uint32_t)rng_range(rng, 40, 90); /* fewer than satisfied: refused */
	training.code = TEXT("money-1");
	switch (rng_below(rng, 4)) {
	case 0:
		send_plain(&desk, "card", town_instant(day), WOT__V1__BODY__KIND_FEEDBACK_CARD,
			&card.base);
		break;
	case 1:
		send_plain(&manager, "survey", town_instant(day), WOT__V1__BODY__KIND_SURVEY,
			&survey.base);
		break;
	case 2:
		send_plain(&manager, "training", town_instant(day), WOT__V1__BODY__KIND_TRAINING,
			&training.base);
		break;
	default:
		complaint_send(day);
		break;
	}
}

/* ---- a day ---- */

struct errand {
	void (*send)(int32_t day);
	int32_t day;
};

static void errand_go(void *arg)
{
	struct errand *errand = arg;
	errand->send(errand->day);
	free(errand);
}

/* About so many a hundred days; each is known here on that day, or late, in a pile. */
static void errands_plan(int32_t day, int per_hundred, void (*send)(int32_t day))
{
	struct rng *rng = &town.rng;
	int expected = (int)(per_hundred * town.scale);
	int count = expected / 100 + (rng_below(rng, 100) < expected % 100);
	int64_t late_ms = rng_chance(rng, 8) ? rng_skewed(rng, 1, 120) * DAY_MS : 0;
	for (int i = 0; i < count; i++) {
		struct errand *errand = malloc(sizeof *errand);
		must(errand);
		*errand = (struct errand){send, day};
		agenda_add(calendar_day_start(day + 1) + late_ms + rng_below(rng, 3600000),
			errand_go, errand);
	}
}

static void day_begin(void *arg)
{
	int32_t day = (int32_t)(intptr_t)arg;
	errands_plan(day, 14, request_send);
	errands_plan(day, 15, call_send);
	errands_plan(day, 15, contact_send);
	errands_plan(day, 3, signal_send);
	errands_plan(day, 4, rest_send);
	if (day < town.to_day)
		agenda_add(calendar_day_start(day + 1), day_begin, (void *)(intptr_t)(day + 1));
}

void town_begin(uint64_t seed, double scale)
{
	town.rng = rng_of(seed, CHANCE_PLAN, 0, 0);
	town.from_day = calendar_day((struct calendar_date){2024, 1, 1});
	town.to_day = calendar_day((struct calendar_date){2026, 12, 31});
	town.scale = seed % LARGE_EVERY ? scale : 3 * scale;
	town.requests = town.refs = 0;
	agenda_add(calendar_day_start(town.from_day), day_begin, (void *)(intptr_t)town.from_day);
}

void town_end(void)
{
	stories_end();
}
