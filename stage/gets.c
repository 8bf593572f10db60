/*
 * What may be read: the row of a GET, what its parameters say, and who answers it.
 */
#include "core/get.h"
#include "proto/openapi.h"
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

static int parameters_of(
	const struct http_request *request, struct parameters *parameters, struct why *why)
{
	parameters->count = 0;
	http_each_parameter(request, on_parameter, parameters);
	if (parameters->count > PARAMETERS_MAX)
		return why_set(
			why, ERR_INVALID, "there are more than %d parameters", PARAMETERS_MAX);
	return 0;
}

int gets_refuse_parameters(struct stage *stage, const struct http_request *request, struct why *why)
{
	struct parameters parameters;
	ProtobufCMessage *nothing;
	int err = parameters_of(request, &parameters, why);
	return err ? err
		   : get_parameters(&wot__v1__nothing__descriptor, parameters.items,
			     parameters.count, &nothing, stage->faults, why);
}

int gets_answer(struct stage *stage, const struct read *read, const struct http_request *request,
	const struct client *client, struct get_answer *answer, struct why *why)
{
	struct parameters parameters;
	int err = parameters_of(request, &parameters, why);
	if (err)
		return err;
	struct get get = {
		.client = client ? client->name : NULL,
		.role = client ? client->role : 0,
		.path = http_path(request),
		.known = http_header(request, "If-None-Match"),
		.codings = http_header(request, "Accept-Encoding"),
		.parameters = parameters.items,
		.parameter_count = parameters.count,
		.now_ms = stage->now_ms,
	};
	if (read->daemon == DAEMON_EVERY)
		return get_take(read, every_gets, &stage, &get, answer, stage->faults, why);
	const void *knowledge;
	get_fn *const *gets = stage->part->gets(stage, &knowledge);
	return get_take(read, gets, knowledge, &get, answer, stage->faults, why);
}
