#include "kpi/row.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/series.h"
#include <string.h>

_Static_assert(sizeof(bool) == 1, "memchr speaks of bytes");

static const struct measure *measure_of(const struct row_kind *kind, int ref)
{
	must(ref >= COLUMN_MAX && (size_t)(ref - COLUMN_MAX) < kind->measure_count);
	return &kind->measures[ref - COLUMN_MAX];
}

/* ---- measures ---- */

enum { DAYS = SERIES_DAY_LAST - SERIES_DAY_FIRST + 1 };

const int32_t *worked_days(const struct closing *closing, struct arena *arena)
{
	int32_t *worked = arena_alloc(arena, (DAYS + WORKING_DAYS_MAX) * sizeof *worked);
	size_t count = 0;
	for (int32_t day = SERIES_DAY_FIRST, ahead = 0; ahead < WORKING_DAYS_MAX; day++) {
		if (!calendar_is_working_day(day, closing->days, closing->count))
			continue;
		worked[count++] = day;
		ahead += day > SERIES_DAY_LAST;
	}
	return worked;
}

static void after_working_days(int32_t *after, int32_t n, const int32_t *worked)
{
	for (int32_t i = 0; i < DAYS; i++) {
		worked += *worked == SERIES_DAY_FIRST + i; /* the first one that lies ahead */
		after[i] = worked[n - 1];
	}
}

/* Each day of a month lies as far into that other month, or on its last day. */
static void after_months(int32_t *after, const struct measure *measure)
{
	for (int32_t day = SERIES_DAY_FIRST; day <= SERIES_DAY_LAST;) {
		int32_t next = calendar_add_months(day, 1);
		int32_t to = calendar_add_months(day, measure->months);
		int32_t last = calendar_add_months(to, 1) - 1;
		for (; day < next; day++, to += to < last)
			after[day - SERIES_DAY_FIRST] = to + measure->days;
	}
}

enum { DATE_DAYS = 32 };

/* Its month, counted from the year 0 on, times DATE_DAYS; and the day of that month. */
static int32_t date_of(int32_t day)
{
	struct calendar_date date = calendar_date(day);
	return (date.year * 12 + date.month) * DATE_DAYS + date.day;
}

void measure_prepare(struct measure *measure, const int32_t *worked, struct arena *arena)
{
	int32_t *days = arena_alloc(arena, DAYS * sizeof *days);
	if (measure->by_months) {
		for (int32_t i = 0; i < DAYS; i++)
			days[i] = date_of(SERIES_DAY_FIRST + i);
		measure->dates = days;
		return;
	}
	if (measure->working_days)
		after_working_days(days, measure->working_days, worked);
	else
		after_months(days, measure);
	measure->after = days;
}

static void days_between(struct rows rows, const int32_t *restrict from, int32_t *restrict values)
{
	for (uint32_t i = 0; i < rows.count; i++)
		values[i] = from[i] == VALUE_UNSET || values[i] == VALUE_UNSET
				    ? VALUE_UNSET
				    : values[i] - from[i];
}

static void earliest_of(struct rows rows, const int32_t *restrict other, int32_t *restrict values)
{
	for (uint32_t i = 0; i < rows.count; i++) {
		bool earlier = other[i] != VALUE_UNSET &&
			       (values[i] == VALUE_UNSET || other[i] < values[i]);
		values[i] = earlier ? other[i] : values[i];
	}
}

static void days_after(struct rows rows, const int32_t *restrict after, int32_t *restrict values)
{
	for (uint32_t i = 0; i < rows.count; i++)
		values[i] =
			series_holds(values[i]) ? after[values[i] - SERIES_DAY_FIRST] : VALUE_UNSET;
}

static void numbers_of(struct rows rows, const int32_t *restrict numbers, int32_t *restrict values)
{
	for (uint32_t i = 0; i < rows.count; i++)
		values[i] = values[i] == VALUE_UNSET ? VALUE_UNSET : numbers[values[i] & 31];
}

