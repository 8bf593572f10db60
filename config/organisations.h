/*
 * The organisations of triage.yaml: the keys that `redirectedTo`, `to` and a team's providers may
 *hold.
 *
 *	organisations:
 *	  gro-up-buurtwerk:
 *	    name: Gro-up Buurtwerk
 *	    kind: provider
 *	    aliases: [{key: buurtwerk, until: 2024-12-31}]
 *
 * Names change, so an organisation has aliases: a key of earlier years, accepted for what happened
 *up to and including that day. The doors read only this part of the file, and what its teams are called; what else
 *stands in it is triage's.
 */
#ifndef WOT_ORGANISATIONS_H
#define WOT_ORGANISATIONS_H

#include "config/yaml.h"

struct organisation_alias {
	const char *key;
	int32_t until; /* the last day on which it was in use */
};
struct organisation {
	const char *key, *name, *kind;
	struct organisation_alias *aliases;
	size_t alias_count;
};
struct team_name {
	const char *key, *name;
};
struct organisations {
	struct organisation *items;
	size_t count;
	struct team_name *teams;
	size_t team_count;
	struct yaml yaml; /* of a file of its own: holds the texts */
};

/* From the text of triage.yaml. ERR_CONFIG: errors has name:line:column, all at once. */
int organisations_parse(struct organisations *organisations, const char *text, size_t len,
	const char *name, struct buf *errors);
int organisations_load(struct organisations *organisations, const char *path, struct buf *errors);
void organisations_done(struct organisations *organisations);

/* For who reads the whole file: the mapping under `organisations`; the texts live as long as yaml.
 */
void organisations_take(
	struct organisations *organisations, struct yaml *yaml, const struct yaml_node *map);

/* Who had this key on that day; NULL: nobody. INT32_MAX: no alias. */
const struct organisation *organisations_find(
	const struct organisations *organisations, const char *key, int32_t day);

#endif
