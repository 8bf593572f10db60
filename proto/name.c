#include "proto/name.h"

#include <stddef.h>

void json_name(const char *field, char out[64])
{
	size_t len = 0;
	for (; *field && len < 63; field++) {
		bool raise = *field == '_' && field[1];
		field += raise;
		bool lower = *field >= 'a' && *field <= 'z';
		out[len++] = (char)(raise && lower ? *field - 'a' + 'A' : *field);
	}
	out[len] = 0;
}

bool json_name_is(const char *field, const char *name)
{
	for (; *field && *name; field++, name++) {
		bool raise = *field == '_' && field[1];
		field += raise;
		bool lower = *field >= 'a' && *field <= 'z';
		if (*name != (raise && lower ? *field - 'a' + 'A' : *field))
			return false;
	}
	return *field == *name;
}
