#include "web/svg.h"

#include "lib/utf8.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- colours, where no style sheet gives them ---- */

#define PAPIER "#fff"
#define INKT "#1a1c1f"
#define TEKST2 "#53585e"
#define BLAUW "#1a5296"
#define ORANJE "#b0440a"
#define VORIG "#868c93"
#define ARCERING "#6d737a"
#define LIJN "#dcdad3"
#define LIJN2 "#767b81"
#define FONT "Segoe UI, Helvetica Neue, Noto Sans, Liberation Sans, Arial, sans-serif"

/* What a class of wot.css says of an element; where an element has two, the later one holds. */
struct look {
	const char *fill, *stroke, *stroke_width, *dash, *size, *weight;
};
static const struct {
	const char *class;
	struct look look;
} looks[] = {
	{"t", {.fill = INKT, .size = "13"}},
	{"k", {.fill = INKT, .size = "13", .weight = "700"}},
	{"m", {.fill = TEKST2, .size = "12"}},
	{"x", {.fill = TEKST2, .size = "12"}},
	{"s", {.fill = INKT, .size = "12"}},
	{"ca", {.fill = BLAUW}},
	{"cb", {.fill = TEKST2}},
	{"cc", {.fill = ORANJE}},
	{"cd", {.fill = INKT}},
	{"a", {.fill = BLAUW}},
	{"b", {.fill = VORIG}},
	{"c", {.fill = ORANJE}},
	{"d", {.fill = INKT}},
	{"a2", {.fill = "#dbe7f5", .stroke = BLAUW, .stroke_width = "1"}},
	{"m2", {.fill = "#6191c6"}},
	{"u", {.fill = "none", .stroke = ARCERING, .stroke_width = "1"}},
	{"h", {.fill = "none", .stroke = ARCERING, .stroke_width = "1.25"}},
	{"cap", {.fill = "none", .stroke = "#8b9198", .stroke_width = "1"}},
	{"band", {.fill = "#eeece6"}},
	{"oa", {.fill = PAPIER, .stroke = BLAUW, .stroke_width = "2"}},
	{"ob", {.fill = PAPIER, .stroke = VORIG, .stroke_width = "2"}},
	{"oc", {.fill = PAPIER, .stroke = ORANJE, .stroke_width = "2"}},
	{"la", {.fill = "none", .stroke = BLAUW, .stroke_width = "2.5"}},
	{"lb", {.fill = "none", .stroke = VORIG, .stroke_width = "1.75"}},
	{"lc", {.fill = "none", .stroke = ORANJE, .stroke_width = "2.5"}},
	{"ld", {.fill = "none", .stroke = INKT, .stroke_width = "2.5"}},
	{"n", {.fill = "none", .stroke = INKT, .stroke_width = "1.5", .dash = "5 4"}},
	{"nt", {.fill = "none", .stroke = INKT, .stroke_width = "3"}},
	{"r", {.fill = "none", .stroke = LIJN, .stroke_width = "1"}},
	{"r0", {.fill = "none", .stroke = LIJN2, .stroke_width = "1"}},
	{"ax", {.fill = "none", .stroke = LIJN2, .stroke_width = "1"}},
	{"lead", {.fill = "none", .stroke = LIJN2, .stroke_width = "1"}},
	{"leegvak", {.fill = "none", .stroke = LIJN2, .stroke_width = "1", .dash = "3 3"}},
};

static void look_add(struct look *sum, const char *class, size_t len)
{
	size_t i = 0;
	while (i < sizeof looks / sizeof *looks &&
		(strlen(looks[i].class) != len || memcmp(looks[i].class, class, len) != 0))
		i++;
	must(i < sizeof looks / sizeof *looks); /* every class that a chart uses is above */
	const struct look *more = &looks[i].look;
	sum->fill = more->fill ? more->fill : sum->fill;
	sum->stroke = more->stroke ? more->stroke : sum->stroke;
	sum->stroke_width = more->stroke_width ? more->stroke_width : sum->stroke_width;
	sum->dash = more->dash ? more->dash : sum->dash;
	sum->size = more->size ? more->size : sum->size;
	sum->weight = more->weight ? more->weight : sum->weight;
}

static void attribute_add(struct svg *svg, const char *name, const char *value)
{
	if (value)
		buf_printf(svg->out, " %s=\"%s\"", name, value);
}

