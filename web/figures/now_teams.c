#include "web/figures/now_own.h"

#include "web/nl.h"
#include <stdlib.h>
#include <string.h>

/* ---- who waits ---- */

struct team {
	const char *key, *name;
	long long waiting, late;
	bool unknown;
};

static int team_compare(const void *a, const void *b)
{
	const struct team *x = a, *y = b;
	if (x->unknown != y->unknown)
		return x->unknown - y->unknown;
	if (x->waiting != y->waiting)
		return x->waiting < y->waiting ? 1 : -1;
	return strcmp(x->name, y->name);
}

static struct chart_row team_row(const struct now *now, const struct team *team)
{
	struct chart_part *parts = arena_alloc(now->arena, 2 * sizeof *parts);
	parts[0] = (struct chart_part){(double)team->late, TONE_ALERT};
	parts[1] = (struct chart_part){(double)(team->waiting - team->late), TONE_NOW};
	return (struct chart_row){.label = team->name,
		.value = (double)team->waiting,
		.text = now_count(now, team->waiting),
		.note = team->late ? arena_printf(now->arena, "waarvan %s te lang",
					     now_count(now, team->late))
				   : NULL,
		.note_alerts = true,
		.unknown = team->unknown,
		.parts = team->late && !team->unknown ? parts : NULL,
		.part_count = team->late && !team->unknown ? 2 : 0};
}

/* Those where somebody waits. */
static struct team *teams_find(const struct now *now, size_t *count)
{
	auto_figures struct figures waiting = {0}, late = {0};
	*count = 0;
	if (!now_figures(now, "waiting_now", "team", now->today, now->today, &waiting) ||
		!now_figures(now, "overdue_now", "team", now->today, now->today, &late))
		return NULL;
	const struct figure *figure = waiting.items, *other = late.items;
	struct team *teams = arena_alloc(now->arena, (figure->row_count + 1) * sizeof *teams);
	for (size_t i = 0; i < figure->row_count; i++) {
		const struct figure_row *row = &figure->rows[i];
		struct team team = {.key = arena_strdup(now->arena, row->keys[0]),
			.name = arena_strdup(now->arena, row->labels[0]),
			.waiting = (long long)row->value.counts.count,
			.unknown = strcmp(row->keys[0], "UNKNOWN") == 0};
		for (size_t j = 0; j < other->row_count; j++)
			if (!strcmp(other->rows[j].keys[0], row->keys[0]))
				team.late = (long long)other->rows[j].value.counts.count;
		if (team.waiting)
			teams[(*count)++] = team;
	}
	qsort(teams, *count, sizeof *teams, team_compare);
	return teams;
}

/* Where one team has more of them than each of the others. */
static void most_find(struct now *now, const struct team *teams, size_t count)
{
	long long most = 0;
	for (size_t i = 0; i < count; i++) {
		if (teams[i].unknown || teams[i].late < most || !teams[i].late)
			continue;
		now->most.name = teams[i].late > most ? teams[i].name : NULL;
		now->most.late = most = teams[i].late;
		now->most.waiting = teams[i].waiting;
	}
}

static const char *teams_text(const struct now *now, const struct team *teams, size_t count)
{
	auto_buf struct buf text = {0};
	long long late = 0;
	for (size_t i = 0; i < count; i++)
		late += teams[i].late;
	if (!count)
		return "Er wacht niemand.";
	if (!late)
		return "Niemand wacht langer dan 4 weken.";
	if (now->most.name)
		buf_printf(&text, "Bij %s wachten de meeste mensen te lang: %s van de %s.",
			now->most.name, now_count(now, now->most.late),
			now_count(now, now->most.waiting));
	else
		buf_printf(&text, "In totaal %s %s te lang.", late == 1 ? "wacht" : "wachten",
			now_count(now, late));
	buf_text(&text, " Te lang is: meer dan 4 weken.");
	return page_text(&text, now->arena);
}

static struct html_figure waiting_view(struct now *now, const struct team *teams, size_t count)
{
	static const char title[] = "Wachtenden per team";
	static const char *const heads[] = {"Wacht", "Langer dan 4 weken"};
	struct chart_row *rows = arena_alloc(now->arena, count * sizeof *rows + 1);
	struct tabled table = table_open(now->arena, title, "Team", heads, 2, count);
	for (size_t i = 0; i < count; i++) {
		rows[i] = team_row(now, &teams[i]);
		table_row(&table, teams[i].name,
			(const char *[]){rows[i].text, now_count(now, teams[i].late)});
	}
	const struct chart_balk balk = {.rows = rows, .count = count};
	most_find(now, teams, count);
	struct html_figure view = now_figure(now, title, draw_balk, &balk);
	view.sentence = teams_text(now, teams, count);
	view.tabled = count > 0;
	view.table = table_close(&table);
	return view;
}

