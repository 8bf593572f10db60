/*
 * wotctl queue-log: the calls of Asterisk's queue_log, from where it stopped, across rotations of the file and whatever
 * ends the program. What it knows is in its state file, written whole when all up to there is answered: so lines come
 * again, which is harmless, and none is skipped.
 */
#include "cli/phone.h"

#include "client/folder.h"
#include "lib/clean.h"
#include "lib/file.h"
#include "phone/follow.h"
#include "phone/queue_log.h"
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

enum { STATE_MAX = 1 << 21 }; /* of ten thousand waits */

struct queue_log_run {
	const char *file;
	char state_name[PATH_MAX], rejected_name[PATH_MAX + 16];
	bool follows;
	struct queue_log log;
	struct phone_state state; /* as it was when this began; the waits are the log's */
	bool has_place;
	struct follow *follow;
	bool has_gap;
	struct phone phone;
};

static void on_gap(void *arg, const char *text)
{
	struct queue_log_run *run = arg;
	run->has_gap = true;
	fprintf(stderr, "wotctl: %s\n", text);
}

/* ---- state ---- */

static int state_load(struct queue_log_run *run, struct why *why)
{
	auto_buf struct buf text = {0};
	int err = file_read(run->state_name, STATE_MAX, &text);
	if (err == ERR_NOT_FOUND)
		return 0;
	if (err)
		return why_set(why, err, "%s: %s", run->state_name,
			err == ERR_IO ? strerror(errno) : err_title(err));
	if (phone_state_read(text.data ? text.data : "", text.len, &run->state) != 0)
		return why_set(why, ERR_INVALID,
			"%s is no state of queue-log; without it the file is read from its start",
			run->state_name);
	run->has_place = true;
	return 0;
}

static struct phone_counts counts_add(const struct phone_counts *a, const struct phone_counts *b)
{
	return (struct phone_counts){
		.lines = a->lines + b->lines,
		.accepted = a->accepted + b->accepted,
		.duplicate = a->duplicate + b->duplicate,
		.doubled = a->doubled + b->doubled,
		.passed = a->passed + b->passed,
		.rejected = a->rejected + b->rejected,
	};
}

static int state_save(struct queue_log_run *run)
{
	auto_buf struct buf text = {0};
	struct stat stat;
	struct phone_state now = {
		.waits = run->log.waits,
		.counts = counts_add(&run->state.counts, &run->phone.counts),
	};
	follow_place(run->follow, &now.place);
	if (fstat(run->phone.rejected, &stat) == 0)
		now.rejected_bytes = (uint64_t)stat.st_size;
	phone_state_print(&now, &text);
	return file_put(run->state_name, text.data, text.len, &run->phone.why);
}

/* ---- lines ---- */

/* As many as may be, of what there is. */
static int window_fill(struct queue_log_run *run)
{
	struct phone *phone = &run->phone;
	struct follow_line line;
	int err = 0;
	while (!phone->is_full && (err = follow_next(run->follow, &line, &phone->why)) == 0) {
		struct phone_read read = {0};
		enum phone_line what =
			queue_log_read(&run->log, line.text, line.len, &phone->arena, &read);
		phone_take(phone, what, &read, line.offset, line.inode);
	}
	return err < 0 ? err : 0;
}

/* Its first act is to keep where it begins: what is rotated before the first receipts came is found by that. */
static int lines_send(struct queue_log_run *run)
{
	int err = state_save(run);
	while (!err) {
		err = window_fill(run);
		bool any = run->phone.read != 0;
		if (!err && any)
			err = phone_send(&run->phone);
		if (!err && any)
			err = state_save(run);
		if (!err && !any && !run->follows)
			return 0;
		if (!err && !any)
			follow_wait(run->follow);
	}
	return err;
}

/* ---- the verb ---- */

static int arguments_read(struct queue_log_run *run, const struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{"follow", no_argument, NULL, 'f'},
		{"state", required_argument, NULL, 's'},
		{"callback-key", required_argument, NULL, 'k'},
		{0},
	};
	const char *state = NULL;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'f')
			run->follows = true;
		else if (c == 's')
			state = optarg;
		else if (c == 'k')
			run->log.callback_key = optarg;
		else
			return EXIT_USAGE;
	}
	if (optind != argc - 1)
		return cli_fail(EXIT_USAGE,
			"queue-log FILE [--follow] [--state FILE] [--callback-key K]: one file");
	run->file = argv[optind];
	if (!state && !cli->dir)
		return cli_fail(EXIT_USAGE, "say where to keep how far it came: --state FILE, or "
					    "--dir before queue-log");
	auto_free char *name = strdup(run->file);
	must(name);
	if (state)
		snprintf(run->state_name, sizeof run->state_name, "%s", state);
	else
		snprintf(run->state_name, sizeof run->state_name, "%s/%s.state", cli->dir,
			basename(name));
	snprintf(run->rejected_name, sizeof run->rejected_name, "%s.rejected", run->state_name);
	return EXIT_OK;
}

static int run_open(struct queue_log_run *run, const struct cli *cli)
{
	struct why *why = &run->phone.why;
	const struct follow_options options = {
		.path = run->file,
		.place = run->has_place ? &run->state.place : NULL,
		.on_gap = on_gap,
		.arg = run,
	};
	int err = phone_open(
		&run->phone, cli, run->rejected_name, run->state.rejected_bytes, run->follows);
	if (!err && !run->follows && !run->has_place && access(run->file, R_OK) != 0)
		err = why_set(why, ERR_IO, "%s: %s", run->file, strerror(errno));
	return err ? err : follow_open(&run->follow, &options, why);
}

int verb_queue_log(struct cli *cli, int argc, char **argv)
{
	static struct queue_log_run run;
	struct why why = {0};
	int code = arguments_read(&run, cli, argc, argv);
	if (code)
		return code;
	if (state_load(&run, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	run.log.waits = run.state.waits;
	int err = run_open(&run, cli);
	if (err) {
		code = cli_fail(EXIT_FAILED, "%s", run.phone.why.text);
	} else {
		err = lines_send(&run);
		if (!err && follow_left(run.follow))
			fprintf(stderr,
				"wotctl: %s: its last line has no end yet; it is left for "
				"the next time\n",
				run.file);
		code = phone_report(&run.phone, run.file);
		if (run.has_gap)
			code = EXIT_FAILED;
	}
	follow_close(&run.follow);
	phone_close(&run.phone);
	waits_done(&run.log.waits);
	return code;
}
