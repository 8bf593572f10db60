/*
 * The lists that doors look things up in: wards (wards.csv) and organisations (triage.yaml).
 */
#ifndef WOT_LISTS_H
#define WOT_LISTS_H

#include "config/config.h"
#include "config/organisations.h"
#include "config/wards.h"
#include "lib/err.h"
#include "lib/fault.h"

struct lists {
	struct wards wards;
	struct organisations organisations;
};

/* Both files, or, on failure, what was loaded before: `why` has file:line:column. */
int lists_load(struct lists *lists, const struct config *config, struct why *why);
/* Only looks: what `--check-config` asks of a daemon whose door uses lists. */
int lists_check(const struct config *config, struct why *why);
void lists_done(struct lists *lists);

/* A key that is not NULL must be known; else a fault at pointer. day: an alias holds until a day. */
void lists_check_ward(
	const struct lists *lists, const char *key, const char *pointer, struct faults *faults);
void lists_check_organisation(const struct lists *lists, const char *key, int32_t day,
	const char *pointer, struct faults *faults);

#endif
