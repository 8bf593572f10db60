/*
 * Settings of the daemons: one table (setting.def), from which the struct, the loader, --print-config and
 * --print-docs are made. To add a setting: a row in setting.def.
 */
#ifndef WOT_CONFIG_H
#define WOT_CONFIG_H

#include "lib/buf.h"
#include "lib/daemon.h"
#include "lib/err.h"
#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_TEXT = 256 };

struct config {
#define TEXT(name, value, form, help) char name[CONFIG_TEXT];
#define NUMBER(name, value, min, max, help) uint32_t name;
#define FLAG(name, value, help) bool name;
#include "config/setting.def"
#undef TEXT
#undef NUMBER
#undef FLAG
};

void config_defaults(struct config *config);
/*
 * Reads FILE over the defaults. Its top level holds settings for all daemons and a mapping for each
 * (`intake:`), whose settings win for that daemon. Unknown or doubled keys, wrong types and values out of
 * range are errors, all at once, each with file:line:column.
 */
int config_load(struct config *config, const char *path, const char *daemon, struct buf *errors);
/* The whole text of a file, NUL-terminated; at most 1 MiB, UTF-8 without NUL. ERR_CONFIG says what is wrong. */
int config_read_text(const char *path, struct buf *text, struct why *why);
/* The setting NAME_feed of a stream: where its feed is, or "". */
const char *config_feed(const struct config *config, enum stream stream);
/* The setting pages_NAME of a daemon: the origin of its pages, or "". */
const char *config_pages(const struct config *config, enum daemon_index daemon);
void config_print(const struct config *config, struct buf *yaml); /* as a file that loads again */
void config_print_docs(struct buf *markdown);

#endif
