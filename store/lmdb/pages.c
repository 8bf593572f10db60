/*
 * LMDB trusts its list of free pages. A bit that flips in it makes a page free that is in use: the log
 * still verifies, until a commit writes over it. So the trees are walked as they lie in the file (format 1
 * of data.mdb, as of LMDB 0.9: lmdb.h has no function that tells where a page is), and every page that
 * they use, or call free, is marked once.
 */
#include "store/lmdb/lmdb_own.h"

#include "store/lmdb/guard.h"
#include <string.h>
#include <sys/mman.h>

enum {
	MAGIC_AT = 16, /* in a page of meta: after its header */
	TREES_AT = MAGIC_AT + 4 + 4 + 8 + 8,
	TXNID_AT = TREES_AT + 2 * 48 + 8,
	FORMAT = 1,
	HEADER = 16,
	FLAGS_AT = 10,
	NODES_AT = 12, /* where the offsets of nodes end */
	BRANCH = 1,
	LEAF = 2,
	OVERFLOW_FIRST = 4,
	NODE_HEADER = 8,
	NODE_BIG = 1,
	NODE_TREE = 2,
	TREE = 48,
	TREE_ROOT_AT = 40,
	DEPTH_MAX = 32,
};
#define MAGIC UINT32_C(0xBEEFC0DE)
#define NO_PAGE UINT64_MAX

struct pages {
	const uint8_t *file;
	uint64_t count; /* of pages up to the last one in use */
	size_t page_bytes;
	uint8_t *marks;    /* a bit a page */
	uint64_t roots[2]; /* of the list of free pages, and of the table of tables */
};

static uint64_t get(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;
	memcpy(&value, at, bytes);
	return value;
}

/* False: it is marked already, or is no page. */
static bool page_mark(struct pages *pages, uint64_t page)
{
	if (page < 2 || page >= pages->count || pages->marks[page / 8] >> (page % 8) & 1)
		return false;
	pages->marks[page / 8] |= (uint8_t)(1 << page % 8);
	return true;
}

static bool run_mark(struct pages *pages, uint64_t first, size_t bytes)
{
	uint64_t run = (HEADER - 1 + bytes) / pages->page_bytes + 1;
	for (uint64_t i = 0; i < run; i++) {
		if (!page_mark(pages, first + i))
			return false;
	}
	return get(pages->file + first * pages->page_bytes, 8) == first;
}

/* A list as LMDB has it: how many, then their numbers; what was reserved behind them is not used. */
static bool list_mark(struct pages *pages, const uint8_t *list, size_t bytes)
{
	uint64_t count = bytes < 8 ? 0 : get(list, 8);
	if (bytes < 8 || count > bytes / 8 - 1)
		return false;
	for (uint64_t i = 1; i <= count; i++) {
		if (!page_mark(pages, get(list + 8 * i, 8)))
			return false;
	}
	return true;
}

static bool tree_mark(struct pages *pages, uint64_t page, unsigned depth, bool is_list);

/* What a leaf's node holds beside its bytes: pages of its own, a list of free ones, a table. */
static bool node_mark(
	struct pages *pages, const uint8_t *node, size_t room, unsigned depth, bool is_list)
{
	size_t bytes = (size_t)(get(node, 2) | get(node + 2, 2) << 16);
	unsigned flags = (unsigned)get(node + 4, 2);
	size_t key_len = (size_t)get(node + 6, 2);
	const uint8_t *data = node + NODE_HEADER + key_len;
	size_t here = flags & NODE_BIG ? 8 : bytes;
	if (NODE_HEADER + key_len + here > room)
		return false;
	if (flags & NODE_BIG) {
		uint64_t first = get(data, 8);
		if (!run_mark(pages, first, bytes))
			return false;
		data = pages->file + first * pages->page_bytes + HEADER;
	}
	if (is_list)
		return list_mark(pages, data, bytes);
	if (flags & NODE_TREE)
		return bytes == TREE &&
		       tree_mark(pages, get(data + TREE_ROOT_AT, 8), depth + 1, false);
	return true;
}

static bool tree_mark(struct pages *pages, uint64_t page, unsigned depth, bool is_list)
{
	if (page == NO_PAGE)
		return true;
	if (depth > DEPTH_MAX || !page_mark(pages, page))
		return false;
	const uint8_t *at = pages->file + page * pages->page_bytes;
	unsigned flags = (unsigned)get(at + FLAGS_AT, 2);
	size_t end = (size_t)get(at + NODES_AT, 2);
	if (get(at, 8) != page || (flags != BRANCH && flags != LEAF) || end < HEADER ||
		end > pages->page_bytes)
		return false;
	for (size_t offset = HEADER; offset < end; offset += 2) {
		size_t node = (size_t)get(at + offset, 2);
		if (node < end || node + NODE_HEADER > pages->page_bytes)
			return false;
		const uint8_t *bytes = at + node;
		bool good = flags == BRANCH ? tree_mark(pages,
						      get(bytes, 2) | get(bytes + 2, 2) << 16 |
							      get(bytes + 4, 2) << 32,
						      depth + 1, is_list)
					    : node_mark(pages, bytes, pages->page_bytes - node,
						      depth, is_list);
		if (!good)
			return false;
	}
	return true;
}

/* The roots as of that transaction. False: another format, of which nothing is known here. */
static bool roots_find(struct pages *pages, uint64_t txnid)
{
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *meta = pages->file + i * pages->page_bytes;
		if (get(meta + MAGIC_AT, 4) != MAGIC || get(meta + MAGIC_AT + 4, 4) != FORMAT ||
			get(meta + TXNID_AT, 8) != txnid)
			continue;
		pages->roots[0] = get(meta + TREES_AT + TREE_ROOT_AT, 8);
		pages->roots[1] = get(meta + TREES_AT + TREE + TREE_ROOT_AT, 8);
		return true;
	}
	return false;
}

static int pages_run(void *arg)
{
	struct pages *pages = arg;
	bool good = tree_mark(pages, pages->roots[1], 0, false) &&
		    tree_mark(pages, pages->roots[0], 0, true);
	return good ? 0 : ERR_DAMAGED;
}

int pages_check(MDB_env *env, MDB_txn *txn)
{
	MDB_envinfo info;
	MDB_stat stat;
	must(mdb_env_info(env, &info) == 0 && mdb_env_stat(env, &stat) == 0);
	struct pages pages = {.count = info.me_last_pgno + 1, .page_bytes = stat.ms_psize};
	if (env_file_bytes(env) < 2 * pages.page_bytes)
		return 0; /* nothing was written yet */
	size_t bytes = pages.count * pages.page_bytes;
	void *file = mmap(NULL, bytes, PROT_READ, MAP_SHARED, env_fd(env), 0);
	if (file == MAP_FAILED)
		return ERR_MEMORY;
	pages.file = file;
	pages.marks = calloc(1, pages.count / 8 + 1);
	must(pages.marks);
	int err = roots_find(&pages, mdb_txn_id(txn)) ? guard_run(pages_run, &pages) : 0;
	munmap(file, bytes);
	free(pages.marks);
	return err;
}
