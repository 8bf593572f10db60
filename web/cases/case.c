#include "web/cases/case.h"

#include "lib/calendar.h"
#include "proto/label.h"
#include "web/nl.h"
#include <string.h>

/* ---- where it stands ---- */

static const char *lead_text(const Wot__V1__Case *of, struct arena *arena)
{
	const Wot__V1__CaseFacts *facts = of->facts;
	const struct {
		const char *says;
		bool has_day;
		int32_t day;
	} rows[] = {
		[WOT__V1__CASE_STATUS__VALUE__WAITING] =
			{.says = "Deze hulpvraag wacht op begeleiding"},
		[WOT__V1__CASE_STATUS__VALUE__IN_SUPPORT] = {"De begeleiding startte",
			facts->has_support_started_on, facts->support_started_on},
		[WOT__V1__CASE_STATUS__VALUE__CLOSED] = {"Dit traject is afgesloten",
			facts->has_closed_on, facts->closed_on},
		[WOT__V1__CASE_STATUS__VALUE__ENDED] =
			{"Deze hulpvraag eindigde bij het aanmeldteam", facts->has_ended_on,
				facts->ended_on},
		[WOT__V1__CASE_STATUS__VALUE__BRIEF_CONTACT] =
			{.says = "Advies was genoeg. Dit telt als een kort contact"},
	};
	auto_buf struct buf text = {0};
	buf_text(&text, rows[of->status].says);
	if (rows[of->status].has_day) {
		buf_text(&text, " op ");
		nl_day(rows[of->status].day, &text);
	}
	buf_text(&text, of->paused ? ". Er is nu een pauze." : ".");
	return page_text(&text, arena);
}

/* "Gemeld 8 oktober 2026 · team: Oost · zorgzwaarte: middel" */
static const char *about_text(const struct case_view *view, struct arena *arena)
{
	const Wot__V1__CaseFacts *facts = view->of->facts;
	auto_buf struct buf text = {0};
	buf_text(&text, "Gemeld ");
	nl_day(facts->reported_on, &text);
	buf_printf(&text, " · team: %s",
		facts->team ? names_team(view->names, facts->team) : "nog geen");
	if (facts->has_care_weight)
		buf_printf(&text, " · zorgzwaarte: %s", word_weight(facts->care_weight));
	if (facts->redirected_to)
		buf_printf(&text, " · naar: %s",
			names_organisation(view->names, facts->redirected_to));
	return page_text(&text, arena);
}

/* ---- what was promised ---- */

static bool clock_is_late(const Wot__V1__CaseClock *clock, int32_t today)
{
	return clock->has_stopped_on ? clock->stopped_on > clock->deadline_on
				     : clock->deadline_on < today;
}

static const char *clock_text(const Wot__V1__CaseClock *clock, int32_t today, struct arena *arena)
{
	auto_buf struct buf text = {0};
	bool late = clock_is_late(clock, today);
	if (clock->has_stopped_on) {
		buf_text(&text, late ? "te laat, klaar op " : "op tijd klaar, op ");
		nl_day_short(clock->stopped_on, today, &text);
	} else if (late) {
		nl_days(today - clock->deadline_on, &text);
		buf_text(&text, " te laat");
	} else if (clock->deadline_on == today) {
		buf_text(&text, "loopt vandaag af");
	} else {
		buf_text(&text, "nog ");
		nl_days(clock->deadline_on - today, &text);
	}
	return page_text(&text, arena);
}

/* What it holds: days until it stopped or today, and of a promise that is late those until its deadline. */
static const char *days_text(const Wot__V1__CaseClock *clock, int32_t today, struct arena *arena)
{
	auto_buf struct buf text = {0};
	bool late = clock_is_late(clock, today);
	buf_text(&text, late ? "termijn van " : "");
	nl_days(clock->days, &text);
	buf_text(&text, late ? "" : " sinds de melding");
	if (clock->paused_days) {
		buf_text(&text, ", waarvan ");
		nl_days(clock->paused_days, &text);
		buf_text(&text, " pauze");
	}
	return page_text(&text, arena);
}

static void clocks_fill(
	const struct case_view *view, int32_t today, struct arena *arena, struct html_case *page)
{
	const Wot__V1__Case *of = view->of;
	struct html_case_clocks *rows = arena_alloc(arena, of->n_clocks * sizeof *rows + 1);
	for (size_t i = 0; i < of->n_clocks; i++) {
		const Wot__V1__CaseClock *clock = of->clocks[i];
		auto_buf struct buf text = {0};
		nl_weekday_short(clock->deadline_on, today, &text);
		rows[i] = (struct html_case_clocks){
			.promise = word_begins(clock->label, arena),
			.within = word_within(clock->kind, arena),
			.deadline = page_text(&text, arena),
			.late = clock_is_late(clock, today),
			.stands = clock_text(clock, today, arena),
			.days = days_text(clock, today, arena),
		};
	}
	page->clocks.items = rows;
	page->clocks.count = of->n_clocks;
}

/* ---- why it went where it went ---- */

static void routing_fill(const struct case_view *view, struct arena *arena, struct html_case *page)
{
	const ProtobufCEnumDescriptor *why = &wot__v1__case_routed__considered__why__descriptor;
	const Wot__V1__CaseRouted *routing = view->of->routing;
	if (!routing)
		return;
	struct html_case_considered *rows =
		arena_alloc(arena, routing->n_considered * sizeof *rows + 1);
	for (size_t i = 0; i < routing->n_considered; i++) {
		const Wot__V1__CaseRouted__Considered *one = routing->considered[i];
		rows[i] = (struct html_case_considered){
			.team = names_team(view->names, one->team),
			.free = one->has_free_hours ? word_room(one->free_hours, arena) : "–",
			.reason = label_of(why, (int)one->why),
		};
	}
	page->reason = routing->reden;
	page->considered.items = rows;
	page->considered.count = routing->n_considered;
}

/* ---- what happened ---- */

static bool has_happened(const Wot__V1__Case *of, size_t before, const char *what)
{
	size_t i = 0;
	while (i < before && strcmp(of->life[i]->what, what))
		i++;
	return i < before;
}

static void life_fill(
	const struct case_view *view, int32_t today, struct arena *arena, struct html_case *page)
{
	const Wot__V1__Case *of = view->of;
	struct html_case_life *rows = arena_alloc(arena, of->n_life * sizeof *rows + 1);
	size_t count = 0;
	for (size_t i = 0; i < of->n_life; i++) {
		const char *what = of->life[i]->what;
		const char *says = word_event(what, has_happened(of, i, what));
		auto_buf struct buf text = {0};
		if (!says)
			continue;
		nl_weekday_short(calendar_day_of(of->life[i]->at), today, &text);
		rows[count++] =
			(struct html_case_life){.day = page_text(&text, arena), .says = says};
	}
	page->life.items = rows;
	page->life.count = count;
	page->more = view->has_more;
}

void case_page(const struct case_view *view, struct arena *arena, struct buf *out)
{
	int32_t today = calendar_day_of(view->now_ms);
	struct html_case page = {
		.town = view->house->town,
		.top = page_top(view->house),
		.foot = page_foot(view->house),
		.name = view->of->case_id,
		.lead = lead_text(view->of, arena),
		.about = about_text(view, arena),
	};
	routing_fill(view, arena, &page);
	clocks_fill(view, today, arena, &page);
	life_fill(view, today, arena, &page);
	html_case(&page, out);
}
