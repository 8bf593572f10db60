#include "daemons/triage/assign.h"

#include "proto/event.h"

static uint64_t bit(size_t team)
{
	return UINT64_C(1) << team;
}

void assign_load_add(struct assign_load *load, uint32_t hours, unsigned priority)
{
	load->hours += hours;
	load->open_cases++;
	if (priority == WOT__V1__CASE_ROUTED__PRIORITY__FAST_LANE)
		load->fast_hours += hours;
}

void assign_load_take(struct assign_load *load, uint32_t hours, unsigned priority)
{
	must(load->open_cases && load->hours >= hours);
	load->hours -= hours;
	load->open_cases--;
	if (priority == WOT__V1__CASE_ROUTED__PRIORITY__FAST_LANE)
		load->fast_hours -= hours;
}

int32_t assign_free(const struct rules_team *team, const struct assign_load *load)
{
	return (int32_t)((int64_t)team->hours - load->hours);
}

bool assign_fits(const struct rules_team *team, const struct assign_load *load,
	const struct assign_want *want)
{
	bool fast = want->rule->priority == WOT__V1__CASE_ROUTED__PRIORITY__FAST_LANE;
	uint32_t taken = fast ? load->fast_hours : load->hours;
	return (uint64_t)taken + want->hours <= team->hours;
}

/* The teams that have most of the expertise. */
static uint64_t best_matches(const struct rules *rules, uint32_t expertise)
{
	uint64_t best = 0;
	int most = -1;
	for (size_t i = 0; i < rules->team_count; i++) {
		if (rules->teams[i].only_by_rule)
			continue;
		int has = __builtin_popcount(rules->teams[i].expertise & expertise);
		if (has > most)
			best = 0;
		if (has >= most) {
			best |= bit(i);
			most = has;
		}
	}
	return best;
}

uint64_t assign_eligible(const struct rules *rules, const struct rule *rule, uint32_t expertise)
{
	uint64_t named = rule->team >= 0 ? bit((size_t)rule->team) : 0;
	return named | (rule->assign ? best_matches(rules, expertise) : 0);
}

typedef Wot__V1__CaseRouted__Considered__Why why_t;
#define WHY(name) WOT__V1__CASE_ROUTED__CONSIDERED__WHY__##name

/* Why `a` goes before `b` when both have room, as b is told; 0: it does not. */
static why_t goes_before(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, size_t a, size_t b)
{
	const why_t no = (why_t)0;
	const struct rules_team *team_a = &rules->teams[a], *team_b = &rules->teams[b];
	if (want->rule->team == (int)a || want->rule->team == (int)b)
		return want->rule->team == (int)a ? WHY(STANDS_IN) : no;
	int32_t free_a = assign_free(team_a, &loads[a]), free_b = assign_free(team_b, &loads[b]);
	if (free_a != free_b)
		return free_a > free_b ? WHY(FEWER_HOURS) : no;
	bool near_a = want->preferred_location && team_a->location == want->preferred_location;
	bool near_b = want->preferred_location && team_b->location == want->preferred_location;
	if (near_a != near_b)
		return near_a ? WHY(OTHER_LOCATION) : no;
	if (loads[a].last != loads[b].last)
		return loads[a].last < loads[b].last ? WHY(WAITED_LESS) : no;
	return a < b ? WHY(STANDS_LATER) : no;
}

int assign_choose(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed)
{
	uint64_t can = assign_eligible(rules, want->rule, want->expertise) & ~claimed;
	int chosen = -1;
	for (; can; can &= can - 1) {
		size_t i = (size_t)__builtin_ctzll(can);
		if (assign_fits(&rules->teams[i], &loads[i], want) &&
			(chosen < 0 || goes_before(rules, loads, want, i, (size_t)chosen)))
			chosen = (int)i;
	}
	return chosen;
}

static why_t why_of(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed, int chosen, size_t i)
{
	const struct rules_team *team = &rules->teams[i];
	if ((int)i == chosen)
		return want->rule->team == (int)i          ? WHY(RULE_NAMES)
		       : team->expertise & want->expertise ? WHY(HAS_EXPERTISE)
							   : WHY(MOST_HOURS);
	if (!(assign_eligible(rules, want->rule, want->expertise) & bit(i)))
		return WHY(LACKS_EXPERTISE);
	if (!assign_fits(team, &loads[i], want))
		return WHY(FULL);
	if (claimed & bit(i))
		return WHY(OTHERS_WAIT);
	must(chosen >= 0);
	return goes_before(rules, loads, want, (size_t)chosen, i);
}

void assign_explain(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed, int chosen, struct arena *arena,
	Wot__V1__CaseRouted *route)
{
	route->has_needed_hours = true;
	route->needed_hours = want->hours;
	route->considered = arena_alloc(arena, rules->team_count * sizeof *route->considered);
	for (size_t i = 0; i < rules->team_count; i++) {
		bool named = want->rule->team == (int)i;
		if (!named && !(want->rule->assign && !rules->teams[i].only_by_rule))
			continue;
		Wot__V1__CaseRouted__Considered *team =
			(void *)message_new(&wot__v1__case_routed__considered__descriptor, arena);
		team->team = arena_strdup(arena, rules->teams[i].key);
		team->why = why_of(rules, loads, want, claimed, chosen, i);
		team->has_free_hours = true;
		team->free_hours = assign_free(&rules->teams[i], &loads[i]);
		route->considered[route->n_considered++] = team;
	}
}
