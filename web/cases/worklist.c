#include "web/cases/worklist.h"

#include "lib/calendar.h"
#include "web/cases/item.h"
#include "web/chart.h"
#include "web/nl.h"
#include <ctype.h>
#include <string.h>

/* ---- groups: what is urgent, what is late, today, and a group a day ---- */

enum group { URGENT, LATE, TODAY, LATER };
struct entry {
	const Wot__V1__WorklistItem *item;
	enum group group;
	int32_t day;  /* of the urgent 0: they stand as they came */
	size_t place; /* in the list */
};

static int entry_compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static struct entry entry_of(const Wot__V1__WorklistItem *item, size_t place, int32_t today)
{
	int32_t day = item_day(item);
	bool urgent = item_is_urgent(item);
	return (struct entry){
		.item = item,
		.group = urgent         ? URGENT
			 : day < today  ? LATE
			 : day == today ? TODAY
					: LATER,
		.day = urgent ? 0 : day,
		.place = place,
	};
}

struct groups {
	const struct worklist_view *view;
	struct arena *arena;
	int32_t today;
	struct entry *entries; /* all of the list, in their order */
	struct entry *shown;   /* those that are asked for */
	size_t shown_count;
	struct html_call_list_groups *items;
	size_t count;
};

static const char *heading_text(const struct groups *groups, int32_t day)
{
	auto_buf struct buf text = {0};
	nl_weekday(day, &text);
	text.data[0] = (char)toupper((unsigned char)text.data[0]);
	buf_char(&text, ' ');
	nl_day_short(day, groups->today, &text);
	return page_text(&text, groups->arena);
}

/* ---- which of them are shown ---- */

static const Wot__V1__WorklistPage *asked_of(const struct worklist_view *view)
{
	static const Wot__V1__WorklistPage all = WOT__V1__WORKLIST_PAGE__INIT;
	return view->asked ? view->asked : &all;
}

/* NULL: of any team. */
static const char *team_asked(const struct worklist_view *view)
{
	const char *team = asked_of(view)->team;
	return team && strcmp(team, "alle") != 0 ? team : NULL;
}

bool worklist_knows_team(const struct worklist_view *view)
{
	const char *team = team_asked(view);
	size_t i = 0;
	while (team && i < view->names->team_count && strcmp(view->names->teams[i].key, team) != 0)
		i++;
	return !team || i < view->names->team_count;
}

static bool is_narrowed(const struct worklist_view *view)
{
	const Wot__V1__WorklistPage *asked = asked_of(view);
	return asked->soort != WOT__V1__WORKLIST_PAGE__KIND__VALUE__alles ||
	       asked->gebeld != WOT__V1__WORKLIST_PAGE__PHONED__VALUE__alles || team_asked(view);
}

static bool is_asked(const struct worklist_view *view, const Wot__V1__WorklistItem *item)
{
	const Wot__V1__WorklistPage *asked = asked_of(view);
	const char *team = team_asked(view);
	bool is_request = item->case_id;
	return (asked->soort == WOT__V1__WORKLIST_PAGE__KIND__VALUE__alles ||
		       is_request ==
			       (asked->soort == WOT__V1__WORKLIST_PAGE__KIND__VALUE__hulpvragen)) &&
	       (asked->gebeld == WOT__V1__WORKLIST_PAGE__PHONED__VALUE__alles ||
		       !item->attempts ==
			       (asked->gebeld ==
				       WOT__V1__WORKLIST_PAGE__PHONED__VALUE__nog_niet)) &&
	       (!team || (item->team && strcmp(item->team, team) == 0));
}

static const char *shown_text(const struct groups *groups)
{
	auto_buf struct buf text = {0};
	if (!is_narrowed(groups->view))
		return NULL;
	if (!groups->shown_count)
		return "Hiervan staat er niemand op de lijst.";
	buf_text(&text, "U ziet er ");
	nl_count((long long)groups->shown_count, &text);
	buf_text(&text, " van de ");
	nl_count((long long)groups->view->list->n_items, &text);
	buf_char(&text, '.');
	return page_text(&text, groups->arena);
}

/* ---- what is said of them ---- */

