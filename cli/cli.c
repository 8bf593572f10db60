#include "cli/cli.h"

#include "lib/clean.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int cli_fail(int code, const char *format, ...)
{
	fputs("wotctl: ", stderr);
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

/* A socket's path has at most 107 bytes, and the folder's may be longer: it is named by its descriptor. */
static int socket_open(const char *dir, const char *daemon, struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	auto_fd int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return why_set(why, ERR_ADDRESS, "%s: %s", dir, strerror(errno));
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s.sock", folder,
		daemon);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return why_set(why, ERR_IO, "socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	int err = why_set(why, ERR_ADDRESS, "%s/%s.sock: %s; is wot-%s running with --dir %s?", dir,
		daemon, strerror(errno), daemon, dir);
	close(fd);
	return err;
}

/* Passes on what comes, but for the last byte: the empty line that ends an answer. */
static int answer_read(int fd, cli_piece_fn *on_piece, void *arg)
{
	char chunk[65536], last = '\n', before = '\n';
	bool any = false;
	ssize_t got;
	while ((got = read(fd, chunk, sizeof chunk)) > 0) {
		if (any)
			on_piece(arg, &last, 1);
		on_piece(arg, chunk, (size_t)got - 1);
		before = got > 1 ? chunk[got - 2] : any ? last : '\n';
		last = chunk[got - 1];
		any = true;
	}
	return got < 0 ? ERR_IO : any && last == '\n' && before == '\n' ? 0 : ERR_DAMAGED;
}

int cli_ask_pieces(const struct cli *cli, const char *daemon, const char *line,
	cli_piece_fn *on_piece, void *arg, struct why *why)
{
	if (!cli->dir)
		return why_set(
			why, ERR_USAGE, "this verb asks the stats socket and needs --dir DIR");
	auto_fd int fd = socket_open(cli->dir, daemon, why);
	if (fd < 0)
		return fd;
	if (dprintf(fd, "%s\n", line) < 0)
		return why_set(why, ERR_IO, "%s: %s", daemon, strerror(errno));
	int err = answer_read(fd, on_piece, arg);
	if (err == ERR_DAMAGED)
		return why_set(why, ERR_IO,
			"wot-%s broke off in the middle of its answer; see its log, then ask again",
			daemon);
	return err ? why_set(why, err, "%s: %s", daemon, strerror(errno)) : 0;
}

size_t cli_on_body(char *data, size_t size, size_t count, void *body)
{
	buf_add(body, data, size * count);
	return size * count;
}

static void on_answer(void *arg, const char *piece, size_t len)
{
	buf_add(arg, piece, len);
}

int cli_ask(const struct cli *cli, const char *daemon, const char *line, struct buf *answer,
	struct why *why)
{
	return cli_ask_pieces(cli, daemon, line, on_answer, answer, why);
}
