/*
 * The tables that figures are counted from, as CSV for whoever counts by himself: columns, names and types are those of kpi/facts.h
 * as they are, without those that are refs: what may name a case, a submission or a person. To hand out a number or a text that
 * is a new column: a row in kpi/fact.def.
 */
#ifndef WOT_FACT_ROWS_H
#define WOT_FACT_ROWS_H

#include "kpi/facts.h"
#include "lib/arena.h"
#include "lib/buf.h"
#include "proto/read.pb-c.h"

/* Which tables there are, and what stands in each column. */
void fact_tables_fill(const struct facts *facts, Wot__V1__Facts *out, struct arena *arena);

/* The rows of one table, in pieces of at most TABLE_CHUNK rows, the first with its heading. */
struct fact_rows;
/* facts: theirs from then on, also where there is no such table: ERR_NOT_FOUND. */
int fact_rows_open(
	struct fact_rows **out, struct facts **facts, const char *table, struct why *why);
bool fact_rows_more(void *rows, struct buf *out);
void fact_rows_close(void *rows);

#endif
