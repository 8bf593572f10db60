/*
 * A must that fails says where, and at what of which log: no core file may be kept, so the line that it leaves
 * is all there is to go by. Here a core does what it must not, in the shell that every daemon runs in.
 */
#include "lib/log.h"
#include "stage/stage_own.h"
#include "tests/unit/folder.h"
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

/* The queue of the call at which it happens. */
static const char at_decide[] = "decide", at_evolve[] = "evolve", at_pack[] = "pack";

static void core_done(void *state)
{
	(void)state;
}

static int core_decide(const void *state, const struct input *input, struct decision *out)
{
	(void)state;
	if (input->kind == INPUT_TICK)
		return 0;
	Wot__V1__Body *body =
		input->kind == INPUT_EVENT ? input->event->body : input->submission->body;
	must(strcmp(body->call->queue, at_decide) != 0);
	Wot__V1__Event *event = decision_event(out, body->kind_case, input->now_ms);
	body_set(event->body, body->kind_case, body_message(body));
	if (strcmp(body->call->queue, at_pack) == 0)
		event->body->call->caller = (char *)"0612345678"; /* as if intake forgot to */
	return 0;
}

static bool is_newer; /* and thinks otherwise of what an older version wrote */

static void core_evolve(void *state, const Wot__V1__Event *event)
{
	(void)state;
	must(strcmp(event->body->call->queue, at_evolve) != 0 && "a \"quoted\" reason");
	must(!is_newer || strcmp(event->external_ref, "r-2") != 0);
}

static bool core_reads(Wot__V1__Body__KindCase kind)
{
	(void)kind;
	return true;
}

static void on_fold(void *ctx, size_t feed, const uint8_t *event, size_t len, uint64_t seq)
{
	(void)ctx, (void)feed, (void)event, (void)len;
	must(seq != 71);
}

static const struct core core = {
	.name = "intake",
	.state_size = 1,
	.done = core_done,
	.decide = core_decide,
	.evolve = core_evolve,
	.reads = core_reads,
};

static Wot__V1__Call call = WOT__V1__CALL__INIT;
static Wot__V1__Body body = WOT__V1__BODY__INIT;

static void call_init(const char *queue)
{
	call.call_id = (char *)"k";
	call.queue = (char *)queue;
	call.event = WOT__V1__CALL__EVENT__ENTERED;
	body_set(&body, WOT__V1__BODY__KIND_CALL, &call.base);
}

static void submit(struct stage *stage, const char *ref, const char *queue)
{
	Wot__V1__Submission submission = WOT__V1__SUBMISSION__INIT;
	struct receipt receipt;
	call_init(queue);
	submission.external_ref = (char *)ref;
	submission.body = &body;
	stage_submit(stage, "rogplus", NULL, &submission, &receipt);
	must(receipt.err == 0);
}

static struct stage *intake_open(void)
{
	static const struct daemon daemon = {.name = "intake", .core = &core, .fold = on_fold};
	struct stage *stage;
	struct config config;
	struct why why = {""};
	config_defaults(&config);
	config.http[0] = config.push[0] = config.feed[0] = 0;
	strcpy(config.clients, "clients.yaml");
	config.map_size_mib = 64;
	if (stage_open(&stage, &daemon, &config, &why) != 0) {
		fprintf(stderr, "%s\n", why.text);
		_exit(1);
	}
	return stage;
}

/* What a child said on stderr that did this in the folder and was aborted. */
static void said_by(void **state, void (*does)(void), char *said, size_t room)
{
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		must(chdir(*state) == 0);
		log_init("intake", LOG_FATAL);
		does();
		_exit(0);
	}
	close(ends[1]);
	size_t len = 0;
	for (ssize_t n; (n = read(ends[0], said + len, room - 1 - len)) > 0;)
		len += (size_t)n;
	said[len] = 0;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("it was not aborted: %s", said);
}

static void assert_says(const char *said, const char *what)
{
	if (!strstr(said, what))
		fail_msg("\"%s\" does not say %s", said, what);
}

static void decide_fails(void)
{
	struct stage *stage = intake_open();
	submit(stage, "r-1", "main");
	submit(stage, "r-2", at_decide);
}

