#include "figures/suppress/relate.h"

#include "figures/figure.h"

enum { CONDITIONS = 3, GROUPS_MAX = CONDITIONS * TEST_MAX };

/* The rows that a number counts: those that are placed by `day` and hold all conditions. */
struct set {
	const struct formula *formula;
	int day;
	const struct condition *conditions[CONDITIONS];
};

/* Tests of which one must hold. */
struct group {
	const struct test *tests;
	size_t count;
};

/* ---- the sets of a formula ---- */

enum { SET_COUNT, SET_OF, SET_UNKNOWN_INSIDE, SET_UNKNOWN_OUTSIDE, SET_KINDS };

/* False: it has no such number, or one that counts no rows but adds up amounts. */
static bool set_make(const struct formula *formula, unsigned kind, struct set *out)
{
	*out = (struct set){formula, formula->day, {&formula->where, &formula->of, NULL}};
	switch (kind) {
	case SET_COUNT:
		out->conditions[2] = &formula->counted;
		return formula->sum == REF_NONE;
	case SET_OF:
		return formula->is_share && formula->whole == WHOLE_PLACED &&
		       formula->divided_by == REF_NONE;
	case SET_UNKNOWN_INSIDE:
		out->conditions[2] = &formula->unknown_inside;
		return formula->unknown_inside.count > 0;
	default:
		out->day = formula->unknown_day;
		out->conditions[1] = &formula->unknown_outside;
		return formula->unknown_day != REF_NONE;
	}
}

static size_t set_groups(const struct set *set, struct group groups[GROUPS_MAX])
{
	size_t count = 0;
	for (size_t c = 0; c < CONDITIONS && set->conditions[c]; c++) {
		const struct condition *condition = set->conditions[c];
		for (size_t i = 0; i < condition->count; count++) {
			groups[count] = (struct group){&condition->tests[i], 0};
			do
				groups[count].count++;
			while (condition->tests[i++].or_next);
		}
	}
	return count;
}

/* ---- what follows from a test ---- */

static bool test_same(const struct test *a, const struct test *b)
{
	return a->op == b->op && a->ref == b->ref && a->other == b->other && a->number == b->number;
}

static bool test_implies(const struct test *a, const struct test *b)
{
	if (test_same(a, b))
		return true;
	if (a->ref != b->ref || a->other != REF_NONE || b->other != REF_NONE)
		return false;
	switch (b->op) {
	case TEST_IS_NOT:
		return a->op == TEST_IS && a->number != b->number;
	case TEST_LE:
		return (a->op == TEST_LE || a->op == TEST_LT) && a->number <= b->number;
	case TEST_GE:
		return (a->op == TEST_GE || a->op == TEST_GT) && a->number >= b->number;
	default:
		return false;
	}
}

/* What is not known fails every comparison. */
static bool unset_excludes(const struct test *a, const struct test *b)
{
	return a->op == TEST_UNSET && (b->ref == a->ref || b->other == a->ref) &&
	       (b->op == TEST_LE || b->op == TEST_LT || b->op == TEST_GE || b->op == TEST_GT);
}

static bool test_excludes(const struct test *a, const struct test *b)
{
	if (unset_excludes(a, b))
		return true;
	if (a->ref != b->ref || a->other != REF_NONE || b->other != REF_NONE)
		return false;
	switch (a->op) {
	case TEST_IS:
		return (b->op == TEST_IS && a->number != b->number) ||
		       (b->op == TEST_IS_NOT && a->number == b->number) ||
		       (b->op == TEST_UNSET && a->number);
	case TEST_SET:
		return b->op == TEST_UNSET;
	default:
		return false;
	}
}

static bool group_implies(const struct group *a, const struct group *b)
{
	for (size_t i = 0; i < a->count; i++) {
		size_t j = 0;
		while (j < b->count && !test_implies(&a->tests[i], &b->tests[j]))
			j++;
		if (j == b->count)
			return false;
	}
	return true;
}

static bool group_excludes(const struct group *a, const struct group *b)
{
	for (size_t i = 0; i < a->count; i++) {
		for (size_t j = 0; j < b->count; j++) {
			if (!test_excludes(&a->tests[i], &b->tests[j]) &&
				!test_excludes(&b->tests[j], &a->tests[i]))
				return false;
		}
	}
	return true;
}

static bool groups_imply(const struct group *groups, size_t count, const struct group *group)
{
	for (size_t i = 0; i < count; i++) {
		if (group_implies(&groups[i], group))
			return true;
	}
	return false;
}

/* ---- days: who is in a stock entered later, or left sooner ---- */

static const struct measure *measure_of(const struct row_kind *kind, int ref)
{
	return ref < COLUMN_MAX ? NULL : &kind->measures[ref - COLUMN_MAX];
}

static bool day_follows(const struct row_kind *kind, int day, int other)
{
	const struct measure *measure = measure_of(kind, day);
	return day == other ||
	       (measure && measure->kind == MEASURE_AFTER && measure->parts[0] == other);
}

/* The earliest of more days. */
static bool day_precedes(const struct row_kind *kind, int day, int other)
{
	const struct measure *more = measure_of(kind, day), *fewer = measure_of(kind, other);
	if (day == other)
		return true;
	if (!more || !fewer || more->kind != MEASURE_EARLIEST || fewer->kind != MEASURE_EARLIEST)
		return false;
	for (size_t i = 0; i < fewer->part_count; i++) {
		size_t j = 0;
		while (j < more->part_count && more->parts[j] != fewer->parts[i])
			j++;
		if (j == more->part_count)
			return false;
	}
	return true;
}

