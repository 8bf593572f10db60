/*
 * What the figures cost at a million cases: folding, memory, and each kind of question as the stats socket
 * asks it, without the socket.
 *
 *	build/bench/kpi [CASES]
 *
 * A line a kind of question: the worst p50 and p99 of all KPIs and windows, in processor time, so that other
 * load on the machine does not count. Exits 1 when one is slower than was promised.
 */
#include "config/yaml.h"
#include "daemons/aggregate/tally.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "proto/event.h"
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { YEARS = 11, ROUNDS = 100, SLOW_ROUNDS = 5, CASE_BYTES_MAX = 160 };

/* Of this thread: other load on the machine is not what is measured. */
static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static uint32_t drawn(uint32_t below)
{
	static uint64_t state = 88172645463325252u;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 20) % below);
}

/* ---- a town of that many cases ---- */

static const char *const wards[] = {
	"CENTRUM_WEST", "NOORDRAND", "GROENOORD", "OOST", "NIEUWLAND", "ZUID"};

struct town {
	struct tally *tally;
	struct buf bytes;
	uint64_t seq, packed;
	double fold_us;
	int32_t today;
};

static void say(struct town *town, uint32_t number, int32_t on, Wot__V1__CaseFacts *facts)
{
	Wot__V1__FirstContact message = WOT__V1__FIRST_CONTACT__INIT;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	char id[24];
	snprintf(id, sizeof id, "%d-%06u", calendar_date(on).year, number);
	body_set(&body, WOT__V1__BODY__KIND_FIRST_CONTACT, &message.base);
	event.id = (ProtobufCBinaryData){16, (uint8_t[16]){0}};
	event.occurred_at = event.recorded_at = calendar_day_start(on);
	event.case_id = id;
	event.facts = facts;
	event.body = &body;
	buf_clear(&town->bytes);
	event_pack(&event, &town->bytes);
	double from = now_us();
	tally_fold(town->tally, STREAM_CASE, (const uint8_t *)town->bytes.data, town->bytes.len,
		++town->seq);
	town->fold_us += now_us() - from;
}

#define FACT(name, value_) .has_##name = true, .name = (value_)
#define SAY(town, number, on, ...)                                                                 \
	do {                                                                                       \
		Wot__V1__CaseFacts facts_ = WOT__V1__CASE_FACTS__INIT;                             \
		Wot__V1__CaseFacts given_ = {__VA_ARGS__};                                         \
		given_.base = facts_.base;                                                         \
		say(town, number, on, &given_);                                                    \
	} while (0)

static void case_live(struct town *town, uint32_t number, int32_t reported)
{
	Wot__V1__Problem__Value problems[] = {1 + drawn(13), 1 + drawn(13)};
	int32_t screened = reported + (int32_t)drawn(9), started = screened + (int32_t)drawn(45);
	int32_t closed = started + 20 + (int32_t)drawn(300);
	SAY(town, number, reported, FACT(reported_on, reported), FACT(channel, 1 + drawn(9)),
		FACT(youth, !drawn(20)), FACT(turns_18_soon, false),
		.ward = (char *)(uintptr_t)(drawn(12) ? wards[drawn(6)] : "UNKNOWN"),
		.problems = problems, .n_problems = drawn(3), FACT(age_years, 18 + drawn(70)),
		FACT(domestic_violence, !drawn(15)), FACT(people_involved, 1 + drawn(5)),
		.team = (char *)(uintptr_t)wards[drawn(6)]);
	if (screened > town->today)
		return;
	SAY(town, number, screened, FACT(screened_on, screened), FACT(screening, 2),
		FACT(care_weight, 1 + drawn(4)));
	if (started > town->today)
		return;
	SAY(town, number, started, FACT(support_started_on, started),
		FACT(first_contact_on, started));
	if (closed <= town->today)
		SAY(town, number, closed, FACT(closed_on, closed),
			FACT(closing_reason, 1 + drawn(8)));
}

/* ---- questions ---- */

struct kind {
	const char *name;
	double promised_us;
	tally_answer_fn *answer;
	bool measured; /* of the KPIs with percentiles; else of the others */
	bool some;     /* of some KPIs alone */
	const char *const *periods, *const *bys;
	int rounds;
};

static const char *const windows[] = {"today", "7d", "28d", "quarter", "year", "2025", "2025-Q2",
	"2019-03-05..2024-09-17", "2015-01-01..2026-12-31", NULL};
/* Of a million cases in eleven years these hold up to 45,000. */
static const char *const short_windows[] = {
	"today", "7d", "28d", "quarter", "2025-Q2", "2025-01-01..2025-06-30", NULL};
