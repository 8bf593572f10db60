#include "daemons/triage/state.h"
#include "lib/grow.h"

#include "lib/calendar.h"
#include "proto/case_id.h"
#include <string.h>

/* ---- names ---- */

uint16_t names_find(const struct names *names, const char *name)
{
	for (uint16_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return (uint16_t)(i + 1);
	return 0;
}

static uint16_t names_add(struct names *names, const char *name)
{
	uint16_t number = names_find(names, name);
	if (number)
		return number;
	must(names->count < UINT16_MAX);
	names->items = grow_push(names->items, names->count, sizeof *names->items);
	names->items[names->count] = strdup(name);
	must(names->items[names->count]);
	return ++names->count;
}

static void names_done(struct names *names)
{
	for (uint16_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

/* The number of a team, with a place for its load. */
static uint16_t team_add(struct triage *triage, const char *key)
{
	uint16_t before = triage->team_names.count;
	uint16_t number = names_add(&triage->team_names, key);
	if (triage->team_names.count == before)
		return number;
	triage->loads = grown(triage->loads, &triage->load_room, number, sizeof *triage->loads);
	return number;
}

const char *triage_team_name(const struct triage *triage, uint16_t number)
{
	return number ? triage->team_names.items[number - 1] : NULL;
}

/* ---- requests ---- */

const struct request *triage_request(const struct triage *triage, uint32_t number)
{
	if (number >= triage->room || !triage->requests[number].year)
		return NULL;
	return &triage->requests[number];
}

uint32_t triage_number(const struct triage *triage, const char *case_id)
{
	int year;
	uint32_t number;
	if (!case_id || case_id_parse(case_id, &year, &number) != 0)
		return 0;
	const struct request *request = triage_request(triage, number);
	return request && request->year == year ? number : 0;
}

static struct request *request_at(struct triage *triage, uint32_t number)
{
	triage->requests = grown(triage->requests, &triage->room, number, sizeof *triage->requests);
	return &triage->requests[number];
}

/* ---- the roster ---- */

struct queue_kind triage_line(
	const struct triage *triage, const struct roster *roster, const struct request *request)
{
	if (!roster->rules)
		return (struct queue_kind){.told = true};
	struct rules_facts facts = request_facts(request);
	size_t index = rules_match(roster->rules, &facts);
	const struct rule *rule = &roster->rules->rules[index];
	bool told = request->rule && !rule->redirect_to && rule->priority == request->priority &&
		    request->rule == names_find(&triage->rule_names, rule->name);
	return (struct queue_kind){
		.rule = (uint16_t)index, .expertise = request->expertise, .told = told};
}

static void roster_fill(const struct triage *triage, struct roster *roster)
{
	for (size_t i = 0; i < roster->rules->team_count; i++)
		roster->team_number[i] =
			names_find(&triage->team_names, roster->rules->teams[i].key);
	for (uint32_t number = 0; number < triage->room; number++) {
		const struct request *request = &triage->requests[number];
		if (request_is_waiting(request))
			queue_add(&roster->queue, triage_line(triage, roster, request),
				queue_key(request->reported_on, number));
	}
}

int roster_make(const struct triage *triage, const char *name, const char *text, struct roster *out,
	struct buf *errors)
{
	struct roster roster = {0};
	int err = rules_new(name, text, &roster.rules, errors);
	if (err)
		return err;
	roster_fill(triage, &roster);
	*out = roster;
	return 0;
}

void roster_done(struct roster *roster)
{
	rules_free(roster->rules);
	queue_done(&roster->queue);
	*roster = (struct roster){0};
}

void roster_loads(const struct triage *triage, const struct roster *roster,
	struct assign_load out[RULES_TEAMS_MAX])
{
	for (size_t i = 0; roster->rules && i < roster->rules->team_count; i++) {
		uint16_t number = roster->team_number[i];
		out[i] = number ? triage->loads[number] : (struct assign_load){0};
	}
}

void triage_done(struct triage *triage)
{
	free(triage->requests);
	free(triage->loads);
	refs_done(&triage->refs);
	names_done(&triage->rule_names);
	names_done(&triage->team_names);
	names_done(&triage->organisation_names);
	roster_done(&triage->roster);
	promise_rules_done(&triage->promise_rules);
	due_done(&triage->due);
	signals_done(&triage->signals);
	*triage = (struct triage){0};
}

/* ---- evolve: what a request added to queue and load is taken back, then added anew ---- */

static void take_back(struct triage *triage, uint32_t number, const struct request *request)
{
	if (request_is_waiting(request))
		queue_remove(&triage->roster.queue, triage_line(triage, &triage->roster, request),
			queue_key(request->reported_on, number));
	if (request_is_carried(request))
		assign_load_take(
			&triage->loads[request->team], request_hours(request), request->priority);
}

static void add(struct triage *triage, uint32_t number, const struct request *request)
{
	if (request_is_waiting(request))
		queue_add(&triage->roster.queue, triage_line(triage, &triage->roster, request),
			queue_key(request->reported_on, number));
	if (request_is_carried(request))
		assign_load_add(
			&triage->loads[request->team], request_hours(request), request->priority);
}

static void evolve_route(
	struct triage *triage, struct request *request, const Wot__V1__CaseRouted *route)
{
	request_take_route(request, route);
	request->rule = names_add(&triage->rule_names, route->rule);
	request->team = request->redirect = 0;
	if (route->redirected_to)
		request->redirect = names_add(&triage->organisation_names, route->redirected_to);
	if (!route->team)
		return;
	request->team = team_add(triage, route->team);
	triage->loads[request->team].last = ++triage->assignments;
	triage->loads[request->team].by_hand += route->by_hand ? 1 : 0;
}

static void evolve_new(struct triage *triage, struct request *request, uint32_t number, int year,
	const Wot__V1__Event *event)
{
	request->year = (uint16_t)year;
	request->legal_basis = (uint8_t)subject_of(event).legal_basis;
	const Wot__V1__CaseRouted *route = event->body->case_routed;
	request->known_on =
		calendar_day_of(route->has_taken_in_at ? route->taken_in_at : event->recorded_at);
	request->wants_reaction = route->has_channel && promise_of_reaction(route->channel);
	if (event->client && event->external_ref)
		refs_add(&triage->refs, event->client, event->external_ref, number);
}

/* When, by this event, the resident was spoken to or support was under way; 0: by this event nothing of the
 * kind. Of a day that is not that of the event itself it is the beginning: what came in that day still waits. */
static int64_t told_reached_ms(const Wot__V1__Event *event)
{
	const Wot__V1__CaseFacts *facts = event->facts;
	if (event->body->kind_case == WOT__V1__BODY__KIND_SCREENING)
		return event->body->screening->outcome == WOT__V1__SCREENING__OUTCOME__NOT_REACHED
			       ? 0
			       : event->occurred_at;
	if (!facts)
		return 0;
	int32_t day = facts->has_first_contact_on ? facts->first_contact_on : 0;
	if (facts->has_support_started_on && facts->support_started_on > day)
		day = facts->support_started_on;
	if (facts->has_closed_on && facts->closed_on > day)
		day = facts->closed_on;
	if (!day)
		return 0;
	return day == calendar_day_of(event->occurred_at) ? event->occurred_at
							  : calendar_day_start(day);
}

/* The first event of a case is its route. */
static void evolve_case(
	struct triage *triage, const Wot__V1__Event *event, struct triage_change *change)
{
	int year;
	uint32_t number;
	if (!event->case_id || case_id_parse(event->case_id, &year, &number) != 0)
		return;
	bool routed = event->body->kind_case == WOT__V1__BODY__KIND_CASE_ROUTED;
	if (!routed && !triage_request(triage, number))
		return;
	struct request *request = request_at(triage, number);
	int32_t reported_on = request->reported_on;
	take_back(triage, number, request);
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_CASE_ROUTED:
		if (!request->year)
			evolve_new(triage, request, number, year, event);
		evolve_route(triage, request, event->body->case_routed);
		break;
	case WOT__V1__BODY__KIND_SCREENING:
		request_take_screening(
			request, event->body->screening, calendar_day_of(event->occurred_at));
		break;
	case WOT__V1__BODY__KIND_CASE_NOTED:
		if (event->facts)
			request_take_news(request, event->facts);
		if (event->body->case_noted->has_household_id)
			memcpy(request->household_id, event->body->case_noted->household_id.data,
				sizeof request->household_id);
		break;
	default:
		break;
	}
	add(triage, number, request);
	int64_t reached_ms = told_reached_ms(event);
	if (reached_ms)
		signals_reached(&triage->signals, request->household_id, reached_ms,
			calendar_day_of(event->recorded_at));
	change->number = number;
	change->report_moved = request->reported_on != reported_on;
}

/* A log may hold a text that this version of the program would refuse: then the old rules stay. */
static void evolve_rules(struct triage *triage, const Wot__V1__ConfigLoaded *loaded)
{
	struct roster roster;
	auto_buf struct buf errors = {0};
	if (roster_make(triage, loaded->name, loaded->content, &roster, &errors) != 0)
		return;
	roster_done(&triage->roster);
	triage->roster = roster;
	for (size_t i = 0; i < roster.rules->team_count; i++)
		triage->roster.team_number[i] = team_add(triage, roster.rules->teams[i].key);
}

struct triage_change triage_evolve(struct triage *triage, const Wot__V1__Event *event)
{
	struct triage_change change = {0};
	switch (event->body->kind_case) {
	case WOT__V1__BODY__KIND_CONFIG_LOADED:
		change.promise_rules =
			promise_rules_take(&triage->promise_rules, event->body->config_loaded);
		if (!change.promise_rules)
			evolve_rules(triage, event->body->config_loaded);
		break;
	case WOT__V1__BODY__KIND_CASE_ROUTED:
	case WOT__V1__BODY__KIND_SCREENING:
	case WOT__V1__BODY__KIND_CASE_NOTED:
		evolve_case(triage, event, &change);
		break;
	case WOT__V1__BODY__KIND_SIGNAL_LISTED:
		signals_take(&triage->signals, event);
		break;
	case WOT__V1__BODY__KIND_SIGNAL_SCREENED:
		signals_screened(&triage->signals, event);
		break;
	case WOT__V1__BODY__KIND_SIGNALS_WAIT:
		signals_told(&triage->signals, event);
		break;
	default:
		break;
	}
	return change;
}
