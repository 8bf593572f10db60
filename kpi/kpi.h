/*
 * The KPIs, and their counters. No KPI is written in C: config/kpi.yaml defines each (kpi_yaml.h
 * loads it) as a formula (formula.h), a function of rows: on which days they count, in which role, how much.
 * Counters are per formula and dimension value plain numbers a day, with totals of months and years; a
 * year is allocated when it is first needed. When a row changes its old contribution is taken back
 * and the new one added.
 */
#ifndef WOT_KPI_H
#define WOT_KPI_H

#include "kpi/formula.h"
#include "lib/arena.h"

enum {
	KPI_MAX = 128,
	DEFINITION_MAX = 4,
};

enum kpi_unit { UNIT_COUNT, UNIT_SHARE, UNIT_DAYS, UNIT_SECONDS, UNIT_EURO };
extern const char *const kpi_units[]; /* "count", … */
enum norm_kind { NORM_NONE, NORM_AT_LEAST, NORM_MORE_THAN, NORM_AT_MOST };
extern const char *const norm_kinds[]; /* "", "atLeast", … */
extern const char *const norm_spans[]; /* "quarter", "year" */

struct norm {
	enum norm_kind kind;
	double value;
	int months;                /* per quarter 3, per year 12; 0: of the period as it is */
	const struct kpi *held_to; /* whose value is compared; the KPI itself mostly */
};

static inline const char *norm_per(const struct norm *norm)
{
	return norm->months ? norm_spans[norm->months == 12] : "";
}

/* A definition in plain Dutch; NULL: the file does not say. */
struct told {
	const char *who, *when, *unknown, *changed;
	bool is_own; /* it says something else than the newest */
};

/* KPIs that stand together, under a heading. */
struct kpi_group {
	const char *id, *label;
	bool viewers; /* are shown it */
};
enum { KPI_GROUPS = 12 };

struct kpi {
	const char *id, *label, *title;
	const char *brief;             /* the label where there is little room */
	const struct kpi_group *group; /* NULL: none */
	const char
		*says; /* a sentence with {value} in it, without its end; NULL: the label says it */
	bool panel;    /* its months are among those that all figures are opened with */
	/* The KPI of days that it is a part of: those of its first so many classes. NULL: none. */
	const struct kpi *days;
	uint32_t within;
	const char *counted, *others; /* of a share: rows that count, and those that do not */
	struct {
		uint32_t in, every; /* a year, and so many further; every 0: it always is */
	} measured;
	enum kpi_unit unit;
	bool hidden;                      /* a part of a sum */
	bool viewers;                     /* may see it (figures/suppress.h) */
	bool compared;                    /* may stand beside another period */
	const struct dimension *shown_by; /* where nothing else is asked; NULL */
	bool largest_first;
	struct norm norms[DEFINITION_MAX];
	struct told told[DEFINITION_MAX];
	struct formula *formulas[DEFINITION_MAX]; /* the same one where definitions do not differ */
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
	struct kpi_group groups[KPI_GROUPS];
	size_t group_count;
	struct kpi items[KPI_MAX];
	size_t count;
	struct {
		const struct kpi *kpi, *waiting; /* NULL: there is none */
	} forecast;
	struct closing closing; /* the days that are no working days beside the law's */
	struct formula
		*formulas[KPI_MAX * DEFINITION_MAX]; /* that keep counters, each once, by source */
	size_t formula_count, formula_first[SOURCE_COUNT + 1];
	struct {
		size_t formula;
		uint32_t row;
	} counted; /* so far, of kpis_count_some */
	struct series_place
		place; /* of the day that was counted last: the next is mostly the same */
	int32_t place_day;
};

void kpis_free(struct kpis *kpis);
const struct kpi *kpi_find(const struct kpis *kpis, const char *id);
/* The first year in which it is measured, from this one on; 0: nobody says. */
uint32_t kpi_measured_from(const struct kpi *kpi, uint32_t year);
uint32_t kpi_definition_of_year(const struct kpis *kpis, int32_t year); /* an index */

/* A facts_change_fn: takes back or adds a row's contributions to the formulas that read one of the
 * columns. */
void kpis_post(void *kpis, enum source source, uint32_t row, uint64_t columns, int sign);
/* Forgets all counters and counts every row once: at once, or some rows a call until it says false. */
void kpis_count_all(struct kpis *kpis);
void kpis_count_begin(struct kpis *kpis);
bool kpis_count_some(struct kpis *kpis);

/* From the counters, with those of a split's value where there is a split. Adds to out. Not for sums. */
void formula_counts(const struct formula *formula, const struct split *split, uint32_t value,
	const struct period *period, struct counts *out);

int kpis_equal(const struct kpis *a, const struct kpis *b, struct why *why);
uint64_t kpis_outside(const struct kpis *kpis); /* contributions on days that are in no year */

#endif
