/*
 * A daemon's log, block by block: asked of the running daemon with FETCH, or read from its folder when it
 * is stopped (only the owner opens a live environment).
 */
#ifndef WOT_SOURCE_H
#define WOT_SOURCE_H

#include "cli/cli.h"
#include "store/block.h"

struct source;

/* From the first block; or from the one that follows where somebody has read up to, which must then agree. */
int source_open(struct source **out, const struct cli *cli, const char *daemon,
	const struct store_head *after, struct why *why);
void source_close(struct source **source);
bool source_is_live(const struct source *source);
/*
 * The next block; its bytes live until the next call. Its hash and its place in the chain have been
 * checked. 1 when there is none (yet: wait_ms is how long a running daemon may be waited for); ERR_DAMAGED
 * names stream and sequence.
 */
int source_next(struct source *source, unsigned wait_ms, struct block *block, struct why *why);

#endif
