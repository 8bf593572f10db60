/*
 * Case ids, YYYY-NNNNNN with more digits when needed. The number is one counter that never restarts
 * (the year is that of the report), so it is also a case's place in a table.
 */
#ifndef WOT_CASE_ID_H
#define WOT_CASE_ID_H

#include "lib/arena.h"
#include "lib/err.h"
#include <stddef.h>
#include <stdint.h>

enum {
	CASE_ID_ROOM = 24,
	CASE_NUMBER_MAX = (1 << 26) - 1, /* so that no number asks for more memory than there is */
};

void case_id_print(int year, uint32_t number, char out[CASE_ID_ROOM]);
char *case_id_new(int year, uint32_t number, struct arena *arena);
/* ERR_INVALID when it is not written as case_id_print writes, of the years 1 to 9999; then the out-parameters are
 * untouched. */
int case_id_parse(const char *text, int *year, uint32_t *number);
/* The same of bytes without a NUL, as they lie in an event. */
int case_id_read(const void *bytes, size_t len, int *year, uint32_t *number);

#endif
