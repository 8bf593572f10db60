#include "tests/sim/retell.h"

#include "city/rand.h"
#include "proto/submission.h"
#include "stage/stage_own.h"
#include "tests/sim/check.h"
#include "tests/sim/clerk.h"
#include "tests/sim/fail.h"
#include "tests/sim/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS_MORE = 8 }; /* for what waits for what is told late itself */

struct telling {
	struct accepted *items;
	size_t count;
	int64_t *recorded_ms; /* by item: when it was accepted */
	char **names;         /* by item: of the case, CLIENT/REF; NULL: of none */
	size_t *rounds;       /* by item: in which it is told the first time */
	int *answers;         /* by item, of the telling that was last */
	size_t *order;        /* items */
	size_t round_count;
};

static struct rng chance;

/* ---- what there is to tell ---- */

struct log_read {
	struct telling *telling;
	enum member member;
	size_t next; /* item */
	struct arena arena;
};

static void on_logged(void *arg, const uint8_t *bytes, size_t len, uint64_t seq)
{
	struct log_read *read = arg;
	struct telling *telling = read->telling;
	size_t i = read->next;
	if (i == telling->count || telling->items[i].member != read->member ||
		telling->items[i].seq != seq)
		return;
	const Wot__V1__Event *event = event_unpack(bytes, len, &read->arena);
	must(event);
	telling->recorded_ms[i] = event->recorded_at;
	read->next++;
	arena_reset(&read->arena);
}

/* The items are in the order of the logs, one log after another. */
static void recorded_read(struct telling *telling)
{
	struct log_read read = {.telling = telling};
	for (enum member member = 0; member < AGGREGATE; member++) {
		read.member = member;
		fake_disk_events(
			member_names[member], member_names[member], false, on_logged, &read);
	}
	sim_check(read.next == telling->count, "%zu of %zu receipts are of no event in a log",
		telling->count - read.next, telling->count);
	arena_done(&read.arena);
}

static void names_find(struct telling *telling)
{
	for (size_t i = 0; i < telling->count; i++) {
		const struct accepted *item = &telling->items[i];
		for (size_t j = 0; item->case_id[0] && j < telling->count; j++) {
			const struct accepted *request = &telling->items[j];
			if (request->member != INTAKE)
				break;
			if (strcmp(request->case_id, item->case_id) == 0) {
				size_t room =
					strlen(request->client->name) + strlen(request->ref) + 2;
				telling->names[i] = malloc(room);
				must(telling->names[i]);
				snprintf(telling->names[i], room, "%s/%s", request->client->name,
					request->ref);
				break;
			}
		}
	}
}

static struct telling *compared;

static int recorded_compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int64_t x_ms = compared->recorded_ms[x], y_ms = compared->recorded_ms[y];
	if (x_ms != y_ms)
		return x_ms < y_ms ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void order_sort(struct telling *telling)
{
	for (size_t i = 0; i < telling->count; i++)
		telling->order[i] = i;
	compared = telling;
	qsort(telling->order, telling->count, sizeof *telling->order, recorded_compare);
}

/* One step of a case a round. */
static void rounds_find(struct telling *telling)
{
	telling->round_count = 1;
	for (size_t i = 0; i < telling->count; i++) {
		size_t item = telling->order[i], round = 0;
		for (size_t j = i; telling->names[item] && j-- > 0;) {
			size_t before = telling->order[j];
			if (telling->names[before] && strcmp(telling->items[before].case_id,
							      telling->items[item].case_id) == 0) {
				round = telling->rounds[before] + 1;
				break;
			}
		}
		telling->rounds[item] = round;
		if (round >= telling->round_count)
			telling->round_count = round + 1;
	}
}

static struct telling telling_new(void)
{
	struct telling telling = {0};
	telling.count = clerk_accepted(&telling.items);
	telling.recorded_ms = calloc(telling.count + 1, sizeof *telling.recorded_ms);
	telling.names = calloc(telling.count + 1, sizeof *telling.names);
	telling.rounds = calloc(telling.count + 1, sizeof *telling.rounds);
	telling.answers = calloc(telling.count + 1, sizeof *telling.answers);
	telling.order = calloc(telling.count + 1, sizeof *telling.order);
	must(telling.recorded_ms && telling.names && telling.rounds && telling.answers &&
		telling.order);
	recorded_read(&telling);
	names_find(&telling);
	order_sort(&telling);
	rounds_find(&telling);
	return telling;
}

static void telling_done(struct telling *telling)
{
	for (size_t i = 0; i < telling->count; i++)
		free(telling->names[i]);
	free(telling->items);
	free(telling->recorded_ms);
	free(telling->names);
	free(telling->rounds);
	free(telling->answers);
	free(telling->order);
}

/* ---- telling ---- */

static void settle(void)
{
	bool settled = house_settle();
	const char *problem = house_problem();
	sim_check(!problem, "told again, %s", problem);
	sim_check(settled, "told again, the daemons do not come to rest");
}

