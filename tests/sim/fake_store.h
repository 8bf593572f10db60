/*
 * The disks in the simulation. fake_store.c stands in for store/ but for the blocks themselves: what was
 * committed lies in memory and survives the process that wrote it, the rest does not. A commit lands when
 * the simulation says so.
 */
#ifndef WOT_SIM_FAKE_STORE_H
#define WOT_SIM_FAKE_STORE_H

#include "store/block.h"
#include "store/store.h"

/* Empty disks for everybody. Stream ids come from `random`. */
void fake_disks_open(uint64_t (*random)(void));
void fake_disks_close(void);

/* A disk is named by its daemon. */
bool fake_disk_is_busy(const char *disk); /* a commit is under way */
void fake_disk_land(const char *disk);    /* it is on disk; the daemon learns it at its next turn */
void fake_disk_fill(const char *disk, bool full); /* while full nothing lands */
bool fake_disk_is_full(const char *disk);
/* Commits land as soon as they are looked for. */
void fake_disk_hurry(const char *disk, bool hurry);
/* The process dies: what is open is gone, and what is being committed too, unless it just landed. */
void fake_disk_crash(const char *disk, bool lands);
bool fake_disk_is_clean(const char *disk); /* nothing is open or being committed */

/*
 * Every event of a stream as that disk has it, in order; with_open: also what its daemon has appended since,
 * and would lose in a crash.
 */
typedef void fake_event_fn(void *arg, const uint8_t *event, size_t len, uint64_t seq);
void fake_disk_events(
	const char *disk, const char *stream, bool with_open, fake_event_fn *on_event, void *arg);
uint64_t fake_disk_head(const char *disk, const char *stream); /* last seq on disk */

#endif
