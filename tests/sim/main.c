/*
 * The simulation: the four real cores in the real shell, in one process, on a virtual clock, under a seed.
 *
 *	build/sim [--seeds N] [--from SEED] [--jobs N] [--scale S]    many, each in a process of its own
 *	build/sim --seed SEED [--scale S] [--verbose]                 one, telling what it does
 *
 * Where to start: run_seed in run.c is one life of it; town.c and story.c say what happens there, model.c what
 * must come of it, check*.c what must hold.
 */
#include "lib/buf.h"
#include "tests/sim/clerk.h"
#include "tests/sim/fail.h"
#include "tests/sim/run.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

struct options {
	uint64_t seeds, from;
	long jobs;
	double scale;
	bool one, verbose;
};

/* What a seed's process hands back. */
struct result {
	struct run_stats run;
	struct clerk_stats clerk;
};

/* ---- randomness of the library, under the seed too ---- */

static uint64_t sodium_state;

static void on_buf(void *const out, const size_t size)
{
	for (size_t i = 0; i < size; i++) {
		sodium_state = sodium_state * UINT64_C(6364136223846793005) +
			       UINT64_C(1442695040888963407);
		((uint8_t *)out)[i] = (uint8_t)(sodium_state >> 56);
	}
}

static uint32_t on_random(void)
{
	uint32_t random;
	on_buf(&random, sizeof random);
	return random;
}

static const char *on_name(void)
{
	return "seed";
}

static void randomness_begin(uint64_t seed)
{
	static randombytes_implementation implementation = {
		.implementation_name = on_name, .random = on_random, .buf = on_buf};
	sodium_state = seed;
	must(randombytes_set_implementation(&implementation) == 0);
	must(sodium_init() >= 0);
}

static void seed_run(uint64_t seed, const struct options *options, struct result *result)
{
	fail_of(seed, options->scale, options->verbose);
	randomness_begin(seed);
	run_seed(seed, options->scale, &result->run);
	result->clerk = clerk_stats;
}

/* ---- many ---- */

/* Far more than a seed takes: one that does not come to an end is shown like one that fails. */
static void seconds_limit(void)
{
	const struct rlimit seconds = {.rlim_cur = 120, .rlim_max = RLIM_INFINITY};
	must(setrlimit(RLIMIT_CPU, &seconds) == 0);
}

struct job {
	pid_t pid;
	uint64_t seed;
	int fd;
};

static void job_begin(struct job *job, uint64_t seed, const struct options *options)
{
	int ends[2];
	fflush(stdout);
	must(pipe(ends) == 0);
	job->pid = fork();
	must(job->pid >= 0);
	if (job->pid == 0) {
		struct result result = {0};
		close(ends[0]);
		seconds_limit();
		seed_run(seed, options, &result);
		must(write(ends[1], &result, sizeof result) == sizeof result);
		_exit(0);
	}
	close(ends[1]);
	job->seed = seed;
	job->fd = ends[0];
}

static void counts_add(uint64_t *sum, const uint64_t *more, size_t size)
{
	for (size_t i = 0; i < size / sizeof *sum; i++)
		sum[i] += more[i];
}

/* The first job that ends; false: its seed failed. */
static bool job_end(struct job *jobs, long count, const struct options *options, struct result *sum)
{
	int status;
	pid_t pid = wait(&status);
	struct job *job = jobs;
	while (job < jobs + count && job->pid != pid)
		job++;
	must(pid > 0 && job < jobs + count);
	struct result result;
	bool passed = status == 0 && read(job->fd, &result, sizeof result) == sizeof result;
	if (passed)
		counts_add((uint64_t *)sum, (const uint64_t *)&result, sizeof result);
	else if (WIFSIGNALED(status))
		printf("seed %" PRIu64 " failed: %s; repeat with: build/sim --seed %" PRIu64
		       " --scale %g --verbose\n",
			job->seed, strsignal(WTERMSIG(status)), job->seed, options->scale);
	close(job->fd);
	job->pid = 0;
	return passed;
}

static void kinds_print(const char *what, const uint64_t kinds[KIND_MAX])
{
	printf("%s:", what);
	for (uint32_t kind = WOT__V1__BODY__KIND_INPUT_READ; kind < KIND_MAX; kind++)
		if (event_kind_name(kind))
			printf(" %s %" PRIu64, event_kind_name(kind), kinds[kind]);
	printf("\n");
}

static void result_print(const struct result *sum)
{
	const struct clerk_stats *clerk = &sum->clerk;
	printf("%" PRIu64 " submissions sent, %" PRIu64 " accepted, %" PRIu64
	       " duplicates, %" PRIu64 " answers lost; refused:",
		clerk->sent, clerk->accepted, clerk->duplicate, clerk->lost);
	for (unsigned i = 0; i < ERR_COUNT; i++)
		if (clerk->refused[i])
			printf(" %s %" PRIu64, err_name(err_at(i)), clerk->refused[i]);
	printf("\n%" PRIu64 " events; %" PRIu64 " kills, %" PRIu64 " stops, %" PRIu64
	       " links broken, %" PRIu64 " held, %" PRIu64 " disks full, %" PRIu64
	       " reloads, %" PRIu64 " looks, %" PRIu64 " evenings; %" PRIu64
	       " screenings left out\n",
		sum->run.events, sum->run.kills, sum->run.stops, sum->run.breaks, sum->run.holds,
		sum->run.fills, sum->run.reloads, sum->run.checks, sum->run.day_ends,
		sum->run.left_out);
	kinds_print("said by wot", sum->run.said);
	kinds_print("of these undone by a kill, and said again", sum->run.lost);
}

