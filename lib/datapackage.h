/*
 * datapackage.json: what stands in the CSV files beside it, so that R, Python, DuckDB and Power BI read them with their types
 * (https://specs.frictionlessdata.io, tabular-data-package). Pure: a struct in, JSON out; the same struct gives the same bytes.
 * To make one: a resource for each file, with its bytes and SHA-256, and a field for each of its columns.
 */
#ifndef WOT_DATAPACKAGE_H
#define WOT_DATAPACKAGE_H

#include "lib/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct datapackage_field {
	const char *name;
	const char *type;                /* "string", "integer", "number", "boolean", "date" */
	const char *title, *description; /* NULL: none */
	const char *const *values;       /* of a string: all that it can be; NULL: anything */
	size_t value_count;
};
struct datapackage_resource {
	const char *name;  /* lower case; its file is that with .csv */
	const char *title; /* NULL: none */
	uint64_t bytes;
	const char *sha256; /* in hexadecimal */
	const struct datapackage_field *fields;
	size_t field_count;
	size_t key_count; /* the first fields, which together tell its rows apart; 0: none do */
};
/* Up to where a log was read. */
struct datapackage_mark {
	const char *log;
	uint64_t seq;
};
struct datapackage {
	const char *name; /* lower case, as it stands in addresses */
	const char *title, *description;
	bool internal; /* not to be published: it says so */
	const struct datapackage_mark *marks;
	size_t mark_count;
	const struct datapackage_resource *resources;
	size_t resource_count;
};

/* A resource, for a package that says more of itself than datapackage_print has. */
void datapackage_resource_print(const struct datapackage_resource *resource, struct buf *out);
/* Appended, with its line. */
void datapackage_print(const struct datapackage *package, struct buf *out);

#endif
