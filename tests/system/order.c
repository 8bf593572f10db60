/*
 * LD_PRELOAD: the order in which a daemon's files reach the disk, a letter each, appended to the file that ORDER_TO
 * names: K a key is written into the vault, S the vault is synced, D the log is written.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_file(int fd, const char *name)
{
	char link[64], path[4096];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t len = readlink(link, path, sizeof path - 1);
	size_t name_len = strlen(name);
	return len > (ssize_t)name_len &&
	       memcmp(path + len - (ssize_t)name_len, name, name_len) == 0;
}

static void note(char letter)
{
	const char *to = getenv("ORDER_TO");
	int fd = to ? open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (fd < 0)
		return;
	syscall(SYS_write, fd, &letter, 1);
	close(fd);
}

static void written(int fd, const void *bytes)
{
	if (is_file(fd, "intake/data.mdb"))
		note('D');
	else if (is_file(fd, "intake/vault") && *(const char *)bytes == 1)
		note('K');
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	written(fd, bytes);
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return pwrite(fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	written(fd, parts[0].iov_base);
	return syscall(SYS_pwritev, fd, parts, count, at, 0);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at)
{
	return pwritev(fd, parts, count, at);
}

int fdatasync(int fd)
{
	if (is_file(fd, "intake/vault"))
		note('S');
	return (int)syscall(SYS_fdatasync, fd);
}
