#include "daemons/triage/route.h"

#include "lib/calendar.h"

/* The first of a line, or the request that changed (line NULL). */
struct head {
	const struct queue_line *line;
	size_t at;
	struct queue_kind kind;
	uint64_t key;
	bool done;
};

/* One decision under way: loads and claims as they would be after what was decided so far. */
struct turn {
	const struct triage *triage;
	const struct roster *roster;
	const struct route_change *change;
	int64_t at_ms;
	struct decision *out;
	struct assign_load loads[RULES_TEAMS_MAX];
	uint64_t claimed;
	uint64_t assignments;
	struct head *heads;
	size_t head_count;
	bool change_waits; /* its turn is still to come */
};

/* ---- the event ---- */

/* At least the day of the report, also when what made room is of an earlier day. */
static int64_t route_at_ms(const struct request *request, int64_t at_ms)
{
	int64_t reported_ms = calendar_day_start(request->reported_on);
	return at_ms > reported_ms ? at_ms : reported_ms;
}

static Wot__V1__Event *route_event(
	const struct request *request, uint32_t number, int64_t at_ms, struct decision *out)
{
	Wot__V1__Event *event = decision_case_event(out, WOT__V1__BODY__KIND_CASE_ROUTED,
		route_at_ms(request, at_ms), request_subject(request, number, out->arena));
	request_tell(request, out->arena, event->body->case_routed);
	return event;
}

/* Who sent it, how and when is said once, with the first route and the note behind it: a caseRef is found after a
 * restart, clocks run, and signals find whom they are about. */
static void event_name(
	Wot__V1__Event *event, const struct route_change *change, struct decision *out)
{
	if (!change->client)
		return;
	event->client = (char *)change->client;
	event->external_ref = (char *)change->external_ref;
	Wot__V1__CaseRouted *route = event->body->case_routed;
	route->has_channel = route->has_taken_in_at = true;
	route->channel = (Wot__V1__Channel__Value)change->channel;
	route->taken_in_at = change->taken_in_ms;
	if (!change->household_id)
		return;
	Wot__V1__CaseNoted *noted = decision_case_event(
		out, WOT__V1__BODY__KIND_CASE_NOTED, event->occurred_at, subject_of(event))
					    ->body->case_noted;
	noted->has_household_id = true;
	noted->household_id = *change->household_id;
}

/* A route in both languages: the reason of the rule, and what follows. */
struct words {
	const char *english, *dutch;
};

static void reason_write(Wot__V1__CaseRouted *route, const struct rule *rule,
	const struct words *words, const char *name, struct arena *arena)
{
	auto_buf struct buf text = {0};
	buf_printf(&text, "%s ", rule->reason);
	buf_printf(&text, words->english, name);
	route->reason = arena_strdup(arena, text.data);
	buf_clear(&text);
	buf_printf(&text, "%s ", rule->reden);
	buf_printf(&text, words->dutch, name);
	route->reden = arena_strdup(arena, text.data);
}

static void route_write(struct turn *turn, const struct request *request, uint32_t number,
	const struct assign_want *want, int team)
{
	static const struct words proposed = {"Proposed: %s.", "Voorstel: %s."},
				  waits = {"Waits: no team that fits has room for it.",
					  "Wacht: geen team dat past heeft ruimte."},
				  goes = {"Goes to %s.", "Gaat naar %s."};
	const struct rules *rules = turn->roster->rules;
	const struct rule *rule = want->rule;
	struct arena *arena = turn->out->arena;
	Wot__V1__Event *event = route_event(request, number, turn->at_ms, turn->out);
	Wot__V1__CaseRouted *route = event->body->case_routed;
	if (number == turn->change->number)
		event_name(event, turn->change, turn->out);
	route->rule = arena_strdup(arena, rule->name);
	route->priority = rule->priority;
	route->has_welfare_first = route->welfare_first = rule->welfare_first;
	if (rule->redirect_to) {
		route->redirected_to = arena_strdup(arena, rule->redirect_to->key);
		reason_write(route, rule, &proposed, rule->redirect_to->name, arena);
		return;
	}
	assign_explain(rules, turn->loads, want, turn->claimed, team, arena, route);
	if (team < 0) {
		reason_write(route, rule, &waits, "", arena);
		return;
	}
	route->team = arena_strdup(arena, rules->teams[team].key);
	reason_write(route, rule, &goes, rules->teams[team].name, arena);
}

