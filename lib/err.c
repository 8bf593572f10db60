#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
	const char *name;
	const char *type;
	const char *title;
	unsigned http;
} rows[] = {
#define ERR(name, http, type, title) {#name, type, title, http},
#include "lib/err.def"
#undef ERR
};

/* The names in lower case, made once: they are labels of metrics. */
static const char *name_lower(unsigned index)
{
	static char names[ERR_COUNT][24];
	char *out = names[index];
	if (!out[0]) {
		char made[sizeof names[0]] = {0};
		for (size_t i = 0; rows[index].name[i] && i < sizeof made - 1; i++) {
			char c = rows[index].name[i];
			made[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
		}
		for (size_t i = sizeof made; i-- > 0;)
			out[i] = made[i];
	}
	return out;
}

static unsigned row_of(int err)
{
	return err > ERR_BASE_ && err < ERR_END_ ? err_index(err) : err_index(ERR_INTERNAL);
}

const char *err_name(int err)
{
	return err == 0 ? "ok" : name_lower(row_of(err));
}

const char *err_title(int err)
{
	return err == 0 ? "OK" : rows[row_of(err)].title;
}

const char *err_type(int err)
{
	return err == 0 ? "about:blank" : rows[row_of(err)].type;
}

unsigned err_http(int err)
{
	return err == 0 ? 200 : rows[row_of(err)].http;
}

int err_of_system(int error, int otherwise)
{
	bool ran_out = error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
	return ran_out ? ERR_IO : otherwise;
}

int why_set(struct why *why, int err, const char *format, ...)
{
	if (why) {
		va_list args;
		va_start(args, format);
		vsnprintf(why->text, sizeof why->text, format, args);
		va_end(args);
	}
	return err;
}
