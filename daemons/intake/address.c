#include "daemons/intake/address.h"

#include "lib/utf8.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64, WORD_ROOM = 24, ADDITION_ROOM = 16, SHORT_MAX = 3, NUMBER_DIGITS = 5 };

/* Words end at a blank, segments at a comma, a bracket or the end of a line. */
struct word {
	char text[WORD_ROOM]; /* A to Z, 0 to 9, - and /; anything else is a STRANGE letter */
	int segment;
	bool is_postcode; /* or its second half */
};
enum { STRANGE = '?', NEXT_WORD = ' ', NEXT_SEGMENT = ',', NOTHING = 0 };

struct words {
	struct word items[WORDS_MAX];
	size_t count;
};

/* ---- words ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || c == STRANGE;
}

static bool is_one_of(const char *const *list, const char *word)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

/* What people type for a blank or a dash, or do not know that they typed. */
static char read_wide(const char *at, size_t len)
{
	static const char *const blanks[] = {"\u00a0", "\u2002", "\u2003", "\u2007", "\u2009",
		"\u200a", "\u202f", "\u3000", NULL};
	static const char *const dashes[] = {
		"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", NULL};
	static const char *const unseen[] = {
		"\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\ufeff", NULL};
	char one[5];
	snprintf(one, sizeof one, "%.*s", (int)len, at);
	if (is_one_of(blanks, one))
		return NEXT_WORD;
	if (is_one_of(dashes, one))
		return '-';
	return is_one_of(unseen, one) ? NOTHING : STRANGE;
}

/* "P.a." is one word, "nr.12" two; '45 is a year in a street's name, and 's-Gravenweg has no number. */
static char read_point(char point, char before, char after)
{
	if (point == '\'')
		return is_digit(after) ? STRANGE : NOTHING;
	return is_letter(before) && !is_digit(after) && after != ' ' ? NOTHING : NEXT_WORD;
}

static char read_narrow(char c, char before, char after)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	if (is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '/')
		return c;
	if (c == '\'' || c == '.')
		return read_point(c, before, after);
	if (c == ' ' || c == '\t')
		return NEXT_WORD;
	return strchr(",;:|()\n\r", c) ? NEXT_SEGMENT : STRANGE;
}

/* A dash or a slash at its end joins nothing. */
static void word_end(struct words *words, char *text, size_t *len, int segment)
{
	while (*len && strchr("-/", text[*len - 1]))
		--*len;
	if (*len && words->count < WORDS_MAX) {
		struct word *word = &words->items[words->count];
		*word = (struct word){.segment = segment};
		memcpy(word->text, text, *len);
	}
	words->count += *len > 0;
	*len = 0;
}

/* False: more words than an address has. */
static bool words_read(struct words *words, const char *text)
{
	char word[WORD_ROOM], before = NEXT_WORD;
	size_t len = 0, step;
	int segment = 0;
	words->count = 0;
	for (const char *at = text; *at; at += step) {
		step = utf8_sequence((const uint8_t *)at, strlen(at));
		if (!step)
			return false;
		char c = step > 1 ? read_wide(at, step) : read_narrow(*at, before, at[1]);
		before = c;
		if (c == NEXT_WORD || c == NEXT_SEGMENT) {
			word_end(words, word, &len, segment);
			segment += c == NEXT_SEGMENT;
		} else if (c != NOTHING && len == WORD_ROOM - 1) {
			word[len - 1] = STRANGE; /* a number, or an addition, is not as long */
		} else if (c != NOTHING && (len || !strchr("-/", c))) {
			word[len++] = c;
		}
	}
	word_end(words, word, &len, segment);
	return words->count <= WORDS_MAX;
}

static bool is_number(const struct word *word)
{
	return !word->is_postcode && is_digit(word->text[0]);
}

static bool is_name(const char *word)
{
	return strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ?-") == strlen(word);
}

/* ---- the postcode ---- */

/* Four digits, the first not 0, and two letters. */
static bool is_postcode(const char *code)
{
	if (strlen(code) != 6 || code[0] == '0' || strspn(code, "0123456789") != 4)
		return false;
	if (!is_letter(code[4]) || !is_letter(code[5]) || strchr(code, STRANGE))
		return false;
	return code[4] != 'S' || !strchr("ADS", code[5]);
}

