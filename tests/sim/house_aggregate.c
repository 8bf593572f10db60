#include "daemons/aggregate/shell.h"
#include "tests/sim/house.h"

const struct daemon house_aggregate = {
	.name = "aggregate",
	.feeds = daemon_rows[DAEMON_AGGREGATE].feeds,
	.open = aggregate_open,
	.close = aggregate_close,
	.reload = aggregate_reload,
	.fold = aggregate_fold,
	.fold_replayed = aggregate_fold_replayed,
};
