#include "city/line.h"
#include "lib/calendar.h"
#include "lib/err.h"
#include "lib/grow.h"
#include "lib/json_out.h"
#include "proto/field.h"
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 24 * 60 * 60 * 1000, INSTANT_TEXT = 64 };

int64_t instant_at(int32_t day, int minute, int second)
{
	/* Counted back from midnight: the hour that summer time takes or gives lies before three.
	 */
	return calendar_day_start(day + 1) - DAY_MS + (minute * 60 + second) * INT64_C(1000);
}

/* RFC 3339 with the offset that Amsterdam has in the day's working hours. */
static void instant_print_local(char out[INSTANT_TEXT], int64_t at_ms)
{
	int32_t day = calendar_day_of(at_ms);
	int64_t offset_ms = (day + INT64_C(1)) * DAY_MS - calendar_day_start(day + 1);
	int64_t second = (at_ms + offset_ms) / 1000 - day * INT64_C(86400);
	struct calendar_date date = calendar_date(day);

	if (second < 3 * 3600 || second >= 86400) { /* at night the offset may be the other one */
		offset_ms = 0;
		second = at_ms / 1000 - at_ms / DAY_MS * 86400;
		date = calendar_date((int32_t)(at_ms / DAY_MS));
	}
	char zone[16] = "Z";
	if (offset_ms)
		snprintf(zone, sizeof zone, "+%02d:00", (int)(offset_ms / 3600000));
	snprintf(out, INSTANT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%s", date.year, date.month,
		date.day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), zone);
}

void lines_done(struct lines *lines)
{
	buf_done(&lines->text);
	free(lines->items);
	*lines = (struct lines){0};
}

void line_open(struct lines *lines, const char *path, const char *ref, int64_t at_ms)
{
	struct buf *text = &lines->text;
	char occurred[INSTANT_TEXT];
	lines->items = grow_push(lines->items, lines->count, sizeof *lines->items);
	lines->items[lines->count++] = (struct line){at_ms, text->len};
	instant_print_local(occurred, at_ms);
	json_out_open(text, NULL, '{');
	json_out_text(text, "to", path);
	json_out_open(text, "body", '{');
	json_out_text(text, "externalRef", ref);
	json_out_text(text, "occurredAt", occurred);
}

void line_close(struct lines *lines)
{
	json_out_close(&lines->text, '}');
	json_out_end(&lines->text, '}');
	buf_char(&lines->text, 0); /* each is a text by itself */
}

void line_text(struct lines *lines, const char *name, const char *value)
{
	json_out_text(&lines->text, name, value);
}

void line_number(struct lines *lines, const char *name, int64_t value)
{
	json_out_integer(&lines->text, name, value);
}

void line_flag(struct lines *lines, const char *name, bool value)
{
	json_out_flag(&lines->text, name, value);
}

void line_day(struct lines *lines, const char *name, int32_t day)
{
	char text[CALENDAR_TEXT];

	calendar_print(day, text);
	line_text(lines, name, text);
}

void line_enum(
	struct lines *lines, const char *name, const ProtobufCEnumDescriptor *type, int value)
{
	line_text(lines, name, enum_name(type, value));
}

void line_texts(struct lines *lines, const char *name, const char *const *values, size_t count)
{
	json_out_open(&lines->text, name, '[');
	for (size_t i = 0; i < count; i++)
		json_out_text(&lines->text, NULL, values[i]);
	json_out_close(&lines->text, ']');
}

void line_enums(struct lines *lines, const char *name, const ProtobufCEnumDescriptor *type,
	const int *values, size_t count)
{
	const char *names[16];

	must(count > 0 && count <= 16);
	for (size_t i = 0; i < count; i++)
		names[i] = enum_name(type, values[i]);
	line_texts(lines, name, names, count);
}

void line_object(struct lines *lines, const char *name)
{
	json_out_open(&lines->text, name, '{');
}

void line_object_end(struct lines *lines)
{
	json_out_close(&lines->text, '}');
}

void lines_end_unit(struct lines *lines, size_t mark)
{
	for (size_t i = mark; i < lines->count; i++)
		if (lines->items[i].at_ms >= lines->from_ms)
			return;
	if (mark < lines->count) {
		lines->text.len = lines->items[mark].text;
		lines->count = mark;
	}
}

/* What happens at the same instant goes by its text, which no later `to` changes. */
static int compare(const void *left, const void *right, void *text)
{
	const struct line *a = left, *b = right;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return strcmp((char *)text + a->text, (char *)text + b->text);
}

int lines_print(struct lines *lines, int64_t to_ms, FILE *out)
{
	if (lines->count)
		qsort_r(lines->items, lines->count, sizeof *lines->items, compare,
			lines->text.data);
	for (size_t i = 0; i < lines->count && lines->items[i].at_ms <= to_ms; i++)
		if (fputs(lines->text.data + lines->items[i].text, out) == EOF)
			return ERR_IO;
	return fflush(out) ? ERR_IO : 0;
}
