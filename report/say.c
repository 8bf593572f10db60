#include "report/say.h"

#include "figures/published.h"
#include "web/figure_number.h"
#include "web/nl.h"
#include "web/text_nl.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { ROWS_MAX = 64 };

/* ---- numbers ---- */

bool say_value(const struct figure *figure, struct buf *out)
{
	if (figure->suppressed || !figure->total.known)
		return false;
	text_value(text_total(figure), out);
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

static void earlier_say(const struct figure *figure, uint32_t year, struct buf *out)
{
	const struct published_figure *earlier = published_total(figure, year);
	if (earlier)
		text_published((int)year,
			(struct text_number){earlier->value, figure->kpi->unit, NULL}, NULL, out);
}

/* What is said on every page; it may be nothing. */
static void sentence_say(const struct report *report, enum outline_take take,
	const struct figure *figure, struct buf *out)
{
	auto_buf struct buf text = {0};
	if (take == TAKE_NORM)
		text_norm_is(figure_norm(figure), &text);
	else if (take == TAKE_JUDGED)
		text_judged(figure, &text);
	else if (take == TAKE_DOUBT)
		text_doubt(figure, &text);
	else
		earlier_say(figure, report->asked.year - 1, &text);
	buf_add(out, text.data, text.len);
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
	case TAKE_JUDGED:
	case TAKE_DOUBT:
	case TAKE_EARLIER:
		sentence_say(report, part->take, figure, out);
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

/* ---- of other definitions ---- */

void say_otherwise(const struct report *report, const struct figure *otherwise,
	const struct figure *figure, struct buf *out)
{
	if (!otherwise->suppressed && otherwise->total.known)
		text_older((int)report->kpis->definitions[otherwise->definition].name,
			text_total(otherwise), text_total(figure), out);
}
