#include "lib/live.h"

#include "lib/grow.h"
#include <string.h>

struct thing {
	char *kind, *name, *stands;
	struct buf told;
};

struct live {
	struct thing *things;
	size_t count;
	size_t at; /* what was asked about last; what comes next is mostly the one behind it */
	struct buf news;
};

struct live *live_new(void)
{
	struct live *live = calloc(1, sizeof *live);
	must(live);
	return live;
}

void live_free(struct live **at)
{
	struct live *live = *at;
	*at = NULL;
	if (!live)
		return;
	for (size_t i = 0; i < live->count; i++) {
		free(live->things[i].kind);
		free(live->things[i].name);
		free(live->things[i].stands);
		buf_done(&live->things[i].told);
	}
	free(live->things);
	buf_done(&live->news);
	free(live);
}

static char *copy_of(const char *text)
{
	char *copy = strdup(text);
	must(copy);
	return copy;
}

static bool is_called(const struct thing *thing, const char *kind, const char *name)
{
	return strcmp(thing->name, name) == 0 && strcmp(thing->kind, kind) == 0;
}

/* false: it is new, and stands at the end now. */
static bool thing_find(struct live *live, const char *kind, const char *name)
{
	for (size_t i = 0; i < live->count; i++) {
		live->at = (live->at + 1) % live->count;
		if (is_called(&live->things[live->at], kind, name))
			return true;
	}
	live->things = grow_push(live->things, live->count, sizeof *live->things);
	live->at = live->count++;
	live->things[live->at] = (struct thing){.kind = copy_of(kind), .name = copy_of(name)};
	return false;
}

bool live_is_news(struct live *live, const char *kind, const char *name, const char *stands)
{
	bool is_known = thing_find(live, kind, name);
	struct thing *thing = &live->things[live->at];
	if (is_known && strcmp(thing->stands, stands) == 0)
		return false;
	free(thing->stands);
	thing->stands = copy_of(stands);
	return true;
}

void live_tell(struct live *live, const char *data)
{
	struct thing *thing = &live->things[live->at];
	must(!strpbrk(data, "\r\n"));
	buf_clear(&thing->told);
	buf_printf(&thing->told, "event: %s\ndata: %s\n\n", thing->kind, data);
	buf_add(&live->news, thing->told.data, thing->told.len);
}

void live_take(struct live *live, struct buf *out)
{
	buf_add(out, live->news.data, live->news.len);
	buf_clear(&live->news);
}

void live_recall(const struct live *live, struct buf *out)
{
	for (size_t i = 0; i < live->count; i++)
		buf_add(out, live->things[i].told.data, live->things[i].told.len);
}
