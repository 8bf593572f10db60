#include "tests/sim/model.h"

#include "lib/calendar.h"
#include "lib/grow.h"
#include "proto/case_id.h"
#include "tests/sim/fail.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

#define IS(kind) WOT__V1__BODY__KIND_##kind
#define OUTCOME(name) WOT__V1__SCREENING__OUTCOME__##name
#define PRIORITY(name) WOT__V1__CASE_ROUTED__PRIORITY__##name

enum { EVENTS_MAX = 300000 }; /* in a log: a hundred times what a city makes of three years */

struct ref {
	UT_hash_handle hh;
	char key[160];
	struct told_ref told;
};
/* The name of a request, for caseRef. */
struct name {
	UT_hash_handle hh;
	char key[160];
	uint32_t number; /* 0: it is a signal's, of that day */
	int32_t signal_on;
};

struct file_told {
	char *name, *content;
};

static struct {
	struct file_told files[MEMBERS][FILES + 1]; /* the last one is empty */
	struct told_case *cases;
	struct told_route *routes;
	struct told_request *requests;
	uint32_t room;
	struct ref *refs[MEMBERS];
	struct name *names[MEMBERS];
	uint64_t seqs[MEMBERS];
	int64_t recorded_ms[MEMBERS];
	uint64_t contacts_of_adults;
	uint64_t decision; /* of triage: what begins with anything but one more route */
} model;

/* ---- looking ---- */

uint32_t model_room(void)
{
	return model.room;
}

const struct told_case *model_case(uint32_t number)
{
	return &model.cases[number];
}

const struct told_route *model_route(uint32_t number)
{
	return &model.routes[number];
}

const struct told_request *model_request(uint32_t number)
{
	return &model.requests[number];
}

static struct file_told *file_find(enum member member, const char *name)
{
	struct file_told *file = model.files[member];
	while (file->name && strcmp(file->name, name) != 0)
		file++;
	return file;
}

const char *model_config(enum member member, const char *name)
{
	return file_find(member, name)->content;
}

uint64_t model_contacts_of_adults(void)
{
	return model.contacts_of_adults;
}

uint32_t model_number(const char *case_id)
{
	int year;
	uint32_t number;
	sim_check(
		case_id && case_id_parse(case_id, &year, &number) == 0, "an event has no case id");
	return number;
}

const struct told_ref *model_ref(enum member member, const char *client, const char *ref)
{
	char key[160];
	struct ref *found;
	snprintf(key, sizeof key, "%s/%s", client, ref);
	HASH_FIND_STR(model.refs[member], key, found);
	return found ? &found->told : NULL;
}

static bool is_known(enum member member, uint32_t number)
{
	if (number >= model.room)
		return false;
	return member == CASE ? model.cases[number].known : model.routes[number].known;
}

static const struct name *name_find(
	enum member member, const char *client, const Wot__V1__Submission *submission)
{
	char key[160];
	struct name *found;
	if (strchr(submission->case_ref, '/'))
		snprintf(key, sizeof key, "%s", submission->case_ref);
	else
		snprintf(key, sizeof key, "%s/%s", client, submission->case_ref);
	HASH_FIND_STR(model.names[member], key, found);
	return found;
}

uint32_t model_named(enum member member, const char *client, const Wot__V1__Submission *submission)
{
	if (submission->case_id) {
		uint32_t number = model_number(submission->case_id);
		return is_known(member, number) ? number : 0;
	}
	const struct name *found = name_find(member, client, submission);
	return found ? found->number : 0;
}

int32_t model_signal(enum member member, const char *client, const Wot__V1__Submission *submission)
{
	const struct name *found =
		submission->case_ref ? name_find(member, client, submission) : NULL;
	return found && !found->number ? found->signal_on : NEVER;
}

bool model_allows(enum member member, uint32_t number, const Wot__V1__Submission *submission)
{
	int32_t day = calendar_day_of(submission->occurred_at);
	if (member == CASE)
		return told_case_allows(&model.cases[number], submission->body, day);
	return told_route_allows(&model.routes[number], submission->body->screening, day);
}

/* ---- an event ---- */

static void room_make(uint32_t number)
{
	size_t cases = model.room, routes = cases, requests = cases;
	model.cases = grown(model.cases, &cases, number, sizeof *model.cases);
	model.routes = grown(model.routes, &routes, number, sizeof *model.routes);
	model.requests = grown(model.requests, &requests, number, sizeof *model.requests);
	model.room = (uint32_t)cases;
}

static void name_told(enum member member, const Wot__V1__Event *event, uint32_t number)
{
	struct name *name = calloc(1, sizeof *name), *old;
	must(name);
	sim_check(event->client && event->external_ref,
		"%s: case %u is registered without its name", member_names[member], number);
	snprintf(name->key, sizeof name->key, "%s/%s", event->client, event->external_ref);
	HASH_FIND_STR(model.names[member], name->key, old);
	sim_check(!old, "%s: the name %s is taken", member_names[member], name->key);
	name->number = number;
	name->signal_on = calendar_day_of(event->occurred_at);
	HASH_ADD_STR(model.names[member], key, name);
}

