#include "client/export.h"

#include "client/folder.h"
#include "lib/arena.h"
#include "lib/datapackage.h"
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- a file ---- */

struct written {
	FILE *file;
	crypto_hash_sha256_state hash;
	uint64_t bytes;
};

static bool on_rows(void *arg, const char *piece, size_t len)
{
	struct written *written = arg;
	crypto_hash_sha256_update(&written->hash, (const uint8_t *)piece, len);
	written->bytes += len;
	return fwrite(piece, 1, len, written->file) == len;
}

static int table_write(const struct http_asked *of, const char *path,
	struct datapackage_resource *out, char sha256[2 * crypto_hash_sha256_BYTES + 1],
	struct why *why)
{
	auto_buf struct buf from = {0};
	uint8_t digest[crypto_hash_sha256_BYTES];
	struct written written = {.file = fopen(path, "wxe")};
	if (!written.file)
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	buf_printf(&from, "/v1/facts/%s", out->name);
	crypto_hash_sha256_init(&written.hash);
	int err = http_get(of, from.data, on_rows, &written, why);
	bool failed = fflush(written.file) != 0 || fsync(fileno(written.file)) != 0;
	if (failed || ferror(written.file))
		err = why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	fclose(written.file);
	crypto_hash_sha256_final(&written.hash, digest);
	sodium_bin2hex(sha256, 2 * sizeof digest + 1, digest, sizeof digest);
	out->bytes = written.bytes;
	out->sha256 = sha256;
	return err;
}

/* ---- what stands in it ---- */

static const char *text_of(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));
	return text ? text : "";
}

static void field_take(const json_t *column, struct datapackage_field *out, struct arena *arena)
{
	const json_t *values = json_object_get(column, "values");
	size_t count = json_array_size(values);
	const char **names = arena_alloc(arena, count * sizeof *names + 1);
	for (size_t i = 0; i < count; i++)
		names[i] = json_string_value(json_array_get(values, i));
	*out = (struct datapackage_field){.name = text_of(column, "name"),
		.type = text_of(column, "type"),
		.description = text_of(column, "description"),
		.values = count ? names : NULL,
		.value_count = count};
}

/* The daemon's tables have names that files may have. */
static int table_take(
	const json_t *table, struct datapackage_resource *out, struct arena *arena, struct why *why)
{
	const json_t *columns = json_object_get(table, "columns");
	size_t count = json_array_size(columns);
	struct datapackage_field *fields = arena_alloc(arena, count * sizeof *fields + 1);
	*out = (struct datapackage_resource){
		.name = text_of(table, "name"), .fields = fields, .field_count = count};
	for (size_t i = 0; i < count; i++)
		field_take(json_array_get(columns, i), &fields[i], arena);
	bool is_name = *out->name && !out->name[strspn(out->name, "abcdefghijklmnopqrstuvwxyz_")];
	return is_name ? 0 : why_set(why, ERR_IO, "wot-aggregate names a table %s", out->name);
}

static void marks_take(const json_t *json, struct datapackage *out, struct arena *arena)
{
	json_t *marks = json_object_get(json, "marks"), *seq;
	struct datapackage_mark *items =
		arena_alloc(arena, json_object_size(marks) * sizeof *items + 1);
	const char *log;
	json_object_foreach(marks, log, seq) items[out->mark_count++] =
		(struct datapackage_mark){log, (uint64_t)json_integer_value(seq)};
	out->marks = items;
}

static int package_write(const char *folder, const struct datapackage *package, struct why *why)
{
	auto_buf struct buf path = {0}, text = {0};
	buf_printf(&path, "%s/datapackage.json", folder);
	datapackage_print(package, &text);
	int err = file_write(path.data, text.data, why);
	return err ? err : folder_sync(folder, why);
}

static int folder_fill(
	const struct http_asked *of, const json_t *facts, const char *folder, struct why *why)
{
	auto_arena struct arena arena = {0};
	const json_t *tables = json_object_get(facts, "tables");
	size_t count = json_array_size(tables);
	struct datapackage_resource *resources = arena_alloc(&arena, count * sizeof *resources + 1);
	struct datapackage package = {.name = "wot-facts",
		.title = "Feiten van de wijkondersteuningsteams (intern)",
		.description =
			"Intern: een rij per geval. Niet om te publiceren, want uit rijen volgt "
			"elk getal dat elders verborgen is.",
		.internal = true,
		.resources = resources,
		.resource_count = count};
	int err = 0;
	marks_take(facts, &package, &arena);
	for (size_t i = 0; !err && i < count; i++) {
		char *sha256 = arena_alloc(&arena, 2 * crypto_hash_sha256_BYTES + 1);
		err = table_take(json_array_get(tables, i), &resources[i], &arena, why);
		if (!err)
			err = table_write(of,
				arena_printf(&arena, "%s/%s.csv", folder, resources[i].name),
				&resources[i], sha256, why);
	}
	return err ? err : package_write(folder, &package, why);
}

/* ---- the order ---- */

const char *export_folder_read(int argc, char **argv)
{
	static const struct option options[] = {{"facts", required_argument, NULL, 'f'}, {0}};
	const char *folder = NULL;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c != 'f')
			return NULL;
		folder = optarg;
	}
	return optind == argc && folder && *folder ? folder : NULL;
}

int export_facts(const struct http_asked *of, const char *dir, struct why *why)
{
	auto_buf struct buf made = {0};
	json_t *facts = NULL;
	int err = http_get_json(of, "/v1/facts", &facts, why);
	if (!err)
		err = folder_check(dir, NULL, NULL, why);
	if (!err)
		err = folder_make(dir, &made, why);
	if (!err)
		err = folder_end(folder_fill(of, facts, made.data, why), made.data, dir, why);
	json_decref(facts);
	return err;
}
