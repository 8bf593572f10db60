#include "web/chart_own.h"

#include "web/nl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void chart_number(struct buf *out, double number, bool share)
{
	if (isnan(number))
		buf_text(out, CHART_UNKNOWN);
	else if (share)
		nl_share(number, NULL, out);
	else
		nl_count(llround(number), out);
}

/* ---- the frame ---- */

bool chart_is_wide(const struct chart *chart)
{
	return chart->width == CHART_WIDE || chart->width == PANEEL_WIDE;
}

static void sentence_add(struct buf *out, const char *text, const char *end)
{
	if (text && text[0])
		buf_printf(out, "%s%s%s", out->len ? " " : "", text, end);
}

void chart_open(struct svg *svg, const struct chart *chart, double height, const struct buf *values)
{
	auto_buf struct buf desc = {0};
	sentence_add(&desc, chart->opening, "");
	sentence_add(&desc, values->data, ".");
	sentence_add(&desc, chart->closing, "");
	svg_open(svg, chart_is_wide(chart) ? "breed" : "smal", chart->width, height, chart->number,
		chart->title, desc.len ? desc.data : "");
}

void chart_empty(const struct chart *chart, struct buf *out)
{
	enum { HEIGHT = 64 };
	const char *reason = chart->reason ? chart->reason : "Nog geen cijfers";
	auto_buf struct buf words = {0};
	buf_text(&words, reason);
	if (chart->when)
		buf_printf(&words, ". %.*s", (int)strcspn(chart->when, "."), chart->when);
	struct svg svg = {out, chart->alone};
	double middle = chart->width / 2.;
	chart_open(&svg, chart, HEIGHT, &words);
	svg_rect(&svg, "leegvak", .5, .5, chart->width - 1., HEIGHT - 1);
	svg_text(&svg, "k", middle, chart->when ? 29 : 36, ANCHOR_MIDDLE, reason);
	if (chart->when)
		svg_text(&svg, "m", middle, 47, ANCHOR_MIDDLE, chart->when);
	svg_close(&svg);
}

/* ---- rows ---- */

struct chart_row *chart_rows_shown(const struct chart_row *rows, size_t count)
{
	struct chart_row *out = calloc(count + 1, sizeof *out);
	must(out);
	for (size_t i = 0; i < count; i++)
		out[i] = rows[i].hidden ? (struct chart_row){.label = rows[i].label,
						  .value = NAN,
						  .unknown = rows[i].unknown,
						  .hidden = true,
						  .apart = rows[i].apart}
					: rows[i];
	return out;
}

const char *chart_row_text(const struct chart_row *row)
{
	return row->hidden ? CHART_HIDDEN : row->text ? row->text : CHART_UNKNOWN;
}

bool chart_row_is_drawn(const struct chart_row *row)
{
	return row->value > 0; /* and so is no NAN */
}

void chart_say_rows(struct buf *out, const struct chart_row *rows, size_t count, const char *unit)
{
	for (size_t i = 0; i < count; i++) {
		const struct chart_row *row = &rows[i];
		buf_printf(out, "%s%s%s%s: %s", i ? "; " : "", unit ? unit : "", unit ? " " : "",
			row->label, chart_row_text(row));
		if (row->note)
			buf_printf(out, ", %s", row->note);
		if (row->norm_text)
			buf_printf(out, ", norm %s", row->norm_text);
		if (row->before_text)
			buf_printf(out, ", vorig jaar %s", row->before_text);
	}
}

/* ---- tones ---- */

static const struct {
	const char *fill, *line, *text, *ring;
} tones[] = {
	[TONE_NOW] = {"a", "la", "k ca", "oa"},
	[TONE_ALERT] = {"c", "lc", "k cc", "oc"},
	[TONE_BEFORE] = {"b", "lb", "k cb", "ob"},
	[TONE_LIGHT] = {"a2", "la", "k ca", "oa"},
	[TONE_MIDDLE] = {"m2", "la", "k ca", "oa"},
	[TONE_INK] = {"d", "ld", "k", "ob"},
};

const char *tone_fill(enum chart_tone tone)
{
	return tones[tone].fill;
}

const char *tone_line(enum chart_tone tone)
{
	return tones[tone].line;
}

const char *tone_text(enum chart_tone tone)
{
	return tones[tone].text;
}

const char *tone_ring(enum chart_tone tone)
{
	return tones[tone].ring;
}

/* ---- scales ---- */

/* The smallest of these times a power of ten that is not below. */
static double round_up(double least, const double *digits, size_t count)
{
	double power = pow(10, floor(log10(fmax(least, 1))));
	for (size_t i = 0; i < count; i++)
		if (digits[i] * power >= least)
			return digits[i] * power;
	return 10 * power;
}

double scale_top(double max)
{
	static const double digits[] = {1, 1.5, 2, 3, 5};
	return fmax(round_up(max, digits, sizeof digits / sizeof *digits), 5);
}

double scale_step(double max)
{
	static const double digits[] = {1, 2, 5};
	return round_up(max / 4, digits, sizeof digits / sizeof *digits);
}

double scale_top_share(double max)
{
	return max > 0 && max <= .2 ? .2 : 1;
}

size_t chart_trace(struct svg *svg, const char *class, const double *values, size_t count,
	double x0, double step, double base, double unit)
{
	size_t last = count;
	bool moves = true;
	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i])) {
			moves = true;
			continue;
		}
		if (last == count)
			svg_path_open(svg, class);
		svg_path_point(svg, moves, x0 + step * (double)i, base - unit * values[i]);
		moves = false;
		last = i;
	}
	if (last != count)
		svg_path_close(svg);
	return last;
}
