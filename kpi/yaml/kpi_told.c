/*
 * What kpi.yaml says of a KPI in plain Dutch: a short label, and of each definition who counts, when, what is unknown
 * and what another definition says otherwise. A file that is loaded must say it; a log may hold an older one.
 */
#include "kpi/yaml/kpi_yaml_own.h"

#include <stdio.h>

enum { BRIEF_MAX = 31, TOLD_KEYS = 4, NEEDED = 3 };

static const char *const told_keys[TOLD_KEYS] = {"who", "when", "unknown", "changed"};

size_t told_count(const struct yaml_node *definition)
{
	size_t count = 0;
	for (size_t i = 0; i < TOLD_KEYS; i++)
		count += yaml_get(definition, told_keys[i]) != NULL;
	return count;
}

static void definition_told(struct loader *loader, const struct yaml_node *kpi,
	const struct yaml_node *definition, struct told *told)
{
	const char **texts[TOLD_KEYS] = {&told->who, &told->when, &told->unknown, &told->changed};
	told->is_own = definition;
	for (size_t i = 0; i < TOLD_KEYS; i++) {
		const struct yaml_node *node = yaml_get(definition, told_keys[i]);
		yaml_text(loader->yaml, node ? node : yaml_get(kpi, told_keys[i]), texts[i]);
	}
}

/* Characters, not bytes. */
static size_t length_of(const char *text)
{
	size_t length = 0;
	for (; *text; text++)
		length += ((unsigned char)*text & 0xc0) != 0x80;
	return length;
}

bool brief_load(struct loader *loader, const struct yaml_node *node, const char **text)
{
	if (!yaml_text(loader->yaml, node, text))
		return false;
	if (length_of(*text) > BRIEF_MAX)
		yaml_fail(loader->yaml, node, "a short label has at most %d letters", BRIEF_MAX);
	return true;
}

static void told_check(
	struct loader *loader, const struct yaml_node *node, const struct yaml_node *definitions)
{
	yaml_need(loader->yaml, node, "short");
	for (size_t i = 0; i < NEEDED; i++)
		yaml_need(loader->yaml, node, told_keys[i]);
	if (definitions && definitions->first)
		yaml_need(loader->yaml, node, "changed");
	for (const struct yaml_node *year = definitions ? definitions->first : NULL; year;
		year = year->next)
		yaml_need(loader->yaml, year, "changed");
}

void told_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi)
{
	const struct yaml_node *definitions = yaml_get(node, "definitions");
	kpi->brief = kpi->label;
	brief_load(loader, yaml_get(node, "short"), &kpi->brief);
	for (size_t d = 0; d < loader->kpis->definition_count; d++) {
		char year[16];
		snprintf(year, sizeof year, "%u", loader->kpis->definitions[d].name);
		definition_told(loader, node, yaml_get(definitions, year), &kpi->told[d]);
	}
	if (loader->must_tell && !kpi->hidden)
		told_check(loader, node, definitions);
}
