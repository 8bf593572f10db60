#include "proto/problem.h"

#include "lib/err.h"
#include "proto/event.h"
#include "proto/json.h"

Wot__V1__Refusal *problem_new(
	int err, const char *detail, const struct faults *faults, struct arena *arena)
{
	Wot__V1__Refusal *refusal = (void *)message_new(&wot__v1__refusal__descriptor, arena);
	refusal->type = (char *)err_type(err);
	refusal->title = (char *)err_title(err);
	refusal->status = err_http(err);
	refusal->detail = detail && detail[0] ? (char *)detail : NULL;
	size_t count = faults ? faults->count < FAULT_MAX ? faults->count : FAULT_MAX : 0;
	refusal->n_errors = count;
	refusal->errors = arena_alloc(arena, count * sizeof *refusal->errors + 1);
	for (size_t i = 0; i < count; i++) {
		Wot__V1__Refusal__Error *error =
			(void *)message_new(&wot__v1__refusal__error__descriptor, arena);
		error->pointer = (char *)faults->items[i].pointer;
		error->detail = (char *)faults->items[i].detail;
		refusal->errors[i] = error;
	}
	return refusal;
}

void problem_print(int err, const char *detail, const struct faults *faults, struct buf *out)
{
	auto_arena struct arena arena = {0};
	json_from_message(&problem_new(err, detail, faults, &arena)->base, out);
}
