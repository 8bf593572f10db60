/*
 * vonk: the course of twelve months in a cell of a table, from 0.
 */
#include "web/chart_own.h"

enum { WIDTH = 92, HEIGHT = 26, EDGE = 4 };

void chart_vonk(const struct chart_vonk *vonk, struct buf *out)
{
	struct svg svg = {out, vonk->alone};
	double base = HEIGHT - EDGE, max = vonk->has_norm ? vonk->norm : 0;
	for (size_t i = 0; i < vonk->count; i++)
		max = higher(max, vonk->values[i]);
	double unit = max > 0 ? (base - EDGE) / max : 0;
	double step = vonk->count > 1 ? (WIDTH - 2. * EDGE) / (double)(vonk->count - 1) : 0;
	svg_open(&svg, "vonk", WIDTH, HEIGHT, 0, NULL, NULL);
	if (vonk->has_norm)
		svg_line(&svg, "n", 0, base - unit * vonk->norm, WIDTH, base - unit * vonk->norm);
	size_t last = chart_trace(&svg, "la", vonk->values, vonk->count, EDGE, step, base, unit);
	if (last < vonk->count)
		svg_circle(
			&svg, "a", EDGE + step * (double)last, base - unit * vonk->values[last], 3);
	svg_close(&svg);
}