/* One that begins at this word. How many words it takes. */
static size_t postcode_at(const struct words *words, size_t at, char code[7])
{
	const struct word *word = &words->items[at];
	char text[2 * WORD_ROOM];
	if (is_postcode(word->text)) {
		memcpy(code, word->text, 7);
		return 1;
	}
	if (at + 1 == words->count || word[1].segment != word->segment || strlen(word->text) != 4 ||
		strlen(word[1].text) != 2)
		return 0;
	snprintf(text, sizeof text, "%s%s", word->text, word[1].text);
	if (!is_postcode(text))
		return 0;
	memcpy(code, text, 7);
	return 2;
}

struct code {
	char text[7];
	size_t at, len;
	bool leads; /* it begins a segment, where a house number does not stand */
};
enum { CODES_MAX = 4 };

/* How many words may be a postcode; more than CODES_MAX are none. */
static size_t codes_find(const struct words *words, struct code codes[CODES_MAX])
{
	size_t count = 0;
	struct code code;
	for (size_t at = 0; at < words->count && count < CODES_MAX; at += code.len ? code.len : 1) {
		const struct word *word = &words->items[at];
		code.at = at;
		code.len = postcode_at(words, at, code.text);
		code.leads = at == 0 || word[-1].segment != word->segment;
		if (code.len)
			codes[count++] = code;
	}
	return count;
}

/* Of several the one that begins a segment: one after a street may be "1512 bg", a number. So may the
 * first of two in a row. NULL: there is none, or more than one may be it. */
static const struct code *code_choose(const struct code *codes, size_t count)
{
	const struct code *leading = NULL;
	for (size_t i = 0; i < count; i++) {
		if (codes[i].leads && leading && strcmp(codes[i].text, leading->text) != 0)
			return NULL;
		if (codes[i].leads)
			leading = &codes[i];
	}
	if (leading || count == 1)
		return leading ? leading : codes;
	bool in_a_row = count == 2 && codes[1].at == codes[0].at + codes[0].len;
	return in_a_row ? &codes[1] : NULL;
}

/* Finds and marks it. `given`: it was said apart from the text, which must not say another. */
static bool postcode_find(struct words *words, const char *given, char out[7])
{
	struct code codes[CODES_MAX];
	size_t count = codes_find(words, codes);
	const struct code *chosen = code_choose(codes, count);
	if (!given[0] && !chosen)
		return false;
	memcpy(out, given[0] ? given : chosen->text, 7);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(codes[i].text, out) == 0) {
			for (size_t at = codes[i].at; at < codes[i].at + codes[i].len; at++)
				words->items[at].is_postcode = true;
		} else if (codes[i].leads) {
			return false;
		}
	}
	return true;
}

/* ---- the number and its addition ---- */

/* Somebody else's address, or no house at all. */
static const char *const not_at_home[] = {"P/A", "PA", "C/O", "CO", "TAV", "T/A/V", "POSTBUS",
	"ANTWOORDNUMMER", "BRIEFADRES", "POSTADRES", NULL};
/* What stands before or between numbers of which none, or more than one, is the house's. */
static const char *const not_of_house[] = {"T/O", "TO", "T/M", "TM", "TEGENOVER", "NAAST", "NABIJ",
	"FLAT", "FLATGEBOUW", "BLOK", "GEBOUW", "TOREN", "COMPLEX", "APP", "APPARTEMENT", "KAMER",
	"KMR", "UNIT", "STUDIO", "ETAGE", "VERDIEPING", "BUS", "BOX", "KAVEL", "PERCEEL",
	"LIGPLAATS", "STANDPLAATS", "WOONBOOT", "WOONSCHIP", "WOONWAGEN", "SCHIP", "ARK", "INGANG",
	"PORTIEK", "AFDELING", NULL};
/* Additions that are longer than a letter or three. */
static const char *const additions[] = {"HUIS", "HOOG", "ROOD", "ZWART", "VOOR", "ACHTER", "BOVEN",
	"BENEDEN", "ONDER", "LINKS", "RECHTS", "MIDDEN", "BEGANE", "GROND", "PARTERRE",
	"SOUTERRAIN", "KELDER", "ZOLDER", "VOORHUIS", "ACHTERHUIS", "BOVENHUIS", "BENEDENHUIS",
	"TUINHUIS", "BOVENWONING", "BENEDENWONING", NULL};

static bool is_addition(const char *letters)
{
	if (strchr(letters, STRANGE) || strcmp(letters, "MEI") == 0)
		return false;
	return strlen(letters) <= SHORT_MAX || strspn(letters, "IVX") == strlen(letters) ||
	       is_one_of(additions, letters);
}

/* Adds what a word says of the addition: letters and digits, with a dash only where two of a kind would
 * run into each other. `any`: it was said to be one; otherwise unknown letters may as well be a name. */
