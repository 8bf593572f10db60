/*
 * wotctl import and push: JSON Lines, many in flight, but the lines of one case wait for each other's answer.
 */
#include "cli/cli.h"

#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/utf8.h"
#include "send/outbox.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

enum { WINDOW = 20000, SILENCE_MS = 10000, READ_BYTES = 1 << 16 };

/* The lines of one case, in order; the first is the one that may be in flight. */
struct lane {
	char key[200];
	struct line *first, *last;
	UT_hash_handle hh;
};

struct import {
	struct outbox outbox;
	int in;
	struct buf text; /* read from `in`; lines before text_at are done with */
	size_t text_at;
	FILE *rejected;
	const char *in_name;
	char rejected_name[4096];
	struct lane *lanes;
	size_t held; /* lines in memory */
	uint64_t number, accepted, duplicate, refused;
	bool at_end, broken, is_tty;
	struct why why;
};

/* ---- lines ---- */

static void lane_join(struct import *import, struct line *line, const char *key)
{
	struct lane *lane = NULL;
	if (key)
		HASH_FIND_STR(import->lanes, key, lane);
	if (key && !lane && strlen(key) < sizeof lane->key) {
		lane = calloc(1, sizeof *lane);
		must(lane);
		strcpy(lane->key, key);
		HASH_ADD_STR(import->lanes, key, lane);
	}
	line->lane = lane;
	if (!lane || !lane->first)
		outbox_add(&import->outbox, line);
	if (!lane)
		return;
	if (lane->last)
		lane->last->next = line;
	else
		lane->first = line;
	lane->last = line;
}

/* The line is done with: the next of its case may go. */
static void line_end(struct import *import, struct line *line)
{
	struct lane *lane = line->lane;
	if (lane) {
		must(lane->first == line);
		lane->first = line->next;
		if (lane->first) {
			outbox_add(&import->outbox, lane->first);
		} else {
			HASH_DEL(import->lanes, lane);
			free(lane);
		}
	}
	json_decref(line->record);
	free(line);
	import->held--;
}

static void rejected_fail(struct import *import)
{
	import->broken = true;
	why_set(&import->why, ERR_IO, "%s: %s; what is refused is written there",
		import->rejected_name, strerror(errno));
}

