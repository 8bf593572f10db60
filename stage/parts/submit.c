#include "stage/parts/submit.h"

int submit_next(struct scan *scan, uint64_t *number, struct scan *submission)
{
	enum { REQUEST = 1 << 3 | SCAN_VARINT, SUBMISSION = 2 << 3 | SCAN_LEN };
	uint64_t tag;
	*submission = (struct scan){0};
	if (scan->at == scan->end)
		return 1;
	if (!scan_varint(scan, &tag))
		return ERR_NOT_PROTOBUF;
	bool read = (tag == REQUEST && scan_varint(scan, number)) ||
		    (tag == SUBMISSION && scan_len(scan, submission));
	return read ? 0 : ERR_NOT_PROTOBUF;
}

int submit_check(struct scan scan, uint64_t *request, size_t *count)
{
	struct scan submission;
	size_t requests = 0;
	*count = 0;
	int err;
	for (;;) {
		uint64_t number = 0;
		err = submit_next(&scan, &number, &submission);
		if (err)
			break;
		if (submission.at) {
			++*count;
		} else {
			*request = number;
			requests++;
		}
	}
	if (err < 0)
		return err;
	return requests == 1 && *count >= 1 && *count <= SUBMISSIONS_MAX ? 0 : ERR_NOT_PROTOBUF;
}
