#include "report/say.h"

#include "web/figure_number.h"
#include "web/nl.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { ROWS_MAX = 64 };

/* Bounds that lie closer say nothing. */
static const double bounds_least = 0.004;

/* ---- numbers ---- */

bool say_value(const struct figure *figure, struct buf *out)
{
	const struct norm *norm = figure_norm(figure);
	if (figure->suppressed || !figure->total.known)
		return false;
	figure_number(figure->total.value, figure->kpi->unit,
		norm->kind == NORM_NONE ? NULL : &norm->value, out);
	return true;
}

bool say_norm_value(const struct figure *figure, bool bare, struct buf *out)
{
	static const char *const words[] = {"", "minstens ", "meer dan ", "hoogstens "};
	const struct norm *norm = figure_norm(figure);
	if (norm->kind == NORM_NONE)
		return false;
	if (!bare || norm->kind != NORM_AT_LEAST)
		buf_text(out, words[norm->kind]);
	figure_number(norm->value, norm->held_to->unit, NULL, out);
	buf_text(out, norm->months == 3 ? " per kwartaal" : norm->months == 12 ? " per jaar" : "");
	return true;
}

double say_share(const struct figure *split, const struct figure_row *row)
{
	int64_t whole = split->total.counts.count;
	return whole ? (double)row->value.counts.count / (double)whole : NAN;
}

static bool is_unknown(const struct figure_row *row)
{
	return !strcmp(row->keys[0], "UNKNOWN");
}

size_t say_rows(const struct figure *split, const struct figure_row **rows, size_t most)
{
	size_t count = 0;
	for (size_t i = 0; i < split->row_count; i++) {
		const struct figure_row *row = &split->rows[i];
		if (row->suppressed || is_unknown(row))
			continue;
		size_t at = count;
		while (at && rows[at - 1]->value.counts.count < row->value.counts.count)
			at--;
		if (at >= most)
			continue;
		count += count < most;
		memmove(rows + at + 1, rows + at, (count - at - 1) * sizeof *rows);
		rows[at] = row;
	}
	return count;
}

/* What begins with a capital for no other reason than that it stands first. */
void say_label(const struct figure *split, const struct figure_row *row, struct buf *out)
{
	const char *label = row->labels[0];
	bool name = !strcmp(split->by[0]->id, "ward") || !strcmp(split->by[0]->id, "location");
	for (const char *c = label + (*label != 0); *c; c++)
		name = name || isupper((unsigned char)*c);
	buf_char(out, name ? *label : (char)tolower((unsigned char)*label));
	buf_text(out, label + (*label != 0));
}

/* ---- fields ---- */

static void row_say(const struct figure *split, const struct figure_row *row, struct buf *out)
{
	say_label(split, row, out);
	buf_text(out, " (");
	nl_share(say_share(split, row), NULL, out);
	buf_char(out, ')');
}

static bool most_say(const struct figure *split, struct buf *out)
{
	const struct figure_row *rows[2];
	if (say_rows(split, rows, 2) < 2 || isnan(say_share(split, rows[0])))
		return false;
	row_say(split, rows[0], out);
	buf_text(out, " en ");
	row_say(split, rows[1], out);
	return true;
}

static bool top_say(const struct figure *split, bool name, struct buf *out)
{
	const struct figure_row *row;
	if (!say_rows(split, &row, 1) || isnan(say_share(split, row)))
		return false;
	if (name)
		say_label(split, row, out);
	else
		nl_share(say_share(split, row), NULL, out);
	return true;
}

/* What is hidden may be smaller. */
static bool least_say(const struct figure *split, struct buf *out)
{
	const struct figure_row *rows[ROWS_MAX];
	size_t count = say_rows(split, rows, ROWS_MAX);
	for (size_t i = 0; i < split->row_count; i++) {
		if (split->rows[i].suppressed)
			return false;
	}
	if (count < 2 || count == ROWS_MAX || isnan(say_share(split, rows[0])))
		return false;
	row_say(split, rows[count - 1], out);
	return true;
}

