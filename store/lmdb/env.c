#include "store/lmdb/lmdb_own.h"

#include "lib/log.h"
#include "store/lmdb/guard.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

int env_err(int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case MDB_NOTFOUND:
	case ENOENT:
		return ERR_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_DISK_FULL;
	case MDB_MAP_FULL:
		return ERR_MAP_FULL;
	case ENOMEM:
		return ERR_MEMORY;
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
	case MDB_BAD_VALSIZE:
	case MDB_BAD_DBI:
	case MDB_CURSOR_FULL:
	case MDB_BAD_TXN:
		return ERR_DAMAGED;
	default:
		return ERR_IO;
	}
}

/* LMDB found its own pages inconsistent: an error where we read under guard, the end elsewhere. */
static void on_assert(MDB_env *env, const char *text)
{
	(void)env;
	guard_trip();
	log_fatal("store_damaged", "why=\"%s\" todo=\"" WAY_ON "\"", text);
}

int dir_sync(const char *dir, struct why *why)
{
	auto_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		return why_set(why, ERR_IO, "%s: fsync: %s", dir, strerror(errno));
	return 0;
}

int dir_make(const char *dir, const char *to_do, struct why *why)
{
	struct stat stat_of;
	if (mkdir(dir, 0700) == 0) {
		char above[4096];
		snprintf(above, sizeof above, "%s/..", dir);
		return dir_sync(above, why);
	}
	int error = errno;
	if (error == EEXIST && stat(dir, &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
		return 0;
	return why_set(why, error == ENOSPC || error == EDQUOT ? ERR_DISK_FULL : ERR_IO,
		"%s: %s: %s", dir, error == EEXIST ? "is no folder" : strerror(error), to_do);
}

struct opening {
	MDB_env *env;
	const char *path;
	unsigned flags;
	MDB_stat stat;
};

static int opening_run(void *arg)
{
	struct opening *opening = arg;
	int rc = mdb_env_open(opening->env, opening->path, opening->flags, 0600);
	return rc ? rc : mdb_env_stat(opening->env, &opening->stat);
}

/* A page of lock.mdb that is not to be had faults as one that is gone. */
static bool disk_is_full(const char *path)
{
	struct statvfs vfs;
	return statvfs(path, &vfs) == 0 && vfs.f_bavail == 0;
}

static int open_failed(int rc, const char *path, size_t map_bytes, struct why *why)
{
	int err = rc == ERR_DAMAGED ? rc : env_err(rc);
	if (err == ERR_DAMAGED)
		return why_set(why, err, "%s: data.mdb is no log, or damaged", path);
	if (err == ERR_MEMORY)
		return why_set(why, err,
			"%s: no %zu MiB of address space: raise RLIMIT_AS (ulimit -v, LimitAS=) "
			"or lower map_size_mib",
			path, map_bytes >> 20);
	if (err == ERR_DISK_FULL)
		return why_set(why, err, "%s: the disk is full: make room and start again", path);
	return why_set(why, err, "%s: data.mdb cannot be opened: %s", path, mdb_strerror(rc));
}

int env_open(MDB_env **out, const char *path, unsigned flags, size_t map_bytes, struct why *why)
{
	struct opening opening = {.path = path, .flags = flags | MDB_NOTLS};
	int rc = mdb_env_create(&opening.env);
	must(rc == 0);
	mdb_env_set_assert(opening.env, on_assert);
	rc = mdb_env_set_maxdbs(opening.env, STREAMS_MAX + 2);
	if (rc == 0 && map_bytes)
		rc = mdb_env_set_mapsize(opening.env, map_bytes);
	if (rc == 0)
		rc = guard_run(opening_run, &opening);
	if (rc == ERR_DAMAGED && disk_is_full(path))
		rc = ENOSPC;
	unsigned page = opening.stat.ms_psize;
	if (rc == 0 && (page < 512 || page > 65536 || (page & (page - 1)) != 0))
		rc = MDB_CORRUPTED;
	if (rc == 0) {
		*out = opening.env;
		return 0;
	}
	mdb_env_close(opening.env);
	return open_failed(rc, path, map_bytes, why);
}

int env_open_scratch(MDB_env **out, const char *path, size_t map_bytes, struct why *why)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	return env_open(out, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, map_bytes, why);
}

int env_fd(MDB_env *env)
{
	mdb_filehandle_t fd;
	must(mdb_env_get_fd(env, &fd) == 0);
	return fd;
}

uint64_t env_end(MDB_env *env)
{
	MDB_envinfo info;
	MDB_stat stat;
	must(mdb_env_info(env, &info) == 0 && mdb_env_stat(env, &stat) == 0);
	return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

uint64_t env_file_bytes(MDB_env *env)
{
	struct stat stat;
	must(fstat(env_fd(env), &stat) == 0);
	return (uint64_t)stat.st_size;
}

int env_file_extend(MDB_env *env)
{
	uint64_t end = env_end(env);
	if (env_file_bytes(env) >= end || ftruncate(env_fd(env), (off_t)end) == 0)
		return 0;
	return env_err(errno);
}

int env_file_trim(MDB_env *env)
{
	return ftruncate(env_fd(env), (off_t)env_end(env)) == 0 ? 0 : env_err(errno);
}
