/*
 * A KPI under one definition, as a function of rows: on which days each counts, in which role, how
 * much, and under which values of a dimension. Everything that counts rests on formula_give: counters
 * (kpi.h) call it for the row that changes, figures that have no counters for all rows.
 */
#ifndef WOT_KPI_FORMULA_H
#define WOT_KPI_FORMULA_H

#include "kpi/facts.h"
#include "kpi/period.h"
#include "kpi/row.h"
#include "lib/series.h"
#include "lib/spread.h"

enum {
	SUM_MAX = 4,
	CLASS_MAX = 32,
	DIMENSION_MAX = 16,
	SPLIT_VALUES_MAX = 32, /* of one row: as many as a list can hold */
	AMOUNT_MAX = 1000000,  /* of one row; more counts as this */
};

enum kpi_whole { /* what a value is divided by */
	WHOLE_PLACED,
	WHOLE_POPULATION,
	WHOLE_HOUSEHOLDS
};

/* What is counted a day. A stock counts who enters and who leaves; the sums up to a day give who is in. */
enum part {
	PART_COUNT,
	PART_OF,
	PART_UNKNOWN,
	PART_LATE, /* as PART_OF, but only of days that are past */
	PART_LATE_UNKNOWN,
	PART_MAX,
	PART_ENTER = PART_COUNT,
	PART_LEAVE = PART_OF,
	PART_LEAVE_UNKNOWN = PART_LATE_UNKNOWN
};

struct counts {
	int64_t count, of, unknown;
};

struct cell {
	struct series parts[PART_MAX];
};

/* What rows are split by: the values of a column, the classes of what the formula measures, or when they count. */
struct dimension {
	const char *id, *label, *column; /* column NULL: none is looked at */
	const char *unit, *axis;         /* of what is measured: "week", and what weeks they are */
	enum span span;                  /* when they count */
	bool viewers;                    /* may see figures split by it */
	struct dimension_class {
		const char *key;
		int32_t low, high;
	} classes[CLASS_MAX]; /* of a number */
	size_t class_count;
	struct dimension_label {
		const char *key, *label;
	} labels[CLASS_MAX];
	size_t label_count;
	struct dimension_merge {
		uint32_t definition; /* its index */
		const char *from, *to;
	} merges[CLASS_MAX];
	size_t merge_count;
};

/* Those that every formula has. A stock counts as of the last day of each. */
enum { DIMENSION_SPANS = 2 };
extern const struct dimension dimension_spans[DIMENSION_SPANS]; /* month, day */
#define DIMENSION_CLASS "class"                                 /* the id of those of a measure */

/* A split that is of no column. */
enum {
	SPLIT_CLASSES = -1, /* of the measure */
	SPLIT_UNKNOWN = -2, /* no row has a value: all are UNKNOWN */
};
/* A formula by one dimension. Value 0 is UNKNOWN; above it a class, a text (its number + 1) or an
 * enumeration's number, through `merge`. */
struct split {
	const struct dimension *dimension;
	const struct table
		*table;      /* the formula's, or that of cases: through the column `by_case` */
	int column, by_case; /* column: one, or SPLIT_…; by_case: -1: the formula's own */
	bool counted; /* else there are no counters: the rows are scanned when it is asked for */
	uint8_t merge[256];
	struct cell *cells;
	size_t room;
};

/* Refs are to `kind`. */
struct formula {
	const struct kpi *kpi;
	uint32_t definition;
	const struct row_kind *kind; /* NULL: a sum of others */
	enum source source;
	const struct formula *sum_of[SUM_MAX];
	size_t sum_count;
	int day, leave;      /* leave: it is a stock */
	int measure;         /* the value is one of each row: days, seconds, euro */
	int sum, divided_by; /* amounts; REF_NONE: each row counts as one */
	int32_t sum_missing;
	enum kpi_whole whole;
	bool people;                /* its rows are people, or each is of one */
	const char *thing, *things; /* what a row is, in Dutch, and two of them */
	bool is_share;              /* placed rows are counted too */
	bool due; /* day is a deadline: what does not count waits until it is past */
	struct condition where, of, counted, unknown_inside, unknown_outside;
	int unknown_day; /* of unknown_outside; REF_NONE: there is none */
	uint64_t reads;  /* columns that what is posted rests on, but for those of splits */
	uint64_t split_reads;
	struct split splits[DIMENSION_MAX + 1]; /* classes as well */
	size_t split_count;
	/* Of which it reads the counters: itself, or one before it of which every row gives the same. */
	const struct formula *counters;
	struct cell total;
	struct spread spread; /* of a measure */
};

/* What rows give to a formula. */
enum give {
	GIVE_COUNT = 1 << PART_COUNT, /* on `day`; of a stock: it enters */
	GIVE_OF = 1 << PART_OF,
	GIVE_UNKNOWN = 1 << PART_UNKNOWN,
	GIVE_OTHER = GIVE_UNKNOWN << 1, /* on `other_day` it is unknown; of a stock: it leaves */
	GIVE_KINDS = GIVE_OTHER << 1,   /* all of the above */
	GIVE_LATE = GIVE_KINDS,         /* nothing but GIVE_COUNT counts before `day` is past */
};
struct given {
	uint8_t gives[TABLE_CHUNK];
	/* Where a bit above says that they hold. */
	int32_t day[TABLE_CHUNK], other_day[TABLE_CHUNK];
	int32_t measured[TABLE_CHUNK];
	bool summed, divided; /* else each counts as one */
	int32_t amount[TABLE_CHUNK], of_amount[TABLE_CHUNK];
};

/* What the rows give in a period, or, where it is NULL, on any day. Of a stock in a period: who is in
 * on its last day. False: nothing; all gives are 0. */
bool formula_give(const struct formula *formula, struct rows rows, const struct period *period,
	struct given *given);
/* Of a row that counts as one. */
static inline struct counts gives_counts(unsigned gives)
{
	return (struct counts){
		.count = gives & GIVE_COUNT,
		.of = gives >> PART_OF & 1,
		.unknown = (gives >> PART_UNKNOWN & 1) + (gives / GIVE_OTHER & 1),
	};
}

static inline struct counts given_counts(const struct given *given, uint32_t i)
{
	struct counts counts = gives_counts(given->gives[i]);
	if (given->summed)
		counts.count *= given->amount[i];
	if (given->divided)
		counts.of *= given->of_amount[i];
	return counts;
}

/* Whether every row gives the same to both, under the same values. */
bool formula_gives_same(const struct formula *a, const struct formula *b);
/* NULL: it is not split by that. What another definition measures has classes of the same name. */
const struct split *formula_split(const struct formula *formula, const struct dimension *dimension);
size_t split_size(const struct split *split);                     /* values are below this */
const char *split_key(const struct split *split, uint32_t value); /* "UNKNOWN" */
bool split_is_list(const struct split *split);
bool split_is_text(const struct split *split);
/* The value of each row; of a list, its values as bits. */
void split_column(const struct formula *formula, const struct split *split, struct rows rows,
	uint32_t *values);
/* The values of one row. */
size_t split_values(const struct formula *formula, const struct split *split, uint32_t row,
	uint32_t values[SPLIT_VALUES_MAX]);

#endif
