#include "web/cases/item.h"

#include "web/nl.h"
#include <string.h>

int32_t item_day(const Wot__V1__WorklistItem *item)
{
	return item->has_react_by && item->react_by < item->deadline ? item->react_by
								     : item->deadline;
}

bool item_is_urgent(const Wot__V1__WorklistItem *item)
{
	return item->priority != WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE;
}

/* A household goes by CLIENT/REF; who phones knows it by REF. */
const char *item_name(const Wot__V1__WorklistItem *item)
{
	const char *ref = item->case_id ? NULL : strchr(item->case_ref, '/');
	return item->case_id ? item->case_id : ref ? ref + 1 : item->case_ref;
}

const char *item_path(const Wot__V1__WorklistItem *item, struct arena *arena)
{
	return page_entry(item->case_id, item->case_ref, arena);
}

const char *item_when(const Wot__V1__WorklistItem *item, int32_t today, struct arena *arena)
{
	auto_buf struct buf text = {0};
	int32_t day = item_day(item);
	if (day < today) {
		nl_days(today - day, &text);
		buf_text(&text, " te laat");
	} else if (day == today) {
		buf_text(&text, "vandaag");
	} else {
		nl_weekday_short(day, today, &text);
	}
	return page_text(&text, arena);
}

const char *item_about(const Wot__V1__WorklistItem *item, const struct case_names *names,
	int32_t today, struct arena *arena)
{
	auto_buf struct buf text = {0};
	buf_text(&text, "Gemeld ");
	nl_day_short(item->reported_on, today, &text);
	if (item->attempts)
		buf_printf(&text, " · %u keer geprobeerd", item->attempts);
	else
		buf_text(&text, " · nog niet gebeld");
	if (item->team)
		buf_printf(&text, " · voorstel: %s", names_team(names, item->team));
	else if (item->redirected_to)
		buf_printf(
			&text, " · voorstel: %s", names_organisation(names, item->redirected_to));
	else if (item->case_id)
		buf_text(&text, " · wacht op ruimte bij een team");
	else
		buf_text(&text, " · huishouden");
	return page_text(&text, arena);
}

struct html_badges item_badges(const Wot__V1__WorklistItem *item, struct arena *arena)
{
	enum { OTHERS = 3 };
	struct html_badges_rows *rows =
		arena_alloc(arena, (OTHERS + item->n_signal_labels) * sizeof *rows);
	size_t count = 0;
	if (item_is_urgent(item))
		rows[count++] = (struct html_badges_rows){.says = "spoed", .alerts = true};
	if (item->has_react_by)
		rows[count++] = (struct html_badges_rows){
			.says = "reactie binnen 1 werkdag", .alerts = true};
	for (size_t i = 0; i < item->n_signal_labels; i++)
		rows[count++].says = arena_printf(
			arena, "signaal: %s", word_follows(item->signal_labels[i], arena));
	if (item->welfare_first)
		rows[count++].says = "eerst welzijn aanbieden";
	return (struct html_badges){.rows = {rows, count}};
}
