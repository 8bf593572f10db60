#include "daemons/aggregate/aggregate_own.h"
#include "tests/sim/house.h"

const struct daemon house_aggregate = {
	.name = "aggregate",
	.open = aggregate_open,
	.close = aggregate_close,
	.reload = aggregate_reload,
	.fold = aggregate_fold,
	.fold_replayed = aggregate_fold_replayed,
};
