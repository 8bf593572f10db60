#include "lib/accept.h"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>

int accept_next(int listener, void *from, socklen_t *size)
{
	return accept4(listener, from, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

bool accept_ran_short(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* The kernel gives the lowest number that is free. */
int descriptors_from(int fd)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX)
		return INT_MAX - fd;
	return (int)limit.rlim_cur - fd;
}
