/*
 * Reading a YAML file of ours: what is wrong is said all at once, each with file:line:column.
 * Used by every loader (wot.yaml, clients.yaml, calendar.yaml, triage.yaml, kpi.yaml). Pure: a text
 *in memory in, nodes and errors out, so that a core may parse the text that an event carried; only
 * yaml_read_file touches a disk.
 *
 * Where to start: this is a whole loader.
 *
 *	auto_yaml struct yaml yaml = {0};
 *	int err = yaml_parse(&yaml, text, len, "teams.yaml", errors);
 *	if (err)
 *		return err;
 *	static const char *const keys[] = {"teams", "hours"};
 *	yaml_keys(&yaml, yaml.root, keys, 2);                      // refuses others, with a hint
 *	uint32_t hours = 40;
 *	yaml_u32(&yaml, yaml_get(yaml.root, "hours"), 1, 168, &hours); // absent: hours stays 40
 *	const struct yaml_node *teams = yaml_need(&yaml, yaml.root, "teams"); // absent: an error
 *	for (const struct yaml_node *team = yaml_list(&yaml, teams); team; team = team->next) {
 *		const char *name = NULL;
 *		if (yaml_text(&yaml, team, &name) && name_taken(name))
 *			yaml_fail(&yaml, team, "the team %s is here twice", name);
 *	}
 *	return yaml_result(&yaml);
 *
 * Readers take NULL for a node that is absent: they leave the output as it was and return false
 *without an error. So an optional value is `yaml_u32(yaml, yaml_get(map, "x"), …, &x)` over its
 *default.
 *
 * The YAML that is read is a plain part of YAML 1.2: one document of mappings, lists and scalars.
 * Anchors, aliases, tags, merge keys, keys that are not scalars and doubled keys are refused.
 */
#ifndef WOT_YAML_H
#define WOT_YAML_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	YAML_TEXT_MAX = 1 << 20, /* bytes of a file */
	YAML_DEPTH_MAX = 16,
	YAML_MEMBERS_MAX = 10000, /* of one mapping or list */
	YAML_ERRORS_MAX = 100,    /* more are counted, not listed */
};

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

/* Lives as long as its struct yaml. */
struct yaml_node {
	enum yaml_kind kind;
	bool quoted;           /* a scalar between quotes: a text, never a number or a flag */
	const char *key;       /* of a mapping's member, else NULL */
	const char *text;      /* of a scalar: NUL-terminated UTF-8; NULL otherwise */
	uint32_t line, column; /* from 1; where the value stands */
	uint32_t key_line, key_column; /* where its key stands; 0 when it is no member */
	const struct yaml_node *first; /* members of a mapping or list, in the order of the file */
	const struct yaml_node *next;
	size_t count;
};

struct yaml {
	struct arena arena;
	const char *name; /* of the file, for errors; the caller's */
	struct buf *errors;
	size_t error_count;
	const struct yaml_node *root; /* a mapping; an empty file is one without members */
};

/* ERR_CONFIG: errors (the caller's, may hold earlier text) tells, a line an error. yaml_done frees it then too. */
int yaml_parse(
	struct yaml *yaml, const char *text, size_t len, const char *name, struct buf *errors);
void yaml_done(struct yaml *yaml);
int yaml_result(const struct yaml *yaml); /* 0, or ERR_CONFIG once anything was wrong */
/* For who keeps texts of the file: they live where it was read. yaml_done leaves them alone then. */
struct arena yaml_arena_take(struct yaml *yaml);

/* Appends a file, without the mark that it may begin with. ERR_NOT_FOUND, ERR_IO, ERR_TOO_LARGE: a line in errors says so. */
int yaml_read_file(const char *path, struct buf *text, struct buf *errors);

/* The file, parsed. */
int yaml_load(struct yaml *yaml, const char *path, struct buf *errors);

/* "name:line:column: what" at the value of node; at its key; the whole file when node is NULL. */
void yaml_fail(struct yaml *yaml, const struct yaml_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void yaml_fail_key(struct yaml *yaml, const struct yaml_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Members of a mapping: NULL when map is no mapping or has no such key; yaml_need makes that an
 * error. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
const struct yaml_node *yaml_need(struct yaml *yaml, const struct yaml_node *map, const char *key);
/* Each key that is none of names is an error, with the nearest name as a hint. */
void yaml_keys(
	struct yaml *yaml, const struct yaml_node *map, const char *const *names, size_t count);

/* The first member, for a loop over ->next; anything but a mapping (a list) is an error and NULL.
 * NULL in, or nothing after the colon: no members, no error. */
const struct yaml_node *yaml_map(struct yaml *yaml, const struct yaml_node *node);
const struct yaml_node *yaml_list(struct yaml *yaml, const struct yaml_node *node);

/* Values. True when *out was set. */
bool yaml_text(struct yaml *yaml, const struct yaml_node *node, const char **out);
bool yaml_bool(struct yaml *yaml, const struct yaml_node *node, bool *out); /* true or false */
bool yaml_u32(
	struct yaml *yaml, const struct yaml_node *node, uint32_t min, uint32_t max, uint32_t *out);
/* 0.8, 12, 0.025: digits with at most 9 after the point; no exponent, no sign. */
bool yaml_decimal(
	struct yaml *yaml, const struct yaml_node *node, double min, double max, double *out);
/* YYYY-MM-DD, as a day of lib/calendar.h. */
bool yaml_day(struct yaml *yaml, const struct yaml_node *node, int32_t *out);
/* One of names, as its index; otherwise an error that hints at the nearest. */
bool yaml_choice(struct yaml *yaml, const struct yaml_node *node, const char *const *names,
	size_t count, unsigned *out);

/* The name nearest to a mistyped one, or NULL when none is near. */
const char *yaml_nearest(const char *word, const char *const *names, size_t count);

#define auto_yaml auto_clean(yaml_done)

#endif
