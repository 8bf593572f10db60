#include "web/html.h"

#include "lib/live.h"
#include "lib/utf8.h"
#include <string.h>

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Of what is UTF-8. */
static void escape(const char *text, size_t len, struct buf *out)
{
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		const char *entity = entity_of(text[i]);
		if (!entity)
			continue;
		buf_add(out, text + from, i - from);
		buf_text(out, entity);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
}

void html_escape(const char *text, struct buf *out)
{
	must(text); /* a name that the template uses and nobody gave */
	size_t left = strlen(text);
	while (left) {
		size_t good = utf8_prefix(text, left);
		escape(text, good, out);
		text += good;
		left -= good;
		if (left) {
			buf_text(out, "\uFFFD");
			text++;
			left--;
		}
	}
}

bool html_deel_print(
	const struct html_deel *delen, const void *view, const char *name, struct buf *out)
{
	for (; delen->name; delen++) {
		if (strcmp(delen->name, name) != 0)
			continue;
		delen->print(view, out);
		return true;
	}
	return false;
}

void html_delen_tell(const struct html_deel *delen, const void *view, struct live *live)
{
	for (; delen->name; delen++) {
		auto_buf struct buf text = {0};
		delen->print(view, &text);
		buf_char(&text, 0);
		if (live_is_news(live, "deel", delen->name, text.data))
			live_tell(live, delen->name);
	}
}