/* What a group without entries says. next: the day after today on which the next promise ends; 0: none does. */
static const char *none_text(const struct groups *groups, enum group group, int32_t next)
{
	auto_buf struct buf text = {0};
	if (group == URGENT)
		return "Er is nu geen spoed.";
	if (group == LATE)
		return "Niemand wacht te lang.";
	bool others = groups->items[URGENT].entries.count || groups->items[LATE].entries.count;
	buf_text(&text, others ? "Vandaag loopt er geen afspraak af." : "Iedereen is gebeld.");
	if (next) {
		buf_text(&text, " De volgende afspraak loopt af op ");
		nl_weekday(next, &text);
		buf_char(&text, ' ');
		nl_day_month(next, &text);
		buf_char(&text, '.');
	}
	return page_text(&text, groups->arena);
}

static struct html_call_list_groups_entries row_of(
	const struct groups *groups, const struct entry *entry)
{
	const Wot__V1__WorklistItem *item = entry->item;
	return (struct html_call_list_groups_entries){
		.path = item_path(item, groups->arena),
		.name = item_name(item),
		.badges = item_badges(item, groups->arena),
		.late = item_day(item) < groups->today,
		.when = item_when(item, groups->today, groups->arena),
		.about = item_about(item, groups->view->names, groups->today, groups->arena),
		.reden = item->reden,
		.recordable = groups->view->may_record,
	};
}

/* Those from `at` that stand in the same group; returns how many. Of a part of the list an empty group says nothing. */
static size_t group_add(struct groups *groups, enum group group, const char *heading, size_t at)
{
	const struct entry *first = &groups->shown[at];
	size_t count = groups->shown_count;
	struct html_call_list_groups_entries *rows =
		arena_alloc(groups->arena, (count - at) * sizeof *rows + 1);
	size_t taken = 0;
	while (at + taken < count && first[taken].group == group &&
		(group != LATER || first[taken].day == first->day)) {
		rows[taken] = row_of(groups, &first[taken]);
		taken++;
	}
	if (!taken && is_narrowed(groups->view))
		return 0;
	int32_t next = at < count && first->group == LATER ? first->day : 0;
	auto_buf struct buf text = {0};
	nl_count((long long)taken, &text);
	groups->items[groups->count] = (struct html_call_list_groups){
		.heading = heading,
		.count = page_text(&text, groups->arena),
		.none = taken ? NULL : none_text(groups, group, next),
		.entries = {rows, taken},
	};
	groups->count++;
	return taken;
}

static void entries_fill(struct groups *groups)
{
	const Wot__V1__Worklist *list = groups->view->list;
	size_t count = list->n_items;
	groups->entries = arena_alloc(groups->arena, count * sizeof *groups->entries + 1);
	groups->shown = arena_alloc(groups->arena, count * sizeof *groups->shown + 1);
	for (size_t i = 0; i < count; i++)
		groups->entries[i] = entry_of(list->items[i], i, groups->today);
	if (count)
		qsort(groups->entries, count, sizeof *groups->entries, entry_compare);
	for (size_t i = 0; i < count; i++)
		if (is_asked(groups->view, groups->entries[i].item))
			groups->shown[groups->shown_count++] = groups->entries[i];
}

static void groups_fill(struct groups *groups, struct html_call_list *out)
{
	static const char *const headings[] = {
		[URGENT] = "Spoed", [LATE] = "Te laat", [TODAY] = "Vandaag"};
	size_t at = 0;
	entries_fill(groups);
	groups->items =
		arena_alloc(groups->arena, (LATER + groups->shown_count) * sizeof *groups->items);
	for (enum group group = URGENT; group < LATER; group++)
		at += group_add(groups, group, headings[group], at);
	while (at < groups->shown_count)
		at += group_add(groups, LATER, heading_text(groups, groups->shown[at].day), at);
	out->shown = shown_text(groups);
	out->groups.items = groups->items;
	out->groups.count = groups->count;
}

/* ---- what to do, in words ---- */