static void ref_told(enum member member, const Wot__V1__Event *event, uint64_t seq)
{
	sim_check(event->client && event->external_ref &&
			  !model_ref(member, event->client, event->external_ref),
		"%s: %s/%s is in the log twice, again at %llu", member_names[member], event->client,
		event->external_ref, (unsigned long long)seq);
	struct ref *ref = calloc(1, sizeof *ref);
	must(ref && event->id.len == 16 && event->digest.len == 16);
	snprintf(ref->key, sizeof ref->key, "%s/%s", event->client, event->external_ref);
	ref->told.seq = seq;
	memcpy(ref->told.id, event->id.data, 16);
	memcpy(ref->told.digest, event->digest.data, 16);
	snprintf(ref->told.case_id, sizeof ref->told.case_id, "%s",
		event->case_id ? event->case_id : "");
	HASH_ADD_STR(model.refs[member], key, ref);
}

static void intake_event(const Wot__V1__Event *event, uint32_t number)
{
	const Wot__V1__Body *body = event->body;
	struct told_request *told = &model.requests[number];
	switch (body->kind_case) {
	case IS(HELP_REQUEST):
	case IS(REFERRAL):
		sim_check(!told->known, "intake gave %s twice", event->case_id);
		told_request_begin(told, body->help_request, body->kind_case == IS(REFERRAL));
		told->legal_basis = (int)event->legal_basis;
		break;
	case IS(REQUEST_BECAME_CONTACT):
		told_request_contact(told, body->request_became_contact);
		break;
	case IS(CONTACT_BECAME_REQUEST):
		sim_check(told->is_contact, "%s became a request again and was no contact",
			event->case_id);
		told->is_contact = false;
		break;
	case IS(REFERRAL_PROGRESSED):
		sim_check(
			told->is_referral && told->status != (int)body->referral_progressed->status,
			"%s progressed to where it was", event->case_id);
		told->status = (int)body->referral_progressed->status;
		break;
	default:
		break;
	}
}

static unsigned hours_of(const struct told_route *told)
{
	unsigned weight = told->weight_set ? told->weight_set : told->weight_screened;
	return weight >= 1 && weight <= 3 ? weight : 2;
}

/* Only a hand puts more on a team than it can carry, and domestic violence, which waits for no routine. */
static void room_check(const struct told_route *told, const Wot__V1__Event *event)
{
	const Wot__V1__CaseRouted *route = event->body->case_routed;
	if (route->priority == PRIORITY(FAST_LANE))
		return;
	for (size_t i = 0; i < route->n_considered; i++) {
		const Wot__V1__CaseRouted__Considered *team = route->considered[i];
		if (strcmp(team->team, route->team) == 0)
			sim_check(team->free_hours >= (int)hours_of(told),
				"%s goes to %s, which has %d hours free", event->case_id,
				team->team, team->free_hours);
	}
}

static bool is_waiting(const struct told_route *told)
{
	bool ended = told->outcome && told->outcome != OUTCOME(TO_SUPPORT) && !told->taken_up;
	return told->known && told->unsettled != model.decision && !told->team[0] &&
	       !told->redirected && !ended && !told->started && !told->closed;
}

/* Of those who want the same the oldest goes first; and where any team will do, a crisis before routine. */
static bool goes_before(const struct told_route *told, uint32_t number,
	const Wot__V1__CaseRouted *route, uint32_t routed)
{
	bool older = told->reported < route->reported_on ||
		     (told->reported == route->reported_on && number < routed);
	uint32_t expertise = told_set((const int *)route->expertise, route->n_expertise);
	if (strcmp(told->rule, route->rule) == 0 && told->expertise == expertise)
		return older;
	return told->priority == (int)PRIORITY(CRISIS) && !told->expertise &&
	       route->priority == PRIORITY(ROUTINE);
}

static void turn_check(const Wot__V1__Event *event, uint32_t routed)
{
	const Wot__V1__CaseRouted *route = event->body->case_routed;
	for (uint32_t number = 0; number < model.room; number++) {
		const struct told_route *told = &model.routes[number];
		sim_check(number == routed || !is_waiting(told) ||
				  !goes_before(told, number, route, routed),
			"%s is given a team and case %u waited before it", event->case_id, number);
	}
}

static void route_check(const struct told_route *told, const Wot__V1__Event *event, uint32_t number)
{
	const Wot__V1__CaseRouted *route = event->body->case_routed;
	if (!route->team || route->by_hand)
		return;
	sim_check(!told->by_hand || !told->team[0],
		"%s was given %s by hand, and a rule changes it", event->case_id, told->team);
	room_check(told, event);
	turn_check(event, number);
}

