/*
 * DIR/lock: whose folder this is, and how far its log has come. One line of logfmt:
 *
 *	holder=wot-intake pid=1234 stream=intake durable=10042 check=9f2c4be1d0a37788
 *
 * The flock is the lock, the text is for people, and `durable` is noted after every commit, without
 * fsync: it may be behind, never ahead, so a log that ends before it has lost its tail. `check` is a hash
 * of what stands before it; lines of before there was one are read too.
 */
#ifndef WOT_LOCK_H
#define WOT_LOCK_H

#include "store/store.h"

struct lock {
	int fd;
	char holder[64];
	char stream[STORE_NAME_MAX + 1]; /* of the last own stream here, or "-" */
	uint64_t durable;                /* as noted by who held it before, until lock_note */
	bool was_there;                  /* somebody held it before */
	bool is_damaged; /* what was noted cannot be read; it is left as it is until lock_note */
};

/* ERR_LOCKED names the holder; ERR_NOT_FOUND when there is no folder. fd is -1 after a failure. */
int lock_take(struct lock *lock, const char *dir, const char *holder, struct why *why);
/* For who only reads the folder: beside others that do, and where nobody can write. fd may be -1: nobody
 * ever held it. */
int lock_look(struct lock *lock, const char *dir, struct why *why);
void lock_note(struct lock *lock, const char *stream, uint64_t durable);
void lock_release(struct lock *lock);

#endif
