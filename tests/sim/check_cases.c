#include "tests/sim/check.h"

#include "daemons/case/cases.h"
#include "daemons/intake/core.h"
#include "proto/json.h"
#include "stage/stage_own.h"
#include "tests/sim/fail.h"
#include "tests/sim/model.h"
#include <jansson.h>

#include <string.h>

#define OUTCOME(name) ((int)WOT__V1__SCREENING__OUTCOME__##name)
#define STATUS(name) ((int)WOT__V1__REFERRAL_PROGRESSED__STATUS__##name)

/* ---- the facts of case ---- */

/* A number that may be unknown, from a field of facts and its has_. */
#define NUMBER_OF(facts, field, unknown) ((facts)->has_##field ? (int)(facts)->field : (unknown))

static bool text_is(const char *fact, const char *told)
{
	return strcmp(fact ? fact : "", told) == 0;
}

static uint32_t problems_of(const Wot__V1__CaseFacts *facts)
{
	uint32_t set = 0;
	for (size_t i = 0; i < facts->n_problems; i++)
		set |= 1u << facts->problems[i];
	return set;
}

static void facts_check(
	uint32_t number, const Wot__V1__CaseFacts *facts, const struct told_case *told)
{
	const struct {
		const char *name;
		int is, told;
	} numbers[] = {
		{"reported_on", NUMBER_OF(facts, reported_on, NEVER), told->reported},
		{"first_contact_on", NUMBER_OF(facts, first_contact_on, NEVER), told->contact},
		{"screened_on", NUMBER_OF(facts, screened_on, NEVER), told->screened},
		{"screening", NUMBER_OF(facts, screening, 0), told->screening},
		{"ended_on", NUMBER_OF(facts, ended_on, NEVER), told->ended},
		{"support_started_on", NUMBER_OF(facts, support_started_on, NEVER), told->started},
		{"closed_on", NUMBER_OF(facts, closed_on, NEVER), told->closed},
		{"closing_reason", NUMBER_OF(facts, closing_reason, 0), told->reason},
		{"advice", facts->advice, told->advice},
		{"care_weight", NUMBER_OF(facts, care_weight, 0), told->weight},
		{"people_involved", NUMBER_OF(facts, people_involved, -1), told->people},
		{"problems", (int)problems_of(facts), (int)told->problems},
		{"age_years", NUMBER_OF(facts, age_years, -1), told->age},
		{"youth", facts->youth, told->youth},
		{"turns_18_soon", facts->turns_18_soon, told->turns_18},
		{"handed_over_on", NUMBER_OF(facts, handed_over_on, NEVER), told->handed_over},
		{"handover", NUMBER_OF(facts, handover, 0), told->handover},
		{"channel", NUMBER_OF(facts, channel, 0), told->channel},
		{"location", NUMBER_OF(facts, location, 0), told->location},
		{"domestic_violence",
			facts->has_domestic_violence ? 1 + facts->domestic_violence : 0,
			told->violence},
		{"ward", text_is(facts->ward, told->ward), true},
		{"team", text_is(facts->team, told->team), true},
		{"redirected_to", text_is(facts->redirected_to, told_redirected_to(told)), true},
	};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sim_check(numbers[i].is == numbers[i].told,
			"case %u: %s is %d, and %d by what its log says", number, numbers[i].name,
			numbers[i].is, numbers[i].told);
}

/* ---- what must hold in the life of any case ---- */

static void life_check(uint32_t number, const struct told_case *told)
{
	bool closed = told->closed != NEVER, started = told->started != NEVER,
	     ended = told->ended != NEVER;
	sim_check(told->contact == NEVER || told->reported <= told->contact,
		"case %u: contact before the report", number);
	sim_check(!started || told->reported <= told->started, "case %u: support before the report",
		number);
	sim_check(!closed || (told->reported <= told->closed && told->started <= told->closed),
		"case %u: closed before it began", number);
	sim_check(!ended || (!started && !closed), "case %u: ended at screening, and taken up",
		number);
	sim_check(!told->advice || (!started && !closed && !ended),
		"case %u: a brief contact, and taken up", number);
	bool ends = told->screening == OUTCOME(REDIRECTED) ||
		    told->screening == OUTCOME(WELFARE_ACTIVITY) ||
		    told->screening == OUTCOME(WITHDRAWN);
	sim_check(told->advice == (told->screening == OUTCOME(ADVICE) && !told->taken_up),
		"case %u: advice is %d with screening %d, taken up %d", number, told->advice,
		told->screening, told->taken_up);
	sim_check(ended == (ends && !told->taken_up),
		"case %u: ended is %d with screening %d, taken up %d", number, ended,
		told->screening, told->taken_up);
	sim_check(closed == (told->reason != 0), "case %u: a closing and its reason go together",
		number);
	sim_check(told->became_contact - told->advice_voided == (told->advice ? 1u : 0u),
		"case %u: said to be a contact %u times and not to be one %u times", number,
		told->became_contact, told->advice_voided);
}

