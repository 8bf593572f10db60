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

/* Why `a` goes before `b` when both have room; also the words that b is told. NULL: it does not. */
static const char *goes_before(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, size_t a, size_t b)
{
	const struct rules_team *team_a = &rules->teams[a], *team_b = &rules->teams[b];
	if (want->rule->team == (int)a || want->rule->team == (int)b)
		return want->rule->team == (int)a ? "Stands in when the team of the rule is full"
						  : NULL;
	int32_t free_a = assign_free(team_a, &loads[a]), free_b = assign_free(team_b, &loads[b]);
	if (free_a != free_b)
		return free_a > free_b ? "Fewer hours free than the chosen team" : NULL;
	bool near_a = want->preferred_location && team_a->location == want->preferred_location;
	bool near_b = want->preferred_location && team_b->location == want->preferred_location;
	if (near_a != near_b)
		return near_a ? "As many hours free, but not the preferred location" : NULL;
	if (loads[a].last != loads[b].last)
		return loads[a].last < loads[b].last ? "As many hours free, but the chosen team "
						       "waited longer for a new case"
						     : NULL;
	return a < b ? "Equal in all, but later in triage.yaml" : NULL;
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

static char *chosen_reason(
	const struct rules *rules, const struct assign_want *want, size_t i, struct arena *arena)
{
	uint32_t has = rules->teams[i].expertise & want->expertise;
	if (want->rule->team == (int)i)
		return arena_strdup(arena, "Chosen: the rule names this team");
	if (!has)
		return arena_strdup(arena, "Chosen: the most hours free");
	auto_buf struct buf names = {0};
	rules_set_text(&wot__v1__expertise__value__descriptor, has, &names);
	return arena_printf(arena, "Chosen: has %s, and of those the most hours free", names.data);
}

static char *lacks_reason(
	const struct rules *rules, const struct assign_want *want, size_t i, struct arena *arena)
{
	uint32_t lacks = want->expertise & ~rules->teams[i].expertise;
	auto_buf struct buf names = {0};
	rules_set_text(&wot__v1__expertise__value__descriptor, lacks, &names);
	return arena_printf(arena, "Lacks %s", names.data);
}

static char *reason_of(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed, int chosen, size_t i, struct arena *arena)
{
	const struct rules_team *team = &rules->teams[i];
	if ((int)i == chosen)
		return chosen_reason(rules, want, i, arena);
	if (!(assign_eligible(rules, want->rule, want->expertise) & bit(i)))
		return lacks_reason(rules, want, i, arena);
	if (!assign_fits(team, &loads[i], want))
		return arena_printf(arena, "Full: %u of %u hours taken, %u needed", loads[i].hours,
			team->hours, want->hours);
	if (claimed & bit(i))
		return arena_strdup(arena, "More urgent or older cases wait for this team");
	must(chosen >= 0);
	return arena_strdup(arena, goes_before(rules, loads, want, (size_t)chosen, i));
}

void assign_explain(const struct rules *rules, const struct assign_load *loads,
	const struct assign_want *want, uint64_t claimed, int chosen, struct arena *arena,
	Wot__V1__CaseRouted *route)
{
	route->considered = arena_alloc(arena, rules->team_count * sizeof *route->considered);
	for (size_t i = 0; i < rules->team_count; i++) {
		bool named = want->rule->team == (int)i;
		if (!named && !(want->rule->assign && !rules->teams[i].only_by_rule))
			continue;
		Wot__V1__CaseRouted__Considered *team =
			(void *)message_new(&wot__v1__case_routed__considered__descriptor, arena);
		team->team = arena_strdup(arena, rules->teams[i].key);
		team->reason = reason_of(rules, loads, want, claimed, chosen, i, arena);
		team->has_free_hours = true;
		team->free_hours = assign_free(&rules->teams[i], &loads[i]);
		route->considered[route->n_considered++] = team;
	}
}
