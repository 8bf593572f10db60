/*
 * The offline tools, over what a backend tells.
 */
#include "store/backend.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

struct verifying {
	const struct store_options *options;
	void (*on_stream)(void *arg, const struct store_report *report);
	void *arg;
	struct why *why;
	int found; /* the first damage; why has its place */
	/* the stream at hand */
	struct store_stream stream;
	struct store_report report;
	struct store_head head;
	int chain; /* how its chain ended, when it did before its last block */
	struct rows_wanted wanted;
	uint64_t bad_row;
	bool rows_told;
};

static void damage_note(struct verifying *verifying, int err, uint64_t seq, const char *what)
{
	struct store_report *report = &verifying->report;
	report->err = err;
	report->bad_seq = seq;
	if (!verifying->found)
		verifying->found = why_set(verifying->why, err, "%s: log %s: event %" PRIu64 " %s",
			verifying->options->dir, report->stream, seq, what);
}

static int on_stream(void *arg, const struct store_stream *stream)
{
	struct verifying *verifying = arg;
	verifying->stream = *stream;
	verifying->report =
		(struct store_report){.stream = verifying->stream.name, .own = stream->own};
	verifying->head = (struct store_head){0};
	verifying->chain = 0;
	verifying->bad_row = 0;
	verifying->rows_told = false;
	return 0;
}

static int on_block(void *arg, const void *bytes, size_t len, bool *enough)
{
	struct verifying *verifying = arg;
	struct store_report *report = &verifying->report;
	struct block block;
	int err = block_chain(bytes, len, &verifying->head, &block);
	if (!err && block.size != len)
		err = ERR_DAMAGED;
	if (err) {
		verifying->chain = err == ERR_VERSION ? err : ERR_DAMAGED;
		*enough = true;
		return 0;
	}
	report->first_seq = 1;
	report->last_seq = report->events = verifying->head.seq;
	report->blocks++;
	memcpy(report->id, verifying->head.id, STORE_ID_LEN);
	memcpy(report->hash, verifying->head.hash, STORE_HASH_LEN);
	if (verifying->stream.own && verifying->options->rows_of)
		rows_wanted_add(&verifying->wanted, verifying->options->rows_of, &block);
	return 0;
}

static void bad_row_note(struct verifying *verifying, uint64_t seq)
{
	if (seq == UINT64_MAX) /* of an event that is not here */
		seq = verifying->report.last_seq + 1;
	if (seq && (!verifying->bad_row || seq < verifying->bad_row))
		verifying->bad_row = seq;
}

static int on_row(void *arg, const void *key, size_t key_len, const void *value, size_t value_len)
{
	struct verifying *verifying = arg;
	if (!verifying->rows_told)
		rows_wanted_end(&verifying->wanted);
	verifying->rows_told = true;
	verifying->report.rows++;
	bad_row_note(
		verifying, rows_wanted_wrong(&verifying->wanted, key, key_len, value, value_len));
	return 0;
}

static void chain_end(struct verifying *verifying, int blocks_err)
{
	const struct store_stream *stream = &verifying->stream;
	uint64_t next = verifying->head.seq + 1;
	if (verifying->chain == ERR_VERSION)
		damage_note(verifying, ERR_VERSION, next,
			"and what follows: written by a newer wot; verify with that one");
	else if (verifying->chain || blocks_err || next <= stream->noted_seq ||
		 !stream_ends_well(stream, &verifying->head))
		damage_note(
			verifying, ERR_DAMAGED, next, "and what follows: damaged or gone; " WAY_ON);
}

static void rows_end(struct verifying *verifying, int rows_err)
{
	if (!verifying->rows_told)
		rows_wanted_end(&verifying->wanted);
	bad_row_note(verifying, rows_wanted_missing(&verifying->wanted));
	if (rows_err)
		bad_row_note(verifying, UINT64_MAX);
	if (verifying->bad_row && !verifying->report.err)
		damage_note(verifying, ERR_DAMAGED, verifying->bad_row,
			"is fine, but its rows are not what it says; " WAY_ON);
}

static int on_stream_end(void *arg, int blocks_err, int rows_err)
{
	struct verifying *verifying = arg;
	chain_end(verifying, blocks_err);
	if (verifying->stream.own) {
		memcpy(verifying->report.id, verifying->stream.id, STORE_ID_LEN);
		rows_end(verifying, rows_err);
	}
	rows_wanted_done(&verifying->wanted);
	if (verifying->on_stream)
		verifying->on_stream(verifying->arg, &verifying->report);
	return 0;
}

int store_verify(const struct store_options *options,
	void (*on_report)(void *arg, const struct store_report *report), void *arg, struct why *why)
{
	struct verifying verifying = {
		.options = options, .on_stream = on_report, .arg = arg, .why = why};
	const struct store_audit audit = {
		.arg = &verifying,
		.on_stream = on_stream,
		.on_block = on_block,
		.on_row = on_row,
		.on_stream_end = on_stream_end,
	};
	struct store_options looking = *options;
	struct why rest = {""};
	void *at = NULL;
	looking.look_only = true;
	must(sodium_init() >= 0);
	int err = options->backend->open(&at, &looking, why);
	if (!err)
		err = options->backend->verify(at, &audit, &rest);
	if (at)
		options->backend->close(at);
	if (verifying.found)
		return verifying.found; /* names the place; `rest` would not */
	return err && rest.text[0] ? why_set(why, err, "%s", rest.text) : err;
}

int store_accept_loss(
	const struct store_options *options, struct store_report *report, struct why *why)
{
	must(sodium_init() >= 0);
	if (!options->backend->accept_loss)
		return why_set(
			why, ERR_USAGE, "%s: this kind of store has its own repair", options->dir);
	return options->backend->accept_loss(options, report, why);
}
