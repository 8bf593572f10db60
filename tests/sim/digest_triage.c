#include "daemons/triage/state.h"
#include "tests/sim/digest.h"

#include <inttypes.h>

static void request_print(const struct triage *triage, uint32_t number, struct buf *out)
{
	const struct request *r = triage_request(triage, number);
	const char *name = refs_name(&triage->refs, number);
	if (!r)
		return;
	buf_printf(out,
		"%u reported=%d year=%u problems=%x team=%u rule=%u attempts=%u expertise=%x "
		"priority=%u ",
		number, r->reported_on, r->year, r->problems, r->team, r->rule, r->attempts,
		r->expertise, r->priority);
	buf_printf(out,
		"outcome=%u weights=%u,%u location=%u basis=%u flags=%d%d%d%d%d%d%d%d%d%d %s ",
		r->outcome, r->weight_screened, r->weight_set, r->preferred_location,
		r->legal_basis, r->youth, r->not_resident, r->domestic_violence, r->crisis,
		r->redirect != 0, r->by_hand, r->welfare_first, r->taken_up, r->wants_reaction,
		r->advised, name ? name : "-");
	buf_printf(out, "days=%d,%d,%d,%d,%d clocks=", r->known_on, r->screened_on,
		r->days[REQUEST_CONTACTED], r->days[REQUEST_SUPPORTED], r->days[REQUEST_CLOSED]);
	digest_promise(&r->contact, out);
	digest_promise(&r->reaction, out);
	buf_char(out, '\n');
}

static void signals_print(const struct signals *signals, struct buf *out)
{
	for (uint32_t number = 1; number <= signals->count; number++) {
		const struct signal *signal = signals_at(signals, number);
		buf_printf(out, "signal %s day=%d of ", refs_name(&signals->refs, number),
			signal->day);
		buf_hex(out, signal->household_id, sizeof signal->household_id);
		buf_char(out, '\n');
	}
	for (const struct household *h = signals->households; h; h = h->hh.next) {
		buf_printf(out,
			"household %u reported=%d last=%d reached=%" PRId64
			" kinds=%x attempts=%u told=%u:%d ",
			h->number, h->reported_on, h->last_on, h->reached_ms, h->kinds, h->attempts,
			h->told_number, h->told_on);
		buf_hex(out, h->id, sizeof h->id);
		buf_char(out, '\n');
	}
}

static void queue_print(const struct queue *queue, struct buf *out)
{
	buf_printf(out, "waiting=%zu\n", queue->waiting);
	for (size_t i = 0; i < queue->line_count; i++) {
		const struct queue_line *line = &queue->lines[i];
		buf_printf(out, "line rule=%u expertise=%x told=%d waiting=%zu:", line->kind.rule,
			line->kind.expertise, line->kind.told, queue_line_waiting(line));
		for (size_t at = queue_line_next(line, line->head); at < line->end;
			at = queue_line_next(line, at + 1))
			buf_printf(out, " %u", queue_number(line->keys[at]));
		buf_char(out, '\n');
	}
}

void digest_triage(const void *state, struct buf *out)
{
	const struct triage *triage = state;
	buf_printf(out, "assignments=%" PRIu64 " rules=%d\n", triage->assignments,
		triage->roster.rules != NULL);
	for (uint16_t i = 1; i <= triage->team_names.count; i++)
		buf_printf(out, "team %s hours=%u fast=%u cases=%u hand=%u last=%" PRIu64 "\n",
			triage_team_name(triage, i), triage->loads[i].hours,
			triage->loads[i].fast_hours, triage->loads[i].open_cases,
			triage->loads[i].by_hand, triage->loads[i].last);
	for (uint16_t i = 0; i < triage->rule_names.count; i++)
		buf_printf(out, "rule %s\n", triage->rule_names.items[i]);
	for (uint32_t number = 0; number < triage->room; number++)
		request_print(triage, number, out);
	queue_print(&triage->roster.queue, out);
	signals_print(&triage->signals, out);
	digest_rules(&triage->promise_rules, out);
	digest_due(&triage->due, out);
}
