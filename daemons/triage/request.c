#include "daemons/triage/request.h"

#include "proto/case_id.h"
#include "proto/event.h"
#include "proto/field.h"

enum { HOURS_UNKNOWN = 2 };

bool request_is_ended(const struct request *request)
{
	switch (request->outcome) {
	case WOT__V1__SCREENING__OUTCOME__ADVICE:
	case WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY:
	case WOT__V1__SCREENING__OUTCOME__REDIRECTED:
	case WOT__V1__SCREENING__OUTCOME__WITHDRAWN:
		return !request->taken_up;
	default:
		return false;
	}
}

bool request_is_open(const struct request *request)
{
	return request->year && !request->days[REQUEST_CLOSED] && !request_is_ended(request);
}

/* Where support has started without our choosing a team, there is nothing left to wait for. */
bool request_is_waiting(const struct request *request)
{
	return request_is_open(request) && !request->team && !request->redirect &&
	       !request->days[REQUEST_SUPPORTED];
}

bool request_is_carried(const struct request *request)
{
	return request_is_open(request) && request->team;
}

bool request_is_to_phone(const struct request *request)
{
	return request_is_open(request) && !request->youth && !request->outcome &&
	       !request->days[REQUEST_CONTACTED] && !request->days[REQUEST_SUPPORTED];
}

uint32_t request_hours(const struct request *request)
{
	unsigned weight = request->weight_set ? request->weight_set : request->weight_screened;
	switch (weight) {
	case WOT__V1__CARE_WEIGHT__VALUE__LIGHT:
		return 1;
	case WOT__V1__CARE_WEIGHT__VALUE__MEDIUM:
		return 2;
	case WOT__V1__CARE_WEIGHT__VALUE__HEAVY:
		return 3;
	default:
		return HOURS_UNKNOWN;
	}
}

struct rules_facts request_facts(const struct request *request)
{
	return (struct rules_facts){
		.youth = request->youth,
		.not_resident = request->not_resident,
		.domestic_violence = request->domestic_violence,
		.crisis = request->crisis,
		.stays = request->outcome == WOT__V1__SCREENING__OUTCOME__TO_SUPPORT,
		.expertise = request->expertise,
		.problems = request->problems,
	};
}

struct assign_want request_want(const struct request *request, const struct rule *rule)
{
	return (struct assign_want){
		.rule = rule,
		.expertise = request->expertise,
		.preferred_location = request->preferred_location,
		.hours = request_hours(request),
	};
}

/* ---- sets of an enumeration's values, as bits and as a list ---- */

static uint32_t set_of(const int *values, size_t count)
{
	uint32_t set = 0;
	for (size_t i = 0; i < count; i++)
		set |= 1u << values[i];
	return set;
}

static size_t set_list(uint32_t set, struct arena *arena, int **out)
{
	size_t count = 0;
	*out = arena_alloc(arena, 32 * sizeof **out);
	for (; set; set &= set - 1)
		(*out)[count++] = __builtin_ctz(set);
	return count;
}

/* ---- the request and its routes ---- */

struct subject request_subject(const struct request *request, uint32_t number, struct arena *arena)
{
	return (struct subject){.case_id = case_id_new(request->year, number, arena),
		.legal_basis = request->legal_basis};
}

struct request request_new(
	const Wot__V1__HelpRequest *submitted, int32_t reported_on, int year, unsigned legal_basis)
{
	return (struct request){
		.reported_on = reported_on,
		.year = (uint16_t)year,
		.problems =
			(uint16_t)set_of((const int *)submitted->problems, submitted->n_problems),
		.expertise =
			(uint8_t)set_of((const int *)submitted->expertise, submitted->n_expertise),
		.preferred_location =
			(uint8_t)(submitted->has_preferred_location ? submitted->preferred_location
								    : 0),
		.legal_basis = (uint8_t)legal_basis,
		.youth = submitted->youth,
		.not_resident = submitted->has_resident && !submitted->resident,
		.domestic_violence = submitted->domestic_violence,
		.crisis = submitted->crisis,
	};
}

void request_tell(const struct request *request, struct arena *arena, Wot__V1__CaseRouted *route)
{
	route->has_reported_on = true;
	route->reported_on = request->reported_on;
	route->n_expertise = set_list(request->expertise, arena, (int **)&route->expertise);
	route->n_problems = set_list(request->problems, arena, (int **)&route->problems);
	if (request->preferred_location) {
		route->has_preferred_location = true;
		route->preferred_location = (Wot__V1__Location__Value)request->preferred_location;
	}
	route->has_youth = route->youth = request->youth;
	route->has_resident = request->not_resident;
	route->resident = !request->not_resident;
	route->has_domestic_violence = route->domestic_violence = request->domestic_violence;
	route->has_crisis = route->crisis = request->crisis;
}

void request_take_route(struct request *request, const Wot__V1__CaseRouted *route)
{
	request->reported_on = route->reported_on;
	request->expertise = (uint8_t)set_of((const int *)route->expertise, route->n_expertise);
	request->problems = (uint16_t)set_of((const int *)route->problems, route->n_problems);
	request->preferred_location =
		(uint8_t)(route->has_preferred_location ? route->preferred_location : 0);
	request->youth = route->youth;
	request->not_resident = route->has_resident && !route->resident;
	request->domestic_violence = route->domestic_violence;
	request->crisis = route->crisis;
	request->priority = (uint8_t)route->priority;
	request->by_hand = route->by_hand;
	request->welfare_first = route->welfare_first;
}

/* A call that nobody answered tells only that: the rest is for who was spoken to. A screening that turned out
 * to lie after the closing was none. */