static void route_without_rules(
	const struct route_change *change, int64_t at_ms, struct decision *out)
{
	if (!change->tell)
		return;
	Wot__V1__Event *event = route_event(&change->after, change->number, at_ms, out);
	Wot__V1__CaseRouted *route = event->body->case_routed;
	event_name(event, change, out);
	route->rule = arena_strdup(out->arena, "none");
	route->reason = arena_strdup(out->arena, "Waits: no rules loaded.");
	route->reden = arena_strdup(out->arena, "Wacht: er zijn nog geen regels.");
	route->priority = WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE;
}

/* ---- who is next ---- */

static void head_settle(struct turn *turn, struct head *head)
{
	const struct queue_line *line = head->line;
	head->at = queue_line_next(line, head->at);
	if (head->at < line->end && turn->change->number &&
		queue_number(line->keys[head->at]) == turn->change->number)
		head->at = queue_line_next(line, head->at + 1);
	head->done = head->at == line->end;
	if (!head->done)
		head->key = line->keys[head->at];
}

static void head_advance(struct turn *turn, struct head *head)
{
	if (!head->line) {
		head->done = true;
		turn->change_waits = false;
		return;
	}
	head->at++;
	head_settle(turn, head);
}

static void heads_make(struct turn *turn)
{
	const struct queue *queue = &turn->roster->queue;
	const struct route_change *change = turn->change;
	turn->heads = arena_alloc(turn->out->arena, (queue->line_count + 1) * sizeof *turn->heads);
	for (size_t i = 0; i < queue->line_count; i++) {
		struct head *head = &turn->heads[turn->head_count++];
		head->line = &queue->lines[i];
		head->kind = head->line->kind;
		head->at = head->line->head;
		head_settle(turn, head);
	}
	if (!change->number || !request_is_waiting(&change->after))
		return;
	struct head *head = &turn->heads[turn->head_count++];
	head->kind = triage_line(turn->triage, turn->roster, &change->after);
	head->kind.told = (head->kind.told || change->stays) && !change->tell;
	head->key = queue_key(change->after.reported_on, change->number);
	turn->change_waits = true;
}

static const struct rule *head_rule(const struct turn *turn, const struct head *head)
{
	return &turn->roster->rules->rules[head->kind.rule];
}

/* By priority, then report day, then case number. */
static struct head *head_first(const struct turn *turn)
{
	struct head *first = NULL;
	for (size_t i = 0; i < turn->head_count; i++) {
		struct head *head = &turn->heads[i];
		if (head->done)
			continue;
		unsigned priority = head_rule(turn, head)->priority;
		unsigned best = first ? head_rule(turn, first)->priority : 0;
		if (!first || priority < best || (priority == best && head->key < first->key))
			first = head;
	}
	return first;
}

/* ---- its turn ---- */

/* The index of a team among those of the roster, or -1. */
static int team_index(const struct turn *turn, uint16_t number)
{
	for (size_t i = 0; i < turn->roster->rules->team_count; i++)
		if (number && turn->roster->team_number[i] == number)
			return (int)i;
	return -1;
}

/* Its team has no room for what it became, and neither has another: it stays. */
static void head_stay(struct turn *turn, const struct request *request)
{
	int team = team_index(turn, turn->change->stays);
	if (team >= 0)
		assign_load_add(&turn->loads[team], request_hours(request), request->priority);
}

static void head_wait(struct turn *turn, struct head *head, const struct request *request,
	const struct assign_want *want)
{
	if (!head->line && turn->change->stays) {
		head_stay(turn, request);
		head_advance(turn, head);
		return;
	}
	if (!head->kind.told)
		route_write(turn, request, queue_number(head->key), want, -1);
	turn->claimed |= assign_eligible(turn->roster->rules, want->rule, want->expertise);
	if (head->kind.told && head->line)
		head->done = true; /* and all behind it in the line want the same teams */
	else
		head_advance(turn, head);
}

/* A decision holds so many events, of them one kept for the request that changed, and one for what is noted of it. */
static bool is_full(const struct turn *turn, const struct head *head)
{
	size_t kept = !turn->change_waits ? 0 : turn->change->household_id ? 2 : 1;
	return head->line && turn->out->count + kept >= DECISION_MAX;
}

