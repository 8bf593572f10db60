/*
 * A question to a running daemon's stats socket: a line there, an answer back, a connection each.
 */
#ifndef WOT_ASK_H
#define WOT_ASK_H

#include "lib/buf.h"
#include "lib/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * dir: the folder with the sockets, NULL where nobody said which. The answer as it comes, without the empty line that closes it. ERR_ADDRESS: nobody
 * is there; ERR_IO: it broke off.
 */
typedef void ask_piece_fn(void *arg, const char *piece, size_t len);
int ask_pieces(const char *dir, const char *daemon, const char *line, ask_piece_fn *on_piece,
	void *arg, struct why *why);
/* The whole answer, appended. */
int ask_text(
	const char *dir, const char *daemon, const char *line, struct buf *answer, struct why *why);
/* An answer in JSON, the caller's. NULL: none came, or it is something else, which `why` then says. */
json_t *ask_json(const char *dir, const char *daemon, const char *line, struct why *why);
bool ask_is_running(const char *dir, const char *daemon);

#endif
