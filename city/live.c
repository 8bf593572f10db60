#include "city/live.h"
#include "city/day.h"
#include "city/plea.h"
#include "city/step.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "lib/err.h"
#include <errno.h>
#include <time.h>

enum { CALLS_MAX = 12, CASES_MAX = 48 };

enum act { NEW_CALL, GO_ON_CALL, NEW_CONTACT, NEW_REQUEST, GO_ON_CASE };
static const struct choice acts[] = {
	{NEW_CALL, 22}, {GO_ON_CALL, 44}, {NEW_CONTACT, 12}, {NEW_REQUEST, 7}, {GO_ON_CASE, 15}};

/* What follows in a case, a step at a time; most stay open after the last. */
static const Wot__V1__Body__KindCase path[] = {WOT__V1__BODY__KIND_SCREENING,
	WOT__V1__BODY__KIND_FIRST_CONTACT, WOT__V1__BODY__KIND_SUPPORT_STARTED,
	WOT__V1__BODY__KIND_INTAKE_HELD, WOT__V1__BODY__KIND_PLAN_AGREED,
	WOT__V1__BODY__KIND_CLOSED};
enum { PATH_LENGTH = sizeof path / sizeof *path };

static const struct choice outcomes[] = {{WOT__V1__SCREENING__OUTCOME__NOT_REACHED, 15},
	{WOT__V1__SCREENING__OUTCOME__TO_SUPPORT, 75}, {WOT__V1__SCREENING__OUTCOME__ADVICE, 4},
	{WOT__V1__SCREENING__OUTCOME__REDIRECTED, 4},
	{WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY, 2}};
static const struct choice reasons[] = {{WOT__V1__CLOSED__REASON__GOALS_MET, 70},
	{WOT__V1__CLOSED__REASON__STOPPED_BY_CLIENT, 20},
	{WOT__V1__CLOSED__REASON__REDIRECTED_SPECIALIST, 6}, {WOT__V1__CLOSED__REASON__UNKNOWN, 4}};

struct live_call {
	struct call call;
	bool taken;
};
struct live_case {
	char ref[40];
	size_t at; /* in path */
	int lines; /* so far, for refs */
};

struct live {
	struct rng rng;
	uint64_t seed;
	int64_t began_ms; /* in every ref, so that a later run has others */
	int made;
	struct live_call calls[CALLS_MAX];
	size_t call_count;
	struct live_case cases[CASES_MAX];
	size_t case_count;
	struct lines lines;
};

static void print_ref(struct live *live, const char *kind, char *out, size_t room)
{
	snprintf(out, room, "syn-live-%llx-%s%d", (unsigned long long)live->began_ms, kind,
		++live->made);
}

static void new_call(struct live *live, int64_t now_ms)
{
	struct live_call *at = &live->calls[live->call_count++];

	*at = (struct live_call){.call.entered_ms = now_ms};
	call_draw(&live->rng, &at->call);
	print_ref(live, "call", at->call.ref, sizeof at->call.ref);
	line_call_entered(&live->lines, &live->rng, &at->call);
}

static void go_on_call(struct live *live, int64_t now_ms)
{
	struct live_call *at = &live->calls[rng_below(&live->rng, (int)live->call_count)];
	int since_s = (int)((now_ms - at->call.entered_ms) / 1000);

	if (!at->taken) {
		at->call.wait_s = since_s;
		at->taken = true;
		line_call_taken(&live->lines, &at->call);
		if (!at->call.abandoned)
			return;
	} else {
		at->call.talk_s = since_s - at->call.wait_s;
		line_call_ended(&live->lines, &live->rng, &at->call);
	}
	*at = live->calls[--live->call_count];
}

static void new_contact(struct live *live, int64_t now_ms)
{
	char ref[40];

	print_ref(live, "k", ref, sizeof ref);
	line_contact(&live->lines, &live->rng, ref, now_ms, rng_chance(&live->rng, 10));
}

