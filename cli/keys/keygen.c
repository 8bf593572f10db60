/*
 * Keys of this machine: keygen, and what a client gets.
 */
#include "config/keys.h"

#include "bus/bus.h"
#include "cli/cli.h"
#include "lib/clean.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char vault_name[] = "vault", session_name[] = "session";

static bool key_is_there(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s.key", dir, name);
	return access(path, F_OK) == 0;
}

bool keys_are_ours(const char *name)
{
	return daemon_find(name) >= 0 || strcmp(name, vault_name) == 0 ||
	       strcmp(name, session_name) == 0;
}

/* Of the session's key there is no public half. */
static int pair_make(const char *dir, const char *name, uint8_t public_key[32], struct why *why)
{
	uint8_t secret[32];
	bool alone = name == session_name;
	if (alone)
		randombytes_buf(secret, sizeof secret);
	else if (strcmp(name, vault_name) == 0)
		crypto_box_keypair(public_key, secret);
	else
		bus_keypair(public_key, secret);
	int err = alone ? keys_write_secret(dir, name, secret, why)
			: keys_write(dir, name, public_key, secret, why);
	sodium_memzero(secret, sizeof secret);
	return err;
}

int verb_keygen(struct cli *cli, int argc, char **argv)
{
	if (argc != 1)
		return cli_fail(EXIT_USAGE, "%s: unexpected argument", argv[1]);
	const char *dir = cli->config[0].keys;
	for (size_t i = 0; i < DAEMON_COUNT + 2; i++) {
		const char *name = i < DAEMON_COUNT    ? daemon_rows[i].name
				   : i == DAEMON_COUNT ? vault_name
						       : session_name;
		struct why why;
		uint8_t public_key[32];
		if (key_is_there(dir, name))
			continue;
		if (pair_make(dir, name, public_key, &why) != 0)
			return cli_fail(EXIT_FAILED, "%s", why.text);
		printf("made %s/%s.key%s\n", dir, name, name == session_name ? "" : " and .pub");
	}
	return EXIT_OK;
}
