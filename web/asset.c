#include "web/asset.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "web/page.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

struct shelved {
	struct buf zipped;
	struct buf headers[2]; /* as it is, zipped */
	char etag[64];
};

struct asset_shelf {
	struct shelved *items;
};

static void zip(const struct asset *asset, struct buf *out)
{
	enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 9 };
	z_stream stream = {0};
	must(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
		     Z_DEFAULT_STRATEGY) == Z_OK);
	size_t most = deflateBound(&stream, asset->len);
	buf_reserve(out, most);
	stream.next_in = (unsigned char *)(uintptr_t)asset->data; /* which zlib only reads */
	stream.avail_in = (uInt)asset->len;
	stream.next_out = (unsigned char *)out->data;
	stream.avail_out = (uInt)most;
	must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	out->len = stream.total_out;
	deflateEnd(&stream);
}

/* Weak: the same asset, however it is coded. */
static void etag_print(const struct asset *asset, char etag[64])
{
	const char *hash = strchr(asset->path, '.') + 1;
	int len = (int)strcspn(hash, ".");
	snprintf(etag, 64, "W/\"%.*s\"", len, hash);
}

static void asset_shelve(const struct asset *asset, struct shelved *item)
{
	static const char *const codings[2] = {"", "Content-Encoding: gzip\n"};
	zip(asset, &item->zipped);
	etag_print(asset, item->etag);
	for (size_t i = 0; i < 2; i++)
		buf_printf(&item->headers[i],
			"%sCache-Control: public, max-age=31536000, immutable\nETag: %s\n"
			"Vary: Accept-Encoding\n%s",
			page_security, item->etag, codings[i]);
}

struct asset_shelf *asset_shelf_new(void)
{
	struct asset_shelf *shelf = calloc(1, sizeof *shelf);
	must(shelf);
	shelf->items = calloc(asset_count, sizeof *shelf->items);
	must(shelf->items);
	for (size_t i = 0; i < asset_count; i++)
		asset_shelve(&assets[i], &shelf->items[i]);
	return shelf;
}

void asset_shelf_free(struct asset_shelf *shelf)
{
	if (!shelf)
		return;
	for (size_t i = 0; i < asset_count; i++) {
		buf_done(&shelf->items[i].zipped);
		buf_done(&shelf->items[i].headers[0]);
		buf_done(&shelf->items[i].headers[1]);
	}
	free(shelf->items);
	free(shelf);
}

/* Is `q` of a coding 0, as in gzip;q=0? */
static bool is_refused(const char *parameters, size_t len)
{
	const char *q = memmem(parameters, len, "q=", 2);
	if (!q)
		return false;
	size_t left = len - (size_t)(q + 2 - parameters);
	size_t zeros = strspn(q + 2, "0.");
	return zeros >= left || strchr(" \t,;", q[2 + zeros]);
}

/* Is gzip one of the codings that are taken: RFC 9110, 12.5.3. */
static bool takes_gzip(const char *codings)
{
	bool any = false;
	while (codings && *codings) {
		codings += strspn(codings, " \t,");
		size_t len = strcspn(codings, ","), name = strcspn(codings, " \t,;");
		bool is_gzip = name == 4 && strncasecmp(codings, "gzip", 4) == 0;
		bool taken = !is_refused(codings + name, len - name);
		if (is_gzip)
			return taken;
		any |= name == 1 && *codings == '*' && taken;
		codings += len;
	}
	return any;
}

/* Does a list of ETags, or *, name ours? */
static bool is_known(const char *known, const char *etag)
{
	return known && (strcmp(known, "*") == 0 || strstr(known, etag + 2)); /* without W/ */
}

int asset_answer(const struct asset_shelf *shelf, const char *path, const char *known,
	const char *codings, struct asset_answer *out)
{
	for (size_t i = 0; i < asset_count; i++) {
		const struct shelved *item = &shelf->items[i];
		if (strcmp(assets[i].path, path) != 0)
			continue;
		bool zipped = takes_gzip(codings), same = is_known(known, item->etag);
		*out = (struct asset_answer){
			.status = same ? 304 : 200,
			.type = assets[i].type,
			.headers = item->headers[zipped && !same].data,
			.body = same     ? NULL
				: zipped ? (const void *)item->zipped.data
					 : assets[i].data,
			.len = same     ? 0
			       : zipped ? item->zipped.len
					: assets[i].len,
		};
		return 0;
	}
	return ERR_NOT_FOUND;
}
