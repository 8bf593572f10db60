#include "phone/rotated.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_DAY = 1000000 }; /* of dateext, as in 20261128; below it are numbers of rotations */

int64_t rotated_changed_ns(const struct stat *stat)
{
	return stat->st_mtim.tv_sec * INT64_C(1000000000) + stat->st_mtim.tv_nsec;
}

static bool is_rotated(const char *found, const char *name)
{
	size_t len = strlen(name);
	return strncmp(found, name, len) == 0 && (found[len] == '.' || found[len] == '-') &&
	       found[len + 1] >= '0' && found[len + 1] <= '9';
}

static bool is_compressed(const char *name)
{
	static const char *const ends[] = {".gz", ".bz2", ".xz", ".zst", ".lz4", ".Z"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t len = strlen(name), end = strlen(ends[i]);
		if (len > end && strcmp(name + len - end, ends[i]) == 0)
			return true;
	}
	return false;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* A clock that ticks every few ms may give two of them one instant. */
static int by_change(const void *a, const void *b)
{
	const struct rotated *one = a, *other = b;
	if (one->changed_ns != other->changed_ns)
		return one->changed_ns > other->changed_ns ? 1 : -1;
	bool is_day = one->number >= FIRST_DAY;
	return is_day ? compare(one->number, other->number) : compare(other->number, one->number);
}

static void file_add(struct rotated_list *list, int folder, const char *name, size_t number_at)
{
	struct stat stat;
	struct rotated file = {.fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	if (file.fd < 0)
		return;
	if (fstat(file.fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
		close(file.fd);
		return;
	}
	if (is_compressed(name)) {
		close(file.fd);
		file.fd = -1;
	}
	snprintf(file.name, sizeof file.name, "%s", name);
	file.device = stat.st_dev;
	file.inode = stat.st_ino;
	file.changed_ns = rotated_changed_ns(&stat);
	file.number = strtoull(name + number_at, NULL, 10);
	list->items = grow_push(list->items, list->count, sizeof *list->items);
	list->items[list->count++] = file;
}

void rotated_list(const char *folder, const char *name, struct rotated_list *out)
{
	DIR *dir = opendir(folder);
	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		if (is_rotated(entry->d_name, name))
			file_add(out, dirfd(dir), entry->d_name, strlen(name) + 1);
	if (dir)
		closedir(dir);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, by_change);
}

void rotated_done(struct rotated_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		clean_fd(&list->items[i].fd);
	free(list->items);
	*list = (struct rotated_list){0};
}

long rotated_before(int fd, uint64_t offset, size_t want, void *out)
{
	size_t len = offset < want ? (size_t)offset : want;
	return pread(fd, out, len, (off_t)(offset - len)) == (ssize_t)len ? (long)len : -1;
}

bool rotated_is_of(int fd, const struct place *place)
{
	char before[PLACE_BEFORE];
	uint8_t hash[PLACE_HASH];
	long len = rotated_before(fd, place->offset, sizeof before, before);
	if (len < 0)
		return false;
	place_hash(before, (size_t)len, hash);
	return memcmp(hash, place->before, sizeof hash) == 0;
}
