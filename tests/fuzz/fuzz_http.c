/*
 * Any bytes at the HTTP port. A head is the same one however its bytes came in, and what is taken for one
 * has no field in which another reader could see a second line, length or host; a chunked body too.
 */
#include "http/http_chunks.h"
#include "http/http_head.h"
#include "lib/buf.h"
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int scan_slowly(const char *text, size_t len, size_t *seen)
{
	int found = 0;
	*seen = 0;
	for (size_t there = 0; there <= len && !found; there++)
		found = http_head_scan(text, there, seen);
	return found;
}

static unsigned fields_named(const struct http_head *head, const char *name)
{
	unsigned count = 0;
	for (size_t i = 0; i < head->field_count; i++)
		count += strcasecmp(head->fields[i].name, name) == 0;
	return count;
}

static void check_head(const struct http_head *head)
{
	unsigned lengths = fields_named(head, "Content-Length");
	unsigned codings = fields_named(head, "Transfer-Encoding");
	must(head->method[0] && (head->path[0] == '/' || strcmp(head->path, "*") == 0));
	must(fields_named(head, "Host") + (head->closes ? 1 : 0) >= 1);
	must(fields_named(head, "Host") <= 1 && fields_named(head, "Authorization") <= 1);
	must(lengths + codings <= 1 && head->chunked == (codings == 1));
	must(lengths || !head->length);
	for (size_t i = 0; i < head->field_count; i++) {
		const char *name = head->fields[i].name, *value = head->fields[i].value;
		must(name[0] && !strpbrk(name, " \t:\r\n") && !strpbrk(value, "\r\n"));
	}
}

/* The body's bytes; how much of the input it took, and how that ended. */
static int chunks_join(const char *bytes, size_t len, size_t step, struct buf *body, size_t *used)
{
	struct http_chunks chunks = {0};
	const char *at = bytes, *end = bytes + len, *data;
	int ended = 0;
	while (at < end && !ended) {
		const char *there = (size_t)(end - at) > step ? at + step : end;
		size_t piece;
		ended = http_chunks_take(&chunks, &at, there, &data, &piece);
		if (ended >= 0)
			buf_add(body, data, piece);
	}
	*used = (size_t)(at - bytes);
	return ended;
}

static void check_chunks(const char *bytes, size_t len)
{
	auto_buf struct buf fast = {0}, slow = {0};
	size_t used, used_slowly;
	int ended = chunks_join(bytes, len, len ? len : 1, &fast, &used);
	must(chunks_join(bytes, len, 1, &slow, &used_slowly) == ended && used == used_slowly);
	must(fast.len == slow.len && fast.len <= len);
	must(!fast.len || memcmp(fast.data, slow.data, fast.len) == 0);
	must(ended != 1 || (used >= 5 && memcmp(bytes + used - 2, "\r\n", 2) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf text = {0};
	struct http_head head;
	size_t seen = 0, seen_slowly;
	const char *detail = NULL;
	buf_add(&text, bytes, len);
	check_chunks((const char *)bytes, len);
	int found = http_head_scan(text.data, text.len, &seen);
	must(scan_slowly(text.data, text.len, &seen_slowly) == found);
	must(found <= 0 || (seen == seen_slowly && seen <= len));
	if (found != 1)
		return 0;
	check_chunks(text.data + seen, len - seen);
	text.data[seen] = '\0';
	int err = http_head_read(text.data, seen, &head, &detail);
	if (err)
		must(detail && detail[0]);
	else
		check_head(&head);
	return 0;
}