COLUMN_BODY void measure_rows(const struct row_kind *kind, const struct measure *measure,
	struct rows rows, int32_t *values)
{
	int32_t others[TABLE_CHUNK];
	switch (measure->kind) {
	case MEASURE_DAYS:
		row_values(kind, measure->parts[0], rows, others);
		row_values(kind, measure->parts[1], rows, values);
		days_between(rows, others, values);
		return;
	case MEASURE_AFTER:
		row_values(kind, measure->parts[0], rows, values);
		days_after(rows, measure->after, values);
		return;
	case MEASURE_EARLIEST:
		row_values(kind, measure->parts[0], rows, values);
		for (size_t i = 1; i < measure->part_count; i++) {
			row_values(kind, measure->parts[i], rows, others);
			earliest_of(rows, others, values);
		}
		return;
	case MEASURE_NUMBERS:
		row_values(kind, measure->parts[0], rows, values);
		numbers_of(rows, measure->numbers, values);
		return;
	}
}

static COLUMN_LOOP void measure_many(const struct row_kind *kind, const struct measure *measure,
	struct rows rows, int32_t *values)
{
	measure_rows(kind, measure, rows, values);
}

static void measure_one(
	const struct row_kind *kind, const struct measure *measure, uint32_t row, int32_t *value)
{
	measure_rows(kind, measure, (struct rows){row, 1}, value);
}

void row_values(const struct row_kind *kind, int ref, struct rows rows, int32_t *values)
{
	bool one = rows.count == 1;
	if (ref < COLUMN_MAX && one)
		*values = table_get(kind->table, (size_t)ref, rows.first);
	else if (ref < COLUMN_MAX)
		table_values(kind->table, (size_t)ref, rows, values);
	else if (one)
		measure_one(kind, measure_of(kind, ref), rows.first, values);
	else
		measure_many(kind, measure_of(kind, ref), rows, values);
}

bool row_days(const struct row_kind *kind, int ref, struct rows rows, int32_t *first, int32_t *last)
{
	if (ref < COLUMN_MAX)
		return table_days(kind->table, (size_t)ref, rows, first, last);
	const struct measure *measure = measure_of(kind, ref);
	const int32_t *after = measure->kind == MEASURE_AFTER ? measure->after : NULL;
	bool any = false;
	for (size_t i = 0; i < measure->part_count; i++) {
		int32_t from, to;
		if (!row_days(kind, measure->parts[i], rows, &from, &to))
			continue;
		if (after) { /* who is later is not due earlier */
			from = series_holds(from) ? after[from - SERIES_DAY_FIRST] : INT32_MIN;
			to = series_holds(to) ? after[to - SERIES_DAY_FIRST] : INT32_MAX;
		}
		*first = any && *first < from ? *first : from;
		*last = any && *last > to ? *last : to;
		any = true;
	}
	return any;
}

/* ---- classes ---- */

const struct dimension *row_classes(const struct row_kind *kind, int ref)
{
	return ref < COLUMN_MAX ? NULL : measure_of(kind, ref)->classes;
}

static inline int32_t date_known(const struct measure *measure, int32_t day)
{
	return series_holds(day) ? measure->dates[day - SERIES_DAY_FIRST] : date_of(day);
}

/* The first month is over on the same day of the next, as measures count months. */
static inline int32_t months_begun(const struct measure *measure, int32_t from, int32_t to)
{
	int32_t begin = date_known(measure, from), end = date_known(measure, to);
	return end / DATE_DAYS - begin / DATE_DAYS + (end % DATE_DAYS > begin % DATE_DAYS);
}

void row_class_values(const struct row_kind *kind, int ref, struct rows rows, int32_t *values)
{
	const struct measure *measure = measure_of(kind, ref);
	int32_t from[TABLE_CHUNK];
	row_values(kind, ref, rows, values);
	if (!measure->by_months)
		return;
	row_values(kind, measure->parts[0], rows, from);
	for (uint32_t i = 0; i < rows.count; i++)
		if (values[i] != VALUE_UNSET)
			values[i] = months_begun(measure, from[i], from[i] + values[i]);
}

/* ---- names ---- */

int row_ref(const struct row_kind *kind, const char *name)
{
	int column = column_find(kind->table, name);
	if (column >= 0)
		return column;
	for (size_t i = 0; i < kind->measure_count; i++) {
		if (!strcmp(kind->measures[i].name, name))
			return COLUMN_MAX + (int)i;
	}
	return REF_NONE;
}