/* `<rect class="a"`, or the same with what the class says. */
static void element_open(struct svg *svg, const char *name, const char *class)
{
	buf_printf(svg->out, "<%s", name);
	if (!svg->alone) {
		attribute_add(svg, "class", class);
		return;
	}
	struct look look = {0};
	for (size_t len; *class; class += len + (class[len] == ' ')) {
		len = strcspn(class, " ");
		look_add(&look, class, len);
	}
	attribute_add(svg, "fill", look.fill);
	attribute_add(svg, "stroke", look.stroke);
	attribute_add(svg, "stroke-width", look.stroke_width);
	attribute_add(svg, "stroke-dasharray", look.dash);
	attribute_add(svg, "font-size", look.size);
	attribute_add(svg, "font-weight", look.weight);
}

/* ---- elements ---- */

static void number_add(struct buf *out, double number)
{
	char text[32];
	int len = snprintf(text, sizeof text, "%.1f", number);
	if (strcmp(text + len - 2, ".0") == 0)
		text[len - 2] = 0;
	buf_text(out, strcmp(text, "-0") == 0 ? "0" : text);
}

static void number_attribute(struct svg *svg, const char *name, double number)
{
	buf_printf(svg->out, " %s=\"", name);
	number_add(svg->out, number);
	buf_char(svg->out, '"');
}

static void escaped_add(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '<')
			buf_text(out, "&lt;");
		else if (text[i] == '>')
			buf_text(out, "&gt;");
		else if (text[i] == '&')
			buf_text(out, "&amp;");
		else
			buf_char(out, text[i]);
	}
}

static void words_add(
	struct svg *svg, const char *element, char id, unsigned number, const char *text)
{
	buf_printf(svg->out, "<%s id=\"%c%u\">", element, id, number);
	escaped_add(svg->out, text, strlen(text));
	buf_printf(svg->out, "</%s>", element);
}

void svg_open(struct svg *svg, const char *class, double width, double height, unsigned number,
	const char *title, const char *desc)
{
	buf_text(svg->out, "<svg");
	if (svg->alone)
		buf_text(
			svg->out, " xmlns=\"http://www.w3.org/2000/svg\" font-family=\"" FONT "\"");
	else
		buf_printf(svg->out, " class=\"g %s\"", class);
	if (title)
		buf_printf(svg->out, " role=\"img\" aria-labelledby=\"t%u d%u\"", number, number);
	else
		buf_text(svg->out, " aria-hidden=\"true\"");
	buf_text(svg->out, " viewBox=\"0 0 ");
	number_add(svg->out, width);
	buf_char(svg->out, ' ');
	number_add(svg->out, height);
	buf_char(svg->out, '"');
	number_attribute(svg, "width", width);
	number_attribute(svg, "height", height);
	buf_char(svg->out, '>');
	if (title) {
		words_add(svg, "title", 't', number, title);
		words_add(svg, "desc", 'd', number, desc);
	}
	if (svg->alone)
		buf_text(svg->out, "<rect width=\"100%\" height=\"100%\" fill=\"" PAPIER "\"/>");
}

void svg_close(struct svg *svg)
{
	buf_text(svg->out, "</svg>");
}

void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height)
{
	element_open(svg, "rect", class);
	number_attribute(svg, "x", x);
	number_attribute(svg, "y", y);
	number_attribute(svg, "width", width);
	number_attribute(svg, "height", height);
	buf_text(svg->out, "/>");
}

void svg_circle(struct svg *svg, const char *class, double x, double y, double radius)
{
	element_open(svg, "circle", class);
	number_attribute(svg, "cx", x);
	number_attribute(svg, "cy", y);
	number_attribute(svg, "r", radius);
	buf_text(svg->out, "/>");
}

void svg_path_open(struct svg *svg, const char *class)
{
	element_open(svg, "path", class);
	buf_text(svg->out, " d=\"");
}

void svg_path_point(struct svg *svg, bool moves, double x, double y)
{
	buf_char(svg->out, moves ? 'M' : 'L');
	number_add(svg->out, x);
	buf_char(svg->out, ' ');
	number_add(svg->out, y);
}

void svg_path_close(struct svg *svg)
{
	buf_text(svg->out, "\"/>");
}

