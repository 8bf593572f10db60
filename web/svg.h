/*
 * SVG, element by element, with classes of wot.css only; in a file by itself with their light colours as attributes.
 * Coordinates have one decimal at most. Text is measured as Helvetica with some room, which is safe for every font that
 * the style sheet may fall back to.
 */
#ifndef WOT_SVG_H
#define WOT_SVG_H

#include "lib/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum {
	SVG_TEXT = 13,
	SVG_NOTE = 12
}; /* sizes in pixels: of labels and values, of notes and ticks */
enum svg_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct svg {
	struct buf *out;
	bool alone;
};

/* class: of the whole: "breed". title NULL: for those who look only. */
void svg_open(struct svg *svg, const char *class, double width, double height, unsigned number,
	const char *title, const char *desc);
void svg_close(struct svg *svg);

void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height);
void svg_circle(struct svg *svg, const char *class, double x, double y, double radius);
void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2);
void svg_diamond(struct svg *svg, const char *class, double x, double y, double radius);
/* A path of straight lines, point by point; a point that `moves` begins anew. */
void svg_path_open(struct svg *svg, const char *class);
void svg_path_point(struct svg *svg, bool moves, double x, double y);
void svg_path_close(struct svg *svg);
/* What is not known: lines of 45 degrees in a box, 6 apart, clipped here, as a <pattern> becomes a bitmap in a PDF. */
void svg_hatch(struct svg *svg, double x, double y, double width, double height);
void svg_text(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor,
	const char *text);

double text_width(const char *text, double size, bool bold);

/* A text in lines that are not wider, broken at spaces; a word that is wider, where it must be. */
enum { LINES_MAX = 16 };
struct text_lines {
	struct text_line {
		const char *at;
		size_t len;
	} items[LINES_MAX];
	size_t count;
};
void text_wrap(const char *text, double size, double width, struct text_lines *out);
/* Below each other, 16 apart. */
void svg_lines(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor,
	const struct text_lines *lines);

#endif
