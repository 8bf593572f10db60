/*
 * The files that a log leaves behind when it is rotated: FILE and a dot or dash, then a digit, in its folder. Those that
 * were compressed cannot be read any more, but say by when what is missing was written.
 */
#ifndef WOT_PHONE_ROTATED_H
#define WOT_PHONE_ROTATED_H

#include "phone/place.h"
#include <stdbool.h>
#include <sys/stat.h>

struct rotated {
	char name[256];
	int fd; /* -1: compressed */
	uint64_t device, inode;
	int64_t changed_ns;
	uint64_t number; /* that follows on the name: a day, or how many rotations ago */
};
struct rotated_list {
	struct rotated
		*items; /* the oldest first, by when they were last written to, then by number */
	size_t count;
};

int64_t rotated_changed_ns(const struct stat *stat);
/* Of a folder's log of that name; each is open. */
void rotated_list(const char *folder, const char *name, struct rotated_list *out);
void rotated_done(struct rotated_list *list);

/* What stands before an offset of a file: how many bytes, -1 where there are not as many as `want`. */
long rotated_before(int fd, uint64_t offset, size_t want, void *out);
/* Is this the file of the place, or a copy of it? */
bool rotated_is_of(int fd, const struct place *place);

#endif
