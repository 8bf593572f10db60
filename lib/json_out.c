#include "lib/json_out.h"

#include <inttypes.h>
#include <string.h>

/* Behind a value: a text ends in its quote, whatever it holds, others in a digit, `true`, `false` or `null`. */
static void comma_add(struct buf *out)
{
	char last = out->len ? out->data[out->len - 1] : '\n';
	if (strchr("}]\"0123456789el", last))
		buf_char(out, ',');
}

void json_out_name(struct buf *out, const char *name)
{
	comma_add(out);
	if (!name)
		return;
	buf_json(out, name);
	buf_char(out, ':');
}

void json_out_open(struct buf *out, const char *name, char bracket)
{
	json_out_name(out, name);
	buf_char(out, bracket);
}

void json_out_close(struct buf *out, char bracket)
{
	buf_char(out, bracket);
}

void json_out_text(struct buf *out, const char *name, const char *text)
{
	json_out_name(out, name);
	buf_json(out, text);
}

void json_out_count(struct buf *out, const char *name, uint64_t number)
{
	json_out_name(out, name);
	buf_printf(out, "%" PRIu64, number);
}

void json_out_integer(struct buf *out, const char *name, int64_t number)
{
	json_out_name(out, name);
	buf_printf(out, "%" PRId64, number);
}

void json_out_flag(struct buf *out, const char *name, bool flag)
{
	json_out_name(out, name);
	buf_text(out, flag ? "true" : "false");
}

void json_out_number(struct buf *out, const char *name, bool known, double number)
{
	json_out_name(out, name);
	if (known)
		buf_number(out, number);
	else
		buf_text(out, "null");
}
