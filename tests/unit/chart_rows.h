/*
 * The rows behind the drawings in tests/unit/charts: those of the design's pages, of a year of the synthetic city.
 */
#ifndef WOT_TEST_CHART_ROWS_H
#define WOT_TEST_CHART_ROWS_H

#include "web/chart.h"

#define ROWS(of) .rows = (of), .count = sizeof(of) / sizeof *(of)

static const struct chart_row wards[] = {
	{.label = "Nieuwland", .value = 207, .text = "21%", .note = "207"},
	{.label = "Centrum-West", .value = 196, .text = "20%", .note = "196"},
	{.label = "Zuid", .value = 159, .text = "16%", .note = "159"},
	{.label = "Noordrand", .value = 144, .text = "14%", .note = "144"},
	{.label = "Groenoord", .value = 134, .text = "13%", .note = "134"},
	{.label = "Oost", .value = 102, .text = "10%", .note = "102"},
	{.label = "Onbekend", .value = 59, .text = "6%", .note = "59", .unknown = true},
};
static const struct chart_row channels[] = {
	{.label = "Telefoon", .value = 267, .text = "267"},
	{.label = "Wijkinloop", .value = 91, .text = "91"},
	{.label = "Chat", .value = 6, .text = "6"},
	{.label = "Afspraak", .hidden = true},
	{.label = "WhatsApp", .hidden = true},
};
#define QUARTER(name, requests, contacts, total)                                                   \
	{                                                                                          \
		.label = name " kwartaal", .value = requests + contacts, .text = total,            \
		.note = #requests " + " #contacts,                                                 \
		.parts =                                                                           \
			(const struct chart_part[]){{requests, TONE_NOW}, {contacts, TONE_LIGHT}}, \
		.part_count = 2                                                                    \
	}
static const struct chart_row quarters[] = {
	QUARTER("1e", 267, 152, "419"),
	QUARTER("2e", 250, 156, "406"),
	QUARTER("3e", 258, 158, "416"),
	QUARTER("4e", 226, 168, "394"),
};
#define TEAM(name, hours, of, share)                                                               \
	{                                                                                          \
		.label = name, .value = hours, .text = share, .note = #hours " van " #of " uur",   \
		.max = of                                                                          \
	}
static const struct chart_row teams[] = {
	TEAM("Centrum-West", 153, 249, "61%"),
	TEAM("Zuid", 127, 221, "57%"),
	TEAM("Oost", 121, 221, "55%"),
	TEAM("Nieuwland", 110, 221, "50%"),
	TEAM("Groenoord", 108, 221, "49%"),
	TEAM("Noordrand", 104, 221, "47%"),
	TEAM("Screening huiselijk geweld", 24, 86, "28%"),
};
static const struct chart_row reasons[] = {
	{.label = "Doelen gehaald", .value = 743, .text = "70%", .note = "743"},
	{.label = "Gestopt door de cliënt", .value = 154, .text = "15%", .note = "154"},
	{.label = "Afgerond en doorverwezen naar specialistische zorg",
		.value = 66,
		.text = "6%",
		.note = "66"},
	{.label = "Onbekend", .value = 91, .text = "9%", .note = "91", .unknown = true},
};
static const struct chart_row parts[] = {
	{.label = "Binnen 4 weken", .value = 621, .text = "621 (72%)"},
	{.label = "Later", .value = 194, .text = "194 (22%)", .tone = TONE_ALERT},
	{.label = "Onbekend", .value = 50, .text = "50 (6%)", .unknown = true},
};
static const struct chart_row weeks[] = {
	{.label = "1", .value = 385, .text = "385"},
	{.label = "2", .value = 138, .text = "138"},
	{.label = "3", .value = 52, .text = "52"},
	{.label = "4", .value = 46, .text = "46"},
	{.label = "5", .value = 54, .text = "54"},
	{.label = "6", .value = 22, .text = "22"},
	{.label = "7", .value = 18, .text = "18"},
	{.label = "8", .value = 20, .text = "20"},
	{.label = "9", .value = 16, .text = "16"},
	{.label = "10", .value = 13, .text = "13"},
	{.label = "11", .value = 11, .text = "11"},
	{.label = "12", .value = 6, .text = "6"},
	{.label = "13", .value = 12, .text = "12"},
	{.label = ">13", .value = 22, .text = "22", .apart = true},
};
static const struct chart_kolom weeks_kolom = {ROWS(weeks), .unit = "week",
	.axis = "week na de melding waarin de begeleiding startte", .cut = 4, .within_text = "76%",
	.within = "binnen 4 weken", .beyond_text = "24%", .beyond = "later"};
static const struct chart_row hours[] = {
	{.label = "8", .value = 7, .text = "7", .max = 1},
	{.label = "9", .value = NAN, .max = 4},
	{.label = "10", .value = NAN, .max = 2.5},
	{.label = "11", .value = NAN, .max = 3.5},
	{.label = "12", .value = NAN, .max = 3.5},
	{.label = "13", .value = NAN, .max = 3},
	{.label = "14", .value = NAN, .max = 4},
	{.label = "15", .value = NAN, .max = 2},
	{.label = "16", .value = NAN, .max = 3},
};
/* On time, of how many that started, and of how many more that is not known. */
#define GROUP(name, on_time, of, unknown_count, share, last, last_share)                           \
	{                                                                                          \
		.label = name, .value = on_time / (double)of, .text = share,                       \
		.note = #on_time " van " #of, .low = on_time / (double)(of + unknown_count),       \
		.high = (on_time + unknown_count) / (double)(of + unknown_count), .before = last,  \
		.before_text = last_share                                                          \
	}