static void triage_event(const Wot__V1__Event *event, uint32_t number)
{
	struct told_route *told = &model.routes[number];
	if (event->body->kind_case == IS(CASE_ROUTED)) {
		if (!told->known)
			name_told(TRIAGE, event, number);
		route_check(told, event, number);
		told_route_take(told, event->body->case_routed);
		return;
	}
	sim_check(told->known, "triage speaks of %s before its first route", event->case_id);
	if (event->body->kind_case == IS(SCREENING)) {
		told->unsettled = model.decision;
		told_route_screened(told, event->body->screening);
	} else if (event->body->kind_case == IS(CASE_NOTED) && event->facts) {
		told_route_noted(told, event->facts);
	}
}

static void case_event(const Wot__V1__Event *event, uint32_t number)
{
	struct told_case *told = &model.cases[number];
	int32_t day = calendar_day_of(event->occurred_at);
	if (event->body->kind_case == IS(CASE_REGISTERED)) {
		sim_check(!told->known, "%s is registered twice", event->case_id);
		name_told(CASE, event, number);
		told_case_begin(told, event->body->case_registered->request, day);
		return;
	}
	sim_check(told->known, "case speaks of %s before it is registered", event->case_id);
	told_case_take(told, event->body, day);
}

static void config_told(enum member member, const Wot__V1__ConfigLoaded *loaded)
{
	struct file_told *file = file_find(member, loaded->name);
	must(file < model.files[member] + FILES);
	sim_check(!file->content || strcmp(file->content, loaded->content) != 0,
		"%s: %s is loaded again and says the same", member_names[member], loaded->name);
	free(file->name);
	free(file->content);
	file->name = strdup(loaded->name);
	file->content = strdup(loaded->content);
	must(file->name && file->content);
}

/* The legal basis is on every event, and of a case always that of its request. */
static void basis_check(enum member member, const Wot__V1__Event *event, uint32_t number)
{
	const struct told_request *told = &model.requests[number];
	sim_check(event->has_legal_basis &&
			  (!told->known || told->legal_basis == (int)event->legal_basis),
		"%s: an event of %s has legal basis %d", member_names[member], event->case_id,
		event->has_legal_basis ? (int)event->legal_basis : 0);
}

void model_event(enum member member, const Wot__V1__Event *event, uint64_t seq)
{
	Wot__V1__Body__KindCase kind = event->body->kind_case;
	sim_check(seq == ++model.seqs[member], "%s: %llu follows on %llu", member_names[member],
		(unsigned long long)seq, (unsigned long long)model.seqs[member] - 1);
	sim_check(seq < EVENTS_MAX, "%s has no end of %s", member_names[member],
		event_kind_name(kind));
	sim_check(event->recorded_at >= model.recorded_ms[member],
		"%s: %llu was recorded before the one before it", member_names[member],
		(unsigned long long)seq);
	model.recorded_ms[member] = event->recorded_at;
	if (event->has_digest)
		ref_told(member, event, seq);
	if (kind == IS(BRIEF_CONTACT))
		model.contacts_of_adults +=
			!event->body->brief_contact->has_age_group ||
			event->body->brief_contact->age_group != WOT__V1__AGE_GROUP__VALUE__YOUTH;
	if (member == TRIAGE && (kind != IS(CASE_ROUTED) || event->client))
		model.decision++;
	if (kind == IS(CONFIG_LOADED))
		config_told(member, event->body->config_loaded);
	for (uint32_t i = 0; kind == IS(CONFIG_LOADED) && i < model.room; i++)
		model.routes[i].unsettled = model.decision;
	if (kind == IS(SIGNAL_LISTED))
		name_told(member, event, 0);
	if (!event->case_id)
		return;
	uint32_t number = model_number(event->case_id);
	room_make(number);
	basis_check(member, event, number);
	if (member == INTAKE)
		intake_event(event, number);
	else if (member == TRIAGE)
		triage_event(event, number);
	else
		case_event(event, number);
}

/* ---- forgetting ---- */

static void hashes_free(enum member member)
{
	struct ref *ref, *next_ref;
	HASH_ITER (hh, model.refs[member], ref, next_ref) {
		HASH_DEL(model.refs[member], ref);
		free(ref);
	}
	struct name *name, *next_name;
	HASH_ITER (hh, model.names[member], name, next_name) {
		HASH_DEL(model.names[member], name);
		free(name);
	}
}

void model_forget(enum member member)
{
	hashes_free(member);
	for (enum file file = 0; file < FILES; file++) {
		free(model.files[member][file].name);
		free(model.files[member][file].content);
	}
	memset(model.files[member], 0, sizeof model.files[member]);
	model.seqs[member] = 0;
	model.recorded_ms[member] = 0;
	if (member == INTAKE)
		model.contacts_of_adults = 0;
	if (!model.room)
		return;
	if (member == INTAKE) {
		memset(model.requests, 0, model.room * sizeof *model.requests);
	} else if (member == TRIAGE) {
		memset(model.routes, 0, model.room * sizeof *model.routes);
	} else if (member == CASE) {
		memset(model.cases, 0, model.room * sizeof *model.cases);
	}
}