/* A number in the words for one or for more. */
static void words_say(const struct outline_part *part, long long number, struct buf *out)
{
	const char *words = number == 1 ? part->one : part->more;
	for (const char *c = words; words && *c; c++) {
		if (*c == '#')
			nl_count(number, out);
		else
			buf_char(out, *c);
	}
	if (!words)
		nl_count(number, out);
}

static bool key_say(const struct outline_part *part, const struct figure *split, struct buf *out)
{
	const struct figure_row *row = report_row(split, part->ref.key);
	if (!split->row_count || (row && row->suppressed) || !split->total.counts.count)
		return false;
	if (part->take == TAKE_COUNT || part->more)
		words_say(part, row ? row->value.counts.count : 0, out);
	else
		nl_share(row ? say_share(split, row) : 0, NULL, out);
	return true;
}

static bool part_say(const struct counts *counts, struct buf *out)
{
	if (!counts->of)
		return false;
	if (counts->count == counts->of || !counts->count) {
		buf_text(out, counts->count ? "allemaal" : "geen");
		return true;
	}
	nl_count(counts->count, out);
	buf_text(out, " van de ");
	nl_count(counts->of, out);
	return true;
}

static bool number_say(
	const struct outline_part *part, const struct figure *figure, struct buf *out)
{
	const struct value *total = &figure->total;
	const struct counts *counts = &total->counts;
	switch (part->take) {
	case TAKE_COUNT:
		words_say(part, counts->count, out);
		return true;
	case TAKE_OF:
		words_say(part, counts->of, out);
		return total->has_of;
	case TAKE_UNKNOWN: /* nothing need be said where all is known */
		words_say(part, counts->unknown, out);
		return counts->unknown > 0;
	case TAKE_HALF:
	case TAKE_NINE:
		figure_number(part->take == TAKE_HALF ? total->p50 : total->p90, figure->kpi->unit,
			NULL, out);
		return total->has_spread;
	case TAKE_PART:
		return part_say(counts, out);
	default:
		if (!part->more)
			return say_value(figure, out);
		words_say(part, llround(total->value), out);
		return total->known;
	}
}

static bool field_say(const struct report *report, const struct outline_part *part, struct buf *out)
{
	const struct figure *figure = report_figure(report, part->ref.id, part->ref.by);
	if (!figure || figure->suppressed)
		return take_is_sentence(part->take);
	switch (part->take) {
	case TAKE_MOST:
		return most_say(figure, out);
	case TAKE_LEAST:
		return least_say(figure, out);
	case TAKE_TOP:
	case TAKE_TOP_NAME:
		return top_say(figure, part->take == TAKE_TOP_NAME, out);
	case TAKE_NORM:
		say_norm(figure, out);
		return true;
	case TAKE_DOUBT:
		say_doubt(figure, out);
		return true;
	case TAKE_EARLIER:
		say_earlier(figure, report->asked.year - 1, out);
		return true;
	default:
		return part->ref.key ? key_say(part, figure, out) : number_say(part, figure, out);
	}
}

bool say_sentence(const struct report *report, const struct outline_say *say, struct buf *out)
{
	size_t before = out->len;
	for (size_t i = 0; i < say->count; i++) {
		const struct outline_part *part = &say->parts[i];
		if (part->text) {
			bool twice = out->len > before && out->data[out->len - 1] == ' ';
			buf_text(out, part->text + (twice && *part->text == ' '));
		} else if (!field_say(report, part, out)) {
			out->len = before;
			return false;
		}
	}
	/* Before a sentence that says nothing now. */
	while (out->len > before && out->data[out->len - 1] == ' ')
		out->data[--out->len] = 0;
	return out->len > before;
}

/* ---- of a norm ---- */

