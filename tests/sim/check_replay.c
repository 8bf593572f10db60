#include "tests/sim/check.h"

#include "daemons/case/cases.h"
#include "lib/clock.h"
#include "proto/role.h"
#include "stage/stage_own.h"
#include "tests/sim/digest.h"
#include "tests/sim/fail.h"
#include <jansson.h>

#include <string.h>

enum { LINE_SHOWN = 300 };
#define PAGE "50"

void check_ask(enum member member, const void *state, const char *path, const char *after,
	struct buf *json)
{
	const struct core *core = house.stages[member]->daemon->core;
	const struct read *read = read_of_path((enum daemon_index)daemon_find(core->name), path);
	auto_arena struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	struct why why = {""};
	const struct parameter parameters[] = {{"limit", PAGE}, {"after", after}};
	struct get get = {.client = "operator",
		.role = ROLE_OPERATOR,
		.path = path,
		.parameters = parameters,
		.parameter_count = !read->parameters->n_fields ? 0
				   : after                     ? 2
							       : 1,
		.now_ms = clock_now_ms()};
	struct get_answer answer = {.text = json};
	int err = get_take(read, core->gets, state, &get, &answer, &faults, &why);
	sim_check(!err, "%s answers %s with %s", member_names[member], path, err_name(err));
}

/* All pages, one after another. */
static void pages_ask(enum member member, const void *state, const char *path, struct buf *out)
{
	char after[64] = "";
	for (;;) {
		auto_buf struct buf page = {0};
		json_error_t error;
		check_ask(member, state, path, after[0] ? after : NULL, &page);
		buf_text(out, page.data);
		buf_char(out, '\n');
		json_t *json = json_loadb(page.data, page.len, JSON_REJECT_DUPLICATES, &error);
		sim_check(json, "%s answers %s with what is no JSON: %s", member_names[member],
			path, error.text);
		const char *next = json_string_value(json_object_get(json, "next"));
		after[0] = 0;
		if (next)
			strncat(after, next, sizeof after - 1);
		json_decref(json);
		if (!after[0])
			return;
	}
}

/* All that can be asked of it. */
static void answers_print(enum member member, const void *state, struct buf *out)
{
	switch (member) {
	case INTAKE:
		pages_ask(member, state, "/v1/referrals", out);
		break;
	case TRIAGE:
		pages_ask(member, state, "/v1/worklist", out);
		pages_ask(member, state, "/v1/teams", out);
		break;
	default:
		pages_ask(member, state, "/v1/cases", out);
		break;
	}
	const struct cases *cases = state;
	for (uint32_t number = 0; member == CASE && number < cases->room; number++) {
		char path[64] = "/v1/cases/";
		if (!cases->files[number])
			continue;
		case_id_print(cases->files[number]->year, number, path + strlen(path));
		check_ask(member, state, path, NULL, out);
		buf_char(out, '\n');
	}
}

struct folding {
	const struct core *core;
	void *state;
	struct arena arena;
};

static void on_event(void *arg, const uint8_t *bytes, size_t len, uint64_t seq)
{
	(void)seq;
	struct folding *folding = arg;
	Wot__V1__Event *event = event_unpack(bytes, len, &folding->arena);
	must(event);
	folding->core->evolve(folding->state, event);
	arena_reset(&folding->arena);
}

/* The first line in which they differ. */
static void same_check(
	enum member member, const char *what, const struct buf *live, const struct buf *again)
{
	if (live->len == again->len &&
		(!live->len || memcmp(live->data, again->data, live->len) == 0))
		return;
	sim_check(live->len && again->len, "%s folded again has %s or none", member_names[member],
		what);
	const char *a = live->data, *b = again->data;
	for (size_t i = 0; live->data[i] && live->data[i] == again->data[i]; i++) {
		if (live->data[i] == '\n') {
			a = live->data + i + 1;
			b = again->data + i + 1;
		}
	}
	sim_fail("%s folded again has other %s:\n  live   %.*s\n  folded %.*s",
		member_names[member], what, (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

void check_replay(enum member member)
{
	static void (*const digests[MEMBERS])(const void *state, struct buf *out) = {
		[INTAKE] = digest_intake, [TRIAGE] = digest_triage, [CASE] = digest_case};
	struct stage *stage = house.stages[member];
	if (!stage || member == AGGREGATE)
		return;
	struct folding folding = {.core = stage->daemon->core};
	folding.state = core_state_new(folding.core);
	fake_disk_events(member_names[member], member_names[member], true, on_event, &folding);
	auto_buf struct buf live = {0}, again = {0};
	digests[member](stage->state, &live);
	digests[member](folding.state, &again);
	same_check(member, "state", &live, &again);
	buf_clear(&live);
	buf_clear(&again);
	answers_print(member, stage->state, &live);
	answers_print(member, folding.state, &again);
	same_check(member, "answers", &live, &again);
	core_state_free(folding.core, folding.state);
	arena_done(&folding.arena);
}
