/*
 * Reading report.yaml: chapters and charts (outline.c), the references and sentences in them (outline_say.c).
 */
#ifndef WOT_REPORT_OUTLINE_OWN_H
#define WOT_REPORT_OUTLINE_OWN_H

#include "config/yaml.h"
#include "report/outline.h"

enum { OUTLINE_NEEDS_MAX = 256 };

struct outline_reader {
	struct yaml yaml;
	const struct kpis *kpis;
	struct outline *outline;
};

/* Once for each. */
void outline_need(struct outline_reader *reader, struct outline_need need);
/* NULL: an error. */
const struct kpi *outline_kpi(
	struct outline_reader *reader, const struct yaml_node *node, const char *id, size_t len);
/* split: help_requests/ward, and not help_requests. */
bool outline_ref_read(struct outline_reader *reader, const struct yaml_node *node, bool split,
	struct outline_ref *out);
const char *outline_id_read(struct outline_reader *reader, const struct yaml_node *node);
void outline_ids_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_ids *out);
void outline_say_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_say *out);
void outline_says_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_says *out);

#endif
