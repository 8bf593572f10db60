#include "client/report_check.h"

#include "client/ask.h"
#include "client/published_report.h"
#include "config/config.h"
#include "proto/name.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NAMED_MAX = 20 };

struct check {
	const char *dir;
	struct published_report report;
	json_t *then; /* the figures of the report as this program makes it, up to there */
	struct buf *said;
	size_t differ;
};

/* ---- questions ---- */

/* So far as the logs were read for it. */
static void prefix_print(const struct check *check, struct buf *line)
{
	buf_printf(line, " as-of %s up-to ", check->report.as_of);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		buf_printf(line, "%s%" PRIu64, stream ? "," : "", check->report.logs[stream].seq);
}

static void figure_question(
	const char *verb, const struct published_figure *figure, struct buf *line)
{
	buf_printf(line, "show %s %s period %s..%s definition %d json", verb, figure->id,
		figure->from, figure->to, figure->definition);
}

/* The caller's; NULL: it is not counted now. */
static json_t *figure_now(
	const struct check *check, const struct published_figure *figure, struct why *why)
{
	auto_buf struct buf line = {0};
	figure_question("kpi", figure, &line);
	if (figure->by)
		buf_printf(&line, " by %s", figure->by);
	json_t *answer = ask_json(check->dir, "aggregate", line.data, why);
	json_t *now = json_is_array(answer) ? json_array_get(answer, 0) : answer;
	json_incref(now);
	json_decref(answer);
	return now;
}

static json_t *rows_ask(const struct check *check, const struct published_figure *figure, bool then,
	struct why *why)
{
	auto_buf struct buf line = {0};
	figure_question("explain", figure, &line);
	if (then)
		prefix_print(check, &line);
	return ask_json(check->dir, "aggregate", line.data, why);
}

/* ---- numbers ---- */

/* What is not known or hidden in what was published is not compared. */
static bool number_differs(const json_t *published, const json_t *other, const char *name)
{
	const json_t *was = json_object_get(published, name), *is = json_object_get(other, name);
	if (!json_is_number(was))
		return false;
	double before = json_number_value(was);
	return !json_is_number(is) ||
	       fabs(before - json_number_value(is)) > 1e-9 * fmax(1, fabs(before));
}

static void number_print(const json_t *number, struct buf *out)
{
	if (json_is_number(number))
		buf_printf(out, "%.12g", json_number_value(number));
	else
		buf_text(out, "not known");
}

/* of: a row's key, or "". Whether one differs; each is said. */
static bool numbers_compare(const json_t *published, const json_t *other, const char *const *names,
	const char *of, struct buf *out)
{
	bool any = false;
	for (; *names; names++) {
		if (!number_differs(published, other, *names))
			continue;
		buf_printf(out, "%s%s%s%s ", out->len ? "; " : "", of, *of ? " " : "", *names);
		number_print(json_object_get(published, *names), out);
		buf_text(out, ", now ");
		number_print(json_object_get(other, *names), out);
		any = true;
	}
	return any;
}

static json_t *row_find(const json_t *figure, const char *key)
{
	size_t index;
	json_t *row;
	json_array_foreach(json_object_get(figure, "by"), index, row)
	{
		const char *other = json_string_value(json_object_get(row, "key"));
		if (other && !strcmp(other, key))
			return row;
	}
	return NULL;
}

/* What differs, as text; keys: the rows of a split that do, as members. */
static void figure_compare(
	const json_t *published, const json_t *other, json_t *keys, struct buf *out)
{
	size_t index;
	json_t *row;
	numbers_compare(published, other, published_numbers, "", out);
	numbers_compare(published, other, published_figure_only, "", out);
	numbers_compare(published, other, published_spread, "", out);
	json_array_foreach(json_object_get(published, "by"), index, row)
	{
		const char *key = json_string_value(json_object_get(row, "key"));
		const json_t *same = row_find(other, key);
		bool differs = numbers_compare(row, same, published_numbers, key, out);
		if (numbers_compare(row, same, published_spread, key, out) || differs)
			json_object_set_new(keys, key, json_true());
	}
}

/* ---- cases ---- */

/* Whether a row stands in one of those rows of the split. */
static bool row_is_in(const json_t *at, const json_t *keys)
{
	size_t index;
	const json_t *value;
	if (json_is_string(at))
		return json_object_get(keys, json_string_value(at)) != NULL;
	json_array_foreach(at, index, value)
	{
		if (json_object_get(keys, json_string_value(value)))
			return true;
	}
	return !at; /* a split by what was measured: any row may */
}

