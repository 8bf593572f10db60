#include "phone/follow.h"

#include "lib/buf.h"
#include "lib/clean.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include "phone/rotated.h"
#include "phone/told.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <string.h>

enum { READ_BYTES = 1 << 16, LOOK_MS = 1000, LONG_KEPT = PHONE_LINE_MAX + 2 };

struct follow {
	char *path, *folder, *name;
	follow_gap_fn *on_gap;
	void *arg;

	int fd; /* what is read; -1: nothing, and `start` is what is known of it */
	uint64_t device, inode;
	struct place start;

	struct buf text; /* what was read: PLACE_BEFORE bytes before text_at, and what follows it */
	size_t text_at;  /* the line that is next */
	uint64_t line_at; /* where that is in the file */
	size_t searched;  /* after text_at: there is no end of a line */
	uint64_t skipped; /* of a line that is too long: not kept, after what is */

	char tail[PLACE_BEFORE]; /* what stands before the next byte to be read */
	size_t tail_len;
	uint64_t at; /* where that is */

	struct loop *loop;
	uv_fs_event_t event;
};

/* ---- the file that is read ---- */

static void file_end(struct follow *follow)
{
	clean_fd(&follow->fd);
	follow->fd = -1;
}

static void file_begin(struct follow *follow, int fd, uint64_t offset)
{
	struct stat stat;
	long before = rotated_before(fd, offset, PLACE_BEFORE, follow->tail);
	file_end(follow);
	must(fstat(fd, &stat) == 0);
	follow->fd = fd;
	follow->device = stat.st_dev;
	follow->inode = stat.st_ino;
	follow->tail_len = before > 0 ? (size_t)before : 0;
	buf_clear(&follow->text);
	buf_add(&follow->text, follow->tail, follow->tail_len);
	follow->text_at = follow->text.len;
	follow->line_at = follow->at = offset;
	follow->searched = 0;
	follow->skipped = 0;
}

static void tail_add(struct follow *follow, const char *bytes, size_t len)
{
	if (len >= PLACE_BEFORE) {
		memcpy(follow->tail, bytes + len - PLACE_BEFORE, PLACE_BEFORE);
		follow->tail_len = PLACE_BEFORE;
		return;
	}
	size_t kept = follow->tail_len < PLACE_BEFORE - len ? follow->tail_len : PLACE_BEFORE - len;
	memmove(follow->tail, follow->tail + follow->tail_len - kept, kept);
	memcpy(follow->tail + kept, bytes, len);
	follow->tail_len = kept + len;
}

/* Whether what was read still stands there. */
static bool tail_is_same(const struct follow *follow)
{
	char before[PLACE_BEFORE];
	long len = rotated_before(follow->fd, follow->at, follow->tail_len, before);
	return len == (long)follow->tail_len && memcmp(before, follow->tail, (size_t)len) == 0;
}

/* Lets go of lines that were given, and of most of one that is too long. */
static void text_trim(struct follow *follow)
{
	struct buf *text = &follow->text;
	size_t before = follow->text_at > PLACE_BEFORE ? follow->text_at - PLACE_BEFORE : 0;
	if (before) {
		memmove(text->data, text->data + before, text->len - before);
		text->len -= before;
		follow->text_at -= before;
	}
	if (text->len - follow->text_at > LONG_KEPT) {
		follow->skipped += text->len - follow->text_at - LONG_KEPT;
		text->len = follow->text_at + LONG_KEPT;
		follow->searched = LONG_KEPT;
	}
}

/* 1: there was more of it; 0: there was not, or it is no longer what it was. */
static int text_read(struct follow *follow, struct why *why)
{
	if (follow->fd < 0)
		return 0;
	struct buf *text = &follow->text;
	text_trim(follow);
	buf_reserve(text, READ_BYTES);
	char *more = text->data + text->len;
	ssize_t len = pread(follow->fd, more, READ_BYTES, (off_t)follow->at);
	if (len < 0)
		return why_set(why, ERR_IO, "%s: %s", follow->path, strerror(errno));
	if (len == 0 || !tail_is_same(follow))
		return 0;
	tail_add(follow, more, (size_t)len);
	text->len += (size_t)len;
	follow->at += (size_t)len;
	return 1;
}

/* ---- lines ---- */

static void line_give(
	struct follow *follow, size_t kept, uint64_t with_end, struct follow_line *line)
{
	*line = (struct follow_line){
		.text = follow->text.data + follow->text_at,
		.len = kept,
		.inode = follow->inode,
		.offset = follow->line_at,
	};
	follow->line_at += with_end;
	follow->searched = 0;
	follow->skipped = 0;
}

