/*
 * What every page has, the page that says why there is none, and the page to sign in.
 */
#ifndef WOT_PAGE_H
#define WOT_PAGE_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/daemon.h"
#include "web/pages.html.h"
#include "web/session.h"

/* Headers, as of http_respond: of everything for a browser, and of a page. */
extern const char page_security[], page_headers[];
extern const char page_to_worklist[]; /* of a 303 */

/* What a page says of the house, and of who looks at it. */
struct page_house {
	const char *town;                  /* "Schiedam" */
	bool synthetic;                    /* the figures are those of a city that does not exist */
	const char *origins[DAEMON_COUNT]; /* what stands before the path of a page of theirs; "" */
	const char *who;                   /* "teammanager"; NULL: nobody we know */
	bool development;                  /* … without having signed in */
	char form_token[SESSION_FORM];     /* for the field `formulier` of forms; "": has none */
	struct {
		bool now, figures, worklist;
		char report[12]; /* the year before this one; "" */
	} menu;                  /* what it may open */
};
struct html_head page_head(const struct page_house *house, const char *title);
struct html_top page_top(const struct page_house *house);
struct html_foot page_foot(const struct page_house *house);
/* shelf: where the reports lie, whatever else there is. */
struct html_ways page_ways(const struct page_house *house, bool shelf);

/* What was written, for as long as the answer is made; the buffer is empty again. */
const char *page_text(struct buf *text, struct arena *arena);
/* Of an entry of the work list, behind /aanmeldteam/: its case, or signaal/CLIENT:REF, for a REF may be `..`, which is no
 * step of an address: browsers take it for the folder above. */
const char *page_entry(const char *case_id, const char *case_ref, struct arena *arena);

/* Why there is no page, and what to do. Returns its headers. */
struct page_refused {
	int err; /* of lib/err.h */
	const char *
		people; /* for whom it is: "teammanager of beheerder"; "" or NULL: that is not said */
	bool asks;      /* a question stands in the address, and without it there is a page */
};
const char *page_refusal(
	const struct page_house *house, const struct page_refused *refused, struct buf *out);

/* The page to sign in, and what came of it so far. naar: the page asked for, or NULL. Returns its headers. */
enum page_sign_in { SIGN_IN_ASKS, SIGN_IN_WRONG, SIGN_IN_SYSTEM, SIGN_IN_WAITS, SIGN_IN_CLOSED };
const char *page_sign_in(const struct page_house *house, enum page_sign_in said, const char *naar,
	unsigned *status, struct buf *out);

#endif
