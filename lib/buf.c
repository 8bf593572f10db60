#include "lib/buf.h"

#include "lib/utf8.h"
#include <stdio.h>
#include <string.h>

void buf_done(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
}

void buf_grow(struct buf *buf, size_t more)
{
	size_t need = buf->len + more + 1;
	size_t room = buf->room ? buf->room : 256;
	while (room < need)
		room *= 2;
	buf->data = realloc(buf->data, room);
	must(buf->data);
	buf->room = room;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = 0;
}

void buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
	buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
	buf->data[buf->len] = 0;
}

void buf_count(struct buf *buf, uint64_t number)
{
	char digits[20], *first = digits + sizeof digits;
	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	buf_add(buf, first, (size_t)(digits + sizeof digits - first));
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	buf_reserve(buf, 64); /* most fit in what there is */
	size_t room = buf->room - buf->len;
	int len = vsnprintf(buf->data + buf->len, room, format, args);
	must(len >= 0);
	if ((size_t)len >= room) {
		buf_reserve(buf, (size_t)len);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
	}
	va_end(again);
	buf->len += (size_t)len;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void buf_hex(struct buf *buf, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	buf_reserve(buf, 2 * len);
	for (size_t i = 0; i < len; i++) {
		buf->data[buf->len++] = digits[bytes[i] >> 4];
		buf->data[buf->len++] = digits[bytes[i] & 15];
	}
	buf->data[buf->len] = 0;
}

void buf_number(struct buf *buf, double number)
{
	char text[32];
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	buf_text(buf, text);
}

/* How many bytes at its beginning stand for themselves in JSON: ASCII, as nearly all is. */
static size_t plain(const char *text)
{
	size_t len = 0;
	for (unsigned char c; c = (unsigned char)text[len], c >= 0x20 && c < 0x80; len++) {
		if (c == '"' || c == '\\')
			break;
	}
	return len;
}

/* Any other character; how many bytes it takes. */
static size_t json_escape(struct buf *buf, const char *text)
{
	unsigned char c = (unsigned char)*text;
	size_t step = utf8_sequence((const uint8_t *)text, strlen(text));
	if (step > 1) {
		buf_add(buf, text, step);
		return step;
	}
	if (step == 0)
		buf_text(buf, "\xef\xbf\xbd");
	else if (c < 0x20)
		buf_printf(buf, "\\u%04x", c);
	else
		buf_printf(buf, "\\%c", c);
	return 1;
}

void buf_json(struct buf *buf, const char *text)
{
	buf_char(buf, '"');
	while (*text) {
		size_t len = plain(text);
		buf_add(buf, text, len);
		text += len;
		if (*text)
			text += json_escape(buf, text);
	}
	buf_char(buf, '"');
}
