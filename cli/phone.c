#include "cli/phone.h"

#include "lib/clean.h"
#include "lib/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { GIVEN_UP_MS = 3000, SAID_MS = 30000 };

/* ---- rejects ---- */

/* Where a line stood and why it is not counted; never the line, it holds a number. */
static void reject(struct phone *phone, uint64_t offset, uint64_t inode, const char *reason)
{
	phone->counts.rejected++;
	buf_printf(&phone->rejects, "%" PRIu64 " %s (inode %" PRIu64 ")\n", offset, reason, inode);
}

static int rejects_write(struct phone *phone)
{
	const struct buf *rejects = &phone->rejects;
	for (size_t done = 0; done < rejects->len;) {
		ssize_t wrote = write(phone->rejected, rejects->data + done, rejects->len - done);
		if (wrote < 0 && errno != EINTR)
			return why_set(&phone->why, ERR_IO, "%s: %s", phone->rejected_name,
				strerror(errno));
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	buf_clear(&phone->rejects);
	return 0;
}

/* Of a refusal: where, and what was expected there. */
static void refusal_print(const struct answer *answer, struct buf *out)
{
	const json_t *error = json_array_get(json_object_get(answer->problem, "errors"), 0);
	const char *pointer = json_string_value(json_object_get(error, "pointer"));
	const char *detail = json_string_value(json_object_get(error, "detail"));
	const char *title = json_string_value(json_object_get(answer->problem, "title"));
	buf_printf(out, "%u %s%s%s", answer->status, pointer ? pointer : "", pointer ? ": " : "",
		detail  ? detail
		: title ? title
			: "refused");
}

/* ---- answers ---- */

static bool is_ref_taken(const struct answer *answer)
{
	const char *type = json_string_value(json_object_get(answer->problem, "type"));
	return type && strcmp(type, err_type(ERR_REF_TAKEN)) == 0;
}

/* Not this line is refused but whoever sends it, or nothing can be taken: all of it must come again. */
static bool is_of_all(unsigned status)
{
	return status == 401 || status == 403 || status >= 500;
}

static void on_done(void *arg, struct line *line, const struct answer *answer)
{
	struct phone *phone = arg;
	auto_buf struct buf reason = {0};
	phone->unanswered--;
	refusal_print(answer, &reason);
	if (answer->status == 202)
		phone->counts.accepted++;
	else if (answer->status == 200)
		phone->counts.duplicate++;
	else if (is_ref_taken(answer))
		phone->counts.doubled++;
	else if (is_of_all(answer->status))
		phone->err = why_set(&phone->why, ERR_IO, "intake takes no calls: %s", reason.data);
	else
		reject(phone, line->number, phone->inodes[line - phone->lines], reason.data);
}

/* ---- a window ---- */

void phone_take(struct phone *phone, enum phone_line what, const struct phone_read *read,
	uint64_t offset, uint64_t inode)
{
	phone->counts.lines++;
	phone->read++;
	phone->is_full = phone->read == PHONE_WINDOW;
	if (what == PHONE_BROKEN) {
		reject(phone, offset, inode, read->reason);
	} else if (what == PHONE_PASSED) {
		phone->counts.passed++;
	} else {
		phone->inodes[phone->count] = inode;
		phone->lines[phone->count++] = (struct line){
			.number = offset,
			.size = protobuf_c_message_get_packed_size(&read->submission->base),
			.to = "/v1/calls",
			.daemon = DAEMON_INTAKE,
			.submission = read->submission,
		};
	}
}

int phone_send(struct phone *phone)
{
	uint64_t since_ms = clock_mono_us() / 1000;
	bool is_said = false;
	phone->unanswered = phone->count;
	for (size_t i = 0; i < phone->count; i++)
		outbox_add(&phone->outbox, &phone->lines[i]);
	while (phone->unanswered && !phone->err) {
		outbox_turn(&phone->outbox, OUTBOX_RETRY_MS / 2);
		if (phone->outbox.err) {
			phone->why = phone->outbox.why;
			return phone->outbox.err;
		}
		if (!is_said && clock_mono_us() / 1000 - since_ms > SAID_MS) {
			is_said = true;
			fprintf(stderr, "wotctl: intake has not taken all for %d s; waiting\n",
				SAID_MS / 1000);
		}
	}
	phone->count = phone->read = 0;
	phone->is_full = false;
	arena_reset(&phone->arena);
	return phone->err ? phone->err : rejects_write(phone);
}

/* ---- the whole ---- */

int phone_open(struct phone *phone, const struct cli *cli, const char *rejected_name, uint64_t len,
	bool for_ever)
{
	*phone = (struct phone){
		.as = {cli->config, cli->client, GIVEN_UP_MS},
		.rejected_name = rejected_name,
	};
	if (!cli->config[DAEMON_INTAKE].push[0])
		return why_set(&phone->why, ERR_CONFIG, "the setting push of intake is empty");
	phone->rejected = open(rejected_name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (phone->rejected < 0)
		return why_set(&phone->why, ERR_IO, "%s: %s", rejected_name, strerror(errno));
	struct stat stat;
	bool is_ours = flock(phone->rejected, LOCK_EX | LOCK_NB) == 0;
	if (!is_ours)
		return why_set(
			&phone->why, ERR_LOCKED, "%s: another wotctl writes there", rejected_name);
	if (fstat(phone->rejected, &stat) == 0 && (uint64_t)stat.st_size > len &&
		ftruncate(phone->rejected, (off_t)len) != 0)
		return why_set(&phone->why, ERR_IO, "%s: %s", rejected_name, strerror(errno));
	phone->outbox = (struct outbox){
		.on_done = on_done,
		.arg = phone,
		.is_patient = true,
		.silence_ms = for_ever ? 0 : OUTBOX_SILENCE_MS,
		.sender = sender_push(&phone->as, &phone->why),
	};
	if (!phone->outbox.sender)
		return ERR_CONFIG;
	outbox_init(&phone->outbox, PHONE_WINDOW);
	return 0;
}

void phone_close(struct phone *phone)
{
	if (phone->outbox.sender)
		outbox_done(&phone->outbox);
	clean_fd(&phone->rejected);
	buf_done(&phone->rejects);
	arena_done(&phone->arena);
}

int phone_report(const struct phone *phone, const char *file)
{
	fprintf(stderr,
		"wotctl: %s: %" PRIu64 " lines: %" PRIu64 " accepted, %" PRIu64
		" were there already, %" PRIu64 " told otherwise before, %" PRIu64
		" passed over, %" PRIu64 " rejected%s%s\n",
		file, phone->counts.lines, phone->counts.accepted, phone->counts.duplicate,
		phone->counts.doubled, phone->counts.passed, phone->counts.rejected,
		phone->counts.rejected ? ", see " : "",
		phone->counts.rejected ? phone->rejected_name : "");
	if (phone->why.text[0])
		return cli_fail(
			EXIT_FAILED, "%s. Run it again: what is in stays single.", phone->why.text);
	return phone->counts.rejected ? EXIT_FAILED : EXIT_OK;
}
