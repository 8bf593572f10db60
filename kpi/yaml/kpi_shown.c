/*
 * What kpi.yaml says of how a KPI stands on a page: under which heading, as what sentence, and beside which days. None of
 * it is counted with.
 */
#include "kpi/yaml/kpi_yaml_own.h"

#include <string.h>

enum { YEAR_MIN = 2000, YEAR_MAX = 2099, YEARS_BETWEEN = 20 };

void groups_load(struct loader *loader, const struct yaml_node *map)
{
	static const char *const keys[] = {"label", "viewers"};
	struct kpis *kpis = loader->kpis;
	for (const struct yaml_node *node = yaml_map(loader->yaml, map); node; node = node->next) {
		struct kpi_group group = {.id = node->key, .viewers = true};
		yaml_keys(loader->yaml, node, keys, COUNT_OF(keys));
		yaml_text(loader->yaml, yaml_need(loader->yaml, node, "label"), &group.label);
		yaml_bool(loader->yaml, yaml_get(node, "viewers"), &group.viewers);
		if (kpis->group_count == KPI_GROUPS) {
			yaml_fail_key(loader->yaml, node, "more than %d groups", KPI_GROUPS);
			return;
		}
		kpis->groups[kpis->group_count++] = group;
	}
}

static void group_find(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	const struct kpis *kpis = loader->kpis;
	const char *id, *names[KPI_GROUPS];
	if (!yaml_text(loader->yaml, node, &id))
		return;
	for (size_t i = 0; i < kpis->group_count; i++) {
		names[i] = kpis->groups[i].id;
		if (!strcmp(id, names[i]))
			kpi->group = &kpis->groups[i];
	}
	if (!kpi->group)
		fail_unknown(loader, node, "group", names, kpis->group_count);
}

/* [Binnen 4 weken, Later] */
static void parts_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	const struct yaml_node *one = yaml_list(loader->yaml, node);
	if (!node)
		return;
	if (kpi->unit != UNIT_SHARE)
		yaml_fail(loader->yaml, node, "only a share has parts");
	else if (node->count != 2)
		yaml_fail(loader->yaml, node,
			"what counts and what does not: [Binnen 4 weken, Later]");
	else if (brief_load(loader, one, &kpi->counted))
		brief_load(loader, one->next, &kpi->others);
}

static void measured_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	static const char *const keys[] = {"in", "every"};
	struct yaml *yaml = loader->yaml;
	if (!node)
		return;
	yaml_keys(yaml, node, keys, COUNT_OF(keys));
	yaml_u32(yaml, yaml_need(yaml, node, "in"), YEAR_MIN, YEAR_MAX, &kpi->measured.in);
	yaml_u32(yaml, yaml_need(yaml, node, "every"), 1, YEARS_BETWEEN, &kpi->measured.every);
}

void shown_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	const struct yaml_node *says = yaml_get(node, "says");
	group_find(loader, yaml_get(node, "group"), kpi);
	yaml_bool(loader->yaml, yaml_get(node, "panel"), &kpi->panel);
	yaml_bool(loader->yaml, yaml_get(node, "compared"), &kpi->compared);
	parts_load(loader, yaml_get(node, "parts"), kpi);
	measured_load(loader, yaml_get(node, "measured"), kpi);
	if (yaml_text(loader->yaml, says, &kpi->says) && !strstr(kpi->says, "{value}"))
		yaml_fail(loader->yaml, says,
			"a sentence has {value} in it, where the number stands");
}

void shown_link(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	static const char *const keys[] = {"of", "within"};
	struct yaml *yaml = loader->yaml;
	const struct yaml_node *days = yaml_get(node, "days");
	if (!days)
		return;
	yaml_keys(yaml, days, keys, COUNT_OF(keys));
	yaml_u32(yaml, yaml_need(yaml, days, "within"), 1, CLASS_MAX - 1, &kpi->within);
	const struct kpi *of = kpi_named(loader, yaml_need(yaml, days, "of"));
	if (of && (of->unit != UNIT_DAYS || kpi->unit != UNIT_SHARE))
		yaml_fail(yaml, days, "a share is a part of a KPI of days");
	kpi->days = of;
}
