/*
 * A buffer of bytes that grows: answers, blocks, JSON text. Zero is a valid empty buffer.
 * An allocation that fails aborts: these are small, and half an answer is no answer.
 */
#ifndef WOT_BUF_H
#define WOT_BUF_H

#include "lib/clean.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* always followed by a NUL once anything was added */
	size_t len;
	size_t room;
};

void buf_done(struct buf *buf);
void buf_clear(struct buf *buf);             /* keeps the room */
void buf_grow(struct buf *buf, size_t more); /* what buf_reserve is for */
static inline void buf_reserve(struct buf *buf, size_t more)
{
	if (buf->len + more >= buf->room)
		buf_grow(buf, more);
}
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args);
void buf_hex(struct buf *buf, const uint8_t *bytes, size_t len);
void buf_count(struct buf *buf, uint64_t number); /* in decimal digits */
/* The shortest decimal number that reads back as the same. */
void buf_number(struct buf *buf, double number);
/* As a JSON string with its quotes. What is not UTF-8 becomes U+FFFD. */
void buf_json(struct buf *buf, const char *text);

#define auto_buf auto_clean(buf_done)

#endif
