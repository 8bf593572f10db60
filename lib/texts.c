#include "lib/texts.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <string.h>

bool texts_number(struct texts *texts, const void *text, size_t len, size_t most, uint32_t *number)
{
	static const uint8_t secret[16]; /* texts are keys of our own tables, not chosen freely */
	struct keymap_key key = keymap_hash(secret, text, len);
	if (keymap_get(&texts->by_text, key, number))
		return true;
	if (texts->count >= most) {
		texts->refused++;
		return false;
	}
	texts->items = grow_push(texts->items, texts->count, sizeof *texts->items);
	char *copy = strndup(text, len);
	must(copy);
	texts->items[texts->count] = copy;
	bool is_new;
	*number = keymap_put(&texts->by_text, key, (uint32_t)texts->count++, &is_new);
	return true;
}

void texts_copy(const struct texts *texts, struct texts *out)
{
	*out = (struct texts){.count = texts->count};
	if (!texts->count)
		return;
	out->items = malloc(grow_room(texts->count) * sizeof *out->items);
	must(out->items);
	for (size_t i = 0; i < texts->count; i++) {
		out->items[i] = strdup(texts->items[i]);
		must(out->items[i]);
	}
}

void texts_done(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
	keymap_done(&texts->by_text);
}
