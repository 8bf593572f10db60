#include "config/lists.h"
#include "core/get.h"
#include "daemons/case/cases.h"
#include "daemons/case/clocks.h"
#include "lib/calendar.h"
#include "proto/json.h"
#include "proto/role.h"
#include "web/cases/case.h"
#include <string.h>

static Wot__V1__CaseStatus__Value status_of(const struct case_file *file)
{
	static const Wot__V1__CaseStatus__Value values[] = {
		[LIFE_WAITING] = WOT__V1__CASE_STATUS__VALUE__WAITING,
		[LIFE_IN_SUPPORT] = WOT__V1__CASE_STATUS__VALUE__IN_SUPPORT,
		[LIFE_CLOSED] = WOT__V1__CASE_STATUS__VALUE__CLOSED,
		[LIFE_ENDED] = WOT__V1__CASE_STATUS__VALUE__ENDED,
		[LIFE_BRIEF_CONTACT] = WOT__V1__CASE_STATUS__VALUE__BRIEF_CONTACT,
	};
	return values[life_status(&file->life)];
}

/* ---- one case; what is borrowed of its file is not changed before it is printed ---- */

static Wot__V1__CaseHandover *handover_of(const struct case_life *life, struct arena *arena)
{
	if (!life->handover_to)
		return NULL;
	Wot__V1__CaseHandover *out =
		(void *)message_new(&wot__v1__case_handover__descriptor, arena);
	unsigned sides = life->handover_confirmed;
	out->to = (char *)life->handover_to;
	out->warm = life->handover_warm;
	out->confirmed_by_offering = sides >> WOT__V1__HANDOVER_CONFIRMED__SIDE__OFFERING & 1;
	out->confirmed_by_receiving = sides >> WOT__V1__HANDOVER_CONFIRMED__SIDE__RECEIVING & 1;
	out->complete = life_handover_is_complete(life);
	return out;
}

static Wot__V1__CaseRouted *routing_of(const struct case_file *file, struct arena *arena)
{
	if (!file->routing)
		return NULL;
	ProtobufCMessage *routed = message_unpack(
		&wot__v1__case_routed__descriptor, file->routing, file->routing_len, arena);
	must(routed);
	return (Wot__V1__CaseRouted *)routed;
}

static Wot__V1__CaseClock *clock_of(
	const struct case_clock *clock, int64_t now_ms, struct arena *arena)
{
	const struct promise *promise = &clock->promise;
	Wot__V1__CaseClock *out = (void *)message_new(&wot__v1__case_clock__descriptor, arena);
	out->kind = (Wot__V1__Clock__Kind)clock->terms.kind;
	out->label = (char *)clocks_label(clock->terms.kind);
	out->deadline_on = promise->deadline_on;
	out->deadline_at = calendar_day_start(promise->deadline_on + 1);
	out->status = promise_status(promise, &clock->terms, now_ms);
	out->has_stopped_on = promise->kept_on != 0;
	out->stopped_on = promise->kept_on;
	out->days = clock->days;
	out->paused_days = clock->paused_days;
	return out;
}

static void clocks_fill(const struct cases *cases, const struct case_file *file,
	const struct get_query *query, Wot__V1__Case *out)
{
	struct case_clock clocks[CASE_CLOCKS];
	out->n_clocks = cases_clocks(cases, file, calendar_day_of(query->now_ms), clocks);
	out->clocks = arena_alloc(query->arena, CASE_CLOCKS * sizeof *out->clocks);
	for (size_t i = 0; i < out->n_clocks; i++)
		out->clocks[i] = clock_of(&clocks[i], query->now_ms, query->arena);
}

static void life_fill(const struct case_file *file, struct arena *arena, Wot__V1__Case *out)
{
	out->n_life = file->moment_count;
	out->life = arena_alloc(arena, out->n_life * sizeof *out->life + 1);
	for (size_t i = 0; i < out->n_life; i++) {
		char what[64];
		Wot__V1__CaseMoment *moment =
			(void *)message_new(&wot__v1__case_moment__descriptor, arena);
		json_name(event_kind_name(moment_kind(file->moments[i])), what);
		moment->what = arena_strdup(arena, what);
		moment->at = moment_at_ms(file->moments[i]);
		out->life[i] = moment;
	}
}

static void case_fill(const struct cases *cases, const struct case_file *file,
	const struct get_query *query, Wot__V1__Case *out)
{
	const struct case_life *life = &file->life;
	out->case_id = case_file_id(file, query->arena);
	out->status = status_of(file);
	out->paused = life->paused;
	out->case_ref = (char *)refs_name(&cases->refs, file->number);
	out->facts = (Wot__V1__CaseFacts *)&life->facts;
	out->case_lead = (char *)life->case_lead;
	out->has_reopened_on = life->reopened_on != LIFE_NEVER;
	out->reopened_on = life->reopened_on;
	out->handover = handover_of(life, query->arena);
	out->routing = routing_of(file, query->arena);
	clocks_fill(cases, file, query, out);
	life_fill(file, query->arena, out);
}

int get_case(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct cases *cases = knowledge;
	const struct case_file *file = cases_by_id(cases, query->named);
	if (!file)
		return ERR_NOT_FOUND;
	case_fill(cases, file, query, (void *)answer->message);
	return 0;
}

int get_case_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct cases *cases = knowledge;
	const struct case_file *file = cases_by_id(cases, query->named);
	if (!file)
		return ERR_NOT_FOUND;
	const struct organisations *organisations = &query->lists->organisations;
	const struct case_names names = {
		organisations->teams, organisations->team_count, organisations};
	Wot__V1__Case *of = (void *)message_new(&wot__v1__case__descriptor, query->arena);
	const struct case_view view = {.house = query->house,
		.of = of,
		.names = &names,
		.has_more = file->moment_count == MOMENTS_MAX,
		.now_ms = query->now_ms};
	case_fill(cases, file, query, of);
	answer->headers = page_headers;
	case_page(&view, query->arena, answer->text);
	return 0;
}

/* ---- the list ---- */

static Wot__V1__CaseSummary *summary_of(
	const struct cases *cases, const struct case_file *file, struct arena *arena)
{
	Wot__V1__CaseSummary *out = (void *)message_new(&wot__v1__case_summary__descriptor, arena);
	out->case_id = case_file_id(file, arena);
	out->status = status_of(file);
	out->paused = file->life.paused;
	out->case_ref = (char *)refs_name(&cases->refs, file->number);
	out->facts = (Wot__V1__CaseFacts *)&file->life.facts;
	return out;
}

int get_cases(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	const struct cases *cases = knowledge;
	const Wot__V1__Page *page = (const void *)query->parameters;
	Wot__V1__Cases *out = (void *)answer->message;
	uint32_t number = 0;
	int err = page_after_case(page, &number, why);
	if (err)
		return err;
	out->items = arena_alloc(query->arena, page->limit * sizeof *out->items);
	while (++number < cases->room) {
		const struct case_file *file = cases->files[number];
		if (!file)
			continue;
		if (out->n_items == page->limit) {
			out->next = out->items[out->n_items - 1]->case_id;
			break;
		}
		out->items[out->n_items++] = summary_of(cases, file, query->arena);
	}
	return 0;
}
