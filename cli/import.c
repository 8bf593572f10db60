#include "cli/import.h"

#include "lib/clock.h"
#include "lib/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

enum {
	WINDOW = 20000,
	UNKNOWN_CASE_MS = 10000,
	BUSY_MS = 60000,
	RETRY_MS = 50,
	SILENCE_MS = 30000,
	READ_BYTES = 1 << 16
};

/* The lines of one case, in order; the first is the one that may be in flight. */
struct lane {
	char key[200];
	struct line *first, *last;
	UT_hash_handle hh;
};

struct import {
	struct cli *cli;
	struct sender *sender;
	int in;
	struct buf text; /* read from `in`; lines before text_at are done with */
	size_t text_at;
	FILE *rejected;
	const char *in_name;
	char rejected_name[4096];
	struct lane *lanes;
	struct line **ready; /* a ring of lines that may be sent now */
	size_t ready_first, ready_count;
	struct line **later; /* to be tried again */
	size_t later_count;
	size_t held, in_flight; /* lines in memory; batches under way */
	uint64_t number, accepted, duplicate, refused;
	uint64_t heard_ms; /* when a daemon last answered anything */
	bool at_end, broken, is_tty;
	struct why why;
};

/* ---- lines ---- */

static void ready_add(struct import *import, struct line *line)
{
	import->ready[(import->ready_first + import->ready_count++) % WINDOW] = line;
}

static struct line *ready_take(struct import *import)
{
	struct line *line = import->ready[import->ready_first];
	import->ready_first = (import->ready_first + 1) % WINDOW;
	import->ready_count--;
	return line;
}

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
		ready_add(import, line);
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
			ready_add(import, lane->first);
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

static bool is_worth_retrying(const struct line *line, unsigned status, uint64_t now_ms)
{
	uint64_t since_ms = now_ms - line->first_sent_ms;
	switch (status) {
	case 404:
		return since_ms < UNKNOWN_CASE_MS;
	case 0:
	case 429:
	case 503:
		return since_ms < BUSY_MS;
	default:
		return false;
	}
}

static void answer_take(struct import *import, struct line *line, struct answer *answer)
{
	uint64_t now_ms = clock_mono_us() / 1000;
	if (answer->status)
		import->heard_ms = now_ms;
	if (answer->status == 200 || answer->status == 202) {
		*(answer->status == 202 ? &import->accepted : &import->duplicate) += 1;
		line_end(import, line);
	} else if (is_worth_retrying(line, answer->status, now_ms)) {
		line->retry_at_ms = now_ms + RETRY_MS;
		import->later[import->later_count++] = line;
	} else {
		reject(import, line->number, answer->status, answer->problem, line->record);
		line_end(import, line);
	}
	json_decref(answer->problem);
}

static void on_answer(void *arg, struct batch *batch)
{
	struct import *import = arg;
	for (size_t i = 0; i < batch->count; i++)
		answer_take(import, batch->lines[i], &batch->answers[i]);
	free(batch);
	import->in_flight--;
}

/* ---- sending ---- */

static void later_to_ready(struct import *import)
{
	uint64_t now_ms = clock_mono_us() / 1000;
	size_t kept = 0;
	for (size_t i = 0; i < import->later_count; i++) {
		if (import->later[i]->retry_at_ms <= now_ms)
			ready_add(import, import->later[i]);
		else
			import->later[kept++] = import->later[i];
	}
	import->later_count = kept;
}

/* Takes from the front of the ready lines what goes to one place together. */
static struct batch *batch_make(struct import *import)
{
	struct batch *batch = calloc(1, sizeof *batch);
	must(batch);
	size_t looked_at = import->ready_count, bytes = 0;
	while (looked_at-- && batch->count < BATCH_MAX) {
		struct line *line = ready_take(import);
		bool first = batch->count == 0;
		if (first) {
			batch->daemon = line->daemon;
			batch->to = line->to;
		}
		bool fits = line->daemon == batch->daemon &&
			    (import->sender->any_path || line->to == batch->to) &&
			    (first || bytes + line->size <= import->sender->batch_bytes);
		if (!fits) {
			ready_add(import, line);
			continue;
		}
		if (!line->first_sent_ms)
			line->first_sent_ms = clock_mono_us() / 1000;
		batch->lines[batch->count++] = line;
		bytes += line->size;
	}
	return batch;
}

static void batches_send(struct import *import)
{
	while (import->ready_count && import->in_flight < import->sender->batches_max &&
		!import->broken) {
		struct batch *batch = batch_make(import);
		import->in_flight++;
		int err = import->sender->send(import->sender, batch);
		if (err) {
			import->broken = true;
			why_set(&import->why, err, "sending failed: %s", err_title(err));
		}
	}
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

/* What is not answered is tried again, but not for ever. */
static void silence_watch(struct import *import)
{
	uint64_t now_ms = clock_mono_us() / 1000;
	if (!import->held)
		import->heard_ms = now_ms;
	if (now_ms - import->heard_ms <= SILENCE_MS)
		return;
	import->broken = true;
	why_set(&import->why, ERR_TIMEOUT,
		"no daemon has answered for %d s; `wotctl status` says which is not there",
		SILENCE_MS / 1000);
}

static void import_run(struct import *import)
{
	import->heard_ms = clock_mono_us() / 1000;
	while (!import->broken) {
		silence_watch(import);
		window_fill(import);
		later_to_ready(import);
		batches_send(import);
		progress_show(import, false);
		if (import->at_end && import->held == 0)
			break;
		bool busy = import->in_flight && !import->later_count &&
			    (import->at_end || import->held >= WINDOW);
		if (import->sender->wait(import->sender, busy ? 1000 : RETRY_MS / 2) != 0)
			import->broken = true;
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
	struct sender *(*sender_open)(const struct cli *, struct why *))
{
	struct import import = {.cli = cli, .in_name = name, .is_tty = isatty(STDERR_FILENO)};
	bool is_stdin = strcmp(name, "-") == 0;
	import.in = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (import.in < 0)
		return cli_fail(EXIT_USAGE, "%s: %s", name, strerror(errno));
	snprintf(import.rejected_name, sizeof import.rejected_name, "%s.rejected",
		is_stdin ? "stdin" : name);
	unlink(import.rejected_name);
	import.sender = sender_open(cli, &import.why);
	if (!import.sender)
		return cli_fail(EXIT_FAILED, "%s", import.why.text);
	import.sender->on_answer = on_answer;
	import.sender->arg = &import;
	import.ready = calloc(WINDOW, sizeof *import.ready);
	import.later = calloc(WINDOW, sizeof *import.later);
	must(import.ready && import.later);
	import_run(&import);
	import.sender->close(import.sender);
	if (import.rejected && fclose(import.rejected) != 0)
		rejected_fail(&import);
	if (!is_stdin)
		close(import.in);
	buf_done(&import.text);
	free(import.ready);
	free(import.later);
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