static void head_turn(struct turn *turn, struct head *head)
{
	uint32_t number = queue_number(head->key);
	const struct request *request =
		head->line ? triage_request(turn->triage, number) : &turn->change->after;
	struct assign_want want = request_want(request, head_rule(turn, head));
	if (is_full(turn, head)) {
		turn->claimed |= assign_eligible(turn->roster->rules, want.rule, want.expertise);
		head->done = true;
		return;
	}
	int team = -1;
	if (!want.rule->redirect_to) {
		team = assign_choose(turn->roster->rules, turn->loads, &want, turn->claimed);
		if (team < 0) {
			head_wait(turn, head, request, &want);
			return;
		}
	}
	route_write(turn, request, number, &want, team);
	if (team >= 0) {
		assign_load_add(&turn->loads[team], want.hours, want.rule->priority);
		turn->loads[team].last = ++turn->assignments;
	}
	head_advance(turn, head);
}

/* Loads as the change leaves them, before anything is routed. */
static void loads_make(struct turn *turn)
{
	const struct request *before = &turn->change->before, *after = &turn->change->after;
	roster_loads(turn->triage, turn->roster, turn->loads);
	int was = request_is_carried(before) ? team_index(turn, before->team) : -1;
	int is = request_is_carried(after) ? team_index(turn, after->team) : -1;
	if (was >= 0)
		assign_load_take(&turn->loads[was], request_hours(before), before->priority);
	if (is >= 0)
		assign_load_add(&turn->loads[is], request_hours(after), after->priority);
	if (is >= 0 && after->team != before->team)
		turn->loads[is].last = ++turn->assignments; /* by hand, in this decision */
}

void route_decide(const struct triage *triage, const struct roster *roster,
	const struct route_change *change, int64_t at_ms, struct decision *out)
{
	if (!roster->rules) {
		route_without_rules(change, at_ms, out);
		return;
	}
	struct turn turn = {
		.triage = triage,
		.roster = roster,
		.change = change,
		.at_ms = at_ms,
		.out = out,
		.assignments = triage->assignments,
	};
	loads_make(&turn);
	heads_make(&turn);
	struct head *head;
	while ((head = head_first(&turn)))
		head_turn(&turn, head);
}

/* As people know the team; by its key when triage.yaml forgot it, "" when it is none. */
static const char *team_known_as(const struct triage *triage, uint16_t number)
{
	const char *key = triage_team_name(triage, number);
	int index = key ? rules_team(triage->roster.rules, key) : -1;
	if (index >= 0)
		return triage->roster.rules->teams[index].name;
	return key ? key : "";
}

void route_by_hand(const struct triage *triage, struct route_change *change, const char *team,
	int64_t at_ms, struct decision *out)
{
	const struct rules *rules = triage->roster.rules;
	int index = rules_team(rules, team);
	must(index >= 0);
	const struct rules_team *chosen = &rules->teams[index];
	struct request *after = &change->after;
	const char *instead_of = team_known_as(triage, after->team);
	after->team = triage->roster.team_number[index];
	after->by_hand = true;
	Wot__V1__Event *event = route_event(after, change->number, at_ms, out);
	Wot__V1__CaseRouted *route = event->body->case_routed;
	route->rule = arena_strdup(out->arena, "by-hand");
	route->reason = arena_printf(out->arena, "The intake team chose %s%s%s.", chosen->name,
		*instead_of ? " instead of " : "", instead_of);
	route->reden = arena_printf(out->arena, "Het aanmeldteam koos %s%s%s.", chosen->name,
		*instead_of ? " in plaats van " : "", instead_of);
	route->team = arena_strdup(out->arena, team);
	route->priority = (Wot__V1__CaseRouted__Priority)after->priority;
	route->has_by_hand = route->by_hand = true;
	route->considered = arena_alloc(out->arena, sizeof *route->considered);
	Wot__V1__CaseRouted__Considered *considered =
		(void *)message_new(&wot__v1__case_routed__considered__descriptor, out->arena);
	int32_t free_hours = assign_free(chosen, &triage->loads[after->team]);
	considered->team = route->team;
	considered->has_free_hours = true;
	considered->free_hours = free_hours;
	route->has_needed_hours = true;
	route->needed_hours = request_hours(after);
	considered->why = free_hours >= (int32_t)route->needed_hours
				  ? WOT__V1__CASE_ROUTED__CONSIDERED__WHY__BY_HAND
				  : WOT__V1__CASE_ROUTED__CONSIDERED__WHY__BY_HAND_FULL;
	route->considered[route->n_considered++] = considered;
}
