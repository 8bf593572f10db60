/*
 * The KPIs, and their counters. No KPI is written in C: config/kpi.yaml defines each (kpi_yaml.h
 * loads it) as a rule, a function of a row: on which days it counts, in which role, how much.
 * Counters are per rule and dimension value plain numbers a day, with totals of months and years; a
 * year is allocated when it is first needed. When a row changes its old contribution is taken back
 * and the new one added.
 *
 * Roles of a flow are count, of and unknown; of a stock (open cases) entering and leaving, whose
 * sums up to a day give who is in.
 */
#ifndef WOT_KPI_H
#define WOT_KPI_H

#include "daemons/aggregate/facts.h"
#include "daemons/aggregate/row.h"
#include "daemons/aggregate/series.h"
#include "lib/arena.h"

enum {
	KPI_MAX = 128,
	DEFINITION_MAX = 4,
	DIMENSION_MAX = 16,
	SUM_MAX = 4,
	CLASS_MAX = 32,
	POSTINGS_MAX = 4,
	AMOUNT_MAX = 1000000, /* of one row; more counts as this */
};

enum kpi_unit { UNIT_COUNT, UNIT_SHARE, UNIT_DAYS, UNIT_SECONDS, UNIT_EURO };
extern const char *const kpi_units[]; /* "count", … */
enum kpi_norm { NORM_NONE, NORM_AT_LEAST, NORM_MORE_THAN, NORM_AT_MOST };
extern const char *const kpi_norms[]; /* "", "atLeast", … */
enum kpi_whole {
	WHOLE_PLACED,
	WHOLE_POPULATION,
	WHOLE_HOUSEHOLDS
}; /* what a value is divided by */
enum part {
	PART_COUNT,
	PART_OF,
	PART_UNKNOWN,
	PART_MAX,
	PART_ENTER = PART_COUNT,
	PART_LEAVE = PART_OF
};

struct counts {
	int64_t count, of, unknown;
};

struct cell {
	struct series roles[PART_MAX];
};

struct dimension {
	const char *id, *label, *column;
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

/* A rule by one dimension. Value 0 is UNKNOWN; above it a class, a text (its number + 1) or an
 * enumeration's number, through `merge`. */
struct split {
	const struct dimension *dimension;
	int column;
	bool counted; /* else there are no counters: the rows are scanned when it is asked for */
	uint8_t merge[256];
	struct cell *cells;
	size_t room;
};

/* A KPI under one definition. Refs are to `kind`. */
struct rule {
	const struct kpi *kpi;
	uint32_t definition;
	const struct row_kind *kind; /* NULL: a sum of others */
	enum source source;
	const struct rule *sum_of[SUM_MAX];
	size_t sum_count;
	int day, leave;      /* leave: it is a stock */
	int measure;         /* the value is one of each row: days, seconds, euro */
	int sum, divided_by; /* amounts; REF_NONE: each row counts as one */
	int32_t sum_missing;
	enum kpi_whole whole;
	struct condition where, of, counted, unknown_inside, unknown_outside;
	int unknown_day; /* of unknown_outside; REF_NONE: there is none */
	uint64_t reads;  /* columns that what is posted rests on, but for those of splits */
	uint64_t split_reads;
	struct split splits[DIMENSION_MAX];
	size_t split_count;
	struct cell total;
};

struct kpi {
	const char *id, *label, *title;
	enum kpi_unit unit;
	bool hidden; /* a part of a sum */
	enum kpi_norm norm;
	double norm_value;
	int norm_months;                /* per quarter 3, per year 12; 0: of the period as it is */
	const struct kpi *norm_held_to; /* whose value is compared; itself mostly */
	const struct dimension *shown_by; /* where nothing else is asked; NULL */
	bool largest_first;
	struct rule *rules[DEFINITION_MAX]; /* the same one where definitions do not differ */
};

struct definition {
	uint32_t name;       /* 2023 */
	int32_t from, until; /* years for which it holds */
};

struct kpis {
	struct arena arena;
	const struct facts *facts;
	struct row_kind kinds[SOURCE_COUNT];
	struct definition definitions[DEFINITION_MAX];
	size_t definition_count;
	struct dimension dimensions[DIMENSION_MAX];
	size_t dimension_count;
	struct kpi items[KPI_MAX];
	size_t count;
	struct rule *rules[KPI_MAX * DEFINITION_MAX]; /* all that read rows, each once, by source */
	size_t rule_count, rule_first[SOURCE_COUNT + 1];
	struct series_place
		place; /* of the day that was counted last: the next is mostly the same */
	int32_t place_day;
};

void kpis_free(struct kpis *kpis);
const struct kpi *kpi_find(const struct kpis *kpis, const char *id);
uint32_t kpi_definition_of_year(const struct kpis *kpis, int32_t year); /* an index */

/* A facts_change_fn: takes back or adds a row's contributions to the rules that read one of the
 * columns. */
void kpis_post(void *kpis, enum source source, uint32_t row, uint64_t columns, int sign);
/* Forgets all counters and counts every row once. */
void kpis_count_all(struct kpis *kpis);

/* What a row gives to a rule in a period, read from the row. False: nothing. */
bool rule_row(const struct rule *rule, uint32_t row, int32_t from, int32_t to, struct counts *out);
/* The day by which the row is placed in the period. */
int32_t rule_row_day(const struct rule *rule, uint32_t row, int32_t from, int32_t to);
/* The values that a row has in a dimension; at most 32. */
size_t split_values(
	const struct rule *rule, const struct split *split, uint32_t row, uint32_t values[32]);
/* The same from the counters; value is ignored where split is NULL. Adds to out. Not for sums. */
void rule_counts(const struct rule *rule, const struct split *split, uint32_t value, int32_t from,
	int32_t to, struct counts *out);
const struct split *rule_split(const struct rule *rule, const struct dimension *dimension);
size_t split_size(const struct rule *rule, const struct split *split); /* values are below this */
const char *split_key(
	const struct rule *rule, const struct split *split, uint32_t value); /* "UNKNOWN" */

int kpis_equal(const struct kpis *a, const struct kpis *b, struct why *why);
uint64_t kpis_outside(const struct kpis *kpis); /* contributions on days that are in no year */

#endif
