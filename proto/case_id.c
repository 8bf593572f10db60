#include "proto/case_id.h"

#include <stdbool.h>
#include <string.h>

enum { YEAR_DIGITS = 4, NUMBER_DIGITS = 6 };

static char *digits_print(char *out, uint32_t number, int at_least)
{
	char digits[10];
	int count = 0;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number || count < at_least);
	while (count)
		*out++ = digits[--count];
	return out;
}

void case_id_print(int year, uint32_t number, char out[CASE_ID_ROOM])
{
	out = digits_print(out, (uint32_t)year, YEAR_DIGITS);
	*out++ = '-';
	*digits_print(out, number, NUMBER_DIGITS) = 0;
}

char *case_id_new(int year, uint32_t number, struct arena *arena)
{
	char *id = arena_alloc(arena, CASE_ID_ROOM);
	case_id_print(year, number, id);
	return id;
}

/* False: not so many digits alone. */
static bool digits_read(const char *text, size_t len, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = 10 * *value + (uint64_t)(text[i] - '0');
	}
	return true;
}

int case_id_read(const void *bytes, size_t len, int *year, uint32_t *number)
{
	const char *text = bytes;
	uint64_t years, value;
	if (len < YEAR_DIGITS + 1 + NUMBER_DIGITS || len >= CASE_ID_ROOM ||
		text[YEAR_DIGITS] != '-')
		return ERR_INVALID;
	const char *digits = text + YEAR_DIGITS + 1;
	size_t count = len - YEAR_DIGITS - 1;
	bool padded = count > NUMBER_DIGITS && digits[0] == '0';
	if (padded || !digits_read(text, YEAR_DIGITS, &years) || !years ||
		!digits_read(digits, count, &value) || value > CASE_NUMBER_MAX)
		return ERR_INVALID;
	*year = (int)years;
	*number = (uint32_t)value;
	return 0;
}

int case_id_parse(const char *text, int *year, uint32_t *number)
{
	return case_id_read(text, strlen(text), year, number);
}
