/*
 * The files that a daemon decides by: looked at, and entered in its log when their content has changed, so
 * that a core has no configuration but what came in as an event.
 */
#include "lib/log.h"
#include "stage/stage_own.h"

#include <sodium.h>
#include <string.h>

/* Where a core's configuration lies: the setting of that name. */
static const char *config_path(const struct config *config, const char *name)
{
	if (strcmp(name, "triage.yaml") == 0)
		return config->rules;
	if (strcmp(name, "calendar.yaml") == 0)
		return config->calendar;
	if (strcmp(name, "clocks.yaml") == 0)
		return config->clocks;
	if (strcmp(name, "kpi.yaml") == 0)
		return config->kpi;
	return NULL;
}

static int config_read(const struct core *core, const struct config *config, const char *name,
	struct buf *text, struct why *why)
{
	const char *path = config_path(config, name);
	must(path);
	int err = config_read_text(path, text, why);
	return err ? err : core->config_check(name, path, text->data, why);
}

/* Adds a file's mistakes to those of the files before it. */
static void mistakes_add(struct buf *all, const struct why *why)
{
	if (all->len && all->data[all->len - 1] != '\n')
		buf_char(all, '\n');
	buf_text(all, why->text);
}

static int config_enter(struct stage *stage, size_t index, struct why *why)
{
	const struct core *core = stage->daemon->core;
	const char *name = core->configs[index];
	auto_buf struct buf text = {0};
	int err = config_read(core, &stage->config, name, &text, why);
	if (err)
		return err;
	uint8_t hash[32];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)text.data, text.len, NULL, 0);
	if (memcmp(hash, stage->config_hashes[index], sizeof hash) == 0)
		return 0;
	err = stage_input_config(stage, name, text.data, hash, why);
	if (err)
		return err;
	memcpy(stage->config_hashes[index], hash, sizeof hash);
	log_info("config_loaded", "name=%s", name);
	return 0;
}

int stage_configure(struct stage *stage, struct why *why)
{
	const struct core *core = stage->daemon->core;
	auto_buf struct buf errors = {0};
	int failed = 0;
	for (size_t i = 0; core && core->configs && core->configs[i]; i++) {
		struct why wrong = {""};
		int err = config_enter(stage, i, &wrong);
		arena_reset(&stage->arena);
		if (!err)
			continue;
		mistakes_add(&errors, &wrong);
		failed = err;
	}
	return failed ? why_set(why, failed, "%s", errors.data) : 0;
}

int stage_files_check(const struct daemon *daemon, const struct config *config, struct buf *errors)
{
	const struct core *core = daemon->core;
	struct clients clients = {0};
	struct why why = {""};
	int failed = clients_load(&clients, config->clients, errors);
	clients_done(&clients);
	if (daemon->check && daemon->check(config, &why) != 0) {
		mistakes_add(errors, &why);
		failed = ERR_CONFIG;
	}
	for (size_t i = 0; core && core->configs && core->configs[i]; i++) {
		auto_buf struct buf text = {0};
		struct why wrong = {""};
		int err = config_read(core, config, core->configs[i], &text, &wrong);
		if (!err)
			continue;
		mistakes_add(errors, &wrong);
		failed = err;
	}
	return failed;
}
