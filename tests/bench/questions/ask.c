/*
 * Questions to a stats socket, as anybody asks them: a connection each, from the question to the last byte of its
 * answer.
 *
 *	build/bench/ask SOCKET ROUNDS < questions
 *
 * A line a question: p50 and p99 in us, how long until its first byte, and the answer's bytes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 10000, LINE_ROOM = 4096 };

static void fail(const char *what)
{
	fprintf(stderr, "ask: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

struct round {
	double first_us, whole_us;
	size_t bytes;
};

static struct round ask(const struct sockaddr_un *address, const char *line)
{
	static char bytes[1 << 16];
	struct round round = {0};
	double from = now_us();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address))
		fail(address->sun_path);
	if (send(fd, line, strlen(line), 0) < 0)
		fail("send");
	ssize_t got;
	while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
		if (!round.bytes) {
			round.first_us = now_us() - from;
			if (!strncmp(bytes, "error", 5) || !strncmp(bytes, "Unknown", 7)) {
				fprintf(stderr, "ask: %s%.*s", line, (int)got, bytes);
				exit(2);
			}
		}
		round.bytes += (size_t)got;
	}
	if (got < 0)
		fail("recv");
	close(fd);
	round.whole_us = now_us() - from;
	return round;
}

static int round_compare(const void *a, const void *b)
{
	double x = ((const struct round *)a)->whole_us, y = ((const struct round *)b)->whole_us;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct round rounds[ROUNDS_MAX];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (!count || count > ROUNDS_MAX || strlen(argv[1]) >= sizeof address.sun_path) {
		fprintf(stderr, "ask SOCKET ROUNDS < questions\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	char line[LINE_ROOM];
	while (fgets(line, sizeof line, stdin)) {
		for (size_t i = 0; i < count; i++)
			rounds[i] = ask(&address, line);
		qsort(rounds, count, sizeof *rounds, round_compare);
		const struct round *p99 = &rounds[count * 99 / 100];
		printf("%.1f %.1f %.1f %zu\n", rounds[count / 2].whole_us, p99->whole_us,
			p99->first_us, p99->bytes);
	}
	return 0;
}
