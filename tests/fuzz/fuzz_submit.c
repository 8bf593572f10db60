/*
 * Any bytes as what a client of the push door sends: a Submit of submissions. What is taken as one is the Submit
 * that a protobuf library sees; each of its submissions lies within the bytes, and is judged by itself.
 */
#include "lib/clean.h"
#include "proto/door.pb-c.h"
#include "proto/event.h"
#include "proto/role.h"
#include "proto/submission.h"
#include "stage/parts/submit.h"

#define NOW_MS INT64_C(1795254600000)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void submission_try(const struct scan *bytes, struct arena *arena)
{
	struct faults faults = {.arena = arena};
	Wot__V1__Submission *submission = NULL;
	int err = submission_from_wire("intake", ROLE_OPERATOR, NOW_MS, bytes->at,
		(size_t)(bytes->end - bytes->at), &submission, &faults);
	must(err ? !submission && faults.count > 0 : submission && !faults.count);
}

/* Whole: its submissions are right as well; then all of it is. */
static void whole_check(const struct scan *all, uint64_t request, size_t count, struct arena *arena)
{
	const Wot__V1__Submit *submit = (void *)message_unpack(
		&wot__v1__submit__descriptor, all->at, (size_t)(all->end - all->at), arena);
	must(!submit || (submit->request == request && submit->n_submissions == count));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	const struct scan all = scan_of(bytes, len);
	struct scan rest = all, submission;
	uint64_t request = 0, number = 0;
	size_t count = 0, seen = 0;
	bool taken = submit_check(all, &request, &count) == 0;
	while (submit_next(&rest, &number, &submission) == 0) {
		if (!submission.at)
			continue;
		seen++;
		must(submission.at >= all.at && submission.end <= all.end);
		must(submission.end == rest.at);
		if (taken)
			submission_try(&submission, &arena);
	}
	must(!taken || (seen == count && rest.at == all.end));
	if (taken)
		whole_check(&all, request, count, &arena);
	return 0;
}
