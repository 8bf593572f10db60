/*
 * Extra closing days (calendar.yaml): days that the law knows as working days and the teams do not.
 *
 *	closed: [2026-05-15, 2026-12-24]
 */
#ifndef WOT_CLOSING_H
#define WOT_CLOSING_H

#include "lib/buf.h"
#include <stddef.h>
#include <stdint.h>

struct closing {
	int32_t *days; /* ascending, as lib/calendar.h wants them */
	size_t count;
};

/* From the text of a file called name. ERR_CONFIG: errors has name:line:column, all at once. */
int closing_parse(struct closing *closing, const char *text, size_t len, const char *name,
	struct buf *errors);
void closing_done(struct closing *closing);

#endif
