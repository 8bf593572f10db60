#include "client/ask.h"

#include "lib/clean.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
static int answer_read(int fd, ask_piece_fn *on_piece, void *arg)
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

int ask_pieces(const char *dir, const char *daemon, const char *line, ask_piece_fn *on_piece,
	void *arg, struct why *why)
{
	if (!dir)
		return why_set(why, ERR_USAGE, "asking wot-%s needs --dir DIR", daemon);
	auto_fd int fd = socket_open(dir, daemon, why);
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

static void on_text(void *arg, const char *piece, size_t len)
{
	buf_add(arg, piece, len);
}

int ask_text(
	const char *dir, const char *daemon, const char *line, struct buf *answer, struct why *why)
{
	return ask_pieces(dir, daemon, line, on_text, answer, why);
}

json_t *ask_json(const char *dir, const char *daemon, const char *line, struct why *why)
{
	auto_buf struct buf answer = {0};
	if (ask_text(dir, daemon, line, &answer, why) != 0)
		return NULL;
	const char *text = answer.data ? answer.data : "";
	json_t *json = json_loads(text, 0, NULL);
	if (!json)
		why_set(why, ERR_IO, "%.*s", (int)strcspn(text, "\n"), text);
	return json;
}

bool ask_is_running(const char *dir, const char *daemon)
{
	auto_buf struct buf answer = {0};
	return ask_text(dir, daemon, "show version", &answer, NULL) == 0;
}
