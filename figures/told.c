#include "figures/told.h"

#include "lib/buf.h"
#include "proto/event.h"
#include "proto/read.h"
#include <stdio.h>
#include <string.h>

/* 80%, 0,5%, 300, 28 dagen */
static void number_print(double number, enum kpi_unit unit, struct buf *out)
{
	static const char *const units[] = {"", "%", " dagen", " seconden", " euro"};
	char text[32];
	snprintf(text, sizeof text, "%g", unit == UNIT_SHARE ? 100 * number : number);
	char *point = strchr(text, '.');
	if (point)
		*point = ',';
	buf_printf(out, "%s%s", text, units[unit]);
}

const char *told_norm(const struct kpi *kpi, const struct norm *norm, struct arena *arena)
{
	static const char *const words[] = {"", "Minstens ", "Meer dan ", "Hoogstens "};
	auto_buf struct buf out = {0};
	if (norm->kind == NORM_NONE)
		return arena_strdup(arena, "Er is geen norm.");
	buf_text(&out, words[norm->kind]);
	number_print(norm->value, kpi->unit, &out);
	buf_printf(&out, "%s.",
		norm->months == 3    ? " per kwartaal"
		: norm->months == 12 ? " per jaar"
				     : "");
	if (norm->held_to != kpi)
		buf_printf(&out, " Dat geldt voor: %s.", norm->held_to->label);
	return arena_strdup(arena, out.data);
}

/* Whether another definition than the newest says something of its own. */
static bool has_changed(const struct kpis *kpis, const struct kpi *kpi)
{
	bool changed = false;
	for (size_t d = 0; d + 1 < kpis->definition_count; d++)
		changed = changed || kpi->told[d].is_own;
	return changed;
}

const char *told_since(
	const struct kpis *kpis, const struct kpi *kpi, size_t definition, struct arena *arena)
{
	const struct definition *years = &kpis->definitions[definition];
	const char *changed = kpi->told[definition].changed;
	changed = changed ? changed : "";
	if (definition + 1 < kpis->definition_count)
		return arena_printf(arena, "Tot en met %d telden we zo. %s", years->until, changed);
	if (has_changed(kpis, kpi))
		return arena_printf(arena, "Sinds %d tellen we zo. %s", years->from, changed);
	return arena_strdup(arena, "Alle jaren tellen we zo.");
}

static Wot__V1__DefinitionVersion *version_told(
	const struct kpis *kpis, const struct kpi *kpi, size_t definition, struct arena *arena)
{
	const struct told *told = &kpi->told[definition];
	Wot__V1__DefinitionVersion *out =
		(void *)message_new(&wot__v1__definition_version__descriptor, arena);
	out->definition = kpis->definitions[definition].name;
	out->who = (char *)told->who;
	out->when = (char *)told->when;
	out->unknown = (char *)told->unknown;
	out->norm = (char *)(uintptr_t)told_norm(kpi, &kpi->norms[definition], arena);
	out->since = (char *)(uintptr_t)told_since(kpis, kpi, definition, arena);
	return out;
}

static Wot__V1__Definition *kpi_told(
	const struct kpis *kpis, const struct kpi *kpi, struct arena *arena)
{
	Wot__V1__Definition *out = (void *)message_new(&wot__v1__definition__descriptor, arena);
	out->id = (char *)kpi->id;
	out->label = (char *)kpi->label;
	out->short_ = (char *)kpi->brief;
	out->unit = (char *)kpi_units[kpi->unit];
	out->versions = arena_alloc(arena, kpis->definition_count * sizeof *out->versions);
	for (size_t d = kpis->definition_count; d-- > 0;) {
		if (d + 1 == kpis->definition_count || kpi->told[d].is_own)
			out->versions[out->n_versions++] = version_told(kpis, kpi, d, arena);
	}
	return out;
}

void told_fill(const struct kpis *kpis, Wot__V1__Definitions *out, struct arena *arena)
{
	out->items = arena_alloc(arena, kpis->count * sizeof *out->items + 1);
	for (size_t i = 0; i < kpis->count; i++) {
		if (!kpis->items[i].hidden)
			out->items[out->n_items++] = kpi_told(kpis, &kpis->items[i], arena);
	}
}
