/* /jaarverslag/YEAR: report/page.h; /bestanden: report/shelf.h. */
#include "report/page.h"

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "lib/calendar.h"
#include "proto/role.h"
#include "report/shelf.h"

int get_report_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	unsigned may = role_may_read(query->role);
	struct report_page page = {.named = query->named,
		.reader = may & (READ_KPIS | READ_WORKLIST) ? REPORT_STAFF
			  : may & READ_KPIS_SUPPRESSED      ? REPORT_VIEWER
							    : REPORT_PUBLIC,
		.sources = &aggregate->sources,
		.config = stage_config(aggregate->stage),
		.kpis = tally_kpis(aggregate->tally),
		.asked = {.as_of = calendar_day_of(query->now_ms), .names = &aggregate->names},
		.house = query->house};
	struct report_paper paper;
	tally_logs(aggregate->tally, page.asked.logs);
	int err = report_page(&page, &paper, answer->text, why);
	if (err)
		return err;
	answer->type = paper.type;
	answer->headers = paper.headers;
	answer->status = paper.status;
	return 0;
}

int get_shelf_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)knowledge;
	(void)why;
	answer->headers = page_headers;
	shelf_page(query->house, answer->text);
	return 0;
}
