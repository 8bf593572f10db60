#include "tests/sim/clerk.h"

#include "lib/clock.h"
#include "proto/role.h"
#include "proto/submission.h"
#include "stage/stage_own.h"
#include "tests/sim/agenda.h"
#include "tests/sim/expect.h"
#include "tests/sim/fail.h"
#include "tests/sim/model.h"

#include <string.h>

const struct clerk_client phone_centre = {"rogplus-phone", "phone_centre"};
const struct clerk_client desk = {"desk", "desk"};
const struct clerk_client intake_team = {"intake-team", "intake_team"};
const struct clerk_client case_system = {"case-system", "case_system"};
const struct clerk_client gp = {"gp-noord", "partner"};
const struct clerk_client woonplus = {"woonplus", "partner"};
const struct clerk_client manager = {"manager", "manager"};
const struct clerk_client operator_ = {"operator", "operator"};

enum { TRIES_MAX = 11, RETRY_MS = 20000 };

struct letter {
	struct letter *next;
	enum member member;
	const struct clerk_client *client;
	clerk_fn *on_answer;
	void *arg;
	struct buf bytes;
	char ref[65];
	unsigned tries;
	bool answered;
	/* the receipt, when it was accepted */
	bool has_receipt;
	uint8_t id[16];
	uint64_t seq;
	char case_id[32];
};

struct clerk_stats clerk_stats;

static struct letter *letters;
static size_t waiting;

/* ---- answers ---- */

struct answer {
	struct reply reply;
	struct letter *letter;
	int err;
	bool duplicate;
	uint8_t id[16];
	uint64_t seq;
	char case_id[32];
};

static void letter_go(void *arg);

/* Each time it waits three times as long: half a minute, then a minute and a half, in the end for weeks. */
static void letter_retry(struct letter *letter)
{
	int64_t delay_ms = RETRY_MS;
	for (unsigned i = 1; i < letter->tries && i < TRIES_MAX; i++)
		delay_ms *= 3;
	agenda_add(clock_now_ms() + delay_ms / 2 + (int64_t)(house.random() % (uint64_t)delay_ms),
		letter_go, letter);
}

static void letter_answered(struct letter *letter, int err)
{
	sim_check(!letter->answered, "%s was answered twice", letter->ref);
	letter->answered = true;
	waiting--;
	if (letter->on_answer)
		letter->on_answer(letter->arg, err, letter->case_id);
}

static void receipt_take(struct letter *letter, const struct answer *answer)
{
	letter->has_receipt = true;
	letter->seq = answer->seq;
	memcpy(letter->id, answer->id, sizeof letter->id);
	strcpy(letter->case_id, answer->case_id);
	if (answer->duplicate)
		clerk_stats.duplicate++;
	else
		clerk_stats.accepted++;
}

/* 404: it may be on its way; 503: later. The others are for good. */
static bool may_pass(const struct letter *letter, int err)
{
	switch (err) {
	case ERR_UNKNOWN_CASE:
		return letter->tries < TRIES_MAX;
	case ERR_BUSY:
	case ERR_DISK_FULL:
	case ERR_STOPPING:
		return true;
	default:
		return false;
	}
}

static void on_send(struct reply *reply)
{
	struct answer *answer = (struct answer *)reply;
	struct letter *letter = answer->letter;
	if (!answer->err)
		receipt_take(letter, answer);
	else
		clerk_stats.refused[err_index(answer->err)]++;
	if (answer->err && may_pass(letter, answer->err)) {
		letter_retry(letter);
	} else {
		clerk_stats.given_up += answer->err == ERR_UNKNOWN_CASE;
		letter_answered(letter, answer->err);
	}
	free(answer);
}

/* The daemon died with it: whether it was taken, nobody knows. */
static void on_drop(struct reply *reply)
{
	struct answer *answer = (struct answer *)reply;
	clerk_stats.lost++;
	letter_retry(answer->letter);
	free(answer);
}

/* ---- sending ---- */

static void answer_wait(struct letter *letter, struct stage *stage, const struct receipt *receipt)
{
	struct answer *answer = calloc(1, sizeof *answer);
	must(answer);
	answer->letter = letter;
	answer->err = receipt->err;
	answer->duplicate = receipt->duplicate;
	answer->seq = receipt->seq;
	memcpy(answer->id, receipt->id, sizeof answer->id);
	strcpy(answer->case_id, receipt->case_id);
	answer->reply.send = on_send;
	answer->reply.drop = on_drop;
	reply_wait(stage, &answer->reply);
}

