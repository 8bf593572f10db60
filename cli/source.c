#include "cli/source.h"

#include "client/ask.h"
#include "client/fetch.h"
#include "lib/clean.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct source {
	struct fetch *live;     /* of a running daemon */
	int folder;             /* where its socket is, as long as that may be reconnected */
	struct store *store;    /* of a stopped one */
	struct fetched fetched; /* from there */
};

static int live_open(struct source *source, const struct cli *cli, const char *stream,
	const struct store_head *after, struct why *why)
{
	char endpoint[96]; /* the folder by its descriptor: a socket's path is short */
	source->folder = open(cli->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (source->folder < 0)
		return why_set(why, ERR_ADDRESS, "%s: %s", cli->dir, strerror(errno));
	snprintf(endpoint, sizeof endpoint, "ipc:///proc/self/fd/%d/%s.feed", source->folder,
		stream);
	return fetch_open(&source->live, endpoint, stream, after, why);
}

static int folder_open(struct source *source, const struct cli *cli, const char *stream,
	const struct store_head *after, struct why *why)
{
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/%s", cli->dir, stream);
	if (access(dir, F_OK) != 0)
		return why_set(why, ERR_NOT_FOUND, "%s: there is no log", dir);
	struct store_options options = {
		.backend = &store_folder,
		.dir = dir,
		.own = stream,
		.look_only = true,
	};
	source->fetched.stream = stream;
	if (after)
		source->fetched.head = *after;
	return store_open(&source->store, &options, why);
}

int source_open(struct source **out, const struct cli *cli, const char *daemon,
	const struct store_head *after, struct why *why)
{
	if (!cli->dir)
		return why_set(why, ERR_USAGE, "reading a log needs --dir DIR");
	struct source *source = calloc(1, sizeof *source);
	must(source);
	source->folder = -1;
	int err = ask_is_running(cli->dir, daemon) ? live_open(source, cli, daemon, after, why)
						   : folder_open(source, cli, daemon, after, why);
	if (err)
		source_close(&source);
	else
		*out = source;
	return err;
}

void source_close(struct source **at)
{
	struct source *source = *at;
	if (!source)
		return;
	fetch_close(&source->live);
	clean_fd(&source->folder);
	if (source->store)
		store_close(&source->store);
	buf_done(&source->fetched.bytes);
	free(source);
	*at = NULL;
}

bool source_is_live(const struct source *source)
{
	return source->live;
}

static int folder_next(struct source *source, struct block *block, struct why *why)
{
	struct fetched *fetched = &source->fetched;
	const struct store_head *head = &fetched->head;
	int err = fetched_next(fetched, block, why);
	if (err != 1)
		return err;
	fetched_clear(fetched);
	err = store_read(source->store, fetched->stream, head->seq, head->hash, FETCHED_BYTES,
		&fetched->bytes);
	if (err)
		return why_set(why, err, "%s: %s after sequence %" PRIu64, fetched->stream,
			err_title(err), head->seq);
	return fetched_next(fetched, block, why);
}

int source_next(struct source *source, unsigned wait_ms, struct block *block, struct why *why)
{
	return source->live ? fetch_next(source->live, wait_ms, block, why)
			    : folder_next(source, block, why);
}