static void new_request(struct live *live, int64_t now_ms)
{
	struct live_case *at = &live->cases[live->case_count < CASES_MAX
						    ? live->case_count++
						    : (size_t)rng_below(&live->rng, CASES_MAX)];
	struct life life = {
		.group = 'l', .fate = FATE_SUPPORT, .reported = calendar_day_of(now_ms)};
	struct plea plea;

	life.year = calendar_date(life.reported).year;
	life.number = rng_below(&live->rng, 1000);
	life.started = life.reported;
	plea_draw(&plea, rng_next(&live->rng), &life);
	*at = (struct live_case){0};
	print_ref(live, "r", at->ref, sizeof at->ref);
	snprintf(plea.ref, sizeof plea.ref, "%s", at->ref);
	line_plea(&live->lines, &plea, now_ms);
}

static void go_on_case(struct live *live, int64_t now_ms)
{
	struct live_case *at = &live->cases[rng_below(&live->rng, (int)live->case_count)];
	struct step step = {.kind = path[at->at++], .weighed = true};
	char ref[64];
	bool ends = at->at == PATH_LENGTH;

	if (step.kind == WOT__V1__BODY__KIND_SCREENING) {
		step.value = rng_pick(&live->rng, outcomes);
		step.weighed = step.value == WOT__V1__SCREENING__OUTCOME__TO_SUPPORT;
		ends = !step.weighed && step.value != WOT__V1__SCREENING__OUTCOME__NOT_REACHED;
		at->at -= step.value == WOT__V1__SCREENING__OUTCOME__NOT_REACHED;
	} else if (step.kind == WOT__V1__BODY__KIND_CLOSED) {
		step.value = rng_pick(&live->rng, reasons);
	}
	snprintf(ref, sizeof ref, "%s.%d", at->ref, ++at->lines);
	line_step(&live->lines, &live->rng, at->ref, ref, &step, now_ms);
	if (ends || (at->at == PATH_LENGTH - 1 && rng_chance(&live->rng, 80)))
		*at = live->cases[--live->case_count];
}

/* One submission of now. */
static void act(struct live *live, int64_t now_ms)
{
	enum act what = (enum act)rng_pick(&live->rng, acts);

	if (what == GO_ON_CALL && live->call_count == 0)
		what = NEW_CALL;
	if (what == NEW_CALL && live->call_count == CALLS_MAX)
		what = GO_ON_CALL;
	if (what == GO_ON_CASE && live->case_count == 0)
		what = NEW_REQUEST;
	switch (what) {
	case NEW_CALL:
		new_call(live, now_ms);
		break;
	case GO_ON_CALL:
		go_on_call(live, now_ms);
		break;
	case NEW_CONTACT:
		new_contact(live, now_ms);
		break;
	case NEW_REQUEST:
		new_request(live, now_ms);
		break;
	case GO_ON_CASE:
		go_on_case(live, now_ms);
	}
}

int live_run(uint64_t seed, double rate_per_s, FILE *out)
{
	struct live live = {.began_ms = clock_now_ms()};
	int err = 0;

	live.rng = rng_of(seed ^ (uint64_t)live.began_ms, CHANCE_LIVE, 0, 0);
	while (!err) {
		/* Between half and one and a half of the mean pause: a trickle, not a clockwork. */
		double pause_s = (0.5 + rng_below(&live.rng, 1000) / 1000.0) / rate_per_s;
		struct timespec pause = {
			(time_t)pause_s, (long)((pause_s - (double)(time_t)pause_s) * 1e9)};

		nanosleep(&pause, NULL);
		act(&live, clock_now_ms());
		err = lines_print(&live.lines, INT64_MAX, out);
		buf_clear(&live.lines.text);
		live.lines.count = 0;
	}
	lines_done(&live.lines);
	return errno == EPIPE ? 0 : err;
}
