#include "figures/suppress/relate.h"

#include "figures/figure.h"
#include <string.h>

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

static enum relate_number set_number(unsigned kind)
{
	return kind == SET_COUNT ? RELATE_COUNT : kind == SET_OF ? RELATE_OF : RELATE_UNKNOWN;
}

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
	if (!placed_within(a, b))
		return false;
	size_t in_count = set_groups(a, in), all_count = set_groups(b, all);
	bool within = true;
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

/* What a share is taken of is no secret, nor is what a count does not know. */
static bool set_is_kept(const struct formula *kept, unsigned kind)
{
	return kind == SET_COUNT || (kind > SET_OF && kept->is_share);
}

static void part_within(const struct formula *told, const struct formula *kept,
	bool within[RELATE_NUMBERS][RELATE_NUMBERS])
{
	struct set number, secret;
	for (unsigned t = 0; t < SET_KINDS; t++) {
		bool *of = within[set_number(t)];
		if (!set_make(told, t, &number))
			continue;
		for (unsigned k = 0; k < SET_KINDS; k++) {
			if (set_is_kept(kept, k) && set_make(kept, k, &secret) &&
				set_within(&number, &secret))
				of[set_number(k)] = true;
		}
		if (within_rest(&number, kept))
			of[RELATE_COUNT] = true;
	}
	if (rest_within_rest(told, kept))
		within[RELATE_OF][RELATE_COUNT] = true;
}

static void formula_within(const struct formula *told, const struct formula *kept,
	bool within[RELATE_NUMBERS][RELATE_NUMBERS])
{
	const struct formula *tell[SUM_MAX], *keep[SUM_MAX];
	size_t tell_count = formula_parts(told, tell), keep_count = formula_parts(kept, keep);
	/* The parts of a sum are less than it, and told apart only where each is a KPI. */
	for (size_t i = 0; keep_count == 1 && i < tell_count; i++)
		part_within(tell[i], keep[0], within);
}

static void formula_counted(
	const struct formula *part, const struct formula *whole, bool counted[RELATE_NUMBERS])
{
	struct set number, all;
	if (!part->kind || !whole->kind || !set_make(whole, SET_COUNT, &all))
		return;
	for (unsigned t = 0; t < SET_KINDS; t++) {
		if (set_make(part, t, &number) && set_within(&number, &all))
			counted[set_number(t)] = true;
	}
}

/* Each row counts for something, of whatever amount. */
static bool formula_same(const struct formula *one, const struct formula *other)
{
	struct set a, b;
	if (!one->kind || !other->kind)
		return false;
	set_make(one, SET_COUNT, &a);
	set_make(other, SET_COUNT, &b);
	return set_within(&a, &b) && set_within(&b, &a);
}

/* What one counts, or is a share of, is what the other is a share of. */
static bool formula_is_whole(const struct formula *one, const struct formula *share)
{
	struct set all, whole;
	if (!one->kind || !share->kind || !set_make(share, SET_OF, &whole))
		return false;
	for (unsigned kind = SET_COUNT; kind <= SET_OF; kind++) {
		if (set_make(one, kind, &all) && set_within(&all, &whole) &&
			set_within(&whole, &all))
			return true;
	}
	return false;
}

/* What one measures is what the other holds against a limit. */
static bool formula_limits(const struct formula *one, const struct formula *other)
{
	if (!one->kind || !other->kind || one->measure == REF_NONE || one->source != other->source)
		return false;
	for (size_t i = 0; i < other->counted.count; i++) {
		if (other->counted.tests[i].ref == one->measure)
			return true;
	}
	return false;
}

/* ---- of a KPI and the rows of another ---- */

/* The value that the test asks for; false: it asks for none of them. */
static bool test_value(const struct test *test, const struct split *split, uint32_t *value)
{
	if (test->op == TEST_UNSET)
		*value = 0;
	else if (split->table->columns[split->column].values)
		*value = split->merge[(uint8_t)test->number];
	else
		return false;
	return true;
}

/* Leaves the values that the group takes as well. False: it does not only choose among them. */
static bool group_chooses(
	const struct group *group, const struct split *split, bool values[RELATE_VALUES])
{
	bool takes[RELATE_VALUES] = {false};
	for (size_t i = 0; i < group->count; i++) {
		const struct test *test = &group->tests[i];
		uint32_t value;
		if (test->ref != split->column || test->other != REF_NONE ||
			(test->op != TEST_IS && test->op != TEST_UNSET))
			return false;
		if (test_value(test, split, &value))
			takes[value] = true;
	}
	for (size_t v = 0; v < RELATE_VALUES; v++)
		values[v] = values[v] && takes[v];
	return true;
}

