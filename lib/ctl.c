#include "lib/ctl.h"

#include "lib/clean.h"
#include "lib/sockpath.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
	LINE_MAX_BYTES = 4096,
	WORDS_MAX = 64,
	CONNECTIONS_MAX = 64,
	BACKLOG = 64,
	FIRST_LINE_MS = 10000,
	SILENCE_MS = 60000,
	PIECE_BYTES = 1 << 16, /* of an answer; what is more goes out after it */
};

struct ctl {
	uv_pipe_t pipe;
	uv_idle_t idle; /* runs while an answer is worked on */
	bool admin;
	const struct ctl_command *commands;
	void *arg;
	struct connection *connections;
	unsigned count, handles; /* handles: those that libuv still has */
};

struct connection {
	struct ctl *ctl;
	struct connection *next, **link;
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_write_t write;
	struct buf answer;         /* libuv reads from it while a write is under way */
	char line[LINE_MAX_BYTES]; /* what was read */
	size_t len, still_unsent;
	char running[LINE_MAX_BYTES + 1]; /* the line that is answered */
	char *commands;                   /* what is left of it; NULL: nothing */
	struct ctl_stream stream;         /* the rest of an answer; more is NULL: there is none */
	unsigned handles;
	bool writing, answering, prompt, quit, closing;
	bool working; /* the next piece is not there yet */
	bool ended;   /* the other side sends no more */
};

static void lines_take(struct connection *connection);
static void answer_go_on(struct connection *connection);

/* ---- the end of things ---- */

static void ctl_unref(struct ctl *ctl)
{
	if (--ctl->handles == 0)
		free(ctl);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	if (--connection->handles)
		return;
	struct ctl *ctl = connection->ctl;
	buf_done(&connection->answer);
	free(connection);
	ctl_unref(ctl);
}

static void stream_close(struct connection *connection)
{
	if (connection->stream.more)
		connection->stream.close(connection->stream.ctx);
	connection->stream = (struct ctl_stream){0};
}

static void connection_close(struct connection *connection)
{
	if (connection->closing)
		return;
	connection->closing = true;
	stream_close(connection);
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	connection->ctl->count--;
	uv_close((uv_handle_t *)&connection->pipe, on_handle_closed);
	uv_close((uv_handle_t *)&connection->timer, on_handle_closed);
}

/* ---- commands ---- */

static void help_add(const struct ctl *ctl, struct buf *out)
{
	static const struct ctl_command own[] = {
		{"help", "", "this list", false, .run = NULL},
		{"prompt", "", "keep the connection open, or no more", false, .run = NULL},
		{"quit", "", "close the connection", false, .run = NULL},
		{0},
	};
	const struct ctl_command *lists[] = {ctl->commands, own};
	for (size_t i = 0; i < 2; i++) {
		for (const struct ctl_command *row = lists[i]; row->words; row++) {
			if (row->admin && !ctl->admin)
				continue;
			auto_buf struct buf left = {0};
			buf_printf(&left, "%s%s%s", row->words, *row->usage ? " " : "", row->usage);
			buf_printf(out, "  %-40s %s\n", left.data, row->help);
		}
	}
}

/* How many of the line's words the row's words fit, or 0. */
static size_t words_fit(const char *words, char **line, size_t count)
{
	size_t fits = 0;
	while (*words) {
		size_t len = strcspn(words, " ");
		if (fits == count || strlen(line[fits]) != len ||
			memcmp(line[fits], words, len) != 0)
			return 0;
		fits++;
		words += len + (words[len] == ' ');
	}
	return fits;
}

static void command_run(struct connection *connection, char **words, size_t count, struct buf *out)
{
	struct ctl *ctl = connection->ctl;
	const struct ctl_command *found = NULL;
	size_t fits = 0;
	for (const struct ctl_command *row = ctl->commands; row->words; row++) {
		size_t here = words_fit(row->words, words, count);
		if (here > fits) {
			fits = here;
			found = row;
		}
	}
	if (!found) {
		buf_text(out, "Unknown command. These are known:\n");
		help_add(ctl, out);
		return;
	}
	if (found->admin && !ctl->admin) {
		buf_text(out, "Permission denied: this is for the admin socket.\n");
		return;
	}
	size_t before = out->len;
	int err = found->open ? found->open(ctl->arg, words + fits, count - fits,
					&connection->stream, out)
			      : found->run(ctl->arg, words + fits, count - fits, out);
	if (err && out->len == before)
		buf_printf(out, "%s.\n", err_title(err));
}

