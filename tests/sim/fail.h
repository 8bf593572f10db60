/*
 * How a seed fails: at once, saying what, and how to see it again. And how it tells what it does.
 */
#ifndef WOT_SIM_FAIL_H
#define WOT_SIM_FAIL_H

/* Which seed runs, and whether it tells of every step. */
void fail_of(unsigned long long seed, double scale, int verbose);
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* With --verbose only. */
void sim_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define sim_check(condition, ...) ((condition) ? (void)0 : sim_fail(__VA_ARGS__))

#endif
