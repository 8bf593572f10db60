/*
 * Verbs about one log: tail, accept-loss.
 */
#include "cli/source.h"
#include "cli/vault.h"

#include "lib/clean.h"
#include "lib/json_out.h"
#include "proto/event.h"
#include "proto/json.h"
#include "stage/parts/dedupe.h"
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

/* event: NULL when it is of a kind that is not known here. */
static void event_print_json(
	const char *stream, uint64_t seq, const Wot__V1__Event *event, const char *kind)
{
	auto_buf struct buf out = {0};
	json_out_open(&out, NULL, '{');
	json_out_text(&out, "log", stream);
	json_out_count(&out, "seq", seq);
	if (event) {
		json_out_text(&out, "kind", kind);
		json_out_name(&out, "event");
		json_from_message(&event->base, &out);
	} else {
		json_out_flag(&out, "unknown", true);
	}
	json_out_end(&out, '}');
	fputs(out.data, stdout);
}

static void event_print(
	const char *stream, uint64_t seq, const uint8_t *bytes, size_t len, bool json)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	const Wot__V1__Event *event = event_unpack(bytes, len, &arena);
	const char *name = event ? event_kind_name(event->body->kind_case) : NULL;
	const char *kind = name ? name : "unknown";
	if (!event || json) {
		event_print_json(stream, seq, event, kind);
		return;
	}
	char recorded[32], occurred[32];
	instant_print(event->recorded_at, recorded);
	instant_print(event->occurred_at, occurred);
	json_from_message(body_message(event->body), &text);
	printf("%-7s %8" PRIu64 "  %s  %-22s %-14s %s\n", stream, seq, occurred, kind,
		event->case_id ? event->case_id : "-", text.data);
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

/* ---- accept-loss ---- */

int verb_accept_loss(struct cli *cli, int argc, char **argv)
{
	if (argc != 2)
		return cli_fail(EXIT_USAGE,
			"accept-loss DIR: the folder of one log, such as build/run/intake");
	struct store_report report = {0};
	struct why why = {""};
	const struct store_options options = {
		.backend = &store_folder, .dir = argv[1], .rows_of = dedupe_rows_of};
	if (store_accept_loss(&options, &report, &why) != 0)
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