/* Answers end with an empty line, also those that say nothing. */
static void answer_end(struct buf *out, size_t before)
{
	if (out->len > before && out->data[out->len - 1] != '\n')
		buf_char(out, '\n');
	buf_char(out, '\n');
}

/* One command of a line. */
static void command_take(struct connection *connection, char *text)
{
	char *words[WORDS_MAX];
	size_t count = 0;
	char *rest = NULL;
	struct buf *out = &connection->answer;
	for (char *word = strtok_r(text, " \t\r", &rest); word && count < WORDS_MAX;
		word = strtok_r(NULL, " \t\r", &rest))
		words[count++] = word;
	if (count == 0)
		return;
	if (strcmp(words[0], "quit") == 0) {
		connection->quit = true;
		return;
	}
	size_t before = out->len;
	if (strcmp(words[0], "prompt") == 0)
		connection->prompt = !connection->prompt;
	else if (strcmp(words[0], "help") == 0)
		help_add(connection->ctl, out);
	else
		command_run(connection, words, count, out);
	if (!connection->stream.more)
		answer_end(out, before);
}

static void stream_take(struct connection *connection)
{
	size_t before = connection->answer.len;
	if (connection->stream.more(connection->stream.ctx, &connection->answer))
		return;
	stream_close(connection);
	answer_end(&connection->answer, before);
}

/* ---- talking ---- */

/* Silence closes; an answer that is being read, however slowly, is no silence. */
static void on_silence(uv_timer_t *timer)
{
	struct connection *connection = timer->data;
	size_t unsent = connection->pipe.write_queue_size;
	if (!connection->working && (!connection->writing || unsent >= connection->still_unsent))
		connection_close(connection);
	connection->still_unsent = unsent;
}

static void silence_start(struct connection *connection, uint64_t wait_ms)
{
	connection->still_unsent = connection->pipe.write_queue_size;
	uv_timer_start(&connection->timer, on_silence, wait_ms, wait_ms);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	(void)suggested;
	struct connection *connection = handle->data;
	out->base = connection->line + connection->len;
	out->len = sizeof connection->line - connection->len;
}

static void on_bytes(uv_stream_t *stream, ssize_t len, const uv_buf_t *room)
{
	(void)room;
	struct connection *connection = stream->data;
	if (len == UV_EOF)
		connection->ended = true;
	else if (len < 0)
		connection_close(connection);
	else
		connection->len += (size_t)len;
	if (!connection->closing)
		lines_take(connection);
}

static void on_written(uv_write_t *write, int status)
{
	struct connection *connection = write->data;
	connection->writing = false;
	if (connection->closing)
		return;
	if (status == 0 && connection->answering)
		answer_go_on(connection);
	else if (status != 0 || connection->quit || !connection->prompt)
		connection_close(connection);
	else
		lines_take(connection);
}

/* Until all of it is written nothing more is read: a connection holds one line and one answer. */
static void answer_send(struct connection *connection)
{
	uv_buf_t bytes = {.base = connection->answer.data, .len = connection->answer.len};
	connection->writing = true;
	connection->write.data = connection;
	if (uv_write(&connection->write, (uv_stream_t *)&connection->pipe, &bytes, 1, on_written) !=
		0)
		connection_close(connection);
	else
		silence_start(connection, SILENCE_MS);
}

/* What comes next of the answer to a line; false: nothing. */
static bool answer_add(struct connection *connection)
{
	if (connection->stream.more)
		stream_take(connection);
	else if (connection->commands && !connection->quit)
		command_take(connection, strsep(&connection->commands, ";"));
	else
		return false;
	return !connection->closing; /* a command may stop us */
}

static void on_idle(uv_idle_t *idle);

static void answer_go_on(struct connection *connection)
{
	struct buf *answer = &connection->answer;
	buf_clear(answer);
	connection->working = false;
	while (answer->len < PIECE_BYTES && connection->answering && !connection->working) {
		size_t before = answer->len;
		connection->answering = answer_add(connection);
		connection->working = connection->stream.more && answer->len == before;
	}
	connection->working = connection->working && !answer->len;
	if (connection->closing)
		return;
	if (!connection->answering && connection->prompt && !connection->quit)
		buf_text(answer, "> ");
	if (answer->len)
		answer_send(connection);
	else if (connection->working)
		uv_idle_start(&connection->ctl->idle, on_idle);
	else
		connection_close(connection);
}

