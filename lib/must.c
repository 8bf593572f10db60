#include "lib/must.h"

#include "lib/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local const struct must_during *now;

void must_begin(struct must_during *during)
{
	during->outer = now;
	now = during;
}

void must_end(struct must_during *during)
{
	now = during->outer;
}

/* Its quotes would end the field of the log line that it stands in. */
static void condition_quote(const char *condition, char out[200])
{
	size_t len = 0;
	for (; condition[len] && len < 199; len++)
		out[len] = condition[len] == '"' ? '\'' : condition[len];
	out[len] = 0;
}

_Noreturn void must_failed(const char *condition, const char *file, int line)
{
	char quoted[200], doing[200] = "";
	const struct must_during *during = now;
	now = NULL; /* what is called below may fail as well */
	condition_quote(condition, quoted);
	if (during) {
		const char *kind = during->kind(during->what);
		snprintf(doing, sizeof doing, " doing=\"%s %s of %s at seq %" PRIu64 "\"",
			during->doing, kind ? kind : "an unknown kind", during->stream,
			*during->seq);
	}
	log_fatal("impossible", "condition=\"%s\" at=%s:%d%s", quoted, file, line, doing);
	abort();
}
