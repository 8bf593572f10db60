#include "lib/datapackage.h"

#include "lib/json_out.h"

static void said_print(const char *name, const char *text, struct buf *out)
{
	if (text)
		json_out_text(out, name, text);
}

static void field_print(const struct datapackage_field *field, struct buf *out)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "name", field->name);
	json_out_text(out, "type", field->type);
	said_print("title", field->title, out);
	said_print("description", field->description, out);
	if (field->values) {
		json_out_open(out, "constraints", '{');
		json_out_open(out, "enum", '[');
		for (size_t i = 0; i < field->value_count; i++)
			json_out_text(out, NULL, field->values[i]);
		json_out_closes(out, "]}");
	}
	json_out_close(out, '}');
}

/* An empty cell is a value that is not known. */
static void schema_print(const struct datapackage_resource *resource, struct buf *out)
{
	json_out_open(out, "schema", '{');
	json_out_open(out, "fields", '[');
	for (size_t i = 0; i < resource->field_count; i++)
		field_print(&resource->fields[i], out);
	json_out_close(out, ']');
	if (resource->key_count) {
		json_out_open(out, "primaryKey", '[');
		for (size_t i = 0; i < resource->key_count; i++)
			json_out_text(out, NULL, resource->fields[i].name);
		json_out_close(out, ']');
	}
	json_out_open(out, "missingValues", '[');
	json_out_text(out, NULL, "");
	json_out_closes(out, "]}");
}

void datapackage_resource_print(const struct datapackage_resource *resource, struct buf *out)
{
	auto_buf struct buf path = {0}, hash = {0};
	buf_printf(&path, "%s.csv", resource->name);
	buf_printf(&hash, "sha256:%s", resource->sha256);
	json_out_open(out, NULL, '{');
	json_out_text(out, "name", resource->name);
	json_out_text(out, "path", path.data);
	said_print("title", resource->title, out);
	json_out_text(out, "profile", "tabular-data-resource");
	json_out_text(out, "format", "csv");
	json_out_text(out, "mediatype", "text/csv");
	json_out_text(out, "encoding", "utf-8");
	json_out_open(out, "dialect", '{');
	json_out_text(out, "lineTerminator", "\n");
	json_out_close(out, '}');
	json_out_count(out, "bytes", resource->bytes);
	json_out_text(out, "hash", hash.data);
	schema_print(resource, out);
	json_out_close(out, '}');
}

void datapackage_print(const struct datapackage *package, struct buf *out)
{
	json_out_open(out, NULL, '{');
	json_out_text(out, "profile", "tabular-data-package");
	json_out_text(out, "name", package->name);
	json_out_text(out, "title", package->title);
	json_out_text(out, "description", package->description);
	json_out_flag(out, "internal", package->internal);
	if (package->marks) {
		json_out_open(out, "marks", '{');
		for (size_t i = 0; i < package->mark_count; i++)
			json_out_count(out, package->marks[i].log, package->marks[i].seq);
		json_out_close(out, '}');
	}
	json_out_open(out, "resources", '[');
	for (size_t i = 0; i < package->resource_count; i++)
		datapackage_resource_print(&package->resources[i], out);
	json_out_close(out, ']');
	json_out_end(out, '}');
}
