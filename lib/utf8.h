/*
 * UTF-8 as RFC 3629 has it: shortest form, no surrogates, nothing above U+10FFFF.
 */
#ifndef WOT_UTF8_H
#define WOT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The length of the sequence at `at`, of which `left` (at least 1) bytes are there; 0 where there
 * is none. */
size_t utf8_sequence(const uint8_t *at, size_t left);
/* How many bytes from the start are well-formed; len when all are. */
size_t utf8_prefix(const void *text, size_t len);
/* The length of the mark that some programs write before a text in UTF-8; 0 where there is none. */
size_t utf8_mark(const void *text, size_t len);

#endif
