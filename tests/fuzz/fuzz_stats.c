/*
 * Any bytes at the stats sockets of a wot-aggregate that runs here, on a thread of its own: its commands, those of all
 * daemons, and questions with whatever words. The first byte says which of the two sockets it is, and how many bytes
 * are sent at once. An answer ends with an empty line or with a prompt, and the connection with it.
 */
#include "daemons/aggregate/aggregate_own.h"
#include "lib/log.h"
#include "tests/unit/folder.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ADMIN = 1, PATIENCE_S = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static pthread_t runner;
static void *folder;

static void *on_run(void *stage)
{
	must(stage_run(stage) == 0);
	stage_close((struct stage **)&stage);
	return NULL;
}

static void house_end(void)
{
	kill(getpid(), SIGTERM); /* to its loop */
	pthread_join(runner, NULL);
	must(chdir("/") == 0);
	folder_teardown(&folder);
}

static void config_name(char out[CONFIG_TEXT], const char *top, const char *name)
{
	must(snprintf(out, CONFIG_TEXT, "%s/config/%s", top, name) < CONFIG_TEXT);
}

static void config_make(struct config *config, const char *top)
{
	config_defaults(config);
	config_name(config->wards, top, "wards.csv");
	config_name(config->rules, top, "triage.yaml");
	config_name(config->calendar, top, "calendar.yaml");
	config_name(config->clocks, top, "clocks.yaml");
	config_name(config->kpi, top, "kpi.yaml");
	config_name(config->published, top, "published.yaml");
	config_name(config->report, top, "report.yaml");
	config->map_size_mib = 16;
}

static void house_begin(void)
{
	static const struct daemon aggregate = {
		.name = "aggregate",
		.commands = aggregate_commands,
		.open = aggregate_open,
		.close = aggregate_close,
		.fold = aggregate_fold,
		.fold_replayed = aggregate_fold_replayed,
		.left_out = aggregate_left_out,
		.gets = aggregate_gets,
	};
	struct config config;
	struct stage *stage;
	struct why why = {""};
	char top[PATH_MAX];
	auto_buf struct buf path = {0};
	must(getcwd(top, sizeof top) && folder_setup(&folder) == 0 && chdir(folder) == 0);
	config_make(&config, top);
	folder_write(&folder, "clients.yaml", "clients:\n", &path);
	log_init("fuzz", LOG_ERROR);
	must(stage_open(&stage, &aggregate, &config, &why) == 0);
	must(pthread_create(&runner, NULL, on_run, stage) == 0);
	atexit(house_end);
	must(chdir(top) == 0);
}

static int dial(const char *name)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	snprintf(to.sun_path, sizeof to.sun_path, "%s/aggregate.%s", (const char *)folder, name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
	must(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0);
	return fd;
}

/* Again, when it was only the fuzzer's own clock that woke us. */
static ssize_t sent(int fd, const uint8_t *bytes, size_t len)
{
	ssize_t put;
	do
		put = send(fd, bytes, len, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	return put;
}

static ssize_t got(int fd, char *piece, size_t room)
{
	ssize_t len;
	do
		len = recv(fd, piece, room, 0);
	while (len < 0 && errno == EINTR);
	return len;
}

static void talk(int fd, const uint8_t *bytes, size_t len, size_t step, struct buf *heard)
{
	char piece[4096];
	ssize_t more;
	for (size_t at = 0; at < len; at += step) {
		if (sent(fd, bytes + at, len - at < step ? len - at : step) < 0)
			break;
	}
	shutdown(fd, SHUT_WR);
	while ((more = got(fd, piece, sizeof piece)) > 0)
		buf_add(heard, piece, (size_t)more);
	must(more == 0 || errno == ECONNRESET); /* closed, with what was sent behind it unread */
}

static bool ends_with(const struct buf *text, const char *end)
{
	size_t len = strlen(end) + 1;
	return text->len >= len && !memcmp(text->data + text->len - len, end, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf heard = {0};
	if (!folder)
		house_begin();
	if (!len)
		return 0;
	int fd = dial(bytes[0] & ADMIN ? "admin.sock" : "sock");
	talk(fd, bytes + 1, len - 1, 1 + (bytes[0] >> 1) * (size_t)37, &heard);
	close(fd);
	buf_char(&heard, 0);
	must(heard.len < 3 || ends_with(&heard, "\n\n") || ends_with(&heard, "> ") ||
		ends_with(&heard, "> \n"));
	return 0;
}
