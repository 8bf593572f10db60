/*
 * What may be read, and forms: the row of a GET or a form, what its parameters say, and who answers it.
 */
#include "core/get.h"
#include "proto/openapi/openapi.h"
#include "proto/submission.h"
#include "stage/stage_own.h"

enum { PARAMETERS_MAX = 32 };

/* What every daemon answers by itself; they are given where the stage is. */
static get_fn *const every_gets[GET_COUNT] = {
#define GETS_OF DAEMON_EVERY
#include "core/gets.def"
};

int get_openapi(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)query;
	(void)why;
	const struct stage *const *stage = knowledge;
	openapi_print(&daemon_rows[stage_index(*stage)], answer->text);
	return 0;
}

struct parameters {
	struct parameter items[PARAMETERS_MAX];
	size_t count;
};

static void on_parameter(void *arg, const char *name, const char *value)
{
	struct parameters *parameters = arg;
	if (parameters->count < PARAMETERS_MAX)
		parameters->items[parameters->count] = (struct parameter){name, value};
	parameters->count++;
}

static int count_check(const struct parameters *parameters, struct why *why)
{
	if (parameters->count > PARAMETERS_MAX)
		return why_set(
			why, ERR_INVALID, "there are more than %d parameters", PARAMETERS_MAX);
	return 0;
}

/* What is wrong there is wrong with an address, and with nothing that was sent. */
static int of_address(int err)
{
	return err == ERR_INVALID ? ERR_QUESTION : err;
}

int gets_refuse_parameters(struct stage *stage, const struct http_request *request, struct why *why)
{
	struct parameters parameters = {.count = 0};
	ProtobufCMessage *nothing;
	http_each_parameter(request, on_parameter, &parameters);
	int err = count_check(&parameters, why);
	if (!err)
		err = get_parameters(&wot__v1__nothing__descriptor, parameters.items,
			parameters.count, &nothing, stage->faults, why);
	return of_address(err);
}

int gets_look(struct stage *stage, const struct read *read, struct live *live, struct why *why)
{
	const void *knowledge;
	get_fn *const *gets = stage->part->gets(stage, &knowledge);
	struct get_answer answer = {.live = live};
	arena_reset(&stage->arena);
	stage->faults->count = 0;
	const struct get_query query = {.path = read->path,
		.now_ms = stage->now_ms,
		.arena = &stage->arena,
		.faults = stage->faults};
	return gets[read - reads](knowledge, &query, &answer, why);
}

/* ---- forms ---- */

static int fields_of(struct stage *stage, const struct read *read, struct http_request *request,
	const struct visitor *visitor, struct parameters *fields, struct why *why)
{
	size_t len;
	int err = gets_refuse_parameters(stage, request, why);
	http_body(request, &len);
	if (err)
		return err;
	if (len > 1024ul * stage->config.max_submission_kib)
		return ERR_TOO_LARGE;
	if (!http_each_field(request, on_parameter, fields))
		return why_set(why, ERR_INVALID, "the body is no form");
	err = count_check(fields, why);
	if (err || !read->permission)
		return err;
	const char *mark = read_field_take("formulier", fields->items, &fields->count);
	return mark && visitor_form_is_theirs(stage, visitor, mark) ? 0 : ERR_FORM;
}

/* ---- both ---- */

static int answer_take(struct stage *stage, const struct read *read, const struct get *get,
	struct get_answer *answer, struct why *why)
{
	if (read->daemon == DAEMON_EVERY)
		return get_take(read, every_gets, &stage, get, answer, stage->faults, why);
	if (read->daemon == DAEMON_PAGES)
		return get_take(read, pages_gets, &stage, get, answer, stage->faults, why);
	const void *knowledge;
	get_fn *const *gets = stage->part->gets(stage, &knowledge);
	return get_take(read, gets, knowledge, get, answer, stage->faults, why);
}

/* The submission that a form is. 0, or why it is refused; the reasons are in the stage's faults. */
static int form_submit(
	struct stage *stage, const struct client *client, Wot__V1__Submission *submission)
{
	struct receipt receipt;
	int err = stage_open_for_business(stage);
	if (err)
		return err;
	submission_check(submission, stage->now_ms, stage->faults);
	if (stage->faults->count) {
		const struct trace_name name = {
			client->name, submission->external_ref, submission->case_id, NULL};
		stage_refuse(stage, &name, ERR_INVALID, &receipt);
	} else {
		stage_submit(stage, client->name, NULL, submission, &receipt);
	}
	receipt_count(&receipt, stage->http->row);
	return receipt.err;
}

static int form_take(struct stage *stage, const struct read *read, const struct client *client,
	struct get *get, struct get_answer *answer, struct why *why)
{
	const struct get_refused refused = {
		form_submit(stage, client, answer->submission), stage->faults};
	if (!refused.err)
		return 0;
	buf_clear(answer->text);
	*answer = (struct get_answer){.text = answer->text};
	get->refused = &refused;
	return answer_take(stage, read, get, answer, why);
}

int gets_answer(struct stage *stage, const struct read *read, struct http_request *request,
	const struct visitor *visitor, struct get_work *work, struct get_answer *answer,
	struct why *why)
{
	struct parameters parameters = {.count = 0};
	struct page_house house;
	char peer[HTTP_PEER_TEXT] = "";
	struct get get = {
		.client = visitor->client ? visitor->client->name : NULL,
		.role = visitor->client ? visitor->client->role : 0,
		.path = http_path(request),
		.known = http_header(request, "If-None-Match"),
		.codings = http_header(request, "Accept-Encoding"),
		.peer = peer,
		.now_ms = stage->now_ms,
		.lists = stage->daemon->lists ? stage->daemon->lists(stage->ctx) : NULL,
		.work = work,
	};
	int err = 0;
	if (read->is_form) {
		err = fields_of(stage, read, request, visitor, &parameters, why);
		get.forwarded = http_header_last(request, "X-Forwarded-For");
		http_peer(request, peer);
	} else {
		http_each_parameter(request, on_parameter, &parameters);
		err = count_check(&parameters, why);
	}
	if (err)
		return read->is_form ? err : of_address(err);
	if (read->is_page) {
		house = pages_house(stage, visitor);
		get.house = &house;
	}
	get.parameters = parameters.items;
	get.parameter_count = parameters.count;
	err = answer_take(stage, read, &get, answer, why);
	if (!read->is_form)
		return of_address(err);
	return err || !answer->submission
		       ? err
		       : form_take(stage, read, visitor->client, &get, answer, why);
}
