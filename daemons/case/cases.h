/*
 * All cases: found by their dense number (that of the case id) or by what their request was called.
 * Some 800 bytes a case.
 */
#ifndef WOT_CASE_CASES_H
#define WOT_CASE_CASES_H

#include "core/promise.h"
#include "core/refs.h"
#include "daemons/case/life.h"
#include "proto/case_id.h"

/* That something happened, for the answer to GET /v1/cases/{caseId}: instant and tag in Body. */
typedef uint64_t moment_t;
enum { MOMENTS_MAX = 255 }; /* the first ones of a case; the log has them all */

static inline moment_t moment_make(int64_t at_ms, uint32_t kind)
{
	return (uint64_t)at_ms << 8 | kind;
}
static inline int64_t moment_at_ms(moment_t moment)
{
	return (int64_t)moment >> 8;
}
static inline uint32_t moment_kind(moment_t moment)
{
	return moment & 0xff;
}

enum { CASE_CLOCKS = 4 }; /* clocks.h */

struct case_file {
	struct case_life life;
	uint8_t *routing; /* the last CaseRouted, packed; NULL: none yet */
	size_t routing_len;
	moment_t *moments;
	uint8_t moment_count;
	uint8_t legal_basis;
	uint16_t year; /* of the case id */
	uint32_t number;
	int32_t known_on;     /* the day on which intake took it in */
	int32_t counted_from; /* the day of report by which triage's promises were made */
	struct promise promises[CASE_CLOCKS];
};

struct cases {
	struct case_file **files; /* by number; NULL: no such case */
	size_t room;              /* numbers below it may exist */
	struct refs refs;
	struct pool pool;
	struct promise_rules promise_rules;
	struct due due; /* clocks: clocks.h */
};

void cases_done(struct cases *cases);
/* NULL when there is none. */
struct case_file *cases_at(const struct cases *cases, uint32_t number);
struct case_file *cases_by_id(const struct cases *cases, const char *case_id);
struct case_file *cases_by_ref(const struct cases *cases, const char *client, const char *case_ref);
/* What the own log says: a case_registered makes a new file, any other event goes into its case's. The file,
 * or NULL: it is of no case. */
struct case_file *cases_evolve(struct cases *cases, const Wot__V1__Event *event);

/* What an event of the case is about; its id in the arena. */
struct subject case_file_subject(const struct case_file *file, struct arena *arena);
static inline char *case_file_id(const struct case_file *file, struct arena *arena)
{
	return case_id_new(file->year, file->number, arena);
}

#endif
