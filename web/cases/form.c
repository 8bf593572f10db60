#include "web/cases/form.h"

#include "lib/calendar.h"
#include "lib/err.h"
#include "proto/body.h"
#include "proto/field.h"
#include "web/cases/item.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct choice {
	int value; /* of the enumeration */
	const char *label;
};
static const struct choice outcomes[] = {
	{WOT__V1__SCREENING__OUTCOME__TO_SUPPORT, "Naar begeleiding"},
	{WOT__V1__SCREENING__OUTCOME__NOT_REACHED, "Niet bereikt"},
	{WOT__V1__SCREENING__OUTCOME__ADVICE, "Advies gegeven, geen dossier nodig"},
	{WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY, "Naar een welzijnsactiviteit"},
	{WOT__V1__SCREENING__OUTCOME__REDIRECTED, "Naar een andere organisatie"},
	{WOT__V1__SCREENING__OUTCOME__WITHDRAWN, "Vraag ingetrokken"},
};
/* Of a household that signals came in about. */
static const struct choice reached[] = {
	{WOT__V1__SCREENING__OUTCOME__ADVICE, "Bereikt"},
	{WOT__V1__SCREENING__OUTCOME__NOT_REACHED, "Niet bereikt"},
};
static const struct choice weights[] = {
	{WOT__V1__CARE_WEIGHT__VALUE__LIGHT, "Licht: 1 uur per week"},
	{WOT__V1__CARE_WEIGHT__VALUE__MEDIUM, "Middel: 2 uur per week"},
	{WOT__V1__CARE_WEIGHT__VALUE__HEAVY, "Zwaar: 3 uur of meer"},
	{WOT__V1__CARE_WEIGHT__VALUE__UNKNOWN, "Weet ik nog niet"},
};
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const char *chosen_of(const char *field)
{
	return field && *field ? field : NULL;
}

/* 0: it is none of these. */
static int value_of(const char *field, const ProtobufCEnumDescriptor *type,
	const struct choice *choices, size_t count)
{
	for (size_t i = 0; field && i < count; i++)
		if (strcmp(enum_name(type, choices[i].value), field) == 0)
			return choices[i].value;
	return 0;
}

/* ---- its ref: formulier-INSTANT-HASH ---- */

static const char ref_begins[] = "formulier-";

const char *form_ref(int64_t now_ms, const char *seed, struct arena *arena)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	char hex[2 * sizeof hash + 1];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)seed, strlen(seed), NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return arena_printf(arena, "%s%" PRId64 "-%s", ref_begins, now_ms, hex);
}

/* When the form was opened; false: it is no ref of a form of today. */
static bool ref_read(const char *ref, int64_t now_ms, int64_t *at_ms)
{
	int64_t opened_ms;
	if (!ref || strncmp(ref, ref_begins, sizeof ref_begins - 1) != 0 || strlen(ref) > 64 ||
		sscanf(ref + sizeof ref_begins - 1, "%15" SCNd64 "-", &opened_ms) != 1 ||
		opened_ms > now_ms || calendar_day_of(opened_ms) != calendar_day_of(now_ms))
		return false;
	*at_ms = opened_ms;
	return true;
}

/* ---- the submission ---- */

/* What goes with the outcome: other fields are what somebody chose before thinking better of it. */
static void rest_take(const struct form_fields *fields, struct arena *arena,
	Wot__V1__Screening *screening, struct form_wrong *wrong)
{
	const char *team = chosen_of(fields->team), *to = chosen_of(fields->redirected_to);
	bool elsewhere = screening->outcome == WOT__V1__SCREENING__OUTCOME__REDIRECTED;
	if (screening->outcome == WOT__V1__SCREENING__OUTCOME__TO_SUPPORT) {
		int weight = value_of(fields->care_weight, &wot__v1__care_weight__value__descriptor,
			weights, COUNT(weights));
		if (!weight)
			wrong->care_weight =
				"Kies de zorgzwaarte. Weet u het niet? Kies dan: Weet ik nog niet.";
		screening->has_care_weight = true;
		screening->care_weight = (Wot__V1__CareWeight__Value)weight;
		screening->team = team ? arena_strdup(arena, team) : NULL;
	} else if (elsewhere && to) {
		screening->redirected_to = arena_strdup(arena, to);
	} else if (elsewhere) {
		wrong->redirected_to = "Kies naar welke organisatie.";
	}
}

