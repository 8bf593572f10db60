#include "tests/sim/check.h"

#include "daemons/triage/core.h"
#include "lib/clock.h"
#include "stage/stage_own.h"
#include "tests/sim/clerk.h"
#include "tests/sim/fail.h"

/* When nothing is under way, time alone routes nobody: whoever could be given a team has one. */
static void still_check(void)
{
	const struct stage *stage = house.stages[TRIAGE];
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	struct decision out = {.arena = &arena, .faults = &faults};
	struct input tick = {.kind = INPUT_TICK, .now_ms = clock_now_ms()};
	int err = triage_core.decide(stage->state, &tick, &out);
	sim_check(!err && out.count == 0, "triage still has %zu routes to give, of %s and others",
		out.count, out.count ? out.events[0]->case_id : "");
}

void check_now(enum member replayed)
{
	const char *problem = house_problem();
	sim_check(!problem, "%s", problem);
	check_replay(replayed);
	check_tally();
	clerk_check();
}

void check_quiet(void)
{
	check_now(INTAKE);
	check_replay(TRIAGE);
	check_replay(CASE);
	check_logs();
	check_cases();
	check_clocks();
	check_calls();
	check_tally_quiet();
	check_figures();
	still_check();
}
