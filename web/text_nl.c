#include "web/text_nl.h"

#include "web/figure_number.h"
#include "web/nl.h"
#include <math.h>
#include <string.h>

/* ---- patterns ---- */

enum pattern {
	NORM,
	MET,
	MISSED,
	RUNNING,
	BOTH_MET,
	BOTH_MISSED,
	SURELY_MET,
	SURELY_MISSED,
	UNSURE,
	BOUNDS,
	SPANS,
	SPANS_ALL,
	SPAN_MET,
	SPAN_MISSED,
	NEEDED,
	CLAUSE_SAME,
	CLAUSE_OTHER,
	THEN,
	THEN_SAME,
	THEN_OTHER,
	MONTHS_SAME,
	MONTHS_NORM,
	MONTHS_RUN,
	MONTHS_LAST,
	MONTHS_FEW,
	GROUPS_SAME,
	GROUPS_FEW,
	GROUP,
	MOST,
	KNOWN,
	UNKNOWN,
	NORMS_NONE,
	NORMS_ONE,
	NORMS_MORE,
	NORM_ONLY,
	NORM_ONLY_NOT,
	SAME_ONE,
	SAME_MORE,
	OLDER,
	PUBLISHED,
	PUBLISHED_BY,
	HIDDEN,
	UNMEASURED,
	UNMEASURED_UNTIL,
	UNMEASURED_YET,
	UNMEASURED_HERE,
	MEASURED_IN,
	MEASURED_NEXT,
};
static const char *const patterns[] = {
	[NORM] = "De norm is {norm}.",
	[MET] = "Die is gehaald.",
	[MISSED] = "Die is niet gehaald.",
	[RUNNING] = "Of die wordt gehaald, weten we nog niet.",
	[BOTH_MET] = "Beide normen zijn {norm} en gehaald.",
	[BOTH_MISSED] = "Beide normen zijn {norm} en niet gehaald.",
	[SURELY_MET] = "In het slechtste geval is het {other}. De norm is dus zeker gehaald.",
	[SURELY_MISSED] = "In het beste geval is het {other}. De norm is dus zeker niet gehaald.",
	[UNSURE] = "Daardoor kan het ook {other} zijn. Of de norm is gehaald, is niet zeker.",
	[BOUNDS] = "Daardoor kan het tussen {low} en {high} liggen.",
	[SPANS] = "Die is in {met} van de {over} {spans} gehaald.",
	[SPANS_ALL] = "Die is in alle {over} de {spans} gehaald.",
	[SPAN_MET] = "Vorig {span} is die gehaald.",
	[SPAN_MISSED] = "Vorig {span} is die niet gehaald.",
	[NEEDED] = "In {span} zijn er nog {needed} nodig.",
	[CLAUSE_SAME] = ", ongeveer even{how} als {then}",
	[CLAUSE_OTHER] = ", {how} dan {then} ({value})",
	[THEN] = "{Then} was het {value}.",
	[THEN_SAME] = "{Then} was het {value}: ongeveer even{how}.",
	[THEN_OTHER] = "{Then} was het {value}. Nu is het {how}.",
	[MONTHS_SAME] = "Schommelt gewoon tussen {low} en {high}.",
	[MONTHS_NORM] = "De norm van {norm} ligt daarin: de ene maand wordt hij gehaald, de andere "
			"niet. Alleen met een andere manier van werken wordt de norm elke maand "
			"gehaald.",
	[MONTHS_RUN] = "Verandering: al {count} maanden {how} dan gemiddeld ({mean}).",
	[MONTHS_LAST] = "Opvallend: vorige maand {value}. Gewoon is {low} tot {high}.",
	[MONTHS_FEW] = "Er zijn nog te weinig maanden om te zien of er iets verandert.",
	[GROUPS_SAME] = "De verschillen tussen {groups} zijn zo klein dat ze toeval kunnen zijn.",
	[GROUPS_FEW] = "De aantallen zijn te klein om {groups} te vergelijken.",
	[GROUP] = "{label}: {how} dan de rest ({value}).",
	[MOST] = "Bij 9 van de 10 is het hoogstens {most}.",
	[KNOWN] = "Van {things} weten we het.",
	[UNKNOWN] = "Van {things} weten we het niet.",
	[NORMS_NONE] = "Van de {of} percentages met een norm haalt er geen de norm.",
	[NORMS_ONE] = "Van de {of} percentages met een norm haalt er 1 de norm.",
	[NORMS_MORE] = "Van de {of} percentages met een norm halen er {met} de norm.",
	[NORM_ONLY] = "Er is 1 percentage met een norm. Dat haalt de norm.",
	[NORM_ONLY_NOT] = "Er is 1 percentage met een norm. Dat haalt de norm niet.",
	[SAME_ONE] = "Bij 1 ander cijfer is het verschil met {then} zo klein dat het toeval kan "
		     "zijn. Dat staat hier niet.",
	[SAME_MORE] =
		"Bij {count} andere cijfers is het verschil met {then} zo klein dat het toeval "
		"kan zijn. Zij staan hier niet.",
	[OLDER] = "Volgens de telling van {year} is het in deze periode {other} in plaats van "
		  "{value}.",
	[PUBLISHED] = "In {year} was het {value}.",
	[PUBLISHED_BY] = "In {year} was het {value} ({source}).",
	[HIDDEN] = "Aantallen onder de 5 tonen we niet. Zo is niemand te herkennen.",
	[UNMEASURED] = "In {year} is dit niet gemeten.",
	[UNMEASURED_UNTIL] = "In {year} is dit niet gemeten. De volgende meting is in {next}.",
	[UNMEASURED_YET] = "Dit is nog niet gemeten.",
	[UNMEASURED_HERE] = "In deze periode is dit niet gemeten.",
	[MEASURED_IN] = "De meting is in {next}.",
	[MEASURED_NEXT] = "volgende meting in {next}",
};

