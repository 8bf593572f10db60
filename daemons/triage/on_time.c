#include "daemons/triage/on_time.h"

#include "lib/calendar.h"

/* Advice is a brief contact, and of youth nothing is promised here. */
static bool is_counted(const struct request *request)
{
	return request->year && !request->advised && request->contact.deadline_on;
}

/* Support that started without a word of a talk is no contact in time. */
static bool is_kept(const struct request *request)
{
	int32_t spoken_on = day_earliest(request->screened_on, request->days[REQUEST_CONTACTED]);
	return spoken_on && spoken_on <= request->contact.deadline_on;
}

static void add(struct on_time *to, bool kept)
{
	to->kept += kept;
	to->of++;
}

/* Who was not spoken to on the last day may still be. */
void on_time_count(
	const struct triage *triage, int32_t today, struct on_time *month, struct on_time *year)
{
	struct calendar_date date = calendar_date(today);
	int32_t month_start = calendar_day((struct calendar_date){date.year, date.month, 1});
	int32_t year_start = calendar_day((struct calendar_date){date.year, 1, 1});
	*month = *year = (struct on_time){0};
	for (uint32_t number = 0; number < triage->room; number++) {
		const struct request *request = &triage->requests[number];
		int32_t day = request->contact.deadline_on;
		if (!is_counted(request) || day < year_start || day > today)
			continue;
		bool kept = is_kept(request);
		if (!kept && day == today)
			continue;
		add(year, kept);
		if (day >= month_start)
			add(month, kept);
	}
}
