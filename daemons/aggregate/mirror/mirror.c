#include "daemons/aggregate/mirror/mirror.h"

#include "daemons/triage/core.h"
#include "proto/event.h"
#include <string.h>

struct mirror {
	void *state; /* of the core; NULL: there was something that it could not read */
	struct arena arena;
	struct faults faults;
	const Wot__V1__Teams *named; /* as of the last configuration, whose texts they are */
	struct arena names;
};

struct mirror *mirror_new(void)
{
	struct mirror *mirror = calloc(1, sizeof *mirror);
	must(mirror);
	mirror->state = core_state_new(&triage_core);
	mirror->faults.arena = &mirror->arena;
	return mirror;
}

static void state_end(struct mirror *mirror)
{
	if (mirror->state)
		core_state_free(&triage_core, mirror->state);
	mirror->state = NULL;
	mirror->named = NULL;
}

void mirror_free(struct mirror *mirror)
{
	if (!mirror)
		return;
	state_end(mirror);
	arena_done(&mirror->arena);
	arena_done(&mirror->names);
	free(mirror);
}

/* ---- what it knows ---- */

bool mirror_fold(struct mirror *mirror, const uint8_t *event, size_t len)
{
	if (!mirror->state || event_kind(event, len) == WOT__V1__BODY__KIND_INPUT_READ)
		return true; /* how far others were read is the shell's */
	mirror->faults.count = 0;
	const Wot__V1__Event *taken = event_take(event, len, &mirror->faults);
	bool is_read = taken;
	if (is_read)
		triage_core.evolve(mirror->state, taken);
	else
		state_end(mirror);
	if (is_read && taken->body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED) {
		arena_reset(&mirror->names);
		mirror->named = mirror_teams(mirror, &(struct get_query){.arena = &mirror->names});
	}
	arena_reset(&mirror->arena);
	return is_read;
}

/* ---- what it answers ---- */

static const void *answer_whole(const struct mirror *mirror, enum get_index row,
	const ProtobufCMessage *parameters, const struct get_query *query)
{
	struct get_query all = *query;
	struct get_answer answer = {.message = message_new(reads[row].answer, query->arena)};
	struct why why;
	all.parameters = parameters;
	bool is_there =
		mirror->state && triage_core.gets[row](mirror->state, &all, &answer, &why) == 0;
	return is_there ? answer.message : NULL;
}

const Wot__V1__Worklist *mirror_worklist(const struct mirror *mirror, const struct get_query *query)
{
	Wot__V1__Page page = WOT__V1__PAGE__INIT;
	page.limit = UINT32_MAX;
	return answer_whole(mirror, GET_worklist, &page.base, query);
}

const Wot__V1__Teams *mirror_teams(const struct mirror *mirror, const struct get_query *query)
{
	const Wot__V1__Nothing nothing = WOT__V1__NOTHING__INIT;
	return answer_whole(mirror, GET_teams, &nothing.base, query);
}

const char *mirror_team(const struct mirror *mirror, const char *key)
{
	const Wot__V1__Teams *teams = mirror->named;
	for (size_t i = 0; teams && i < teams->n_items; i++)
		if (strcmp(teams->items[i]->team, key) == 0)
			return teams->items[i]->name;
	return NULL;
}