/* What stands in the place of a name. */
struct field {
	const char *name;
	const char *text;
	struct buf own; /* where it was written for this; text NULL */
};
enum { FIELDS_MAX = 4 };

/* Each name of a pattern is given by its function. */
static const char *field_text(const struct field *fields, const char *name, size_t len)
{
	size_t i = 0;
	while (i < FIELDS_MAX && fields[i].name &&
		(strlen(fields[i].name) != len || memcmp(fields[i].name, name, len) != 0))
		i++;
	must(i < FIELDS_MAX && fields[i].name);
	return fields[i].text ? fields[i].text : fields[i].own.data;
}

static void fill(const char *text, const struct field *fields, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "{");
		buf_add(out, text, len);
		text += len;
		if (!*text)
			return;
		len = strcspn(text, "}");
		buf_text(out, field_text(fields, text + 1, len - 1));
		text += len + 1;
	}
}

/* A sentence; its fields are done with. */
static void say(enum pattern pattern, struct field fields[FIELDS_MAX], struct buf *out)
{
	if (out->len && patterns[pattern][0] != ',')
		buf_char(out, ' ');
	fill(patterns[pattern], fields, out);
	for (size_t i = 0; i < FIELDS_MAX; i++)
		buf_done(&fields[i].own);
}

/* ---- fields ---- */

void text_value(struct text_number number, struct buf *out)
{
	if (isnan(number.value))
		buf_text(out, "onbekend");
	else
		figure_number(number.value, number.unit, number.norm, out);
}

static struct field number_field(const char *name, struct text_number number)
{
	struct field field = {.name = name};
	text_value(number, &field.own);
	return field;
}

static struct field count_field(const char *name, double count)
{
	return number_field(name, (struct text_number){count, UNIT_COUNT, NULL});
}

static struct field things_field(struct text_things things)
{
	struct field field = count_field("things", things.count);
	buf_printf(&field.own, "\u00A0%s", things.count == 1 ? things.one : things.more);
	return field;
}

static struct field year_field(const char *name, int year)
{
	struct field field = {.name = name};
	buf_printf(&field.own, "%d", year);
	return field;
}

static const char *span_text(int months)
{
	return months == 12 ? "jaar" : "kwartaal";
}

struct text_number text_total(const struct figure *figure)
{
	const struct norm *norm = figure_norm(figure);
	return (struct text_number){figure->total.known ? figure->total.value : NAN,
		figure->kpi->unit, norm->kind == NORM_NONE ? NULL : &norm->value};
}

