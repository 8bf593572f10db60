#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

enum { LINE = 200 }; /* always as long, so that one write replaces another */

static const char line_format[] = "holder=%63s pid=%d stream=%31s durable=%" SCNu64 "%n";
static const char check_format[] = " check=%016" PRIx64;

static uint64_t line_hash(const char *text, size_t len)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	uint64_t value;
	crypto_generichash(hash, sizeof hash, (const uint8_t *)text, len, NULL, 0);
	memcpy(&value, hash, sizeof value);
	return value;
}

static bool check_is_right(const char *line, size_t len)
{
	char check[32];
	snprintf(check, sizeof check, check_format, line_hash(line, len));
	return !line[len] ||
	       strcmp(line + len, check) == 0; /* none: written before there was one */
}

/* What the holder before wrote; pid 0 when there is nothing to read. */
static int line_read(int fd, struct lock *lock)
{
	char line[LINE + 1] = {0};
	int pid = 0, len = 0;
	ssize_t got = pread(fd, line, LINE, 0);
	lock->was_there = got >= 0;
	for (; got > 0 && strchr(" \n", line[got - 1]); got--)
		line[got - 1] = 0;
	if (sscanf(line, line_format, lock->holder, &pid, lock->stream, &lock->durable, &len) ==
			4 &&
		check_is_right(line, (size_t)len))
		return pid;
	lock->is_damaged =
		line[0] != 0; /* a new file, or one that a power cut left empty, is not */
	snprintf(lock->holder, sizeof lock->holder, "another process");
	snprintf(lock->stream, sizeof lock->stream, "-");
	lock->durable = 0;
	return 0;
}

static void line_write(const struct lock *lock)
{
	char line[LINE + 1];
	int len = snprintf(line, sizeof line, "holder=%s pid=%d stream=%s durable=%" PRIu64,
		lock->holder, (int)getpid(), lock->stream, lock->durable);
	must(len > 0 && len < LINE - 32);
	len += snprintf(
		line + len, sizeof line - (size_t)len, check_format, line_hash(line, (size_t)len));
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

static int flock_take(
	struct lock *lock, int how, const char *dir, const char *path, struct why *why)
{
	if (flock(lock->fd, how | LOCK_NB) == 0)
		return 0;
	int error = errno;
	int pid = line_read(lock->fd, lock);
	lock_release(lock);
	if (error != EWOULDBLOCK)
		return why_set(why, ERR_IO, "%s: cannot be locked: %s", path, strerror(error));
	return why_set(why, ERR_LOCKED,
		"%s is in use by %s (pid %d), and a folder has one owner at a time: stop "
		"that one first, or give this one a folder of its own",
		dir, lock->holder, pid);
}

int lock_take(struct lock *lock, const char *dir, const char *holder, struct why *why)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/lock", dir);
	bool was_there = access(path, F_OK) == 0;
	*lock = (struct lock){.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
	if (lock->fd < 0)
		return why_set(why, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO,
			"%s: %s; it must be a folder that this user may write in", path,
			strerror(errno));
	int err = flock_take(lock, LOCK_EX, dir, path, why);
	if (err)
		return err;
	line_read(lock->fd, lock);
	lock->was_there = was_there;
	snprintf(lock->holder, sizeof lock->holder, "%s", holder);
	for (char *c = lock->holder; *c; c++) {
		if (*c == ' ')
			*c = '-';
	}
	if (!lock->is_damaged)
		line_write(lock);
	return 0;
}

int lock_look(struct lock *lock, const char *dir, struct why *why)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/lock", dir);
	*lock = (struct lock){.fd = open(path, O_RDONLY | O_CLOEXEC), .stream = "-"};
	if (lock->fd < 0 && errno == ENOENT)
		return 0;
	if (lock->fd < 0)
		return why_set(why, ERR_IO, "%s: %s; it must be a file that this user may read",
			path, strerror(errno));
	int err = flock_take(lock, LOCK_SH, dir, path, why);
	if (!err)
		line_read(lock->fd, lock);
	return err;
}

void lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}
