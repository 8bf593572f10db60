#include "tests/sim/digest.h"

#include <inttypes.h>

void digest_promise(const struct promise *promise, struct buf *out)
{
	buf_printf(out, "[%d,%d,%d,%d]", promise->deadline_on, promise->kept_on, promise->warned_on,
		promise->broke_on);
}

void digest_rules(const struct promise_rules *rules, struct buf *out)
{
	buf_printf(out, "cap=%u warn=", rules->clocks.call_cap_hours);
	for (enum clock_kind kind = 0; kind < CLOCK_KINDS; kind++)
		buf_printf(out, "%u,", rules->clocks.warn_before[kind]);
	for (size_t i = 0; i < rules->closing.count; i++)
		buf_printf(out, " %d", rules->closing.days[i]);
	buf_char(out, '\n');
}

void digest_due(const struct due *due, struct buf *out)
{
	for (size_t i = 0; i < due->count; i++)
		buf_printf(out, "due %u at %" PRId64 "\n", due->heap[i].number, due->heap[i].at_ms);
}
