#include "http/http_chunks.h"

#include "http/http_head.h"
#include <stdlib.h>
#include <string.h>

enum { EXTRA_MAX = 4096, DIGITS_MAX = 15 };

/* ---- extensions: *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) ---- */

static const char *blanks_skip(const char *at)
{
	return at + strspn(at, " \t");
}

/* Behind the token at `at`, or NULL. */
static const char *token_skip(const char *at)
{
	const char *end = at;
	while (http_char_is_token(*end))
		end++;
	return end > at ? end : NULL;
}

static const char *quoted_skip(const char *at)
{
	for (at++; *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		else if (!*at)
			return NULL;
	}
	return at + 1;
}

static const char *extension_skip(const char *at)
{
	at = blanks_skip(at);
	if (*at != ';')
		return NULL;
	at = token_skip(blanks_skip(at + 1));
	if (!at || *blanks_skip(at) != '=')
		return at;
	at = blanks_skip(blanks_skip(at) + 1);
	return *at == '"' ? quoted_skip(at) : token_skip(at);
}

/* ---- lines ---- */

static int size_line_read(struct http_chunks *chunks)
{
	size_t digits = strspn(chunks->line, "0123456789abcdefABCDEF");
	const char *at = chunks->line + digits;
	chunks->extra += strlen(at);
	if (!digits || digits > DIGITS_MAX || chunks->extra > EXTRA_MAX)
		return ERR_NOT_HTTP;
	while (at && *at)
		at = extension_skip(at);
	if (!at)
		return ERR_NOT_HTTP;
	chunks->left = strtoull(chunks->line, NULL, 16);
	chunks->state = chunks->left ? CHUNK_DATA : CHUNK_TRAILER;
	return 0;
}

static int trailer_line_read(struct http_chunks *chunks)
{
	struct http_pair field;
	size_t len = strlen(chunks->line);
	chunks->extra += len;
	if (!len)
		return 1;
	return chunks->extra <= EXTRA_MAX && http_field_read(chunks->line, &field) ? 0
										   : ERR_NOT_HTTP;
}

/* A byte of a line; the line is read at its end. */
static int line_take(struct http_chunks *chunks, char c)
{
	bool behind_cr = chunks->line_len && chunks->line[chunks->line_len - 1] == '\r';
	bool is_control = ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
	if ((c == '\n') != behind_cr || (is_control && c != '\r' && c != '\n') ||
		chunks->line_len == sizeof chunks->line)
		return ERR_NOT_HTTP;
	if (c != '\n') {
		chunks->line[chunks->line_len++] = c;
		return 0;
	}
	chunks->line[chunks->line_len - 1] = '\0';
	chunks->line_len = 0;
	return chunks->state == CHUNK_SIZE ? size_line_read(chunks) : trailer_line_read(chunks);
}

/* The line end behind a chunk. */
static int end_take(struct http_chunks *chunks, char c)
{
	if (c != (chunks->state == CHUNK_CR ? '\r' : '\n'))
		return ERR_NOT_HTTP;
	chunks->state = chunks->state == CHUNK_CR ? CHUNK_LF : CHUNK_SIZE;
	return 0;
}

int http_chunks_take(struct http_chunks *chunks, const char **at, const char *end,
	const char **data, size_t *len)
{
	int err = 0;
	*data = *at;
	*len = 0;
	while (*at < end && !err && chunks->state != CHUNK_DATA) {
		char c = *(*at)++;
		bool in_line = chunks->state == CHUNK_SIZE || chunks->state == CHUNK_TRAILER;
		err = in_line ? line_take(chunks, c) : end_take(chunks, c);
	}
	if (err || *at == end)
		return err;
	size_t there = (size_t)(end - *at);
	*data = *at;
	*len = there < chunks->left ? there : (size_t)chunks->left;
	*at += *len;
	chunks->left -= *len;
	if (!chunks->left)
		chunks->state = CHUNK_CR;
	return 0;
}