static const struct chart_row groups[] = {
	GROUP("Nieuwland", 143, 176, 11, "81%", .808, "81%"),
	GROUP("Centrum-West", 122, 156, 7, "78%", .7528, "75%"),
	GROUP("Noordrand", 86, 112, 3, "77%", .75, "75%"),
	GROUP("Oost", 69, 90, 6, "77%", .7528, "75%"),
	GROUP("Groenoord", 98, 135, 7, "73%", .7788, "78%"),
	GROUP("Zuid", 75, 105, 16, "71%", .7357, "74%"),
	{.label = "Onbekend",
		.value = 28 / 41.,
		.text = "68%",
		.note = "28 van 41",
		.before = .8108,
		.before_text = "81%",
		.unknown = true},
};
static const struct chart_stip groups_stip = {
	ROWS(groups), .whole = 621 / 815., .whole_text = "alle mensen 76%"};
#define MISSED .tone = TONE_ALERT, .note = "niet gehaald"
#define NORM(share) .norm = share / 100., .norm_text = #share "%"
static const struct chart_row norms[] = {
	{.label = "Begeleiding gestart binnen 4 weken",
		.value = 687 / 904.,
		.text = "76%",
		MISSED,
		NORM(80),
		.low = 687 / 949.,
		.high = 732 / 949.},
	{.label = "Afgesloten binnen 6 maanden",
		.value = 706 / 1054.,
		.text = "67%",
		MISSED,
		NORM(80),
		.before = .71,
		.before_text = "71%"},
	{.label = "Doelen gehaald bij afsluiten",
		.value = 743 / 1054.,
		.text = "70%",
		MISSED,
		NORM(80),
		.low = 743 / 1054.,
		.high = 834 / 1054.},
	{.label = "Telefoon opgenomen binnen 30 seconden",
		.value = .7661,
		.text = "77%",
		MISSED,
		NORM(80)},
	{.label = "Opgehangen voor het opnemen", .value = .0596, .text = "6%", MISSED, NORM(5)},
	{.label = "Doorverwezen naar welzijn", .value = .0121, .text = "1%", MISSED, NORM(20)},
};

enum { MONTHS = 23 };
static const double months[] = {68 / 92., 68 / 86., 57 / 71., 71 / 91., 53 / 73., 54 / 74.,
	60 / 73., 65 / 81., 51 / 62., 52 / 71., 44 / 67., 44 / 63., 66 / 87., 52 / 76., 56 / 68.,
	56 / 69., 52 / 68., 46 / 66., 64 / 76., 45 / 65., 57 / 81., 68 / 83., 59 / 76., NAN};
static const char *const month_names[] = {"jan. 2025", "feb. 2025", "mrt. 2025", "apr. 2025",
	"mei 2025", "juni 2025", "juli 2025", "aug. 2025", "sep. 2025", "okt. 2025", "nov. 2025",
	"dec. 2025", "jan. 2026", "feb. 2026", "mrt. 2026", "apr. 2026", "mei 2026", "juni 2026",
	"juli 2026", "aug. 2026", "sep. 2026", "okt. 2026", "nov. 2026"};
static const char *const month_ticks[] = {"j", "f", "m", "a", "m", "j", "j", "a", "s", "o", "n",
	"d", "j", "f", "m", "a", "m", "j", "j", "a", "s", "o", "n"};
static const struct chart_line months_line = {.label = "78%", .open = true, .values = months};
static const struct chart_group years[] = {{"2025", 0, 11}, {"2026", 12, 22}};
static const struct chart_lijn months_lijn = {.lines = &months_line,
	.line_count = 1,
	.count = MONTHS,
	.names = month_names,
	.ticks = month_ticks,
	.groups = years,
	.group_count = sizeof years / sizeof *years,
	.norm = .8,
	.norm_text = "norm 80%",
	.band_low = .5935,
	.band_high = .9245,
	.share = true};
static const struct chart_paneel months_paneel = {.now = months + 12,
	.before = months,
	.now_name = "2026",
	.before_name = "2025",
	.open = true,
	.norm = .8,
	.has_norm = true,
	.share = true};

/* One count of six months, and from then on another: two lines without a bridge. */
enum { COUNTED = 12 };
static const char *const counted_names[COUNTED] = {
	"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
static const char *const counted_ticks[COUNTED] = {"2023", [6] = "2025"};
static const struct chart_line counts[] = {
	{.label = "telling 2023 88%",
		.tone = TONE_BEFORE,
		.values =
			(const double[]){.9, .91, .89, .9, .92, .88, NAN, NAN, NAN, NAN, NAN, NAN}},
	{.label = "telling 2025 73%",
		.values = (const double[]){NAN, NAN, NAN, NAN, NAN, NAN, 68 / 92., 68 / 86.,
			57 / 71., 71 / 91., 53 / 73., 54 / 74.}},
};
static const struct chart_lijn counts_lijn = {.lines = counts,
	.line_count = sizeof counts / sizeof *counts,
	.count = COUNTED,
	.names = counted_names,
	.ticks = counted_ticks,
	.share = true};

#endif