void text_says(const struct figure *figure, struct buf *out)
{
	const struct kpi *kpi = figure->kpi;
	const char *says = kpi->told[figure->definition].is_own ? NULL : kpi->says;
	struct field fields[FIELDS_MAX] = {
		{.name = "label", .text = kpi->label}, number_field("value", text_total(figure))};
	fill(says ? says : "{label}: {value}", fields, out);
	buf_done(&fields[1].own);
}

/* ---- the norm ---- */

bool text_norm_value(const struct norm *norm, bool at_least, struct buf *out)
{
	static const char *const words[] = {[NORM_AT_LEAST] = "minstens ",
		[NORM_MORE_THAN] = "meer dan ",
		[NORM_AT_MOST] = "hoogstens "};
	if (norm->kind == NORM_NONE)
		return false;
	if (at_least || norm->kind != NORM_AT_LEAST)
		buf_text(out, words[norm->kind]);
	text_value((struct text_number){norm->value, norm->held_to->unit, NULL}, out);
	if (norm->months)
		buf_printf(out, " per %s", span_text(norm->months));
	return true;
}

void text_norm_is(const struct norm *norm, struct buf *out)
{
	struct field fields[FIELDS_MAX] = {{.name = "norm"}};
	if (text_norm_value(norm, false, &fields[0].own))
		say(NORM, fields, out);
}

static void met_say(bool met, struct buf *out)
{
	say(met ? MET : MISSED, (struct field[FIELDS_MAX]){0}, out);
}

void text_held(const struct norm *norm, bool met, struct buf *out)
{
	text_norm_is(norm, out);
	met_say(met, out);
}

void text_both(struct text_number norm, bool met, struct buf *out)
{
	say(met ? BOTH_MET : BOTH_MISSED, (struct field[FIELDS_MAX]){number_field("norm", norm)},
		out);
}

void text_surely(struct text_number other, bool met, struct buf *out)
{
	say(met ? SURELY_MET : SURELY_MISSED,
		(struct field[FIELDS_MAX]){number_field("other", other)}, out);
}

void text_unsure(struct text_number other, struct buf *out)
{
	say(UNSURE, (struct field[FIELDS_MAX]){number_field("other", other)}, out);
}

void text_bounds(struct text_number low, struct text_number high, struct buf *out)
{
	if (low.value == high.value)
		return;
	say(BOUNDS,
		(struct field[FIELDS_MAX]){number_field("low", low), number_field("high", high)},
		out);
}

void text_spans(uint32_t met, uint32_t over, int months, bool running, struct buf *out)
{
	if (!over)
		return;
	if (over == 1 && !running) {
		met_say(met, out);
		return;
	}
	say(over == 1         ? met ? SPAN_MET : SPAN_MISSED
		: met == over ? SPANS_ALL
			      : SPANS,
		(struct field[FIELDS_MAX]){count_field("met", met), count_field("over", over),
			{.name = "span", .text = span_text(months)},
			{.name = "spans", .text = months == 12 ? "jaren" : "kwartalen"}},
		out);
}

void text_needed(double needed, int months, struct buf *out)
{
	if (needed == 0)
		return;
	say(NEEDED,
		(struct field[FIELDS_MAX]){
			{.name = "span", .text = months == 12 ? "dit jaar" : "dit kwartaal"},
			count_field("needed", needed)},
		out);
}

void text_judged(const struct figure *figure, struct buf *out)
{
	const struct norm *norm = figure_norm(figure);
	if (norm->kind == NORM_NONE || norm->held_to != figure->kpi ||
		figure->verdict == VERDICT_NONE)
		return;
	text_norm_is(norm, out);
	if (figure->verdict == VERDICT_RUNNING)
		say(RUNNING, (struct field[FIELDS_MAX]){0}, out);
	else if (norm->months)
		text_spans(figure->spans_met, figure->spans_over, norm->months, figure->has_needed,
			out);
	else if (figure->verdict == VERDICT_MET || figure->verdict == VERDICT_MISSED)
		met_say(figure->verdict == VERDICT_MET, out);
	if (figure->has_needed)
		text_needed(figure->needed, norm->months, out);
}

bool text_has_bounds(const struct figure *figure)
{
	const double least = 0.004; /* closer together they say nothing */
	const struct value *total = &figure->total;
	return figure->kpi->unit == UNIT_SHARE && total->known && total->has_range &&
	       total->high - total->low >= least;
}

