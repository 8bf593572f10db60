#include "lib/utf8.h"

#include <stdbool.h>
#include <string.h>

size_t utf8_sequence(const uint8_t *at, size_t left)
{
	uint8_t first = at[0];
	if (first < 0x80)
		return 1;
	size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (first == 0xe0 && at[1] < 0xa0) || (first == 0xf0 && at[1] < 0x90);
	bool surrogate = first == 0xed && at[1] >= 0xa0;
	bool too_big = first == 0xf4 && at[1] >= 0x90;
	return overlong || surrogate || too_big ? 0 : len;
}

size_t utf8_prefix(const void *text, size_t len)
{
	const uint8_t *bytes = text;
	size_t at = 0;
	while (at < len) {
		uint64_t eight;
		if (len - at >= sizeof eight) { /* ASCII, as nearly all is */
			memcpy(&eight, bytes + at, sizeof eight);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				at += sizeof eight;
				continue;
			}
		}
		if (bytes[at] < 0x80) {
			at++;
			continue;
		}
		size_t step = utf8_sequence(bytes + at, len - at);
		if (!step)
			break;
		at += step;
	}
	return at;
}

size_t utf8_mark(const void *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	return len >= 3 && !memcmp(text, mark, 3) ? 3 : 0;
}
