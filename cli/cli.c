#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

int cli_fail(int code, const char *format, ...)
{
	fputs("wotctl: ", stderr);
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

size_t cli_on_body(char *data, size_t size, size_t count, void *body)
{
	buf_add(body, data, size * count);
	return size * count;
}
