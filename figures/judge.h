/*
 * What may be said of a number: whether it keeps its norm, and whether it differs from another by more than chance.
 * Pure: numbers in, one word out. What is not judged is said to be so; nothing is guessed.
 *
 * A difference of shares is one at |z| of 1.96, of a group beside the rest at 2.64, since several groups are looked
 * at; z is (a - b) / sqrt(p (1 - p) (1/n + 1/m)), p being the share of both together. Counts differ at
 * 1.96 sqrt(a + b). Months differ as XmR charts have it: outside m ± 2.66 r, where r is the mean step from one
 * month to the next, or the last seven on one side of m.
 */
#ifndef WOT_JUDGE_H
#define WOT_JUDGE_H

#include "kpi/kpi.h"

/* Unsure: what is not known could turn it. */
enum verdict {
	VERDICT_NONE,
	VERDICT_RUNNING, /* the quarter or year of the norm is not over */
	VERDICT_MET,
	VERDICT_MET_UNSURE,
	VERDICT_MISSED,
	VERDICT_MISSED_UNSURE,
};
extern const char *const verdict_names[]; /* "none", "running", … */

static inline bool verdict_is_met(enum verdict verdict)
{
	return verdict == VERDICT_MET || verdict == VERDICT_MET_UNSURE;
}
static inline bool verdict_is_missed(enum verdict verdict)
{
	return verdict == VERDICT_MISSED || verdict == VERDICT_MISSED_UNSURE;
}

/* low and high: what it could be; the value itself where that is certain. */
enum verdict judge_norm(const struct norm *norm, double value, double low, double high);
/* Of a norm that each of several periods must meet; the first is joined to VERDICT_NONE. */
enum verdict judge_each(enum verdict so_far, enum verdict next);

enum difference { DIFFERENCE_UNJUDGED, DIFFERENCE_SAME, DIFFERENCE_MORE, DIFFERENCE_FEWER };
extern const char *const difference_names[]; /* "", "same", "more", "fewer" */

/* A number of those it is of. */
struct share {
	int64_t count, of;
};
/* How far the first is from the second, in what chance makes of it; NAN: unjudged. */
double judge_shares_apart(struct share a, struct share b);
double judge_counts_apart(int64_t a, int64_t b);
/* The first beside the second. Unjudged where one of them is of fewer than 50. */
enum difference judge_shares(struct share a, struct share b);
enum difference judge_counts(int64_t a, int64_t b);
enum difference judge_group(struct share group, struct share total);

/* Months as they come, the last one last. */
struct months {
	size_t count;
	double mean, low, high; /* the band of ordinary variation */
	double last;
	size_t run;                 /* how many of the last are on one side of the mean */
	enum difference difference; /* the last is outside the band, or seven or more on one side */
};
enum { MONTHS_MIN = 12 };
/* most: what no month can exceed. At least MONTHS_MIN of them. */
struct months judge_months(const double *values, size_t count, double most);

#endif