/* ---- hours that are taken, beside those that there are ---- */

const char *now_team(const struct now *now, const char *key)
{
	const Wot__V1__Teams *teams = now->given->teams;
	for (size_t i = 0; key && teams && i < teams->n_items; i++)
		if (strcmp(teams->items[i]->team, key) == 0)
			return teams->items[i]->name;
	return NULL;
}

/* Of a team that triage.yaml has no more nothing but its work is known: it stands last. */
static double load_of(const Wot__V1__Team *team)
{
	return team->capacity_hours ? (double)team->load_hours / (double)team->capacity_hours : -1;
}

static int room_compare(const void *a, const void *b)
{
	const Wot__V1__Team *x = *(const Wot__V1__Team *const *)a,
			    *y = *(const Wot__V1__Team *const *)b;
	double left = load_of(x), right = load_of(y);
	return left < right ? 1 : left > right ? -1 : strcmp(x->name, y->name);
}

static const char *load_text(const struct now *now, const Wot__V1__Team *team)
{
	auto_buf struct buf text = {0};
	if (!team->capacity_hours)
		return page_not_measured;
	nl_share(load_of(team), NULL, &text);
	return page_text(&text, now->arena);
}

static struct chart_row room_row(const struct now *now, const Wot__V1__Team *team)
{
	return (struct chart_row){.label = team->name,
		.value = team->load_hours,
		.max = team->capacity_hours,
		.text = load_text(now, team),
		.note = arena_printf(now->arena, "%s van %s uur", now_count(now, team->load_hours),
			now_count(now, team->capacity_hours)),
		.tone = team->free_hours < 0 ? TONE_ALERT : TONE_NOW};
}

/* rooms: the fullest first. */
static const char *rooms_text(
	const struct now *now, const Wot__V1__Team *const *rooms, size_t count)
{
	auto_buf struct buf text = {0};
	const Wot__V1__Team *most = NULL;
	if (!count || !rooms[0]->capacity_hours)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (rooms[i]->capacity_hours && (!most || rooms[i]->free_hours > most->free_hours))
			most = rooms[i];
	buf_printf(&text, "%s heeft het meeste werk: %s van de uren is bezet.", rooms[0]->name,
		load_text(now, rooms[0]));
	if (most->free_hours <= 0)
		buf_text(&text, " Geen team heeft ruimte.");
	else if (most != rooms[0])
		buf_printf(&text, " %s heeft de meeste ruimte.", most->name);
	return page_text(&text, now->arena);
}

static const struct team *waiting_at(const struct team *teams, size_t count, const char *key)
{
	static const struct team nobody;
	for (size_t i = 0; i < count; i++)
		if (strcmp(teams[i].key, key) == 0)
			return &teams[i];
	return &nobody;
}

static struct html_figure rooms_view(struct now *now, const struct team *teams, size_t team_count)
{
	static const char title[] = "Werk en ruimte per team";
	static const char *const heads[] = {
		"Bezet (uur)", "Uren", "Bezet", "Wacht", "Langer dan 4 weken"};
	const Wot__V1__Teams *all = now->given->teams;
	size_t count = all->n_items;
	const Wot__V1__Team **rooms = arena_dup(now->arena, all->items, count * sizeof *rooms);
	struct chart_row *rows = arena_alloc(now->arena, count * sizeof *rows);
	struct tabled table = table_open(now->arena, title, "Team", heads, 5, count);
	qsort(rooms, count, sizeof *rooms, room_compare);
	for (size_t i = 0; i < count; i++) {
		const struct team *waits = waiting_at(teams, team_count, rooms[i]->team);
		rows[i] = room_row(now, rooms[i]);
		table_row(&table, rooms[i]->name,
			(const char *[]){now_count(now, rooms[i]->load_hours),
				now_count(now, rooms[i]->capacity_hours), rows[i].text,
				now_count(now, waits->waiting), now_count(now, waits->late)});
	}
	const struct chart_balk balk = {.rows = rows, .count = count};
	struct html_figure view = now_figure(now, title, draw_balk, &balk);
	view.sentence = rooms_text(now, rooms, count);
	view.reading = "Balk: bezette uren per week. Rand: alle uren van het team.";
	view.tabled = true;
	view.table = table_close(&table);
	return view;
}

void now_teams_fill(struct now *now, struct html_now_teams *out)
{
	size_t count;
	const struct team *teams = teams_find(now, &count);
	out->figure = waiting_view(now, teams, count);
	if (!now->given->teams || !now->given->teams->n_items)
		return;
	struct html_now_teams_rooms *room = arena_alloc(now->arena, sizeof *room);
	room->figure = rooms_view(now, teams, count);
	out->rooms.items = room;
	out->rooms.count = 1;
}