void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2)
{
	svg_path_open(svg, class);
	svg_path_point(svg, true, x1, y1);
	svg_path_point(svg, false, x2, y2);
	svg_path_close(svg);
}

void svg_diamond(struct svg *svg, const char *class, double x, double y, double radius)
{
	svg_path_open(svg, class);
	svg_path_point(svg, true, x, y - radius);
	svg_path_point(svg, false, x + radius, y);
	svg_path_point(svg, false, x, y + radius);
	svg_path_point(svg, false, x - radius, y);
	buf_char(svg->out, 'Z');
	svg_path_close(svg);
}

void svg_hatch(struct svg *svg, double x, double y, double width, double height)
{
	double w = fmax(width - 1, 1), h = fmax(height - 1, 1); /* inside its outline */
	x += .5;
	y += .5;
	svg_path_open(svg, "h");
	for (double d = 3; d < w + h; d += 6) {
		svg_path_point(svg, true, x + fmin(d, w), y + fmax(d - w, 0));
		svg_path_point(svg, false, x + fmax(d - h, 0), y + fmin(d, h));
	}
	svg_path_close(svg);
	svg_rect(svg, "u", x, y, w, h);
}

static void text_add(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor,
	const char *text, size_t len)
{
	static const char *const anchors[] = {NULL, "middle", "end"};
	element_open(svg, "text", class);
	number_attribute(svg, "x", x);
	number_attribute(svg, "y", y);
	attribute_add(svg, "text-anchor", anchors[anchor]);
	buf_char(svg->out, '>');
	escaped_add(svg->out, text, len);
	buf_text(svg->out, "</text>");
}

void svg_text(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor,
	const char *text)
{
	text_add(svg, class, x, y, anchor, text, strlen(text));
}

void svg_lines(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor,
	const struct text_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		text_add(svg, class, x, y + 16 * (double)i, anchor, lines->items[i].at,
			lines->items[i].len);
}

/* ---- the width of text ---- */

/* Helvetica's advance widths of U+0020 to U+007E, in thousandths. */
static const short advances[] = {278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278,
	333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584,
	556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667,
	778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556,
	500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278,
	556, 500, 722, 500, 500, 500, 334, 260, 334, 584};

/* Of other letters the widest of their kind: small ones and dashes, capitals with a mark, all that comes later. */
static int advance_of(const char *at, size_t len)
{
	unsigned char first = (unsigned char)*at, second = len > 1 ? (unsigned char)at[1] : 0;
	if (len == 1)
		return first >= ' ' && first <= '~' ? advances[first - ' '] : 556;
	if (len == 2)
		return first == 0xc3 && second < 0xa0 ? 778 : 556;
	return first == 0xe2 && second == 0x80 && (unsigned char)at[2] <= 0x93 ? 556 : 1000;
}

/* The length of the character there; what is no UTF-8 counts byte by byte. */
static size_t character_len(const char *at, size_t left)
{
	size_t len = utf8_sequence((const uint8_t *)at, left);
	return len ? len : 1;
}

static double slice_width(const char *at, size_t len, double size, bool bold)
{
	int sum = 0;
	for (size_t step; len; at += step, len -= step) {
		step = character_len(at, len);
		sum += advance_of(at, step);
	}
	return sum / 1000. * size * 1.06 * (bold ? 1.08 : 1);
}

double text_width(const char *text, double size, bool bold)
{
	return slice_width(text, strlen(text), size, bold);
}

/* How much of a text stands on a line of that width: at least a character. */
static size_t line_len(const char *at, size_t left, double size, double width)
{
	size_t fits = 0, space = 0;
	while (fits < left) {
		size_t step = character_len(at + fits, left - fits);
		if (fits && slice_width(at, fits + step, size, false) > width)
			return space ? space : fits;
		fits += step;
		if (at[fits] == ' ' || !at[fits])
			space = fits;
	}
	return left;
}

void text_wrap(const char *text, double size, double width, struct text_lines *out)
{
	out->count = 0;
	for (size_t left = strlen(text); left;) {
		bool last = out->count == LINES_MAX - 1;
		size_t len = last ? left : line_len(text, left, size, width);
		out->items[out->count++] = (struct text_line){text, len};
		len += text[len] == ' ';
		text += len;
		left -= len;
	}
}