void request_take_screening(
	struct request *request, const Wot__V1__Screening *screening, int32_t day)
{
	if (screening->outcome == WOT__V1__SCREENING__OUTCOME__NOT_REACHED) {
		if (request->attempts < UINT16_MAX)
			request->attempts++;
		return;
	}
	int32_t closed = request->days[REQUEST_CLOSED];
	if (!request->screened_on || (closed && request->screened_on > closed))
		request->screened_on = day;
	request->outcome = (uint8_t)screening->outcome;
	if (screening->n_expertise)
		request->expertise =
			(uint8_t)set_of((const int *)screening->expertise, screening->n_expertise);
	if (screening->has_care_weight)
		request->weight_screened = (uint8_t)screening->care_weight;
	if (screening->outcome == WOT__V1__SCREENING__OUTCOME__TO_SUPPORT)
		request->redirect = 0;
}

/* ---- what wot-case says ---- */

struct promise_case request_promises(const struct request *request)
{
	return (struct promise_case){
		.reported_on = request->reported_on,
		.screened_on = request->screened_on,
		.contacted_on = request->days[REQUEST_CONTACTED],
		.started_on = request->days[REQUEST_SUPPORTED],
		.closed_on = request->days[REQUEST_CLOSED],
		.youth = request->youth,
		.wants_reaction = request->wants_reaction,
	};
}

static const field_t *day_field(enum request_day day)
{
	static const char *const columns[REQUEST_DAYS] = {
		[REQUEST_CONTACTED] = "first_contact_on",
		[REQUEST_SUPPORTED] = "support_started_on",
		[REQUEST_CLOSED] = "closed_on",
	};
	const field_t *field = protobuf_c_message_descriptor_get_field_by_name(
		&wot__v1__case_facts__descriptor, columns[day]);
	must(field);
	return field;
}

/* The day that facts tell; 0: none. */
static int32_t day_told(const Wot__V1__CaseFacts *facts, enum request_day day)
{
	const field_t *field = day_field(day);
	return field_count(&facts->base, field) ? *(int32_t *)field_member(&facts->base, field) : 0;
}

static bool is_cleared(const Wot__V1__CaseFacts *facts, uint32_t column)
{
	for (size_t i = 0; i < facts->n_cleared; i++)
		if (facts->cleared[i] == column)
			return true;
	return false;
}

/* The weight that a case lead set; a screening's weight comes from here, not from there. */
static bool news_weight(
	const struct request *request, const Wot__V1__Body *body, Wot__V1__CaseFacts *news)
{
	unsigned weight = 0;
	if (body->kind_case == WOT__V1__BODY__KIND_CARE_WEIGHT_SET)
		weight = body->care_weight_set->care_weight;
	else if (body->kind_case == WOT__V1__BODY__KIND_CORRECTED &&
		 body->corrected->has_care_weight)
		weight = body->corrected->care_weight;
	news->has_care_weight = weight && weight != request->weight_set;
	news->care_weight = (Wot__V1__CareWeight__Value)weight;
	return news->has_care_weight;
}

/* Said by a kind of its own, whichever event made it so. */
static bool news_advice(
	const struct request *request, const Wot__V1__Body *body, Wot__V1__CaseFacts *news)
{
	news->advice = body->kind_case == WOT__V1__BODY__KIND_CASE_BECAME_CONTACT;
	news->has_advice = request->advised ? body->kind_case == WOT__V1__BODY__KIND_ADVICE_VOIDED
					    : news->advice;
	return news->has_advice;
}

static bool news_report(
	const struct request *request, const Wot__V1__CaseFacts *facts, Wot__V1__CaseFacts *news)
{
	news->has_reported_on =
		facts->has_reported_on && facts->reported_on != request->reported_on;
	news->reported_on = facts->reported_on;
	return news->has_reported_on;
}

/* What changed of the days that are kept. */
static bool news_days(const struct request *request, const Wot__V1__CaseFacts *facts,
	Wot__V1__CaseFacts *news, struct arena *arena)
{
	bool any = false;
	news->cleared = arena_alloc(arena, REQUEST_DAYS * sizeof *news->cleared);
	for (enum request_day day = 0; day < REQUEST_DAYS; day++) {
		const field_t *field = day_field(day);
		int32_t known = request->days[day], told = day_told(facts, day);
		if (told && told != known)
			field_copy(&news->base, &facts->base, field);
		else if (known && is_cleared(facts, field->id))
			news->cleared[news->n_cleared++] = field->id;
		else
			continue;
		any = true;
	}
	return any;
}

Wot__V1__CaseFacts *request_news(
	const struct request *request, const Wot__V1__Event *event, struct arena *arena)
{
	Wot__V1__CaseFacts *news = (void *)message_new(&wot__v1__case_facts__descriptor, arena);
	bool any = news_weight(request, event->body, news);
	any |= news_advice(request, event->body, news);
	if (event->facts) {
		any |= news_report(request, event->facts, news);
		any |= news_days(request, event->facts, news, arena);
	}
	return any ? news : NULL;
}

void request_take_news(struct request *request, const Wot__V1__CaseFacts *news)
{
	for (enum request_day day = 0; day < REQUEST_DAYS; day++) {
		int32_t told = day_told(news, day);
		if (told || is_cleared(news, day_field(day)->id))
			request->days[day] = told;
	}
	if (news->has_advice)
		request->advised = news->advice;
	if (news->has_reported_on)
		request->reported_on = news->reported_on;
	if (news->has_care_weight)
		request->weight_set = (uint8_t)news->care_weight;
	if (news->has_support_started_on || news->has_closed_on)
		request->taken_up = true;
}
