/* Who may talk to us: client add, rotate, revoke, list. */
#include "config/clients.h"

#include "bus/bus.h"
#include "cli/cli.h"
#include "client/certificate.h"
#include "config/keys.h"
#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/grow.h"
#include "lib/json_out.h"
#include "proto/role.h"
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void roles_print(struct buf *out)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		buf_printf(out, "%s%s", i ? ", " : "", role_name(1u << i));
}

/* What was typed behind the verb. */
struct order {
	const char *verb, *name, *role, *public_key;
	const char *certificate, *token_to;
	int32_t last_day; /* of the keys before */
};

static int token_write(
	const struct cli *cli, const struct order *order, const char *token, struct why *why)
{
	const char *to = order->token_to;
	if (!to)
		return keys_write_token(cli->config[0].keys, order->name, token, why);
	if (strcmp(to, "-") == 0)
		return printf("%s\n", token) < 0 ? why_set(why, ERR_IO, "output: closed") : 0;
	return keys_write_token_to(to, token, why);
}

/* A token is shown once, in its file: the list keeps only its hash. */
static int token_make(
	const struct cli *cli, const struct order *order, struct client *client, struct why *why)
{
	uint8_t random[32], hash[CLIENT_KEY];
	char token[65];
	randombytes_buf(random, sizeof random);
	sodium_bin2hex(token, sizeof token, random, sizeof random);
	clients_token_hash(token, hash);
	client_renew(client, CLIENT_TOKEN, hash, order->last_day);
	int err = token_write(cli, order, token, why);
	sodium_memzero(token, sizeof token);
	return err;
}

static int curve_make(
	const struct cli *cli, const struct order *order, struct client *client, struct why *why)
{
	const char *dir = cli->config[0].keys;
	uint8_t public_key[CLIENT_KEY], secret[CLIENT_KEY];
	char path[4096];
	const char *const suffixes[] = {"key", "pub"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s.%s", dir, client->name, suffixes[i]);
		unlink(path);
	}
	bus_keypair(public_key, secret);
	client_renew(client, CLIENT_CURVE, public_key, order->last_day);
	int err = keys_write(dir, client->name, public_key, secret, why);
	sodium_memzero(secret, sizeof secret);
	return err;
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
	if (keys_are_ours(name))
		return cli_fail(EXIT_USAGE, "%s: is the name of a part of wot", name);
	clients->items = grow_push(clients->items, clients->count, sizeof *clients->items);
	struct client *client = &clients->items[clients->count++];
	memset(client, 0, sizeof *client);
	snprintf(client->name, sizeof client->name, "%s", name);
	client->role = known;
	return EXIT_OK;
}

static const char *const way_names[CLIENT_WAYS] = {"token", "curve", "certificate"};

static void keys_print(struct buf *out, const struct client *client)
{
	char day[CALENDAR_TEXT];
	if (client_is_revoked(client))
		buf_text(out, " revoked");
	for (enum client_way way = 0; way < CLIENT_WAYS; way++) {
		const struct client_keys *keys = &client->keys[way];
		for (unsigned i = 0; i < keys->count; i++) {
			buf_printf(out, " %s", way_names[way]);
			if (keys->items[i].last_day == INT32_MAX)
				continue;
			calendar_print(keys->items[i].last_day, day);
			buf_printf(out, " until %s", day);
		}
	}
}

static void keys_print_json(struct buf *out, const struct client *client)
{
	json_out_open(out, "keys", '[');
	for (enum client_way way = 0; way < CLIENT_WAYS; way++) {
		const struct client_keys *keys = &client->keys[way];
		for (unsigned i = 0; i < keys->count; i++) {
			char day[CALENDAR_TEXT];
			json_out_open(out, NULL, '{');
			json_out_text(out, "kind", way_names[way]);
			calendar_print(keys->items[i].last_day, day);
			if (keys->items[i].last_day != INT32_MAX)
				json_out_text(out, "expires", day);
			json_out_close(out, '}');
		}
	}
	json_out_close(out, ']');
}

static int client_list(const struct cli *cli, const struct clients *clients)
{
	auto_buf struct buf out = {0};
	if (cli->json)
		json_out_open(&out, NULL, '[');
	for (size_t i = 0; i < clients->count; i++) {
		const struct client *client = &clients->items[i];
		if (!cli->json) {
			buf_printf(&out, "%-24s %-12s", client->name, role_name(client->role));
			keys_print(&out, client);
			buf_char(&out, '\n');
			continue;
		}
		json_out_open(&out, NULL, '{');
		json_out_text(&out, "name", client->name);
		json_out_text(&out, "role", role_name(client->role));
		keys_print_json(&out, client);
		json_out_close(&out, '}');
	}
	if (cli->json)
		json_out_end(&out, ']');
	fputs(out.len ? out.data : "", stdout);
	return EXIT_OK;
}

/* Somebody who made its own keys, another machine's daemon for one, is known by its public key alone; and so is who has
 * a certificate. */
