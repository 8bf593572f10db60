/*
 * What the parts of the loader share: kpi_parts.c reads what KPIs are made of (definitions, measures,
 * populations, dimensions), kpi_norm.c what they are held to, kpi_told.c how they are told, kpi_shown.c how they
 * stand on pages, kpi_yaml.c the KPIs themselves.
 */
#ifndef WOT_KPI_YAML_OWN_H
#define WOT_KPI_YAML_OWN_H

#include "config/yaml.h"
#include "kpi/yaml/kpi_yaml.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum { POPULATION_MAX = 32 };

struct loader {
	struct yaml *yaml;
	struct kpis *kpis;
	bool must_tell;                   /* each KPI in plain Dutch too */
	struct row_constant constants[2]; /* numbers that conditions may name */
	struct population {
		const char *id;
		enum source source;
		struct condition where;
		bool people;
		const char *thing, *things;
	} populations[POPULATION_MAX];
	size_t population_count;
};

void fail_unknown(struct loader *loader, const struct yaml_node *node, const char *what,
	const char *const *names, size_t count);

/* That a member's key can be asked for: it becomes a word in commands, JSON and CSV. */
void name_check(struct loader *loader, const struct yaml_node *node);

/* The KPI that a node names; NULL where the node is absent or wrong. */
struct kpi *kpi_named(struct loader *loader, const struct yaml_node *node);

/* Names of columns and measures, as refs; REF_NONE where the node is absent or wrong. */
int day_load(struct loader *loader, const struct row_kind *kind, const struct yaml_node *node);
int number_load(struct loader *loader, const struct row_kind *kind, const struct yaml_node *node);
/* One condition, or a list of them. */
void condition_load(struct loader *loader, const struct row_kind *kind,
	const struct yaml_node *node, struct condition *condition);
/* The index of the definition that a member's key names; DEFINITION_MAX when there is none. */
uint32_t definition_find(struct loader *loader, const struct yaml_node *node);

/* The norms of a KPI, one a definition; what they are held to when all KPIs are there. */
void norms_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi);
void norms_link(struct loader *loader, const struct yaml_node *node, struct kpi *kpi);
void norms_check(struct loader *loader, const struct yaml_node *node, const struct kpi *kpi);

/* A KPI in plain Dutch, and how many members of a definition are no more than that. */
void told_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi);
size_t told_count(const struct yaml_node *definition);
/* A label where there is little room. false: the node is absent or no text. */
bool brief_load(struct loader *loader, const struct yaml_node *node, const char **text);

/* How a KPI stands on a page; the KPI that its days are of when all are there. */
void shown_load(struct loader *loader, const struct yaml_node *node, struct kpi *kpi);
void shown_link(struct loader *loader, const struct yaml_node *node, struct kpi *kpi);
void groups_load(struct loader *loader, const struct yaml_node *map);

void definitions_load(struct loader *loader, const struct yaml_node *map);
void measures_load(struct loader *loader, const struct yaml_node *map);
void populations_load(struct loader *loader, const struct yaml_node *map);
void dimensions_load(struct loader *loader, const struct yaml_node *map);

#endif