/* What would be so if all that is not known went the other way. */
void text_doubt(const struct figure *figure, struct buf *out)
{
	const struct value *total = &figure->total;
	const struct norm *norm = figure_norm(figure);
	bool is_met = verdict_is_met(figure->verdict);
	bool high = (norm->kind != NORM_AT_MOST) != is_met;
	struct text_number other = {high ? total->high : total->low, UNIT_SHARE, &norm->value};
	if (!text_has_bounds(figure))
		return;
	if (figure->verdict == VERDICT_MET_UNSURE || figure->verdict == VERDICT_MISSED_UNSURE)
		text_unsure(other, out);
	else if (figure->verdict == VERDICT_MET || figure->verdict == VERDICT_MISSED)
		text_surely(other, is_met, out);
	else
		text_bounds((struct text_number){total->low, UNIT_SHARE, NULL},
			(struct text_number){total->high, UNIT_SHARE, NULL}, out);
}

void text_norm(const struct figure *figure, struct buf *out)
{
	const struct norm *norm = figure_norm(figure);
	const struct formula *formula =
		figure->formula->sum_count ? figure->formula->sum_of[0] : figure->formula;
	if (norm->kind != NORM_NONE && norm->held_to != figure->kpi)
		return;
	text_judged(figure, out);
	if (!text_has_bounds(figure))
		return;
	text_unknown((struct text_things){(double)figure->total.counts.unknown, formula->thing,
			     formula->things},
		out);
	text_doubt(figure, out);
}

/* ---- beside another period ---- */

const char *text_difference(enum difference difference, enum kpi_unit unit)
{
	static const char *const shares[] = {"", "", "vaker", "minder vaak"};
	static const char *const counts[] = {"", "", "meer", "minder"};
	return (unit == UNIT_SHARE ? shares : counts)[difference];
}

const char *then_text(enum text_then which)
{
	static const char *const texts[] = {"vorig jaar", "de periode ervoor", "4 weken geleden"};
	return texts[which];
}

static const char *same_text(enum kpi_unit unit)
{
	return unit == UNIT_SHARE ? " vaak" : "veel";
}

void text_clause(
	enum difference difference, struct text_number then, enum text_then which, struct buf *out)
{
	struct field fields[FIELDS_MAX] = {
		{.name = "then", .text = then_text(which)}, {.name = "how"}};
	if (difference == DIFFERENCE_UNJUDGED)
		return;
	if (difference == DIFFERENCE_SAME) {
		fields[1].text = same_text(then.unit);
		say(CLAUSE_SAME, fields, out);
		return;
	}
	fields[1].text = text_difference(difference, then.unit);
	fields[2] = number_field("value", then);
	say(CLAUSE_OTHER, fields, out);
}

void text_then(
	enum difference difference, struct text_number then, enum text_then which, struct buf *out)
{
	static const char *const begins[] = {
		"Vorig jaar", "In de periode ervoor", "4 weken geleden"};
	struct field fields[FIELDS_MAX] = {{.name = "Then", .text = begins[which]},
		number_field("value", then), {.name = "how"}};
	fields[2].text = difference == DIFFERENCE_SAME ? same_text(then.unit)
						       : text_difference(difference, then.unit);
	say(difference == DIFFERENCE_UNJUDGED   ? THEN
		: difference == DIFFERENCE_SAME ? THEN_SAME
						: THEN_OTHER,
		fields, out);
}

/* ---- months, groups, days ---- */

static bool norm_within(const struct months *months, const struct norm *norm)
{
	return norm && norm->kind != NORM_NONE && norm->value > months->low &&
	       norm->value < months->high;
}

void text_months_few(struct buf *out)
{
	say(MONTHS_FEW, (struct field[FIELDS_MAX]){0}, out);
}

