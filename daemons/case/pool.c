#include "daemons/case/pool.h"

#include "lib/clean.h"
#include <string.h>
#include <uthash.h>

struct pool_item {
	UT_hash_handle hh;
	char bytes[];
};

void pool_done(struct pool *pool)
{
	struct pool_item *item, *next;
	HASH_ITER (hh, pool->items, item, next) {
		HASH_DEL(pool->items, item);
		free(item);
	}
}

void *pool_keep(struct pool *pool, const void *bytes, size_t len)
{
	struct pool_item *item;
	HASH_FIND(hh, pool->items, bytes, len, item);
	if (item)
		return item->bytes;
	item = malloc(sizeof *item + len + 1);
	must(item);
	memcpy(item->bytes, bytes, len);
	item->bytes[len] = 0;
	HASH_ADD_KEYPTR(hh, pool->items, item->bytes, len, item);
	return item->bytes;
}

const char *pool_text(struct pool *pool, const char *text)
{
	return text ? pool_keep(pool, text, strlen(text)) : NULL;
}