static void reject(
	struct import *import, uint64_t number, unsigned status, json_t *problem, json_t *record)
{
	import->refused++;
	if (!import->rejected) {
		/* What was refused may be about persons. */
		int fd = open(import->rejected_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		import->rejected = fd < 0 ? NULL : fdopen(fd, "w");
		if (!import->rejected) {
			rejected_fail(import);
			return;
		}
	}
	json_t *row = json_pack("{s:I,s:i,s:O,s:O?,s:O?}", "line", (json_int_t)number, "status",
		(int)status, "problem", problem ? problem : json_null(), "to",
		json_object_get(record, "to"), "body", json_object_get(record, "body"));
	must(row);
	if (json_dumpf(row, import->rejected, JSON_COMPACT) != 0 ||
		fputc('\n', import->rejected) == EOF)
		rejected_fail(import);
	json_decref(row);
}

static void reject_unsent(struct import *import, json_t *record, const char *detail)
{
	json_t *problem = json_pack("{s:s,s:s,s:i,s:s}", "type", err_type(ERR_INVALID), "title",
		"The line cannot be sent", "status", 400, "detail", detail);
	reject(import, import->number, 400, problem, record);
	json_decref(problem);
}

static void line_read(struct import *import, const char *text, size_t len)
{
	struct line *line = calloc(1, sizeof *line);
	const char *key;
	must(line);
	line->number = import->number;
	const char *wrong = line_parse(text, len, line, &key);
	if (wrong) {
		json_t *shown = line->record ? line->record : json_object();
		reject_unsent(import, shown, wrong);
		json_decref(shown);
		free(line);
		return;
	}
	import->held++;
	lane_join(import, line, key);
}

/* Takes in what the file has now. A pipe that has nothing yet must not keep answers waiting. */
static bool text_read(struct import *import)
{
	struct pollfd in = {.fd = import->in, .events = POLLIN};
	if (poll(&in, 1, 0) == 0)
		return false;
	buf_reserve(&import->text, READ_BYTES);
	memmove(import->text.data, import->text.data + import->text_at,
		import->text.len - import->text_at);
	import->text.len -= import->text_at;
	import->text_at = 0;
	ssize_t len = read(import->in, import->text.data + import->text.len, READ_BYTES);
	if (len < 0 && errno != EINTR) {
		import->broken = true;
		why_set(&import->why, ERR_IO, "%s: %s", import->in_name, strerror(errno));
	} else if (len != 0) {
		import->text.len += len > 0 ? (size_t)len : 0;
	} else if (import->text.len && import->text.data[import->text.len - 1] != '\n') {
		buf_char(&import->text, '\n'); /* the last line had no end */
	} else {
		import->at_end = true;
	}
	return true;
}

static void window_fill(struct import *import)
{
	while (!import->broken && import->held < WINDOW) {
		const char *line = import->text.data + import->text_at;
		size_t left = import->text.len - import->text_at;
		const char *end = left ? memchr(line, '\n', left) : NULL;
		if (!end) {
			if (import->at_end || !text_read(import))
				return;
			continue;
		}
		import->number++;
		import->text_at += (size_t)(end - line) + 1;
		if (import->number == 1)
			line += utf8_mark(line, (size_t)(end - line));
		if (strspn(line, " \t\r") < (size_t)(end - line))
			line_read(import, line, (size_t)(end - line));
	}
}

/* ---- answers ---- */

static void on_done(void *arg, struct line *line, const struct answer *answer)
{
	struct import *import = arg;
	if (answer->status == 200 || answer->status == 202)
		*(answer->status == 202 ? &import->accepted : &import->duplicate) += 1;
	else
		reject(import, line->number, answer->status, answer->problem, line->record);
	line_end(import, line);
}

static void progress_show(struct import *import, bool last)
{
	static uint64_t shown_ms;
	uint64_t now_ms = clock_mono_us() / 1000;
	if (!import->is_tty || (!last && now_ms - shown_ms < 100))
		return;
	shown_ms = now_ms;
	fprintf(stderr,
		"\r%" PRIu64 " lines  %" PRIu64 " accepted  %" PRIu64 " already there  %" PRIu64
		" refused%s",
		import->number, import->accepted, import->duplicate, import->refused,
		last ? "\n" : "");
}

static void import_run(struct import *import)
{
	struct outbox *outbox = &import->outbox;
	while (!import->broken) {
		window_fill(import);
		progress_show(import, false);
		if (import->at_end && import->held == 0)
			break;
		bool busy = outbox->in_flight && !outbox->later_count &&
			    (import->at_end || import->held >= WINDOW);
		outbox_turn(outbox, busy ? 1000 : OUTBOX_RETRY_MS / 2);
		if (outbox->err) {
			import->broken = true;
			import->why = outbox->why;
		}
	}
	progress_show(import, true);
}

static int import_report(const struct import *import)
{
	if (import->broken)
		return cli_fail(EXIT_FAILED, "%s. Run it again: what is in stays single.",
			import->why.text);
	fprintf(stderr,
		"wotctl: %s: %" PRIu64 " lines: %" PRIu64 " accepted, %" PRIu64
		" were there already, %" PRIu64 " refused%s%s\n",
		import->in_name, import->number, import->accepted, import->duplicate,
		import->refused, import->refused ? ", see " : "",
		import->refused ? import->rejected_name : "");
	return import->refused ? EXIT_FAILED : EXIT_OK;
}

static int import_file(struct cli *cli, const char *name,
	struct sender *(*sender_open)(const struct send_as *, struct why *))
{
	const struct send_as as = {cli->config, cli->client, SILENCE_MS};
	struct import import = {.in_name = name, .is_tty = isatty(STDERR_FILENO)};
	bool is_stdin = strcmp(name, "-") == 0;
	import.in = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (import.in < 0)
		return cli_fail(EXIT_USAGE, "%s: %s", name, strerror(errno));
	snprintf(import.rejected_name, sizeof import.rejected_name, "%s.rejected",
		is_stdin ? "stdin" : name);
	unlink(import.rejected_name);
	import.outbox.on_done = on_done;
	import.outbox.arg = &import;
	import.outbox.silence_ms = OUTBOX_SILENCE_MS;
	import.outbox.sender = sender_open(&as, &import.why);
	if (!import.outbox.sender)
		return cli_fail(EXIT_FAILED, "%s", import.why.text);
	outbox_init(&import.outbox, WINDOW);
	import_run(&import);
	outbox_done(&import.outbox);
	if (import.rejected && fclose(import.rejected) != 0)
		rejected_fail(&import);
	if (!is_stdin)
		close(import.in);
	buf_done(&import.text);
	return import_report(&import);
}

int verb_import(struct cli *cli, int argc, char **argv)
{
	if (argc != 2)
		return cli_fail(EXIT_USAGE, "import FILE|-: one file of JSON Lines");
	return import_file(cli, argv[1], sender_http);
}

int verb_push(struct cli *cli, int argc, char **argv)
{
	if (argc != 2)
		return cli_fail(EXIT_USAGE, "push FILE|-: one file of JSON Lines");
	return import_file(cli, argv[1], sender_push);
}
