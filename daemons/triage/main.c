#include "daemons/triage/core.h"
#include "stage/app.h"

int main(int argc, char **argv)
{
	static const struct daemon daemon = {
		.name = "triage",
		.core = &triage_core,
	};
	return app_main(argc, argv, &daemon);
}
