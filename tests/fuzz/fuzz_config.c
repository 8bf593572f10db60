/*
 * Any bytes as a file of the configuration; the first says which. What is refused says where and leaves nothing
 * behind; what is taken is there. Files come from an operator, but logs carry their texts to other daemons.
 */
#include "bus/bus.h"
#include "config/clients.h"
#include "config/clocks.h"
#include "config/config.h"
#include "config/lists.h"
#include "config/yaml.h"
#include "daemons/triage/rules.h"
#include "figures/published.h"
#include "kpi/yaml/kpi_yaml.h"
#include "report/outline.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct text {
	const char *text; /* ends with a NUL */
	size_t len;
	const char *path; /* of a file that holds it */
};

/* Made by the first that asks, gone with the process. */
static const char *file_with(const char *bytes, size_t len)
{
	static char path[32];
	if (!path[0])
		snprintf(path, sizeof path, "/proc/self/fd/%d", memfd_create("fuzz", 0));
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	close(fd);
	return path;
}

static int settings_try(const struct text *text, struct buf *errors)
{
	struct config config;
	config_defaults(&config);
	return config_load(&config, text->path, "intake", errors);
}

static int clients_try(const struct text *text, struct buf *errors)
{
	struct clients clients = {0};
	int err = clients_load(&clients, text->path, errors);
	must(!err || !clients.items);
	clients_by_token(&clients, text->text, 0);
	clients_done(&clients);
	return err;
}

static int wards_try(const struct text *text, struct buf *errors)
{
	struct wards wards = {0};
	int err = wards_parse(&wards, text->text, text->len, "w", errors);
	must(!err == (wards.items != NULL));
	for (size_t i = 0; i < wards.count; i++)
		must(wards_by_key(&wards, wards.items[i].key) == &wards.items[i]);
	wards_done(&wards);
	return err;
}

static int organisations_try(const struct text *text, struct buf *errors)
{
	struct organisations organisations = {0};
	int err = organisations_parse(&organisations, text->text, text->len, "o", errors);
	if (!err)
		organisations_find(&organisations, "gp", 0);
	organisations_done(&organisations);
	return err;
}

static int closing_try(const struct text *text, struct buf *errors)
{
	struct closing closing = {0};
	int err = closing_parse(&closing, text->text, text->len, "d", errors);
	for (size_t i = 1; !err && i < closing.count; i++)
		must(closing.days[i - 1] < closing.days[i]);
	closing_done(&closing);
	return err;
}

static int clocks_try(const struct text *text, struct buf *errors)
{
	struct clocks clocks;
	return clocks_parse(&clocks, text->text, text->len, "k", errors);
}

static int rules_try(const struct text *text, struct buf *errors)
{
	struct rules *rules = NULL;
	static const struct rules_facts nobody;
	int err = rules_new("r", text->text, &rules, errors);
	if (!err)
		must(rules_match(rules, &nobody) < rules->rule_count);
	rules_free(rules);
	return err;
}

static int key_try(const struct text *text, struct buf *errors)
{
	uint8_t key[BUS_KEY_LEN];
	int err = bus_key_parse(text->text, key);
	buf_text(errors, err ? "no key" : "");
	return err;
}

static const struct kpis *shipped_kpis(void)
{
	static const struct kpi_settings settings;
	static const uint8_t secret[16];
	static struct kpis *kpis;
	auto_buf struct buf text = {0}, errors = {0};
	if (!kpis) {
		must(yaml_read_file("config/kpi.yaml", &text, &errors) == 0);
		must(kpis_load(&kpis, facts_new(secret), text.data, "k", &settings, &errors) == 0);
	}
	return kpis;
}

static int published_try(const struct text *text, struct buf *errors)
{
	struct published published = {0};
	int err = published_parse(&published, shipped_kpis(), text->text, "p", errors);
	for (size_t i = 0; i < published.count; i++) {
		size_t count;
		must(kpi_find(shipped_kpis(), published.items[i].id));
		must(published_of(&published, published.items[i].id, &count) && count);
	}
	published_done(&published);
	return err;
}

static int report_try(const struct text *text, struct buf *errors)
{
	struct outline outline = {0};
	int err = outline_parse(&outline, shipped_kpis(), text->text, "o", errors);
	for (size_t i = 0; i < outline.need_count; i++)
		must(kpi_find(shipped_kpis(), outline.needs[i].id));
	outline_done(&outline);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static int (*const files[])(const struct text *text, struct buf *errors) = {settings_try,
		clients_try, wards_try, organisations_try, closing_try, clocks_try, rules_try,
		key_try, published_try, report_try};
	auto_buf struct buf errors = {0}, copy = {0};
	if (!len)
		return 0;
	size_t which = bytes[0] % (sizeof files / sizeof *files);
	buf_add(&copy, bytes + 1, len - 1);
	buf_text(&copy, "");
	struct text text = {copy.data, copy.len, which < 2 ? file_with(copy.data, copy.len) : NULL};
	int err = files[which](&text, &errors);
	must(!err == !errors.len);
	return 0;
}
