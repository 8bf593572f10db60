/*
 * Any text as an address. What it is known by is itself an address of the same household; and neither
 * capitals nor the kind of a blank make it another one.
 */
#include "daemons/intake/address.h"
#include "lib/buf.h"
#include "lib/clean.h"
#include "lib/utf8.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must_be(const struct address *address, const char *household)
{
	char again[HOUSEHOLD_ROOM];
	must(address_household(address, again) == (household != NULL));
	must(!household || strcmp(again, household) == 0);
}

static void check_other_writing(const char *text, const char *household)
{
	auto_buf struct buf other = {0};
	for (; *text; text++) {
		if (*text == ' ')
			buf_text(&other, "\u00a0");
		else
			buf_char(&other, *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text);
	}
	buf_char(&other, 0);
	must_be(&(struct address){.text = other.data}, household);
}

/* "3119AB-12-HS" */
static void check_parts(const char *household)
{
	char code[7];
	char *after;
	memcpy(code, household, 6);
	code[6] = 0;
	must(household[6] == '-');
	unsigned long number = strtoul(household + 7, &after, 10);
	must(number > 0 && number < 100000 && (!*after || *after == '-'));
	const char *addition = *after ? after + 1 : NULL;
	must_be(
		&(struct address){
			.postcode = code, .number = (uint32_t)number, .addition = addition},
		household);
	must_be(&(struct address){.text = household + 7, .postcode = code}, household);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char household[HOUSEHOLD_ROOM];
	auto_buf struct buf text = {0};
	buf_add(&text, bytes, utf8_prefix(bytes, len));
	buf_char(&text, 0);
	bool found = address_household(&(struct address){.text = text.data}, household);
	check_other_writing(text.data, found ? household : NULL);
	if (found)
		check_parts(household);
	return 0;
}