int form_submission(const struct form_fields *fields, const Wot__V1__WorklistItem *item,
	int64_t now_ms, struct arena *arena, Wot__V1__Submission **out, struct form_wrong *wrong)
{
	Wot__V1__Submission *submission =
		(void *)message_new(&wot__v1__submission__descriptor, arena);
	Wot__V1__Screening *screening = (void *)message_new(&wot__v1__screening__descriptor, arena);
	struct form_wrong found = {0};
	int outcome = value_of(fields->outcome, &wot__v1__screening__outcome__descriptor,
		item->case_id ? outcomes : reached,
		item->case_id ? COUNT(outcomes) : COUNT(reached));
	if (!outcome)
		found.outcome = "Kies wat eruit kwam.";
	screening->outcome = (Wot__V1__Screening__Outcome)outcome;
	if (item->case_id)
		rest_take(fields, arena, screening, &found);
	if (!ref_read(fields->external_ref, now_ms, &submission->occurred_at))
		found.whole = "Dit formulier is van een eerdere dag. Kijk het na en sla het "
			      "opnieuw op.";
	if (found.whole || found.outcome || found.care_weight || found.redirected_to) {
		*wrong = found;
		return ERR_INVALID;
	}
	submission->external_ref = arena_strdup(arena, fields->external_ref);
	submission->case_id = item->case_id;
	submission->case_ref = item->case_ref;
	submission->body = (void *)message_new(&wot__v1__body__descriptor, arena);
	body_set(submission->body, WOT__V1__BODY__KIND_SCREENING, &screening->base);
	*out = submission;
	return 0;
}

/* ---- refused ---- */

struct form_wrong form_refused(int err, const struct faults *faults)
{
	struct form_wrong wrong = {0};
	for (size_t i = 0; i < faults->count && i < FAULT_MAX; i++) {
		const char *pointer = faults->items[i].pointer;
		if (strcmp(pointer, "/team") == 0)
			wrong.team = "Dit team is er niet meer. Kies een ander team.";
		else if (strcmp(pointer, "/redirectedTo") == 0)
			wrong.redirected_to =
				"Deze organisatie is er niet meer. Kies een andere organisatie.";
	}
	if (wrong.team || wrong.redirected_to)
		return wrong;
	wrong.whole =
		err == ERR_REF_TAKEN
			? "Dit formulier is al opgeslagen, maar met iets anders erin. Kijk op "
			  "de werklijst wat er staat."
		: err == ERR_LIFE_FORBIDS
			? "Dit past niet bij wat er al is vastgelegd: de begeleiding is "
			  "gestart, de zaak is afgesloten, of de vraag was klaar met advies. "
			  "Bekijk eerst de zaak."
			: "Er klopt iets niet. Controleer wat u koos, en probeer het opnieuw.";
	return wrong;
}

/* ---- as it is shown ---- */

static struct html_choice choice_view(const char *field, const struct choice *choice,
	const ProtobufCEnumDescriptor *type, const char *chosen)
{
	const char *value = enum_name(type, choice->value);
	return (struct html_choice){.field = field,
		.value = value,
		.label = choice->label,
		.chosen = chosen && strcmp(chosen, value) == 0};
}

