#include "daemons/intake/household.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A postcode that starts here: four digits, the first not 0, a blank or none, two letters. Its length. */
static size_t postcode_at(const char *text, char out[7])
{
	if (text[0] < '1' || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2]) ||
		!is_digit(text[3]))
		return 0;
	size_t letters = text[4] == ' ' ? 5 : 4;
	if (!isalpha((unsigned char)text[letters]) || !isalpha((unsigned char)text[letters + 1]) ||
		isalnum((unsigned char)text[letters + 2]))
		return 0;
	snprintf(out, 7, "%.4s%c%c", text, toupper((unsigned char)text[letters]),
		toupper((unsigned char)text[letters + 1]));
	return letters + 2;
}

bool household_of(const char *address, const char *postcode, char out[HOUSEHOLD_ROOM])
{
	char code[7] = "", number[7] = "";
	if (postcode)
		postcode_at(postcode, code);
	for (const char *at = address ? address : ""; *at;) {
		char found[7];
		size_t len = postcode_at(at, found);
		if (len) {
			memcpy(code, found, sizeof code);
			at += len;
		} else if (is_digit(*at)) {
			len = strspn(at, "0123456789");
			if (!number[0] && len < sizeof number)
				snprintf(number, sizeof number, "%.*s", (int)len, at);
			at += len;
		} else {
			at++;
		}
	}
	if (!code[0] || !number[0])
		return false;
	snprintf(out, HOUSEHOLD_ROOM, "%s-%s", code, number);
	return true;
}
