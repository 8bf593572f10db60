/*
 * wotctl verify: is every log whole, and is there all that others have read of it?
 */
#include "cli/source.h"
#include "cli/vault.h"

#include "client/ask.h"
#include "lib/clean.h"
#include "lib/daemon.h"
#include "proto/event.h"
#include "stage/parts/dedupe.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What a walk over one daemon's folder found: its log's head, and how far it has read the logs. */
struct walked {
	const char *daemon;
	bool found, whole, live;
	uint64_t blocks;
	struct store_head head, read[STREAM_COUNT];
};

static void read_note(struct walked *walked, const char *log, uint64_t seq, const uint8_t *hash,
	const uint8_t *id)
{
	int other = stream_find(log);
	if (other < 0)
		return;
	struct store_head *read = &walked->read[other];
	read->seq = seq;
	memcpy(read->hash, hash, STORE_HASH_LEN);
	memcpy(read->id, id, STORE_ID_LEN);
}

static void progress_note(struct walked *walked, const uint8_t *bytes, size_t len)
{
	if (event_kind(bytes, len) != WOT__V1__BODY__KIND_INPUT_READ)
		return;
	auto_arena struct arena arena = {0};
	Wot__V1__Event *event = event_unpack(bytes, len, &arena);
	const Wot__V1__InputRead *read = event ? event->body->input_read : NULL;
	if (read && read->hash.len == STORE_HASH_LEN && read->stream_id.len == STORE_ID_LEN)
		read_note(walked, read->stream, read->seq, read->hash.data, read->stream_id.data);
}

/* Block by block from where it was left, until there is no more, or `until`. */
static int log_walk(const struct cli *cli, struct walked *walked, uint64_t until, struct why *why)
{
	struct source *source;
	int err = source_open(&source, cli, walked->daemon, &walked->head, why);
	if (err)
		return err;
	struct block block;
	while (walked->head.seq < until && (err = source_next(source, 0, &block, why)) == 0) {
		for (struct block_cursor c = block_events(&block); block_next(&c);)
			progress_note(walked, c.event, c.len);
		walked->head = block_head(&block);
		walked->blocks++;
	}
	walked->live = source_is_live(source);
	source_close(&source);
	return err < 0 ? err : 0;
}

static void on_stream(void *arg, const struct store_report *report)
{
	struct walked *walked = arg;
	printf("%-9s %-7s %" PRIu64 "..%" PRIu64 "  %" PRIu64 " blocks  %" PRIu64 " rows  %s",
		walked->daemon, report->stream, report->first_seq, report->last_seq, report->blocks,
		report->rows, report->err ? "DAMAGED" : "chain whole");
	if (report->err)
		printf(" from sequence %" PRIu64, report->bad_seq);
	putchar('\n');
	if (!report->own && report->last_seq)
		read_note(walked, report->stream, report->last_seq, report->hash, report->id);
}

/* A stopped daemon's folder: everything, rows included. A running one: its chain, as it gives it. */
static int folder_verify(const struct cli *cli, int daemon, struct walked *walked, struct why *why)
{
	const char *name = walked->daemon = daemon_rows[daemon].name;
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/%s", cli->dir, name);
	bool running = ask_is_running(cli->dir, name);
	if (!running && access(dir, F_OK) != 0)
		return 0;
	const struct store_options options = {
		.backend = &store_folder, .dir = dir, .rows_of = dedupe_rows_of};
	int err = running ? 0 : store_verify(&options, on_stream, walked, why);
	walked->found = true;
	if (err || !daemon_rows[daemon].has_log)
		return err;
	err = log_walk(cli, walked, UINT64_MAX, why);
	if (!err && walked->live)
		printf("%-9s %-7s 1..%" PRIu64 "  %" PRIu64 " blocks  chain whole (running)\n",
			name, name, walked->head.seq, walked->blocks);
	walked->whole = !err;
	return err;
}

/* Is that log on another machine, as the reader's settings have it? */
static bool is_elsewhere(const struct cli *cli, const char *reader, enum stream log)
{
	static struct config config;
	char path[4096];
	auto_buf struct buf errors = {0};
	snprintf(path, sizeof path, "%s/wot.yaml", cli->dir);
	config_defaults(&config);
	return access(path, F_OK) == 0 && config_load(&config, path, reader, &errors) == 0 &&
	       strncmp(config_feed(&config, log), "tcp://", 6) == 0;
}

