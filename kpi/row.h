/*
 * What a KPI may say of a row: its columns, measures derived from them, and conditions on both.
 * This is the whole language of config/kpi.yaml; its words are explained there. Rows are looked at
 * together, column by column, as many as stand in a chunk: one when a row changes, a thousand when a
 * figure scans them all.
 *
 * A name means a column (0 to COLUMN_MAX - 1) or a measure (from COLUMN_MAX on): a `ref`, below 0
 * none. To add a kind of measure: a row in enum measure_kind, a case in measure_values, its key in
 * kpi_parts.c.
 */
#ifndef WOT_ROW_H
#define WOT_ROW_H

#include "config/closing.h"
#include "kpi/table.h"
#include "lib/arena.h"
#include "lib/buf.h"
#include <stdbool.h>
#include <string.h>

enum { MEASURE_MAX = 32, MEASURE_PARTS = 4, TEST_MAX = 12, WORKING_DAYS_MAX = 100, REF_NONE = -1 };

enum measure_kind {
	MEASURE_DAYS,     /* from parts[0] to parts[1], in days */
	MEASURE_AFTER,    /* the day that lies months and days, or working days, after parts[0] */
	MEASURE_EARLIEST, /* the earliest of the parts that are known */
	MEASURE_NUMBERS,  /* the number that the value of parts[0], an enumeration, stands for */
};

struct measure {
	const char *name;
	enum measure_kind kind;
	int parts[MEASURE_PARTS]; /* refs to columns, and to measures before this one */
	size_t part_count;
	int32_t days, months, working_days;
	const int32_t *after;   /* of MEASURE_AFTER: the day for each from SERIES_DAY_FIRST on */
	const int32_t *numbers; /* of MEASURE_NUMBERS: by value, as many as a set can hold */
	const struct dimension *classes; /* of MEASURE_DAYS; NULL: it has none */
	bool by_months;                  /* they are of calendar months, not of days */
	const int32_t *dates; /* of those: month and day in it, for each from SERIES_DAY_FIRST on */
};

/* A table and the measures on it. */
struct row_kind {
	const struct table *table;
	struct measure measures[MEASURE_MAX];
	size_t measure_count;
};

/* The working days from SERIES_DAY_FIRST on, as many as measures reach: those of the law without these
 * closing days. Made once for all measures. */
const int32_t *worked_days(const struct closing *closing, struct arena *arena);
/* Fills in `after`, or `dates` where classes are of months. */
void measure_prepare(struct measure *measure, const int32_t *worked, struct arena *arena);

/* A value a row; VALUE_UNSET: not known. `values` and `holds` have room for TABLE_CHUNK. */
void row_values(const struct row_kind *kind, int ref, struct rows rows, int32_t *values);

/* The classes that a measure has; NULL: it is none, or has none. */
const struct dimension *row_classes(const struct row_kind *kind, int ref);
/* What such classes hold, a value a row: days, or in which calendar month from the first day on the other lies. */
void row_class_values(const struct row_kind *kind, int ref, struct rows rows, int32_t *values);
/* Of a ref of days: between which theirs lie, as far as can be told without looking at each; false: none has one. */
bool row_days(
	const struct row_kind *kind, int ref, struct rows rows, int32_t *first, int32_t *last);

int row_ref(const struct row_kind *kind, const char *name);
const char *row_ref_name(const struct row_kind *kind, int ref);
bool row_ref_is_day(const struct row_kind *kind, int ref);
bool row_ref_is_number(const struct row_kind *kind, int ref);
uint64_t row_ref_reads(const struct row_kind *kind, int ref); /* the columns it rests on, as bits */
/* "reported_on, ward, …": every name there is, for an error. */
void row_names(const struct row_kind *kind, struct buf *out);

enum test_op {
	TEST_IS,
	TEST_IS_NOT,
	TEST_HAS,
	TEST_SET,
	TEST_UNSET,
	TEST_LE,
	TEST_LT,
	TEST_GE,
	TEST_GT
};

/* A comparison. The value is `number`, or another ref's. What is not known fails each but `is not`,
 * `is unset` and `is false`. */
struct test {
	enum test_op op;
	int ref, other;
	int32_t number;
	bool or_next; /* this one or the next must hold */
};
struct condition {
	struct test tests[TEST_MAX]; /* all must hold, those that are joined by or as one */
	size_t count;
};

/* Whether it is true for any. Looking for a byte just written alone would wait for it to reach the cache. */
static inline bool rows_any(struct rows rows, const bool *holds)
{
	return rows.count == 1 ? *holds : memchr(holds, true, rows.count) != NULL;
}
/* Leaves `holds` true only for rows for which it was and the condition holds; false: for none. */
bool row_holds(const struct row_kind *kind, const struct condition *condition, struct rows rows,
	bool *holds);
uint64_t row_condition_reads(const struct row_kind *kind, const struct condition *condition);

/* A number with a name that conditions may use. */
struct row_constant {
	const char *name;
	int32_t value;
};
/* Adds "waiting_days <= 28", "screening is ADVICE or closed_on is set". ERR_CONFIG: `why` says what
 * is wrong and what there is. */
int row_condition_add(const struct row_kind *kind, const struct row_constant *constants,
	size_t constant_count, const char *text, struct condition *condition, struct why *why);

#endif
