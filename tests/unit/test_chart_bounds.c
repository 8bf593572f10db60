/*
 * Whatever the figures are, a chart can be read: no text lies outside the drawing or over another one, and none is
 * under 11 pixels. A label that the municipality made long, a count that grew, a class of which nothing is known: all
 * of them come without a developer looking.
 */
#include "web/chart.h"
#include "web/svg.h"

#include <math.h>
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include "tests/unit/chart_rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fonts differ by less; what is wider in theory alone is not seen. */
static const double tolerance = 1;

struct box {
	double x0, y0, x1, y1;
	char text[256];
};
struct drawing {
	const char *name;
	double width, height;
	struct box texts[512];
	size_t count;
};

static double attribute(const char *element, const char *name, double otherwise)
{
	char key[32];
	const char *end = strchr(element, '>');
	snprintf(key, sizeof key, " %s=\"", name);
	const char *at = strstr(element, key);
	return at && at < end ? strtod(at + strlen(key), NULL) : otherwise;
}

static bool has(const char *element, const char *what)
{
	const char *at = strstr(element, what);
	return at && at < strchr(element, '>');
}

static void text_measure(const char *element, struct box *box)
{
	const char *from = strchr(element, '>') + 1;
	size_t len = strcspn(from, "<");
	assert_true(len < sizeof box->text);
	memcpy(box->text, from, len);
	box->text[len] = 0;
	char *sign = strstr(box->text, "&gt;"); /* the only one in these tests */
	if (sign) {
		*sign = '>';
		memmove(sign + 1, sign + 4, strlen(sign + 4) + 1);
	}
	double size = attribute(element, "font-size", 0), x = attribute(element, "x", NAN);
	double width = text_width(box->text, size, has(element, "font-weight=\"700\""));
	double y = attribute(element, "y", NAN);
	assert_true(size >= 11);
	box->x0 = x - (has(element, "\"end\"")             ? width
			      : has(element, "\"middle\"") ? width / 2
							   : 0);
	box->x1 = box->x0 + width;
	box->y0 = y - .74 * size;
	box->y1 = y + .21 * size;
}

static void drawing_read(const char *name, const struct buf *svg, struct drawing *out)
{
	out->name = name;
	out->count = 0;
	out->width = attribute(svg->data, "width", NAN);
	out->height = attribute(svg->data, "height", NAN);
	assert_null(strstr(svg->data, "nan"));
	assert_null(strstr(svg->data, "inf"));
	assert_null(strstr(svg->data, "=\"-"));
	for (const char *at = svg->data; (at = strstr(at, "<text")); at++) {
		assert_true(out->count < sizeof out->texts / sizeof *out->texts);
		text_measure(at, &out->texts[out->count++]);
	}
	for (const char *at = svg->data; (at = strstr(at, "<rect x")); at++)
		if (attribute(at, "x", 0) + attribute(at, "width", 0) > out->width + tolerance ||
			attribute(at, "y", 0) + attribute(at, "height", 0) >
				out->height + tolerance)
			fail_msg("%s: %.80s lies outside", name, at);
}

static bool is_over(const struct box *a, const struct box *b)
{
	return fmin(a->x1, b->x1) - fmax(a->x0, b->x0) > tolerance &&
	       fmin(a->y1, b->y1) - fmax(a->y0, b->y0) > tolerance;
}

static void assert_legible(const char *name, const struct buf *svg)
{
	static struct drawing drawing;
	drawing_read(name, svg, &drawing);
	for (size_t i = 0; i < drawing.count; i++) {
		const struct box *box = &drawing.texts[i];
		if (box->x0 < -tolerance || box->x1 > drawing.width + tolerance ||
			box->y0 < -tolerance || box->y1 > drawing.height + tolerance)
			fail_msg("%s at %g: \"%s\" lies outside", name, drawing.width, box->text);
		for (size_t j = 0; j < i; j++)
			if (is_over(box, &drawing.texts[j]))
				fail_msg("%s at %g: \"%s\" lies over \"%s\"", name, drawing.width,
					box->text, drawing.texts[j].text);
	}
}

static struct chart frame(unsigned width)
{
	return (struct chart){.title = "Titel", .number = 1, .width = width, .alone = true};
}

/* ---- rows ---- */

#define SIXTY "Afgerond en doorverwezen naar een specialist in de regio 2026"
#define WORD "Wijkondersteuningsteamaanmeldformuliermedewerkersoverlegplan"

static const struct chart_row one[] = {
	{.label = "Zuid", .value = 3, .text = "3", .note = "3 van 4"}};
static const struct chart_row zeroes[] = {{.label = "Zuid", .text = "0"},
	{.label = "Oost", .text = "0"}, {.label = "West", .text = "0"}};
static const struct chart_row huge[] = {
	{.label = "Zuid", .value = 1e9, .text = "1.000.000.000", .note = "van 1.000.000.000"},
	{.label = "Oost", .value = 1, .text = "1", .note = "van 1.000.000.000"},
	{.label = "West", .value = 2, .text = "2"}};
