#include "config/lists.h"
#include "daemons/case/core.h"
#include "daemons/case/door.h"
#include "stage/app.h"

int main(int argc, char **argv)
{
	static const struct daemon daemon = {
		.name = "case",
		.core = &case_core,
		.open = case_door_open,
		.close = case_door_close,
		.reload = case_door_reload,
		.check = lists_check,
		.prepare = case_door_prepare,
		.lists = case_door_lists,
	};
	return app_main(argc, argv, &daemon);
}
