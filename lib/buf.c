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
	buf_add(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	must(len >= 0);
	buf_reserve(buf, (size_t)len);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
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

void buf_json(struct buf *buf, const char *text)
{
	buf_char(buf, '"');
	size_t left = strlen(text), step;
	for (; left; text += step, left -= step) {
		unsigned char c = (unsigned char)*text;
		step = utf8_sequence((const uint8_t *)text, left);
		if (step > 1) {
			buf_add(buf, text, step);
		} else if (step == 0) {
			buf_text(buf, "\xef\xbf\xbd");
			step = 1;
		} else if (c == '"' || c == '\\') {
			buf_char(buf, '\\');
			buf_char(buf, (char)c);
		} else if (c < 0x20) {
			buf_printf(buf, "\\u%04x", c);
		} else {
			buf_char(buf, (char)c);
		}
	}
	buf_char(buf, '"');
}
