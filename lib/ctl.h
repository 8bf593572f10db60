/*
 * The stats socket, after HAProxy's: a line of commands with `;` between, each answer ended by an empty
 * line, then close; `prompt` keeps it open; an unknown command lists the known ones. Bounded: a line of
 * 4 KiB, 64 connections, 10 s for the first line, 60 s of silence after it.
 * To add a command: a row in the table that was passed to ctl_open.
 */
#ifndef WOT_CTL_H
#define WOT_CTL_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/loop.h"
#include <stdbool.h>

struct ctl;

/* An answer that takes long or is long: each piece is written before the next is asked for. */
struct ctl_stream {
	/* Adds a piece, or none yet: others have their turn, and it is asked again. false: it was the last. */
	bool (*more)(void *ctx, struct buf *out);
	void (*close)(void *ctx);
	void *ctx;
};

struct ctl_command {
	const char *words; /* "show stat"; the longest row that fits the line's first words wins */
	const char *usage; /* "[csv|json]" */
	const char *help;
	bool admin; /* on the admin socket only */
	/* args: what stands behind the words, split at blanks. Writes the answer; 0, or an ERR_
	 * after which `out` is what is said instead. */
	int (*run)(void *arg, char **args, size_t count, struct buf *out);
	/* Instead of run: the answer is a stream, as long as which args live. After an ERR_ it is `out`. */
	int (*open)(
		void *arg, char **args, size_t count, struct ctl_stream *stream, struct buf *out);
};

/* `commands` ends with a row whose words are NULL, and is borrowed. `help`, `prompt`, `quit` are
 * ctl's own. A socket path that a live process answers on is ERR_ADDRESS; a dead one's is taken
 * over. The file is for its owner only when it is the admin's, else also for the group. */
int ctl_open(struct ctl **out, struct loop *loop, const char *path, bool admin,
	const struct ctl_command *commands, void *arg, struct why *why);
void ctl_close(struct ctl **ctl); /* answers under way are cut; removes the socket's file */

#endif
