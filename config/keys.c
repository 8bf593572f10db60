#include "config/keys.h"

#include "bus/bus.h"
#include "lib/clean.h"
#include "lib/daemon.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 4096 };

/* By whom what is missing is made: a client's keys and token are made with its row in the list of clients. */
static int unread(const char *dir, const char *name, const char *suffix, int err,
	const char *problem, struct why *why)
{
	char help[160];
	bool is_daemon = daemon_find(name) >= 0, is_public = strcmp(suffix, "pub") == 0;
	if (is_daemon && is_public)
		snprintf(help, sizeof help,
			"`wotctl keygen` makes it where wot-%s runs; elsewhere it is a copy", name);
	else if (is_daemon || strcmp(name, "vault") == 0 || strcmp(name, "session") == 0)
		snprintf(help, sizeof help, "make it with `wotctl keygen`");
	else
		snprintf(help, sizeof help,
			"of a client: `wotctl client add %s ROLE` makes it, or, where there is "
			"such a client, `wotctl client rotate %s`",
			name, name);
	return why_set(why, err, "%s/%s.%s: %s; %s", dir, name, suffix, problem, help);
}

static int line_read(const char *dir, const char *name, const char *suffix, char *line, size_t room,
	struct why *why)
{
	char path[PATH_ROOM];
	snprintf(path, sizeof path, "%s/%s.%s", dir, name, suffix);
	FILE *file = fopen(path, "re");
	if (!file)
		return unread(
			dir, name, suffix, err_of_system(errno, ERR_CONFIG), strerror(errno), why);
	bool read = fgets(line, (int)room, file);
	fclose(file);
	if (!read)
		return unread(dir, name, suffix, ERR_CONFIG, "is empty", why);
	line[strcspn(line, "\r\n")] = 0;
	return 0;
}

static int file_write(const char *path, const char *line, int flags, mode_t mode, struct why *why)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
	if (fd < 0)
		return why_set(why, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (fchmod(fd, mode) != 0 || dprintf(fd, "%s\n", line) < 0 || fsync(fd) != 0)
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	return 0;
}

static int line_write(const char *dir, const char *name, const char *suffix, const char *line,
	int flags, mode_t mode, struct why *why)
{
	char path[PATH_ROOM];
	snprintf(path, sizeof path, "%s/%s.%s", dir, name, suffix);
	mkdir(dir, 0700);
	return file_write(path, line, flags, mode, why);
}

int keys_read(
	const char *dir, const char *name, const char *suffix, uint8_t key[32], struct why *why)
{
	char line[128];
	int err = line_read(dir, name, suffix, line, sizeof line, why);
	if (err)
		return err;
	if (bus_key_parse(line, key) != 0)
		return why_set(why, ERR_CONFIG, "%s/%s.%s: is no key of 40 Z85 characters", dir,
			name, suffix);
	return 0;
}

int keys_write_secret(const char *dir, const char *name, const uint8_t secret[32], struct why *why)
{
	char text[BUS_KEY_TEXT];
	bus_key_print(secret, text);
	int err = line_write(dir, name, "key", text, O_EXCL, 0600, why);
	sodium_memzero(text, sizeof text);
	return err;
}

int keys_write(const char *dir, const char *name, const uint8_t public_key[32],
	const uint8_t secret[32], struct why *why)
{
	char text[BUS_KEY_TEXT];
	int err = keys_write_secret(dir, name, secret, why);
	if (err)
		return err;
	bus_key_print(public_key, text);
	return line_write(dir, name, "pub", text, O_EXCL, 0644, why);
}

int keys_read_token(const char *dir, const char *name, char *token, size_t room, struct why *why)
{
	return line_read(dir, name, "token", token, room, why);
}

int keys_write_token(const char *dir, const char *name, const char *token, struct why *why)
{
	return line_write(dir, name, "token", token, O_TRUNC, 0600, why);
}

int keys_write_token_to(const char *path, const char *token, struct why *why)
{
	return file_write(path, token, O_TRUNC, 0600, why);
}
