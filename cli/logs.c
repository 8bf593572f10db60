/*
 * Verbs that read logs: tail, verify, accept-loss.
 */
#include "cli/source.h"
#include "cli/vault.h"

#include "lib/clean.h"
#include "proto/event.h"
#include "proto/json.h"
#include "stage/dedupe.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOLLOW_MS = 1000 };

/* "intake, triage, case" */
static const char *logs_list(struct buf *out)
{
	for (size_t i = 0; i < STREAM_COUNT; i++)
		buf_printf(out, "%s%s", i ? ", " : "", stream_names[i]);
	return out->data;
}

/* ---- tail ---- */

struct tail_args {
	const char *stream;
	uint64_t from;
	bool follow, json;
};

static int tail_parse(struct cli *cli, int argc, char **argv, struct tail_args *args)
{
	static const struct option options[] = {
		{"from", required_argument, NULL, 'f'},
		{"follow", no_argument, NULL, 'w'},
		{"json", no_argument, NULL, 'j'},
		{0},
	};
	*args = (struct tail_args){.from = 1, .json = cli->json};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		char *end = "";
		if (c == 'f')
			args->from = strtoull(optarg, &end, 10);
		else if (c == 'w')
			args->follow = true;
		else if (c == 'j')
			args->json = true;
		else
			return EXIT_USAGE;
		if (*end || args->from == 0)
			return cli_fail(EXIT_USAGE, "--from SEQ: a number from 1");
	}
	if (optind < argc)
		args->stream = argv[optind++];
	if (optind < argc)
		return cli_fail(EXIT_USAGE, "%s: unexpected argument", argv[optind]);
	auto_buf struct buf logs = {0};
	if (args->stream && stream_find(args->stream) < 0)
		return cli_fail(
			EXIT_USAGE, "%s: no such log; one of %s", args->stream, logs_list(&logs));
	if (!args->stream && args->follow)
		return cli_fail(EXIT_USAGE, "--follow needs to know which log: one of %s",
			logs_list(&logs));
	return EXIT_OK;
}

static void event_print(
	const char *stream, uint64_t seq, const uint8_t *bytes, size_t len, bool json)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	Wot__V1__Event *event = event_unpack(bytes, len, &arena);
	if (!event) {
		printf("{\"log\":\"%s\",\"seq\":%" PRIu64 ",\"unknown\":true}\n", stream, seq);
		return;
	}
	const char *kind = event_kind_name(event->body->kind_case);
	if (json) {
		json_from_message(&event->base, &text);
		printf("{\"log\":\"%s\",\"seq\":%" PRIu64 ",\"kind\":\"%s\",\"event\":%s}\n",
			stream, seq, kind ? kind : "unknown", text.data);
		return;
	}
	char recorded[32], occurred[32];
	instant_print(event->recorded_at, recorded);
	instant_print(event->occurred_at, occurred);
	json_from_message(body_message(event->body), &text);
	printf("%-7s %8" PRIu64 "  %s  %-22s %-14s %s\n", stream, seq, occurred,
		kind ? kind : "unknown", event->case_id ? event->case_id : "-", text.data);
}

