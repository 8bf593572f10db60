/*
 * What the verbs queue-log and freeswitch share: lines of a telephone system become calls, which are pushed a window at a
 * time; when all of it is answered, reading may go on and the place be kept.
 */
#ifndef WOT_CLI_PHONE_H
#define WOT_CLI_PHONE_H

#include "cli/cli.h"
#include "phone/place.h"
#include "send/outbox.h"
#include <stdio.h>

enum { PHONE_WINDOW = 4096 }; /* lines that are read ahead of their receipts */

struct phone {
	struct send_as as;
	struct outbox outbox;
	struct arena arena; /* of this window */
	struct line lines[PHONE_WINDOW];
	uint64_t inodes[PHONE_WINDOW]; /* of the files that they are from */
	size_t count, unanswered;      /* of them */
	int rejected;                  /* where rejects are written to */
	const char *rejected_name;
	struct buf rejects;         /* of this window */
	struct phone_counts counts; /* of this run */
	bool is_full;               /* as many lines were read as may be */
	size_t read;
	int err;
	struct why why;
};

/* Opens it, for us alone: what was written after `len` is of a window that comes again. for_ever: daemons are waited for
 * without end. */
int phone_open(struct phone *phone, const struct cli *cli, const char *rejected_name, uint64_t len,
	bool for_ever);
void phone_close(struct phone *phone);

/* What a reader made of a line that begins there. */
void phone_take(struct phone *phone, enum phone_line what, const struct phone_read *read,
	uint64_t offset, uint64_t inode);
/* Sends the window and waits for its receipts. ERR_: it cannot be, and `why` says why; then all of it comes again. */
int phone_send(struct phone *phone);
/* The exit code, and on stderr what came of it. */
int phone_report(const struct phone *phone, const char *file);

#endif
