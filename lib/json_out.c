#include "lib/json_out.h"

/* Behind a value: a text ends in its quote, whatever it holds, others in a digit, `true`, `false` or `null`. */
static void comma_add(struct buf *out)
{
	char last = out->len ? out->data[out->len - 1] : '\n';
	bool value = last == '"' || last == '}' || last == ']' || (last >= '0' && last <= '9') ||
		     last == 'e' || last == 'l';
	if (value)
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

void json_out_closes(struct buf *out, const char *brackets)
{
	buf_text(out, brackets);
}

void json_out_end(struct buf *out, char bracket)
{
	json_out_close(out, bracket);
	buf_char(out, '\n');
}

void json_out_text(struct buf *out, const char *name, const char *text)
{
	json_out_name(out, name);
	buf_json(out, text);
}

void json_out_count(struct buf *out, const char *name, uint64_t number)
{
	json_out_name(out, name);
	buf_count(out, number);
}

void json_out_integer(struct buf *out, const char *name, int64_t number)
{
	json_out_name(out, name);
	if (number < 0)
		buf_char(out, '-');
	buf_count(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void json_out_null(struct buf *out, const char *name)
{
	json_out_name(out, name);
	buf_text(out, "null");
}

void json_out_flag(struct buf *out, const char *name, bool flag)
{
	json_out_name(out, name);
	buf_text(out, flag ? "true" : "false");
}

void json_out_number(struct buf *out, const char *name, bool known, double number)
{
	if (!known) {
		json_out_null(out, name);
		return;
	}
	json_out_name(out, name);
	buf_number(out, number);
}