static bool line_take(struct follow *follow, struct follow_line *line)
{
	size_t left = follow->text.len - follow->text_at;
	const char *text = left ? follow->text.data + follow->text_at : "";
	const char *end = left > follow->searched
				  ? memchr(text + follow->searched, '\n', left - follow->searched)
				  : NULL;
	if (!end) {
		follow->searched = left;
		return false;
	}
	size_t len = (size_t)(end - text);
	uint64_t with_end = len + 1 + follow->skipped;
	line_give(follow, len < LONG_KEPT ? len : LONG_KEPT, with_end, line);
	follow->text_at += len + 1;
	return true;
}

size_t follow_left(const struct follow *follow)
{
	return follow->text.len - follow->text_at;
}

/* What stands at the end of a file that nobody writes to any more. */
static bool rest_take(struct follow *follow, struct follow_line *line)
{
	size_t left = follow_left(follow);
	if (!left)
		return false;
	line_give(follow, left < LONG_KEPT ? left : LONG_KEPT, left + follow->skipped, line);
	follow->text_at = follow->text.len;
	return true;
}

void follow_place(const struct follow *follow, struct place *out)
{
	struct stat stat;
	if (follow->fd < 0) {
		*out = follow->start;
		return;
	}
	size_t len = follow->text_at < PLACE_BEFORE ? follow->text_at : PLACE_BEFORE;
	*out = (struct place){follow->device, follow->inode, follow->line_at, {0}, 0};
	if (fstat(follow->fd, &stat) == 0)
		out->changed_ns = rotated_changed_ns(&stat);
	place_hash(follow->text.data ? follow->text.data + follow->text_at - len : "", len,
		out->before);
}

/* ---- rotations ---- */

__attribute__((format(printf, 2, 3))) static void gap_say(
	const struct follow *follow, const char *format, ...)
{
	auto_buf struct buf text = {0};
	va_list args;
	buf_printf(&text, "%s: ", follow->path);
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	follow->on_gap(follow->arg, text.data);
}

static bool is_own(const struct follow *follow, uint64_t device, uint64_t inode)
{
	return follow->fd >= 0 && follow->device == device && follow->inode == inode;
}

/* Than what is gone. What became of that itself when it was compressed is of its instant; another file of that is read
 * again rather than not at all. */
static bool is_older(const struct rotated *item, int64_t changed_ns)
{
	return item->changed_ns < changed_ns || (item->changed_ns == changed_ns && item->fd < 0);
}

/* The first of those that follow on what is read. */
static size_t newer_than_own(const struct follow *follow, const struct rotated_list *list)
{
	struct place own;
	follow_place(follow, &own);
	for (size_t i = 0; i < list->count; i++)
		if (is_own(follow, list->items[i].device, list->items[i].inode))
			return i + 1;
	size_t i = 0;
	while (i < list->count && is_older(&list->items[i], own.changed_ns))
		i++;
	return i;
}

/* What comes after the file that is read, and which that is now: open, -1 where nothing has come yet. It is opened
 * before the others are looked for, so what it becomes meanwhile is found there or is in hand. */
static int next_open(const struct follow *follow)
{
	struct stat stat = {0};
	struct rotated_list list = {0};
	int now = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), next = -1;
	rotated_list(follow->folder, follow->name, &list);
	size_t first = newer_than_own(follow, &list), i = first;
	while (i < list.count && list.items[i].fd < 0)
		i++;
	bool is_now = now >= 0 && fstat(now, &stat) == 0 &&
		      !is_own(follow, stat.st_dev, stat.st_ino) && (stat.st_size || follow->fd < 0);
	if (i < list.count) {
		next = list.items[i].fd;
		list.items[i].fd = -1;
	} else if (is_now) {
		next = now;
	}
	for (size_t lost = first; next >= 0 && lost < i; lost++)
		gap_say(follow,
			"%s was compressed before it was read: what was written to it is missing",
			list.items[lost].name);
	if (next != now)
		clean_fd(&now);
	rotated_done(&list);
	return next;
}

/* The file of a place, wherever it is now: under its name, renamed or copied. -1: nowhere. */
static int place_open(const struct follow *follow, const struct place *place)
{
	struct stat stat = {0};
	struct rotated_list list = {0};
	int now = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), found = -1, copy = -1;
	bool is_now = now >= 0 && fstat(now, &stat) == 0 && rotated_is_of(now, place);
	rotated_list(follow->folder, follow->name, &list);
	if (is_now && stat.st_dev == place->device && stat.st_ino == place->inode)
		found = now;
	for (size_t i = 0; i < list.count && found < 0; i++) {
		const struct rotated *item = &list.items[i];
		if (item->fd < 0 || !rotated_is_of(item->fd, place))
			continue;
		if (item->device == place->device && item->inode == place->inode)
			found = item->fd;
		else if (place->offset)
			copy = item->fd;
	}
	if (found < 0 && is_now && place->offset)
		found = now;
	if (found < 0)
		found = copy;
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].fd == found)
			list.items[i].fd = -1;
	if (found != now)
		clean_fd(&now);
	rotated_done(&list);
	return found;
}

