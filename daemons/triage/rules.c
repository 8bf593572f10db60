#include "daemons/triage/rules.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool wanted(enum rules_wanted want, bool is)
{
	return want == RULES_EITHER || (want == RULES_TRUE) == is;
}

static bool rule_holds(const struct rule *rule, const struct rules_facts *facts)
{
	if (rule->redirect_to && facts->stays)
		return false;
	if (rule->only_problems && (!facts->problems || facts->problems & ~rule->only_problems))
		return false;
	return wanted(rule->youth, facts->youth) && wanted(rule->resident, !facts->not_resident) &&
	       wanted(rule->domestic_violence, facts->domestic_violence) &&
	       wanted(rule->crisis, facts->crisis) &&
	       (!rule->expertise || rule->expertise & facts->expertise) &&
	       (!rule->problems || rule->problems & facts->problems);
}

size_t rules_match(const struct rules *rules, const struct rules_facts *facts)
{
	size_t i = 0;
	while (!rule_holds(&rules->rules[i], facts))
		i++;
	return i;
}

int rules_team(const struct rules *rules, const char *key)
{
	for (size_t i = 0; i < rules->team_count; i++)
		if (strcmp(rules->teams[i].key, key) == 0)
			return (int)i;
	return -1;
}

/* ---- reading ---- */

static bool key_is_good(const char *key)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return len > 0 && len <= 64 && !key[len];
}

static void key_check(struct yaml *yaml, const struct yaml_node *node)
{
	if (!key_is_good(node->key))
		yaml_fail_key(
			yaml, node, "a key has lower-case letters, digits and dashes, at most 64");
}

/* Nothing after the colon is not enough here. */
static void map_check(struct yaml *yaml, const struct yaml_node *node)
{
	if (node && node->kind == YAML_NULL)
		yaml_fail_key(yaml, node, "a mapping (key: value) is expected");
	yaml_map(yaml, node);
}

/* A text that people read: must be there, and not empty. "" when it is not, with an error. */
static const char *text_need(struct yaml *yaml, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_need(yaml, map, key);
	const char *text = "";
	if (yaml_text(yaml, node, &text) && !*text)
		yaml_fail(yaml, node, "%s must not be empty", key);
	return text;
}

/* A value of an enumeration by its name; 0 when absent or wrong. */
static unsigned enum_read(
	struct yaml *yaml, const struct yaml_node *node, const ProtobufCEnumDescriptor *type)
{
	const char *names[32];
	must(type->n_values <= COUNT(names));
	for (unsigned i = 0; i < type->n_values; i++)
		names[i] = type->values[i].name;
	unsigned index;
	return yaml_choice(yaml, node, names, type->n_values, &index)
		       ? (unsigned)type->values[index].value
		       : 0;
}

static uint32_t set_read(
	struct yaml *yaml, const struct yaml_node *node, const ProtobufCEnumDescriptor *type)
{
	uint32_t set = 0;
	if (node && !node->count && node->kind == YAML_LIST)
		yaml_fail(yaml, node, "an empty list holds for nothing");
	for (const struct yaml_node *item = yaml_list(yaml, node); item; item = item->next)
		set |= 1u << enum_read(yaml, item, type);
	return set & ~1u;
}

/* The organisation that a file names: by its key, since a file speaks of now. */
static const struct organisation *organisation_read(
	struct rules *rules, const struct yaml_node *node)
{
	const char *key;
	if (!yaml_text(&rules->yaml, node, &key))
		return NULL;
	const struct organisation *found =
		organisations_find(&rules->organisations, key, INT32_MAX);
	if (!found)
		yaml_fail(&rules->yaml, node, "%s is not under organisations", key);
	return found;
}

