#include "daemons/triage/worklist.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/case_id.h"
#include "proto/json.h"
#include <stdio.h>
#include <string.h>

/* The place on the list. A later report never has an earlier deadline, so the report day orders. */
struct place {
	unsigned priority;
	uint64_t key;
	bool is_signal; /* the key's number is that of a household, not of a case */
	const struct household *household; /* that signals wait about; NULL: none do */
};

struct list {
	struct place *places;
	size_t count, room;
};

static int place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->is_signal - y->is_signal;
}

static struct place place_of(const struct request *request, uint32_t number)
{
	return (struct place){
		.priority = request->priority, .key = queue_key(request->reported_on, number)};
}

static struct place place_of_signals(int32_t reported_on, uint32_t number)
{
	return (struct place){.priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE,
		.key = queue_key(reported_on, number),
		.is_signal = true};
}

static void list_add(struct list *list, struct place place)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 256;
		list->places = realloc(list->places, list->room * sizeof *list->places);
		must(list->places);
	}
	list->places[list->count++] = place;
}

static int number_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Households that nobody phones about a request of theirs anyway. phoned: the numbers of those. */
static void list_add_signals(struct list *list, const struct triage *triage, int32_t today,
	uint32_t *phoned, size_t phoned_count)
{
	const struct household *household = triage->signals.households;
	if (phoned_count)
		qsort(phoned, phoned_count, sizeof *phoned, number_compare);
	for (; household; household = household->hh.next) {
		bool is_phoned = phoned_count && bsearch(&household->number, phoned, phoned_count,
							 sizeof *phoned, number_compare);
		if (is_phoned || !signal_is_current(household->last_on, today))
			continue;
		struct place place = place_of_signals(household->reported_on, household->number);
		place.household = household;
		list_add(list, place);
	}
}

/* All of it in order; the caller frees the places. */
static struct list list_make(const struct triage *triage, int32_t today)
{
	struct list list = {0};
	size_t waiting = HASH_COUNT(triage->signals.households), phoned_count = 0, room = 16;
	auto_free uint32_t *phoned = waiting ? malloc(room * sizeof *phoned) : NULL;
	must(phoned || !waiting);
	for (uint32_t number = 0; number < triage->room; number++) {
		const struct request *request = &triage->requests[number];
		if (!request_is_to_phone(request))
			continue;
		struct place place = place_of(request, number);
		place.household = signals_of(&triage->signals, request->household_id, today);
		list_add(&list, place);
		if (!place.household)
			continue;
		if (phoned_count == room) {
			phoned = realloc(phoned, (room *= 2) * sizeof *phoned);
			must(phoned);
		}
		phoned[phoned_count++] = place.household->number;
	}
	list_add_signals(&list, triage, today, phoned, phoned_count);
	if (list.count)
		qsort(list.places, list.count, sizeof *list.places, place_compare);
	return list;
}

static const char *priority_name(unsigned priority)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		&wot__v1__case_routed__priority__descriptor, (int)priority);
	return value ? value->name : "ROUTINE";
}

/* By what a page goes on behind a household: "2026-11-20.17". */
static void signals_name(const struct place *place, char out[32])
{
	day_print((int32_t)(place->key >> 32), out);
	size_t len = strlen(out);
	snprintf(out + len, 32 - len, ".%u", queue_number(place->key));
}

/* A household is phoned as soon as somebody who asked for help. */
static void signals_item(
	const struct triage *triage, const struct household *household, struct buf *json)
{
	char reported[16], deadline[16];
	day_print(household->reported_on, reported);
	day_print(clocks_deadline(CLOCK_FIRST_CONTACT, household->reported_on,
			  &triage->promise_rules.closing),
		deadline);
	buf_text(json, "{\"householdId\":\"");
	buf_hex(json, household->id, sizeof household->id);
	buf_printf(json, "\",\"reportedOn\":\"%s\",\"deadline\":\"%s\",\"priority\":\"%s\",",
		reported, deadline, priority_name(WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE));
	household_kinds_print(household, json);
	buf_char(json, '}');
}

static void worklist_item(const struct triage *triage, uint32_t number,
	const struct household *household, struct buf *json)
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
	buf_printf(json, "\"queued\":%s,\"welfareFirst\":%s",
		request_is_waiting(request) ? "true" : "false",
		request->welfare_first ? "true" : "false");
	if (household) {
		buf_char(json, ',');
		household_kinds_print(household, json);
	}
	buf_char(json, '}');
}

static int after_signals(const char *after, const char *dot, struct place *out)
{
	int32_t day;
	char *end;
	unsigned long number = strtoul(dot + 1, &end, 10);
	if (day_parse(after, (size_t)(dot - after), &day) != 0 || day < 0 || end == dot + 1 ||
		*end || number > INT32_MAX)
		return ERR_INVALID;
	*out = place_of_signals(day, (uint32_t)number);
	return 0;
}

/* The place after which a page begins, also when its case or signals have left the list since. */
static int after_place(const struct triage *triage, const char *after, struct place *out)
{
	const char *dot = strchr(after, '.');
	if (dot)
		return after_signals(after, dot, out);
	uint32_t number = triage_number(triage, after);
	if (!number)
		return ERR_INVALID;
	*out = place_of(triage_request(triage, number), number);
	return 0;
}

static void next_add(const struct triage *triage, const struct place *last, struct buf *json)
{
	char name[CASE_ID_ROOM > 32 ? CASE_ID_ROOM : 32];
	uint32_t number = queue_number(last->key);
	if (last->is_signal)
		signals_name(last, name);
	else
		case_id_print(triage_request(triage, number)->year, number, name);
	buf_printf(json, ",\"next\":\"%s\"", name);
}

int worklist_query(const struct triage *triage, const struct core_query *query, struct buf *json)
{
	struct place after = {0};
	if (query->after && after_place(triage, query->after, &after) != 0)
		return ERR_INVALID;
	struct list list = list_make(triage, calendar_day_of(query->now_ms));
	size_t from = 0, to;
	while (query->after && from < list.count && place_compare(&list.places[from], &after) <= 0)
		from++;
	to = list.count - from < query->limit ? list.count : from + query->limit;
	buf_text(json, "{\"items\":[");
	for (size_t i = from; i < to; i++) {
		const struct place *place = &list.places[i];
		buf_text(json, i > from ? "," : "");
		if (place->is_signal)
			signals_item(triage, place->household, json);
		else
			worklist_item(triage, queue_number(place->key), place->household, json);
	}
	buf_char(json, ']');
	if (to > from && to < list.count)
		next_add(triage, &list.places[to - 1], json);
	buf_char(json, '}');
	free(list.places);
	return 0;
}
