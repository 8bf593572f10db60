#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

enum { LINE = 200 }; /* always as long, so that one write replaces another */

static const char line_format[] = "holder=%63s pid=%d stream=%31s durable=%" SCNu64;

/* What the holder before wrote; pid 0 when there is nothing to read. */
static int line_read(int fd, struct lock *lock)
{
	char line[LINE + 1] = {0};
	int pid = 0;
	if (pread(fd, line, LINE, 0) <= 0 ||
		sscanf(line, line_format, lock->holder, &pid, lock->stream, &lock->durable) != 4)
		*lock = (struct lock){.fd = lock->fd, .holder = "another process", .stream = "-"};
	return pid;
}

static void line_write(const struct lock *lock)
{
	char line[LINE + 1];
	int len = snprintf(line, sizeof line, "holder=%s pid=%d stream=%s durable=%" PRIu64,
		lock->holder, (int)getpid(), lock->stream, lock->durable);
	must(len > 0 && len < LINE);
	memset(line + len, ' ', (size_t)(LINE - 1 - len));
	line[LINE - 1] = '\n';
	if (pwrite(lock->fd, line, LINE, 0) != LINE)
		return; /* only a second opinion: the log itself is on disk */
}

void lock_note(struct lock *lock, const char *stream, uint64_t durable)
{
	snprintf(lock->stream, sizeof lock->stream, "%s", stream);
	lock->durable = durable;
	line_write(lock);
}

int lock_take(struct lock *lock, const char *dir, const char *holder, struct why *why)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/lock", dir);
	*lock = (struct lock){.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
	if (lock->fd < 0)
		return why_set(why, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO,
			"%s: %s; it must be a folder that this user may write in", path,
			strerror(errno));
	if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0) {
		int error = errno;
		int pid = line_read(lock->fd, lock);
		lock_release(lock);
		if (error != EWOULDBLOCK)
			return why_set(
				why, ERR_IO, "%s: cannot be locked: %s", path, strerror(error));
		return why_set(why, ERR_LOCKED,
			"%s is in use by %s (pid %d), and a folder has one owner at a time: stop "
			"that one first, or give this one a folder of its own",
			dir, lock->holder, pid);
	}
	line_read(lock->fd, lock);
	snprintf(lock->holder, sizeof lock->holder, "%s", holder);
	for (char *c = lock->holder; *c; c++) {
		if (*c == ' ')
			*c = '-';
	}
	line_write(lock);
	return 0;
}

void lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}
