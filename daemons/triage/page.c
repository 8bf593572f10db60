/*
 * The pages of the intake team: its work list, an entry of it with the form for what came of the call, and what the form
 * sends. How they look is in web/cases.
 */
#include "daemons/triage/answers.h"
#include "daemons/triage/on_time.h"
#include "lib/calendar.h"
#include "proto/role.h"
#include "web/cases/entry.h"
#include "web/cases/item.h"
#include "web/cases/worklist.h"
#include <string.h>

/* A manager looks; who phones says what came of it. */
static bool may_record(const struct get_query *query)
{
	return query->role == ROLE_INTAKE_TEAM;
}

static struct case_names names_of(const struct triage *triage, struct arena *arena)
{
	const struct rules *rules = triage->roster.rules;
	size_t count = rules ? rules->team_count : 0;
	struct team_name *teams = arena_alloc(arena, count * sizeof *teams + 1);
	for (size_t i = 0; i < count; i++)
		teams[i] = (struct team_name){rules->teams[i].key, rules->teams[i].name};
	return (struct case_names){teams, count, rules ? &rules->organisations : NULL};
}

static struct worklist_view worklist_view(
	const struct triage *triage, const struct get_query *query, const struct case_names *names)
{
	struct on_time month, year;
	on_time_count(triage, calendar_day_of(query->now_ms), &month, &year);
	return (struct worklist_view){
		.house = query->house,
		.list = worklist_whole(triage, query),
		.teams = teams_all(triage, query->arena),
		.names = names,
		.may_record = may_record(query),
		.now_ms = query->now_ms,
		.month = {month.kept, month.of},
		.year = {year.kept, year.of},
	};
}

int get_worklist_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	const Wot__V1__WorklistPage *page = (const void *)query->parameters;
	const struct case_names names = names_of(knowledge, query->arena);
	struct worklist_view view = worklist_view(knowledge, query, &names);
	view.asked = page;
	if (!worklist_knows_team(&view))
		return why_set(why, ERR_INVALID, "team: there is no such team");
	if (!worklist_page(&view, page->deel, query->arena, answer->text))
		return why_set(why, ERR_INVALID, "deel: the page has no such part");
	answer->headers = page_headers;
	return 0;
}

int get_worklist_live(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	(void)why;
	const struct case_names names = names_of(knowledge, query->arena);
	const struct worklist_view view = worklist_view(knowledge, query, &names);
	worklist_tell(&view, query->arena, answer->live);
	return 0;
}

/* ---- one of them ---- */

struct entry {
	Wot__V1__WorklistItem *item;
	bool is_listed; /* else it has its name alone */
};

/* By its address, as page_entry makes it. ERR_NOT_FOUND: there never was one. */
static int entry_find(const struct triage *triage, const struct get_query *query, struct entry *out)
{
	static const char prefix[] = "signaal/";
	bool is_signal = strncmp(query->named, prefix, sizeof prefix - 1) == 0;
	char *name = arena_strdup(query->arena, query->named + (is_signal ? sizeof prefix - 1 : 0));
	char *colon = is_signal ? strchr(name, ':') : NULL;
	if (is_signal && (!colon || strchr(name, '/')))
		return ERR_NOT_FOUND;
	if (colon)
		*colon = '/';
	if (is_signal ? !signals_find(&triage->signals, "", name) : !triage_number(triage, name))
		return ERR_NOT_FOUND;
	const Wot__V1__Worklist *list = worklist_whole(triage, query);
	for (size_t i = 0; i < list->n_items; i++) {
		const char *listed = is_signal ? list->items[i]->case_ref : list->items[i]->case_id;
		if (listed && strcmp(listed, name) == 0) {
			*out = (struct entry){list->items[i], true};
			return 0;
		}
	}
	out->is_listed = false;
	out->item = (void *)message_new(&wot__v1__worklist_item__descriptor, query->arena);
	*(is_signal ? &out->item->case_ref : &out->item->case_id) = name;
	return 0;
}

static void entry_print(const struct triage *triage, const struct get_query *query,
	const struct entry *entry, const struct form_fields *fields, const struct form_wrong *wrong,
	struct get_answer *answer)
{
	const struct case_names names = names_of(triage, query->arena);
	const struct entry_view view = {
		.house = query->house,
		.item = entry->item,
		.is_listed = entry->is_listed,
		.names = &names,
		.fields = fields,
		.wrong = wrong,
		.now_ms = query->now_ms,
	};
	answer->status =
		!wrong ? 200 : err_http(query->refused ? query->refused->err : ERR_INVALID);
	answer->headers = page_headers;
	entry_page(&view, query->arena, answer->text);
}

/* Each session has another token; without one no form is taken. */
static const char *ref_new(const struct get_query *query)
{
	const char *seed =
		arena_printf(query->arena, "%s %s", query->house->form_token, query->path);
	return form_ref(query->now_ms, seed, query->arena);
}

int get_entry_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct triage *triage = knowledge;
	const struct form_fields fields = {.external_ref = ref_new(query)};
	struct entry entry;
	int err = entry_find(triage, query, &entry);
	if (!err)
		entry_print(
			triage, query, &entry, may_record(query) ? &fields : NULL, NULL, answer);
	return err;
}

/* ---- what the form sends ---- */

/* It comes back as it was sent. A ref that cannot be used again is a new one's. */
static void form_again(const struct triage *triage, const struct get_query *query,
	const struct entry *entry, struct form_fields *fields, const struct form_wrong *wrong,
	struct get_answer *answer)
{
	if (wrong->whole)
		fields->external_ref = ref_new(query);
	entry_print(triage, query, entry, fields, wrong, answer);
}

int form_screening(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct triage *triage = knowledge;
	const Wot__V1__ScreeningForm *form = (const void *)query->parameters;
	struct form_fields fields = {form->external_ref, form->outcome, form->care_weight,
		form->team, form->redirected_to};
	struct form_wrong wrong;
	struct entry entry;
	int err = may_record(query) ? entry_find(triage, query, &entry) : ERR_FORBIDDEN;
	if (err)
		return err;
	if (query->refused) {
		wrong = form_refused(query->refused->err, query->refused->faults);
		if (err_http(query->refused->err) >= 500)
			return query->refused->err;
		form_again(triage, query, &entry, &fields, &wrong, answer);
	} else if (form_submission(&fields, entry.item, query->now_ms, query->arena,
			   &answer->submission, &wrong) != 0) {
		form_again(triage, query, &entry, &fields, &wrong, answer);
	} else {
		answer->status = 303;
		answer->headers = page_to_worklist;
	}
	return 0;
}
