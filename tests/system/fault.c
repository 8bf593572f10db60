/*
 * LD_PRELOAD: breaks a program off at one of the steps by which it changes files.
 *
 *	FAULT_STEP=7 FAULT_HOW=fail|kill|half program …
 *
 * Steps are counted over all the calls below. fail: the call does not happen, and returns EIO; kill: the
 * process ends before it, as by kill -9; half: a write writes half, and then the process ends. Exits with
 * FAULT_CODE when it ended, and writes "fault" on stderr in any case.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FAULT_CODE = 99 };

static int steps;

static const char *how_if_now(void)
{
	const char *step = getenv("FAULT_STEP"), *how = getenv("FAULT_HOW");
	if (!step || !how || ++steps != atoi(step))
		return NULL;
	static ssize_t (*real)(int, const void *, size_t);
	real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	real(2, "fault\n", 6);
	if (strcmp(how, "kill") == 0)
		_exit(FAULT_CODE);
	errno = EIO;
	return how;
}

#define REAL(type, name, ...)                                                                      \
	static type (*real)(__VA_ARGS__);                                                          \
	if (!real)                                                                                 \
	real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define STEP(type, name, parameters, arguments, ...)                                               \
	type name parameters                                                                       \
	{                                                                                          \
		REAL(type, #name, __VA_ARGS__);                                                    \
		return how_if_now() ? (type)-1 : real arguments;                                   \
	}

#define WRITE(name, parameters, whole, half, ...)                                                  \
	ssize_t name parameters                                                                    \
	{                                                                                          \
		REAL(ssize_t, #name, __VA_ARGS__);                                                 \
		if (fd == 1 || fd == 2)                                                            \
			return real whole;                                                         \
		const char *how = how_if_now();                                                    \
		if (how && strcmp(how, "half") == 0) {                                             \
			real half;                                                                 \
			_exit(FAULT_CODE);                                                         \
		}                                                                                  \
		return how ? -1 : real whole;                                                      \
	}

WRITE(write, (int fd, const void *bytes, size_t len), (fd, bytes, len), (fd, bytes, len / 2), int,
	const void *, size_t)
WRITE(pwrite, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at),
	(fd, bytes, len / 2, at), int, const void *, size_t, off_t)
WRITE(pwrite64, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at),
	(fd, bytes, len / 2, at), int, const void *, size_t, off_t)
WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count),
	(fd, parts, count / 2), int, const struct iovec *, int)
WRITE(pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at),
	(fd, parts, count / 2, at), int, const struct iovec *, int, off_t)
STEP(int, fsync, (int fd), (fd), int)
STEP(int, fdatasync, (int fd), (fd), int)
STEP(int, ftruncate, (int fd, off_t len), (fd, len), int, off_t)
STEP(int, ftruncate64, (int fd, off_t len), (fd, len), int, off_t)
STEP(int, fallocate, (int fd, int mode, off_t at, off_t len), (fd, mode, at, len), int, int, off_t,
	off_t)
STEP(int, fallocate64, (int fd, int mode, off_t at, off_t len), (fd, mode, at, len), int, int,
	off_t, off_t)
STEP(int, rename, (const char *from, const char *to), (from, to), const char *, const char *)
STEP(int, unlink, (const char *path), (path), const char *)

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		REAL(int, #name, const char *, int, ...);                                          \
		va_list rest;                                                                      \
		va_start(rest, flags);                                                             \
		mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                          \
		va_end(rest);                                                                      \
		return flags & O_CREAT && how_if_now() ? -1 : real(path, flags, mode);             \
	}
OPEN(open)
OPEN(open64)