static bool placed_within(const struct set *a, const struct set *b)
{
	const struct formula *x = a->formula, *y = b->formula;
	if (x->source != y->source)
		return false;
	if (x->leave == REF_NONE || y->leave == REF_NONE)
		return x->leave == y->leave && a->day == b->day;
	return day_follows(x->kind, a->day, b->day) && day_precedes(x->kind, x->leave, y->leave);
}

static bool set_within(const struct set *a, const struct set *b)
{
	struct group in[GROUPS_MAX], all[GROUPS_MAX];
	size_t in_count = set_groups(a, in), all_count = set_groups(b, all);
	bool within = placed_within(a, b);
	for (size_t i = 0; within && i < all_count; i++)
		within = groups_imply(in, in_count, &all[i]);
	return within;
}

static bool set_apart(const struct set *a, const struct set *b)
{
	struct group one[GROUPS_MAX], other[GROUPS_MAX];
	size_t one_count = set_groups(a, one), other_count = set_groups(b, other);
	for (size_t i = 0; i < one_count; i++) {
		for (size_t j = 0; j < other_count; j++) {
			if (group_excludes(&one[i], &other[j]))
				return true;
		}
	}
	return false;
}

/* ---- of KPIs ---- */

/* A set within those that `kept` placed and did not count. */
static bool within_rest(const struct set *told, const struct formula *kept)
{
	struct set of, count;
	return set_make(kept, SET_OF, &of) && set_make(kept, SET_COUNT, &count) &&
	       set_within(told, &of) && set_apart(told, &count);
}

/* What one did not count of the same, the other did not count either. */
static bool rest_within_rest(const struct formula *told, const struct formula *kept)
{
	struct set of[2], count[2];
	return set_make(told, SET_OF, &of[0]) && set_make(told, SET_COUNT, &count[0]) &&
	       set_make(kept, SET_OF, &of[1]) && set_make(kept, SET_COUNT, &count[1]) &&
	       set_within(&of[0], &of[1]) && set_within(&count[1], &count[0]);
}

static bool part_within(const struct formula *told, const struct formula *kept)
{
	struct set number, secret;
	for (unsigned t = 0; t < SET_KINDS; t++) {
		if (!set_make(told, t, &number))
			continue;
		for (unsigned k = 0; k < SET_KINDS; k++) {
			/* What a share is taken of is no secret, nor is what a count does not know. */
			if ((k == SET_COUNT || (k > SET_OF && kept->is_share)) &&
				set_make(kept, k, &secret) && set_within(&number, &secret))
				return true;
		}
		if (within_rest(&number, kept))
			return true;
	}
	return rest_within_rest(told, kept);
}

bool relate_within(const struct formula *told, const struct formula *kept)
{
	const struct formula *tell[SUM_MAX], *keep[SUM_MAX];
	size_t tell_count = formula_parts(told, tell), keep_count = formula_parts(kept, keep);
	for (size_t i = 0; i < tell_count; i++) {
		/* The parts of a sum are less than it, and told apart only where each is a KPI. */
		for (size_t j = 0; keep_count == 1 && j < keep_count; j++) {
			if (part_within(tell[i], keep[j]))
				return true;
		}
	}
	return false;
}

bool relate_counted(const struct formula *part, const struct formula *whole)
{
	struct set counted, all;
	return part->kind && whole->kind && set_make(part, SET_COUNT, &counted) &&
	       set_make(whole, SET_COUNT, &all) && set_within(&counted, &all);
}

static bool test_takes(const struct test *test, const struct split *split, uint32_t value)
{
	if (test->op == TEST_UNSET)
		return !value;
	return test->op == TEST_IS && split->table->columns[split->column].values &&
	       split->merge[(uint8_t)test->number] == value;
}

/* Whether the group says nothing but which values of the split there are; `takes`: this one is. */
static bool group_chooses(
	const struct group *group, const struct split *split, uint32_t value, bool *takes)
{
	*takes = false;
	for (size_t i = 0; i < group->count; i++) {
		const struct test *test = &group->tests[i];
		if (test->ref != split->column || test->other != REF_NONE ||
			(test->op != TEST_IS && test->op != TEST_UNSET))
			return false;
		*takes = *takes || test_takes(test, split, value);
	}
	return true;
}

/* The set is the other one where the split has some values, and this is one of them. */
static bool set_chooses(
	const struct set *set, const struct set *whole, const struct split *split, uint32_t value)
{
	struct group groups[GROUPS_MAX], all[GROUPS_MAX];
	size_t count = set_groups(set, groups), all_count = set_groups(whole, all);
	bool chosen = false;
	for (size_t i = 0; i < count; i++) {
		bool takes;
		if (groups_imply(all, all_count, &groups[i]))
			continue;
		if (!group_chooses(&groups[i], split, value, &takes) || !takes)
			return false;
		chosen = true;
	}
	return chosen && set_within(set, whole);
}

bool relate_value(const struct formula *told, const struct formula *kept,
	const struct dimension *dimension, uint32_t value)
{
	const struct split *split = formula_split(kept, dimension);
	struct set number, whole;
	if (!told->kind || !kept->kind || !split || split->by_case >= 0)
		return false;
	for (unsigned t = 0; t < SET_KINDS; t++) {
		if (set_make(told, t, &number) && set_make(kept, SET_COUNT, &whole) &&
			set_chooses(&number, &whole, split, value))
			return true;
	}
	return false;
}