/* It was cut off, and may have begun anew: what was added before that is in a copy, if there is one. 1: there is nothing
 * to be read. */
static int cut_off(struct follow *follow)
{
	struct place place;
	follow_place(follow, &place);
	int fd = place_open(follow, &place);
	bool is_copy = fd >= 0;
	if (!is_copy) {
		fd = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		place.offset = 0;
	}
	if (fd < 0)
		return 1;
	if (!is_copy)
		gap_say(follow, "it is shorter than it was, and there is no copy of it: what was "
				"written between the last look and that is missing");
	file_begin(follow, fd, place.offset);
	return 0;
}

/* A file that nobody writes to any more was read to its end: the next, or the rest of this one first. 1: there is none
 * yet. */
static int file_next(
	struct follow *follow, struct follow_line *line, bool *is_line, struct why *why)
{
	int next = next_open(follow);
	if (next < 0)
		return 1;
	int more = text_read(follow, why); /* what was added until the next one was there */
	*is_line = more == 0 && rest_take(follow, line);
	if (more || *is_line) {
		close(next);
		return more < 0 ? more : 0;
	}
	file_begin(follow, next, 0);
	return 0;
}

static bool has_its_name(const struct follow *follow)
{
	struct stat now;
	return stat(follow->path, &now) == 0 && is_own(follow, now.st_dev, now.st_ino);
}

/* Nothing more of what is read, as it is now. 1: there is nothing else either. */
static int turn(struct follow *follow, struct follow_line *line, bool *is_line, struct why *why)
{
	if (follow->fd >= 0 && !tail_is_same(follow))
		return cut_off(follow);
	return has_its_name(follow) ? 1 : file_next(follow, line, is_line, why);
}

int follow_next(struct follow *follow, struct follow_line *line, struct why *why)
{
	for (bool is_line = false; !is_line && !line_take(follow, line);) {
		int more = text_read(follow, why);
		int err = more < 0 ? more : more ? 0 : turn(follow, line, &is_line, why);
		if (err)
			return err;
	}
	return 0;
}

/* ---- waiting ---- */

static void on_change(uv_fs_event_t *event, const char *name, int events, int status)
{
	struct follow *follow = event->data;
	(void)events, (void)status;
	if (!name || strncmp(name, follow->name, strlen(follow->name)) == 0)
		loop_stop(follow->loop);
}

static void on_look(void *arg)
{
	struct follow *follow = arg;
	loop_stop(follow->loop);
}

void follow_wait(struct follow *follow)
{
	loop_run(follow->loop);
}

/* ---- the whole ---- */

/* Where it goes on after what cannot be found again. */
static void place_lost(const struct follow *follow)
{
	struct rotated_list list = {0};
	bool is_whole = false;
	rotated_list(follow->folder, follow->name, &list);
	for (size_t i = 0; i < list.count; i++)
		is_whole |= list.items[i].changed_ns == follow->start.changed_ns;
	rotated_done(&list);
	if (!is_whole)
		gap_say(follow,
			"the file that was read up to byte %" PRIu64 " is gone or was "
			"compressed: what was written to it since then is missing",
			follow->start.offset);
}

int follow_open(struct follow **out, const struct follow_options *options, struct why *why)
{
	struct follow *follow = calloc(1, sizeof *follow);
	must(follow);
	auto_free char *folder = strdup(options->path), *name = strdup(options->path);
	follow->path = strdup(options->path);
	must(folder && name && follow->path);
	follow->folder = strdup(dirname(folder));
	follow->name = strdup(basename(name));
	must(follow->folder && follow->name);
	follow->on_gap = options->on_gap;
	follow->arg = options->arg;
	follow->fd = -1;
	follow->start.changed_ns =
		clock_now_ms() * 1000000; /* what was rotated before is not read */
	place_hash("", 0, follow->start.before);
	if (loop_new(&follow->loop) != 0) {
		follow_close(&follow);
		return why_set(why, ERR_IO, "no event loop could be made");
	}
	follow->event.data = follow;
	if (uv_fs_event_init(loop_uv(follow->loop), &follow->event) == 0)
		uv_fs_event_start(
			&follow->event, on_change, follow->folder, 0); /* or a look a second */
	loop_every(follow->loop, LOOK_MS, on_look, follow);
	int fd = -1;
	if (options->place) {
		follow->start = *options->place;
		fd = place_open(follow, &follow->start);
	} else {
		fd = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (fd >= 0)
		file_begin(follow, fd, follow->start.offset);
	else if (follow->start.inode)
		place_lost(follow);
	*out = follow;
	return 0;
}

void follow_close(struct follow **at)
{
	struct follow *follow = *at;
	if (!follow)
		return;
	if (follow->loop)
		loop_free(&follow->loop);
	file_end(follow);
	buf_done(&follow->text);
	free(follow->path);
	free(follow->folder);
	free(follow->name);
	free(follow);
	*at = NULL;
}
