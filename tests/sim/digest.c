#include "tests/sim/digest.h"

#include <inttypes.h>

void digest_promise(const struct promise *promise, struct buf *out)
{
	buf_printf(out, "[%d,%d,%d,%d]", promise->deadline_on, promise->kept_on, promise->warned_on,
		promise->broke_on);
}

void digest_due(const struct due *due, struct buf *out)
{
	for (size_t i = 0; i < due->count; i++)
		buf_printf(out, "due %u at %" PRId64 "\n", due->heap[i].number, due->heap[i].at_ms);
}
