/*
 * What readers of a stream are told: how things stand. Whoever knows says all of it, as often as it is asked; what
 * stands otherwise than when it was told last becomes an event, as text/event-stream has it. Who comes later hears
 * all that was told, each thing as it was told last.
 *
 *	if (live_is_news(live, "kpi", "help_requests", stands))
 *		live_tell(live, data);
 */
#ifndef WOT_LIVE_H
#define WOT_LIVE_H

#include "lib/buf.h"
#include <stdbool.h>

struct live;
struct live *live_new(void);
void live_free(struct live **live);

/* Does this thing stand otherwise than it was told? stands: a text that is the same for as long as it does. */
bool live_is_news(struct live *live, const char *kind, const char *name, const char *stands);
/* What is told of the thing that was asked about last: one line. */
void live_tell(struct live *live, const char *data);

/* What was told since it was taken last; adds nothing where that is nothing. */
void live_take(struct live *live, struct buf *out);
/* All that was ever told, as it stands. */
void live_recall(const struct live *live, struct buf *out);

#endif