const char *row_ref_name(const struct row_kind *kind, int ref)
{
	return ref < COLUMN_MAX ? kind->table->columns[ref].name : measure_of(kind, ref)->name;
}

bool row_ref_is_day(const struct row_kind *kind, int ref)
{
	if (ref < COLUMN_MAX)
		return kind->table->columns[ref].type == COLUMN_DAY;
	enum measure_kind measured = measure_of(kind, ref)->kind;
	return measured == MEASURE_AFTER || measured == MEASURE_EARLIEST;
}

bool row_ref_is_number(const struct row_kind *kind, int ref)
{
	if (ref < COLUMN_MAX)
		return kind->table->columns[ref].type == COLUMN_NUMBER;
	return !row_ref_is_day(kind, ref);
}

uint64_t row_ref_reads(const struct row_kind *kind, int ref)
{
	if (ref < 0)
		return 0;
	if (ref < COLUMN_MAX)
		return 1ull << ref;
	const struct measure *measure = measure_of(kind, ref);
	uint64_t reads = 0;
	for (size_t i = 0; i < measure->part_count; i++)
		reads |= row_ref_reads(kind, measure->parts[i]);
	return reads;
}

void row_names(const struct row_kind *kind, struct buf *out)
{
	const char *gap = "";
	for (size_t i = 0; i < kind->table->column_count; i++, gap = ", ")
		buf_printf(out, "%s%s", gap, kind->table->columns[i].name);
	for (size_t i = 0; i < kind->measure_count; i++)
		buf_printf(out, ", %s", kind->measures[i].name);
}

/* ---- conditions ---- */

/* A loop for each comparison, so that the compiler can make each look at many rows at once. */
#define TEST_EACH(test)                                                                            \
	do {                                                                                       \
		for (uint32_t i = 0; i < rows.count; i++)                                          \
			holds[i] = (test);                                                         \
	} while (0)

COLUMN_BODY void test_apply(enum test_op op, struct rows rows, const int32_t *restrict value,
	const int32_t *restrict than, bool *restrict holds)
{
#define BOTH_KNOWN (value[i] != VALUE_UNSET) & (than[i] != VALUE_UNSET)
	switch (op) {
	case TEST_IS:
		TEST_EACH(value[i] == than[i]);
		return;
	case TEST_IS_NOT:
		TEST_EACH(value[i] != than[i]);
		return;
	case TEST_HAS:
		TEST_EACH((BOTH_KNOWN) & (bool)((uint32_t)value[i] >> (than[i] & 31) & 1));
		return;
	case TEST_SET:
		TEST_EACH(value[i] != VALUE_UNSET);
		return;
	case TEST_UNSET:
		TEST_EACH(value[i] == VALUE_UNSET);
		return;
	case TEST_LE:
		TEST_EACH((BOTH_KNOWN) & (value[i] <= than[i]));
		return;
	case TEST_LT:
		TEST_EACH((BOTH_KNOWN) & (value[i] < than[i]));
		return;
	case TEST_GE:
		TEST_EACH((BOTH_KNOWN) & (value[i] >= than[i]));
		return;
	case TEST_GT:
		TEST_EACH((BOTH_KNOWN) & (value[i] > than[i]));
		return;
	}
}

COLUMN_BODY void test_rows(
	const struct row_kind *kind, const struct test *test, struct rows rows, bool *holds)
{
	int32_t value[TABLE_CHUNK], than[TABLE_CHUNK];
	if (rows.count > 1 && test->other < 0 && test->ref < COLUMN_MAX &&
		(test->op == TEST_IS || test->op == TEST_IS_NOT)) {
		table_is(kind->table, (size_t)test->ref, rows, test->number, holds);
		for (uint32_t i = 0; test->op == TEST_IS_NOT && i < rows.count; i++)
			holds[i] = !holds[i];
		return;
	}
	row_values(kind, test->ref, rows, value);
	if (test->other >= 0)
		row_values(kind, test->other, rows, than);
	else if (test->op != TEST_SET && test->op != TEST_UNSET)
		for (uint32_t i = 0; i < rows.count; i++)
			than[i] = test->number;
	test_apply(test->op, rows, value, than, holds);
}

static COLUMN_LOOP void test_many(
	const struct row_kind *kind, const struct test *test, struct rows rows, bool *holds)
{
	test_rows(kind, test, rows, holds);
}

