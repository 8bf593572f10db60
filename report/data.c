#include "report/data.h"

#include "figures/render.h"
#include "lib/calendar.h"
#include "lib/datapackage.h"
#include "lib/json_out.h"
#include "proto/json.h"
#include "report/file.h"
#include <math.h>
#include <sodium.h>
#include <string.h>

static const char csv_type[] = "text/csv; charset=utf-8";
/* The package first, then what it names. */
const struct report_data_file report_data_files[REPORT_DATA_FILES] = {
	{"datapackage.json", "Wat er in de bestanden staat, voor programma's", "application/json"},
	{"figures.csv", "De cijfers van het jaar: een regel per cijfer", csv_type},
	{"splits.csv", "Cijfers uitgesplitst, bijvoorbeeld per wijk of per reden", csv_type},
	{"series.csv", "Cijfers per maand en per kwartaal", csv_type},
	{"definitions.csv", "Wat elk cijfer is en hoe we tellen", csv_type},
};

size_t report_data_find(const char *name)
{
	size_t i = 0;
	while (i < REPORT_DATA_FILES && strcmp(report_data_files[i].name, name) != 0)
		i++;
	return i;
}

/* ---- columns ---- */

enum data_column {
	ID,
	DEFINITION,
	LABEL,
	GROUP,
	FROM,
	TO,
	PER,
	DIMENSION,
	KEY,
	KEY_LABEL,
	UNIT,
	NORM,
	NORM_PER,
	HELD_TO,
	VERDICT,
	HIDDEN,
	WHO,
	WHEN,
	IF_UNKNOWN,
	CHANGED,
	VALUE, /* from here on: numbers */
	COUNT,
	OF,
	UNKNOWN,
	LOW,
	HIGH,
	MEDIAN,
	NINE,
	MEAN,
	NORM_VALUE,
	COLUMNS,
};
static const struct {
	const char *name, *type, *title;
} columns[COLUMNS] = {
	[ID] = {"id", "string", "Kenmerk van het cijfer"},
	[DEFINITION] = {"definition", "year", "Jaar waarvan de telling is"},
	[LABEL] = {"label", "string", "Naam van het cijfer"},
	[GROUP] = {"group", "string", "Waar het bij hoort"},
	[FROM] = {"from", "date", "Eerste dag"},
	[TO] = {"to", "date", "Laatste dag"},
	[PER] = {"per", "string", "Maand of kwartaal: month, quarter"},
	[DIMENSION] = {"dimension", "string", "Waarnaar is uitgesplitst"},
	[KEY] = {"key", "string", "Kenmerk van het deel; UNKNOWN: onbekend"},
	[KEY_LABEL] = {"keyLabel", "string", "Naam van het deel"},
	[UNIT] = {"unit", "string", "Eenheid: count, share, days, seconds, euro"},
	[NORM] = {"norm", "string", "Soort norm: atLeast, moreThan, atMost"},
	[NORM_PER] = {"normPer", "string", "De norm geldt per quarter of year"},
	[HELD_TO] = {"heldTo", "string", "Het cijfer waarvoor de norm geldt, als het een ander is"},
	[VERDICT] = {"verdict", "string", "Of de norm is gehaald"},
	[HIDDEN] = {"suppressed", "boolean", "Niet getoond, want het gaat om weinig mensen"},
	[WHO] = {"who", "string", "Wie of wat meetelt"},
	[WHEN] = {"when", "string", "Wanneer het meetelt"},
	[IF_UNKNOWN] = {"ifUnknown", "string", "Wat we doen met onbekend"},
	[CHANGED] = {"changed", "string", "Wat er is veranderd in de telling"},
	[VALUE] = {"value", "number", "Het cijfer; een deel ligt tussen 0 en 1"},
	[COUNT] = {"count", "integer", "Aantal"},
	[OF] = {"of", "integer", "Van hoeveel"},
	[UNKNOWN] = {"unknown", "integer", "Van hoeveel het niet bekend is"},
	[LOW] = {"low", "number", "Kleinste waarde, met wat niet bekend is"},
	[HIGH] = {"high", "number", "Grootste waarde, met wat niet bekend is"},
	[MEDIAN] = {"p50", "number", "De helft heeft hoogstens zoveel"},
	[NINE] = {"p90", "number", "9 van de 10 hebben hoogstens zoveel"},
	[MEAN] = {"mean", "number", "Gemiddelde"},
	[NORM_VALUE] = {"normValue", "number", "De norm"},
};

/* What a row of a file is of; row NULL: the figure as a whole. */
struct line {
	const struct report *report;
	const struct figure *figure;
	const struct figure_row *row;
	const struct outline_need *need;
	struct arena *arena;
};

static const char *day_text(const struct line *line, int32_t day)
{
	char text[16];
	calendar_print(day, text);
	return arena_strdup(line->arena, text);
}

static bool is_hidden(const struct line *line)
{
	return line->row ? line->row->suppressed : line->figure->suppressed;
}

