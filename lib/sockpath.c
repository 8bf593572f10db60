#include "lib/sockpath.h"

#include "lib/clean.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

int sockpath_length(const char *path, struct why *why)
{
	size_t len = strlen(path);
	if (len <= SOCKPATH_MAX)
		return 0;
	return why_set(why, ERR_ADDRESS,
		"the socket path %s has %zu characters; the system allows %d: use a shorter or a "
		"relative one",
		path, len, SOCKPATH_MAX);
}

static int answers(const char *path, int fd, struct why *why)
{
	struct ucred peer = {0};
	socklen_t size = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0)
		return why_set(why, ERR_ADDRESS,
			"process %d answers on the socket %s: stop it, or choose another path",
			(int)peer.pid, path);
	return why_set(why, ERR_ADDRESS,
		"a process answers on the socket %s: stop it, or choose another path", path);
}

int sockpath_free(const char *path, struct why *why)
{
	int err = sockpath_length(path, why);
	if (err)
		return err;
	struct stat at;
	if (lstat(path, &at) != 0) {
		if (errno == ENOENT)
			return 0;
		return why_set(why, ERR_ADDRESS, "the socket path %s: %s", path, strerror(errno));
	}
	if (!S_ISSOCK(at.st_mode))
		return why_set(why, ERR_ADDRESS,
			"%s is there and is no socket: move it away, or choose another path", path);
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return why_set(why, err_of_system(errno, ERR_ADDRESS), "the socket %s: %s", path,
			strerror(errno));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strcpy(address.sun_path, path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN)
		return answers(path, fd, why);
	if (errno == ECONNREFUSED || errno == ENOENT)
		return 0;
	return why_set(why, ERR_ADDRESS,
		"whether a process answers on the socket %s cannot be seen: %s", path,
		strerror(errno));
}
