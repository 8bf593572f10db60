/*
 * What is hidden is nowhere in a drawing: no text, no length or place, and no scale comes from it. A row that is hidden
 * is drawn the same, byte by byte, whatever numbers it still holds; a month that is hidden is a gap in its line.
 */
#include "web/chart.h"
#include "web/figure_rows.h"

#include <math.h>
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <string.h>

enum { ROWS = 5, HIDDEN = 1, HIDDEN_TOO = 3 };
static const unsigned widths[] = {CHART_NARROW, CHART_WIDE};
#define CHART(w) (&(struct chart){.title = "T", .number = 1, .width = widths[w]})

/* All that a row can hold, and more of each than the others have. */
static const struct chart_part parts[] = {{3000, TONE_NOW}, {1000, TONE_LIGHT}};
static const struct chart_row whole = {.value = 4000,
	.text = "4.000",
	.note = "4.000 van de 5.000 die er waren",
	.tone = TONE_ALERT,
	.note_alerts = true,
	.before = 6000,
	.before_text = "6.000 mensen",
	.max = 7000,
	.parts = parts,
	.part_count = 2,
	.low = .1,
	.high = .9,
	.norm = .95,
	.norm_text = "95%"};

static void rows_make(struct chart_row rows[ROWS], bool hold)
{
	static const char *const labels[ROWS] = {"Zuid", "Oost", "West", "Noord", "Onbekend"};
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = (struct chart_row){.label = labels[i], .value = .15, .text = "15%"};
	rows[HIDDEN] = rows[HIDDEN_TOO] = hold ? whole : (struct chart_row){0};
	rows[HIDDEN].label = labels[HIDDEN];
	rows[HIDDEN_TOO].label = labels[HIDDEN_TOO];
	rows[HIDDEN].hidden = rows[HIDDEN_TOO].hidden = true;
	rows[ROWS - 1].unknown = true;
}

#define ASSERT_HIDES(kind, first)                                                                  \
	do {                                                                                       \
		struct chart_row holding[ROWS], bare[ROWS];                                        \
		const struct chart_##kind a = {                                                    \
			.rows = holding + (first), .count = ROWS - (first)};                       \
		const struct chart_##kind b = {.rows = bare + (first), .count = ROWS - (first)};   \
		rows_make(holding, true);                                                          \
		rows_make(bare, false);                                                            \
		for (size_t w = 0; w < 2; w++) {                                                   \
			auto_buf struct buf one = {0}, other = {0};                                \
			chart_##kind(CHART(w), &a, &one);                                          \
			chart_##kind(CHART(w), &b, &other);                                        \
			assert_string_equal(one.data, other.data);                                 \
			assert_non_null(strstr(one.data, "Oost"));                                 \
		}                                                                                  \
	} while (0)

static void a_bar_that_is_hidden_leaves_no_trace_of_its_numbers(void **state)
{
	(void)state;
	ASSERT_HIDES(balk, 0);
	ASSERT_HIDES(balk, HIDDEN);
}

static void a_part_that_is_hidden_leaves_no_trace_of_its_numbers(void **state)
{
	(void)state;
	ASSERT_HIDES(stapel, 0);
	ASSERT_HIDES(stapel, HIDDEN);
}

static void a_column_that_is_hidden_leaves_no_trace_of_its_numbers(void **state)
{
	(void)state;
	ASSERT_HIDES(kolom, 0);
	ASSERT_HIDES(kolom, HIDDEN);
}

static void a_share_that_is_hidden_leaves_no_trace_of_its_numbers(void **state)
{
	(void)state;
	ASSERT_HIDES(stip, 0);
	ASSERT_HIDES(stip, HIDDEN);
}

/* ---- months ---- */

/* A kpi of counts without a norm. */
static const struct kpi counted = {.id = "help_requests", .unit = UNIT_COUNT};
static const struct dimension month = {.id = "month", .span = SPAN_MONTH};

/* Two years; hold: what a hidden month still holds, else what a figure holds of it. */
static struct course course_make(bool hold)
{
	static char keys[COURSE_MONTHS][16];
	static struct figure_row rows[COURSE_MONTHS];
	const struct period period = {.from = 20089, .to = 20453, .today = 20500}; /* 2025 */
	const struct figure series = {.kpi = &counted,
		.by = {&month},
		.by_count = 1,
		.rows = rows,
		.row_count = COURSE_MONTHS};
	for (unsigned i = 0; i < COURSE_MONTHS; i++) {
		snprintf(keys[i], sizeof keys[i], "%u-%02u", 2024 + i / PANEEL_MONTHS,
			i % PANEEL_MONTHS + 1);
		bool hidden = i == 5 || i == 6 || i == COURSE_MONTHS - 1;
		rows[i] = (struct figure_row){.keys = {keys[i]}, .suppressed = hidden};
		if (!hidden || hold)
			rows[i].value =
				(struct value){.known = true, .value = hidden ? 9000 : 40 + i};
	}
	return course_of(&series, &period, 0);
}

static size_t points_of(const char *svg, const char *class)
{
	char open[32];
	snprintf(open, sizeof open, "<path class=\"%s\" d=\"", class);
	const char *path = strstr(svg, open), *end = path ? strchr(path + strlen(open), '"') : NULL;
	size_t count = 0;
	for (const char *at = path ? path + strlen(open) : NULL; at && at < end; at++)
		count += *at == 'M' || *at == 'L';
	return count;
}

/* Not even the band of what is ordinary knows of them. */
static void months_that_are_hidden_are_gaps_and_in_no_scale(void **state)
{
	(void)state;
	const struct course holding = course_make(true), bare = course_make(false);
	const struct months band = course_judge(&holding, UNIT_COUNT);
	auto_arena struct arena arena = {0};
	assert_int_equal(band.count, COURSE_MONTHS - 3);
	assert_true(band.high < 100);
	for (size_t w = 0; w < 2; w++) {
		const struct chart panel = {
			.title = "T", .number = 1, .width = w ? PANEEL_WIDE : PANEEL_NARROW};
		const struct figure figure = {.kpi = &counted};
		auto_buf struct buf one = {0}, other = {0};
		course_lijn(CHART(w), &figure, &holding, &band, &arena, &one);
		course_lijn(CHART(w), &figure, &bare, &band, &arena, &other);
		assert_string_equal(one.data, other.data);
		assert_int_equal(points_of(one.data, "la"), COURSE_MONTHS - 3);
		buf_clear(&one);
		buf_clear(&other);
		course_paneel(&panel, &figure, &holding, &arena, &one);
		course_paneel(&panel, &figure, &bare, &arena, &other);
		assert_string_equal(one.data, other.data);
		assert_int_equal(points_of(one.data, "la"), PANEEL_MONTHS - 1);
		assert_int_equal(points_of(one.data, "lb"), PANEEL_MONTHS - 2);
		buf_clear(&one);
		buf_clear(&other);
		course_vonk(&figure, &holding, false, &one);
		course_vonk(&figure, &bare, false, &other);
		assert_string_equal(one.data, other.data);
		assert_int_equal(points_of(one.data, "la"), PANEEL_MONTHS - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bar_that_is_hidden_leaves_no_trace_of_its_numbers),
		cmocka_unit_test(a_part_that_is_hidden_leaves_no_trace_of_its_numbers),
		cmocka_unit_test(a_column_that_is_hidden_leaves_no_trace_of_its_numbers),
		cmocka_unit_test(a_share_that_is_hidden_leaves_no_trace_of_its_numbers),
		cmocka_unit_test(months_that_are_hidden_are_gaps_and_in_no_scale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
