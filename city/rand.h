/*
 * Chance under a seed: a stream (splitmix64) for each thing that draws, named by its kind, year and
 * number. Whole numbers only, so that every machine draws the same.
 */
#ifndef WOT_CITY_RAND_H
#define WOT_CITY_RAND_H

#include "lib/clean.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum chance { /* the order is part of what a seed means */
	CHANCE_PLAN,
	CHANCE_LIFE,
	CHANCE_TRAITS,
	CHANCE_STEPS,
	CHANCE_HOUSEHOLD,
	CHANCE_CALL,
	CHANCE_CONTACT,
	CHANCE_SIGNAL,
	CHANCE_YEAR,
	CHANCE_LIVE,
};

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static inline struct rng rng_of(uint64_t seed, enum chance chance, int group, int number)
{
	struct rng rng = {seed};

	rng.state = rng_next(&rng) ^ (uint64_t)chance;
	rng.state = rng_next(&rng) ^ (uint64_t)(uint32_t)group;
	rng.state = rng_next(&rng) ^ (uint64_t)(uint32_t)number;
	rng_next(&rng);
	return rng;
}

/* 0 to n - 1 */
static inline int rng_below(struct rng *rng, int n)
{
	must(n > 0);
	return (int)(((rng_next(rng) >> 32) * (uint64_t)n) >> 32);
}

static inline int rng_range(struct rng *rng, int low, int high)
{
	return low + rng_below(rng, high - low + 1);
}

/* From low to high, the more often the lower: a third of the way on average. */
static inline int rng_skewed(struct rng *rng, int low, int high)
{
	int64_t u = rng_below(rng, 1 << 16);

	return low + (int)((high - low + 1) * u * u >> 32);
}

static inline bool rng_chance(struct rng *rng, int percent)
{
	return rng_below(rng, 100) < percent;
}

/* A value with its weight; tables of them say how things are spread. */
struct choice {
	int value, weight;
};

static inline int rng_choose(struct rng *rng, const struct choice *choices, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += choices[i].weight;
	int at = rng_below(rng, sum);
	size_t i = 0;

	while (at >= choices[i].weight)
		at -= choices[i++].weight;
	return choices[i].value;
}
#define rng_pick(rng, table) rng_choose((rng), (table), sizeof(table) / sizeof *(table))

#endif
