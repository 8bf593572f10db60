/*
 * What triage knows, here as well: its own core, folding the replica of its log. So the work list and the teams are those
 * that triage answers, by the same functions, of up to where the replica has come; nothing of them is counted twice.
 *
 * An event that this version cannot read ends it: what would be shown from there on could be wrong. Then there are no lists
 * and no names, while figures go on.
 */
#ifndef WOT_MIRROR_H
#define WOT_MIRROR_H

#include "core/get.h"

struct mirror;
struct mirror *mirror_new(void);
void mirror_free(struct mirror *mirror);

/* The next event of triage's log. False: it is the first that cannot be read. */
bool mirror_fold(struct mirror *mirror, const uint8_t *event, size_t len);

/* As triage answers them, whole, in the arena of the query; NULL: there is nothing to ask. */
const Wot__V1__Worklist *mirror_worklist(
	const struct mirror *mirror, const struct get_query *query);
const Wot__V1__Teams *mirror_teams(const struct mirror *mirror, const struct get_query *query);

/* As triage.yaml calls the team of that key; NULL: it names no such team. */
const char *mirror_team(const struct mirror *mirror, const char *key);

#endif