static void facts_of_case(uint32_t number)
{
	const struct cases *cases = house.stages[CASE]->state;
	const struct case_file *file = cases_at(cases, number);
	const struct told_case *told = model_case(number);
	sim_check((file != NULL) == told->known, "case %u is in state or log only", number);
	if (!told->known)
		return;
	facts_check(number, &file->life.facts, told);
	life_check(number, told);
}

/* ---- what the three say of one case ---- */

/* Whoever got advice is forgotten for good, by intake and by the vault. */
static void key_check(uint32_t number, const struct told_request *request)
{
	bool there = house_key_is_there(request->key_id);
	bool live =
		person_key_is_live(intake_keys(stage_state(house.stages[INTAKE])), request->key_id);
	sim_check(there == !request->was_contact && live == there,
		"case %u: its key is %s, %s to intake, and advice was %s", number,
		there ? "there" : "gone", live ? "live" : "dead",
		request->was_contact ? "given" : "never given");
}

static void intake_agrees(uint32_t number)
{
	const struct told_request *request = model_request(number);
	const struct told_case *told = model_case(number);
	sim_check(request->known == told->known, "case %u is known to one of intake and case",
		number);
	sim_check(request->is_contact == told->advice,
		"case %u: a brief contact is %d for intake, %d for case", number,
		request->is_contact, told->advice);
	sim_check(!request->is_contact || request->contact_on == told->reported,
		"case %u: the brief contact is of %d and the report of %d", number,
		request->contact_on, told->reported);
	if (request->has_key)
		key_check(number, request);
	if (!request->is_referral)
		return;
	bool over = told->closed != NEVER || told->advice;
	sim_check((request->status == STATUS(CLOSED)) == over,
		"case %u: the partner reads status %d, and over is %d", number, request->status,
		over);
	sim_check((request->status == STATUS(IN_SUPPORT)) == (told->taken_up && !over),
		"case %u: the partner reads status %d, and support is %d", number, request->status,
		told->taken_up);
}

static void triage_agrees(uint32_t number)
{
	const struct told_route *route = model_route(number);
	const struct told_case *told = model_case(number);
	int weight = (int)(route->weight_set ? route->weight_set : route->weight_screened);
	sim_check(
		route->known == told->known, "case %u is known to one of triage and case", number);
	if (!told->known)
		return;
	sim_check(strcmp(route->team, told->team) == 0, "case %u: team %s for triage, %s for case",
		number, route->team, told->team);
	sim_check(route->advised == told->advice, "case %u: triage and case differ on advice",
		number);
	sim_check(route->taken_up == told->taken_up,
		"case %u: triage and case differ on whether it was taken up", number);
	sim_check(route->reported == told->reported,
		"case %u: triage and case differ on the report", number);
	sim_check(told->left_out || route->outcome == told->screening,
		"case %u: triage and case differ on the screening", number);
	sim_check(told->left_out || weight == told->weight,
		"case %u: weight %d for triage, %d for case", number, weight, told->weight);
}

/* ---- loads, queue and work list, told anew from case's facts and the last routes ---- */

static bool is_open(const struct told_case *told)
{
	return told->known && told->closed == NEVER && told->ended == NEVER && !told->advice;
}

static int hours_of(const struct told_case *told)
{
	return told->weight >= 1 && told->weight <= 3 ? told->weight : 2;
}

static json_t *ask(const char *path)
{
	auto_buf struct buf text = {0};
	json_error_t error;
	check_ask(TRIAGE, house.stages[TRIAGE]->state, path, NULL, &text);
	json_t *json = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &error);
	sim_check(json, "%s is no JSON: %s", path, error.text);
	return json;
}

static int number_in(const json_t *object, const char *name)
{
	return (int)json_integer_value(json_object_get(object, name));
}

