/*
 * The head of an HTTP request, read as RFC 9112 writes it and no more loosely: what two servers in a row
 * could read differently is refused. Pure: bytes in, what they say out. http_chunks.h is the other half.
 */
#ifndef WOT_HTTP_HEAD_H
#define WOT_HTTP_HEAD_H

#include "lib/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEAD_MAX = 16 * 1024, HTTP_FIELDS_MAX = 64, HTTP_QUERY_MAX = 32 };

struct http_pair {
	const char *name;
	const char *value; /* of a parameter: NULL where there is no `=` */
};

/* Points into the text it was read from. */
struct http_head {
	const char *method;
	const char *path; /* decoded, without the query; %00 stays as it is */
	struct http_pair query[HTTP_QUERY_MAX], fields[HTTP_FIELDS_MAX];
	size_t query_count, field_count;
	uint64_t length; /* of the body: Content-Length */
	bool chunked;    /* … or in chunks */
	bool is_1_0;     /* and knows no chunks */
	bool closes;     /* the client wants no second request */
	bool awaits_100;
};

/* Looks on from *seen, 0 at first. 1: the head is whole and ends at *seen; 0: more is needed;
 * ERR_NOT_HTTP: whatever follows, it becomes none. */
int http_head_scan(const char *text, size_t len, size_t *seen);
/* A whole head, which is cut into pieces in place. Not 0: `detail` says what is wrong, in a text without
 * values. */
int http_head_read(char *text, size_t len, struct http_head *head, const char **detail);
/* What stands between `&`, decoded and cut in place; %00 stays as it is. False: an escape is none, or there are too
 * many. */
bool http_pairs_read(char *text, struct http_pair *pairs, size_t room, size_t *count);
/* The same of a body, application/x-www-form-urlencoded: no character stands in it that browsers escape. A NUL stands
 * behind its len bytes. */
bool http_form_read(char *text, size_t len, struct http_pair *pairs, size_t room, size_t *count);
/* A line `Name: value`, without its end, cut in place; false: it is none. */
bool http_field_read(char *line, struct http_pair *field);
/* The value of a field, or NULL. */
const char *http_head_field(const struct http_head *head, const char *name);
bool http_char_is_token(char c);

#endif