static void team_read(struct rules *rules, const struct yaml_node *node, struct rules_team *team)
{
	static const char *const keys[] = {
		"name", "location", "people", "hours", "expertise", "providers", "only_by_rule"};
	struct yaml *yaml = &rules->yaml;
	key_check(yaml, node);
	map_check(yaml, node);
	yaml_keys(yaml, node, keys, COUNT(keys));
	team->key = node->key;
	team->name = text_need(yaml, node, "name");
	team->location =
		enum_read(yaml, yaml_get(node, "location"), &wot__v1__location__value__descriptor);
	yaml_u32(yaml, yaml_need(yaml, node, "people"), 1, 10000, &team->people);
	yaml_u32(yaml, yaml_need(yaml, node, "hours"), RULES_HOURS_MIN, RULES_HOURS_MAX,
		&team->hours);
	team->expertise =
		set_read(yaml, yaml_get(node, "expertise"), &wot__v1__expertise__value__descriptor);
	yaml_bool(yaml, yaml_get(node, "only_by_rule"), &team->only_by_rule);
	const struct yaml_node *providers = yaml_get(node, "providers");
	const struct yaml_node *provider = yaml_list(yaml, providers);
	if (provider)
		team->providers =
			arena_alloc(&yaml->arena, providers->count * sizeof *team->providers);
	for (; provider; provider = provider->next) {
		const struct organisation *known = organisation_read(rules, provider);
		if (known)
			team->providers[team->provider_count++] = known->key;
	}
}

static void teams_read(struct rules *rules, const struct yaml_node *map)
{
	struct yaml *yaml = &rules->yaml;
	const struct yaml_node *node = yaml_map(yaml, map);
	if (!node)
		return;
	if (map->count > RULES_TEAMS_MAX) {
		yaml_fail_key(yaml, map, "at most %d teams", RULES_TEAMS_MAX);
		return;
	}
	rules->teams = arena_alloc(&yaml->arena, map->count * sizeof *rules->teams);
	for (; node; node = node->next)
		team_read(rules, node, &rules->teams[rules->team_count++]);
}

static void wanted_read(
	struct yaml *yaml, const struct yaml_node *map, const char *key, enum rules_wanted *want)
{
	bool is;
	if (yaml_bool(yaml, yaml_get(map, key), &is))
		*want = is ? RULES_TRUE : RULES_FALSE;
}

static void when_read(struct yaml *yaml, const struct yaml_node *when, struct rule *rule)
{
	static const char *const keys[] = {"youth", "resident", "domestic_violence", "crisis",
		"expertise", "problems", "only_problems"};
	yaml_map(yaml, when);
	yaml_keys(yaml, when, keys, COUNT(keys));
	wanted_read(yaml, when, "youth", &rule->youth);
	wanted_read(yaml, when, "resident", &rule->resident);
	wanted_read(yaml, when, "domestic_violence", &rule->domestic_violence);
	wanted_read(yaml, when, "crisis", &rule->crisis);
	rule->expertise =
		set_read(yaml, yaml_get(when, "expertise"), &wot__v1__expertise__value__descriptor);
	rule->problems =
		set_read(yaml, yaml_get(when, "problems"), &wot__v1__problem__value__descriptor);
	rule->only_problems = set_read(
		yaml, yaml_get(when, "only_problems"), &wot__v1__problem__value__descriptor);
}

static void then_team_read(struct rules *rules, const struct yaml_node *node, struct rule *rule)
{
	const char *key;
	if (!yaml_text(&rules->yaml, node, &key))
		return;
	rule->team = rules_team(rules, key);
	if (rule->team < 0)
		yaml_fail(&rules->yaml, node, "%s is not under teams", key);
}

static void then_read(struct rules *rules, const struct yaml_node *then, struct rule *rule)
{
	static const char *const keys[] = {
		"redirect_to", "team", "assign", "priority", "offer_welfare_first"};
	static const char *const priorities[] = {"fast_lane", "crisis", "routine"};
	static const Wot__V1__CaseRouted__Priority values[] = {
		WOT__V1__CASE_ROUTED__PRIORITY__FAST_LANE, WOT__V1__CASE_ROUTED__PRIORITY__CRISIS,
		WOT__V1__CASE_ROUTED__PRIORITY__ROUTINE};
	struct yaml *yaml = &rules->yaml;
	map_check(yaml, then);
	yaml_keys(yaml, then, keys, COUNT(keys));
	unsigned priority = 2;
	yaml_choice(yaml, yaml_get(then, "priority"), priorities, COUNT(priorities), &priority);
	rule->priority = values[priority];
	rule->redirect_to = organisation_read(rules, yaml_get(then, "redirect_to"));
	then_team_read(rules, yaml_get(then, "team"), rule);
	yaml_bool(yaml, yaml_get(then, "assign"), &rule->assign);
	yaml_bool(yaml, yaml_get(then, "offer_welfare_first"), &rule->welfare_first);
	bool redirects = yaml_get(then, "redirect_to");
	bool places = yaml_get(then, "team") || rule->assign;
	if (then && redirects == places)
		yaml_fail_key(yaml, then,
			"then needs either redirect_to, or team, or assign: true (or the last "
			"two)");
}