/* What a row gives, in words that are equal where it gives the same. */
static char *row_gives(const json_t *row, const json_t *at)
{
	static const char *const names[] = {"source", "count", "of", "unknown", "value"};
	json_t *gives = json_array();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *value = json_object_get(row, names[i]);
		json_array_append_new(gives, value ? json_incref(value) : json_null());
	}
	json_array_append_new(gives, at ? json_deep_copy(at) : json_null());
	char *text = json_dumps(gives, JSON_COMPACT);
	json_decref(gives);
	return text;
}

/* Into cases: by id, what its rows give more now (above 0) and what then (below), and whether that is told of: a case that
 * only moves between rows that do not differ, which are hidden, is not named. */
static void rows_add(
	const json_t *rows, const char *by, const json_t *keys, int sign, json_t *cases)
{
	size_t index;
	const json_t *row;
	char name[64] = "";
	if (by)
		json_name(by, name);
	json_array_foreach(rows, index, row)
	{
		const char *id = json_string_value(json_object_get(row, "id"));
		const json_t *at = by ? json_object_get(row, name) : NULL;
		if (!id)
			continue;
		json_t *given = json_object_get(cases, id);
		if (!given)
			json_object_set_new(cases, id, given = json_object());
		auto_free char *gives = row_gives(row, at);
		int told = !json_object_size(keys) || row_is_in(at, keys);
		const json_t *before = json_object_get(given, gives);
		json_int_t more = json_integer_value(json_object_get(before, "more")) + sign;
		if (more)
			json_object_set_new(
				given, gives, json_pack("{s:I,s:b}", "more", more, "told", told));
		else
			json_object_del(given, gives);
	}
}

/* 1: only now; -1: only then; 2: both, and not the same; 0: the same, or not told of. */
static int case_change(const json_t *given)
{
	const char *gives;
	json_t *given_by;
	bool told = false, more = false, fewer = false;
	json_object_foreach((json_t *)given, gives, given_by)
	{
		json_int_t count = json_integer_value(json_object_get(given_by, "more"));
		told = told || json_is_true(json_object_get(given_by, "told"));
		more = more || count > 0;
		fewer = fewer || count < 0;
	}
	if (!told)
		return 0;
	return more && fewer ? 2 : more - fewer;
}

static void cases_say(json_t *cases, struct buf *out)
{
	static const struct {
		int change;
		const char *name;
	} kinds[] = {{1, "came"}, {-1, "went"}, {2, "changed"}};
	size_t named = 0, all = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const char *id;
		json_t *given;
		const char *before = kinds[i].name;
		json_object_foreach(cases, id, given)
		{
			if (case_change(given) != kinds[i].change || all++ >= NAMED_MAX)
				continue;
			named++;
			buf_printf(out, "%s%s%s", before ? "  " : ", ", before ? before : "",
				before ? ": " : "");
			buf_text(out, id);
			before = NULL;
		}
		buf_text(out, before ? "" : "\n");
	}
	if (all > named)
		buf_printf(out, "  and %zu more\n", all - named);
	if (!all)
		buf_text(out,
			"  no case did: a definition, a setting or a list that it is counted by\n");
}

/* ---- a figure ---- */

static void figure_name(const struct published_figure *figure, struct buf *out)
{
	buf_printf(out, "%s %s..%s", figure->id, figure->from, figure->to);
	if (figure->by)
		buf_printf(out, " by %s", figure->by);
	buf_printf(out, " (definition %d): ", figure->definition);
}

static int change_say(struct check *check, const struct published_figure *figure,
	const json_t *keys, const char *differs, struct why *why)
{
	json_t *cases = json_object();
	json_t *then = rows_ask(check, figure, true, why);
	json_t *now = then ? rows_ask(check, figure, false, why) : NULL;
	if (now) {
		rows_add(then, figure->by, keys, -1, cases);
		rows_add(now, figure->by, keys, 1, cases);
		figure_name(figure, check->said);
		buf_printf(check->said, "%s\n", differs);
		cases_say(cases, check->said);
	}
	int err = now ? 0 : ERR_IO;
	json_decref(then);
	json_decref(now);
	json_decref(cases);
	return err;
}

/* As this program makes it of the same logs; NULL: it does not. */
static const json_t *figure_then(const struct check *check, const struct published_figure *figure)
{
	const struct published_report made = {.figures = check->then};
	for (size_t i = 0; i < json_array_size(check->then); i++) {
		struct published_figure other = published_figure(&made, i);
		bool same_by = figure->by ? other.by && !strcmp(figure->by, other.by) : !other.by;
		if (same_by && other.id && !strcmp(figure->id, other.id) && other.from &&
			!strcmp(figure->from, other.from) && other.to &&
			!strcmp(figure->to, other.to) && figure->definition == other.definition)
			return other.json;
	}
	return NULL;
}

