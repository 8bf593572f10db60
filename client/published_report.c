#include "client/published_report.h"

#include "proto/json.h"
#include <stdlib.h>
#include <string.h>

const char *const published_numbers[] = {"value", "count", "of", "unknown", NULL};
const char *const published_spread[] = {"p50", "p90", "mean", NULL};
const char *const published_figure_only[] = {"low", "high", NULL};

/* ---- one member ---- */

static int refuse(const char *at, const char *name, const char *is, struct why *why)
{
	return why_set(why, ERR_INVALID, "%s/%s is %s", at, name, is);
}

/* NULL: it is not there, or of another type. */
static json_t *member(
	const json_t *object, const char *at, const char *name, json_type type, struct why *why)
{
	static const char *const types[] = {[JSON_OBJECT] = "no object",
		[JSON_ARRAY] = "no list",
		[JSON_STRING] = "no text",
		[JSON_INTEGER] = "no whole number"};
	json_t *value = json_object_get(object, name);
	if (value && json_typeof(value) == type)
		return value;
	refuse(at, name, value ? types[type] : "missing", why);
	return NULL;
}

/* A word: it is put into a question, and on a terminal. NULL: it is none. */
static const char *word(const json_t *object, const char *at, const char *name, const char *of,
	size_t most, struct why *why)
{
	const json_t *value = member(object, at, name, JSON_STRING, why);
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	if (!value)
		return NULL;
	if (len && len <= most && strspn(text, of) == len)
		return text;
	refuse(at, name, "not as wotctl writes it", why);
	return NULL;
}

static const char hexadecimal[] = "0123456789abcdef";
static const char of_day[] = "0123456789-";
static const char of_name[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
enum { HASH_LETTERS = 64, DAY_LETTERS = 10, NAME_LETTERS = 64 };

static const char *day_word(const json_t *object, const char *at, const char *name, struct why *why)
{
	const char *text = word(object, at, name, of_day, DAY_LETTERS, why);
	int32_t day;
	if (text && day_parse(text, strlen(text), &day) != 0) {
		refuse(at, name, "no day", why);
		return NULL;
	}
	return text;
}

static int whole(
	const json_t *object, const char *at, const char *name, json_int_t *out, struct why *why)
{
	const json_t *value = member(object, at, name, JSON_INTEGER, why);
	if (!value)
		return ERR_INVALID;
	if (json_integer_value(value) < 0)
		return refuse(at, name, "below 0", why);
	*out = json_integer_value(value);
	return 0;
}

static int year_read(
	const json_t *object, const char *at, const char *name, int *out, struct why *why)
{
	json_int_t year = 0;
	int err = whole(object, at, name, &year, why);
	if (err)
		return err;
	if (year < 2000 || year > 2100)
		return refuse(at, name, "no year", why);
	*out = (int)year;
	return 0;
}

static int numbers_check(
	const json_t *object, const char *at, const char *const *names, struct why *why)
{
	for (; *names; names++) {
		const json_t *number = json_object_get(object, *names);
		if (!number)
			return refuse(at, *names, "missing", why);
		if (!json_is_number(number) && !json_is_null(number))
			return refuse(at, *names, "no number", why);
	}
	return 0;
}

/* ---- the whole ---- */

static int log_read(
	const json_t *logs, enum stream stream, struct published_log *out, struct why *why)
{
	const char *name = stream_names[stream];
	auto_buf struct buf at = {0};
	json_int_t seq = 0;
	const json_t *log = member(logs, "/logs", name, JSON_OBJECT, why);
	if (!log)
		return ERR_INVALID;
	buf_printf(&at, "/logs/%s", name);
	int err = whole(log, at.data, "seq", &seq, why);
	out->seq = (uint64_t)seq;
	if (err || json_is_null(json_object_get(log, "hash")))
		return err;
	out->hash = word(log, at.data, "hash", hexadecimal, HASH_LETTERS, why);
	if (out->hash && strlen(out->hash) != HASH_LETTERS)
		return refuse(at.data, "hash", "cut", why);
	return out->hash ? 0 : ERR_INVALID;
}

/* It is shown on a terminal. */
static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	}
	return false;
}

