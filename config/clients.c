#include "config/clients.h"

#include "bus/bus.h"
#include "config/yaml.h"
#include "lib/grow.h"
#include "proto/role.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CLIENTS_MAX = 4096, TOKEN_MAX = 256 };

/* ---- reading ---- */

static bool is_name(const char *text)
{
	size_t len = strlen(text);
	return len >= 1 && len < sizeof((struct client){0}.name) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool parse_hash(const char *text, uint8_t hash[32])
{
	size_t len = 0;
	return strlen(text) == 64 && !sodium_hex2bin(hash, 32, text, 64, NULL, &len, NULL) &&
	       len == 32;
}

static void take_name(struct yaml *yaml, const struct yaml_node *node,
	const struct clients *clients, struct client *client)
{
	const char *name = NULL;
	if (!yaml_text(yaml, node, &name))
		return;
	if (!is_name(name))
		yaml_fail(yaml, node, "1 to 63 of a-z, 0-9 and - are expected");
	else if (clients_by_name(clients, name))
		yaml_fail(yaml, node, "%s is here twice", name);
	else
		memcpy(client->name, name, strlen(name) + 1);
}

static void take_role(struct yaml *yaml, const struct yaml_node *node, struct client *client)
{
	const char *role = NULL;
	if (yaml_text(yaml, node, &role) && role_parse(role, &client->role) != 0)
		yaml_fail(yaml, node, "there is no such role");
}

static bool same_token(const struct clients *clients, const struct client *client)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->items[i].has_token &&
			!memcmp(clients->items[i].token_hash, client->token_hash, 32))
			return true;
	return false;
}

static void take_keys(struct yaml *yaml, const struct yaml_node *item,
	const struct clients *clients, struct client *client)
{
	const char *text = NULL;
	const struct yaml_node *hash = yaml_get(item, "token_hash"),
			       *key = yaml_get(item, "curve_key");
	if (yaml_text(yaml, hash, &text)) {
		client->has_token = parse_hash(text, client->token_hash);
		if (!client->has_token)
			yaml_fail(yaml, hash, "64 hexadecimal digits are expected");
		else if (same_token(clients, client))
			yaml_fail(yaml, hash, "another client has this token");
	}
	if (yaml_text(yaml, key, &text)) {
		client->has_curve = bus_key_parse(text, client->curve_key) == 0;
		if (!client->has_curve)
			yaml_fail(yaml, key, "a public key of 40 characters (Z85) is expected");
		else if (clients_by_curve(clients, client->curve_key))
			yaml_fail(yaml, key, "another client has this key");
	}
}

static void take_clients(struct yaml *yaml, struct clients *clients)
{
	static const char *const top[] = {"clients"};
	static const char *const keys[] = {"name", "role", "token_hash", "curve_key"};
	yaml_keys(yaml, yaml->root, top, 1);
	const struct yaml_node *list = yaml_need(yaml, yaml->root, "clients");
	if (list && list->count > CLIENTS_MAX) {
		yaml_fail(yaml, list, "more than %d clients", CLIENTS_MAX);
		return;
	}
	for (const struct yaml_node *item = yaml_list(yaml, list); item; item = item->next) {
		struct client client = {0};
		if (item->kind != YAML_MAP) {
			yaml_fail(yaml, item, "a mapping with name and role is expected");
			continue;
		}
		yaml_keys(yaml, item, keys, sizeof keys / sizeof *keys);
		take_name(yaml, yaml_need(yaml, item, "name"), clients, &client);
		take_role(yaml, yaml_need(yaml, item, "role"), &client);
		take_keys(yaml, item, clients, &client);
		clients->items = grow_push(clients->items, clients->count, sizeof *clients->items);
		clients->items[clients->count++] = client;
	}
}

