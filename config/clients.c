#include "config/clients.h"

#include "bus/bus.h"
#include "config/yaml.h"
#include "lib/calendar.h"
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

/* ---- the ways to be known ---- */

static int hash_parse(const char *text, uint8_t hash[CLIENT_KEY])
{
	size_t len = 0;
	bool is_hash = strlen(text) == 2 * CLIENT_KEY &&
		       !sodium_hex2bin(hash, CLIENT_KEY, text, strlen(text), NULL, &len, NULL) &&
		       len == CLIENT_KEY;
	return is_hash ? 0 : ERR_INVALID;
}

static void hash_print(const uint8_t hash[CLIENT_KEY], struct buf *out)
{
	buf_hex(out, hash, CLIENT_KEY);
}

static void curve_print(const uint8_t key[CLIENT_KEY], struct buf *out)
{
	char text[BUS_KEY_TEXT];
	bus_key_print(key, text);
	buf_text(out, text); /* Z85 has no quotes, no backslash */
}

static const struct way {
	const char *list, *field, *alone; /* `alone`: as it was written when there was one of it */
	const char *what, *expected;
	int (*parse)(const char *text, uint8_t key[CLIENT_KEY]);
	void (*print)(const uint8_t key[CLIENT_KEY], struct buf *out);
} ways[CLIENT_WAYS] = {
	[CLIENT_TOKEN] = {"tokens", "hash", "token_hash", "token",
		"64 hexadecimal digits are expected", hash_parse, hash_print},
	[CLIENT_CURVE] = {"curve_keys", "key", "curve_key", "key",
		"a public key of 40 characters (Z85) is expected", bus_key_parse, curve_print},
	[CLIENT_CERTIFICATE] = {"certificates", "spki", NULL, "certificate",
		"64 hexadecimal digits are expected: the SHA-256 of its SubjectPublicKeyInfo",
		hash_parse, hash_print},
};

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

static bool is_taken(const struct clients *clients, const struct client *client,
	enum client_way way, const uint8_t key[CLIENT_KEY])
{
	return clients_find(clients, way, key, 0) || client_is_known_by(client, way, key, 0);
}

/* A key as a text, or as a mapping with the day on which it ends. */
static void take_key(struct yaml *yaml, const struct yaml_node *node, enum client_way way,
	const struct clients *clients, struct client *client)
{
	const struct way *of = &ways[way];
	const char *const fields[] = {of->field, "expires"};
	const struct yaml_node *named = node;
	const char *text = NULL;
	uint8_t key[CLIENT_KEY];
	int32_t last_day = INT32_MAX;
	if (node->kind == YAML_MAP) {
		yaml_keys(yaml, node, fields, sizeof fields / sizeof *fields);
		named = yaml_need(yaml, node, of->field);
		yaml_day(yaml, yaml_get(node, "expires"), &last_day);
	}
	if (!yaml_text(yaml, named, &text))
		return;
	if (of->parse(text, key) != 0)
		yaml_fail(yaml, named, "%s", of->expected);
	else if (is_taken(clients, client, way, key))
		yaml_fail(yaml, named, "this %s is here twice", of->what);
	else if (!client_add_key(client, way, key, last_day))
		yaml_fail(yaml, named, "a third %s; at most %d are kept", of->what, CLIENT_KEYS);
}

static void take_keys(struct yaml *yaml, const struct yaml_node *item,
	const struct clients *clients, struct client *client)
{
	for (enum client_way way = 0; way < CLIENT_WAYS; way++) {
		const struct yaml_node *alone =
			ways[way].alone ? yaml_get(item, ways[way].alone) : NULL;
		if (alone)
			take_key(yaml, alone, way, clients, client);
		for (const struct yaml_node *one = yaml_list(yaml, yaml_get(item, ways[way].list));
			one; one = one->next)
			take_key(yaml, one, way, clients, client);
	}
}