/* Adds the values of the split of which the set is, if it is all of the other one where the split has them. */
static void set_chooses(const struct set *set, const struct set *whole, const struct split *split,
	bool out[RELATE_VALUES])
{
	struct group groups[GROUPS_MAX], all[GROUPS_MAX];
	bool values[RELATE_VALUES], chosen = false;
	size_t count = set_groups(set, groups), all_count = set_groups(whole, all);
	memset(values, true, sizeof values);
	for (size_t i = 0; i < count; i++) {
		if (groups_imply(all, all_count, &groups[i]))
			continue;
		if (!group_chooses(&groups[i], split, values))
			return;
		chosen = true;
	}
	for (size_t v = 0; chosen && v < RELATE_VALUES; v++)
		out[v] = out[v] || values[v];
}

/* False: the number is no sum of values of the split. */
static bool split_chosen(const struct formula *told, enum relate_number number,
	const struct formula *kept, const struct split *split, bool out[RELATE_VALUES])
{
	struct set set, whole;
	bool is_part = false; /* mostly not, and then nothing is cleared or looked through */
	for (unsigned t = 0; t < SET_KINDS; t++) {
		if (set_number(t) != number || !set_make(told, t, &set) ||
			!set_make(kept, SET_COUNT, &whole) || !set_within(&set, &whole))
			continue;
		if (!is_part)
			memset(out, false, RELATE_VALUES * sizeof *out);
		is_part = true;
		set_chooses(&set, &whole, split, out);
	}
	return is_part && memchr(out, true, RELATE_VALUES * sizeof *out);
}

/* Puts it before the others. */
static void choice_add(const struct formula *told, enum relate_number number,
	const struct formula *kept, const struct split *split, struct relate_choice **first)
{
	bool values[RELATE_VALUES];
	if (!split->dimension->viewers || split->column < 0 || split->by_case >= 0 ||
		!split_chosen(told, number, kept, split, values))
		return;
	struct relate_choice *choice = calloc(1, sizeof *choice);
	must(choice);
	*choice = (struct relate_choice){.number = number, .by = split->dimension, .next = *first};
	memcpy(choice->values, values, sizeof values);
	*first = choice;
}

static struct relate_choice *choices_of(const struct formula *told, const struct formula *kept)
{
	struct relate_choice *first = NULL;
	for (size_t s = 0; told->kind && kept->kind && s < kept->split_count; s++) {
		for (unsigned number = 0; number < RELATE_NUMBERS; number++)
			choice_add(told, number, kept, &kept->splits[s], &first);
	}
	return first;
}

/* ---- of all KPIs ---- */

void relate_init(struct relations *out, const struct kpis *kpis, uint32_t definition)
{
	*out = (struct relations){
		kpis, definition, calloc(kpis->count * kpis->count, sizeof *out->items)};
	must(out->items);
}

const struct relation *relate_of(
	struct relations *relations, const struct kpi *told, const struct kpi *kept)
{
	const struct kpis *kpis = relations->kpis;
	const struct formula *one = told->formulas[relations->definition],
			     *other = kept->formulas[relations->definition];
	struct relation *relation = &relations->items[(size_t)(told - kpis->items) * kpis->count +
						      (size_t)(kept - kpis->items)];
	if (relation->known)
		return relation;
	*relation = (struct relation){
		.known = true,
		.same = formula_same(one, other),
		.limits = kept->days == told || formula_limits(one, other),
		.whole = formula_is_whole(one, other),
		.choices = choices_of(one, other),
	};
	formula_within(one, other, relation->within);
	formula_counted(one, other, relation->counted);
	relation->any = relation->same || relation->whole ||
			memchr(relation->within, true, sizeof relation->within) != NULL;
	return relation;
}

void relate_done(struct relations *relations)
{
	for (size_t i = 0; i < relations->kpis->count * relations->kpis->count; i++) {
		struct relate_choice *next, *choice = relations->items[i].choices;
		for (; choice; choice = next) {
			next = choice->next;
			free(choice);
		}
	}
	free(relations->items);
}
