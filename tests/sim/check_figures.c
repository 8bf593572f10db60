#include "tests/sim/check.h"

#include "lib/calendar.h"
#include "lib/clock.h"
#include "tests/sim/fail.h"
#include "tests/sim/model.h"
#include "tests/sim/reckon.h"

#include <stdio.h>
#include <string.h>

/* What a case gives to a figure of a period; -1 for what the figure does not have. */
struct share {
	int count, of, unknown;
};

struct span {
	int32_t from, to;
};

static bool within(int32_t day, struct span span)
{
	return day != NEVER && span.from <= day && day <= span.to;
}

/* ---- one function a KPI, after the table of INTERFACES.md ---- */

static bool is_request(const struct told_case *told)
{
	return !told->youth && !told->advice;
}

static struct share requests_of(const struct told_case *told, struct span span)
{
	return (struct share){is_request(told) && within(told->reported, span), -1, 0};
}

static struct share people_of(const struct told_case *told, struct span span)
{
	if (!is_request(told) || !within(told->reported, span))
		return (struct share){0, -1, 0};
	return (struct share){told->people < 0 ? 1 : told->people, -1, told->people < 0};
}

static struct share started_of(
	const struct told_case *told, struct span span, int32_t first, int days)
{
	bool counts = !told->youth && within(first, span);
	bool unknown = !told->youth && first == NEVER && within(told->closed, span);
	return (struct share){counts && first - told->reported <= days, counts, unknown};
}

static struct share started_4_weeks_of(const struct told_case *told, struct span span)
{
	return started_of(told, span, told->started, 28);
}

static struct share started_1_week_of(const struct told_case *told, struct span span)
{
	return started_of(told, span, told->started, files_week());
}

static struct share contact_4_weeks_of(const struct told_case *told, struct span span)
{
	return started_of(told, span, told->contact, 28);
}

static struct share closed_6_months_of(const struct told_case *told, struct span span)
{
	bool closed = !told->youth && within(told->closed, span);
	return (struct share){
		closed && told->closed <= calendar_add_months(told->reported, 6), closed, 0};
}

static struct share closed_since_contact_of(const struct told_case *told, struct span span)
{
	bool closed = !told->youth && within(told->closed, span);
	bool known = closed && told->contact != NEVER;
	return (struct share){known && told->closed <= calendar_add_months(told->contact, 6), known,
		closed && !known};
}

static struct share goals_of(const struct told_case *told, struct span span)
{
	bool closed = !told->youth && within(told->closed, span);
	return (struct share){closed && told->reason == WOT__V1__CLOSED__REASON__GOALS_MET, closed,
		closed && told->reason == WOT__V1__CLOSED__REASON__UNKNOWN};
}

static struct share closures_of(const struct told_case *told, struct span span)
{
	struct share goals = goals_of(told, span);
	return (struct share){goals.of, -1, goals.unknown};
}

static struct share welfare_of(const struct told_case *told, struct span span)
{
	bool is = is_request(told) && within(told->reported, span);
	bool welfare = told->screening == WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY ||
		       told->reason == WOT__V1__CLOSED__REASON__REDIRECTED_WELFARE;
	return (struct share){is && welfare, is, 0};
}

static struct share violence_of(const struct told_case *told, struct span span)
{
	return (struct share){
		is_request(told) && within(told->reported, span) && told->violence == 2, -1, 0};
}

static struct share youth_of(const struct told_case *told, struct span span)
{
	return (struct share){told->youth && !told->advice && within(told->reported, span), -1, 0};
}

static struct share turning_18_of(const struct told_case *told, struct span span)
{
	return (struct share){youth_of(told, span).count && told->turns_18, -1, 0};
}

/* ---- by a deadline ---- */

static struct reckoning reckoning; /* by the calendar in force */

/* What was promised by a day is there once it is met or that day is past. */
static struct share promised_of(
	const struct told_case *told, struct span span, enum clock_kind kind)
{
	int32_t due = reckon_deadline(&reckoning, 0, kind, told->reported);
	int32_t reached = told->contact == NEVER || (told->screened != NEVER &&
							    told->screened < told->contact)
				  ? told->screened
				  : told->contact;
	bool met = reached != NEVER && reached <= due;
	bool there = is_request(told) && within(due, span) &&
		     (met || due < calendar_day_of(clock_now_ms()));
	bool spoken_to = told->started != NEVER || told->closed != NEVER;
	return (struct share){there && met, there, there && reached == NEVER && spoken_to};
}

static struct share first_contact_of(const struct told_case *told, struct span span)
{
	return promised_of(told, span, CLOCK_FIRST_CONTACT);
}

static struct share reaction_of(const struct told_case *told, struct span span)
{
	bool written = told->channel == WOT__V1__CHANNEL__VALUE__WEB ||
		       told->channel == WOT__V1__CHANNEL__VALUE__CHAT ||
		       told->channel == WOT__V1__CHANNEL__VALUE__EMAIL;
	return written ? promised_of(told, span, CLOCK_REACTION) : (struct share){0, 0, 0};
}