static const struct chart_row unknowns[] = {{.label = "Zuid", .value = NAN},
	{.label = "Oost", .value = NAN}, {.label = "Onbekend", .value = NAN, .unknown = true}};
static const struct chart_row unknown_class[] = {
	{.label = "Onbekend", .value = 40, .text = "40", .unknown = true}};
static const struct chart_row hidden[] = {{.label = "Zuid", .value = 17, .text = "17"},
	{.label = "Oost", .hidden = true}, {.label = SIXTY, .hidden = true}};
static const struct chart_row long_labels[] = {{.label = SIXTY,
						       .value = 30,
						       .text = "30%",
						       .note = "30 van 100",
						       .before = 20,
						       .before_text = "20%"},
	{.label = WORD, .value = 40, .text = "40%", .note = "40 van 100"},
	{.label = "Zuid",
		.value = 50,
		.text = "50%",
		.note = SIXTY,
		.before = 70,
		.before_text = "70%"},
	{.label = SIXTY, .value = 1, .text = "1%", .unknown = true}};
static const struct chart_row alike[] = {{.label = "1", .value = 10540, .text = "10.540"},
	{.label = "2", .value = 10541, .text = "10.541"},
	{.label = "3", .value = 10542, .text = "10.542"},
	{.label = "4", .value = 10540, .text = "10.540"},
	{.label = "5", .value = 10543, .text = "10.543"},
	{.label = "6", .value = 10540, .text = "10.540"},
	{.label = "7", .value = 10541, .text = "10.541"},
	{.label = "8", .value = 10549, .text = "10.549"},
	{.label = "9", .value = 10540, .text = "10.540"},
	{.label = "10", .value = 10540, .text = "10.540"},
	{.label = "11", .value = 10548, .text = "10.548"},
	{.label = "12", .value = 10540, .text = "10.540"},
	{.label = ">12", .value = 10544, .text = "10.544", .apart = true},
	{.label = "onbekend", .value = 10540, .text = "10.540", .unknown = true}};
#define SET(of)                                                                                    \
	{                                                                                          \
#of, of, sizeof(of) / sizeof *(of)                                                 \
	}
static const struct {
	const char *name;
	const struct chart_row *rows;
	size_t count;
} sets[] = {{"none", NULL, 0}, SET(one), SET(zeroes), SET(huge), SET(unknowns), SET(unknown_class),
	SET(hidden), SET(long_labels), SET(alike), SET(wards), SET(parts), SET(weeks), SET(hours)};
enum { SETS = sizeof sets / sizeof *sets };

#define EACH_CHART(kind, of)                                                                       \
	do {                                                                                       \
		static const unsigned widths[] = {300, 624};                                       \
		for (size_t w = 0; w < 2; w++) {                                                   \
			auto_buf struct buf svg = {0};                                             \
			struct chart chart = frame(widths[w]);                                     \
			chart_##kind(&chart, of, &svg);                                            \
			assert_legible(#kind " " #of, &svg);                                       \
		}                                                                                  \
	} while (0)

static void bars_are_legible(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		print_message("%s\n", sets[i].name);
		struct chart_balk balk = {.rows = sets[i].rows, .count = sets[i].count};
		EACH_CHART(balk, &balk);
		balk.norm = 60;
		balk.norm_text = "norm: meer dan 60";
		EACH_CHART(balk, &balk);
	}
}

static void stacks_are_legible(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		print_message("%s\n", sets[i].name);
		const struct chart_stapel stapel = {.rows = sets[i].rows, .count = sets[i].count};
		EACH_CHART(stapel, &stapel);
	}
}

static void columns_are_legible(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		print_message("%s\n", sets[i].name);
		for (size_t cut = 0; cut <= sets[i].count + 2; cut++) {
			const struct chart_kolom kolom = {.rows = sets[i].rows,
				.count = sets[i].count,
				.axis = SIXTY,
				.cut = cut,
				.within_text = "76%",
				.within = "binnen 6 maanden",
				.beyond_text = "24%",
				.beyond = "later"};
			EACH_CHART(kolom, &kolom);
		}
	}
}

/* The same rows as shares, with all that such a row can have. */
static void shares_are_legible(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		print_message("%s\n", sets[i].name);
		struct chart_row rows[16];
		for (size_t r = 0; r < sets[i].count; r++) {
			rows[r] = sets[i].rows[r];
			rows[r].value /= 1e9;
			rows[r].high = 1;
			rows[r].norm = .8;
			rows[r].norm_text = r % 2 ? "80%" : NULL;
		}
		struct chart_stip stip = {.rows = rows, .count = sets[i].count};
		EACH_CHART(stip, &stip);
		stip.whole = i % 2 ? 1 : 0; /* its label would stick out at either end */
		stip.whole_text = "alle mensen 76%";
		EACH_CHART(stip, &stip);
	}
}

/* ---- lines ---- */