static bool happened(const char *what, const char *name, uint64_t count)
{
	if (!count)
		printf("in no city %s %s\n", what, name);
	return count;
}

/* A city in which something never happens proves nothing of it. */
static bool is_complete(const struct result *sum)
{
	static const int refusals[] = {ERR_INVALID, ERR_FORBIDDEN, ERR_UNKNOWN_CASE,
		ERR_UNKNOWN_COMPLAINT, ERR_REF_TAKEN, ERR_LIFE_FORBIDS, ERR_DISK_FULL};
	const struct run_stats *run = &sum->run;
	bool troubles = run->kills && run->stops && run->holds && run->breaks && run->fills &&
			run->reloads && run->day_ends && sum->clerk.lost && sum->clerk.duplicate;
	bool complete = happened("there is", "every trouble", troubles);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		complete &= happened("somebody is refused with", err_name(refusals[i]),
			sum->clerk.refused[err_index(refusals[i])]);
	complete &= happened("there is", "a screening that crosses a closing", run->left_out);
	for (uint32_t kind = 1; kind < KIND_MAX; kind++) {
		const char *name = event_kind_name(kind);
		bool is_sent = kind < WOT__V1__BODY__KIND_INPUT_READ;
		if (!name)
			continue;
		complete &= happened(
			"there is", name, is_sent ? sum->clerk.kinds[kind] : run->said[kind]);
		complete &= is_sent || happened("a kill undoes", name, run->lost[kind]);
	}
	return complete;
}

enum { COMPLETE_FROM = 100 }; /* so many cities have seen everything */

/* One run as its own program, so that addresses differ too. */
static bool output_of(const struct options *options, struct buf *out)
{
	char line[200], part[400];
	snprintf(line, sizeof line, "/proc/%d/exe --seed %" PRIu64 " --scale %g", getpid(),
		options->from, options->scale);
	FILE *pipe = popen(line, "r");
	must(pipe);
	while (fgets(part, sizeof part, pipe))
		buf_text(out, part);
	return pclose(pipe) == 0;
}

/* The same seed again must write the same logs, to the last bit. */
static bool is_same_again(const struct options *options)
{
	auto_buf struct buf first = {0}, second = {0};
	bool same = output_of(options, &first) && output_of(options, &second) &&
		    strcmp(first.data, second.data) == 0;
	if (!same)
		printf("seed %" PRIu64 " failed: two runs of it differ:\n%s%s", options->from,
			first.data, second.data);
	return same;
}

static int seeds_run(const struct options *options)
{
	struct job *jobs = calloc((size_t)options->jobs, sizeof *jobs);
	struct result sum = {0};
	uint64_t next = 0, passed = 0, ended = 0;
	must(jobs);
	while (ended < options->seeds) {
		for (long i = 0; i < options->jobs && next < options->seeds; i++)
			if (!jobs[i].pid)
				job_begin(&jobs[i], options->from + next++, options);
		passed += job_end(jobs, options->jobs, options, &sum);
		ended++;
	}
	free(jobs);
	result_print(&sum);
	uint64_t failed = options->seeds - passed;
	if (!failed)
		failed += !is_same_again(options);
	if (!failed && (double)options->seeds * options->scale >= COMPLETE_FROM)
		failed += !is_complete(&sum);
	printf("sim: %" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
	return failed ? 1 : 0;
}

/* ---- one, or many ---- */

static int usage(void)
{
	fprintf(stderr, "sim [--seeds N] [--from SEED] [--jobs N] [--scale S] | --seed SEED "
			"[--scale S] [--verbose]\n");
	return 2;
}

static bool options_read(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"seeds", required_argument, NULL, 'n'},
		{"from", required_argument, NULL, 'f'},
		{"seed", required_argument, NULL, 's'},
		{"jobs", required_argument, NULL, 'j'},
		{"scale", required_argument, NULL, 'S'},
		{"verbose", no_argument, NULL, 'v'},
		{0},
	};
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		if (c == 'n')
			options->seeds = strtoull(optarg, NULL, 10);
		else if (c == 'f' || c == 's')
			options->from = strtoull(optarg, NULL, 10);
		else if (c == 'j')
			options->jobs = strtol(optarg, NULL, 10);
		else if (c == 'S')
			options->scale = strtod(optarg, NULL);
		else if (c == 'v')
			options->verbose = true;
		else
			return false;
		options->one = options->one || c == 's';
	}
	return optind == argc && options->seeds > 0 && options->jobs > 0 && options->scale > 0;
}

int main(int argc, char **argv)
{
	struct options options = {
		.seeds = 300, .from = 1, .jobs = sysconf(_SC_NPROCESSORS_ONLN), .scale = 1};
	if (!options_read(argc, argv, &options))
		return usage();
	/* Daemons come and go here: what one had is kept for the next. */
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_THRESHOLD, INT_MAX);
	if (!options.one)
		return seeds_run(&options);
	struct result result = {0};
	seed_run(options.from, &options, &result);
	result_print(&result);
	printf("logs %016" PRIx64 "\n", result.run.hash);
	printf("sim: 1 passed, 0 failed\n");
	return 0;
}
