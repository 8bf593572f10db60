#include "figures/query.h"

#include "figures/render.h"
#include "lib/calendar.h"
#include <string.h>

int query_year_parse(const char *text, uint32_t *year, struct why *why)
{
	if (strlen(text) != 4 || strspn(text, "0123456789") != 4)
		return why_set(why, ERR_INVALID, "%.40s is no year; one reads 2025", text);
	*year = (uint32_t)strtoul(text, NULL, 10);
	return 0;
}

int query_up_to_parse(const char *text, struct query *query, struct why *why)
{
	uint64_t seqs[STREAM_COUNT];
	const char *at = text;
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		size_t digits = strspn(at, "0123456789");
		char ends = stream + 1 < STREAM_COUNT ? ',' : 0;
		if (!digits || digits > 18 || at[digits] != ends)
			return why_set(why, ERR_INVALID,
				"%.64s is no sequence number of each log; one reads 120,33,45",
				text);
		seqs[stream] = strtoull(at, NULL, 10);
		at += digits + 1;
	}
	memcpy(query->up_to, seqs, sizeof seqs);
	query->has_up_to = true;
	return 0;
}

int query_beside_parse(const char *text, enum beside *beside, struct why *why)
{
	for (enum beside b = BESIDE_NONE; b <= BESIDE_PREVIOUS; b++) {
		if (!strcmp(text, beside_names[b])) {
			*beside = b;
			return 0;
		}
	}
	return why_set(why, ERR_INVALID,
		"beside %.40s is nothing; there are last-year, previous and none", text);
}

/* Of a year; 0: of the period's last. */
int query_definition(
	const struct kpis *kpis, uint32_t year, struct query_scope *scope, struct why *why)
{
	if (year && (year < SERIES_YEAR_FIRST || year > SERIES_YEAR_LAST))
		return why_set(why, ERR_INVALID,
			"there is no definition of %u; definitions are named by a year, %d to %d",
			year, SERIES_YEAR_FIRST, SERIES_YEAR_LAST);
	scope->definition = kpi_definition_of_year(
		kpis, year ? (int32_t)year : calendar_date(scope->period.to).year);
	return 0;
}

int query_scope_find(const struct kpis *kpis, const struct query *query, struct query_scope *out,
	struct why *why)
{
	struct query_scope scope = {0};
	if (query->id) {
		scope.kpi = kpi_find(kpis, query->id);
		if (!scope.kpi || scope.kpi->hidden) {
			auto_buf struct buf ids = {0};
			for (size_t i = 0; i < kpis->count; i++) {
				if (!kpis->items[i].hidden)
					buf_printf(&ids, "%s%s", ids.len ? ", " : "",
						kpis->items[i].id);
			}
			return why_set(why, ERR_NOT_FOUND, "there is no KPI %.64s; there are %s",
				query->id, ids.data ? ids.data : "none");
		}
	}
	int err = period_parse(
		query->period ? query->period : "year", query->today, &scope.period, why);
	if (err)
		return err;
	err = query_definition(kpis, query->definition, &scope, why);
	if (err)
		return err;
	*out = scope;
	return 0;
}

/* ---- by what it is split ---- */

static const struct dimension *span_of(const char *name, size_t len)
{
	for (size_t i = 0; i < DIMENSION_SPANS; i++) {
		const char *id = dimension_spans[i].id;
		if (strlen(id) == len && !memcmp(id, name, len))
			return &dimension_spans[i];
	}
	return NULL;
}

static void span_names(struct buf *out)
{
	for (size_t i = 0; i < DIMENSION_SPANS; i++)
		buf_printf(out, "%s%s", out->len ? ", " : "", dimension_spans[i].id);
}

static int by_find(const struct formula *formula, const char *name, size_t len,
	const struct dimension **out, struct why *why)
{
	const struct dimension *span = span_of(name, len),
			       *found = span ? span : dimension_of(formula, name, len);
	if (found) {
		*out = found;
		return 0;
	}
	auto_buf struct buf names = {0};
	if (memchr(name, '=', len))
		return why_set(why, ERR_INVALID, "by %.*s is a filter; write: where %.*s",
			len < 64 ? (int)len : 64, name, len < 64 ? (int)len : 64, name);
	dimension_names(formula, &names);
	span_names(&names);
	return why_set(why, ERR_INVALID, "%s is not split by %.*s; it is by %s", formula->kpi->id,
		len < 64 ? (int)len : 64, name, names.data);
}

