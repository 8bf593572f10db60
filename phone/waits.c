#include "phone/waits.h"

#include "lib/clean.h"
#include <string.h>

#define KEPT_MS (WAITS_HOURS * INT64_C(3600000))

static void wait_remove(struct waits *waits, struct wait *wait)
{
	HASH_DEL(waits->first, wait);
	free(wait);
}

void waits_done(struct waits *waits)
{
	while (waits->first)
		wait_remove(waits, waits->first);
}

static struct wait *wait_find(const struct waits *waits, const char *id)
{
	struct wait *wait;
	HASH_FIND_STR(waits->first, id, wait);
	return wait;
}

void waits_begin(struct waits *waits, const char *id, int64_t at_ms)
{
	while (waits->first &&
		(at_ms - waits->first->since_ms > KEPT_MS || HASH_COUNT(waits->first) >= WAITS_MAX))
		wait_remove(waits, waits->first);
	if (wait_find(waits, id))
		return;
	struct wait *wait = calloc(1, sizeof *wait);
	must(wait);
	strcpy(wait->id, id);
	wait->since_ms = at_ms;
	HASH_ADD_STR(waits->first, id, wait);
}

void waits_end(struct waits *waits, const char *id)
{
	struct wait *wait = wait_find(waits, id);
	if (wait)
		wait_remove(waits, wait);
}

int64_t waits_seconds(const struct waits *waits, const char *id, int64_t at_ms)
{
	const struct wait *wait = wait_find(waits, id);
	if (!wait || at_ms - wait->since_ms > KEPT_MS)
		return -1;
	return at_ms > wait->since_ms ? (at_ms - wait->since_ms) / 1000 : 0;
}
