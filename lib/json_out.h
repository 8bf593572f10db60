/*
 * JSON as it is written, member by member: commas are put where they belong, by what stands before. name: NULL in
 * a list, and at the top. What has a message is printed from that (proto/json.h).
 */
#ifndef WOT_JSON_OUT_H
#define WOT_JSON_OUT_H

#include "lib/buf.h"
#include <stdbool.h>

/* The comma that is due, and `"name":`; the value is the caller's to add. */
void json_out_name(struct buf *out, const char *name);
void json_out_open(struct buf *out, const char *name, char bracket); /* '{' or '[' */
void json_out_close(struct buf *out, char bracket);                  /* '}' or ']' */
void json_out_closes(struct buf *out, const char *brackets);         /* "}]}": several */
void json_out_end(struct buf *out, char bracket);                    /* of all, with its line */
void json_out_text(struct buf *out, const char *name, const char *text);
void json_out_count(struct buf *out, const char *name, uint64_t number);
void json_out_integer(struct buf *out, const char *name, int64_t number);
void json_out_null(struct buf *out, const char *name);
void json_out_flag(struct buf *out, const char *name, bool flag);
/* null where it is not known */
void json_out_number(struct buf *out, const char *name, bool known, double number);

#endif