static void test_one(
	const struct row_kind *kind, const struct test *test, uint32_t row, bool *holds)
{
	test_rows(kind, test, (struct rows){row, 1}, holds);
}

static inline void test_holds(
	const struct row_kind *kind, const struct test *test, struct rows rows, bool *holds)
{
	if (rows.count == 1)
		test_one(kind, test, rows.first, holds);
	else
		test_many(kind, test, rows, holds);
}

COLUMN_BODY bool condition_rows(const struct row_kind *kind, const struct condition *condition,
	struct rows rows, bool *restrict holds)
{
	bool any[TABLE_CHUNK], other[TABLE_CHUNK];
	for (size_t t = 0; t < condition->count; t++) {
		if (!rows_any(rows, holds))
			return false;
		test_holds(kind, &condition->tests[t], rows, any);
		while (condition->tests[t].or_next) {
			test_holds(kind, &condition->tests[++t], rows, other);
			for (uint32_t i = 0; i < rows.count; i++)
				any[i] |= other[i];
		}
		for (uint32_t i = 0; i < rows.count; i++)
			holds[i] &= any[i];
	}
	return rows_any(rows, holds);
}

bool row_holds(const struct row_kind *kind, const struct condition *condition, struct rows rows,
	bool *restrict holds)
{
	if (rows.count == 1)
		return condition_rows(kind, condition, (struct rows){rows.first, 1}, holds);
	return condition_rows(kind, condition, rows, holds);
}

uint64_t row_condition_reads(const struct row_kind *kind, const struct condition *condition)
{
	uint64_t reads = 0;
	for (size_t i = 0; i < condition->count; i++)
		reads |= row_ref_reads(kind, condition->tests[i].ref) |
			 row_ref_reads(kind, condition->tests[i].other);
	return reads;
}

/* ---- the text of a condition ---- */

struct words {
	char text[256];
	char *items[32];
	size_t count;
};

static int words_split(const char *text, struct words *words, struct why *why)
{
	if (strlen(text) >= sizeof words->text)
		return why_set(why, ERR_CONFIG, "the condition is longer than %zu characters",
			sizeof words->text - 1);
	strcpy(words->text, text);
	char *rest = words->text;
	for (char *word; (word = strtok_r(rest, " \t", &rest));) {
		if (words->count == sizeof words->items / sizeof *words->items)
			return why_set(why, ERR_CONFIG, "the condition has too many words");
		words->items[words->count++] = word;
	}
	return 0;
}

static int ref_parse(const struct row_kind *kind, const char *name, int *ref, struct why *why)
{
	*ref = row_ref(kind, name);
	if (*ref >= 0)
		return 0;
	auto_buf struct buf names = {0};
	row_names(kind, &names);
	return why_set(why, ERR_CONFIG, "%s has no column or measure %s; it has %s",
		kind->table->name, name, names.data);
}

static int enum_parse(
	const struct column *column, const char *name, int32_t *number, struct why *why)
{
	auto_buf struct buf names = {0};
	for (unsigned i = 0; i < column->values->n_values; i++) {
		const char *known = column->values->values[i].name;
		if (!strcmp(known, name)) {
			*number = column->values->values[i].value;
			return 0;
		}
		buf_printf(&names, "%s%s", i ? ", " : "", known);
	}
	return why_set(why, ERR_CONFIG, "%s is never %s; it is one of %s", column->name, name,
		names.data ? names.data : "nothing");
}

/* What stands behind `is` and `is not`. */
static int is_parse(
	const struct row_kind *kind, struct test *test, const char *word, struct why *why)
{
	const char *name = row_ref_name(kind, test->ref);
	bool negated = test->op == TEST_IS_NOT;
	if (!strcmp(word, "set") || !strcmp(word, "unset")) {
		test->op = (*word == 's') != negated ? TEST_SET : TEST_UNSET;
		return 0;
	}
	const struct column *column =
		test->ref < COLUMN_MAX ? &kind->table->columns[test->ref] : NULL;
	if (column && column->type == COLUMN_FLAG) {
		bool is_true = !strcmp(word, "true");
		if (!is_true && strcmp(word, "false"))
			return why_set(
				why, ERR_CONFIG, "%s is true or false, never %s", name, word);
		/* A flag that was never set is false. */
		test->op = is_true != negated ? TEST_IS : TEST_IS_NOT;
		test->number = 1;
		return 0;
	}
	if (column && column->type == COLUMN_ENUM)
		return enum_parse(column, word, &test->number, why);
	return why_set(why, ERR_CONFIG, "%s can be compared with `is set` and `is unset`%s", name,
		column && column->type == COLUMN_TEXT  ? ""
		: column && column->type == COLUMN_SET ? ", or `has`"
						       : ", or with <= < >= >");
}