int clients_load(struct clients *clients, const char *path, struct buf *errors)
{
	auto_yaml struct yaml yaml = {0};
	int err = yaml_load(&yaml, path, errors);
	if (err)
		return err;
	struct clients loaded = {0};
	take_clients(&yaml, &loaded);
	err = yaml_result(&yaml);
	if (err)
		clients_done(&loaded);
	else
		*clients = loaded;
	return err;
}

void clients_done(struct clients *clients)
{
	free(clients->items);
	*clients = (struct clients){0};
}

/* ---- writing ---- */

static void print(const struct clients *clients, struct buf *yaml)
{
	buf_text(yaml,
		"# Written by wotctl client; a daemon reads it at start and on SIGHUP.\nclients:");
	if (!clients->count)
		buf_text(yaml, " []");
	buf_char(yaml, '\n');
	for (size_t i = 0; i < clients->count; i++) {
		const struct client *client = &clients->items[i];
		buf_printf(yaml, "  - name: \"%s\"\n    role: \"%s\"\n", client->name,
			role_name(client->role));
		if (client->has_token) {
			buf_text(yaml, "    token_hash: \"");
			buf_hex(yaml, client->token_hash, sizeof client->token_hash);
			buf_text(yaml, "\"\n");
		}
		if (client->has_curve) {
			char key[BUS_KEY_TEXT];
			bus_key_print(client->curve_key, key);
			buf_printf(yaml, "    curve_key: \"%s\"\n",
				key); /* Z85 has no quotes, no backslash */
		}
	}
}

static int write_all(int fd, const struct buf *text)
{
	for (size_t done = 0; done < text->len;) {
		ssize_t wrote = write(fd, text->data + done, text->len - done);
		if (wrote < 0 && errno != EINTR)
			return -1;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	return fsync(fd);
}

static int sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_buf struct buf folder = {0};
	if (slash)
		buf_add(&folder, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_char(&folder, '.');
	auto_fd int fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

int clients_save(const struct clients *clients, const char *path, struct why *why)
{
	auto_buf struct buf text = {0}, beside = {0};
	print(clients, &text);
	buf_printf(&beside, "%s.new", path);
	auto_fd int fd = open(beside.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600) || write_all(fd, &text) || rename(beside.data, path)) {
		int error = errno;
		if (fd >= 0)
			unlink(beside.data);
		return why_set(why, error == ENOSPC || error == EDQUOT ? ERR_DISK_FULL : ERR_IO,
			"%s: %s; the old file is as it was", beside.data, strerror(error));
	}
	if (sync_folder_of(path))
		return why_set(
			why, ERR_IO, "%s: written, but its folder: %s", path, strerror(errno));
	return 0;
}

/* ---- finding ---- */

void clients_token_hash(const char *token, uint8_t hash[32])
{
	crypto_generichash(hash, 32, (const uint8_t *)token, strlen(token), NULL, 0);
}

const struct client *clients_by_token(const struct clients *clients, const char *token)
{
	uint8_t hash[32];
	const struct client *found = NULL;
	if (strnlen(token, TOKEN_MAX) == TOKEN_MAX)
		return NULL;
	clients_token_hash(token, hash);
	/* Every row is compared whole, so that the time tells nothing of what matched. */
	for (size_t i = 0; i < clients->count; i++) {
		const struct client *client = &clients->items[i];
		if (sodium_memcmp(client->token_hash, hash, sizeof hash) == 0 && client->has_token)
			found = client;
	}
	return found;
}

const struct client *clients_by_curve(const struct clients *clients, const uint8_t key[32])
{
	for (size_t i = 0; i < clients->count; i++) {
		const struct client *client = &clients->items[i];
		if (client->has_curve && sodium_memcmp(client->curve_key, key, 32) == 0)
			return client;
	}
	return NULL;
}

struct client *clients_by_name(const struct clients *clients, const char *name)
{
	for (size_t i = 0; i < clients->count; i++)
		if (!strcmp(clients->items[i].name, name))
			return &clients->items[i];
	return NULL;
}
