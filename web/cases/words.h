/*
 * What pages about cases call things: kinds of signals and promises, what happened, teams and organisations. To add a
 * kind: a row in its table (words.c).
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

const char *word_signal(Wot__V1__Signal__Kind kind);                     /* huurachterstand */
const char *word_promise(Wot__V1__Clock__Kind kind);                     /* Begeleiding starten */
const char *word_within(Wot__V1__Clock__Kind kind, struct arena *arena); /* binnen 4 weken */
const char *word_weight(Wot__V1__CareWeight__Value weight);
/* A sentence of what happened, named as in CaseMoment; NULL: it is nothing to tell of. */
const char *word_event(const char *what);

#endif
