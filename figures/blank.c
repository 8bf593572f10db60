/*
 * A figure of which nothing may be seen: not one row was looked at, so it is the same whatever there is. Its rows are
 * all that there could be: the months of the period, the wards of the list, the values of an enumeration.
 */
#include "figures/figure.h"

#include "config/wards.h"
#include "proto/field.h"
#include <string.h>

/* What there could be on an axis: of a cross that of both together. */
struct axis {
	size_t count;
	const char *keys[FIGURE_POINTS_MAX], *labels[FIGURE_POINTS_MAX];
};

static void axis_add(struct axis *axis, const char *key, const char *label)
{
	must(axis->count < FIGURE_POINTS_MAX);
	axis->keys[axis->count] = key;
	axis->labels[axis->count++] = label;
}

static void axis_add_key(struct axis *axis, const struct dimension *by,
	const struct figure_names *names, const char *key)
{
	axis_add(axis, key, figure_label(names, by, key));
}

/* Of a text those that a table has: which ones rows have would be told by them. */
static void axis_values(struct axis *axis, const struct formula *part, const struct dimension *by,
	const struct figure_names *names)
{
	const struct split *split = formula_split(part, by);
	const struct wards *wards = names && !strcmp(by->id, "ward") ? names->wards : NULL;
	bool is_text = split_is_text(split);
	for (size_t i = 0; is_text && wards && i < wards->count; i++)
		axis_add_key(axis, by, names, wards->items[i].key);
	for (uint32_t value = 1; !is_text && value < split_size(split); value++) {
		const char *key = split_key(split, value);
		bool is_merged = !by->class_count && split->merge[value] != value;
		if (!is_merged && strcmp(key, "UNKNOWN") != 0)
			axis_add_key(axis, by, names, key);
	}
	axis_add_key(axis, by, names, "UNKNOWN");
}

static int axis_fill(struct axis *axis, struct figure *figure, const struct dimension *by,
	const struct figure_names *names, struct why *why)
{
	const struct formula *parts[SUM_MAX];
	formula_parts(figure->formula, parts);
	if (!by->span) {
		axis_values(axis, parts[0], by, names);
		return 0;
	}
	size_t count = period_count(&figure->period, by->span);
	int err = figure_points_check(figure, by, count, why);
	if (err)
		return err;
	figure_points_make(figure, by->span, count);
	for (size_t i = 0; i < count; i++)
		axis_add(axis, figure->points[i].key, figure->points[i].label);
	return 0;
}

static void rows_fill(struct figure *figure, const struct axis axes[FIGURE_SPLITS])
{
	size_t second = figure->by_count > 1 ? axes[1].count : 1;
	figure->rows = calloc(axes[0].count * second + 1, sizeof *figure->rows);
	must(figure->rows);
	for (size_t g = 0; g < axes[0].count * second; g++) {
		const size_t at[FIGURE_SPLITS] = {g / second, g % second};
		struct figure_row *row = &figure->rows[figure->row_count++];
		row->suppressed = true;
		for (size_t i = 0; i < figure->by_count; i++) {
			row->keys[i] = axes[i].keys[at[i]];
			row->labels[i] = axes[i].labels[at[i]];
			if (i == figure_series(figure))
				row->is_running = figure->points[at[i]].is_running;
		}
	}
}

int figure_make_blank(struct figure *out, const struct kpi *kpi, const struct period *period,
	uint32_t definition, const struct figure_cut *cut, const struct figure_names *names,
	struct why *why)
{
	struct axis axes[FIGURE_SPLITS] = {{.count = 0}};
	struct figure figure = {.kpi = kpi,
		.formula = kpi->formulas[definition],
		.period = *period,
		.definition = definition,
		.by_count = cut->by_count,
		.suppressed = true};
	memcpy(figure.by, cut->by, sizeof figure.by);
	for (size_t i = 0; i < figure.by_count; i++) {
		int err = axis_fill(&axes[i], &figure, figure.by[i], names, why);
		if (err) {
			figure_done(&figure);
			return err;
		}
	}
	if (figure.by_count)
		rows_fill(&figure, axes);
	*out = figure;
	return 0;
}
