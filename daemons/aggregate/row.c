#include "daemons/aggregate/row.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include <string.h>

static const struct measure *measure_of(const struct row_kind *kind, int ref)
{
	must(ref >= COLUMN_MAX && (size_t)(ref - COLUMN_MAX) < kind->measure_count);
	return &kind->measures[ref - COLUMN_MAX];
}

static int32_t measure_value(
	const struct row_kind *kind, const struct measure *measure, uint32_t row)
{
	int32_t first = row_value(kind, measure->parts[0], row);
	switch (measure->kind) {
	case MEASURE_DAYS: {
		int32_t last = row_value(kind, measure->parts[1], row);
		return first == VALUE_UNSET || last == VALUE_UNSET ? VALUE_UNSET : last - first;
	}
	case MEASURE_AFTER:
		if (first == VALUE_UNSET)
			return VALUE_UNSET;
		return (measure->months ? calendar_add_months(first, measure->months) : first) +
		       measure->days;
	case MEASURE_EARLIEST:
		break;
	}
	for (size_t i = 1; i < measure->part_count; i++) {
		int32_t day = row_value(kind, measure->parts[i], row);
		if (day != VALUE_UNSET && (first == VALUE_UNSET || day < first))
			first = day;
	}
	return first;
}

int32_t row_value(const struct row_kind *kind, int ref, uint32_t row)
{
	if (ref < COLUMN_MAX)
		return table_get(kind->table, (size_t)ref, row);
	return measure_value(kind, measure_of(kind, ref), row);
}

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
	return measure_of(kind, ref)->kind != MEASURE_DAYS;
}

bool row_ref_is_number(const struct row_kind *kind, int ref)
{
	if (ref < COLUMN_MAX)
		return kind->table->columns[ref].type == COLUMN_NUMBER;
	return measure_of(kind, ref)->kind == MEASURE_DAYS;
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

static bool test_holds(const struct row_kind *kind, const struct test *test, uint32_t row)
{
	int32_t value = row_value(kind, test->ref, row);
	int32_t than = test->other >= 0 ? row_value(kind, test->other, row) : test->number;
	bool known = value != VALUE_UNSET && than != VALUE_UNSET;
	switch (test->op) {
	case TEST_IS:
		return value == than;
	case TEST_IS_NOT:
		return value != than;
	case TEST_HAS:
		return known && (value >> than & 1);
	case TEST_SET:
		return value != VALUE_UNSET;
	case TEST_UNSET:
		return value == VALUE_UNSET;
	case TEST_LE:
		return known && value <= than;
	case TEST_LT:
		return known && value < than;
	case TEST_GE:
		return known && value >= than;
	case TEST_GT:
		return known && value > than;
	}
	return false;
}

bool row_holds(const struct row_kind *kind, const struct condition *condition, uint32_t row)
{
	for (size_t i = 0; i < condition->count; i++) {
		bool holds = test_holds(kind, &condition->tests[i], row);
		while (condition->tests[i].or_next) {
			i++;
			holds = holds || test_holds(kind, &condition->tests[i], row);
		}
		if (!holds)
			return false;
	}
	return true;
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
