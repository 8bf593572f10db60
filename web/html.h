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

/* Markup that our own code made, of texts that it escaped. */
struct html {
	const char *text;
	size_t len;
};

/* Between tags and in quoted attributes. What is not UTF-8 becomes U+FFFD. */
void html_escape(const char *text, struct buf *out);

#endif
