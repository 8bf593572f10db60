#include "core/get.h"

#include "proto/case_id.h"
#include "proto/door.h"

/* The first fault of those that were found is what `why` says. */
static int fault_why(int err, const struct faults *faults, size_t before, struct why *why)
{
	if (!err || before >= FAULT_MAX || faults->count == before)
		return err;
	const struct fault *first = &faults->items[before];
	const char *name = first->pointer[0] ? first->pointer + 1 : "";
	return why_set(why, err, "%s%s%s", name, name[0] ? ": " : "", first->detail);
}

int get_parameters(const ProtobufCMessageDescriptor *type, const struct parameter *parameters,
	size_t count, ProtobufCMessage **out, struct faults *faults, struct why *why)
{
	size_t before = faults->count;
	return fault_why(
		read_parameters(type, parameters, count, out, faults), faults, before, why);
}

int get_take(const struct read *read, get_fn *const *functions, const void *knowledge,
	const struct get *get, struct get_answer *answer, struct faults *faults, struct why *why)
{
	struct get_query query = {.client = get->client,
		.role = get->role,
		.path = get->path,
		.known = get->known,
		.codings = get->codings,
		.house = get->house,
		.lists = get->lists,
		.refused = get->refused,
		.peer = get->peer,
		.forwarded = get->forwarded,
		.now_ms = get->now_ms,
		.work = get->work,
		.arena = faults->arena,
		.faults = faults};
	ProtobufCMessage *parameters;
	if (!read_may(read, get->role))
		return ERR_FORBIDDEN;
	int err = get_parameters(
		read->parameters, get->parameters, get->parameter_count, &parameters, faults, why);
	if (err)
		return err;
	query.named = read_named(read, get->path, query.arena);
	query.parameters = parameters;
	size_t before = answer->text->len, faults_before = faults->count;
	answer->status = 200;
	answer->message = read->answer ? message_new(read->answer, query.arena) : NULL;
	get_fn *function = functions[read - reads];
	must(function); /* of one of its daemon's rows */
	err = fault_why(function(knowledge, &query, answer, why), faults, faults_before, why);
	if (err)
		answer->text->len = before;
	else if (answer->message)
		read_print(answer->message, answer->text);
	return err;
}

int page_after_case(const Wot__V1__Page *page, uint32_t *number, struct why *why)
{
	int year;
	if (!page->after || case_id_parse(page->after, &year, number) == 0)
		return 0;
	return why_set(why, ERR_INVALID, "after: a case id expected, such as 2025-000012");
}
