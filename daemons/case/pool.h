/*
 * Texts, ids and lists that many cases share (wards, teams, organisations, sets of problems): each
 * is kept once, never changed and freed with the pool.
 */
#ifndef WOT_CASE_POOL_H
#define WOT_CASE_POOL_H

#include <stddef.h>

struct pool {
	struct pool_item *items;
};

void pool_done(struct pool *pool);
/* The pool's copy of these bytes, followed by a NUL and aligned for any number. */
void *pool_keep(struct pool *pool, const void *bytes, size_t len);
/* NULL stays NULL. */
const char *pool_text(struct pool *pool, const char *text);

#endif
