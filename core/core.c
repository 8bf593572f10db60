#include "core/core.h"

#include "proto/case_id.h"

Wot__V1__Event *decision_event(
	struct decision *decision, Wot__V1__Body__KindCase kind, int64_t occurred_at_ms)
{
	must(decision->count < DECISION_MAX);
	struct arena *arena = decision->arena;
	Wot__V1__Event *event = (void *)message_new(&wot__v1__event__descriptor, arena);
	event->body = (void *)message_new(&wot__v1__body__descriptor, arena);
	event->occurred_at = occurred_at_ms;
	body_set(event->body, kind, message_new(event_kind_type(kind), arena));
	decision->events[decision->count++] = event;
	return event;
}

struct subject subject_of(const Wot__V1__Event *event)
{
	return (struct subject){.case_id = event->case_id,
		.legal_basis = event->has_legal_basis ? event->legal_basis : 0};
}

Wot__V1__Event *decision_case_event(struct decision *decision, Wot__V1__Body__KindCase kind,
	int64_t occurred_at_ms, struct subject subject)
{
	Wot__V1__Event *event = decision_event(decision, kind, occurred_at_ms);
	event->case_id = subject.case_id;
	event->has_legal_basis = subject.legal_basis != 0;
	event->legal_basis = (Wot__V1__LegalBasis__Value)subject.legal_basis;
	return event;
}

void decision_config(struct decision *decision, const struct input *input)
{
	Wot__V1__ConfigLoaded *loaded =
		decision_event(decision, WOT__V1__BODY__KIND_CONFIG_LOADED, input->now_ms)
			->body->config_loaded;
	loaded->name = arena_strdup(decision->arena, input->config_name);
	loaded->content = arena_strdup(decision->arena, input->config_text);
}

int decision_case_of(
	struct decision *decision, const Wot__V1__Event *request, int *year, uint32_t *number)
{
	if (request->case_id && case_id_parse(request->case_id, year, number) == 0 && *number)
		return 0;
	return why_set(
		&decision->why, ERR_DIVERGED, "intake's log has a request without a case id");
}

int decision_case_again(struct decision *decision, const Wot__V1__Event *request)
{
	return why_set(&decision->why, ERR_DIVERGED,
		"intake's log gives %s a second time; this can follow lost data (see "
		"`wotctl accept-loss`)",
		request->case_id);
}

int decision_case_unknown(struct decision *decision, const Wot__V1__Submission *submission)
{
	return why_set(&decision->why, ERR_UNKNOWN_CASE,
		"no case has this %s; it may be on its way",
		submission->case_id ? "caseId" : "caseRef");
}

void *core_state_new(const struct core *core)
{
	void *state = calloc(1, core->state_size);
	must(state);
	return state;
}

void core_state_free(const struct core *core, void *state)
{
	core->done(state);
	free(state);
}