static void rule_read(struct rules *rules, const struct yaml_node *node, struct rule *rule)
{
	static const char *const keys[] = {"name", "reason", "reden", "when", "then"};
	struct yaml *yaml = &rules->yaml;
	rule->team = -1;
	map_check(yaml, node);
	yaml_keys(yaml, node, keys, COUNT(keys));
	rule->name = text_need(yaml, node, "name");
	rule->reason = rule->reden = text_need(yaml, node, "reason");
	if (yaml_get(node, "reden")) /* files that logs hold have none */
		rule->reden = text_need(yaml, node, "reden");
	if (*rule->name && !key_is_good(rule->name))
		yaml_fail(yaml, yaml_get(node, "name"), "a rule's name is written as a key is");
	for (struct rule *before = rules->rules; before < rule; before++)
		if (strcmp(before->name, rule->name) == 0 && *rule->name)
			yaml_fail(yaml, yaml_get(node, "name"), "the rule %s is here twice",
				rule->name);
	when_read(yaml, yaml_get(node, "when"), rule);
	then_read(rules, yaml_need(yaml, node, "then"), rule);
}

static bool always_places(const struct rule *rule)
{
	return !rule->redirect_to && !rule->youth && !rule->resident && !rule->domestic_violence &&
	       !rule->crisis && !rule->expertise && !rule->problems && !rule->only_problems;
}

static void rules_read(struct rules *rules, const struct yaml_node *list)
{
	struct yaml *yaml = &rules->yaml;
	const struct yaml_node *node = yaml_list(yaml, list), *last = NULL;
	if (!node)
		return;
	rules->rules = arena_alloc(&yaml->arena, list->count * sizeof *rules->rules);
	for (; node; last = node, node = node->next)
		rule_read(rules, node, &rules->rules[rules->rule_count++]);
	if (!always_places(&rules->rules[rules->rule_count - 1]))
		yaml_fail(yaml, last, "the last rule must have no conditions, and not redirect");
}

/* What no single entry shows. */
static void whole_check(struct rules *rules)
{
	struct yaml *yaml = &rules->yaml;
	if (!rules->rule_count && yaml_get(yaml->root, "rules"))
		yaml_fail_key(yaml, yaml_get(yaml->root, "rules"), "at least one rule is needed");
	bool open = false;
	for (size_t i = 0; i < rules->team_count; i++)
		open |= !rules->teams[i].only_by_rule;
	if (!open && yaml_get(yaml->root, "teams"))
		yaml_fail_key(yaml, yaml_get(yaml->root, "teams"),
			"at least one team is needed that is not only_by_rule");
}

int rules_new(const char *name, const char *text, struct rules **out, struct buf *errors)
{
	static const char *const keys[] = {"organisations", "teams", "rules"};
	struct rules *rules = calloc(1, sizeof *rules);
	must(rules);
	struct yaml *yaml = &rules->yaml;
	int err = yaml_parse(yaml, text, strlen(text), name, errors);
	if (!err) {
		yaml_keys(yaml, yaml->root, keys, COUNT(keys));
		organisations_take(
			&rules->organisations, yaml, yaml_need(yaml, yaml->root, "organisations"));
		teams_read(rules, yaml_need(yaml, yaml->root, "teams"));
		rules_read(rules, yaml_need(yaml, yaml->root, "rules"));
		whole_check(rules);
		err = yaml_result(yaml);
	}
	if (err) {
		rules_free(rules);
		return err;
	}
	yaml->name = NULL;
	yaml->errors = NULL;
	*out = rules;
	return 0;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	yaml_done(&rules->yaml);
	free(rules);
}
