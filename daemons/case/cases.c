#include "daemons/case/cases.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include <string.h>

_Static_assert(KIND_MAX <= 256, "a moment keeps a kind in 8 bits");

void cases_done(struct cases *cases)
{
	for (uint32_t i = 0; i < cases->room; i++) {
		struct case_file *file = cases->files[i];
		if (!file)
			continue;
		free(file->routing);
		free(file->moments);
		free(file);
	}
	free(cases->files);
	refs_done(&cases->refs);
	pool_done(&cases->pool);
	promise_rules_done(&cases->promise_rules);
	due_done(&cases->due);
}

/* ---- finding ---- */

struct case_file *cases_at(const struct cases *cases, uint32_t number)
{
	return number < cases->room ? cases->files[number] : NULL;
}

struct case_file *cases_by_id(const struct cases *cases, const char *case_id)
{
	int year;
	uint32_t number;
	if (case_id_parse(case_id, &year, &number) != 0)
		return NULL;
	struct case_file *file = cases_at(cases, number);
	return file && file->year == year ? file : NULL;
}

struct case_file *cases_by_ref(const struct cases *cases, const char *client, const char *case_ref)
{
	return cases_at(cases, refs_find(&cases->refs, client, case_ref));
}

struct subject case_file_subject(const struct case_file *file, struct arena *arena)
{
	return (struct subject){
		.case_id = case_file_id(file, arena), .legal_basis = file->legal_basis};
}

/* ---- what the own log says ---- */

static struct case_file *file_add(struct cases *cases, int year, uint32_t number)
{
	cases->files = grown(cases->files, &cases->room, number, sizeof *cases->files);
	must(!cases->files[number]);
	struct case_file *file = calloc(1, sizeof *file);
	must(file);
	file->year = (uint16_t)year;
	file->number = number;
	file->life = life_empty;
	cases->files[number] = file;
	return file;
}

static struct case_file *file_register(struct cases *cases, const Wot__V1__Event *event)
{
	int year;
	uint32_t number;
	must(case_id_parse(event->case_id, &year, &number) == 0);
	struct case_file *file = file_add(cases, year, number);
	file->legal_basis = (uint8_t)event->legal_basis;
	const Wot__V1__CaseRegistered *registered = event->body->case_registered;
	file->known_on = calendar_day_of(
		registered->has_taken_in_at ? registered->taken_in_at : event->recorded_at);
	refs_add(&cases->refs, event->client, event->external_ref, number);
	return file;
}

static bool is_over(const struct case_file *file)
{
	enum life_status status = life_status(&file->life);
	return status != LIFE_WAITING && status != LIFE_IN_SUPPORT;
}

/* What else was considered matters to who looks for a team; of a case that is over the reason
 * stays. */
static void routing_keep(struct case_file *file, const Wot__V1__CaseRouted *routed)
{
	Wot__V1__CaseRouted kept = *routed;
	if (is_over(file))
		kept.n_considered = 0;
	struct buf packed = {0};
	message_pack(&kept.base, &packed);
	free(file->routing);
	file->routing = realloc(packed.data, packed.len + 1);
	must(file->routing);
	file->routing_len = packed.len;
}

static void routing_shorten(struct case_file *file)
{
	if (!file->routing || !is_over(file))
		return;
	auto_arena struct arena arena = {0};
	const ProtobufCMessage *routed = message_unpack(
		&wot__v1__case_routed__descriptor, file->routing, file->routing_len, &arena);
	must(routed);
	routing_keep(file, (const Wot__V1__CaseRouted *)routed);
}

static void moment_add(struct case_file *file, const Wot__V1__Event *event)
{
	size_t count = file->moment_count;
	if (count == MOMENTS_MAX)
		return;
	file->moments = grow_push(file->moments, count, sizeof *file->moments);
	file->moments[count] = moment_make(event->occurred_at, event->body->kind_case);
	file->moment_count++;
}

struct case_file *cases_evolve(struct cases *cases, const Wot__V1__Event *event)
{
	if (!event->case_id)
		return NULL;
	struct case_file *file = event->body->kind_case == WOT__V1__BODY__KIND_CASE_REGISTERED
					 ? file_register(cases, event)
					 : cases_by_id(cases, event->case_id);
	must(file);
	struct screened room;
	life_evolve(&file->life, event, &room);
	life_keep(&file->life, &cases->pool);
	if (event->body->kind_case == WOT__V1__BODY__KIND_CASE_ROUTED)
		routing_keep(file, event->body->case_routed);
	else if (event->facts)
		routing_shorten(file);
	moment_add(file, event);
	return file;
}
