#include "daemons/aggregate/aggregate_own.h"
#include "stage/app.h"

int main(int argc, char **argv)
{
	static const struct daemon daemon = {
		.name = "aggregate",
		.commands = aggregate_commands,
		.open = aggregate_open,
		.close = aggregate_close,
		.reload = aggregate_reload,
		.check = aggregate_check,
		.fold = aggregate_fold,
		.fold_replayed = aggregate_fold_replayed,
		.left_out = aggregate_left_out,
		.gets = aggregate_gets,
	};
	return app_main(argc, argv, &daemon);
}