static int rows_check(const json_t *rows, const char *at, struct why *why)
{
	size_t index;
	const json_t *row;
	json_array_foreach(rows, index, row)
	{
		auto_buf struct buf there = {0};
		buf_printf(&there, "%s/by/%zu", at, index);
		const json_t *key = member(row, there.data, "key", JSON_STRING, why);
		if (!key)
			return ERR_INVALID;
		if (has_control(json_string_value(key)))
			return refuse(there.data, "key", "not as wotctl writes it", why);
		int err = numbers_check(row, there.data, published_numbers, why);
		if (err)
			return err;
	}
	return 0;
}

static const char *day_of(
	const json_t *period, const char *at, const char *name, int year, struct why *why)
{
	const char *day = day_word(period, at, name, why);
	if (day && strtol(day, NULL, 10) != year) {
		refuse(at, name, "not in the report's year", why);
		return NULL;
	}
	return day;
}

static int figure_check(const json_t *item, size_t index, int year, struct why *why)
{
	auto_buf struct buf at = {0}, period_at = {0};
	int definition;
	buf_printf(&at, "/figures/%zu", index);
	const json_t *by = json_object_get(item, "by");
	if (!by)
		return refuse(at.data, "by", "missing", why);
	if (!json_is_null(by) && !word(item, at.data, "by", of_name, NAME_LETTERS, why))
		return ERR_INVALID;
	const json_t *figure = member(item, at.data, "figure", JSON_OBJECT, why);
	buf_text(&at, "/figure");
	buf_printf(&period_at, "%s/period", at.data);
	const json_t *period = figure ? member(figure, at.data, "period", JSON_OBJECT, why) : NULL;
	const json_t *rows = period ? member(figure, at.data, "by", JSON_ARRAY, why) : NULL;
	if (!rows || !word(figure, at.data, "id", of_name, NAME_LETTERS, why) ||
		!day_of(period, period_at.data, "from", year, why) ||
		!day_of(period, period_at.data, "to", year, why))
		return ERR_INVALID;
	int err = year_read(figure, at.data, "definition", &definition, why);
	if (!err)
		err = numbers_check(figure, at.data, published_numbers, why);
	if (!err)
		err = numbers_check(figure, at.data, published_figure_only, why);
	return err ? err : rows_check(rows, at.data, why);
}

static int report_read(struct published_report *report, struct why *why)
{
	size_t index;
	json_t *item;
	int err = year_read(report->json, "", "year", &report->year, why);
	const json_t *logs = err ? NULL : member(report->json, "", "logs", JSON_OBJECT, why);
	if (!logs)
		return ERR_INVALID;
	report->as_of = day_word(report->json, "", "asOf", why);
	report->figures =
		report->as_of ? member(report->json, "", "figures", JSON_ARRAY, why) : NULL;
	if (!report->figures)
		return ERR_INVALID;
	for (enum stream stream = 0; !err && stream < STREAM_COUNT; stream++)
		err = log_read(logs, stream, &report->logs[stream], why);
	json_array_foreach(report->figures, index, item)
	{
		if (!err)
			err = figure_check(item, index, report->year, why);
	}
	return err;
}

int published_read(const char *text, size_t len, struct published_report *out, struct why *why)
{
	json_error_t error;
	struct published_report report = {
		.json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error)};
	if (!report.json)
		return why_set(why, ERR_INVALID, "line %d, column %d: no whole JSON", error.line,
			error.column);
	int err = report_read(&report, why);
	if (err)
		published_report_done(&report);
	else
		*out = report;
	return err;
}

void published_report_done(struct published_report *report)
{
	json_decref(report->json);
	*report = (struct published_report){0};
}

struct published_figure published_figure(const struct published_report *report, size_t index)
{
	const json_t *item = json_array_get(report->figures, index);
	json_t *figure = json_object_get(item, "figure");
	const json_t *period = json_object_get(figure, "period");
	return (struct published_figure){.id = json_string_value(json_object_get(figure, "id")),
		.by = json_string_value(json_object_get(item, "by")),
		.from = json_string_value(json_object_get(period, "from")),
		.to = json_string_value(json_object_get(period, "to")),
		.definition = (int)json_integer_value(json_object_get(figure, "definition")),
		.json = figure};
}
