/*
 * Text on a page. Pages are templates (pages/NAME.html), which the build compiles to a struct html_NAME, with what
 * is to be filled in, and a function html_NAME that prints it; tools/pages_parse.py says what may stand in one.
 * Every text is escaped. What is markup already is of another type, so that neither passes for the other.
 *
 * To add a page: CONTRIBUTING, "A page".
 */
#ifndef WOT_HTML_H
#define WOT_HTML_H

#include "lib/buf.h"
#include <stdbool.h>

/* Markup that our own code made, of texts that it escaped. */
struct html {
	const char *text;
	size_t len;
};

/* A part of a page that can be had by itself, as it stands there: the page is the view. A table of a page's, which its
 * template makes (html_NAME_delen), ends with a row without a name. */
struct html_deel {
	const char *name;
	void (*print)(const void *view, struct buf *out);
};
/* What `?deel=NAME` answers; false: the page has no such part. */
bool html_deel_print(
	const struct html_deel *delen, const void *view, const char *name, struct buf *out);
/* How each of them stands, for those who have the page open. */
struct live;
void html_delen_tell(const struct html_deel *delen, const void *view, struct live *live);

/* Between tags and in quoted attributes. What is not UTF-8 becomes U+FFFD. */
void html_escape(const char *text, struct buf *out);

#endif
