/*
 * Streams: a row STREAM of read.def, and who reads it. How things stand is asked of its function once for all of
 * them, at the end of a turn that brought something, and at most once a second; each second time around readers that
 * hear nothing are shown that we are there, and are looked at again: may they still read it?
 */
#include "lib/live.h"
#include "lib/calendar.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "stage/stage_own.h"

#include <string.h>

/* A look that found nothing keeps none waiting: what comes next is told at once. */
enum { TELL_MS = 1000, LOOK_MS = 50, BEAT_MS = 2000 };

struct live_reader {
	struct live_reader *next, **link;
	struct http_stream *stream; /* NULL: it is being opened */
	bool is_developer;          /* of whom no list says anything */
	char client[64];
	struct client_known known;
	int64_t until_ms; /* its session holds; 0: it has none */
};

/* While somebody reads. */
struct live_stream {
	struct live_stream *next;
	struct stage *stage;
	const struct read *read;
	struct live *live;
	struct live_reader *readers;
	struct loop_timer *beat;
	struct loop_timer *wait; /* until it may be looked at again; NULL: it may */
	uint64_t known;          /* how far the log was when it was looked at */
	int32_t day;
};

static const char headers[] = "Cache-Control: no-store\nX-Content-Type-Options: nosniff\n"
			      "X-Accel-Buffering: no\n"; /* nginx keeps nothing back */

/* ---- readers ---- */

static void on_reader_gone(void *ctx)
{
	struct live_reader *reader = ctx;
	*reader->link = reader->next;
	if (reader->next)
		reader->next->link = reader->link;
	free(reader);
}

/* Who is pushed to may go by that, and no other does. */
static void push_all(struct live_stream *stream, const char *bytes, size_t len)
{
	struct live_reader *next;
	for (struct live_reader *reader = stream->readers; reader; reader = next) {
		next = reader->next;
		http_stream_push(reader->stream, bytes, len);
	}
}

/* By the same token: with a new one it comes again. */
static bool may_read(const struct live_stream *stream, const struct live_reader *reader)
{
	const struct client *client = clients_by_name(&stream->stage->clients, reader->client);
	if (reader->until_ms && stream->stage->now_ms > reader->until_ms)
		return false;
	return reader->is_developer ||
	       (client && stage_client_holds(stream->stage, client, &reader->known) &&
		       (role_may_read(client->role) & stream->read->permission));
}

static void on_beat(void *arg)
{
	static const char comment[] = ":\n\n";
	struct live_stream *stream = arg;
	struct live_reader *next;
	for (struct live_reader *reader = stream->readers; reader; reader = next) {
		next = reader->next;
		if (!may_read(stream, reader))
			http_stream_end(reader->stream);
	}
	push_all(stream, comment, sizeof comment - 1);
}

/* ---- looking ---- */

static void on_waited(void *arg)
{
	struct live_stream *stream = arg;
	loop_timer_free(&stream->wait); /* the end of this turn looks */
}

static void look(struct live_stream *stream, struct buf *news)
{
	struct stage *stage = stream->stage;
	struct why why = {""};
	stream->known = stage->part->known(stage);
	stream->day = calendar_day_of(stage->now_ms);
	int err = gets_look(stage, stream->read, stream->live, &why);
	if (err)
		log_error("live_failed", "stream=%s reason=%s why=\"%s\"", stream->read->path,
			err_name(err), why.text);
	live_take(stream->live, news);
	stream->wait = loop_every(stage->loop, news->len ? TELL_MS : LOOK_MS, on_waited, stream);
}

static bool is_due(const struct live_stream *stream)
{
	const struct stage *stage = stream->stage;
	return !stream->wait && (stage->part->known(stage) != stream->known ||
					calendar_day_of(stage->now_ms) != stream->day);
}

static void news_push(struct live_stream *stream)
{
	auto_buf struct buf news = {0};
	look(stream, &news);
	if (news.len)
		push_all(stream, news.data, news.len);
}

/* ---- life ---- */

static void stream_free(struct live_stream *stream)
{
	loop_timer_free(&stream->beat);
	loop_timer_free(&stream->wait);
	live_free(&stream->live);
	free(stream);
}

static struct live_stream *stream_of(struct stage *stage, const struct read *read)
{
	struct live_stream *stream = stage->live;
	while (stream && stream->read != read)
		stream = stream->next;
	if (stream)
		return stream;
	stream = calloc(1, sizeof *stream);
	must(stream);
	*stream = (struct live_stream){
		.next = stage->live, .stage = stage, .read = read, .live = live_new()};
	stream->beat = loop_every(stage->loop, BEAT_MS, on_beat, stream);
	stage->live = stream;
	auto_buf struct buf news = {0}; /* which nobody is there to be told */
	look(stream, &news);
	return stream;
}

static struct live_reader *reader_new(struct live_stream *stream, const struct visitor *visitor)
{
	const struct client *client = visitor->client;
	struct live_reader *reader = calloc(1, sizeof *reader);
	must(reader);
	*reader = (struct live_reader){.next = stream->readers, .link = &stream->readers};
	if (reader->next)
		reader->next->link = &reader->next;
	stream->readers = reader;
	reader->is_developer = client_is_revoked(client); /* known in no way */
	reader->until_ms = visitor->has_session ? visitor->session.until_ms : 0;
	memcpy(reader->client, client->name, sizeof reader->client);
	reader->known = visitor->known;
	return reader;
}

int live_open(struct stage *stage, const struct read *read, const struct visitor *visitor,
	struct http_request *request)
{
	if (!http_stream_has_room(stage->http->http))
		return ERR_NO_ROOM;
	struct live_stream *stream = stream_of(stage, read);
	struct live_reader *reader = reader_new(stream, visitor);
	const struct http_source source = {.close = on_reader_gone, .ctx = reader};
	auto_buf struct buf told = {0};
	live_recall(stream->live, &told);
	buf_text(&told, ":\n\n");
	struct http_stream *opened = http_stream_start(request, read->type, headers, &source);
	if (!opened)
		return 0;
	reader->stream = opened;
	http_stream_push(opened, told.data, told.len);
	return 0;
}

void live_turn(struct stage *stage)
{
	for (struct live_stream **at = &stage->live; *at;) {
		struct live_stream *stream = *at;
		if (stream->readers && is_due(stream))
			news_push(stream);
		if (stream->readers) {
			at = &stream->next;
		} else {
			*at = stream->next;
			stream_free(stream);
		}
	}
}

void live_close(struct stage *stage)
{
	while (stage->live) {
		struct live_stream *stream = stage->live;
		must(!stream->readers); /* the door is closed */
		stage->live = stream->next;
		stream_free(stream);
	}
}