static const char *const all_time[] = {"2015-01-01..2026-12-31", NULL};
static const char *const years[] = {"2025", "2015-01-01..2026-12-31", NULL};
static const char *const one_day[] = {"2025-03-04", NULL};
static const char *const plain[] = {"", NULL}, *const by_ward[] = {"ward", NULL};
static const char *const by_other[] = {"age", "care_weight", "problem", NULL};
static const char *const crosses[] = {"ward,age", "problem,care_weight", "ward,problem", NULL};
static const struct kind kinds[] = {
	{"a figure", 300, tally_query, false, false, windows, plain, ROUNDS},
	{"percentiles of 50,000 cases", 300, tally_query, true, false, short_windows, plain,
		ROUNDS},
	{"percentiles of all time", 5000, tally_query, true, false, all_time, plain, SLOW_ROUNDS},
	{"by what is not counted", 10000, tally_query, false, true, years, by_other, SLOW_ROUNDS},
	{"percentiles by ward", 30000, tally_query, true, true, years, by_ward, SLOW_ROUNDS},
	{"a cross of two", 10000, tally_query, false, true, years, crosses, SLOW_ROUNDS},
	{"explain of a day", 10000, tally_explain, false, true, one_day, plain, SLOW_ROUNDS},
	{"compare", 30000, tally_compare, false, true, years, plain, SLOW_ROUNDS},
	{"forecast", 300, tally_forecast, false, true, one_day, plain, ROUNDS},
};
/* Those that are also split and crossed. */
static const char *const some_ids[] = {"help_requests", "started_within_4_weeks",
	"closed_within_6_months", "closures", "waiting_days"};

static bool is_some(const char *id)
{
	for (size_t i = 0; i < sizeof some_ids / sizeof *some_ids; i++) {
		if (!strcmp(id, some_ids[i]))
			return true;
	}
	return false;
}

static int us_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The worst of all questions of a kind. */
struct found {
	double p50_us, p99_us;
	char slowest[128];
};

static void ask(const struct town *town, const struct kind *kind, const struct query *query,
	struct found *found)
{
	double us[ROUNDS];
	auto_buf struct buf out = {0};
	for (int i = 0; i < kind->rounds; i++) {
		struct why why = {""};
		buf_clear(&out);
		double from = now_us();
		if (kind->answer(town->tally, query, &out, &why)) {
			fprintf(stderr, "%s: %s\n", query->id, why.text);
			exit(2);
		}
		us[i] = now_us() - from;
	}
	qsort(us, (size_t)kind->rounds, sizeof *us, us_compare);
	double p50 = us[kind->rounds / 2], p99 = us[kind->rounds * 99 / 100];
	found->p50_us = p50 > found->p50_us ? p50 : found->p50_us;
	if (p99 <= found->p99_us)
		return;
	found->p99_us = p99;
	snprintf(found->slowest, sizeof found->slowest, "%s %s %s", query->id, query->period,
		query->by ? query->by : "");
}

static bool kind_measure(const struct town *town, const struct kind *kind, const json_t *figures)
{
	struct found found = {0};
	size_t i;
	const json_t *figure;
	json_array_foreach(figures, i, figure)
	{
		const char *id = json_string_value(json_object_get(figure, "id"));
		bool measured = json_object_get(figure, "p50") != NULL;
		if (measured != kind->measured || (kind->some && !is_some(id)))
			continue;
		for (size_t p = 0; kind->periods[p]; p++) {
			for (size_t b = 0; kind->bys[b]; b++) {
				struct query query = {.id = id,
					.period = kind->periods[p],
					.by = *kind->bys[b] ? kind->bys[b] : NULL,
					.today = town->today};
				if (kind->answer == tally_compare) {
					query.definition = 2023;
					query.beside = 2025;
				}
				ask(town, kind, &query, &found);
			}
		}
	}
	bool kept = found.p99_us <= kind->promised_us;
	printf("%-28s p50 %8.1f us  p99 %8.1f us  at most %6.0f us  %-6s  slowest: %s\n",
		kind->name, found.p50_us, found.p99_us, kind->promised_us, kept ? "kept" : "MISSED",
		found.slowest);
	return kept;
}

static json_t *figures_of(const struct town *town)
{
	auto_buf struct buf out = {0};
	struct why why = {""};
	struct query query = {.today = town->today};
	if (tally_query(town->tally, &query, &out, &why)) {
		fprintf(stderr, "%s\n", why.text);
		exit(2);
	}
	return json_loadb(out.data, out.len, 0, NULL);
}

int main(int argc, char **argv)
{
	uint32_t cases = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
	struct town town = {.today = calendar_day((struct calendar_date){2026, 11, 21})};
	auto_buf struct buf yaml = {0}, errors = {0};
	struct why why = {""};
	if (yaml_read_file("config/kpi.yaml", &yaml, &errors)) {
		fprintf(stderr, "%s", errors.data);
		return 2;
	}
	struct tally_options options = {.kpi_yaml = yaml.data, .phone_answer_seconds = 30};
	if (tally_new(&town.tally, &options, &why)) {
		fprintf(stderr, "%s\n", why.text);
		return 2;
	}
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (uint32_t i = 0; i < cases; i++)
		case_live(&town, i + 1,
			town.today - (int32_t)((uint64_t)(cases - i) * YEARS * 365 / cases));
	double bytes = (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / cases;
	printf("%u cases, %lu events folded one by one: %.0f a second\n", cases,
		(unsigned long)town.seq, (double)town.seq / town.fold_us * 1e6);
	bool kept = bytes <= CASE_BYTES_MAX;
	printf("%.1f bytes a case, at most %d  %s\n", bytes, CASE_BYTES_MAX,
		kept ? "kept" : "MISSED");
	double from = now_us();
	tally_replay_begin(town.tally);
	tally_replay_end(town.tally);
	printf("all figures counted anew in %.2f s\n", (now_us() - from) / 1e6);
	json_t *figures = figures_of(&town);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		kept = kind_measure(&town, &kinds[i], figures) && kept;
	json_decref(figures);
	tally_free(town.tally);
	buf_done(&town.bytes);
	return kept ? 0 : 1;
}