static void take_clients(struct yaml *yaml, struct clients *clients)
{
	static const char *const top[] = {"clients"};
	const char *keys[2 + 2 * CLIENT_WAYS] = {"name", "role"};
	size_t key_count = 2;
	for (size_t i = 0; i < CLIENT_WAYS; i++) {
		keys[key_count++] = ways[i].list;
		if (ways[i].alone)
			keys[key_count++] = ways[i].alone;
	}
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
		yaml_keys(yaml, item, keys, key_count);
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

static void key_print(const struct way *way, const struct client_key *key, struct buf *yaml)
{
	char day[CALENDAR_TEXT];
	buf_printf(yaml, "      - %s: \"", way->field);
	way->print(key->bytes, yaml);
	buf_text(yaml, "\"\n");
	if (key->last_day == INT32_MAX)
		return;
	calendar_print(key->last_day, day);
	buf_printf(yaml, "        expires: %s\n", day);
}

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
		for (enum client_way way = 0; way < CLIENT_WAYS; way++) {
			const struct client_keys *keys = &client->keys[way];
			if (keys->count)
				buf_printf(yaml, "    %s:\n", ways[way].list);
			for (unsigned k = 0; k < keys->count; k++)
				key_print(&ways[way], &keys->items[k], yaml);
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

/* ---- a client's keys ---- */

bool client_is_known_by(const struct client *client, enum client_way way,
	const uint8_t key[CLIENT_KEY], int32_t today)
{
	const struct client_keys *keys = &client->keys[way];
	bool found = false;
	/* All are compared whole, so that the time tells nothing of what matched. */
	for (unsigned i = 0; i < CLIENT_KEYS; i++) {
		bool same = sodium_memcmp(keys->items[i].bytes, key, CLIENT_KEY) == 0;
		found |= same && i < keys->count && today <= keys->items[i].last_day;
	}
	return found;
}

bool client_add_key(
	struct client *client, enum client_way way, const uint8_t key[CLIENT_KEY], int32_t last_day)
{
	struct client_keys *keys = &client->keys[way];
	if (keys->count == CLIENT_KEYS)
		return false;
	struct client_key *added = &keys->items[keys->count++];
	memcpy(added->bytes, key, CLIENT_KEY);
	added->last_day = last_day;
	return true;
}

void client_renew(
	struct client *client, enum client_way way, const uint8_t key[CLIENT_KEY], int32_t last_day)
{
	struct client_keys *keys = &client->keys[way];
	if (keys->count == CLIENT_KEYS) {
		bool first_ends_last = keys->items[0].last_day > keys->items[1].last_day;
		keys->items[0] = keys->items[!first_ends_last];
		keys->count--;
	}
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->items[i].last_day > last_day)
			keys->items[i].last_day = last_day;
	}
	must(client_add_key(client, way, key, INT32_MAX));
}

bool client_is_revoked(const struct client *client)
{
	unsigned count = 0;
	for (enum client_way way = 0; way < CLIENT_WAYS; way++)
		count += client->keys[way].count;
	return !count;
}

void client_revoke(struct client *client)
{
	memset(client->keys, 0, sizeof client->keys);
}

/* ---- finding ---- */

void clients_token_hash(const char *token, uint8_t hash[CLIENT_KEY])
{
	crypto_generichash(hash, CLIENT_KEY, (const uint8_t *)token, strlen(token), NULL, 0);
}

const struct client *clients_find(const struct clients *clients, enum client_way way,
	const uint8_t key[CLIENT_KEY], int32_t today)
{
	const struct client *found = NULL;
	for (size_t i = 0; i < clients->count; i++) {
		if (client_is_known_by(&clients->items[i], way, key, today))
			found = &clients->items[i];
	}
	return found;
}

const struct client *clients_by_token(
	const struct clients *clients, const char *token, int32_t today)
{
	uint8_t hash[CLIENT_KEY];
	if (strnlen(token, TOKEN_MAX) == TOKEN_MAX)
		return NULL;
	clients_token_hash(token, hash);
	return clients_find(clients, CLIENT_TOKEN, hash, today);
}

struct client *clients_by_name(const struct clients *clients, const char *name)
{
	for (size_t i = 0; i < clients->count; i++)
		if (!strcmp(clients->items[i].name, name))
			return &clients->items[i];
	return NULL;
}