/* ---- as of the last day ---- */

static bool is_by(int32_t day, struct span span)
{
	return day != NEVER && day <= span.to;
}

static struct share open_of(const struct told_case *told, struct span span)
{
	bool is_open = is_request(told) && is_by(told->reported, span) &&
		       !is_by(told->closed, span) && !is_by(told->ended, span);
	return (struct share){is_open, -1, 0};
}

static struct share waiting_of(const struct told_case *told, struct span span)
{
	return (struct share){open_of(told, span).count && !is_by(told->started, span), -1, 0};
}

static struct share overdue_of(const struct told_case *told, struct span span)
{
	return (struct share){waiting_of(told, span).count && span.to - told->reported > 28, -1, 0};
}

/* ---- asking ---- */

static const struct {
	const char *id;
	unsigned definition;
	struct share (*of)(const struct told_case *told, struct span span);
} figures[] = {
	{"help_requests", 2025, requests_of},
	{"people_involved", 2025, people_of},
	{"started_within_4_weeks", 2025, started_4_weeks_of},
	{"started_within_4_weeks", 2023, contact_4_weeks_of},
	{"started_within_1_week", 2025, started_1_week_of},
	{"closed_within_6_months", 2025, closed_6_months_of},
	{"closed_within_6_months", 2023, closed_since_contact_of},
	{"goals_met", 2025, goals_of},
	{"closures", 2025, closures_of},
	{"first_contact_within_5_working_days", 2025, first_contact_of},
	{"reaction_within_1_working_day", 2025, reaction_of},
	{"redirected_to_welfare", 2025, welfare_of},
	{"domestic_violence", 2025, violence_of},
	{"referred_to_youth", 2025, youth_of},
	{"transitions_18", 2025, turning_18_of},
	{"open_cases", 2025, open_of},
	{"waiting_now", 2025, waiting_of},
	{"overdue_now", 2025, overdue_of},
};

static int member_of(const json_t *figure, const char *name)
{
	const json_t *member = json_object_get(figure, name);
	return json_is_integer(member) ? (int)json_integer_value(member) : -1;
}

static void figure_check(size_t i, struct span span, const char *period)
{
	struct share told = {0, -1, 0};
	char line[160];
	for (uint32_t number = 0; number < model_room(); number++) {
		if (!model_case(number)->known)
			continue;
		struct share more = figures[i].of(model_case(number), span);
		told.count += more.count;
		told.unknown += more.unknown;
		told.of = more.of < 0 ? -1 : (told.of < 0 ? 0 : told.of) + more.of;
	}
	snprintf(line, sizeof line, "show kpi %s period %s definition %u json", figures[i].id,
		period, figures[i].definition);
	json_t *json = check_kpi_ask(line);
	const json_t *figure = json_array_get(json, 0);
	int count = member_of(figure, "count"), of = member_of(figure, "of"),
	    unknown = member_of(figure, "unknown");
	sim_check(count == told.count && unknown == told.unknown && (told.of < 0 || of == told.of),
		"%s of %s (%u) is %d of %d, unknown %d; what the logs say makes %d of %d, unknown "
		"%d",
		figures[i].id, period, figures[i].definition, count, of, unknown, told.count,
		told.of, told.unknown);
	json_decref(json);
}

static void contacts_check(void)
{
	int told = (int)model_contacts_of_adults();
	for (uint32_t number = 0; number < model_room(); number++)
		told += model_case(number)->known && !model_case(number)->youth &&
			model_case(number)->advice;
	char line[] = "show kpi brief_contacts period 2015-01-01..2030-12-31 json";
	json_t *json = check_kpi_ask(line);
	int count = member_of(json_array_get(json, 0), "count");
	sim_check(count == told, "brief_contacts are %d; the logs say %d", count, told);
	json_decref(json);
}

/* Of the whole time, and of a stretch of it that begins and ends on any day. */
void check_figures(void)
{
	int32_t first = calendar_day((struct calendar_date){2023, 11, 1});
	struct span spans[] = {
		{calendar_day((struct calendar_date){2015, 1, 1}),
			calendar_day((struct calendar_date){2030, 12, 31})},
		{first + (int32_t)(house.random() % 600), 0},
	};
	spans[1].to = spans[1].from + (int32_t)(house.random() % 500);
	reckon_calendar(&reckoning, model_config(TRIAGE, "calendar.yaml"));
	for (size_t s = 0; s < sizeof spans / sizeof *spans; s++) {
		struct calendar_date from = calendar_date(spans[s].from),
				     to = calendar_date(spans[s].to);
		char period[64];
		snprintf(period, sizeof period, "%04d-%02d-%02d..%04d-%02d-%02d", from.year,
			from.month, from.day, to.year, to.month, to.day);
		for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
			figure_check(i, spans[s], period);
	}
	contacts_check();
	reckon_done(&reckoning);
}
