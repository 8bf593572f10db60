/*
 * Who commits: a thread that does what it is given, again until it succeeds, while the loop goes on. The
 * simulation has one without a thread, which commits when its clock says so.
 */
#ifndef WOT_WRITER_H
#define WOT_WRITER_H

#include <stdbool.h>

struct writer;
struct writer_options {
	/* 0: done. ERR_DISK_FULL: tried again every 200 ms. Another error: not tried again. */
	int (*commit)(void *arg);
	void (*wake)(void *arg); /* there is news for writer_look; may be NULL */
	void (*idle)(void *arg); /* after a commit that is done, once that was said */
	void *arg;
};

/* ERR_MEMORY. */
int writer_new(struct writer **out, const struct writer_options *options);
/* There is something to commit. The one before is done. */
void writer_hand(struct writer *writer);
/* *done: what was handed is, since the last look. Returns what is in the way of it, or 0. */
int writer_look(struct writer *writer, bool *done);
/* Until what was handed is done or in trouble. */
void writer_wait(struct writer *writer);
/* What was handed and is not done yet has one more try. */
void writer_free(struct writer **writer);

#endif
