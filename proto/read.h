/*
 * The GETs and the forms of pages as a table (read.def), and how their parameters become a message. To add one: a row in
 * read.def.
 */
#ifndef WOT_READ_H
#define WOT_READ_H

#include "lib/buf.h"
#include "lib/daemon.h"
#include "lib/fault.h"
#include <protobuf-c/protobuf-c.h>

enum get_index {
#define READ(daemon, path, answer, parameters, permission) GET_##answer,
#define TEXT(daemon, path, name, type, permission) GET_##name,
#define PAGE(daemon, path, name, parameters, permission) GET_##name,
#define FORM(daemon, path, name, parameters, permission) GET_##name,
#define STREAM(daemon, path, name, permission) GET_##name,
#include "proto/read.def"
#undef READ
#undef TEXT
#undef PAGE
#undef FORM
#undef STREAM
	GET_COUNT
};

struct read {
	enum daemon_index daemon;                 /* or DAEMON_EVERY, DAEMON_PAGES */
	const char *path;                         /* "/v1/cases", "/v1/cases/{caseId}" */
	const char *name;                         /* "cases" */
	const ProtobufCMessageDescriptor *answer; /* NULL: a text */
	const char *type;                         /* content type */
	const ProtobufCMessageDescriptor *parameters;
	unsigned permission; /* of enum role_reads, one is enough; 0: open to all */
	bool is_page;        /* for people */
	bool is_form;        /* a POST, from a page */
	bool is_stream;      /* whose answer has no end */
};
extern const struct read reads[GET_COUNT];

bool read_is_of(const struct read *read, const struct daemon_row *daemon);
/* The row of a path, or NULL: of a GET, and of a form. */
const struct read *read_of_path(enum daemon_index daemon, const char *path);
const struct read *read_form_of_path(enum daemon_index daemon, const char *path);
/* May that role have it? Pages are for people: a system reads what they are made of. */
bool read_may(const struct read *read, unsigned role);
/* What stands there in the place of the row's {name}; NULL: it has none. */
const char *read_named(const struct read *read, const char *path, struct arena *arena);

struct parameter {
	const char *name, *value; /* value NULL: it has none */
};
/*
 * Parameters → message in the arena of `faults`; what is not given has its default. ERR_INVALID: with all that
 * are unknown, repeated, ill-formed or out of range (limit.def), each under its name. A repeated field takes all
 * that no other has, each once: the daemon says which it knows, and refuses the others by read_refuse_name.
 */
int read_parameters(const ProtobufCMessageDescriptor *type, const struct parameter *parameters,
	size_t count, ProtobufCMessage **out, struct faults *faults);

/* Takes out what has that name; its value, or NULL: it was not there, or more than once. */
const char *read_field_take(const char *name, struct parameter *parameters, size_t *count);

bool read_is_rest(const ProtobufCFieldDescriptor *field); /* that repeated one */
/* others: what there is beside the fields of the message, for people to read; "". */
void read_refuse_name(const ProtobufCMessageDescriptor *type, const char *name, const char *others,
	struct faults *faults);

/* Appends an answer as JSON: an object, or the list that it is by itself. */
void read_print(const ProtobufCMessage *answer, struct buf *out);
/* The list that an answer is by itself, or NULL. */
const ProtobufCFieldDescriptor *read_bare_list(const ProtobufCMessageDescriptor *answer);

#endif
