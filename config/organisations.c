#include "config/organisations.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool key_is_good(const char *key)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return len > 0 && len <= 64 && !key[len];
}

static const char *take_text(struct yaml *yaml, const struct yaml_node *map, const char *key)
{
	const char *text = "";
	const struct yaml_node *node = yaml_need(yaml, map, key);
	if (yaml_text(yaml, node, &text) && !*text)
		yaml_fail(yaml, node, "%s must not be empty", key);
	return text;
}

/* A mapping that must be there, with these keys only. */
static bool take_map(
	struct yaml *yaml, const struct yaml_node *node, const char *const *keys, size_t count)
{
	if (node->kind == YAML_MAP)
		yaml_keys(yaml, node, keys, count);
	else
		yaml_fail(yaml, node, "a mapping (key: value) is expected");
	return node->kind == YAML_MAP;
}

static void take_aliases(
	struct yaml *yaml, const struct yaml_node *list, struct organisation *organisation)
{
	static const char *const keys[] = {"key", "until"};
	const struct yaml_node *node = yaml_list(yaml, list);
	if (node)
		organisation->aliases =
			arena_alloc(&yaml->arena, list->count * sizeof *organisation->aliases);
	for (; node; node = node->next) {
		if (!take_map(yaml, node, keys, COUNT(keys)))
			continue;
		struct organisation_alias *alias =
			&organisation->aliases[organisation->alias_count++];
		alias->key = take_text(yaml, node, "key");
		if (*alias->key && !key_is_good(alias->key))
			yaml_fail(yaml, yaml_get(node, "key"), "an alias is written as a key is");
		yaml_day(yaml, yaml_need(yaml, node, "until"), &alias->until);
	}
}

/* An alias that is another's key would be two organisations on the same day. */
static void check_aliases(struct yaml *yaml, const struct yaml_node *map)
{
	for (const struct yaml_node *node = map->first; node; node = node->next) {
		const struct yaml_node *aliases = yaml_get(node, "aliases");
		if (!aliases || aliases->kind != YAML_LIST)
			continue;
		for (const struct yaml_node *item = aliases->first; item; item = item->next) {
			const struct yaml_node *key = yaml_get(item, "key");
			if (key && key->text && yaml_get(map, key->text))
				yaml_fail(yaml, key, "%s is the key of an organisation too",
					key->text);
		}
	}
}

void organisations_take(
	struct organisations *organisations, struct yaml *yaml, const struct yaml_node *map)
{
	static const char *const keys[] = {"name", "kind", "aliases"};
	const struct yaml_node *node = yaml_map(yaml, map);
	if (!node)
		return;
	organisations->items = arena_alloc(&yaml->arena, map->count * sizeof *organisations->items);
	for (; node; node = node->next) {
		if (!key_is_good(node->key))
			yaml_fail_key(yaml, node,
				"a key has lower-case letters, digits and dashes, at most 64");
		if (!take_map(yaml, node, keys, COUNT(keys)))
			continue;
		struct organisation *organisation = &organisations->items[organisations->count++];
		organisation->key = node->key;
		organisation->name = take_text(yaml, node, "name");
		organisation->kind = take_text(yaml, node, "kind");
		take_aliases(yaml, yaml_get(node, "aliases"), organisation);
	}
	check_aliases(yaml, map);
}

/* Of what is wrong there triage says what. */
static void teams_take(
	struct organisations *organisations, struct yaml *yaml, const struct yaml_node *map)
{
	if (!map || map->kind != YAML_MAP)
		return;
	organisations->teams =
		arena_alloc(&yaml->arena, map->count * sizeof *organisations->teams + 1);
	for (const struct yaml_node *node = map->first; node; node = node->next) {
		const struct yaml_node *name =
			node->kind == YAML_MAP ? yaml_get(node, "name") : NULL;
		if (name && name->text)
			organisations->teams[organisations->team_count++] =
				(struct team_name){node->key, name->text};
	}
}

int organisations_parse(struct organisations *organisations, const char *text, size_t len,
	const char *name, struct buf *errors)
{
	struct organisations read = {0};
	int err = yaml_parse(&read.yaml, text, len, name, errors);
	if (!err) {
		organisations_take(
			&read, &read.yaml, yaml_need(&read.yaml, read.yaml.root, "organisations"));
		teams_take(&read, &read.yaml, yaml_get(read.yaml.root, "teams"));
		err = yaml_result(&read.yaml);
	}
	if (err)
		organisations_done(&read);
	else
		*organisations = read;
	return err;
}

int organisations_load(struct organisations *organisations, const char *path, struct buf *errors)
{
	auto_buf struct buf text = {0};
	int err = yaml_read_file(path, &text, errors);
	return err ? err : organisations_parse(organisations, text.data, text.len, path, errors);
}

void organisations_done(struct organisations *organisations)
{
	yaml_done(&organisations->yaml);
	*organisations = (struct organisations){0};
}

const struct organisation *organisations_find(
	const struct organisations *organisations, const char *key, int32_t day)
{
	for (size_t i = 0; i < organisations->count; i++) {
		const struct organisation *organisation = &organisations->items[i];
		if (!strcmp(organisation->key, key))
			return organisation;
		for (size_t j = 0; j < organisation->alias_count; j++)
			if (day <= organisation->aliases[j].until &&
				!strcmp(organisation->aliases[j].key, key))
				return organisation;
	}
	return NULL;
}
