/*
 * What the three logs say, as tables: cases, calls, and a table for each row of source.def. An
 * event is read off the wire, never unpacked; wot-case has decided every fact of a case, and here
 * it is copied.
 *
 * Columns come from the messages of event.proto. To add a fact of a case: a field of CaseFacts; to
 * count another kind of event: a row of source.def. KPIs (config/kpi.yaml) name the columns.
 */
#ifndef WOT_FACTS_H
#define WOT_FACTS_H

#include "kpi/table.h"
#include "lib/daemon.h"
#include "lib/err.h"
#include "proto/case_id.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum source {
	SOURCE_CASES, /* row = case number */
	SOURCE_CALLS,
#define SOURCE(name, stream, tag, message) SOURCE_##name,
#include "kpi/source.def"
#undef SOURCE
	SOURCE_COUNT,
};

struct facts;

/*
 * Called twice round each change of a row, with the columns that change as bits: before it (sign
 * -1) and after it (sign 1). So whoever counts takes back the old contribution and adds the new
 * one.
 */
typedef void facts_change_fn(
	void *arg, enum source source, uint32_t row, uint64_t columns, int sign);

/* secret: of the hash under which calls are found; any 16 bytes, random ones where callers may
 * choose ids. */
struct facts *facts_new(const uint8_t secret[16]);
void facts_free(struct facts *facts);
/* The facts as they are now, to be read and not folded into. Either may end before the other. */
struct facts *facts_share(const struct facts *facts);
/* NULL: fold without telling anybody. */
void facts_on_change(struct facts *facts, facts_change_fn *on_change, void *arg);

/* kind: the event's, as event_kind gave it. A kind that is no fact is passed over. ERR_INVALID:
 * bytes that are no event, or a case number out of bounds; nothing has changed then. */
int facts_fold(struct facts *facts, enum stream stream, uint32_t kind, const uint8_t *event,
	size_t len, uint64_t seq);

/* How many days and screenings contradict the closing of their case, or a day the report, and are in no row. */
uint64_t facts_left_out(const struct facts *facts);
const struct table *facts_table(const struct facts *facts, enum source source);
/* The column with the row of SOURCE_CASES that each row belongs to; -1: not all of them do. */
int facts_case_column(enum source source);
int facts_equal(const struct facts *a, const struct facts *b, struct why *why);

/* "2025-000123", of a row of SOURCE_CASES. */
void facts_case_id(const struct facts *facts, uint32_t number, char id[CASE_ID_ROOM]);

#endif