static int figure_check(struct check *check, const struct published_figure *figure, struct why *why)
{
	auto_buf struct buf then_differs = {0}, differs = {0};
	json_t *keys = json_object(), *unused = json_object();
	struct why refused = {""};
	int err = 0;
	const json_t *then = figure_then(check, figure);
	json_t *now = figure_now(check, figure, &refused);
	if (then)
		figure_compare(figure->json, then, unused, &then_differs);
	if (now)
		figure_compare(figure->json, now, keys, &differs);
	check->differ += !now || then_differs.len || differs.len;
	if (!now) {
		figure_name(figure, check->said);
		buf_printf(check->said, "cannot be asked: %s\n", refused.text);
	} else if (then_differs.len) {
		figure_name(figure, check->said);
		buf_printf(
			check->said, "the same log was counted otherwise: %s\n", then_differs.data);
	} else if (differs.len) {
		err = change_say(check, figure, keys, differs.data, why);
	}
	json_decref(now);
	json_decref(keys);
	json_decref(unused);
	return err;
}

/* ---- the log ---- */

/* Whether each is the one that it was made from. */
static bool logs_compare(const struct check *check, const json_t *made)
{
	bool same = true;
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		const struct published_log *was = &check->report.logs[stream];
		const json_t *is =
			json_object_get(json_object_get(made, "logs"), stream_names[stream]);
		const char *hash = json_string_value(json_object_get(is, "hash"));
		uint64_t seq = (uint64_t)json_integer_value(json_object_get(is, "seq"));
		if (seq == was->seq && !hash == !was->hash && (!hash || !strcmp(hash, was->hash)))
			continue;
		buf_printf(check->said,
			"the log %s is not the one that it was made from: at sequence %" PRIu64
			" that had hash %s, this has %s at %" PRIu64 "\n",
			stream_names[stream], was->seq, was->hash ? was->hash : "none",
			hash ? hash : "none", seq);
		same = false;
	}
	return same;
}

/* The report as it is made up to there, with all numbers; the caller's. */
static json_t *report_make_then(const struct check *check, struct why *why)
{
	auto_buf struct buf line = {0};
	buf_printf(&line, "show report %d json internal", check->report.year);
	prefix_print(check, &line);
	json_t *files = ask_json(check->dir, "aggregate", line.data, why);
	const char *text = json_string_value(json_object_get(files, "json"));
	json_t *made = text ? json_loads(text, 0, NULL) : NULL;
	if (files && !made)
		why_set(why, ERR_IO, "wot-aggregate answered no report");
	json_decref(files);
	return made;
}

static int figures_check(struct check *check, struct why *why)
{
	size_t count = json_array_size(check->report.figures);
	int err = 0;
	for (size_t i = 0; !err && i < count; i++) {
		struct published_figure figure = published_figure(&check->report, i);
		err = figure_check(check, &figure, why);
	}
	if (err)
		return err;
	if (check->differ)
		buf_printf(check->said, "%zu of %zu figures are not given any more\n",
			check->differ, count);
	else
		buf_printf(check->said, "all %zu figures of %d are given by the log\n", count,
			check->report.year);
	return 0;
}

/* ---- the order ---- */

static int report_read(const char *path, struct published_report *out, struct why *why)
{
	auto_buf struct buf text = {0};
	struct why wrong;
	if (config_read_text(path, &text, &wrong) != 0)
		return why_set(why, ERR_USAGE, "%s", wrong.text);
	if (published_read(text.data ? text.data : "", text.len, out, &wrong) != 0)
		return why_set(why, ERR_USAGE,
			"%s: %s; take the .json of a report, whole, as wotctl report --json or "
			"--publish wrote it",
			path, wrong.text);
	return 0;
}

int report_check(const char *dir, const char *path, bool *given, struct buf *said, struct why *why)
{
	struct check check = {.dir = dir, .said = said};
	int err = report_read(path, &check.report, why);
	if (err)
		return err;
	json_t *made = report_make_then(&check, why);
	check.then = json_object_get(made, "figures");
	if (!made)
		err = ERR_IO;
	else if (!logs_compare(&check, made))
		check.differ = 1;
	else
		err = figures_check(&check, why);
	json_decref(made);
	published_report_done(&check.report);
	if (!err)
		*given = !check.differ;
	return err;
}