static bool addition_add(char addition[ADDITION_ROOM], const char *word, bool any)
{
	while (*word) {
		size_t digits = strspn(word, "0123456789"), letters = 0;
		while (!digits && is_letter(word[letters]))
			letters++;
		size_t len = strlen(addition), more = digits + letters;
		char run[WORD_ROOM];
		snprintf(run, sizeof run, "%.*s", (int)more, word);
		if (strchr(run, STRANGE) || (letters && !any && !is_addition(run)))
			return false;
		if (len + more + 2 > ADDITION_ROOM)
			return false;
		bool alike = len && more && is_digit(addition[len - 1]) == (digits > 0);
		snprintf(addition + len, ADDITION_ROOM - len, "%s%s", alike ? "-" : "", run);
		word += more ? more : 1;
	}
	return true;
}

static bool says(const struct words *words, size_t at, const char *const *list)
{
	return !words->items[at].is_postcode && is_one_of(list, words->items[at].text);
}

/* "1e Testweg", "Testwaard 2e Dreef": the number is of the name that follows. */
static bool is_ordinal(const struct words *words, size_t at)
{
	static const char *const ends[] = {"E", "DE", "STE", NULL};
	const struct word *word = &words->items[at];
	return is_one_of(ends, word->text + strspn(word->text, "0123456789")) &&
	       at + 1 < words->count && word[1].segment == word->segment && is_name(word[1].text) &&
	       !is_one_of(additions, word[1].text);
}

/* The only number that may be the house's; words->count: there is none, or there are more. */
static size_t number_find(const struct words *words)
{
	size_t found = words->count;
	for (size_t at = 0; at < words->count; at++) {
		if (says(words, at, not_of_house))
			return words->count;
		if (!is_number(&words->items[at]) || is_ordinal(words, at))
			continue;
		if (found < words->count)
			return words->count;
		found = at;
	}
	return found;
}

/* A year is more likely part of a name: Plein 1940, Laan 1940-1945. */
static bool is_year(uint32_t number, const char *addition)
{
	return number >= 1800 && number <= 2099 && !is_letter(addition[0]);
}

/* Behind the number in its own segment everything is of the addition; in later ones a longer word is a
 * place, as it is behind the postcode. */
static bool addition_find(const struct words *words, size_t number, char addition[ADDITION_ROOM])
{
	int segment = words->items[number].segment, place = -1;
	for (size_t at = number + 1; at < words->count; at++) {
		const struct word *word = &words->items[at];
		if (word->is_postcode)
			place = word->segment;
		else if (is_name(word->text) &&
			 (word->segment == place ||
				 (word->segment != segment && !is_addition(word->text))))
			continue;
		else if (!addition_add(addition, word->text, false))
			return false;
	}
	return true;
}

static bool house_find(const struct words *words, uint32_t *number, char addition[ADDITION_ROOM])
{
	size_t at = number_find(words);
	if (at == words->count)
		return false;
	const char *text = words->items[at].text;
	size_t digits = strspn(text, "0123456789"), zeros = strspn(text, "0");
	if (digits == zeros || digits - zeros > NUMBER_DIGITS)
		return false;
	*number = (uint32_t)strtoul(text, NULL, 10);
	return addition_add(addition, text + digits, false) && addition_find(words, at, addition) &&
	       !is_year(*number, addition);
}

static bool house_said(const char *said, char addition[ADDITION_ROOM])
{
	struct words words;
	if (!words_read(&words, said))
		return false;
	for (size_t at = 0; at < words.count; at++)
		if (!addition_add(addition, words.items[at].text, true))
			return false;
	return true;
}

/* ---- the household ---- */

static bool lives_there(const struct words *words)
{
	for (size_t at = 0; at < words->count; at++)
		if (says(words, at, not_at_home))
			return false;
	return true;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

bool address_household(const struct address *address, char out[HOUSEHOLD_ROOM])
{
	struct words words, apart;
	char given[7] = "", code[7], addition[ADDITION_ROOM] = "";
	uint32_t number = address->number;
	if (!words_read(&words, or_empty(address->text)) ||
		!words_read(&apart, or_empty(address->postcode)))
		return false;
	if (apart.count && !postcode_at(&apart, 0, given))
		return false;
	if (!postcode_find(&words, given, code) || !lives_there(&words))
		return false;
	if (number ? !house_said(or_empty(address->addition), addition)
		   : !house_find(&words, &number, addition))
		return false;
	snprintf(out, HOUSEHOLD_ROOM, "%s-%u%s%s", code, number, addition[0] ? "-" : "", addition);
	return true;
}
