#include "bus/bus_own.h"
#include "lib/sockpath.h"

#include <string.h>

int bus_address_check(const struct bus_options *options, bool bind, struct why *why)
{
	const char *at = options->endpoint;
	if (strncmp(at, "ipc://", strlen("ipc://")) == 0) {
		const char *path = at + strlen("ipc://");
		if (path[0] == '@' || path[0] == '*' || !path[0])
			return why_set(why, ERR_ADDRESS, "%s: give the path of a socket", at);
		return bind ? sockpath_free(path, why) : sockpath_length(path, why);
	}
	if (strncmp(at, "tcp://", strlen("tcp://")) != 0)
		return why_set(why, ERR_ADDRESS, "%s: only tcp:// and ipc:// are served", at);
	if (!options->secret)
		return why_set(why, ERR_CONFIG,
			"%s: tcp needs a key (CURVE); make one with wotctl keygen", at);
	return 0;
}