static const char *lead_text(const struct groups *groups)
{
	auto_buf struct buf text = {0};
	size_t count = groups->view->list->n_items, late = 0, now = 0;
	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &groups->entries[i];
		bool is_late = item_day(entry->item) < groups->today;
		late += is_late;
		now += !is_late && (entry->group == URGENT || entry->group == TODAY);
	}
	if (!count)
		return "Er staat niemand op de lijst.";
	buf_text(&text, count == 1 ? "Er staat " : "Er staan ");
	nl_count((long long)count, &text);
	buf_text(&text, count == 1 ? " mens of huishouden op de lijst."
				   : " mensen en huishoudens op de lijst.");
	if (late) {
		buf_text(&text, " Bij ");
		nl_count((long long)late, &text);
		buf_text(&text, late == 1 ? " is het te laat." : " zijn we te laat.");
	}
	if (now) {
		buf_text(&text, late ? " Bel vandaag nog " : " Bel er vandaag ");
		nl_count((long long)now, &text);
		buf_text(&text, late ? now == 1 ? " ander." : " andere." : ".");
	}
	return page_text(&text, groups->arena);
}

/* ---- the form that narrows the list ---- */

static const char *count_text(long long number, struct arena *arena)
{
	auto_buf struct buf text = {0};
	nl_count(number, &text);
	return page_text(&text, arena);
}

static void teams_offer(
	const struct worklist_view *view, struct arena *arena, struct html_work_filter *out)
{
	const struct case_names *names = view->names;
	const char *team = team_asked(view);
	struct html_work_filter_teams *items =
		arena_alloc(arena, names->team_count * sizeof *items + 1);
	for (size_t i = 0; i < names->team_count; i++)
		items[i] = (struct html_work_filter_teams){
			.value = names->teams[i].key,
			.label = names->teams[i].name,
			.selected = team && strcmp(names->teams[i].key, team) == 0,
		};
	out->teams.items = items;
	out->teams.count = names->team_count;
}

static struct html_work_filter filter_of(const struct worklist_view *view, struct arena *arena)
{
	const Wot__V1__WorklistPage *asked = asked_of(view);
	size_t count = view->list->n_items, requests = 0;
	for (size_t i = 0; i < count; i++)
		requests += view->list->items[i]->case_id != NULL;
	struct html_work_filter filter = {
		.all = count_text((long long)count, arena),
		.request_count = count_text((long long)requests, arena),
		.signal_count = count_text((long long)(count - requests), arena),
		.requests = asked->soort == WOT__V1__WORKLIST_PAGE__KIND__VALUE__hulpvragen,
		.signals = asked->soort == WOT__V1__WORKLIST_PAGE__KIND__VALUE__signalen,
		.unphoned = asked->gebeld == WOT__V1__WORKLIST_PAGE__PHONED__VALUE__nog_niet,
		.tried = asked->gebeld == WOT__V1__WORKLIST_PAGE__PHONED__VALUE__geprobeerd,
	};
	teams_offer(view, arena, &filter);
	return filter;
}

/* ---- who was phoned in time ---- */

static void contact_say(const struct worklist_kept *kept, struct arena *arena, struct buf *out)
{
	buf_text(out, " was er met ");
	nl_share((double)kept->kept / kept->of, NULL, out);
	buf_printf(out, " %s contact", word_within(WOT__V1__CLOCK__KIND__FIRST_CONTACT, arena));
	buf_text(out, " (");
	nl_count(kept->kept, out);
	buf_text(out, " van ");
	nl_count(kept->of, out);
	buf_text(out, ").");
}

static const char *on_time_text(const struct worklist_view *view, struct arena *arena)
{
	auto_buf struct buf text = {0};
	int32_t today = calendar_day_of(view->now_ms);
	const struct worklist_kept *month = &view->month, *year = &view->year;
	buf_text(&text, "In ");
	nl_month(today, &text);
	if (month->of)
		contact_say(month, arena, &text);
	else
		buf_text(&text, " hoefden we nog niemand te bellen.");
	if (year->of == month->of)
		return page_text(&text, arena);
	buf_printf(&text, " In heel %d", calendar_date(today).year);
	if (month->of) {
		buf_text(&text, " met ");
		nl_share((double)year->kept / year->of, NULL, &text);
		buf_char(&text, '.');
	} else {
		contact_say(year, arena, &text);
	}
	return page_text(&text, arena);
}

/* ---- the teams ---- */

