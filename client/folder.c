#include "client/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* named: as what it is told where it fails. */
static int bytes_write(const char *path, int flags, const char *bytes, size_t len,
	const char *named, struct why *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
	bool failed = fd < 0;
	for (size_t done = 0; !failed && done < len;) {
		ssize_t wrote = write(fd, bytes + done, len - done);
		failed = wrote < 0 && errno != EINTR;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	/* pipes and terminals have nothing to be synced */
	failed = failed || (fsync(fd) != 0 && errno != EINVAL && errno != EROFS);
	int err = failed ? why_set(why, ERR_IO, "%s: %s", named, strerror(errno)) : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

int file_write(const char *path, const char *text, struct why *why)
{
	return bytes_write(path, O_TRUNC, text, strlen(text), path, why);
}

static int on_remove(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
	(void)stat, (void)flag, (void)at;
	return remove(path);
}

void folder_remove(const char *path)
{
	nftw(path, on_remove, 16, FTW_DEPTH | FTW_PHYS);
}

int folder_sync(const char *path, struct why *why)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) != 0 ? why_set(why, ERR_IO, "%s: %s", path, strerror(errno)) : 0;
}

/* Where the last name of a path begins; a slash at its end is none. */
static size_t name_at(const char *path, size_t *len)
{
	*len = strlen(path);
	while (*len > 1 && path[*len - 1] == '/')
		(*len)--;
	size_t at = *len;
	while (at && path[at - 1] != '/')
		at--;
	return at;
}

/* What is there and no file, a device or a pipe, or leads to another place, is written to as it is. */
static bool is_for_a_file(const char *path)
{
	struct stat there;
	return lstat(path, &there) != 0 || S_ISREG(there.st_mode);
}

int file_put(const char *path, const char *bytes, size_t len, struct why *why)
{
	size_t name_len, at = name_at(path, &name_len);
	auto_buf struct buf made = {0};
	if (!is_for_a_file(path))
		return bytes_write(path, O_TRUNC, bytes, len, path, why);
	buf_printf(&made, "%.*s.%s-%d", (int)at, path, path + at, (int)getpid());
	unlink(made.data); /* of who was ended amid this, under the same number */
	int err = bytes_write(made.data, O_EXCL, bytes, len, path, why);
	if (!err && rename(made.data, path) != 0)
		err = why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	if (err)
		unlink(made.data);
	return err;
}

int folder_check(const char *place, folder_is_ours_fn *is_ours, const void *arg, struct why *why)
{
	int err = 0;
	DIR *folder = opendir(place);
	if (!folder)
		return errno == ENOENT ? 0 : why_set(why, ERR_IO, "%s: %s", place, strerror(errno));
	for (const struct dirent *entry; !err && (entry = readdir(folder));) {
		const char *name = entry->d_name;
		bool is_dot = !strcmp(name, ".") || !strcmp(name, "..");
		if (!is_dot && !(is_ours && is_ours(arg, name)))
			err = why_set(why, ERR_USAGE,
				"%s holds %s: the files are put in a folder of their own", place,
				name);
	}
	closedir(folder);
	return err;
}

int folder_make(const char *place, struct buf *made, struct why *why)
{
	size_t len, at = name_at(place, &len), before = made->len;
	buf_printf(made, "%.*s.%.*s-XXXXXX", (int)at, place, (int)(len - at), place + at);
	const char *path = made->data + before;
	if (mkdtemp(made->data + before) && chmod(path, 0755) == 0)
		return 0;
	return why_set(why, ERR_IO, "%s: %s", place, strerror(errno));
}

/* Changes places with what was there before. */
static int folder_put(const char *made, const char *place, struct why *why)
{
	size_t len, at = name_at(place, &len);
	auto_buf struct buf top = {0};
	bool is_there = access(place, F_OK) == 0;
	if (renameat2(AT_FDCWD, made, AT_FDCWD, place, is_there ? RENAME_EXCHANGE : 0) != 0)
		return why_set(why, ERR_IO, "%s: %s", place, strerror(errno));
	if (is_there)
		folder_remove(made);
	buf_printf(&top, "%.*s", at ? (int)at : 1, at ? place : ".");
	return folder_sync(top.data, why);
}

int folder_end(int err, const char *made, const char *place, struct why *why)
{
	if (!err)
		err = folder_put(made, place, why);
	if (err)
		folder_remove(made);
	return err;
}
