/*
 * mod_callcenter's events of FreeSWITCH, a JSON object a line, as the event socket gives them to who asks for JSON. Pure.
 * Of the dozens of headers of an event those are read that freeswitch.c names, and no others. An action more: a row of
 * its table.
 */
#ifndef WOT_PHONE_FREESWITCH_H
#define WOT_PHONE_FREESWITCH_H

#include "phone/told.h"

enum {
	FREESWITCH_LINE_MAX = 1 << 18
}; /* with all variables of a channel it has some ten thousand */

/* text: a line without its end. */
enum phone_line freeswitch_read(
	const char *text, size_t len, struct arena *arena, struct phone_read *out);

#endif
