/*
 * wotctl freeswitch: the calls of mod_callcenter's events, from a file or from who listens to the event socket. It keeps
 * no place: what is piped in is gone once it was read, and a file that is sent again stays single.
 */
#include "cli/phone.h"

#include "lib/clean.h"
#include "phone/freeswitch.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_BYTES = 1 << 16 };

struct input {
	const char *name;
	int fd;
	struct buf text;
	size_t at;       /* the line that is next */
	uint64_t offset; /* where it begins */
	bool at_end;
	struct phone phone;
};

static void line_send(struct input *input, const char *text, size_t len)
{
	struct phone_read read = {0};
	enum phone_line what = freeswitch_read(text, len, &input->phone.arena, &read);
	phone_take(&input->phone, what, &read, input->offset, 0);
}

/* The lines that are there, as many as may be. */
static void window_fill(struct input *input)
{
	while (!input->phone.is_full) {
		const char *line = input->text.data + input->at;
		size_t left = input->text.len - input->at;
		const char *end = left ? memchr(line, '\n', left) : NULL;
		if (!end && !(input->at_end && left) && left <= FREESWITCH_LINE_MAX)
			return;
		size_t len = end ? (size_t)(end - line) : left;
		if (len)
			line_send(input, line, len);
		len += end != NULL;
		input->at += len;
		input->offset += len;
	}
}

/* Waits for more. */
static int text_read(struct input *input)
{
	struct buf *text = &input->text;
	buf_reserve(text, READ_BYTES);
	memmove(text->data, text->data + input->at, text->len - input->at);
	text->len -= input->at;
	input->at = 0;
	ssize_t len = read(input->fd, text->data + text->len, READ_BYTES);
	if (len < 0 && errno != EINTR)
		return why_set(&input->phone.why, ERR_IO, "%s: %s", input->name, strerror(errno));
	text->len += len > 0 ? (size_t)len : 0;
	input->at_end = len == 0;
	return 0;
}

static int input_send(struct input *input)
{
	int err = 0;
	while (!err && !input->at_end) {
		err = text_read(input);
		for (window_fill(input); !err && input->phone.read; window_fill(input))
			err = phone_send(&input->phone);
	}
	return err;
}

int verb_freeswitch(struct cli *cli, int argc, char **argv)
{
	static struct input input;
	char rejected[PATH_MAX];
	if (argc != 2)
		return cli_fail(EXIT_USAGE, "freeswitch FILE|-: one file of events as JSON Lines");
	bool is_stdin = strcmp(argv[1], "-") == 0;
	input.name = is_stdin ? "stdin" : argv[1];
	input.fd = is_stdin ? STDIN_FILENO : open(argv[1], O_RDONLY | O_CLOEXEC);
	if (input.fd < 0)
		return cli_fail(EXIT_USAGE, "%s: %s", argv[1], strerror(errno));
	snprintf(rejected, sizeof rejected, "%s.rejected", input.name);
	int code = phone_open(&input.phone, cli, rejected, 0, is_stdin)
			   ? cli_fail(EXIT_FAILED, "%s", input.phone.why.text)
			   : EXIT_OK;
	if (!code) {
		input_send(&input);
		code = phone_report(&input.phone, input.name);
	}
	phone_close(&input.phone);
	buf_done(&input.text);
	if (!is_stdin)
		close(input.fd);
	return code;
}
