#include "config/lists.h"
#include "daemons/intake/core.h"
#include "daemons/intake/door.h"
#include "stage/app.h"

int main(int argc, char **argv)
{
	static const struct daemon daemon = {
		.name = "intake",
		.core = &intake_core,
		.open = intake_door_open,
		.ready = intake_door_ready,
		.close = intake_door_close,
		.reload = intake_door_reload,
		.check = lists_check,
		.is_same = intake_door_is_same,
		.prepare = intake_door_prepare,
		.withdraw = intake_door_withdraw,
		.on_append = intake_door_on_append,
		.on_durable = intake_door_on_durable,
		.tick = intake_door_tick,
		.before_commit = intake_door_before_commit,
	};
	return app_main(argc, argv, &daemon);
}
