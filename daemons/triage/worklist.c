/*
 * GET /v1/worklist: whom the intake team must phone: requests that nobody was reached about yet, and households
 * that signals came in about, each once. The fast lane first, then crises, then routine work; each by deadline,
 * soonest first. A household goes by the name of a signal, CLIENT/REF, which a screening of it names too.
 */
#include "daemons/triage/answers.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include "proto/case_id.h"
#include "proto/label.h"
#include <string.h>

/* Where it stands on the list; of two with the same deadline the earlier report goes first. */
struct standing {
	unsigned priority;
	int32_t deadline_on, reported_on;
	bool is_signal;
	uint32_t number; /* of the case, or of the signal that names the household */
	const struct household *household; /* that signals wait about; NULL: none do */
};

struct list {
	const struct triage *triage;
	int32_t today;
	const struct standing *after; /* only what stands behind it; NULL: all */
	struct standing *standings;
	size_t count;
};

/* ---- who is on it ---- */

static int standing_compare(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->deadline_on != y->deadline_on)
		return x->deadline_on < y->deadline_on ? -1 : 1;
	if (x->reported_on != y->reported_on)
		return x->reported_on < y->reported_on ? -1 : 1;
	if (x->is_signal != y->is_signal)
		return x->is_signal ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static struct standing standing_of_request(const struct request *request, uint32_t number)
{
	return (struct standing){
		.priority = request->priority,
		.deadline_on = request->contact.deadline_on,
		.reported_on = request->reported_on,
		.number = number,
	};
}

static int32_t signals_deadline(const struct triage *triage, int32_t since)
{
	return clocks_deadline(CLOCK_FIRST_CONTACT, since, &triage->promise_rules.closing);
}

/* A household is phoned as soon as somebody who asked for help, though no clock runs for it. */
static struct standing standing_of_signal(
	const struct triage *triage, uint32_t number, int32_t since)
{
	return (struct standing){
		.priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE,
		.deadline_on = signals_deadline(triage, since),
		.reported_on = since,
		.is_signal = true,
		.number = number,
	};
}

static void list_add(struct list *list, struct standing standing, const struct household *household)
{
	standing.household = household;
	if (list->after && standing_compare(&standing, list->after) <= 0)
		return;
	list->standings = grow_push(list->standings, list->count, sizeof *list->standings);
	list->standings[list->count++] = standing;
}

/* phoned: by number, the households that are phoned about a request anyway. */
static void list_add_requests(struct list *list, bool *phoned)
{
	const struct triage *triage = list->triage;
	for (uint32_t number = 0; number < triage->room; number++) {
		const struct request *request = &triage->requests[number];
		if (!request_is_to_phone(request))
			continue;
		const struct household *household =
			signals_of(&triage->signals, request->household_id, list->today);
		if (household)
			phoned[household->number] = true;
		list_add(list, standing_of_request(request, number), household);
	}
}

static void list_add_signals(struct list *list, const bool *phoned)
{
	const struct triage *triage = list->triage;
	const struct household *household = triage->signals.households;
	for (; household; household = household->hh.next)
		if (!phoned[household->number] && household_waits(household, list->today))
			list_add(list,
				standing_of_signal(
					triage, household->number, household->reported_on),
				household);
}

static void list_fill(struct list *list)
{
	auto_free bool *phoned = calloc(list->triage->signals.count + 1, sizeof *phoned);
	must(phoned);
	list_add_requests(list, phoned);
	list_add_signals(list, phoned);
	if (list->count)
		qsort(list->standings, list->count, sizeof *list->standings, standing_compare);
}

/* ---- an item ---- */

static char *case_id_of(const struct triage *triage, uint32_t number, struct arena *arena)
{
	return case_id_new(triage_request(triage, number)->year, number, arena);
}

/* What the rule of its last route says, as triage.yaml has it now; NULL: it has that rule no more. */
static const char *reden_of(const struct triage *triage, const struct request *request)
{
	const ProtobufCEnumDescriptor *why = &wot__v1__case_routed__considered__why__descriptor;
	const struct rules *rules = triage->roster.rules;
	const char *name = triage->rule_names.items[request->rule - 1];
	if (request->by_hand)
		return label_of(why, WOT__V1__CASE_ROUTED__CONSIDERED__WHY__BY_HAND);
	for (size_t i = 0; rules && i < rules->rule_count; i++)
		if (strcmp(rules->rules[i].name, name) == 0)
			return rules->rules[i].reden;
	return NULL;
}

