#include "daemons/aggregate/shell.h"
#include "tests/sim/house.h"

static const char *const feeds[] = {"intake", "triage", "case", NULL};

const struct daemon house_aggregate = {
	.name = "aggregate",
	.feeds = feeds,
	.open = aggregate_open,
	.close = aggregate_close,
	.reload = aggregate_reload,
	.fold = aggregate_fold,
	.fold_replayed = aggregate_fold_replayed,
};
