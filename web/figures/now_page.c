#include "web/figures/now_own.h"

#include "lib/calendar.h"
#include "web/nl.h"
#include <string.h>

enum { WEEKS_BACK = 28 };

/* ---- the sentences at the top ---- */

static const char *lead_text(const struct now *now)
{
	auto_buf struct buf text = {0};
	if (!now->ending)
		buf_text(&text, "Vandaag loopt er geen afspraak af.");
	else
		buf_printf(&text, "Vandaag %s %s %s af.", now->ending == 1 ? "loopt" : "lopen",
			now_count(now, now->ending), now->ending == 1 ? "afspraak" : "afspraken");
	if (now->late_contacts)
		buf_printf(&text, " Met %s %s voor een eerste contact zijn we te laat.",
			now_count(now, now->late_contacts),
			now->late_contacts == 1 ? "afspraak" : "afspraken");
	if (now->most.name)
		buf_printf(&text, " %s heeft de meeste mensen die te lang wachten: %s van de %s.",
			now->most.name, now_count(now, now->most.late),
			now_count(now, now->most.waiting));
	if (verdict_is_met(now->phone))
		buf_text(&text, " De telefoon haalt vandaag de norm.");
	else if (verdict_is_missed(now->phone))
		buf_text(&text, " De telefoon haalt vandaag de norm niet.");
	return page_text(&text, now->arena);
}

/* ---- four figures ---- */

static const struct number {
	const char *id, *label;
	bool alerts;
} numbers[] = {
	{"waiting_now", "Wachten op begeleiding", false},
	{"overdue_now", "Wachten langer dan 4 weken", true},
	{"open_cases", "Lopende trajecten", false},
	{"contacts_total", "Vandaag binnengekomen", false},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* NULL: figures were not complete then. */
static const char *before_text(const struct now *now, const char *id)
{
	auto_figures struct figures before = {0};
	int32_t then = now->today - WEEKS_BACK;
	if (!now_figures(now, id, NULL, then, then, &before))
		return NULL;
	const struct figure *figure = before.items;
	if (!figure_is_complete(figure, &figure->period, now->asked->query.complete_from))
		return NULL;
	return arena_printf(now->arena, "4 weken geleden: %s%s", now_count(now, now_total(&before)),
		is_stock(figure->formula) ? "" : " op de hele dag");
}

static void numbers_fill(const struct now *now, struct html_now *out)
{
	struct html_now_numbers *rows = arena_alloc(now->arena, NUMBERS * sizeof *rows);
	out->numbers.items = rows;
	for (size_t i = 0; i < NUMBERS; i++) {
		auto_figures struct figures figures = {0};
		const struct number *number = &numbers[i];
		if (!now_figures(now, number->id, NULL, now->today, now->today, &figures))
			continue;
		const struct value *total = &figures.items[0].total;
		rows[out->numbers.count++] = (struct html_now_numbers){
			.alerts = number->alerts && now_total(&figures) > 0,
			.id = number->id,
			.label = number->label,
			.value = page_cell(
				figures.items, false, total->known, total->value, now->arena),
			.before = before_text(now, number->id)};
	}
}

/* ---- the page ---- */

/* "nog 24 werkdagen", today with it */
static const char *left_text(const struct now *now)
{
	enum { QUARTER = 3 };
	int32_t end = calendar_add_months(period_span_start(now->today, QUARTER), QUARTER);
	long long count = 0;
	for (int32_t day = now->today; day < end; day++)
		count += now_works(now, day);
	return arena_printf(now->arena, "nog %s %s", now_count(now, count),
		count == 1 ? "werkdag" : "werkdagen");
}

/* The parts; sentences last, which say what is in the others. */
static struct html_now parts_make(struct now *now)
{
	struct html_now page = {.moment = NULL};
	now_promises_fill(now, &page.now_promises);
	now_teams_fill(now, &page.now_teams);
	now_forecast_fill(now, &page.now_forecast);
	now_phone_fill(now, &page.now_phone);
	now_course_fill(now, &page.now_course);
	page.now_lead.lead = lead_text(now);
	return page;
}

static struct now now_begin(struct asked *asked, const struct now_given *given)
{
	return (struct now){
		.asked = asked, .given = given, .arena = asked->arena, .today = asked->query.today};
}

static int filter_check(const struct now *now, struct why *why)
{
	const struct now_given *given = now->given;
	struct period period;
	size_t i = 0;
	if (!given->promise != !given->period)
		return why_set(why, ERR_INVALID, "afspraak and periode: both, or none of them");
	if (!given->promise)
		return 0;
	while (i < NOW_PROMISES && strcmp(now_promises[i].id, given->promise) != 0)
		i++;
	if (i == NOW_PROMISES)
		return why_set(why, ERR_INVALID, "afspraak: the KPI of a promise, as contacts_due");
	return period_parse(given->period, now->today, &period, why);
}

int now_page(struct asked *asked, const struct now_given *given, const char *part, struct buf *out,
	struct why *why)
{
	struct now now = now_begin(asked, given);
	int err = filter_check(&now, why);
	if (err)
		return err;
	struct html_now page = parts_make(&now);
	now_list_fill(&now, &page.now_list);
	if (part)
		return html_deel_print(html_now_delen, &page, part, out)
			       ? 0
			       : why_set(why, ERR_INVALID, "deel: the page has no such part");
	page.head = page_head(asked->house, "Nu");
	page.top = page_top(asked->house);
	page.top.at_now = true;
	page.foot = page_foot(asked->house);
	page.origin_triage = asked->house->origins[DAEMON_TRIAGE];
	page.moment = moment_text(asked);
	page.days_left = left_text(&now);
	numbers_fill(&now, &page);
	html_now(&page, out);
	return 0;
}

/* Its list is told of as a whole: somebody may have any of it open. */
void now_tell(struct asked *asked, const struct now_given *given, struct live *live)
{
	struct now now = now_begin(asked, given);
	struct html_now page = parts_make(&now);
	now_list_fill_all(&now, &page.now_list);
	html_delen_tell(html_now_delen, &page, live);
}