static int compare_parse(const struct row_kind *kind, const struct row_constant *constants,
	size_t constant_count, struct test *test, const char *word, struct why *why)
{
	const char *name = row_ref_name(kind, test->ref);
	bool is_day = row_ref_is_day(kind, test->ref);
	if (!is_day && !row_ref_is_number(kind, test->ref))
		return why_set(
			why, ERR_CONFIG, "%s is no number and no day: it has no order", name);
	for (size_t i = 0; i < constant_count; i++) {
		if (!is_day && !strcmp(constants[i].name, word)) {
			test->number = constants[i].value;
			return 0;
		}
	}
	size_t digits = strspn(word, "0123456789");
	if (!is_day && digits && digits < 9 && !word[digits]) {
		test->number = (int32_t)strtol(word, NULL, 10);
		return 0;
	}
	int err = ref_parse(kind, word, &test->other, why);
	if (!err && row_ref_is_day(kind, test->other) != is_day)
		err = why_set(
			why, ERR_CONFIG, "%s and %s cannot be compared: one is a day", name, word);
	return err;
}

/* One comparison, of `count` words. */
static int test_parse(const struct row_kind *kind, const struct row_constant *constants,
	size_t constant_count, char *const *words, size_t count, struct test *test, struct why *why)
{
	static const struct {
		const char *word;
		enum test_op op;
	} orders[] = {{"<=", TEST_LE}, {"<", TEST_LT}, {">=", TEST_GE}, {">", TEST_GT}};

	if (count < 3 || count > 4 ||
		(count == 4 && (strcmp(words[1], "is") || strcmp(words[2], "not"))))
		return why_set(why, ERR_CONFIG,
			"a condition reads NAME is [not] VALUE, NAME is set, NAME has VALUE or "
			"NAME <= VALUE");
	*test = (struct test){.other = REF_NONE};
	int err = ref_parse(kind, words[0], &test->ref, why);
	if (err)
		return err;
	if (!strcmp(words[1], "is")) {
		test->op = count == 4 ? TEST_IS_NOT : TEST_IS;
		return is_parse(kind, test, words[count - 1], why);
	}
	if (!strcmp(words[1], "has")) {
		test->op = TEST_HAS;
		if (test->ref < COLUMN_MAX && kind->table->columns[test->ref].type == COLUMN_SET)
			return enum_parse(
				&kind->table->columns[test->ref], words[2], &test->number, why);
		return why_set(
			why, ERR_CONFIG, "%s is no list: it cannot have %s", words[0], words[2]);
	}
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		if (strcmp(words[1], orders[i].word))
			continue;
		test->op = orders[i].op;
		return compare_parse(kind, constants, constant_count, test, words[2], why);
	}
	return why_set(why, ERR_CONFIG, "%s is no comparison; there are is, has, <=, <, >= and >",
		words[1]);
}

int row_condition_add(const struct row_kind *kind, const struct row_constant *constants,
	size_t constant_count, const char *text, struct condition *condition, struct why *why)
{
	struct words words = {0};
	int err = words_split(text, &words, why);
	if (err)
		return err;
	for (size_t first = 0; first <= words.count;) {
		size_t end = first;
		while (end < words.count && strcmp(words.items[end], "or"))
			end++;
		if (condition->count == TEST_MAX)
			return why_set(why, ERR_CONFIG, "more than %d comparisons", TEST_MAX);
		struct test *test = &condition->tests[condition->count];
		err = test_parse(kind, constants, constant_count, words.items + first, end - first,
			test, why);
		if (err)
			return err;
		test->or_next = end < words.count;
		condition->count++;
		first = end + 1;
	}
	return 0;
}
