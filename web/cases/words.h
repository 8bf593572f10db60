/*
 * What pages about cases call things: what happened, until when a promise holds, teams and organisations. To add a kind:
 * a row in its table (words.c). Signals and promises bring their names with them (proto/label.def, config/clock.def).
 */
#ifndef WOT_CASES_WORDS_H
#define WOT_CASES_WORDS_H

#include "config/organisations.h"
#include "lib/arena.h"
#include "proto/read.pb-c.h"

/* Who the keys in answers are. A key that is nobody's any more is shown as it is. */
struct case_names {
	const struct team_name *teams;
	size_t team_count;
	const struct organisations *organisations;
};
const char *names_team(const struct case_names *names, const char *key);
const char *names_organisation(const struct case_names *names, const char *key);

/* A name as it begins a sentence, and as it stands in one: Huurachterstand, huurachterstand. */
const char *word_begins(const char *word, struct arena *arena);
const char *word_follows(const char *word, struct arena *arena);
const char *word_within(Wot__V1__Clock__Kind kind, struct arena *arena); /* binnen 4 weken */
const char *word_room(int32_t free_hours, struct arena *arena); /* 2 uur vrij, 1 uur te veel */
const char *word_weight(Wot__V1__CareWeight__Value weight);
/* A sentence of what happened (again), named as in CaseMoment; NULL: it is nothing to tell of. */
const char *word_event(const char *what, bool again);

#endif
