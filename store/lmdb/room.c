#include "store/lmdb/lmdb_own.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

enum { RESERVE_AHEAD = 16 << 20 }; /* bytes; how much is reserved at a time, if it is there */

/* Where the file system cannot reserve, its own count of what is free has to do. */
static int room_look(int fd, uint64_t bytes)
{
	struct statvfs vfs;
	if (fstatvfs(fd, &vfs) != 0)
		return ERR_IO;
	return (uint64_t)vfs.f_bavail * vfs.f_frsize >= bytes ? 0 : ERR_DISK_FULL;
}

/* From *reserved to `to`. */
static int room_take(int fd, uint64_t *reserved, uint64_t to)
{
	uint64_t bytes = to - *reserved;
	int rc;
	do
		rc = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)*reserved, (off_t)bytes);
	while (rc != 0 && errno == EINTR);
	if (rc != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
		return room_look(fd, bytes);
	if (rc != 0)
		return env_err(errno) == ERR_DISK_FULL ? ERR_DISK_FULL : ERR_IO;
	*reserved = to;
	return 0;
}

int room_reserve(MDB_env *env, uint64_t *reserved, uint64_t bytes)
{
	struct rlimit limit;
	int fd = env_fd(env);
	uint64_t end = env_end(env), need = end + bytes;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && need > limit.rlim_cur)
		return ERR_DISK_FULL;
	if (*reserved < end)
		*reserved = end;
	if (need <= *reserved)
		return 0;
	uint64_t ahead = end + RESERVE_AHEAD;
	int err = ahead > need ? room_take(fd, reserved, ahead) : ERR_DISK_FULL;
	if (err != ERR_DISK_FULL)
		return err;
	/* What a failed attempt got is let go first: others live on this disk too. */
	if (env_file_trim(env) == 0)
		*reserved = end;
	return room_take(fd, reserved, need);
}
