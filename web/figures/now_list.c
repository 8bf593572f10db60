/*
 * The list of /nu. A promise about a first contact has its entries from triage's work list, which knows how often somebody
 * was phoned; the others have theirs from the rows behind the KPI that counts them.
 */
#include "web/figures/now_own.h"

#include "figures/behind.h"
#include "lib/calendar.h"
#include "web/nl.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_ROWS = 20, LONGEST = 5 };

/* What is listed: some promises, each in its days, up to so many rows. */
struct entries {
	struct now *now;
	struct html_now_list_groups_rows *rows;
	size_t count, room;
	long long all;   /* also those for which there was no room */
	bool is_partial; /* triage's work list, which has some of them, is not there */
};

/* ---- words ---- */

static const char *when_text(const struct now *now, int32_t day)
{
	auto_buf struct buf text = {0};
	if (day < now->today) {
		nl_days(now->today - day, &text);
		buf_text(&text, " te laat");
	} else if (day == now->today) {
		buf_text(&text, "vandaag");
	} else {
		buf_text(&text, day < now->columns[NOW_TODAY].until ? "uiterlijk " : "");
		nl_weekday_short(day, now->today, &text);
	}
	return page_text(&text, now->arena);
}

static void attempts_add(uint32_t attempts, struct buf *out)
{
	if (attempts)
		buf_printf(out, "%u keer geprobeerd", attempts);
	else
		buf_text(out, "nog niet gebeld");
}

static void signals_add(const Wot__V1__WorklistItem *item, struct buf *out)
{
	for (size_t i = 0; i < item->n_signal_labels; i++) {
		const char *label = item->signal_labels[i];
		buf_printf(
			out, "%s%c%s", i ? ", " : "", tolower((unsigned char)label[0]), label + 1);
	}
}

static const char *item_about(
	const struct now *now, const struct now_promise *promise, const Wot__V1__WorklistItem *item)
{
	auto_buf struct buf text = {0};
	const char *team = now_team(now, item->team);
	if (promise->listed == OF_SIGNALS) {
		buf_text(&text, "huishouden · ");
		signals_add(item, &text);
	} else {
		buf_text(&text, team ? team : "nog geen team");
		if (promise->listed == OF_REACTION)
			buf_text(&text, " · kwam binnen via website, chat of e-mail");
		else if (item->n_signal_labels) {
			buf_text(&text, " · signaal: ");
			signals_add(item, &text);
		}
	}
	buf_text(&text, " · ");
	attempts_add(item->attempts, &text);
	return page_text(&text, now->arena);
}

static bool is_set(const struct behind_row *row, const char *name)
{
	int column = column_find(row->table, name);
	int32_t value = column < 0 ? VALUE_UNSET : table_get(row->table, (size_t)column, row->row);
	return value != VALUE_UNSET && value;
}

/* "gesprek van 25 nov., tussen 13 en 14 uur" */
static const char *call_text(const struct now *now, const struct behind_row *row)
{
	auto_buf struct buf text = {0};
	int day = column_find(row->table, "day"), hour = column_find(row->table, "hour");
	buf_text(&text, "gesprek van ");
	if (day < 0 || hour < 0)
		return "gesprek";
	nl_day_short(table_get(row->table, (size_t)day, row->row), now->today, &text);
	int32_t from = table_get(row->table, (size_t)hour, row->row);
	if (from != VALUE_UNSET)
		buf_printf(&text, ", tussen %d en %d uur", from, from + 1);
	return page_text(&text, now->arena);
}

static const char *row_about(const struct now *now, const struct behind_row *row, bool waits)
{
	auto_buf struct buf text = {0};
	if (!row->is_case)
		return is_set(row, "callback_asked") ? "vroeg om terugbellen"
		       : is_set(row, "timed_out")    ? "wachtte te lang"
						     : "hing op voor het opnemen";
	const char *team = now_team(now, row->team);
	buf_text(&text, team ? team : "nog geen team");
	if (waits && row->reported != VALUE_UNSET) {
		buf_text(&text, " · wacht ");
		nl_days(now->today - row->reported, &text);
	}
	return page_text(&text, now->arena);
}

/* ---- entries ---- */

static struct html_now_list_groups_rows *entry_add(
	struct entries *entries, const char *what, int32_t day)
{
	const struct now *now = entries->now;
	const struct page_house *house = now->asked->house; /* NULL: nobody looks, it is told of */
	struct html_now_list_groups_rows *row = &entries->rows[entries->count++];
	*row = (struct html_now_list_groups_rows){.what = what,
		.origin_triage = house ? house->origins[DAEMON_TRIAGE] : "",
		.origin_case = house ? house->origins[DAEMON_CASE] : "",
		.name = "",
		.late = day < now->today,
		.when = when_text(now, day)};
	return row;
}

/* The last day of the promise; 0: it is none of this entry. */
static int32_t item_day(const struct now_promise *promise, const Wot__V1__WorklistItem *item)
{
	switch (promise->listed) {
	case OF_CONTACT:
		return item->case_id ? item->deadline : 0;
	case OF_REACTION:
		return item->has_react_by ? item->react_by : 0;
	case OF_SIGNALS:
		return item->has_signals_by ? item->signals_by : 0;
	default:
		return 0;
	}
}