/* The number of a case is another one now, so it goes by its name. */
static int tell(const struct telling *telling, size_t i)
{
	const struct accepted *item = &telling->items[i];
	struct stage *stage = house.stages[item->member];
	struct receipt receipt = {.detail = ""};
	Wot__V1__Submission *submission = NULL;
	unsigned role;
	must(role_parse(item->client->role, &role) == 0);
	if (stage_open_for_business(stage) != 0)
		settle();
	stage_clock(stage);
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	receipt.err = submission_from_wire(stage->daemon->name, role, stage->now_ms,
		(const uint8_t *)item->bytes->data, item->bytes->len, &submission, stage->faults);
	must(!receipt.err);
	if (item->member != INTAKE && telling->names[i]) {
		submission->case_id = NULL;
		submission->case_ref = telling->names[i];
	}
	stage_submit(stage, item->client->name, NULL, submission, &receipt);
	arena_reset(&stage->arena);
	return receipt.err;
}

static bool is_on_its_way(int err)
{
	return err == ERR_UNKNOWN_CASE || err == ERR_UNKNOWN_COMPLAINT;
}

static void all_tell(struct telling *telling)
{
	size_t left = telling->count;
	for (size_t i = 0; i < telling->count; i++)
		telling->answers[i] = ERR_UNKNOWN_CASE;
	for (size_t round = 0; left && round < telling->round_count + ROUNDS_MORE; round++) {
		for (size_t at = 0; at < telling->count; at++) {
			size_t i = telling->order[at];
			if (telling->rounds[i] > round || !is_on_its_way(telling->answers[i]))
				continue;
			telling->answers[i] = tell(telling, i);
			left -= !is_on_its_way(telling->answers[i]);
			house_turn((enum member)rng_below(&chance, MEMBERS), 4,
				rng_chance(&chance, 50));
		}
		settle();
	}
	size_t accepted = 0;
	for (size_t i = 0; i < telling->count; i++)
		accepted += !telling->answers[i];
	sim_tell("told again in %zu rounds, %zu of %zu are accepted", telling->round_count,
		accepted, telling->count);
	sim_check(10 * accepted > 9 * telling->count,
		"of %zu that were accepted %zu are, told again", telling->count, accepted);
}

/* What belongs to no case goes in any round. */
static void order_shuffle(struct telling *telling)
{
	for (size_t i = telling->count; i > 1; i--) {
		size_t j = (size_t)rng_below(&chance, (int)i), kept = telling->order[i - 1];
		telling->order[i - 1] = telling->order[j];
		telling->order[j] = kept;
	}
	for (size_t i = 0; i < telling->count; i++)
		if (!telling->names[i])
			telling->rounds[i] = (size_t)rng_below(&chance, (int)telling->round_count);
}

/* ---- what comes of it ---- */

static void figures_print(struct buf *out)
{
	static const char *const periods[] = {
		"2015-01-01..2030-12-31", "2024", "2025-Q2", "2026-03", "28d"};
	static const char *const members[] = {
		"count", "of", "unknown", "value", "low", "high", "p50", "p90", "mean"};
	for (size_t p = 0; p < 2 * sizeof periods / sizeof *periods; p++) {
		char line[100];
		const json_t *figure;
		size_t i;
		snprintf(line, sizeof line, "show kpi period %s definition %d json", periods[p / 2],
			p % 2 ? 2023 : 2025);
		json_t *figures = check_kpi_ask(line);
		json_array_foreach(figures, i, figure)
		{
			buf_printf(out,
				"%s of %s (%d):", json_string_value(json_object_get(figure, "id")),
				periods[p / 2], p % 2 ? 2023 : 2025);
			for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
				const json_t *value = json_object_get(figure, members[m]);
				if (json_is_number(value))
					buf_printf(out, " %s %.17g", members[m],
						json_number_value(value));
			}
			buf_char(out, '\n');
		}
		json_decref(figures);
	}
}

static void figures_compare(const char *first, const char *second)
{
	while (*first && *first == *second) {
		const char *end = strchr(first, '\n'), *other = strchr(second, '\n');
		size_t len = (size_t)(end - first), other_len = (size_t)(other - second);
		sim_check(len == other_len && memcmp(first, second, len) == 0,
			"told in another order %.*s; it was %.*s", (int)other_len, second, (int)len,
			first);
		first = end + 1;
		second = other + 1;
	}
	sim_check(!*first && !*second, "told in another order there are other figures");
}

static void house_anew(void)
{
	house_close();
	for (enum member member = 0; member < MEMBERS; member++)
		model_forget(member);
	fake_disks_close();
	fake_disks_open(house.random);
	house_open();
}

void retell_check(void)
{
	auto_buf struct buf first = {0}, second = {0};
	struct telling telling = telling_new();
	chance = (struct rng){0};
	chance = rng_of(house.random(), CHANCE_PLAN, 0, 0);
	house_anew();
	all_tell(&telling);
	figures_print(&first);
	int *answers = telling.answers;
	telling.answers = calloc(telling.count + 1, sizeof *telling.answers);
	must(telling.answers);
	order_shuffle(&telling);
	house_anew();
	all_tell(&telling);
	figures_print(&second);
	for (size_t i = 0; i < telling.count; i++)
		sim_check(answers[i] == telling.answers[i],
			"told in another order %s is %s, and was %s", telling.items[i].ref,
			telling.answers[i] ? err_name(telling.answers[i]) : "accepted",
			answers[i] ? err_name(answers[i]) : "accepted");
	figures_compare(first.data, second.data);
	free(answers);
	telling_done(&telling);
}
