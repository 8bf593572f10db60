#include "config/wards.h"

#include "config/yaml.h"
#include "lib/utf8.h"
#include <string.h>

enum { COLUMNS = 4, WARDS_MAX = 1000 };
static const char header[] = "key,name,postcodes,households";

struct span {
	const char *at;
	size_t len;
};

/* Errors go through a struct yaml, which knows how to say them; the text itself is no YAML. */
struct reader {
	struct wards *wards;
	struct yaml errors;
	struct span rest;
	uint32_t line;
	const char *start; /* of the line */
};

static void fail(struct reader *reader, struct span span, const char *what)
{
	struct yaml_node place = {
		.line = reader->line, .column = (uint32_t)(span.at - reader->start) + 1};
	yaml_fail(&reader->errors, &place, "%s", what);
}

static bool copy(char *out, size_t room, struct span span)
{
	if (!span.len || span.len >= room || memchr(span.at, 0, span.len))
		return false;
	memcpy(out, span.at, span.len);
	out[span.len] = 0;
	return true;
}

static void take_key(struct reader *reader, struct span span, struct ward *ward)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	if (!copy(ward->key, sizeof ward->key, span) || ward->key[strspn(ward->key, letters)])
		fail(reader, span, "a key of 1 to 32 of A-Z, 0-9 and _ is expected");
	else if (!strcmp(ward->key, "UNKNOWN"))
		fail(reader, span, "UNKNOWN stands for no ward");
	else if (wards_by_key(reader->wards, ward->key))
		fail(reader, span, "this key is here twice");
}

/* Four digits; -1 when it is not that. */
static int digits_of(const char *text)
{
	int number = 0;
	for (size_t i = 0; i < 4; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

static void take_postcodes(struct reader *reader, struct span span)
{
	const char *end = span.at + span.len;
	while (span.at < end) {
		const char *space = memchr(span.at, ' ', (size_t)(end - span.at));
		struct span word = {span.at, (size_t)((space ? space : end) - span.at)};
		int digits = word.len == 4 ? digits_of(word.at) : -1;
		if (digits < 1000)
			fail(reader, word, "postcodes of 4 digits with single spaces are expected");
		else if (reader->wards->by_postcode[digits])
			fail(reader, word, "this postcode is here twice");
		else
			reader->wards->by_postcode[digits] = (uint16_t)(reader->wards->count + 1);
		span.at += word.len + 1;
	}
}

static void take_households(struct reader *reader, struct span span, struct ward *ward)
{
	for (size_t i = 0; i < span.len; i++) {
		char c = span.at[i];
		if (c < '0' || c > '9' || i == 7 || (i == 0 && c == '0')) {
			fail(reader, span,
				"a number of households from 1 to 9999999, or nothing, is "
				"expected");
			return;
		}
		ward->households = ward->households * 10 + (uint32_t)(c - '0');
	}
}

static size_t split(struct span line, struct span fields[COLUMNS])
{
	size_t count = 0;
	const char *end = line.at + line.len;
	for (;;) {
		const char *comma = memchr(line.at, ',', (size_t)(end - line.at));
		if (count < COLUMNS)
			fields[count] =
				(struct span){line.at, (size_t)((comma ? comma : end) - line.at)};
		count++;
		if (!comma)
			return count;
		line.at = comma + 1;
	}
}

static void take_line(struct reader *reader, struct span line)
{
	struct wards *wards = reader->wards;
	struct span fields[COLUMNS];
	struct ward ward = {0};
	if (memchr(line.at, '"', line.len) || split(line, fields) != COLUMNS) {
		fail(reader, line,
			"four fields without quotes are expected: key,name,postcodes,households");
		return;
	}
	if (wards->count == WARDS_MAX) {
		fail(reader, line, "more wards than can be");
		return;
	}
	take_key(reader, fields[0], &ward);
	if (!copy(ward.name, sizeof ward.name, fields[1]) ||
		strlen(ward.name) != utf8_prefix(fields[1].at, fields[1].len))
		fail(reader, fields[1], "a name of at most 64 bytes of UTF-8 is expected");
	take_postcodes(reader, fields[2]);
	take_households(reader, fields[3], &ward);
	wards->items[wards->count++] = ward;
}

/* The next line that says something; false at the end. */
static bool next_line(struct reader *reader, struct span *line)
{
	while (reader->rest.len) {
		const char *newline = memchr(reader->rest.at, '\n', reader->rest.len);
		*line = (struct span){reader->rest.at,
			newline ? (size_t)(newline - reader->rest.at) : reader->rest.len};
		size_t step = line->len + (newline != NULL);
		reader->start = line->at;
		reader->rest = (struct span){line->at + step, reader->rest.len - step};
		reader->line++;
		if (line->len && line->at[line->len - 1] == '\r')
			line->len--;
		if (line->len && *line->at != '#')
			return true;
	}
	return false;
}

int wards_parse(
	struct wards *wards, const char *text, size_t len, const char *name, struct buf *errors)
{
	struct wards read = {.items = calloc(WARDS_MAX, sizeof *read.items)};
	must(read.items);
	struct reader reader = {
		.wards = &read, .errors = {.name = name, .errors = errors}, .rest = {text, len}};
	struct span line;
	if (!next_line(&reader, &line) || line.len != strlen(header) ||
		memcmp(line.at, header, line.len))
		yaml_fail(&reader.errors, NULL, "the first line must be %s", header);
	else
		while (next_line(&reader, &line))
			take_line(&reader, line);
	int err = yaml_result(&reader.errors);
	if (err)
		wards_done(&read);
	else
		*wards = read;
	return err;
}

int wards_load(struct wards *wards, const char *path, struct buf *errors)
{
	auto_buf struct buf text = {0};
	int err = yaml_read_file(path, &text, errors);
	return err ? err : wards_parse(wards, text.data, text.len, path, errors);
}

void wards_done(struct wards *wards)
{
	free(wards->items);
	*wards = (struct wards){0};
}

const struct ward *wards_by_key(const struct wards *wards, const char *key)
{
	for (size_t i = 0; i < wards->count; i++)
		if (!strcmp(wards->items[i].key, key))
			return &wards->items[i];
	return NULL;
}

const struct ward *wards_by_postcode(const struct wards *wards, const char *postcode)
{
	int digits = strnlen(postcode, 4) == 4 ? digits_of(postcode) : -1;
	size_t index = digits < 0 ? 0 : wards->by_postcode[digits];
	return index ? &wards->items[index - 1] : NULL;
}