static void request_fill(const struct triage *triage, const struct standing *standing,
	struct arena *arena, Wot__V1__WorklistItem *out)
{
	const struct request *request = triage_request(triage, standing->number);
	out->case_id = case_id_of(triage, standing->number, arena);
	out->attempts = request->attempts;
	if (request->team)
		out->team = (char *)triage_team_name(triage, request->team);
	if (request->redirect)
		out->redirected_to = triage->organisation_names.items[request->redirect - 1];
	out->reden = (char *)reden_of(triage, request);
	out->has_react_by = request->reaction.deadline_on != 0;
	out->react_by = request->reaction.deadline_on;
	out->has_queued = out->has_welfare_first = true;
	out->queued = request_is_waiting(request);
	out->welfare_first = request->welfare_first;
}

static void household_fill(
	const struct triage *triage, const struct standing *standing, Wot__V1__WorklistItem *out)
{
	const struct household *household = standing->household;
	out->case_ref = (char *)refs_name(&triage->signals.refs, standing->number);
	out->attempts = household->attempts;
	out->has_household_id = true;
	out->household_id = (ProtobufCBinaryData){
		.len = sizeof household->id, .data = (uint8_t *)household->id};
}

static void signals_fill(const struct triage *triage, const struct household *household,
	struct arena *arena, Wot__V1__WorklistItem *out)
{
	out->has_signals_by = true;
	out->signals_by = signals_deadline(triage, household->reported_on);
	out->n_signals = household_kinds(household, &out->signals, arena);
	out->signal_labels = arena_alloc(arena, (out->n_signals + 1) * sizeof *out->signal_labels);
	for (; out->n_signal_labels < out->n_signals; out->n_signal_labels++)
		out->signal_labels[out->n_signal_labels] =
			(char *)label_of(&wot__v1__signal__kind__descriptor,
				(int)out->signals[out->n_signal_labels]);
}

static Wot__V1__WorklistItem *item_of(
	const struct triage *triage, const struct standing *standing, struct arena *arena)
{
	Wot__V1__WorklistItem *out =
		(void *)message_new(&wot__v1__worklist_item__descriptor, arena);
	out->reported_on = standing->reported_on;
	out->deadline = standing->deadline_on;
	out->priority = standing->priority ? (Wot__V1__CaseRouted__Priority)standing->priority
					   : WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE;
	if (standing->is_signal)
		household_fill(triage, standing, out);
	else
		request_fill(triage, standing, arena, out);
	if (standing->household)
		signals_fill(triage, standing->household, arena, out);
	return out;
}

/* ---- a page ---- */

/* The place after which a page begins, also when what stood there has left the list since. */
static int after_standing(const struct triage *triage, const char *after, struct standing *out)
{
	uint32_t number = triage_number(triage, after);
	if (number) {
		*out = standing_of_request(triage_request(triage, number), number);
		return 0;
	}
	number = signals_find(&triage->signals, "", after);
	if (!number)
		return ERR_INVALID;
	const struct signal *signal = signals_at(&triage->signals, number);
	const struct household *household =
		signals_of(&triage->signals, signal->household_id, signal->day);
	*out = standing_of_signal(triage, number, household ? household->reported_on : signal->day);
	return 0;
}

static char *name_of(
	const struct triage *triage, const struct standing *standing, struct arena *arena)
{
	return standing->is_signal ? (char *)refs_name(&triage->signals.refs, standing->number)
				   : case_id_of(triage, standing->number, arena);
}

/* after: NULL, from the start. */
static void worklist_fill(const struct triage *triage, const struct standing *after, size_t limit,
	const struct get_query *query, Wot__V1__Worklist *out)
{
	struct list list = {
		.triage = triage, .today = calendar_day_of(query->now_ms), .after = after};
	list_fill(&list);
	size_t shown = list.count < limit ? list.count : limit;
	out->items = arena_alloc(query->arena, (shown + 1) * sizeof *out->items);
	for (size_t i = 0; i < shown; i++)
		out->items[out->n_items++] = item_of(triage, &list.standings[i], query->arena);
	if (shown < list.count)
		out->next = name_of(triage, &list.standings[shown - 1], query->arena);
	free(list.standings);
}

int get_worklist(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	const struct triage *triage = knowledge;
	const Wot__V1__Page *page = (const void *)query->parameters;
	struct standing after;
	if (page->after && after_standing(triage, page->after, &after) != 0)
		return why_set(why, ERR_INVALID, "after: no place on the list was ever called so");
	worklist_fill(
		triage, page->after ? &after : NULL, page->limit, query, (void *)answer->message);
	return 0;
}

Wot__V1__Worklist *worklist_whole(const struct triage *triage, const struct get_query *query)
{
	Wot__V1__Worklist *list = (void *)message_new(&wot__v1__worklist__descriptor, query->arena);
	worklist_fill(triage, NULL, SIZE_MAX, query, list);
	return list;
}
