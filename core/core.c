#include "core/core.h"

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
