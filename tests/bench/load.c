#include "tests/bench/load.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool time_is_up(const struct load *load, const struct timing *timing)
{
	return load->limit_ms && clock_ns() - timing->start_ns > load->limit_ms * UINT64_C(1000000);
}

void pool_end(struct pool *pool)
{
	if ((pool->count & (pool->count + 1)) == 0) {
		pool->starts = realloc(pool->starts, (2 * pool->count + 2) * sizeof *pool->starts);
		must(pool->starts);
		pool->starts[0] = 0;
	}
	pool->starts[++pool->count] = pool->bytes.len;
}

void pool_done(struct pool *pool)
{
	buf_done(&pool->bytes);
	free(pool->starts);
}

/* ---- what came of it ---- */

static int by_value(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

static void timing_print(const struct load *load, struct timing *timing)
{
	double seconds = (double)(timing->end_ns - timing->start_ns) / 1e9;
	printf("{\"events\":%zu,\"seconds\":%.6f,\"rate\":%.1f", timing->events, seconds,
		(double)timing->events / seconds);
	if (load->latency) {
		uint32_t *times = timing->round_trips_ns;
		qsort(times, timing->events, sizeof *times, by_value);
		printf(",\"p50_us\":%.1f,\"p99_us\":%.1f", times[timing->events / 2] / 1e3,
			times[timing->events * 99 / 100] / 1e3);
	}
	puts("}");
}

static const struct option options[] = {
	{"events", required_argument, NULL, 'n'},
	{"limit-ms", required_argument, NULL, 'l'},
	{"push", required_argument, NULL, 'p'},
	{"keys", required_argument, NULL, 'k'},
	{"client", required_argument, NULL, 'c'},
	{"frame", required_argument, NULL, 'f'},
	{"outstanding", required_argument, NULL, 'o'},
	{"kpi", required_argument, NULL, 'v'},
	{"dir", required_argument, NULL, 'd'},
	{"kind", required_argument, NULL, 't'},
	{"redis", required_argument, NULL, 'r'},
	{"depth", required_argument, NULL, 'q'},
	{"connections", required_argument, NULL, 'x'},
	{"packed", no_argument, NULL, 'b'},
	{0},
};

static bool option_take(struct load *load, int option, const char *value)
{
	char *end = "";
	size_t number = strchr("nlfoqx", option) ? strtoull(value, &end, 10) : 1;
	switch (option) {
	case 'n':
		load->events = number;
		break;
	case 'l':
		load->limit_ms = (unsigned)number;
		break;
	case 'p':
		load->push = value;
		break;
	case 'k':
		load->keys = value;
		break;
	case 'c':
		load->client = value;
		break;
	case 'f':
		load->frame = number;
		break;
	case 'o':
		load->outstanding = number;
		break;
	case 'v':
		load->kpi = value;
		break;
	case 'd':
		load->dir = value;
		break;
	case 't':
		load->kind = value;
		break;
	case 'r':
		load->redis = value;
		break;
	case 'q':
		load->depth = number;
		break;
	case 'x':
		load->connections = number;
		break;
	case 'b':
		load->packed = true;
		break;
	default:
		return false;
	}
	return !*end && number > 0;
}

/* A mode sets what its name says; wot-latency and redis-latency have one outstanding. */
static bool load_check(struct load *load, bool wot, bool visible)
{
	if (load->latency)
		load->frame = load->outstanding = load->depth = load->connections = 1;
	if (strcmp(load->kind, "call") != 0 && strcmp(load->kind, "request") != 0)
		return false;
	if (!wot)
		return load->redis;
	return load->push && load->keys && load->client && load->outstanding >= load->frame &&
	       visible == (load->kpi && load->dir);
}

int main(int argc, char **argv)
{
	static const char *const modes[] = {
		"wot-ingest", "wot-visible", "wot-latency", "redis-ingest", "redis-latency"};
	const char *mode = argc > 1 ? argv[1] : "";
	bool known = false;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		known |= strcmp(mode, modes[i]) == 0;
	bool wot = mode[0] == 'w';
	struct load load = {
		.events = 100000,
		.frame = 64,
		.outstanding = 1024,
		.depth = 1024,
		.connections = 1,
		.client = "operator",
		.kind = "call",
		.latency = strstr(mode, "latency") != NULL,
	};
	optind = 2;
	for (int c; known && (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
		known = option_take(&load, c, optarg);
	if (!known || !load_check(&load, wot, strstr(mode, "visible") != NULL)) {
		fputs("usage: load wot-ingest|wot-latency --push ENDPOINT --keys DIR [--client "
		      "NAME]\n"
		      "       load wot-visible … --dir DIR --kpi ID\n"
		      "       load redis-ingest|redis-latency --redis ADDRESS [--depth N "
		      "--connections N]\n"
		      "       [--events N] [--kind call|request] [--frame N --outstanding N] "
		      "[--limit-ms N]\n",
			stderr);
		return 2;
	}
	struct timing timing = {0};
	if (load.latency) {
		timing.round_trips_ns = calloc(load.events, sizeof *timing.round_trips_ns);
		must(timing.round_trips_ns);
	}
	bool fine = wot ? load_wot(&load, &timing) : load_redis(&load, &timing);
	if (fine)
		timing_print(&load, &timing);
	free(timing.round_trips_ns);
	return fine ? 0 : 1;
}
