#include "figures/judge.h"

#include "lib/must.h"
#include <math.h>

enum { SHARE_OF_MIN = 50, RUN_MIN = 7 };

static const double Z_TWO = 1.96, Z_GROUPS = 2.64, XMR = 2.66;
static const double NOTHING = 1e-9; /* a month that is this near lies on the line */

const char *const verdict_names[] = {
	"none", "running", "met", "met_unsure", "missed", "missed_unsure"};
const char *const difference_names[] = {"", "same", "more", "fewer"};

/* ---- norms ---- */

static bool is_met(const struct norm *norm, double value)
{
	return norm->kind == NORM_AT_LEAST    ? value >= norm->value
	       : norm->kind == NORM_MORE_THAN ? value > norm->value
					      : value <= norm->value;
}

enum verdict judge_norm(const struct norm *norm, double value, double low, double high)
{
	if (norm->kind == NORM_NONE)
		return VERDICT_NONE;
	bool met = is_met(norm, value);
	bool sure = is_met(norm, low) == met && is_met(norm, high) == met;
	if (met)
		return sure ? VERDICT_MET : VERDICT_MET_UNSURE;
	return sure ? VERDICT_MISSED : VERDICT_MISSED_UNSURE;
}

enum verdict judge_each(enum verdict so_far, enum verdict next)
{
	if (so_far == VERDICT_NONE || so_far == next)
		return next;
	/* One that is missed for certain decides. */
	if (so_far == VERDICT_MISSED || next == VERDICT_MISSED)
		return VERDICT_MISSED;
	if (verdict_is_missed(so_far) || verdict_is_missed(next))
		return VERDICT_MISSED_UNSURE;
	return VERDICT_MET_UNSURE;
}

/* ---- differences ---- */

static enum difference direction(double a, double b)
{
	return a > b ? DIFFERENCE_MORE : DIFFERENCE_FEWER;
}

double judge_shares_apart(struct share a, struct share b)
{
	double n = (double)a.of, m = (double)b.of;
	if (a.of < SHARE_OF_MIN || b.of < SHARE_OF_MIN)
		return NAN;
	double p = (double)(a.count + b.count) / (n + m);
	if (p > 1)
		return NAN; /* more than one of each: no share of them */
	double spread = sqrt(p * (1 - p) * (1 / n + 1 / m));
	return spread == 0 ? 0 : ((double)a.count / n - (double)b.count / m) / spread;
}

double judge_counts_apart(int64_t a, int64_t b)
{
	return a == b ? 0 : ((double)a - (double)b) / sqrt((double)a + (double)b);
}

static enum difference differ(double apart, double limit)
{
	if (isnan(apart))
		return DIFFERENCE_UNJUDGED;
	return fabs(apart) < limit ? DIFFERENCE_SAME : direction(apart, 0);
}

enum difference judge_shares(struct share a, struct share b)
{
	return differ(judge_shares_apart(a, b), Z_TWO);
}

enum difference judge_group(struct share group, struct share total)
{
	struct share rest = {total.count - group.count, total.of - group.of};
	return differ(judge_shares_apart(group, rest), Z_GROUPS);
}

enum difference judge_counts(int64_t a, int64_t b)
{
	return differ(judge_counts_apart(a, b), Z_TWO);
}

/* ---- months ---- */

/* -1 below, 1 above. */
static int side_of(double value, double line)
{
	double near = NOTHING * (1 + fabs(line));
	return (value > line + near) - (value < line - near);
}

static size_t run_of(const double *values, size_t count, double mean)
{
	size_t run = 0;
	int side = side_of(values[count - 1], mean);
	while (side && run < count && side_of(values[count - 1 - run], mean) == side)
		run++;
	return run;
}

struct months judge_months(const double *values, size_t count, double most)
{
	double sum = 0, steps = 0;
	must(count >= MONTHS_MIN);
	for (size_t i = 0; i < count; i++) {
		sum += values[i];
		steps += i ? fabs(values[i] - values[i - 1]) : 0;
	}
	double mean = sum / (double)count, width = XMR * steps / (double)(count - 1);
	struct months months = {.count = count,
		.mean = mean,
		.low = fmax(mean - width, 0),
		.high = fmin(mean + width, most),
		.last = values[count - 1],
		.run = run_of(values, count, mean),
		.difference = DIFFERENCE_SAME};
	bool is_outside =
		side_of(months.last, months.low) < 0 || side_of(months.last, months.high) > 0;
	if (is_outside || months.run >= RUN_MIN)
		months.difference = direction(months.last, mean);
	return months;
}