static void letter_hand_over(struct letter *letter, struct stage *stage)
{
	struct receipt receipt = {.detail = ""};
	Wot__V1__Submission *submission = NULL;
	unsigned role;
	must(role_parse(letter->client->role, &role) == 0);
	stage_clock(stage);
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	receipt.err = submission_from_wire(stage->daemon->name, role, stage->now_ms,
		(const uint8_t *)letter->bytes.data, letter->bytes.len, &submission, stage->faults);
	if (!receipt.err) {
		struct expected expected =
			expect_answer(letter->member, letter->client->name, submission);
		Wot__V1__Body__KindCase kind = submission->body->kind_case;
		stage_submit(stage, letter->client->name, NULL, submission, &receipt);
		expect_check(&expected, letter->ref, &receipt);
		clerk_stats.kinds[kind] += !receipt.err && !receipt.duplicate;
	}
	const char *fault = receipt.err == ERR_INVALID && stage->faults->count
				    ? stage->faults->items[0].pointer
				    : "";
	sim_tell("%s/%s to %s: %s %s %s%s", letter->client->name, letter->ref,
		member_names[letter->member],
		receipt.err         ? err_name(receipt.err)
		: receipt.duplicate ? "duplicate"
				    : "accepted",
		receipt.case_id, receipt.detail ? receipt.detail : "", fault);
	answer_wait(letter, stage, &receipt);
	arena_reset(&stage->arena);
}

static void letter_go(void *arg)
{
	struct letter *letter = arg;
	struct stage *stage = house.stages[letter->member];
	letter->tries++;
	clerk_stats.sent++;
	int closed = stage ? stage_open_for_business(stage) : ERR_STOPPING;
	if (!closed) {
		letter_hand_over(letter, stage);
		return;
	}
	clerk_stats.refused[err_index(closed)] += stage != NULL;
	letter_retry(letter);
}

static struct letter *letter_new(int64_t at_ms, enum member member,
	const struct clerk_client *client, const char *ref, clerk_fn *on_answer, void *arg)
{
	struct letter *letter = calloc(1, sizeof *letter);
	must(letter && strlen(ref) < sizeof letter->ref);
	letter->member = member;
	letter->client = client;
	letter->on_answer = on_answer;
	letter->arg = arg;
	strcpy(letter->ref, ref);
	letter->next = letters;
	letters = letter;
	waiting++;
	agenda_add(at_ms, letter_go, letter);
	return letter;
}

struct letter *clerk_send(int64_t at_ms, enum member member, const struct clerk_client *client,
	const Wot__V1__Submission *submission, clerk_fn *on_answer, void *arg)
{
	struct letter *letter =
		letter_new(at_ms, member, client, submission->external_ref, on_answer, arg);
	message_pack(&submission->base, &letter->bytes);
	return letter;
}

void clerk_send_again(int64_t at_ms, const struct letter *letter)
{
	struct letter *again =
		letter_new(at_ms, letter->member, letter->client, letter->ref, NULL, NULL);
	buf_add(&again->bytes, letter->bytes.data, letter->bytes.len);
}

/* ---- the books ---- */

size_t clerk_waiting(void)
{
	return waiting;
}

void clerk_check(void)
{
	for (const struct letter *letter = letters; letter; letter = letter->next) {
		if (!letter->has_receipt)
			continue;
		const struct told_ref *told =
			model_ref(letter->member, letter->client->name, letter->ref);
		sim_check(told, "%s was accepted and is not in the log", letter->ref);
		sim_check(told->seq == letter->seq && memcmp(told->id, letter->id, 16) == 0 &&
				  strcmp(told->case_id, letter->case_id) == 0,
			"%s stands in the log otherwise than its receipt says", letter->ref);
	}
}

static int accepted_compare(const void *a, const void *b)
{
	const struct accepted *x = a, *y = b;
	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

size_t clerk_accepted(struct accepted **out)
{
	size_t count = 0, kept = 0;
	for (const struct letter *letter = letters; letter; letter = letter->next)
		count += letter->has_receipt;
	struct accepted *list = calloc(count + 1, sizeof *list);
	must(list);
	count = 0;
	for (const struct letter *letter = letters; letter; letter = letter->next)
		if (letter->has_receipt)
			list[count++] = (struct accepted){letter->member, letter->seq,
				letter->client, letter->ref, letter->case_id, &letter->bytes};
	qsort(list, count, sizeof *list, accepted_compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || accepted_compare(&list[kept - 1], &list[i]) != 0)
			list[kept++] = list[i];
	*out = list;
	return kept;
}

void clerk_close(void)
{
	while (letters) {
		struct letter *next = letters->next;
		buf_done(&letters->bytes);
		free(letters);
		letters = next;
	}
	waiting = 0;
}