static void outcomes_view(const char *chosen, const struct choice *choices, size_t count,
	struct arena *arena, struct html_screening_form *view)
{
	struct html_screening_form_outcomes *rows = arena_alloc(arena, count * sizeof *rows);
	for (size_t i = 0; i < count; i++)
		rows[i].choice = choice_view(
			"outcome", &choices[i], &wot__v1__screening__outcome__descriptor, chosen);
	view->outcomes.items = rows;
	view->outcomes.count = count;
}

static void weights_view(const char *chosen, struct arena *arena, struct html_screening_form *view)
{
	struct html_screening_form_weights *rows =
		arena_alloc(arena, COUNT(weights) * sizeof *rows);
	for (size_t i = 0; i < COUNT(weights); i++)
		rows[i].choice = choice_view("careWeight", &weights[i],
			&wot__v1__care_weight__value__descriptor, chosen);
	view->weights.items = rows;
	view->weights.count = COUNT(weights);
}

/* The first is to leave it to the rules. */
static void teams_view(const char *chosen, const Wot__V1__WorklistItem *item,
	const struct case_names *names, struct arena *arena, struct html_screening_form *view)
{
	struct html_screening_form_teams *rows =
		arena_alloc(arena, (names->team_count + 1) * sizeof *rows);
	size_t count = 0;
	rows[count++] = (struct html_screening_form_teams){.value = "",
		.label = item->team ? arena_printf(
					      arena, "%s (voorstel)", names_team(names, item->team))
				    : "Laat de regels kiezen"};
	for (size_t i = 0; i < names->team_count; i++) {
		const struct team_name *team = &names->teams[i];
		if (!item->team || strcmp(item->team, team->key) != 0)
			rows[count++] = (struct html_screening_form_teams){.value = team->key,
				.label = team->name,
				.chosen = chosen && strcmp(chosen, team->key) == 0};
	}
	view->teams.items = rows;
	view->teams.count = count;
}

static void organisations_view(const char *chosen, const Wot__V1__WorklistItem *item,
	const struct case_names *names, struct arena *arena, struct html_screening_form *view)
{
	const struct organisations *known = names->organisations;
	size_t most = known ? known->count : 0, count = 0;
	struct html_screening_form_organisations *rows =
		arena_alloc(arena, (most + 1) * sizeof *rows);
	rows[count++] = (struct html_screening_form_organisations){
		.value = "", .label = "Kies een organisatie"};
	for (size_t i = 0; i < most; i++) {
		const struct organisation *one = &known->items[i];
		bool proposed = item->redirected_to && strcmp(item->redirected_to, one->key) == 0;
		rows[count++] = (struct html_screening_form_organisations){.value = one->key,
			.label = proposed ? arena_printf(arena, "%s (voorstel)", one->name)
					  : one->name,
			.chosen = chosen ? strcmp(chosen, one->key) == 0 : proposed};
	}
	view->organisations.items = rows;
	view->organisations.count = count;
}

struct html_screening_form form_view(const struct page_house *house,
	const struct form_fields *fields, const struct form_wrong *wrong,
	const Wot__V1__WorklistItem *item, const struct case_names *names, struct arena *arena)
{
	static const struct form_wrong nothing;
	const struct form_wrong *is = wrong ? wrong : &nothing;
	struct html_screening_form view = {
		.path = item_path(item, arena),
		.token = house->form_token,
		.ref = fields->external_ref,
		.wrong = wrong != NULL,
		.whole_wrong = is->whole,
		.outcome_wrong = is->outcome,
		.care_weight_wrong = is->care_weight,
		.team_wrong = is->team,
		.organisation_wrong = is->redirected_to,
		.of_case = item->case_id != NULL,
	};
	if (!item->case_id) {
		outcomes_view(fields->outcome, reached, COUNT(reached), arena, &view);
		return view;
	}
	outcomes_view(fields->outcome, outcomes, COUNT(outcomes), arena, &view);
	weights_view(fields->care_weight, arena, &view);
	teams_view(chosen_of(fields->team), item, names, arena, &view);
	organisations_view(chosen_of(fields->redirected_to), item, names, arena, &view);
	return view;
}
