#include "daemons/triage/query.h"

#include "daemons/triage/worklist.h"
#include "proto/door.h"
#include <string.h>

/* ---- the teams ---- */

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

static void team_item(
	const struct roster *roster, size_t index, const struct assign_load *load, struct buf *json)
{
	const struct rules_team *team = &roster->rules->teams[index];
	buf_text(json, "{\"team\":");
	buf_json(json, team->key);
	buf_text(json, ",\"name\":");
	buf_json(json, team->name);
	const ProtobufCEnumValue *location = protobuf_c_enum_descriptor_get_value(
		&wot__v1__location__value__descriptor, (int)team->location);
	if (location)
		buf_printf(json, ",\"location\":\"%s\"", location->name);
	buf_printf(json,
		",\"people\":%u,\"capacityHours\":%u,\"loadHours\":%u,\"freeHours\":%d,"
		"\"openCases\":%u,\"queue\":%zu,\"byHand\":%u}",
		team->people, team->hours, load->hours, assign_free(team, load), load->open_cases,
		team_queue(roster, index), load->by_hand);
}

/* A team that triage.yaml forgot while it has open cases is shown until they are done. */
static void teams_gone(const struct triage *triage, struct buf *json)
{
	for (uint16_t number = 1; number <= triage->team_names.count; number++) {
		const struct assign_load *load = &triage->loads[number];
		const char *key = triage_team_name(triage, number);
		if (!load->open_cases || rules_team(triage->roster.rules, key) >= 0)
			continue;
		buf_text(json, ",{\"team\":");
		buf_json(json, key);
		buf_text(json, ",\"name\":");
		buf_json(json, key);
		buf_printf(json,
			",\"people\":0,\"capacityHours\":0,\"loadHours\":%u,\"freeHours\":-%u,"
			"\"openCases\":%u,\"queue\":0,\"byHand\":%u}",
			load->hours, load->hours, load->open_cases, load->by_hand);
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

static void teams(const struct triage *triage, struct buf *json)
{
	const struct roster *roster = &triage->roster;
	struct assign_load loads[RULES_TEAMS_MAX];
	roster_loads(triage, roster, loads);
	buf_text(json, "{\"items\":[");
	for (size_t i = 0; roster->rules && i < roster->rules->team_count; i++) {
		buf_text(json, i ? "," : "");
		team_item(roster, i, &loads[i], json);
	}
	if (roster->rules)
		teams_gone(triage, json);
	buf_printf(json, "],\"queue\":%zu,\"byHand\":%u}", roster->queue.waiting,
		teams_by_hand(triage));
}

int triage_query(const struct triage *triage, const struct core_query *query, struct buf *json)
{
	unsigned reads = role_may_read(query->role);
	if (strcmp(query->path, "/v1/worklist") == 0) {
		if (!(reads & READ_WORKLIST))
			return ERR_FORBIDDEN;
		return worklist_query(triage, query, json);
	}
	if (strcmp(query->path, "/v1/teams") == 0) {
		if (!(reads & READ_TEAMS))
			return ERR_FORBIDDEN;
		teams(triage, json);
		return 0;
	}
	return ERR_NOT_FOUND;
}