/* --from may lie amid a block: reading starts at the log's beginning of blocks, printing at --from. */
static int tail_stream(const struct cli *cli, const char *stream, const struct tail_args *args)
{
	struct source *source;
	struct why why;
	if (source_open(&source, cli, stream, NULL, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	int err;
	struct block block;
	while ((err = source_next(source, args->follow ? FOLLOW_MS : 0, &block, &why)) >= 0) {
		if (err == 1 && (!args->follow || !source_is_live(source)))
			break;
		if (err == 1)
			continue;
		for (struct block_cursor c = block_events(&block); block_next(&c);) {
			if (c.seq >= args->from)
				event_print(stream, c.seq, c.event, c.len, args->json);
		}
		if (args->follow)
			fflush(stdout);
	}
	source_close(&source);
	return err < 0 ? cli_fail(EXIT_FAILED, "%s", why.text) : EXIT_OK;
}

int verb_tail(struct cli *cli, int argc, char **argv)
{
	struct tail_args args;
	int code = tail_parse(cli, argc, argv, &args);
	for (size_t i = 0; i < STREAM_COUNT && !code; i++) {
		if (!args.stream || strcmp(args.stream, stream_names[i]) == 0)
			code = tail_stream(cli, stream_names[i], &args);
	}
	return code;
}

/* ---- verify ---- */

/* What a walk over one daemon's folder found: its log's head, and how far it has read the logs. */
struct walked {
	const char *daemon;
	bool found;
	uint64_t head, blocks;
	struct store_head read[STREAM_COUNT];
};

static void read_note(struct walked *walked, const char *log, uint64_t seq, const uint8_t *hash)
{
	int other = stream_find(log);
	if (other < 0)
		return;
	walked->read[other].seq = seq;
	memcpy(walked->read[other].hash, hash, STORE_HASH_LEN);
}

static void progress_note(struct walked *walked, const uint8_t *bytes, size_t len)
{
	if (event_kind(bytes, len) != WOT__V1__BODY__KIND_INPUT_READ)
		return;
	auto_arena struct arena arena = {0};
	Wot__V1__Event *event = event_unpack(bytes, len, &arena);
	const Wot__V1__InputRead *read = event ? event->body->input_read : NULL;
	if (read && read->hash.len == STORE_HASH_LEN)
		read_note(walked, read->stream, read->seq, read->hash.data);
}

static int log_walk(const struct cli *cli, struct walked *walked, struct why *why)
{
	const char *stream = walked->daemon;
	struct source *source;
	int err = source_open(&source, cli, stream, NULL, why);
	if (err)
		return err;
	struct block block;
	while ((err = source_next(source, 0, &block, why)) == 0) {
		for (struct block_cursor c = block_events(&block); block_next(&c);)
			progress_note(walked, c.event, c.len);
		walked->head = block_last_seq(&block);
		walked->blocks++;
	}
	walked->found = true;
	bool live = source_is_live(source);
	source_close(&source);
	if (err < 0)
		return err;
	if (live)
		printf("%-9s %-7s 1..%" PRIu64 "  %" PRIu64 " blocks  chain whole (running)\n",
			stream, stream, walked->head, walked->blocks);
	return 0;
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
		read_note(walked, report->stream, report->last_seq, report->hash);
}

/* A stopped daemon's folder: everything, rows included. A running one: its chain, as it gives it. */
static int folder_verify(const struct cli *cli, int daemon, struct walked *walked, struct why *why)
{
	const char *name = walked->daemon = daemon_rows[daemon].name;
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/%s", cli->dir, name);
	auto_buf struct buf answer = {0};
	bool running = cli_ask(cli, name, "show version", &answer, NULL) == 0;
	if (!running && access(dir, F_OK) != 0)
		return 0;
	int err = 0;
	if (!running)
		err = store_verify(dir, dedupe_rows_of, on_stream, walked, why);
	if (!err && daemon_rows[daemon].has_log)
		err = log_walk(cli, walked, why);
	return err;
}

/* What a reader has read is what stands in the log. */
static int mark_verify(const struct cli *cli, const struct walked *log,
	const struct store_head *read, const char *reader)
{
	struct source *source;
	struct block block;
	struct why why;
	if (read->seq > log->head)
		return cli_fail(EXIT_FAILED,
			"%s: sequence %" PRIu64 ": is gone; %s has read up to %" PRIu64,
			log->daemon, log->head + 1, reader, read->seq);
	int err = source_open(&source, cli, log->daemon, read, &why);
	if (!err) {
		err = source_next(source, 0, &block, &why);
		source_close(&source);
	}
	if (err == ERR_DIVERGED)
		return cli_fail(EXIT_FAILED,
			"%s: sequence %" PRIu64
			": is not what %s has read: one of the two lost data",
			log->daemon, read->seq, reader);
	return err < 0 ? cli_fail(EXIT_FAILED, "%s", why.text) : EXIT_OK;
}

static int marks_verify(const struct cli *cli, const struct walked walked[DAEMON_COUNT])
{
	int code = EXIT_OK;
	for (int reader = 0; reader < DAEMON_COUNT; reader++) {
		for (size_t log = 0; log < STREAM_COUNT; log++) {
			const struct store_head *read = &walked[reader].read[log];
			const struct walked *writer = &walked[daemon_find(stream_names[log])];
			if (writer->found && read->seq &&
				mark_verify(cli, writer, read, walked[reader].daemon) != 0)
				code = EXIT_FAILED;
		}
	}
	return code;
}

int verb_verify(struct cli *cli, int argc, char **argv)
{
	if (argc > 2)
		return cli_fail(EXIT_USAGE, "verify [DIR]");
	if (argc == 2)
		cli->dir = argv[1];
	if (!cli->dir)
		return cli_fail(EXIT_USAGE, "verify needs --dir DIR, or DIR itself");
	struct walked walked[DAEMON_COUNT] = {0};
	int code = EXIT_OK;
	for (int i = DAEMON_COUNT - 1; i >= 0; i--) { /* readers first: a running log only grows */
		struct why why;
		if (folder_verify(cli, i, &walked[i], &why) != 0)
			code = cli_fail(EXIT_FAILED, "%s", why.text);
	}
	if (cli_vault_verify(
		    cli, walked[DAEMON_INTAKE].found ? &walked[DAEMON_INTAKE].head : NULL) != 0)
		code = EXIT_FAILED;
	return code ? code : marks_verify(cli, walked);
}

/* ---- accept-loss ---- */

int verb_accept_loss(struct cli *cli, int argc, char **argv)
{
	if (argc != 2)
		return cli_fail(EXIT_USAGE,
			"accept-loss DIR: the folder of one log, such as build/run/intake");
	struct store_report report = {0};
	struct why why = {""};
	if (store_accept_loss(argv[1], dedupe_rows_of, &report, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	if (!report.stream)
		return cli_fail(EXIT_FAILED, "%s: there is no log in it", argv[1]);
	printf("%s: %s up to sequence %" PRIu64 " is whole, ", argv[1], report.stream,
		report.last_seq);
	if (report.bad_seq == 0)
		puts("and nothing is lost");
	else if (report.own)
		printf("what followed is gone but for lost-%" PRIu64 ".blocks\n"
		       "It goes on under a new stream id. Whoever had read further will not "
		       "start.\n",
			report.bad_seq);
	else
		puts("the rest of it is fetched again");
	return cli_vault_accept(cli, argv[1]);
}
