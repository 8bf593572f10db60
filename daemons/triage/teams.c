/*
 * GET /v1/teams: what each team can carry, what it carries, and who waits for it.
 */
#include "daemons/triage/answers.h"
#include "proto/field.h"

/* How many of those that wait could go to the team. */
static size_t team_queue(const struct roster *roster, size_t team)
{
	size_t waiting = 0;
	for (size_t i = 0; i < roster->queue.line_count; i++) {
		const struct queue_line *line = &roster->queue.lines[i];
		const struct rule *rule = &roster->rules->rules[line->kind.rule];
		if (assign_eligible(roster->rules, rule, line->kind.expertise) >> team & 1)
			waiting += queue_line_waiting(line);
	}
	return waiting;
}

static Wot__V1__Team *team_new(
	const struct assign_load *load, const char *key, const char *name, struct arena *arena)
{
	Wot__V1__Team *team = (void *)message_new(&wot__v1__team__descriptor, arena);
	team->team = (char *)key;
	team->name = (char *)name;
	team->load_hours = load->hours;
	team->free_hours = -(int32_t)load->hours;
	team->open_cases = load->open_cases;
	team->by_hand = load->by_hand;
	return team;
}

static Wot__V1__Team *team_of(const struct roster *roster, size_t index,
	const struct assign_load *load, struct arena *arena)
{
	const struct rules_team *rules = &roster->rules->teams[index];
	Wot__V1__Team *team = team_new(load, rules->key, rules->name, arena);
	team->location = (Wot__V1__Location__Value)rules->location;
	team->has_location =
		enum_name(&wot__v1__location__value__descriptor, (int)team->location) != NULL;
	team->people = rules->people;
	team->capacity_hours = rules->hours;
	team->free_hours = assign_free(rules, load);
	team->queue = team_queue(roster, index);
	return team;
}

/* A team that triage.yaml forgot while it has open cases is shown until they are done. */
static void gone_add(const struct triage *triage, struct arena *arena, Wot__V1__Teams *out)
{
	for (uint16_t number = 1; number <= triage->team_names.count; number++) {
		const struct assign_load *load = &triage->loads[number];
		const char *key = triage_team_name(triage, number);
		if (load->open_cases && rules_team(triage->roster.rules, key) < 0)
			out->items[out->n_items++] = team_new(load, key, key, arena);
	}
}

/* How often a person chose the team, also one that is gone. */
static uint32_t teams_by_hand(const struct triage *triage)
{
	uint32_t by_hand = 0;
	for (uint16_t number = 1; number <= triage->team_names.count; number++)
		by_hand += triage->loads[number].by_hand;
	return by_hand;
}

static void teams_fill(const struct triage *triage, struct arena *arena, Wot__V1__Teams *out)
{
	const struct roster *roster = &triage->roster;
	size_t known = roster->rules ? roster->rules->team_count : 0;
	struct assign_load loads[RULES_TEAMS_MAX];
	roster_loads(triage, roster, loads);
	out->items =
		arena_alloc(arena, (known + triage->team_names.count + 1) * sizeof *out->items);
	for (size_t i = 0; i < known; i++)
		out->items[out->n_items++] = team_of(roster, i, &loads[i], arena);
	if (roster->rules)
		gone_add(triage, arena, out);
	out->queue = roster->queue.waiting;
	out->by_hand = teams_by_hand(triage);
}

int get_teams(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	teams_fill(knowledge, query->arena, (void *)answer->message);
	return 0;
}

Wot__V1__Teams *teams_all(const struct triage *triage, struct arena *arena)
{
	Wot__V1__Teams *teams = (void *)message_new(&wot__v1__teams__descriptor, arena);
	teams_fill(triage, arena, teams);
	return teams;
}