/* Adds up to what all teams carry, so that none is left out. */
static int team_check(const json_t *team)
{
	const char *key = json_string_value(json_object_get(team, "team"));
	int hours = 0, cases = 0;
	for (uint32_t number = 0; number < model_room(); number++) {
		const struct told_case *told = model_case(number);
		if (!is_open(told) || strcmp(told->team, key) != 0)
			continue;
		hours += hours_of(told);
		cases++;
	}
	sim_check(number_in(team, "loadHours") == hours && number_in(team, "openCases") == cases,
		"team %s carries %d hours of %d cases, told anew %d of %d", key,
		number_in(team, "loadHours"), number_in(team, "openCases"), hours, cases);
	return cases;
}

static void teams_check(void)
{
	json_t *json = ask("/v1/teams"), *team;
	int carried = 0, open = 0, waiting = 0;
	size_t i;
	json_array_foreach(json_object_get(json, "items"), i, team) carried += team_check(team);
	for (uint32_t number = 0; number < model_room(); number++) {
		const struct told_case *told = model_case(number);
		open += is_open(told) && told->team[0];
		waiting += is_open(told) && !told->team[0] && !model_route(number)->redirected &&
			   told->started == NEVER;
	}
	sim_check(carried == open, "the teams carry %d cases, and %d have one", carried, open);
	sim_check(number_in(json, "queue") == waiting, "%d wait in the queue, told anew %d",
		number_in(json, "queue"), waiting);
	json_decref(json);
}

static bool is_to_phone(uint32_t number)
{
	const struct told_case *told = model_case(number);
	return is_open(told) && !told->youth && !told->screening && told->contact == NEVER &&
	       told->started == NEVER;
}

static int rank_of(const char *priority)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(
		&wot__v1__case_routed__priority__descriptor, priority);
	return value ? value->value : 0;
}

static void case_item_check(const json_t *item, const char *id)
{
	uint32_t number = (uint32_t)strtoul(id + 5, NULL, 10);
	const char *reported = json_string_value(json_object_get(item, "reportedOn"));
	char day[16];
	day_print(model_case(number)->reported, day);
	sim_check(is_to_phone(number), "%s is on the work list and need not be phoned", id);
	sim_check(strcmp(reported, day) == 0, "%s is on the work list with a report of %s, not %s",
		id, reported, day);
	sim_check(number_in(item, "attempts") == (int)model_route(number)->attempts,
		"%s: other attempts", id);
}

/* A household that signals came in about is listed once, and not beside a request of its own. */
static void household_item_check(const json_t *items, size_t at)
{
	const json_t *item = json_array_get(items, at);
	const char *id = json_string_value(json_object_get(item, "householdId"));
	sim_check(id && json_array_size(json_object_get(item, "signals")),
		"an item of the work list is neither a case nor a signal");
	for (size_t i = at + 1; i < json_array_size(items); i++) {
		const char *other =
			json_string_value(json_object_get(json_array_get(items, i), "householdId"));
		sim_check(!other || strcmp(id, other) != 0,
			"household %s is on the work list twice", id);
	}
	for (uint32_t number = 0; number < model_room(); number++) {
		auto_buf struct buf hex = {0};
		buf_hex(&hex, model_request(number)->household_id, 16);
		sim_check(!is_to_phone(number) || strcmp(hex.data, id) != 0,
			"household %s is on the work list beside case %u of it", id, number);
	}
}

/* The first page, soonest first by priority; behind the last of it lies nothing that is sooner. */
static void worklist_check(void)
{
	json_t *json = ask("/v1/worklist"), *item;
	const json_t *items = json_object_get(json, "items");
	size_t i, expected = 0, cases = 0;
	const char *before = "";
	int rank_before = 0;
	for (uint32_t number = 0; number < model_room(); number++)
		expected += is_to_phone(number);
	json_array_foreach(items, i, item)
	{
		const char *id = json_string_value(json_object_get(item, "caseId"));
		const char *deadline = json_string_value(json_object_get(item, "deadline"));
		int rank = rank_of(json_string_value(json_object_get(item, "priority")));
		cases += id != NULL;
		if (id)
			case_item_check(item, id);
		else
			household_item_check(items, i);
		sim_check(rank > rank_before ||
				  (rank == rank_before && strcmp(deadline, before) >= 0),
			"%s is on the work list behind one that is less urgent",
			id ? id : "a household");
		before = deadline;
		rank_before = rank;
	}
	sim_check(cases == expected || json_object_get(json, "next"),
		"%zu cases are on the work list, told anew %zu", cases, expected);
	json_decref(json);
}

void check_cases(void)
{
	for (uint32_t number = 0; number < model_room(); number++) {
		facts_of_case(number);
		intake_agrees(number);
		triage_agrees(number);
	}
	teams_check();
	worklist_check();
}
