#include "web/figures/behind_page.h"

#include "web/nl.h"
#include <string.h>

static const char unknown[] = "onbekend";

struct query behind_query(const struct asked *asked)
{
	struct query query = asked->query;
	query.id = asked->id;
	query.period = asked->period;
	return query;
}

static const char *day_text(const struct asked *asked, int32_t day)
{
	auto_buf struct buf text = {0};
	if (day == VALUE_UNSET)
		return NULL;
	nl_day_short(day, asked->query.today, &text);
	return page_text(&text, asked->arena);
}

/* What it measures, or else whether it counts. */
static const char *value_text(const struct asked *asked, const struct behind_row *row)
{
	const struct kpi *kpi = asked->now.items->kpi;
	auto_buf struct buf text = {0};
	struct text_number number = {row->measured, kpi->days ? UNIT_DAYS : kpi->unit, NULL};
	if (row->measured != VALUE_UNSET) {
		text_value(number, &text);
		return page_text(&text, asked->arena);
	}
	if (kpi->unit == UNIT_SHARE)
		return row->counts.unknown ? unknown : row->counts.count ? "ja" : "nee";
	nl_count(row->counts.count, &text);
	return page_text(&text, asked->arena);
}

static const char *key_text(const struct asked *asked, const char *dimension, const char *key)
{
	if (!key)
		return "\u2013";
	if (!strcmp(key, "UNKNOWN"))
		return unknown;
	for (size_t i = 0; i < asked->kpis->dimension_count; i++)
		if (!strcmp(asked->kpis->dimensions[i].id, dimension))
			return figure_label(asked->query.names, &asked->kpis->dimensions[i], key);
	return key;
}

struct html_cases behind_view(
	const struct asked *asked, const struct behind *behind, const char *caption)
{
	const struct kpi *kpi = asked->now.items->kpi;
	struct html_cases_rows *rows =
		arena_alloc(asked->arena, (behind->count + 1) * sizeof *rows);
	for (size_t i = 0; i < behind->count; i++) {
		const struct behind_row *row = &behind->rows[i];
		rows[i] = (struct html_cases_rows){.ref = arena_strdup(asked->arena, row->ref),
			.is_case = row->is_case,
			.origin_case = asked->house->origins[DAEMON_CASE],
			.reported = day_text(asked, row->reported),
			.day = day_text(asked, row->day),
			.value = value_text(asked, row),
			.team = key_text(asked, "team", row->team),
			.ward = key_text(asked, "ward", row->ward)};
	}
	return (struct html_cases){.caption = caption,
		.what = kpi->days                 ? kpi->days->brief
			: kpi->unit == UNIT_SHARE ? "Telt mee"
						  : kpi->brief,
		.rows = {rows, behind->count}};
}

int behind_page(struct asked *asked, const char *after, struct buf *out, struct why *why)
{
	const struct figure *figure = asked->now.items;
	struct arena *arena = asked->arena;
	const struct query query = behind_query(asked);
	const char *address = asked_address(asked);
	struct behind behind = {.days = figure->kpi->days, .after = after, .limit = BEHIND_MAX};
	if (!asked_in_full(asked))
		return why_set(why, ERR_FORBIDDEN, "rows are for who sees all figures");
	int err = behind_find(asked->kpis, &query, &behind, why);
	if (err)
		return err;
	const struct html_behind view = {.head = page_head(asked->house, figure->kpi->label),
		.top = page_top(asked->house),
		.foot = page_foot(asked->house),
		.id = figure->kpi->id,
		.address = address,
		.label = figure->kpi->label,
		.period = period_text(&asked->span, arena),
		.lead = behind.count ? "De nieuwste staan bovenaan. Namen staan hier niet."
				     : "Er zijn geen zaken meer.",
		.listed = behind.count,
		.cases = behind_view(asked, &behind, "Zaken achter dit cijfer"),
		.csv = asked_rows_csv(asked),
		.next = behind.more
				? arena_printf(arena, "%s%sna=%s", address ? address : "",
					  address ? "&" : "", behind.rows[behind.count - 1].mark)
				: NULL};
	html_behind(&view, out);
	return 0;
}