static void assert_lines_legible(const double *values, bool share, const char *label)
{
	const double quiet[MONTHS] = {0};
	const struct chart_line lines[] = {{.label = label, .values = values, .open = true},
		{.label = "te lang 15", .values = quiet, .tone = TONE_ALERT},
		{.label = "vorig jaar 3", .values = quiet, .tone = TONE_BEFORE}};
	struct chart_lijn lijn = months_lijn;
	lijn.lines = lines;
	lijn.share = share;
	for (size_t count = 1; count <= 3; count++) {
		lijn.line_count = count;
		EACH_CHART(lijn, &lijn);
	}
}

static void lines_are_legible(void **state)
{
	(void)state;
	double values[MONTHS];
	EACH_CHART(lijn, &months_lijn);
	EACH_CHART(lijn, &counts_lijn);
	EACH_CHART(lijn, &((struct chart_lijn){0}));
	for (size_t i = 0; i < MONTHS; i++)
		values[i] = 1;
	assert_lines_legible(values, true, "100%");
	assert_lines_legible(values, false, SIXTY);
	values[MONTHS - 1] = 1e9;
	assert_lines_legible(values, false, "wachten 1.000.000.000");
	for (size_t i = 0; i < MONTHS; i++)
		values[i] = i ? NAN : 0;
	assert_lines_legible(values, false, "0");
	values[0] = NAN;
	assert_lines_legible(values, true, "onbekend");
}

/* Wherever in the band of ordinary variation the norm is. */
static void no_norm_goes_through_the_name_of_the_band(void **state)
{
	(void)state;
	for (int percent = 60; percent <= 92; percent++) {
		static struct drawing drawing;
		auto_buf struct buf svg = {0};
		struct chart_lijn lijn = months_lijn;
		struct chart chart = frame(CHART_WIDE);
		lijn.norm = percent / 100.0;
		chart_lijn(&chart, &lijn, &svg);
		drawing_read("norm", &svg, &drawing);
		const char *dashed = strstr(svg.data, "stroke-dasharray");
		assert_non_null(dashed);
		while (*dashed != '<')
			dashed--;
		double y = 0;
		assert_int_equal(sscanf(strstr(dashed, " d=\"M") + 5, "%*f %lf", &y), 1);
		bool named = false;
		for (size_t i = 0; i < drawing.count; i++) {
			const struct box *box = &drawing.texts[i];
			if (strcmp(box->text, "gewone schommeling") != 0)
				continue;
			named = true;
			if (y > box->y0 && y < box->y1)
				fail_msg("the norm of %d%% at %g goes through it", percent, y);
		}
		assert_true(named);
	}
}

static void panels_and_sparks_are_legible(void **state)
{
	(void)state;
	static const double kinds[][PANEEL_MONTHS] = {{0}, {[11] = 1e9}, {1, 1, 1, NAN, NAN, 1},
		{NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
	static const unsigned widths[] = {140, 200};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		for (size_t w = 0; w < 2; w++) {
			auto_buf struct buf svg = {0}, spark = {0};
			struct chart chart = frame(widths[w]);
			const struct chart_paneel paneel = {.now = kinds[i],
				.before = kinds[(i + 1) % 4],
				.now_name = "2026",
				.before_name = "2025",
				.share = i == 0};
			const struct chart_vonk vonk = {
				.values = kinds[i], .count = 12, .alone = true};
			chart_paneel(&chart, &paneel, &svg);
			assert_legible("paneel", &svg);
			chart_vonk(&vonk, &spark);
			assert_legible("vonk", &spark);
		}
	}
}

/* What an application reads to somebody: nothing is only drawn. */
static void what_is_hidden_or_unknown_is_said_without_a_number(void **state)
{
	(void)state;
	static const struct chart_row rows[] = {{.label = "Zuid",
		.value = 3,
		.text = "3",
		.note = "3 van 4",
		.before = 4,
		.before_text = "4",
		.hidden = true}};
	const struct chart_balk balk = {ROWS(rows)};
	const struct chart_stip stip = {ROWS(rows)};
	const struct chart_kolom kolom = {ROWS(rows)};
	auto_buf struct buf svg = {0};
	struct chart chart = {.title = "T", .number = 1, .width = 300};
	chart_balk(&chart, &balk, &svg);
	chart_stip(&chart, &stip, &svg);
	chart_kolom(&chart, &kolom, &svg);
	assert_null(strstr(svg.data, ">3"));
	assert_null(strstr(svg.data, "van 4"));
	assert_null(strstr(svg.data, "vorig"));
	assert_null(strstr(svg.data, "class=\"a\""));
	assert_non_null(strstr(svg.data, "Zuid: niet getoond: klein aantal."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_are_legible),
		cmocka_unit_test(stacks_are_legible),
		cmocka_unit_test(columns_are_legible),
		cmocka_unit_test(shares_are_legible),
		cmocka_unit_test(lines_are_legible),
		cmocka_unit_test(no_norm_goes_through_the_name_of_the_band),
		cmocka_unit_test(panels_and_sparks_are_legible),
		cmocka_unit_test(what_is_hidden_or_unknown_is_said_without_a_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
