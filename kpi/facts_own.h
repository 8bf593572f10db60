/*
 * The inside of facts, shared by its files alone: facts.c reads events, facts_call.c those of calls, and
 * facts_row.c, below both, changes rows.
 */
#ifndef WOT_FACTS_OWN_H
#define WOT_FACTS_OWN_H

#include "kpi/callers.h"
#include "kpi/facts.h"
#include "proto/event.h"
#include "proto/wire.h"

/* Fields of what tells that a request became a contact. */
enum { MOVED_CASE_ID, MOVED_DAY, MOVED_CHANNEL, MOVED_LOCATION, MOVED_AGE_GROUP, MOVED_FIELDS };

/* Days of a case that must lie in order: those up to the start not before the report, all after it not after the
 * closing. */
enum case_day {
	CASE_REPORTED,
	CASE_CLOSED,
	CASE_CONTACTED,
	CASE_STARTED,
	CASE_SCREENED,
	CASE_ENDED,
	CASE_DAYS,
};

struct change {
	size_t column;
	int32_t value;
};
struct changes {
	struct change items[COLUMN_MAX];
	size_t count;
};

struct facts {
	struct table tables[SOURCE_COUNT];
	struct wire_plan *plans[SOURCE_COUNT], *moved, *called_back, *capped, *outcome_key,
		*household_key;
	int moved_columns[MOVED_FIELDS]; /* of contacts, by field of the plan */
	int answer, youth;               /* columns: of contacts, of cases */
	int case_days[CASE_DAYS];        /* of cases */
	uint64_t left_out;
	uint8_t secret[16];
	struct keymap calls, moved_contacts, outcomes, households;
	int64_t *outcome_ms; /* by row of complaint_outcomes: when it occurred */
	size_t outcome_room;
	struct callers callers;
	struct {
		int32_t day;
		int64_t from_ms, to_ms;
	} today; /* the day of the last instant: the next one is mostly of the same */
	facts_change_fn *on_change;
	void *arg;
};

/* ---- facts_row.c ---- */
int32_t facts_day(struct facts *facts, uint64_t instant_ms);
void changes_add(struct changes *changes, size_t column, int32_t value);
/* Sets what differs, and tells before and after. */
void facts_change(
	struct facts *facts, enum source source, uint32_t row, const struct changes *changes);
/* A field that was read as the value of its column. Numbers too big for a column stop at its end. */
int32_t facts_value(struct column *column, const struct wire_value *value);
/* The key of what these parts name together. None of them holds a NUL, so they cannot run into each other. */
int facts_key(const struct facts *facts, const struct wire_value *const *parts, size_t count,
	struct keymap_key *key);
struct wire_plan *facts_plan(const char *const *paths, size_t count);

/* ---- facts_call.c ---- */
void calls_init(struct facts *facts);
int call_fold(struct facts *facts, const uint8_t *event, size_t len, uint64_t seq);
int callback_fold(struct facts *facts, const uint8_t *event, size_t len);
int capped_fold(struct facts *facts, const uint8_t *event, size_t len);

#endif