void text_months(
	const struct months *months, enum kpi_unit unit, const struct norm *norm, struct buf *out)
{
	const struct text_number mean = {months->mean, unit, NULL}, low = {months->low, unit, NULL},
				 high = {months->high, unit, NULL},
				 last = {months->last, unit, NULL};
	bool outside = months->last < months->low || months->last > months->high;
	if (!months->count) {
		text_months_few(out);
	} else if (outside) {
		say(MONTHS_LAST,
			(struct field[FIELDS_MAX]){number_field("value", last),
				number_field("low", low), number_field("high", high)},
			out);
	} else if (months->difference > DIFFERENCE_SAME) {
		say(MONTHS_RUN,
			(struct field[FIELDS_MAX]){count_field("count", (double)months->run),
				{.name = "how",
					.text = months->difference == DIFFERENCE_MORE ? "hoger"
										      : "lager"},
				number_field("mean", mean)},
			out);
	} else {
		say(MONTHS_SAME,
			(struct field[FIELDS_MAX]){
				number_field("low", low), number_field("high", high)},
			out);
		if (norm_within(months, norm))
			say(MONTHS_NORM,
				(struct field[FIELDS_MAX]){number_field(
					"norm", (struct text_number){norm->value, unit, NULL})},
				out);
	}
}

void text_groups_same(const char *groups, struct buf *out)
{
	say(GROUPS_SAME, (struct field[FIELDS_MAX]){{.name = "groups", .text = groups}}, out);
}

void text_groups_few(const char *groups, struct buf *out)
{
	say(GROUPS_FEW, (struct field[FIELDS_MAX]){{.name = "groups", .text = groups}}, out);
}

void text_group(
	const char *label, enum difference difference, struct text_number value, struct buf *out)
{
	if (difference <= DIFFERENCE_SAME)
		return;
	say(GROUP,
		(struct field[FIELDS_MAX]){{.name = "label", .text = label},
			{.name = "how", .text = text_difference(difference, value.unit)},
			number_field("value", value)},
		out);
}

void text_most(struct text_number most, struct buf *out)
{
	say(MOST, (struct field[FIELDS_MAX]){number_field("most", most)}, out);
}

/* ---- of several figures ---- */

void text_norms(size_t met, size_t of, struct buf *out)
{
	if (!of)
		return;
	say(of == 1        ? met ? NORM_ONLY : NORM_ONLY_NOT
		: !met     ? NORMS_NONE
		: met == 1 ? NORMS_ONE
			   : NORMS_MORE,
		(struct field[FIELDS_MAX]){
			count_field("of", (double)of), count_field("met", (double)met)},
		out);
}

void text_same(size_t count, enum text_then which, struct buf *out)
{
	if (!count)
		return;
	say(count == 1 ? SAME_ONE : SAME_MORE,
		(struct field[FIELDS_MAX]){count_field("count", (double)count),
			{.name = "then", .text = then_text(which)}},
		out);
}

void text_known(struct text_things known, struct buf *out)
{
	if (known.count == 0)
		return;
	say(KNOWN, (struct field[FIELDS_MAX]){things_field(known)}, out);
}

void text_unknown(struct text_things unknown, struct buf *out)
{
	if (unknown.count == 0)
		return;
	say(UNKNOWN, (struct field[FIELDS_MAX]){things_field(unknown)}, out);
}

void text_older(int year, struct text_number other, struct text_number value, struct buf *out)
{
	say(OLDER,
		(struct field[FIELDS_MAX]){year_field("year", year), number_field("other", other),
			number_field("value", value)},
		out);
}

void text_published(int year, struct text_number value, const char *source, struct buf *out)
{
	say(source ? PUBLISHED_BY : PUBLISHED,
		(struct field[FIELDS_MAX]){year_field("year", year), number_field("value", value),
			{.name = "source", .text = source}},
		out);
}

/* ---- what is not there ---- */

void text_hidden(struct buf *out)
{
	say(HIDDEN, (struct field[FIELDS_MAX]){0}, out);
}

void text_unmeasured(int year, int next, struct buf *out)
{
	bool is_then = year && next != year; /* said of that year in one sentence */
	say(!year         ? UNMEASURED_HERE
		: !next   ? UNMEASURED
		: is_then ? UNMEASURED_UNTIL
			  : UNMEASURED_YET,
		(struct field[FIELDS_MAX]){year_field("year", year), year_field("next", next)},
		out);
	if (!is_then)
		text_measured_in(next, out);
}

void text_measured_in(int next, struct buf *out)
{
	if (next)
		say(MEASURED_IN, (struct field[FIELDS_MAX]){year_field("next", next)}, out);
}

void text_measured_next(int next, struct buf *out)
{
	if (next)
		say(MEASURED_NEXT, (struct field[FIELDS_MAX]){year_field("next", next)}, out);
}
