/*
 * The norms of kpi.yaml. One that changes does so with a year's definition: what was published of the years before
 * stays held to the norm of then.
 */
#include "kpi/yaml/kpi_yaml_own.h"

#include <stdio.h>

/* Of a KPI's mapping, by one definition. */
static const struct yaml_node *norm_of(
	const struct kpis *kpis, const struct yaml_node *kpi, size_t definition)
{
	char year[16];
	snprintf(year, sizeof year, "%u", kpis->definitions[definition].name);
	const struct yaml_node *norm =
		yaml_get(yaml_get(yaml_get(kpi, "definitions"), year), "norm");
	return norm ? norm : yaml_get(kpi, "norm");
}

static void norm_load(
	struct loader *loader, const struct yaml_node *node, enum kpi_unit unit, struct norm *norm)
{
	static const char *const keys[] = {"atLeast", "moreThan", "atMost", "per", "heldTo"};
	static const int months[] = {3, 12};
	if (!node)
		return;
	size_t before = loader->yaml->error_count, count = 0;
	yaml_keys(loader->yaml, node, keys, COUNT_OF(keys));
	for (enum norm_kind kind = NORM_AT_LEAST; kind <= NORM_AT_MOST; kind++) {
		const struct yaml_node *value = yaml_get(node, norm_kinds[kind]);
		if (!value)
			continue;
		count++;
		norm->kind = kind;
		yaml_decimal(loader->yaml, value, 0, unit == UNIT_SHARE ? 1 : 1e9, &norm->value);
	}
	if (count != 1 && loader->yaml->error_count == before)
		yaml_fail(loader->yaml, node, "a norm is one of atLeast, moreThan and atMost");
	unsigned span;
	if (yaml_choice(loader->yaml, yaml_get(node, "per"), norm_spans, COUNT_OF(months), &span))
		norm->months = months[span];
}

/* Definitions that share a norm read it once. */
void norms_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	for (size_t d = 0; d < loader->kpis->definition_count; d++) {
		const struct yaml_node *norm = norm_of(loader->kpis, node, d);
		kpi->norms[d] = (struct norm){.held_to = kpi};
		if (d && norm == norm_of(loader->kpis, node, d - 1))
			kpi->norms[d] = kpi->norms[d - 1];
		else
			norm_load(loader, norm, kpi->unit, &kpi->norms[d]);
	}
}

void norms_link(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	for (size_t d = 0; d < loader->kpis->definition_count; d++) {
		const struct yaml_node *norm = norm_of(loader->kpis, node, d);
		const struct kpi *held_to = NULL;
		if (d && norm == norm_of(loader->kpis, node, d - 1))
			held_to = kpi->norms[d - 1].held_to;
		else
			held_to = kpi_named(loader, yaml_get(norm, "heldTo"));
		if (held_to)
			kpi->norms[d].held_to = held_to;
	}
}

void norms_check(struct loader *loader, const struct yaml_node *node, const struct kpi *kpi)
{
	for (size_t d = 0; d < loader->kpis->definition_count; d++) {
		const struct kpi *held_to = kpi->norms[d].held_to;
		if (held_to->norms[d].held_to == held_to)
			continue;
		yaml_fail(loader->yaml, yaml_get(norm_of(loader->kpis, node, d), "heldTo"),
			"the norm of %s is held to another itself", held_to->id);
		return; /* once */
	}
}
