#include "config/config.h"

#include "config/yaml.h"
#include "lib/log.h"
#include "lib/utf8.h"
#include "proto/json.h"
#include "proto/role.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum setting_type { TYPE_TEXT, TYPE_NUMBER, TYPE_FLAG };
enum form {
#define FORM(name, check, expected) FORM_##name,
#include "config/form.def"
#undef FORM
};

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset; /* in struct config */
	enum form form;
	uint32_t min, max;
	const char *text;
	uint32_t number;
	const char *help;
};

static const struct setting settings[] = {
#define TEXT(key, value, form_name, words)                                                         \
	{.name = #key,                                                                             \
		.type = TYPE_TEXT,                                                                 \
		.offset = offsetof(struct config, key),                                            \
		.form = FORM_##form_name,                                                          \
		.text = value,                                                                     \
		.help = words},
#define NUMBER(key, value, least, most, words)                                                     \
	{.name = #key,                                                                             \
		.type = TYPE_NUMBER,                                                               \
		.offset = offsetof(struct config, key),                                            \
		.min = least,                                                                      \
		.max = most,                                                                       \
		.number = value,                                                                   \
		.help = words},
#define FLAG(key, value, words)                                                                    \
	{.name = #key,                                                                             \
		.type = TYPE_FLAG,                                                                 \
		.offset = offsetof(struct config, key),                                            \
		.number = value,                                                                   \
		.help = words},
#include "config/setting.def"
#undef TEXT
#undef NUMBER
#undef FLAG
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char *text_of(const struct config *config, const struct setting *setting)
{
	return (char *)config + setting->offset;
}

static uint32_t *number_of(const struct config *config, const struct setting *setting)
{
	return (uint32_t *)(void *)((char *)config + setting->offset);
}

static bool *flag_of(const struct config *config, const struct setting *setting)
{
	return (bool *)((char *)config + setting->offset);
}

/* ---- what a text must look like ---- */

static bool is_municipality(const char *text)
{
	return strlen(text) == 6 && text[0] == 'G' && text[1] == 'M' &&
	       strspn(text + 2, "0123456789") == 4;
}

static bool is_level(const char *text)
{
	enum log_level level;
	return log_level_parse(text, &level) == 0 && level != LOG_FATAL;
}

/* Splits HOST:PORT at the last colon; the brackets of an IPv6 address go. */
static bool split_host_port(const char *text, char *host, size_t room)
{
	const char *colon = strrchr(text, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
	if (digits < 1 || digits > 5 || colon[1 + digits])
		return false;
	unsigned long port = strtoul(colon + 1, NULL, 10);
	size_t len = (size_t)(colon - text);
	if (port < 1 || port > 65535 || len < 1 || len >= room)
		return false;
	bool brackets = text[0] == '[' && len > 2 && text[len - 1] == ']';
	if (brackets) {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = 0;
	return brackets == (strchr(host, ':') != NULL);
}

static bool is_listen(const char *text)
{
	char host[CONFIG_TEXT];
	struct in_addr address;
	if (!*text)
		return true;
	if (!split_host_port(text, host, sizeof host))
		return false;
	return !strcmp(host, "::1") ||
	       (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

static bool is_address(const char *text)
{
	char host[CONFIG_TEXT];
	struct in6_addr address;
	return !*text || (split_host_port(text, host, sizeof host) &&
				 (inet_pton(AF_INET, host, &address) == 1 ||
					 inet_pton(AF_INET6, host, &address) == 1));
}

static bool is_any(const char *text)
{
	return text != NULL;
}

static bool is_endpoint(const char *text)
{
	char host[CONFIG_TEXT];
	if (!*text)
		return true;
	if (!strncmp(text, "ipc://", 6))
		return text[6] != 0;
	return !strncmp(text, "tcp://", 6) && split_host_port(text + 6, host, sizeof host) &&
	       !strpbrk(host, "/ ");
}

static bool is_given(const char *text)
{
	return *text != 0;
}

/* No path, and nothing that a page or a header would have to escape. */
static bool is_origin(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
	size_t scheme = strncmp(text, "http://", 7) == 0    ? 7
			: strncmp(text, "https://", 8) == 0 ? 8
							    : 0;
	return !*text || (scheme && text[scheme] && !text[scheme + strspn(text + scheme, plain)]);
}

static bool is_person(const char *text)
{
	unsigned role;
	return !*text || (role_parse(text, &role) == 0 && role_person(role));
}

static bool is_addresses(const char *text)
{
	char copy[CONFIG_TEXT], *rest = NULL;
	uint8_t address[sizeof(struct in6_addr)];
	snprintf(copy, sizeof copy, "%s", text);
	for (char *one = strtok_r(copy, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
		one += strspn(one, " ");
		if (inet_pton(AF_INET, one, address) != 1 && inet_pton(AF_INET6, one, address) != 1)
			return false;
	}
	return true;
}

static bool is_day(const char *text)
{
	int32_t day;
	return !*text || day_parse(text, strlen(text), &day) == 0;
}

static const struct {
	bool (*check)(const char *text);
	const char *expected;
} forms[] = {
#define FORM(name, check, expected) {check, expected},
#include "config/form.def"
#undef FORM
};

/* ---- reading ---- */

void config_defaults(struct config *config)
{
	*config = (struct config){0};
	for (size_t i = 0; i < COUNT(settings); i++) {
		const struct setting *setting = &settings[i];
		switch (setting->type) {
		case TYPE_TEXT:
			must(strlen(setting->text) < CONFIG_TEXT);
			memcpy(text_of(config, setting), setting->text, strlen(setting->text) + 1);
			break;
		case TYPE_NUMBER:
			*number_of(config, setting) = setting->number;
			break;
		case TYPE_FLAG:
			*flag_of(config, setting) = setting->number != 0;
			break;
		}
	}
}

static void take_text(struct yaml *yaml, const struct yaml_node *node,
	const struct setting *setting, struct config *config)
{
	const char *text = NULL;
	if (!yaml_text(yaml, node, &text))
		return;
	if (strlen(text) >= CONFIG_TEXT)
		yaml_fail(yaml, node, "longer than %d bytes", CONFIG_TEXT - 1);
	else if (!forms[setting->form].check(text))
		yaml_fail(yaml, node, "%s is expected", forms[setting->form].expected);
	else
		memcpy(text_of(config, setting), text, strlen(text) + 1);
}

static void take(struct yaml *yaml, const struct yaml_node *map, struct config *config)
{
	for (size_t i = 0; i < COUNT(settings); i++) {
		const struct setting *setting = &settings[i];
		const struct yaml_node *node = yaml_get(map, setting->name);
		switch (setting->type) {
		case TYPE_TEXT:
			take_text(yaml, node, setting, config);
			break;
		case TYPE_NUMBER:
			yaml_u32(
				yaml, node, setting->min, setting->max, number_of(config, setting));
			break;
		case TYPE_FLAG:
			yaml_bool(yaml, node, flag_of(config, setting));
			break;
		}
	}
}

static void check_keys(struct yaml *yaml, const struct yaml_node *map, bool top)
{
	const char *names[COUNT(settings) + DAEMON_COUNT];
	size_t count = 0;
	for (size_t i = 0; i < COUNT(settings); i++)
		names[count++] = settings[i].name;
	for (size_t i = 0; top && i < DAEMON_COUNT; i++)
		names[count++] = daemon_rows[i].name;
	yaml_keys(yaml, map, names, count);
}

static void take_all(struct yaml *yaml, struct config *config, const char *daemon)
{
	check_keys(yaml, yaml->root, true);
	take(yaml, yaml->root, config);
	for (size_t i = 0; i < DAEMON_COUNT; i++) {
		const struct yaml_node *section = yaml_get(yaml->root, daemon_rows[i].name);
		bool ours = daemon && !strcmp(daemon_rows[i].name, daemon);
		struct config others = {0}; /* is checked, and not used */
		yaml_map(yaml, section);
		check_keys(yaml, section, false);
		take(yaml, section, ours ? config : &others);
	}
}

/* What two settings may not say together. */
static void check_together(struct yaml *yaml, const struct config *config)
{
	if (config->pages_development_role[0] &&
		(config->public_url[0] || config->trusted_proxies[0]))
		yaml_fail(yaml, yaml_get(yaml->root, "pages_development_role"),
			"is for a developer's machine: not beside public_url or trusted_proxies, "
			"which others reach");
	if (config->https[0] && (!config->tls_certificate[0] || !config->tls_key[0]))
		yaml_fail(yaml, yaml_get(yaml->root, "https"),
			"needs tls_certificate and tls_key beside it");
}

/* A daemon works in its own folder, so what the file names relative to itself becomes absolute. */
static void resolve_files(struct yaml *yaml, struct config *config, const char *path)
{
	auto_free char *folder = realpath(path, NULL);
	if (!folder) {
		yaml_fail(yaml, NULL, "%s", strerror(errno));
		return;
	}
	*strrchr(folder, '/') = 0;
	for (size_t i = 0; i < COUNT(settings); i++) {
		if (settings[i].type != TYPE_TEXT ||
			(settings[i].form != FORM_FILE && settings[i].form != FORM_FILE_OR_NONE))
			continue;
		char *text = text_of(config, &settings[i]);
		if (text[0] == '/' || !text[0])
			continue;
		auto_buf struct buf whole = {0};
		buf_printf(&whole, "%s/%s", folder, text);
		if (whole.len >= CONFIG_TEXT)
			yaml_fail(yaml, NULL, "%s: the path %s is longer than %d bytes",
				settings[i].name, whole.data, CONFIG_TEXT - 1);
		else
			memcpy(text, whole.data, whole.len + 1);
	}
}

int config_load(struct config *config, const char *path, const char *daemon, struct buf *errors)
{
	auto_yaml struct yaml yaml = {0};
	int err = yaml_load(&yaml, path, errors);
	if (err)
		return err;
	struct config loaded = *config;
	take_all(&yaml, &loaded, daemon);
	check_together(&yaml, &loaded);
	resolve_files(&yaml, &loaded, path);
	err = yaml_result(&yaml);
	if (!err)
		*config = loaded;
	return err;
}

int config_read_text(const char *path, struct buf *text, struct why *why)
{
	auto_buf struct buf errors = {0}, whole = {0};
	int err = yaml_read_file(path, &whole, &errors);
	if (err)
		return why_set(why, err == ERR_IO ? err : ERR_CONFIG, "%.*s", (int)errors.len - 1,
			errors.data);
	if (memchr(whole.data, 0, whole.len) || utf8_prefix(whole.data, whole.len) != whole.len)
		return why_set(why, ERR_CONFIG, "%s: this is not a text in UTF-8", path);
	buf_add(text, whole.data, whole.len);
	return 0;
}

const char *config_feed(const struct config *config, enum stream stream)
{
	static const size_t offsets[STREAM_COUNT] = {
#define FEED_LOG(name) offsetof(struct config, name##_feed),
#define FEED_NO_LOG(name)
#define DAEMON(name, NAME, feeds, log, door, pages) FEED_##log(name)
#include "lib/daemon.def"
#undef DAEMON
#undef FEED_LOG
#undef FEED_NO_LOG
	};
	return (const char *)config + offsets[stream];
}

const char *config_pages(const struct config *config, enum daemon_index daemon)
{
	static const size_t offsets[DAEMON_COUNT] = {
#define PAGES_PAGES(name, NAME) [DAEMON_##NAME] = offsetof(struct config, pages_##name),
#define PAGES_NO_PAGES(name, NAME)
#define DAEMON(name, NAME, feeds, log, door, pages) PAGES_##pages(name, NAME)
#include "lib/daemon.def"
#undef DAEMON
#undef PAGES_PAGES
#undef PAGES_NO_PAGES
	};
	return offsets[daemon] ? (const char *)config + offsets[daemon] : "";
}

/* ---- printing ---- */

void config_print(const struct config *config, struct buf *yaml)
{
	for (size_t i = 0; i < COUNT(settings); i++) {
		const struct setting *setting = &settings[i];
		buf_printf(yaml, "%s: ", setting->name);
		switch (setting->type) {
		case TYPE_TEXT:
			buf_json(yaml, text_of(config, setting));
			break;
		case TYPE_NUMBER:
			buf_printf(yaml, "%u", *number_of(config, setting));
			break;
		case TYPE_FLAG:
			buf_text(yaml, *flag_of(config, setting) ? "true" : "false");
			break;
		}
		buf_char(yaml, '\n');
	}
}

void config_print_docs(struct buf *markdown)
{
	buf_text(markdown, "| setting | default | what may stand there | what it does |\n"
			   "|---|---|---|---|\n");
	for (size_t i = 0; i < COUNT(settings); i++) {
		const struct setting *setting = &settings[i];
		buf_printf(markdown, "| `%s` | ", setting->name);
		switch (setting->type) {
		case TYPE_TEXT:
			buf_printf(markdown, "`%s` | %s", *setting->text ? setting->text : "\"\"",
				forms[setting->form].expected);
			break;
		case TYPE_NUMBER:
			buf_printf(markdown, "`%u` | %u to %u", setting->number, setting->min,
				setting->max);
			break;
		case TYPE_FLAG:
			buf_printf(markdown, "`%s` | true or false",
				setting->number ? "true" : "false");
			break;
		}
		buf_printf(markdown, " | %s |\n", setting->help);
	}
}