struct due_item {
	const Wot__V1__WorklistItem *item;
	int32_t day;
	size_t place;
};

static int due_compare(const void *a, const void *b)
{
	const struct due_item *x = a, *y = b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* A household goes by CLIENT/REF; who phones knows it by REF. */
static void item_add(struct entries *entries, const struct now_promise *promise, const char *what,
	const struct due_item *due)
{
	const Wot__V1__WorklistItem *item = due->item;
	struct html_now_list_groups_rows *row = entry_add(entries, what, due->day);
	const char *slash = item->case_id ? NULL : strchr(item->case_ref, '/');
	row->entry = page_entry(item->case_id, item->case_ref, entries->now->arena);
	row->name = item->case_id ? item->case_id : slash ? slash + 1 : item->case_ref;
	row->about = item_about(entries->now, promise, item);
}

static void items_add(struct entries *entries, const struct now_promise *promise, const char *what,
	const struct now_days *days)
{
	const Wot__V1__Worklist *list = entries->now->given->worklist;
	size_t count = 0, all = list ? list->n_items : 0;
	entries->is_partial |= !list;
	struct due_item *due = arena_alloc(entries->now->arena, all * sizeof *due + 1);
	for (size_t i = 0; i < all; i++) {
		int32_t day = item_day(promise, list->items[i]);
		if (day >= days->from && day < days->until && day)
			due[count++] = (struct due_item){list->items[i], day, i};
	}
	if (count)
		qsort(due, count, sizeof *due, due_compare);
	entries->all += (long long)count;
	for (size_t i = 0; i < count && entries->count < entries->room; i++)
		item_add(entries, promise, what, &due[i]);
}

static void row_add(
	struct entries *entries, const char *what, const struct behind_row *behind, bool waits)
{
	struct arena *arena = entries->now->arena;
	struct html_now_list_groups_rows *row = entry_add(entries, what, behind->day);
	if (behind->is_case)
		row->name = row->case_id = arena_strdup(arena, behind->ref);
	else
		row->call = call_text(entries->now, behind);
	row->about = row_about(entries->now, behind, waits);
}

static void rows_add(struct entries *entries, const struct now_promise *promise, const char *what,
	const struct now_days *days, long long there)
{
	struct now *now = entries->now;
	struct query query = now->asked->query;
	struct behind *behind = arena_alloc(now->arena, sizeof *behind);
	struct why why;
	size_t room = entries->room - entries->count;
	entries->all += there;
	if (!there || !room)
		return;
	*behind = (struct behind){.which = BEHIND_SOONEST,
		.limit = room < BEHIND_MAX ? room : BEHIND_MAX,
		.there = (size_t)there};
	query.id = promise->id;
	query.period = now_period(now, days);
	if (behind_find(now->asked->kpis, &query, behind, &why) != 0)
		return;
	for (size_t i = 0; i < behind->count; i++)
		row_add(entries, what, &behind->rows[i], strcmp(promise->id, "starts_due") == 0);
}

static void promise_add(
	struct entries *entries, const struct now_promise *promise, const struct now_days *days)
{
	auto_figures struct figures figures = {0};
	if (!now_figures(entries->now, promise->id, NULL, days->from, days->until - 1, &figures))
		return;
	const char *what = figures.items[0].kpi->brief;
	if (promise->listed == OF_FIGURE)
		rows_add(entries, promise, what, days, now_total(&figures));
	else
		items_add(entries, promise, what, days);
}

/* ---- groups ---- */

static struct entries entries_begin(struct now *now, size_t room)
{
	return (struct entries){.now = now,
		.rows = arena_alloc(now->arena, room * sizeof(struct html_now_list_groups_rows)),
		.room = room};
}

static const char no_list[] =
	"De werklijst is hier nu niet te lezen. Kijk bij het aanmeldteam wie er wacht.";

static const char *count_text(const struct entries *entries, const char *first)
{
	const struct now *now = entries->now;
	const char *all = now_count(now, entries->all);
	if (entries->is_partial)
		return "niet volledig";
	if (entries->all > (long long)entries->count)
		return arena_printf(now->arena, "%s %s van %s", first,
			now_count(now, (long long)entries->count), all);
	return arena_printf(now->arena, "%s %s", all, entries->all == 1 ? "afspraak" : "afspraken");
}

static struct html_now_list_groups group_of(
	const struct entries *entries, const char *heading, const char *first, const char *none)
{
	return (struct html_now_list_groups){.heading = heading,
		.count = count_text(entries, first),
		.none = entries->is_partial ? no_list
			: entries->count    ? NULL
					    : none,
		.rows = {entries->rows, entries->count},
		.id = "",
		.period = ""};
}

static const char *none_text(const struct now *now)
{
	auto_buf struct buf text = {0};
	buf_text(&text, "Vandaag loopt er geen afspraak af.");
	if (now->next) {
		buf_text(&text, " De volgende loopt af op ");
		nl_weekday(now->next, &text);
		buf_char(&text, ' ');
		nl_day_month(now->next, &text);
		buf_char(&text, '.');
	}
	return page_text(&text, now->arena);
}

static struct html_now_list_groups today_group(struct now *now)
{
	struct entries entries = entries_begin(now, GROUP_ROWS);
	for (size_t i = 0; i < NOW_PROMISES; i++)
		promise_add(&entries, &now_promises[i], &now->columns[NOW_TODAY]);
	return group_of(&entries, "Vandaag", "eerste", none_text(now));
}

static struct html_now_list_groups contacts_group(struct now *now)
{
	struct entries entries = entries_begin(now, GROUP_ROWS);
	for (size_t i = 0; i < NOW_PROMISES; i++) {
		const struct now_days days = now_days_of(now, &now_promises[i], NOW_LATE);
		if (now_promises[i].is_contact)
			promise_add(&entries, &now_promises[i], &days);
	}
	return group_of(
		&entries, "Te laat: nog geen contact", "eerste", "Iedereen is op tijd gesproken.");
}

static struct html_now_list_groups starts_group(struct now *now)
{
	static const char id[] = "starts_due";
	struct entries entries = entries_begin(now, LONGEST);
	for (size_t i = 0; i < NOW_PROMISES; i++)
		if (strcmp(now_promises[i].id, id) == 0)
			promise_add(&entries, &now_promises[i], &now->columns[NOW_LATE]);
	struct html_now_list_groups group = group_of(&entries, "Te laat: wacht langer dan 4 weken",
		"langste", "Niemand wacht langer dan 4 weken.");
	group.id = id;
	group.period = now_period(now, &now->columns[NOW_LATE]);
	if (entries.all > LONGEST)
		group.whole = arena_printf(now->arena, "Alle %s die langer dan 4 weken wachten",
			now_count(now, entries.all));
	return group;
}

/* ---- one promise ---- */

/* As the column that it is, or else by its days. */
static const char *days_text(
	const struct now *now, const struct now_promise *promise, const struct period *period)
{
	for (enum now_column i = 0; i < NOW_COLUMNS; i++) {
		const struct now_days days = now_days_of(now, promise, i);
		if (days.from == period->from && days.until == period->to + 1)
			return i > NOW_TODAY ? days.label : i == NOW_LATE ? "te laat" : "vandaag";
	}
	return period_text(period, now->arena);
}

static struct html_now_list_groups filtered_group(
	struct now *now, const struct now_promise *promise, const struct period *period)
{
	const struct now_days days = {period->from, period->to + 1, NULL, NULL};
	auto_figures struct figures figures = {0};
	struct entries entries = entries_begin(now, BEHIND_MAX);
	promise_add(&entries, promise, &days);
	bool is_known = now_figures(now, promise->id, NULL, period->from, period->to, &figures);
	const char *heading = arena_printf(now->arena, "%s: %s",
		is_known ? figures.items[0].kpi->brief : promise->id,
		days_text(now, promise, period));
	struct html_now_list_groups group =
		group_of(&entries, heading, "eerste", "Hier loopt geen afspraak af.");
	group.id = promise->id;
	group.period = now_period(now, &days);
	if (entries.all > BEHIND_MAX)
		group.behind = arena_printf(
			now->arena, "Alle %s in een tabel", now_count(now, entries.all));
	return group;
}

void now_list_fill(struct now *now, struct html_now_list *out)
{
	enum { GROUPS = 3 };
	const struct now_given *given = now->given;
	struct html_now_list_groups *groups = arena_alloc(now->arena, GROUPS * sizeof *groups);
	struct period period;
	struct why why;
	out->groups.items = groups;
	out->filtered =
		given->promise && period_parse(given->period, now->today, &period, &why) == 0;
	for (size_t i = 0; out->filtered && i < NOW_PROMISES; i++)
		if (strcmp(now_promises[i].id, given->promise) == 0)
			groups[out->groups.count++] =
				filtered_group(now, &now_promises[i], &period);
	if (out->filtered)
		return;
	groups[out->groups.count++] = today_group(now);
	groups[out->groups.count++] = contacts_group(now);
	groups[out->groups.count++] = starts_group(now);
}

void now_list_fill_all(struct now *now, struct html_now_list *out)
{
	struct html_now_list_groups *groups =
		arena_alloc(now->arena, NOW_PROMISES * sizeof *groups * 2);
	out->groups.items = groups;
	for (size_t i = 0; i < NOW_PROMISES; i++) {
		const struct now_days late = now_days_of(now, &now_promises[i], NOW_LATE);
		const struct period past = {late.from, late.until - 1, now->today},
				    ahead = {now->today, now->columns[NOW_NEXT_WEEK].until - 1,
					    now->today};
		groups[out->groups.count++] = filtered_group(now, &now_promises[i], &past);
		groups[out->groups.count++] = filtered_group(now, &now_promises[i], &ahead);
	}
}
