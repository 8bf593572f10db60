#include "web/figures/now_own.h"

#include "lib/calendar.h"
#include "web/nl.h"

bool now_figures(const struct now *now, const char *id, const char *by, int32_t from, int32_t to,
	struct figures *out)
{
	const struct period period = {from, to, now->today};
	return asked_split(now->asked, id, by, &period, out) == 0 && out->count;
}

long long now_total(const struct figures *figures)
{
	const struct value *total = &figures->items[0].total;
	return total->known ? (long long)total->value : 0;
}

const char *now_count(const struct now *now, long long number)
{
	auto_buf struct buf text = {0};
	nl_count(number, &text);
	return page_text(&text, now->arena);
}

bool now_works(const struct now *now, int32_t day)
{
	const struct closing *closing = &now->asked->kpis->closing;
	return calendar_is_working_day(day, closing->days, closing->count);
}

void now_people(long long count, struct buf *out)
{
	nl_count(count, out);
	buf_text(out, count == 1 ? " mens" : " mensen");
}
