#include "daemons/triage/query.h"

#include "lib/calendar.h"
#include "proto/case_id.h"
#include "proto/door.h"
#include "proto/json.h"
#include <string.h>

/* ---- the work list ---- */

/* The place on the list. A later report never has an earlier deadline, so the report day orders. */
struct place {
	unsigned priority;
	uint64_t key;
};

static int place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static struct place place_of(const struct request *request, uint32_t number)
{
	return (struct place){request->priority, queue_key(request->reported_on, number)};
}

/* Those behind `after`, in order; the caller frees them. */
static size_t places_list(
	const struct triage *triage, const struct place *after, struct place **out)
{
	size_t count = 0, room = 256;
	struct place *places = malloc(room * sizeof *places);
	must(places);
	for (uint32_t number = 0; number < triage->room; number++) {
		const struct request *request = &triage->requests[number];
		if (!request_is_to_phone(request))
			continue;
		struct place place = place_of(request, number);
		if (after && place_compare(&place, after) <= 0)
			continue;
		if (count == room) {
			room *= 2;
			places = realloc(places, room * sizeof *places);
			must(places);
		}
		places[count++] = place;
	}
	qsort(places, count, sizeof *places, place_compare);
	*out = places;
	return count;
}

static const char *priority_name(unsigned priority)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		&wot__v1__case_routed__priority__descriptor, (int)priority);
	return value ? value->name : "ROUTINE";
}

static void worklist_item(const struct triage *triage, uint32_t number, struct buf *json)
{
	const struct request *request = triage_request(triage, number);
	char id[CASE_ID_ROOM], reported[16], deadline[16];
	case_id_print(request->year, number, id);
	day_print(request->reported_on, reported);
	day_print(request->contact.deadline_on, deadline);
	buf_printf(json,
		"{\"caseId\":\"%s\",\"reportedOn\":\"%s\",\"deadline\":\"%s\",\"priority\":\"%s\","
		"\"attempts\":%u,",
		id, reported, deadline, priority_name(request->priority), request->attempts);
	if (request->team) {
		buf_text(json, "\"team\":");
		buf_json(json, triage_team_name(triage, request->team));
		buf_char(json, ',');
	}
	if (request->reaction.deadline_on) {
		day_print(request->reaction.deadline_on, deadline);
		buf_printf(json, "\"reactBy\":\"%s\",", deadline);
	}
	buf_printf(json, "\"queued\":%s,\"welfareFirst\":%s}",
		request_is_waiting(request) ? "true" : "false",
		request->welfare_first ? "true" : "false");
}

/* The place after which a page begins, also when its case has left the list since. */
static int after_place(const struct triage *triage, const char *after, struct place *out)
{
	uint32_t number = triage_number(triage, after);
	if (!number)
		return ERR_INVALID;
	*out = place_of(triage_request(triage, number), number);
	return 0;
}

static int worklist(const struct triage *triage, const struct core_query *query, struct buf *json)
{
	struct place after;
	if (query->after && after_place(triage, query->after, &after) != 0)
		return ERR_INVALID;
	auto_free struct place *places = NULL;
	size_t count = places_list(triage, query->after ? &after : NULL, &places);
	size_t shown = count < query->limit ? count : query->limit;
	buf_text(json, "{\"items\":[");
	for (size_t i = 0; i < shown; i++) {
		buf_text(json, i ? "," : "");
		worklist_item(triage, queue_number(places[i].key), json);
	}
	buf_char(json, ']');
	if (shown && shown < count) {
		uint32_t last = queue_number(places[shown - 1].key);
		char id[CASE_ID_ROOM];
		case_id_print(triage_request(triage, last)->year, last, id);
		buf_printf(json, ",\"next\":\"%s\"", id);
	}
	buf_char(json, '}');
	return 0;
}

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
		"\"openCases\":%u,\"queue\":%zu}",
		team->people, team->hours, load->hours, assign_free(team, load), load->open_cases,
		team_queue(roster, index));
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
			"\"openCases\":%u,\"queue\":0}",
			load->hours, load->hours, load->open_cases);
	}
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
	buf_printf(json, "],\"queue\":%zu}", roster->queue.waiting);
}

int triage_query(const struct triage *triage, const struct core_query *query, struct buf *json)
{
	unsigned reads = role_may_read(query->role);
	if (strcmp(query->path, "/v1/worklist") == 0) {
		if (!(reads & READ_WORKLIST))
			return ERR_FORBIDDEN;
		return worklist(triage, query, json);
	}
	if (strcmp(query->path, "/v1/teams") == 0) {
		if (!(reads & READ_TEAMS))
			return ERR_FORBIDDEN;
		teams(triage, json);
		return 0;
	}
	return ERR_NOT_FOUND;
}