/* "ward,age" */
static int by_parse(
	const struct formula *formula, const char *text, struct figure_cut *cut, struct why *why)
{
	const struct dimension **by = cut->by;
	for (cut->by_count = 0;;) {
		size_t len = strcspn(text, ",");
		if (cut->by_count == FIGURE_SPLITS)
			return why_set(why, ERR_INVALID,
				"a figure is split by at most %d dimensions", FIGURE_SPLITS);
		int err = by_find(formula, text, len, &by[cut->by_count], why);
		if (err)
			return err;
		if (++cut->by_count == FIGURE_SPLITS && by[0] == by[1])
			return why_set(why, ERR_INVALID, "%s is asked for twice", by[0]->id);
		if (cut->by_count == FIGURE_SPLITS && by[0]->span && by[1]->span)
			return why_set(
				why, ERR_INVALID, "a figure has one series: by month or by day");
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

static void all_names(const struct kpis *kpis, struct buf *out)
{
	for (size_t i = 0; i < kpis->dimension_count; i++)
		buf_printf(out, "%s, ", kpis->dimensions[i].id);
	buf_text(out, DIMENSION_CLASS);
}

/* Asked of all KPIs, those that can are split: one of them at least. */
static int by_check(const struct kpis *kpis, const char *text, uint32_t definition, struct why *why)
{
	struct figure_cut cut;
	auto_buf struct buf names = {0};
	for (size_t i = 0; i < kpis->count; i++) {
		if (!by_parse(kpis->items[i].formulas[definition], text, &cut, why))
			return 0;
	}
	all_names(kpis, &names);
	span_names(&names);
	return why_set(why, ERR_INVALID, "no KPI is split by %.64s; there are %s, or two of them",
		text, names.data);
}

/* ---- of which rows it is ---- */

int query_where_add(struct query *query, const char *text, struct why *why)
{
	if (query->where_count == FILTER_MAX)
		return why_set(why, ERR_INVALID, "there are more than %d filters", FILTER_MAX);
	query->where[query->where_count++] = text;
	return 0;
}

void query_as_of(struct query *query, int32_t day)
{
	if (day >= query->today)
		return;
	query->as_of = day > 0 ? day : 1; /* nothing was recorded then */
	query->today = day;
}

bool query_has_dimension(const struct kpis *kpis, const char *name, struct buf *names)
{
	bool found = !strcmp(name, DIMENSION_CLASS);
	for (size_t i = 0; i < kpis->dimension_count; i++)
		found = found || !strcmp(name, kpis->dimensions[i].id);
	all_names(kpis, names);
	return found;
}

static bool where_fits(const struct formula *formula, const struct query *query)
{
	for (size_t i = 0; i < query->where_count; i++) {
		if (!filter_fits(formula, query->where[i]))
			return false;
	}
	return true;
}

/* What no KPI can be filtered by. */
static int refuse_where(const struct kpis *kpis, const struct query *query, struct why *why)
{
	auto_buf struct buf names = {0}, asked = {0};
	all_names(kpis, &names);
	for (size_t i = 0; i < query->where_count; i++)
		buf_printf(&asked, "%s%.*s", i ? " and " : "", (int)strcspn(query->where[i], "="),
			query->where[i]);
	return why_set(why, ERR_INVALID, "no KPI can be filtered by %.128s; there are %s",
		asked.data, names.data);
}

static int where_parse(const struct formula *formula, const struct query *query,
	struct filters *out, struct why *why)
{
	for (size_t i = 0; i < query->where_count; i++) {
		const struct dimension *span =
			span_of(query->where[i], strcspn(query->where[i], "="));
		if (span)
			return why_set(why, ERR_INVALID,
				"%s is no filter: which it is says the period", span->id);
	}
	return filters_parse(formula, query->where, query->where_count, query->names, out, why);
}

int query_filters(const struct formula *formula, const struct query *query, struct filters *out,
	struct why *why)
{
	int err = where_parse(formula, query, out, why);
	if (err || !out->strange)
		return err;
	filters_done(out);
	return ERR_INVALID;
}

/* Asked of all KPIs: what one of them at least can be filtered by, with values that it may have. */
static int where_check(
	const struct kpis *kpis, const struct query *query, uint32_t definition, struct why *why)
{
	bool fits = false, strange = true;
	for (size_t i = 0; i < kpis->count; i++) {
		const struct formula *formula = kpis->items[i].formulas[definition];
		auto_filters struct filters filters = {0};
		if (kpis->items[i].hidden || !where_fits(formula, query))
			continue;
		int err = query->blank ? 0 : where_parse(formula, query, &filters, why);
		if (err)
			return err;
		fits = true;
		strange = strange && filters.strange;
	}
	return !fits ? refuse_where(kpis, query, why) : strange && !query->blank ? ERR_INVALID : 0;
}

/* Whether a value is there is not looked for. */
static int blank_check(const struct formula *formula, const struct query *query, struct why *why)
{
	const struct dimension *by;
	int err = 0;
	for (size_t i = 0; !err && i < query->where_count; i++)
		if (!filter_fits(formula, query->where[i]))
			err = by_find(
				formula, query->where[i], strcspn(query->where[i], "="), &by, why);
	return err;
}

int query_figure(const struct query *query, const struct query_scope *scope, const struct kpi *kpi,
	struct figure *out, struct why *why)
{
	const struct formula *formula = kpi->formulas[scope->definition];
	auto_filters struct filters filters = {0};
	struct figure_cut cut = {.filters = &filters};
	int err = query->blank ? blank_check(formula, query, why)
		  : scope->kpi ? query_filters(formula, query, &filters, why)
			       : where_parse(formula, query, &filters, why);
	if (err)
		return err;
	if (query->by) {
		err = by_parse(formula, query->by, &cut, why);
		if (err && scope->kpi)
			return err;
		if (err)
			cut.by_count = 0; /* asked of all KPIs: those that can are split */
	} else if (kpi->shown_by && formula_split(formula, kpi->shown_by)) {
		cut.by[cut.by_count++] = kpi->shown_by;
	}
	if (query->blank)
		return figure_make_blank(
			out, kpi, &scope->period, scope->definition, &cut, query->names, why);
	err = figure_make(out, kpi, &scope->period, scope->definition, &cut, query->names, why);
	if (err)
		return err;
	figure_judge(out, query->beside, query->complete_from, query->names);
	out->filters = NULL;
	out->published = published_of(query->published, kpi->id, &out->published_count);
	return 0;
}

void figures_done(struct figures *figures)
{
	for (size_t i = 0; i < figures->count; i++)
		figure_done(&figures->items[i]);
	free(figures->items);
	*figures = (struct figures){0};
}

int query_figures(
	const struct kpis *kpis, const struct query *query, struct figures *out, struct why *why)
{
	struct query_scope scope;
	int err = query_scope_find(kpis, query, &scope, why);
	if (!err && query->by && !scope.kpi)
		err = by_check(kpis, query->by, scope.definition, why);
	if (!err && query->where_count && !scope.kpi)
		err = where_check(kpis, query, scope.definition, why);
	if (err)
		return err;
	struct figures made = {.items = calloc(kpis->count, sizeof *made.items)};
	must(made.items);
	for (size_t i = 0; !err && i < kpis->count; i++) {
		const struct kpi *kpi = &kpis->items[i];
		if (scope.kpi ? kpi != scope.kpi : kpi->hidden)
			continue;
		if (!scope.kpi && !where_fits(kpi->formulas[scope.definition], query))
			continue;
		err = query_figure(query, &scope, kpi, &made.items[made.count], why);
		if (!err)
			made.count++;
	}
	if (err)
		figures_done(&made);
	else
		*out = made;
	return err;
}

int query_kpi(const struct kpis *kpis, const struct query *query, struct buf *out, struct why *why)
{
	auto_figures struct figures figures = {0};
	int err = query_figures(kpis, query, &figures, why);
	if (err)
		return err;
	if (query->format == QUERY_JSON)
		render_json(kpis, figures.items, figures.count, query->marks, out);
	else if (query->format == QUERY_CSV)
		render_csv(kpis, figures.items, figures.count, out);
	else
		render_text(kpis, figures.items, figures.count, out);
	return 0;
}