static const char *norm_text(const struct line *line, enum data_column column)
{
	const struct figure *figure = line->figure;
	const struct norm *norm = figure_norm(figure);
	if (norm->kind == NORM_NONE)
		return NULL;
	if (column == HELD_TO)
		return norm->held_to == figure->kpi ? NULL : norm->held_to->id;
	return column == NORM       ? norm_kinds[norm->kind]
	       : column == NORM_PER ? norm_per(norm)
				    : verdict_names[figure->verdict];
}

static const char *told_text(const struct line *line, enum data_column column)
{
	const struct told *told = &line->figure->kpi->told[line->figure->definition];
	return column == WHO          ? told->who
	       : column == WHEN       ? told->when
	       : column == IF_UNKNOWN ? told->unknown
				      : told->changed;
}

/* NULL: it has none. */
static const char *text_of(const struct line *line, enum data_column column)
{
	static const char *const spans[] = {
		[OUTLINE_YEAR] = "year", [OUTLINE_QUARTER] = "quarter", [OUTLINE_MONTH] = "month"};
	const struct figure *figure = line->figure;
	const struct kpi *kpi = figure->kpi;
	switch (column) {
	case ID:
		return kpi->id;
	case DEFINITION:
		return arena_printf(line->arena, "%u",
			line->report->kpis->definitions[figure->definition].name);
	case LABEL:
		return kpi->label;
	case GROUP:
		return kpi->group ? kpi->group->label : NULL;
	case FROM:
		return day_text(line, figure->period.from);
	case TO:
		return day_text(line, figure->period.to);
	case PER:
		return spans[line->need->span];
	case DIMENSION:
		return figure->by[0]->id;
	case KEY:
		return line->row->keys[0];
	case KEY_LABEL:
		return line->row->labels[0];
	case UNIT:
		return kpi_units[kpi->unit];
	case HIDDEN:
		return is_hidden(line) ? "true" : "false";
	default:
		return column < WHO ? norm_text(line, column) : told_text(line, column);
	}
}

static double value_number(const struct value *value, enum data_column column)
{
	switch (column) {
	case VALUE:
		return value->known ? value->value : NAN;
	case COUNT:
		return (double)value->counts.count;
	case OF:
		return value->has_of ? (double)value->counts.of : NAN;
	case UNKNOWN:
		return value->no_unknown ? NAN : (double)value->counts.unknown;
	case LOW:
	case HIGH:
		return !value->has_range ? NAN : column == LOW ? value->low : value->high;
	default:
		return !value->has_spread ? NAN
		       : column == MEDIAN ? value->p50
		       : column == NINE   ? value->p90
					  : value->mean;
	}
}

/* NAN: it has none, or it is not shown. */
static double number_of(const struct line *line, enum data_column column)
{
	const struct norm *norm = figure_norm(line->figure);
	if (column == NORM_VALUE)
		return norm->kind == NORM_NONE ? NAN : norm->value;
	return is_hidden(line)
		       ? NAN
		       : value_number(line->row ? &line->row->value : &line->figure->total, column);
}

static void column_print(const struct line *line, enum data_column column, struct buf *out)
{
	if (column < VALUE) {
		const char *text = text_of(line, column);
		render_csv_field(out, text ? text : "");
		return;
	}
	double number = number_of(line, column);
	if (!isnan(number))
		buf_number(out, number);
}

/* ---- files ---- */

enum { FILE_COLUMNS = 20 };
typedef bool takes_fn(const struct report *report, size_t index);
static bool takes_year(const struct report *report, size_t index)
{
	return report->needs[index]->span == OUTLINE_YEAR && !report->needs[index]->by;
}

static bool takes_split(const struct report *report, size_t index)
{
	return report->needs[index]->by;
}

static bool takes_series(const struct report *report, size_t index)
{
	return report->needs[index]->span != OUTLINE_YEAR;
}

/* Each KPI once. */
static bool takes_kpi(const struct report *report, size_t index)
{
	const struct figure *figure = &report->figures[index];
	for (size_t i = 0; i < index; i++)
		if (report->figures[i].kpi == figure->kpi)
			return false;
	return figure->definition == report->definition;
}

/* Beside the package. The first columns are what a row is known by. */
static const struct file {
	takes_fn *takes;
	size_t keys, count;
	enum data_column columns[FILE_COLUMNS];
} files[REPORT_DATA_FILES] = {
	[1] = {takes_year, 2, 20,
		{ID, DEFINITION, LABEL, FROM, TO, UNIT, VALUE, COUNT, OF, UNKNOWN, LOW, HIGH,
			MEDIAN, NINE, NORM, NORM_VALUE, NORM_PER, HELD_TO, VERDICT, HIDDEN}},
	[2] = {takes_split, 3, 11,
		{ID, DIMENSION, KEY, KEY_LABEL, FROM, TO, UNIT, VALUE, COUNT, UNKNOWN, HIDDEN}},
	[3] = {takes_series, 3, 11,
		{ID, PER, FROM, TO, LABEL, UNIT, VALUE, COUNT, OF, UNKNOWN, HIDDEN}},
	[4] = {takes_kpi, 2, 9,
		{ID, DEFINITION, LABEL, GROUP, UNIT, WHO, WHEN, IF_UNKNOWN, CHANGED}},
};

