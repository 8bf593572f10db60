/*
 * A chart comes out as it was designed, to a tenth of a pixel: the drawings in tests/unit/charts are those of the
 * design's pages for the same rows. Two things differ there from the pages. `desc` is left out where a page says it in
 * a sentence of its own, and text-anchor="start", which is what SVG does anyway.
 */
#include "web/chart.h"

#include <math.h>
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include "tests/unit/chart_rows.h"
#include <stdio.h>
#include <string.h>

#define FOLDER "tests/unit/charts/"

static void file_read(const char *name, struct buf *out)
{
	char path[128], piece[4096];
	snprintf(path, sizeof path, FOLDER "%s.svg", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (size_t len; (len = fread(piece, 1, sizeof piece, file));)
		buf_add(out, piece, len);
	fclose(file);
}

/* An element a line, as in the files; desc emptied where the file has none. */
static void drawing_lay_out(const struct buf *drawn, bool says, struct buf *out)
{
	for (const char *at = drawn->data; *at; at++) {
		if (!says && strncmp(at, "<desc", 5) == 0) {
			size_t open = strcspn(at, ">") + 1;
			buf_add(out, at, open);
			at = strstr(at, "</desc>");
		}
		buf_char(out, *at);
		if (at[0] == '>' && (at[1] == '<' || !at[1]))
			buf_char(out, '\n');
	}
}

static void assert_as_designed(const char *name, const struct buf *drawn)
{
	auto_buf struct buf designed = {0}, laid = {0};
	file_read(name, &designed);
	drawing_lay_out(drawn, !strstr(designed.data, "></desc>"), &laid);
	const char *a = laid.data, *b = designed.data;
	for (size_t line = 1; *a || *b; line++) {
		size_t len_a = strcspn(a, "\n"), len_b = strcspn(b, "\n");
		if (len_a != len_b || memcmp(a, b, len_a) != 0)
			fail_msg("%s:%zu\n drawn    %.*s\n designed %.*s", name, line, (int)len_a,
				a, (int)len_b, b);
		a += len_a + (a[len_a] != 0);
		b += len_b + (b[len_b] != 0);
	}
}

#define ASSERT_AS_DESIGNED(name, kind, of, ...)                                                    \
	do {                                                                                       \
		auto_buf struct buf drawn = {0};                                                   \
		chart_##kind(&(struct chart){__VA_ARGS__}, of, &drawn);                            \
		assert_as_designed(name, &drawn);                                                  \
	} while (0)

static void bars_have_their_labels_beside_them_or_above(void **state)
{
	(void)state;
	static const char title[] = "Aandeel van elke wijk in de hulpvragen";
	const struct chart_balk balk = {ROWS(wards)};
	ASSERT_AS_DESIGNED("balk_wide", balk, &balk, .number = 4, .width = 624, .title = title);
	ASSERT_AS_DESIGNED("balk_narrow", balk, &balk, .number = 3, .width = 300, .title = title);
}

static void a_hidden_row_says_only_that_it_is_there(void **state)
{
	(void)state;
	const struct chart_balk balk = {ROWS(channels)};
	ASSERT_AS_DESIGNED("balk_hidden", balk, &balk, .number = 16, .width = 624,
		.title = "Korte contacten per kanaal");
}

static void bars_of_parts_are_held_to_a_norm(void **state)
{
	(void)state;
	const struct chart_balk balk = {
		ROWS(quarters), .norm = 300, .norm_text = "norm: meer dan 300"};
	ASSERT_AS_DESIGNED("balk_parts", balk, &balk, .number = 1, .width = 300,
		.title = "Hulpvragen en korte contacten per kwartaal");
}

static void a_load_stands_in_the_outline_of_its_capacity(void **state)
{
	(void)state;
	const struct chart_balk balk = {ROWS(teams)};
	ASSERT_AS_DESIGNED("balk_capacity", balk, &balk, .number = 2, .width = 624,
		.title = "Werk en ruimte per team");
}

static void a_long_label_goes_on_on_the_next_line(void **state)
{
	(void)state;
	const struct chart_balk balk = {ROWS(reasons)};
	ASSERT_AS_DESIGNED("balk_wrapped_narrow", balk, &balk, .number = 11, .width = 300,
		.title = "Reden van afsluiten");
	ASSERT_AS_DESIGNED("balk_wrapped_wide", balk, &balk, .number = 12, .width = 624,
		.title = "Reden van afsluiten");
}

static void a_label_that_does_not_fit_before_the_next_goes_up(void **state)
{
	(void)state;
	const struct chart_stapel stapel = {ROWS(parts)};
	static const char title[] = "Waaruit bestaat het cijfer?";
	ASSERT_AS_DESIGNED(
		"stapel_narrow", stapel, &stapel, .number = 1, .width = 300, .title = title);
	ASSERT_AS_DESIGNED(
		"stapel_wide", stapel, &stapel, .number = 2, .width = 624, .title = title);
}

static void a_distribution_is_cut_where_the_norm_is(void **state)
{
	(void)state;
	static const char title[] = "Hoe lang wachten mensen?";
	static const char opening[] = "Aantal mensen naar de week waarin de begeleiding startte.";
	ASSERT_AS_DESIGNED("kolom_narrow", kolom, &weeks_kolom, .number = 5, .width = 300,
		.title = title, .opening = opening);
	ASSERT_AS_DESIGNED("kolom_wide", kolom, &weeks_kolom, .number = 6, .width = 624,
		.title = title, .opening = opening);
}

static void an_hour_stands_before_that_of_an_ordinary_day(void **state)
{
	(void)state;
	const struct chart_kolom kolom = {ROWS(hours), .axis = "uur van de dag"};
	ASSERT_AS_DESIGNED("kolom_hours", kolom, &kolom, .number = 8, .width = 624,
		.title = "Telefoon vandaag");
}

static void groups_stand_beside_the_whole_with_what_is_not_known(void **state)
{
	(void)state;
	ASSERT_AS_DESIGNED(
		"stip_narrow", stip, &groups_stip, .number = 7, .width = 300, .title = "Per wijk");
	ASSERT_AS_DESIGNED(
		"stip_wide", stip, &groups_stip, .number = 8, .width = 624, .title = "Per wijk");
}

static void a_missed_norm_is_a_diamond(void **state)
{
	(void)state;
	const struct chart_stip stip = {ROWS(norms)};
	ASSERT_AS_DESIGNED("stip_norms", stip, &stip, .number = 24, .width = 624,
		.title = "Percentages tegen de norm");
}

static void months_have_a_norm_and_a_band_behind_them(void **state)
{
	(void)state;
	ASSERT_AS_DESIGNED("lijn_narrow", lijn, &months_lijn, .number = 3, .width = 300,
		.title = "Verloop per maand", .opening = "Aandeel per maand.",
		.closing = "De norm is 80%.");
	ASSERT_AS_DESIGNED("lijn_wide", lijn, &months_lijn, .number = 4, .width = 624,
		.title = "Verloop per maand", .opening = "Aandeel per maand.",
		.closing = "De norm is 80%.");
}

static void a_line_that_ends_earlier_is_labelled_at_its_end(void **state)
{
	(void)state;
	static const char title[] = "Begeleiding gestart binnen 4 weken";
	ASSERT_AS_DESIGNED(
		"lijn_two_narrow", lijn, &counts_lijn, .number = 17, .width = 300, .title = title);
	ASSERT_AS_DESIGNED(
		"lijn_two_wide", lijn, &counts_lijn, .number = 18, .width = 624, .title = title);
}

static void a_panel_has_this_year_on_the_last(void **state)
{
	(void)state;
	static const char title[] = "Begeleiding gestart binnen 4 weken per maand";
	static const char opening[] = "Begeleiding gestart binnen 4 weken per maand.";
	ASSERT_AS_DESIGNED("paneel_narrow", paneel, &months_paneel, .number = 3, .width = 140,
		.title = title, .opening = opening, .closing = "Norm 80%.");
	ASSERT_AS_DESIGNED("paneel_wide", paneel, &months_paneel, .number = 4, .width = 200,
		.title = title, .opening = opening, .closing = "Norm 80%.");
}

static void a_spark_has_no_words(void **state)
{
	(void)state;
	auto_buf struct buf drawn = {0};
	const struct chart_vonk vonk = {
		.values = months + MONTHS - 12, .count = 12, .norm = .8, .has_norm = true};
	chart_vonk(&vonk, &drawn);
	assert_as_designed("vonk_norm", &drawn);
}

static void without_rows_there_is_a_box_with_the_reason(void **state)
{
	(void)state;
	const struct chart_balk balk = {0};
	ASSERT_AS_DESIGNED("empty", balk, &balk, .number = 13, .width = 300,
		.title = "Cliënten tevreden over de toegang", .when = "De meting is in 2026.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_have_their_labels_beside_them_or_above),
		cmocka_unit_test(a_hidden_row_says_only_that_it_is_there),
		cmocka_unit_test(bars_of_parts_are_held_to_a_norm),
		cmocka_unit_test(a_load_stands_in_the_outline_of_its_capacity),
		cmocka_unit_test(a_long_label_goes_on_on_the_next_line),
		cmocka_unit_test(a_label_that_does_not_fit_before_the_next_goes_up),
		cmocka_unit_test(a_distribution_is_cut_where_the_norm_is),
		cmocka_unit_test(an_hour_stands_before_that_of_an_ordinary_day),
		cmocka_unit_test(groups_stand_beside_the_whole_with_what_is_not_known),
		cmocka_unit_test(a_missed_norm_is_a_diamond),
		cmocka_unit_test(months_have_a_norm_and_a_band_behind_them),
		cmocka_unit_test(a_line_that_ends_earlier_is_labelled_at_its_end),
		cmocka_unit_test(a_panel_has_this_year_on_the_last),
		cmocka_unit_test(a_spark_has_no_words),
		cmocka_unit_test(without_rows_there_is_a_box_with_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
