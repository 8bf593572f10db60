#include "daemons/triage/worklist.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/case_id.h"
#include "proto/json.h"
#include <string.h>

/* Where it stands on the list; of two with the same deadline the earlier report goes first. */
struct place {
	unsigned priority;
	int32_t deadline_on, reported_on;
	bool is_signal;
	uint32_t number; /* of the case, or of the signal that names the household */
	const struct household *household; /* that signals wait about; NULL: none do */
};

struct list {
	const struct triage *triage;
	int32_t today;
	const struct place *after; /* only what stands behind it; NULL: all */
	struct place *places;
	size_t count, room;
};

/* ---- who is on it ---- */

static int place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
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

static struct place place_of_request(const struct request *request, uint32_t number)
{
	return (struct place){
		.priority = request->priority,
		.deadline_on = request->contact.deadline_on,
		.reported_on = request->reported_on,
		.number = number,
	};
}

/* A household is phoned as soon as somebody who asked for help, though no clock runs for it. */
static struct place place_of_signal(const struct triage *triage, uint32_t number, int32_t since)
{
	return (struct place){
		.priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE,
		.deadline_on =
			clocks_deadline(CLOCK_FIRST_CONTACT, since, &triage->promise_rules.closing),
		.reported_on = since,
		.is_signal = true,
		.number = number,
	};
}

static void list_add(struct list *list, struct place place, const struct household *household)
{
	place.household = household;
	if (list->after && place_compare(&place, list->after) <= 0)
		return;
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 256;
		list->places = realloc(list->places, list->room * sizeof *list->places);
		must(list->places);
	}
	list->places[list->count++] = place;
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
		list_add(list, place_of_request(request, number), household);
	}
}

static void list_add_signals(struct list *list, const bool *phoned)
{
	const struct triage *triage = list->triage;
	const struct household *household = triage->signals.households;
	for (; household; household = household->hh.next)
		if (!phoned[household->number] && household_waits(household, list->today))
			list_add(list,
				place_of_signal(triage, household->number, household->reported_on),
				household);
}

static void list_fill(struct list *list)
{
	auto_free bool *phoned = calloc(list->triage->signals.count + 1, sizeof *phoned);
	must(phoned);
	list_add_requests(list, phoned);
	list_add_signals(list, phoned);
	if (list->count)
		qsort(list->places, list->count, sizeof *list->places, place_compare);
}

/* ---- an item ---- */

static const char *priority_name(unsigned priority)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		&wot__v1__case_routed__priority__descriptor, (int)priority);
	return value ? value->name : "ROUTINE";
}

static void day_add(const char *name, int32_t day, struct buf *json)
{
	char text[16];
	day_print(day, text);
	buf_printf(json, ",\"%s\":\"%s\"", name, text);
}

/* What requests and households have both; the item stays open. */
static void item_begin(const struct place *place, const char *key, const char *name,
	uint32_t attempts, struct buf *json)
{
	buf_printf(json, "{\"%s\":", key);
	buf_json(json, name);
	day_add("reportedOn", place->reported_on, json);
	day_add("deadline", place->deadline_on, json);
	buf_printf(json, ",\"priority\":\"%s\",\"attempts\":%u", priority_name(place->priority),
		attempts);
}

static void request_add(const struct triage *triage, const struct place *place, struct buf *json)
{
	const struct request *request = triage_request(triage, place->number);
	char id[CASE_ID_ROOM];
	case_id_print(request->year, place->number, id);
	item_begin(place, "caseId", id, request->attempts, json);
	if (request->team) {
		buf_text(json, ",\"team\":");
		buf_json(json, triage_team_name(triage, request->team));
	}
	if (request->redirect) {
		buf_text(json, ",\"redirectedTo\":");
		buf_json(json, triage->organisation_names.items[request->redirect - 1]);
	}
	if (request->reaction.deadline_on)
		day_add("reactBy", request->reaction.deadline_on, json);
	buf_printf(json, ",\"queued\":%s,\"welfareFirst\":%s",
		request_is_waiting(request) ? "true" : "false",
		request->welfare_first ? "true" : "false");
}

static void household_add(const struct triage *triage, const struct place *place, struct buf *json)
{
	item_begin(place, "caseRef", refs_name(&triage->signals.refs, place->number),
		place->household->attempts, json);
	buf_text(json, ",\"householdId\":\"");
	buf_hex(json, place->household->id, sizeof place->household->id);
	buf_char(json, '"');
}

static void item_add(const struct triage *triage, const struct place *place, struct buf *json)
{
	if (place->is_signal)
		household_add(triage, place, json);
	else
		request_add(triage, place, json);
	if (place->household) {
		buf_char(json, ',');
		household_kinds_print(place->household, json);
	}
	buf_char(json, '}');
}

/* ---- a page ---- */

/* The place after which a page begins, also when what stood there has left the list since. */
static int after_place(const struct triage *triage, const char *after, struct place *out)
{
	uint32_t number = triage_number(triage, after);
	if (number) {
		*out = place_of_request(triage_request(triage, number), number);
		return 0;
	}
	number = signals_find(&triage->signals, "", after);
	if (!number)
		return ERR_INVALID;
	const struct signal *signal = signals_at(&triage->signals, number);
	const struct household *household =
		signals_of(&triage->signals, signal->household_id, signal->day);
	*out = place_of_signal(triage, number, household ? household->reported_on : signal->day);
	return 0;
}

static void next_add(const struct triage *triage, const struct place *last, struct buf *json)
{
	char id[CASE_ID_ROOM];
	buf_text(json, ",\"next\":");
	if (last->is_signal) {
		buf_json(json, refs_name(&triage->signals.refs, last->number));
		return;
	}
	case_id_print(triage_request(triage, last->number)->year, last->number, id);
	buf_json(json, id);
}

int worklist_query(const struct triage *triage, const struct core_query *query, struct buf *json)
{
	struct place after;
	if (query->after && after_place(triage, query->after, &after) != 0)
		return ERR_INVALID;
	struct list list = {.triage = triage,
		.today = calendar_day_of(query->now_ms),
		.after = query->after ? &after : NULL};
	list_fill(&list);
	size_t shown = list.count < query->limit ? list.count : query->limit;
	buf_text(json, "{\"items\":[");
	for (size_t i = 0; i < shown; i++) {
		buf_text(json, i ? "," : "");
		item_add(triage, &list.places[i], json);
	}
	buf_char(json, ']');
	if (shown && shown < list.count)
		next_add(triage, &list.places[shown - 1], json);
	buf_char(json, '}');
	free(list.places);
	return 0;
}