static void line_print(const struct file *file, const struct line *line, struct buf *out)
{
	for (size_t i = 0; i < file->count; i++) {
		if (i)
			buf_char(out, ',');
		column_print(line, file->columns[i], out);
	}
	buf_char(out, '\n');
}

static void file_print(const struct report *report, const struct file *file, struct buf *out)
{
	auto_arena struct arena arena = {0};
	for (size_t i = 0; i < file->count; i++)
		buf_printf(out, "%s%s", i ? "," : "", columns[file->columns[i]].name);
	buf_char(out, '\n');
	for (size_t i = 0; i < report->count; i++) {
		struct line line = {report, &report->figures[i], NULL, report->needs[i], &arena};
		if (!file->takes(report, i))
			continue;
		if (file->takes != takes_split)
			line_print(file, &line, out);
		for (size_t r = 0; file->takes == takes_split && r < line.figure->row_count; r++) {
			line.row = &line.figure->rows[r];
			line_print(file, &line, out);
		}
	}
}

/* ---- the package ---- */

static void resource_print(size_t index, const struct buf *text, struct buf *out)
{
	const struct report_data_file *named = &report_data_files[index];
	const struct file *file = &files[index];
	struct datapackage_field fields[FILE_COLUMNS] = {{0}};
	uint8_t digest[crypto_hash_sha256_BYTES];
	auto_buf struct buf name = {0}, hash = {0};
	for (size_t i = 0; i < file->count; i++)
		fields[i] = (struct datapackage_field){.name = columns[file->columns[i]].name,
			.type = columns[file->columns[i]].type,
			.title = columns[file->columns[i]].title};
	buf_add(&name, named->name, strcspn(named->name, "."));
	crypto_hash_sha256(digest, (const uint8_t *)text->data, text->len);
	buf_hex(&hash, digest, sizeof digest);
	datapackage_resource_print(&(struct datapackage_resource){.name = name.data,
					   .title = named->title,
					   .bytes = text->len,
					   .sha256 = hash.data,
					   .fields = fields,
					   .field_count = file->count,
					   .key_count = file->keys},
		out);
}

/* What is internal is for nobody to use. */
static void licence_print(const struct report *report, struct buf *out)
{
	const struct outline_licence *licence = &report->outline->licence;
	if (!licence->name || report->asked.internal)
		return;
	json_out_open(out, "licenses", '[');
	json_out_open(out, NULL, '{');
	json_out_text(out, "name", licence->name);
	json_out_text(out, "title", licence->title);
	json_out_text(out, "path", licence->path);
	json_out_closes(out, "}]");
}

static void about_print(const struct report *report, struct buf *out)
{
	const struct report_asked *asked = &report->asked;
	const char *internal = asked->internal ? "-intern" : "";
	auto_buf struct buf text = {0};
	json_out_text(out, "profile", "tabular-data-package");
	buf_printf(&text, "jaarverslag-%u%s", asked->year, internal);
	json_out_text(out, "name", text.data);
	buf_clear(&text);
	buf_printf(&text, "Jaarverslag %u, wijkondersteuningsteams %s%s", asked->year, asked->town,
		asked->internal ? " (intern)" : "");
	json_out_text(out, "title", text.data);
	buf_clear(&text);
	if (asked->internal)
		buf_text(&text, "Intern: met kleine aantallen. Niet om te publiceren.");
	else
		buf_printf(&text,
			"Aantallen onder de %lld staan er niet in, en ook niet waaruit ze volgen.",
			(long long)asked->suppress_below);
	if (asked->synthetic)
		buf_text(&text, " Voorbeeld: de cijfers gaan over een verzonnen stad.");
	json_out_text(out, "description", text.data);
	licence_print(report, out);
}

static void package_print(const struct report *report, const struct buf *texts, struct buf *out)
{
	int64_t made_ms = report_made_ms(&report->asked);
	char created[32];
	json_out_open(out, NULL, '{');
	about_print(report, out);
	instant_print(made_ms, created);
	if (made_ms)
		json_out_text(out, "created", created);
	report_head_print(report, out);
	json_out_open(out, "resources", '[');
	for (size_t i = 1; i < REPORT_DATA_FILES; i++)
		resource_print(i, &texts[i], out);
	json_out_close(out, ']');
	json_out_end(out, '}');
}

void report_data(const struct report *report, struct report_data *out)
{
	*out = (struct report_data){0};
	for (size_t i = 1; i < REPORT_DATA_FILES; i++)
		file_print(report, &files[i], &out->files[i]);
	package_print(report, out->files, &out->files[0]);
}

void report_data_done(struct report_data *data)
{
	for (size_t i = 0; i < REPORT_DATA_FILES; i++)
		buf_done(&data->files[i]);
}