static int team_compare(const void *a, const void *b)
{
	const Wot__V1__Team *x = *(const Wot__V1__Team *const *)a,
			    *y = *(const Wot__V1__Team *const *)b;
	return x->free_hours != y->free_hours ? x->free_hours > y->free_hours ? -1 : 1
					      : strcmp(x->name, y->name);
}

static struct chart_row bar_of(const Wot__V1__Team *team, struct arena *arena)
{
	return (struct chart_row){
		.label = team->name,
		.value = team->load_hours,
		.max = team->capacity_hours,
		.text = word_room(team->free_hours, arena),
		.tone = team->free_hours < 0 ? TONE_ALERT : TONE_NOW,
	};
}

static struct html chart_of(
	const struct chart_balk *balk, unsigned number, unsigned width, struct arena *arena)
{
	auto_buf struct buf svg = {0};
	const struct chart chart = {.title = "Ruimte per team",
		.reason = "Nog geen teams",
		.when = "De beheerder zet ze klaar.",
		.number = number,
		.width = width};
	chart_balk(&chart, balk, &svg);
	return (struct html){arena_dup(arena, svg.data, svg.len), svg.len};
}

static const char *room_text(const Wot__V1__Team *most, struct arena *arena)
{
	auto_buf struct buf text = {0};
	if (!most || most->free_hours <= 0)
		return "Geen team heeft ruimte.";
	buf_printf(&text, "%s heeft de meeste ruimte: ", most->name);
	nl_count(most->free_hours, &text);
	buf_text(&text, " uur per week.");
	return page_text(&text, arena);
}

static void teams_fill(const Wot__V1__Teams *teams, struct arena *arena, struct html_team_room *out)
{
	size_t count = teams->n_items;
	const Wot__V1__Team **order = arena_alloc(arena, count * sizeof *order + 1);
	struct chart_row *bars = arena_alloc(arena, count * sizeof *bars + 1);
	struct html_team_room_teams *rows = arena_alloc(arena, count * sizeof *rows + 1);
	for (size_t i = 0; i < count; i++)
		order[i] = teams->items[i];
	if (count)
		qsort(order, count, sizeof *order, team_compare);
	for (size_t i = 0; i < count; i++) {
		bars[i] = bar_of(order[i], arena);
		rows[i] = (struct html_team_room_teams){
			.name = order[i]->name,
			.free = count_text(order[i]->free_hours, arena),
			.load = count_text(order[i]->load_hours, arena),
			.hours = count_text(order[i]->capacity_hours, arena),
		};
	}
	const struct chart_balk balk = {.rows = bars, .count = count};
	out->room = room_text(count ? order[0] : NULL, arena);
	out->narrow = chart_of(&balk, 1, CHART_NARROW, arena);
	out->wide = chart_of(&balk, 2, CHART_WIDE, arena);
	out->teams.items = rows;
	out->teams.count = count;
}

/* All but what stands round it. */
static struct html_worklist page_make(const struct worklist_view *view, struct arena *arena)
{
	struct groups groups = {
		.view = view, .arena = arena, .today = calendar_day_of(view->now_ms)};
	struct html_worklist page = {.moment = NULL};
	groups_fill(&groups, &page.call_list);
	page.work_lead.lead = lead_text(&groups);
	page.work_filter = filter_of(view, arena);
	page.on_time.says = on_time_text(view, arena);
	teams_fill(view->teams, arena, &page.team_room);
	return page;
}

bool worklist_page(
	const struct worklist_view *view, const char *part, struct arena *arena, struct buf *out)
{
	auto_buf struct buf text = {0};
	struct html_worklist page = page_make(view, arena);
	if (part)
		return html_deel_print(html_worklist_delen, &page, part, out);
	page.head = page_head(view->house, "Werklijst aanmeldteam");
	page.top = page_top(view->house);
	page.top.at_worklist = true;
	page.foot = page_foot(view->house);
	page.figures = view->house->menu.figures;
	page.origin_aggregate = view->house->origins[DAEMON_AGGREGATE];
	nl_moment(view->now_ms, &text);
	page.moment = page_text(&text, arena);
	html_worklist(&page, out);
	return true;
}

void worklist_tell(const struct worklist_view *view, struct arena *arena, struct live *live)
{
	const struct html_worklist page = page_make(view, arena);
	html_delen_tell(html_worklist_delen, &page, live);
}
