/*
 * Verbs that make keys and clients: keygen, client add|rotate|revoke|list.
 */
#include "config/keys.h"

#include "bus/bus.h"
#include "cli/cli.h"
#include "config/clients.h"
#include "lib/clean.h"
#include "lib/grow.h"
#include "lib/json_out.h"
#include "proto/role.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kept in one folder with the daemons' own keys; a client is anybody else. */
static const char vault_name[] = "vault", session_name[] = "session";

static bool key_is_there(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s.key", dir, name);
	return access(path, F_OK) == 0;
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

static void roles_print(struct buf *out)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		buf_printf(out, "%s%s", i ? ", " : "", role_name(1u << i));
}

/* A token is shown once, in its file: the list keeps only its hash. */
static int credentials_make(struct cli *cli, struct client *client, struct why *why)
{
	const char *dir = cli->config[0].keys;
	uint8_t random[32];
	char token[65];
	randombytes_buf(random, sizeof random);
	sodium_bin2hex(token, sizeof token, random, sizeof random);
	clients_token_hash(token, client->token_hash);
	client->has_token = client->has_curve = true;
	int err = keys_write_token(dir, client->name, token, why);
	sodium_memzero(token, sizeof token);
	char path[4096];
	const char *const suffixes[] = {"key", "pub"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s.%s", dir, client->name, suffixes[i]);
		unlink(path);
	}
	return err ? err : pair_make(dir, client->name, client->curve_key, why);
}

static int client_add(struct clients *clients, const char *name, const char *role)
{
	unsigned known;
	if (role_parse(role, &known) != 0) {
		auto_buf struct buf roles = {0};
		roles_print(&roles);
		return cli_fail(EXIT_USAGE, "%s: no such role; one of %s", role, roles.data);
	}
	if (!name[0] || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name) ||
		strlen(name) > 63)
		return cli_fail(
			EXIT_USAGE, "%s: a client's name is 1 to 63 of a-z, 0-9 and -", name);
	if (clients_by_name(clients, name))
		return cli_fail(EXIT_USAGE,
			"%s: is there already; `client rotate %s` gives it new keys", name, name);
	if (daemon_find(name) >= 0 || strcmp(name, vault_name) == 0 ||
		strcmp(name, session_name) == 0)
		return cli_fail(EXIT_USAGE, "%s: is the name of a part of wot", name);
	clients->items = grow_push(clients->items, clients->count, sizeof *clients->items);
	struct client *client = &clients->items[clients->count++];
	memset(client, 0, sizeof *client);
	snprintf(client->name, sizeof client->name, "%s", name);
	client->role = known;
	return EXIT_OK;
}

static int client_list(const struct cli *cli, const struct clients *clients)
{
	auto_buf struct buf out = {0};
	if (cli->json)
		json_out_open(&out, NULL, '[');
	for (size_t i = 0; i < clients->count; i++) {
		const struct client *client = &clients->items[i];
		if (!cli->json) {
			buf_printf(&out, "%-24s %-12s %s %s\n", client->name,
				role_name(client->role), client->has_token ? "token" : "-",
				client->has_curve ? "curve" : "-");
			continue;
		}
		json_out_open(&out, NULL, '{');
		json_out_text(&out, "name", client->name);
		json_out_text(&out, "role", role_name(client->role));
		json_out_flag(&out, "token", client->has_token);
		json_out_flag(&out, "curve", client->has_curve);
		json_out_close(&out, '}');
	}
	if (cli->json)
		json_out_end(&out, ']');
	fputs(out.len ? out.data : "", stdout);
	return EXIT_OK;
}

/* Somebody who made its own keys, another machine's daemon for one, is known by its public key alone. */
static int key_take(struct client *client, const char *key)
{
	if (bus_key_parse(key, client->curve_key) != 0)
		return cli_fail(EXIT_USAGE,
			"%s: a public key is 40 characters of Z85, as in NAME.pub", key);
	client->has_curve = true;
	return EXIT_OK;
}

static int client_change(struct cli *cli, struct clients *clients, int argc, char **argv)
{
	const char *verb = argv[1], *name = argv[2], *key = argc > 4 ? argv[4] : NULL;
	struct why why;
	int code = strcmp(verb, "add") == 0 ? client_add(clients, name, argv[3]) : EXIT_OK;
	if (!code && key)
		code = key_take(clients_by_name(clients, name), key);
	if (code)
		return code;
	struct client *client = clients_by_name(clients, name);
	if (!client)
		return cli_fail(EXIT_USAGE, "%s: no such client; `client list` shows them", name);
	if (strcmp(verb, "revoke") == 0) /* its name stays taken: it is half of its refs */
		client->has_token = client->has_curve = false;
	else if (!key && credentials_make(cli, client, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	if (clients_save(clients, cli->config[0].clients, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	if (strcmp(verb, "revoke") == 0)
		printf("%s is out; running daemons take it up on SIGHUP\n", name);
	else if (key)
		printf("%s is in, by its own key; running daemons take it up on SIGHUP\n", name);
	else
		printf("%s: its token is in %s/%s.token, its keys in %s.key and .pub; running "
		       "daemons take it up on SIGHUP\n",
			name, cli->config[0].keys, name, name);
	return EXIT_OK;
}

int verb_client(struct cli *cli, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	bool add = strcmp(verb, "add") == 0 && (argc == 4 || argc == 5);
	bool change = (strcmp(verb, "rotate") == 0 || strcmp(verb, "revoke") == 0) && argc == 3;
	bool list = strcmp(verb, "list") == 0 && argc == 2;
	if (!add && !change && !list)
		return cli_fail(EXIT_USAGE,
			"client add NAME ROLE [PUBLIC-KEY] | rotate NAME | revoke NAME | list");
	auto_buf struct buf errors = {0};
	struct clients clients = {0};
	const char *path = cli->config[0].clients;
	if (access(path, F_OK) == 0 && clients_load(&clients, path, &errors) != 0) {
		fputs(errors.data, stderr);
		return EXIT_USAGE;
	}
	int code = list ? client_list(cli, &clients) : client_change(cli, &clients, argc, argv);
	clients_done(&clients);
	return code;
}