static int keys_take(const struct order *order, struct client *client)
{
	uint8_t key[CLIENT_KEY];
	int32_t last_day = INT32_MAX;
	struct why why;
	if (order->public_key && bus_key_parse(order->public_key, key) != 0)
		return cli_fail(EXIT_USAGE,
			"%s: a public key is 40 characters of Z85, as in NAME.pub",
			order->public_key);
	if (order->public_key)
		client_renew(client, CLIENT_CURVE, key, order->last_day);
	if (!order->certificate)
		return EXIT_OK;
	if (certificate_read(order->certificate, key, &last_day, &why) != 0)
		return cli_fail(EXIT_USAGE, "%s", why.text);
	client_renew(client, CLIENT_CERTIFICATE, key, order->last_day);
	return EXIT_OK;
}

static int keys_make(
	const struct cli *cli, const struct order *order, struct client *client, struct why *why)
{
	int err = token_make(cli, order, client, why);
	return err || order->token_to ? err : curve_make(cli, order, client, why);
}

static void done_print(const struct cli *cli, const struct order *order)
{
	static const char soon[] = "running daemons take it up on SIGHUP";
	const char *name = order->name;
	if (strcmp(order->verb, "revoke") == 0)
		printf("%s is out; %s\n", name, soon);
	else if (order->public_key || order->certificate)
		printf("%s is in, by its own key; %s\n", name, soon);
	else if (!order->token_to)
		printf("%s: its token is in %s/%s.token, its keys in %s.key and .pub; %s\n", name,
			cli->config[0].keys, name, name, soon);
}

static int client_change(struct cli *cli, struct clients *clients, const struct order *order)
{
	bool own = order->public_key || order->certificate;
	struct why why;
	int code = strcmp(order->verb, "add") == 0 ? client_add(clients, order->name, order->role)
						   : EXIT_OK;
	if (code)
		return code;
	struct client *client = clients_by_name(clients, order->name);
	if (!client)
		return cli_fail(
			EXIT_USAGE, "%s: no such client; `client list` shows them", order->name);
	if (strcmp(order->verb, "revoke") == 0) /* its name stays taken: it is half of its refs */
		client_revoke(client);
	else if (own)
		code = keys_take(order, client);
	else if (keys_make(cli, order, client, &why) != 0)
		code = cli_fail(EXIT_FAILED, "%s", why.text);
	if (!code && clients_save(clients, cli->config[0].clients, &why) != 0)
		code = cli_fail(EXIT_FAILED, "%s", why.text);
	if (!code)
		done_print(cli, order);
	return code;
}

/* ---- as it is typed ---- */

enum { KEEP_DAYS_MAX = 366 };

static bool days_read(const char *text, int32_t *last_day)
{
	size_t len = strlen(text);
	if (!len || len > 3 || strspn(text, "0123456789") != len || atoi(text) > KEEP_DAYS_MAX)
		return false;
	int days = atoi(text);
	*last_day = calendar_day_of(clock_now_ms()) + (days ? days : -1); /* 0: at once */
	return true;
}

static bool order_read(int argc, char **argv, struct order *order)
{
	static const struct option options[] = {{"keep", required_argument, NULL, 'k'},
		{"certificate", required_argument, NULL, 'c'},
		{"token-to", required_argument, NULL, 't'}, {0}};
	bool add = strcmp(order->verb, "add") == 0, rotate = strcmp(order->verb, "rotate") == 0;
	int option;
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'k' && rotate && days_read(optarg, &order->last_day))
			continue;
		if (option == 'c' && (add || rotate))
			order->certificate = optarg;
		else if (option == 't' && (add || rotate))
			order->token_to = optarg;
		else
			return false;
	}
	char **words = argv + optind;
	int count = argc - optind;
	order->name = count > 0 ? words[0] : NULL;
	order->role = count > 1 ? words[1] : NULL;
	order->public_key = count > 2 ? words[2] : NULL;
	return add ? count == 2 || count == 3 : count == 1;
}

int verb_client(struct cli *cli, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct order order = {.verb = verb};
	bool list = strcmp(verb, "list") == 0 && argc == 2;
	bool change = !strcmp(verb, "add") || !strcmp(verb, "rotate") || !strcmp(verb, "revoke");
	must(days_read("7", &order.last_day)); /* where --keep says nothing else */
	if (!list && !(change && order_read(argc - 1, argv + 1, &order)))
		return cli_fail(EXIT_USAGE,
			"client add NAME ROLE [PUBLIC-KEY] [--certificate FILE] [--token-to "
			"FILE|-] | "
			"rotate NAME [--keep DAYS] [--certificate FILE] [--token-to FILE|-] | "
			"revoke NAME | list");
	auto_buf struct buf errors = {0};
	struct clients clients = {0};
	const char *path = cli->config[0].clients;
	if (access(path, F_OK) == 0 && clients_load(&clients, path, &errors) != 0) {
		fputs(errors.data, stderr);
		return EXIT_USAGE;
	}
	int code = list ? client_list(cli, &clients) : client_change(cli, &clients, &order);
	clients_done(&clients);
	return code;
}