/* Once round the loop a piece of work for each: all else has its turn in between. */
static void on_idle(uv_idle_t *idle)
{
	struct ctl *ctl = idle->data;
	bool any = false;
	for (struct connection *c = ctl->connections, *next; c; c = next) {
		next = c->next;
		if (c->working && !c->closing)
			answer_go_on(c);
		any = any || (c->working && !c->closing);
	}
	if (!any)
		uv_idle_stop(idle);
}

/* The first whole line there is, or waits for more. */
static void lines_take(struct connection *connection)
{
	char *end = memchr(connection->line, '\n', connection->len);
	size_t len = end ? (size_t)(end - connection->line) : connection->len;
	bool whole = end || (connection->ended && len > 0);
	if (!whole && (connection->ended || len == sizeof connection->line)) {
		connection_close(connection);
		return;
	}
	if (!whole) {
		uv_read_start((uv_stream_t *)&connection->pipe, on_room, on_bytes);
		return;
	}
	memcpy(connection->running, connection->line, len);
	connection->running[len] = '\0';
	size_t used = len + (end != NULL);
	connection->len -= used;
	memmove(connection->line, connection->line + used, connection->len);
	connection->commands = connection->running;
	connection->answering = true;
	uv_read_stop((uv_stream_t *)&connection->pipe);
	answer_go_on(connection);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct ctl *ctl = server->data;
	if (status != 0)
		return;
	struct connection *connection = calloc(1, sizeof *connection);
	must(connection);
	*connection = (struct connection){
		.ctl = ctl, .next = ctl->connections, .link = &ctl->connections};
	if (connection->next)
		connection->next->link = &connection->next;
	ctl->connections = connection;
	ctl->count++;
	ctl->handles++;
	connection->handles = 2;
	uv_pipe_init(server->loop, &connection->pipe, 0);
	uv_timer_init(server->loop, &connection->timer);
	connection->pipe.data = connection->timer.data = connection;
	if (uv_accept(server, (uv_stream_t *)&connection->pipe) != 0 ||
		ctl->count > CONNECTIONS_MAX) {
		connection_close(connection);
		return;
	}
	silence_start(connection, FIRST_LINE_MS);
	uv_read_start((uv_stream_t *)&connection->pipe, on_room, on_bytes);
}

/* ---- opening ---- */

static int pipe_listen(struct ctl *ctl, const char *path, struct why *why)
{
	int err = sockpath_free(path, why);
	if (err)
		return err;
	unlink(path);
	int code = uv_pipe_bind(&ctl->pipe, path);
	/* Nobody can connect before the listen, so the mode is right from the first moment. */
	if (code == 0 && chmod(path, ctl->admin ? 0600 : 0660) != 0)
		code = -errno;
	if (code == 0)
		code = uv_listen((uv_stream_t *)&ctl->pipe, BACKLOG, on_connection);
	if (code == 0)
		return 0;
	/* libuv says EACCES also where there is no folder. */
	return why_set(why, err_of_system(-code, ERR_ADDRESS), "the stats socket %s: %s", path,
		code == UV_EACCES ? "its folder is missing or may not be written"
				  : uv_strerror(code));
}

int ctl_open(struct ctl **out, struct loop *loop, const char *path, bool admin,
	const struct ctl_command *commands, void *arg, struct why *why)
{
	struct ctl *ctl = calloc(1, sizeof *ctl);
	must(ctl);
	*ctl = (struct ctl){.admin = admin, .commands = commands, .arg = arg, .handles = 2};
	uv_pipe_init(loop_uv(loop), &ctl->pipe, 0);
	uv_idle_init(loop_uv(loop), &ctl->idle);
	ctl->pipe.data = ctl->idle.data = ctl;
	int err = pipe_listen(ctl, path, why);
	if (err) {
		ctl_close(&ctl);
		return err;
	}
	*out = ctl;
	return 0;
}

static void on_listener_closed(uv_handle_t *handle)
{
	ctl_unref(handle->data);
}

void ctl_close(struct ctl **ctl)
{
	struct ctl *old = *ctl;
	*ctl = NULL;
	if (!old)
		return;
	while (old->connections)
		connection_close(old->connections);
	uv_close((uv_handle_t *)&old->idle, on_listener_closed);
	uv_close((uv_handle_t *)&old->pipe, on_listener_closed);
}