static void a_decide_that_fails_says_of_what(void **state)
{
	char said[4096];
	said_by(state, decide_fails, said, sizeof said);
	assert_says(said, "level=fatal daemon=intake event=impossible condition=\"strcmp(");
	assert_says(said, "at=tests/unit/test_must.c:");
	assert_says(said, "doing=\"deciding call of intake at seq 2\"");
}

static void evolve_fails(void)
{
	struct stage *stage = intake_open();
	submit(stage, "r-1", "main");
	submit(stage, "r-2", "main");
	submit(stage, "r-3", at_evolve);
}

static void an_evolve_that_fails_says_of_what(void **state)
{
	char said[4096];
	said_by(state, evolve_fails, said, sizeof said);
	assert_says(said, "doing=\"folding call of intake at seq 3\"");
	assert_says(said, "'a \\'quoted\\' reason'\" at=");
}

static void feed_fails(void)
{
	struct stage *stage = intake_open();
	submit(stage, "r-1", "main");
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	call_init(at_decide);
	event.body = &body;
	stage_input_event(stage, "case", &event, 4711);
}

static void an_event_of_another_log_is_told_by_that_logs_number(void **state)
{
	char said[4096];
	said_by(state, feed_fails, said, sizeof said);
	assert_says(said, "doing=\"deciding call of case at seq 4711\"");
}

static void pack_fails(void)
{
	submit(intake_open(), "r-1", at_pack);
}

static void a_person_that_would_get_into_a_log_is_not_in_the_line(void **state)
{
	char said[4096];
	said_by(state, pack_fails, said, sizeof said);
	assert_says(said, "doing=\"deciding call of intake at seq 1\"");
	assert_null(strstr(said, "0612345678"));
}

static void replay_fails(void)
{
	struct stage *stage = intake_open();
	submit(stage, "r-1", "main");
	submit(stage, "r-2", "main");
	stage_close(&stage);
	is_newer = true;
	intake_open();
}

static void a_start_that_fails_says_at_which_event(void **state)
{
	char said[4096];
	said_by(state, replay_fails, said, sizeof said);
	assert_says(said, "doing=\"folding call of intake at seq 2\"");
}

static void fold_fails(void)
{
	struct stage *stage = intake_open();
	auto_buf struct buf packed = {0}, payload = {0};
	Wot__V1__Event event = WOT__V1__EVENT__INIT;
	uint8_t id[EVENT_ID_LEN] = {1};
	call_init("main");
	event.id = (ProtobufCBinaryData){sizeof id, id};
	event.body = &body;
	event_pack(&event, &packed);
	block_add_event(&payload, packed.data, packed.len);
	block_add_event(&payload, packed.data, packed.len);
	const struct block block = {.first_seq = 70,
		.count = 2,
		.payload = (const uint8_t *)payload.data,
		.payload_len = (uint32_t)payload.len};
	replay_fold(stage, 0, &block);
}

static void a_fold_of_another_log_that_fails_says_at_which_event(void **state)
{
	char said[4096];
	said_by(state, fold_fails, said, sizeof said);
	assert_says(said, "doing=\"folding call of case at seq 71\"");
}

static void idle_fails(void)
{
	struct stage *stage = intake_open();
	submit(stage, "r-1", "main");
	must(!stage);
}

static void between_two_inputs_nothing_is_going_on(void **state)
{
	char said[4096];
	said_by(state, idle_fails, said, sizeof said);
	assert_says(said, "event=impossible condition=\"!stage\" at=");
	assert_null(strstr(said, "doing="));
}

static int setup(void **state)
{
	auto_buf struct buf path = {0};
	int err = folder_setup(state);
	if (!err)
		folder_write(state, "clients.yaml", "clients: []\n", &path);
	return err;
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_decide_that_fails_says_of_what),
		IN_A_FOLDER(an_evolve_that_fails_says_of_what),
		IN_A_FOLDER(an_event_of_another_log_is_told_by_that_logs_number),
		IN_A_FOLDER(a_person_that_would_get_into_a_log_is_not_in_the_line),
		IN_A_FOLDER(a_start_that_fails_says_at_which_event),
		IN_A_FOLDER(a_fold_of_another_log_that_fails_says_at_which_event),
		IN_A_FOLDER(between_two_inputs_nothing_is_going_on),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