static int log_gone(const struct cli *cli, const struct walked *walked, const char *log,
	const struct store_head *read)
{
	if (is_elsewhere(cli, walked->daemon, (enum stream)stream_find(log))) {
		printf("%-9s %-7s read up to %" PRIu64 ", not compared: it is elsewhere\n",
			walked->daemon, log, read->seq);
		return EXIT_OK;
	}
	return cli_fail(EXIT_FAILED,
		"%s: sequence 1: is gone, there is no log of it in %s; %s has read up to %" PRIu64
		" (a log on another machine is named by %s_feed in wot.yaml)",
		log, cli->dir, walked->daemon, read->seq, log);
}

/* What a reader has read is what stands in the log. */
static int mark_verify(const struct cli *cli, struct walked *log, const struct store_head *read,
	const char *reader)
{
	struct source *source;
	struct block block;
	struct why why;
	/* A running log goes on while others are walked: what was read since has to be there now. */
	int err = log->live ? log_walk(cli, log, read->seq, &why) : 0;
	if (!err && read->seq > log->head.seq)
		return cli_fail(EXIT_FAILED,
			"%s: sequence %" PRIu64 ": is gone; %s has read up to %" PRIu64,
			log->daemon, log->head.seq + 1, reader, read->seq);
	if (!err)
		err = source_open(&source, cli, log->daemon, read, &why);
	if (!err) {
		err = source_next(source, 0, &block, &why);
		source_close(&source);
	}
	if (err == ERR_DIVERGED || err == ERR_DAMAGED)
		return cli_fail(EXIT_FAILED,
			"%s: sequence %" PRIu64
			": is not what %s has read: one of the two lost data",
			log->daemon, read->seq, reader);
	return err < 0 ? cli_fail(EXIT_FAILED, "%s", why.text) : EXIT_OK;
}

/*
 * Against one cut: all marks were noted before any log is asked for here, and a log only grows, so each
 * mark lies at or before where its log is now. The feeds form a cycle: no order of walking would do.
 */
static int marks_verify(const struct cli *cli, struct walked walked[DAEMON_COUNT])
{
	struct store_head marks[DAEMON_COUNT][STREAM_COUNT];
	int code = EXIT_OK;
	for (int reader = 0; reader < DAEMON_COUNT; reader++)
		memcpy(marks[reader], walked[reader].read, sizeof marks[reader]);
	for (int reader = 0; reader < DAEMON_COUNT; reader++) {
		for (size_t log = 0; log < STREAM_COUNT; log++) {
			const struct store_head *read = &marks[reader][log];
			struct walked *writer = &walked[daemon_find(stream_names[log])];
			if (!read->seq)
				continue;
			if ((writer->found ? mark_verify(cli, writer, read, walked[reader].daemon)
					   : log_gone(cli, &walked[reader], stream_names[log],
						     read)) != 0)
				code = EXIT_FAILED;
		}
	}
	return code;
}

int verb_verify(struct cli *cli, int argc, char **argv)
{
	struct walked walked[DAEMON_COUNT] = {0};
	struct stat folder;
	int code = EXIT_OK;
	bool found = false;
	if (argc > 2)
		return cli_fail(EXIT_USAGE, "verify [DIR]");
	if (argc == 2)
		cli->dir = argv[1];
	if (!cli->dir)
		return cli_fail(EXIT_USAGE, "verify needs --dir DIR, or DIR itself");
	if (stat(cli->dir, &folder) != 0)
		return cli_fail(EXIT_FAILED, "%s: %s", cli->dir, strerror(errno));
	for (int i = DAEMON_COUNT - 1; i >= 0; i--) {
		struct why why;
		if (folder_verify(cli, i, &walked[i], &why) != 0)
			code = cli_fail(EXIT_FAILED, "%s", why.text);
		found |= walked[i].found;
	}
	const struct walked *intake = &walked[DAEMON_INTAKE];
	if (cli_vault_verify(cli, intake->whole ? &intake->head.seq : NULL) != 0)
		code = EXIT_FAILED;
	if (!found)
		return cli_fail(EXIT_FAILED,
			"%s: there is no log here; give the folder in which those of the daemons "
			"are: intake, triage, …",
			cli->dir);
	return code ? code : marks_verify(cli, walked);
}