static void spans_say(const struct figure *figure, struct buf *out)
{
	const char *spans = figure_norm(figure)->months == 3 ? "kwartalen" : "jaren";
	if (figure->spans_met == figure->spans_over)
		buf_printf(out, " Die is in alle %u de %s gehaald.", figure->spans_over, spans);
	else
		buf_printf(out, " Die is in %u van de %u %s gehaald.", figure->spans_met,
			figure->spans_over, spans);
}

void say_norm(const struct figure *figure, struct buf *out)
{
	size_t before = out->len;
	buf_text(out, "De norm is ");
	if (!say_norm_value(figure, true, out)) {
		out->len = before;
		return;
	}
	buf_char(out, '.');
	if (figure->spans_over > 1)
		spans_say(figure, out);
	else if (figure->verdict == VERDICT_MET || figure->verdict == VERDICT_MISSED)
		buf_text(out, figure->verdict == VERDICT_MET ? " Die is gehaald."
							     : " Die is niet gehaald.");
	else if (figure->verdict == VERDICT_RUNNING)
		buf_text(out, " Of die wordt gehaald, weten we nog niet.");
}

static bool has_doubt(const struct figure *figure)
{
	const struct value *total = &figure->total;
	return figure->kpi->unit == UNIT_SHARE && total->known && total->has_range &&
	       total->high - total->low >= bounds_least;
}

/* The bound that could turn it. */
static void unsure_say(const struct figure *figure, struct buf *out)
{
	const struct norm *norm = figure_norm(figure);
	bool is_met = figure->verdict == VERDICT_MET_UNSURE;
	double bound =
		is_met == (norm->kind == NORM_AT_MOST) ? figure->total.high : figure->total.low;
	buf_text(out, "Daardoor kan het ook ");
	nl_share(bound, &norm->value, out);
	buf_text(out, " zijn. Of de norm is gehaald, is niet zeker.");
}

void say_doubt(const struct figure *figure, struct buf *out)
{
	if (!has_doubt(figure))
		return;
	if (figure->verdict == VERDICT_MET_UNSURE || figure->verdict == VERDICT_MISSED_UNSURE) {
		unsure_say(figure, out);
		return;
	}
	const struct norm *norm = figure_norm(figure);
	const double *beside = norm->kind == NORM_NONE ? NULL : &norm->value;
	buf_text(out, "Daardoor kan het percentage tussen ");
	nl_share(figure->total.low, beside, out);
	buf_text(out, " en ");
	nl_share(figure->total.high, beside, out);
	buf_text(out, " liggen.");
	if (figure->verdict == VERDICT_MET || figure->verdict == VERDICT_MISSED)
		buf_text(out, figure->verdict == VERDICT_MET ? " Ook dan is de norm gehaald."
							     : " Ook dan is de norm niet gehaald.");
}

/* ---- of other years and definitions ---- */

const struct published_figure *say_published(const struct figure *figure, uint32_t year)
{
	for (size_t i = 0; i < figure->published_count; i++) {
		if (figure->published[i].year == year && !figure->published[i].by)
			return &figure->published[i];
	}
	return NULL;
}

void say_earlier(const struct figure *figure, uint32_t year, struct buf *out)
{
	const struct published_figure *earlier = say_published(figure, year);
	if (!earlier)
		return;
	buf_printf(out, "In %u was het ", year);
	figure_number(earlier->value, figure->kpi->unit, NULL, out);
	buf_char(out, '.');
}

void say_otherwise(const struct figure *otherwise, struct buf *out)
{
	size_t before = out->len;
	long long number = llround(otherwise->total.value);
	bool is_count = otherwise->kpi->unit == UNIT_COUNT;
	buf_text(out, is_count && number != 1 ? "Zo geteld zijn het er " : "Zo geteld is het ");
	if (say_value(otherwise, out))
		buf_char(out, '.');
	else
		out->len = before;
}
