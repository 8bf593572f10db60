#include "proto/place.h"

#include "proto/name.h"
#include <stdio.h>
#include <string.h>

static size_t add(char out[PLACE_MAX], size_t at, const char *format, const char *text)
{
	int len = snprintf(out + at, PLACE_MAX - at, format, text);
	size_t end = at + (size_t)len;
	return end < PLACE_MAX ? end : PLACE_MAX - 1;
}

static size_t print(const struct place *place, char out[PLACE_MAX])
{
	if (!place->above)
		return add(out, 0, "%s", place->pointer);
	size_t at = print(place->above, out);
	char name[64];
	if (place->field) {
		json_name(place->field, name);
		at = add(out, at, "/%s", name);
	} else if (place->key) {
		at = add(out, at, "/%s", place->key);
	}
	if (place->index != PLACE_NO_INDEX) {
		snprintf(name, sizeof name, "%d", place->index);
		at = add(out, at, "/%s", name);
	}
	return at;
}

const char *place_text(const struct place *place, char out[PLACE_MAX])
{
	print(place, out);
	return out;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool place_key_is_plain(const char *key, size_t len)
{
	if (len < 1 || len > PLACE_KEY_MAX || !is_letter(key[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_letter(key[i]) && !(key[i] >= '0' && key[i] <= '9') && key[i] != '_' &&
			key[i] != '-')
			return false;
	return true;
}
