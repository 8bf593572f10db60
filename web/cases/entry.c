#include "web/cases/entry.h"

#include "lib/calendar.h"
#include "web/cases/item.h"
#include "web/nl.h"

/* What to do, and by when. */
static const char *lead_text(const Wot__V1__WorklistItem *item, int32_t today, struct arena *arena)
{
	auto_buf struct buf text = {0};
	int32_t day = item_day(item);
	if (day < today) {
		buf_text(&text, "Dit is ");
		nl_days(today - day, &text);
		buf_text(&text, " te laat. Bel zo snel mogelijk.");
	} else if (day == today) {
		buf_text(&text, "Bel vandaag.");
	} else {
		buf_text(&text, "Bel uiterlijk ");
		nl_weekday(day, &text);
		buf_char(&text, ' ');
		nl_day_month(day, &text);
		buf_char(&text, '.');
	}
	return page_text(&text, arena);
}

void entry_page(const struct entry_view *view, struct arena *arena, struct buf *out)
{
	const Wot__V1__WorklistItem *item = view->item;
	int32_t today = calendar_day_of(view->now_ms);
	struct html_entry_forms form = {0};
	struct html_entry page = {
		.town = view->house->town,
		.top = page_top(view->house),
		.foot = page_foot(view->house),
		.name = item_name(item),
		.case_id = item->case_id,
		.origin_case = view->house->origins[DAEMON_CASE],
		.kind = item->case_id ? "Hulpvraag" : "Signaal",
		.listed = view->is_listed,
	};
	page.top.at_worklist = true;
	if (view->is_listed) {
		page.lead = lead_text(item, today, arena);
		page.about = item_about(item, view->names, today, arena);
		page.reden = item->reden;
		page.badges = item_badges(item, arena);
	}
	if (view->is_listed && view->fields) {
		form.screening_form =
			form_view(view->house, view->fields, view->wrong, item, view->names, arena);
		page.forms.items = &form;
		page.forms.count = 1;
	}
	html_entry(&page, out);
}
