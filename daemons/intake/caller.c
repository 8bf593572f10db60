#include "daemons/intake/caller.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum {
	DIGITS_MIN = 2,
	DIGITS_MAX = 20, /* longer ones are no telephone numbers, but numbers of something else */
	COUNTRY_LEN = 2,
	NATIONAL_LEN = 9, /* of a Dutch number, without its 0 */
	ABROAD_MIN = 5,   /* with the country's code */
};
static const char country[] = "31";

struct part {
	const char *at;
	size_t len;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Before the first of these characters. */
static void cut(struct part *part, const char *ends)
{
	for (size_t i = 0; i < part->len; i++)
		if (strchr(ends, part->at[i])) {
			part->len = i;
			return;
		}
}

/* What stands between < and >, else all of it; without "sip:" or "tel:", a host and what is said of it. */
static struct part address_of(const char *text)
{
	static const char *const schemes[] = {"sips:", "sip:", "tel:", "callto:"};
	const char *open = strrchr(text, '<');
	struct part part = {text, strlen(text)};
	if (open)
		part = (struct part){open + 1, strcspn(open + 1, ">")};
	while (part.len && (*part.at == ' ' || *part.at == '"' || *part.at == '\'')) {
		part.at++;
		part.len--;
	}
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t len = strlen(schemes[i]);
		if (part.len >= len && strncasecmp(part.at, schemes[i], len) == 0) {
			part.at += len;
			part.len -= len;
			break;
		}
	}
	cut(&part, "@;?");
	return part;
}

/* ---- the number in it ---- */

struct number {
	char digits[DIGITS_MAX + 1];
	size_t count; /* DIGITS_MAX + 1: too many */
	bool plus;
};

static void digit_add(struct number *number, char digit)
{
	if (number->count < DIGITS_MAX)
		number->digits[number->count] = digit;
	if (number->count <= DIGITS_MAX)
		number->count++;
}

/* "(0)" behind a country's code is for those who dial without it. */
static bool is_optional_zero(const struct part *part, size_t i)
{
	return part->len - i >= 3 && memcmp(part->at + i, "(0)", 3) == 0;
}

/* Digits and what is put between them, from *at up to a letter, a comma or the end; *at lies behind it. */
static struct number run_read(const struct part *part, size_t *at)
{
	struct number number = {.count = 0};
	for (; *at < part->len; ++*at) {
		char c = part->at[*at];
		if (is_letter(c) || c == ',' || c == '"')
			break;
		if (is_digit(c))
			digit_add(&number, c);
		else if (c == '+' && !number.count)
			number.plus = true;
		else if (number.count && is_optional_zero(part, *at))
			*at += 2;
	}
	return number;
}

/* A number stands apart from letters: that of "room12" is no telephone number. Of several the longest. */
static struct number number_of(const struct part *part)
{
	struct number best = {.count = 0};
	for (size_t at = 0; at < part->len; at++) {
		size_t begin = at;
		struct number number = run_read(part, &at);
		bool glued =
			(begin && is_letter(part->at[begin - 1]) && is_digit(part->at[begin])) ||
			(at < part->len && at && is_letter(part->at[at]) &&
				is_digit(part->at[at - 1]));
		if (!glued && number.count > best.count)
			best = number;
	}
	return best;
}

/* Where a host stands for a withheld number: "sip:192.0.2.1". */
static bool is_host(const struct part *part)
{
	size_t dots = 0;
	for (size_t i = 0; i < part->len; i++) {
		dots += part->at[i] == '.';
		if (part->at[i] != '.' && part->at[i] != ':' && !is_digit(part->at[i]))
			return false;
	}
	return dots == 3 && part->len <= sizeof "255.255.255.255:65535";
}

/* ---- in one form ---- */

static bool starts_with(const char *digits, size_t count, const char *with)
{
	return count >= strlen(with) && memcmp(digits, with, strlen(with)) == 0;
}

static bool form(const char *prefix, const char *digits, size_t count, char out[CALLER_ROOM])
{
	size_t len = strlen(prefix);
	memcpy(out, prefix, len);
	memcpy(out + len, digits, count);
	out[len + count] = 0;
	return true;
}

/* Of a number with its country; no Dutch one begins with a 0 behind that. */
static bool form_abroad(const char *digits, size_t count, char out[CALLER_ROOM])
{
	if (count < ABROAD_MIN)
		return false;
	if (!starts_with(digits, count, "310"))
		return form("", digits, count, out);
	return form(country, digits + COUNTRY_LEN + 1, count - COUNTRY_LEN - 1, out);
}

bool caller_of(const char *text, char out[CALLER_ROOM])
{
	struct part part = address_of(text);
	if (is_host(&part))
		return false;
	struct number number = number_of(&part);
	const char *digits = number.digits;
	size_t count = number.count;
	if (count > DIGITS_MAX || strspn(digits, "0") >= count)
		return false;
	if (number.plus)
		return form_abroad(digits, count, out);
	if (starts_with(digits, count, "00"))
		return form_abroad(digits + 2, count - 2, out);
	if (digits[0] == '0')
		return count > DIGITS_MIN && form(country, digits + 1, count - 1, out);
	if (count == NATIONAL_LEN)
		return form(country, digits, count, out);
	return count >= DIGITS_MIN && form("", digits, count, out);
}
