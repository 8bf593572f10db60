/*
 * Two households must never become one, for then one of them is not phoned; and one is not phoned twice
 * because two people write its address in two ways. Where an address leaves doubt there is no household.
 */
#include "daemons/intake/address.h"

#include "lib/clean.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CODE ", 3119 AB"

struct row {
	const char *text, *household; /* NULL: none */
};

static void assert_rows(const struct row *rows, size_t count, const char *postcode)
{
	for (size_t i = 0; i < count; i++) {
		struct address address = {.text = rows[i].text, .postcode = postcode};
		char household[HOUSEHOLD_ROOM] = "none";
		address_household(&address, household);
		if (strcmp(household, rows[i].household ? rows[i].household : "none") != 0)
			fail_msg("%s: %s", rows[i].text, household);
	}
}
#define ASSERT_ROWS(rows, postcode) assert_rows(rows, sizeof(rows) / sizeof *(rows), postcode)

static void one_address_in_many_writings_is_one_household(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"Kerkstraat 12" CODE, "3119AB-12"},
		{"Kerkstraat 12, 3119ab Schiedam", "3119AB-12"},
		{"Kerkstraat 12 3119 AB Schiedam", "3119AB-12"},
		{"Kerkstraat 12\n3119 AB Schiedam", "3119AB-12"},
		{"Kerkstraat 12\r\n3119 AB\r\nSchiedam\r\n", "3119AB-12"},
		{"3119 AB 12", "3119AB-12"},
		{"3119AB, 12", "3119AB-12"},
		{"3119 AB Schiedam, Kerkstraat 12", "3119AB-12"},
		{"Kerkstraat nr. 12" CODE, "3119AB-12"},
		{"Kerkstraat nr.12" CODE, "3119AB-12"},
		{"Kerkstraat 012" CODE, "3119AB-12"},
		{"Kerkstraat\u00a012, 3119\u00a0AB Schiedam", "3119AB-12"},
		{"Kerkstraat 12,\u202f3119\u2009AB", "3119AB-12"},
		{"Kerkstraat 1\u200b2, 3119\u00adAB", "3119AB-12"},
		{"Kerkstraat 12 (3119 AB)", "3119AB-12"},
		{"Kerkstraat 12, Schiedam, 3119 AB, Nederland", "3119AB-12"},
		{"Kerkstraat 12, 3119 AB Capelle aan den IJssel", "3119AB-12"},
		{"Kerkstraat 12, 3119 AB Hoek van Holland", "3119AB-12"},
		{"J. Test, Kerkstraat 12" CODE, "3119AB-12"},
		{"Kerkstraat 12, 3119 PA", "3119PA-12"},
		{"Kerkstraat 12, 3119 TO", "3119TO-12"},
	};
	ASSERT_ROWS(rows, NULL);
}

static void an_addition_in_many_writings_is_one_addition(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"Kerkstraat 12A" CODE, "3119AB-12-A"},
		{"Kerkstraat 12a" CODE, "3119AB-12-A"},
		{"Kerkstraat 12 a" CODE, "3119AB-12-A"},
		{"Kerkstraat 12-A" CODE, "3119AB-12-A"},
		{"Kerkstraat 12 -A" CODE, "3119AB-12-A"},
		{"Kerkstraat 12 - A" CODE, "3119AB-12-A"},
		{"Kerkstraat 12/A" CODE, "3119AB-12-A"},
		{"Kerkstraat 12.a" CODE, "3119AB-12-A"},
		{"Kerkstraat 12\u2013A" CODE, "3119AB-12-A"},
		{"Kerkstraat 12, a, 3119 AB", "3119AB-12-A"},
		{"Kerkstraat 12hs" CODE, "3119AB-12-HS"},
		{"Kerkstraat 12 hs" CODE, "3119AB-12-HS"},
		{"Kerkstraat 12-hs" CODE, "3119AB-12-HS"},
		{"Kerkstraat 12-3" CODE, "3119AB-12-3"},
		{"Kerkstraat 12/3" CODE, "3119AB-12-3"},
		{"Kerkstraat 12A-2" CODE, "3119AB-12-A2"},
		{"Kerkstraat 12a2" CODE, "3119AB-12-A2"},
		{"Kerkstraat 12 II" CODE, "3119AB-12-II"},
		{"Kerkstraat 12 VIII" CODE, "3119AB-12-VIII"},
		{"Kerkstraat 12 bis" CODE, "3119AB-12-BIS"},
		{"Kerkstraat 12 zwart" CODE, "3119AB-12-ZWART"},
		{"Kerkstraat 12 boven" CODE, "3119AB-12-BOVEN"},
		{"Kerkstraat 12 (boven), 3119 AB", "3119AB-12-BOVEN"},
		{"Kerkstraat 12, boven, 3119 AB", "3119AB-12-BOVEN"},
		{"Kerkstraat 12, 3119 AB Schiedam, boven", "3119AB-12-BOVEN"},
		{"Kerkstraat 12-1hoog" CODE, "3119AB-12-1HOOG"},
	};
	ASSERT_ROWS(rows, NULL);
}

static void a_number_in_the_name_of_a_street_is_not_the_houses(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"1e Testweg 4" CODE, "3119AB-4"},
		{"2e Lange Testweg 4 b" CODE, "3119AB-4-B"},
		{"1ste Testweg 4" CODE, "3119AB-4"},
		{"2de Testdwarsstraat 4" CODE, "3119AB-4"},
		{"2e van Teststraat 4" CODE, "3119AB-4"},
		{"Testwaard 2e Dreef 36" CODE, "3119AB-36"},
		{"Testweg N205 36" CODE, "3119AB-36"},
		{"Rijksweg A4 36" CODE, "3119AB-36"},
		{"Plein '40-'45 36" CODE, "3119AB-36"},
		{"Plein \u201940-\u201945 36" CODE, "3119AB-36"},
		{"'s-Gravenweg 36" CODE, "3119AB-36"},
		{"1e Testweg" CODE, NULL},
		{"Testwaard 2e Dreef" CODE, NULL},
		{"Plein '40-'45" CODE, NULL},
		{"Rijksweg A4" CODE, NULL},
	};
	ASSERT_ROWS(rows, NULL);
}

static void without_a_number_that_is_the_houses_there_is_no_household(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"", NULL},
		{"3119 AB", NULL},
		{"Kerkstraat" CODE, NULL},
		{"Kerkstraat 0" CODE, NULL},
		{"Kerkstraat 123456" CODE, NULL},
		{"Plein 1940" CODE, NULL},
		{"Plein 1813" CODE, NULL},
		{"Laan 1940-1945" CODE, NULL},
		{"Plein 1940 36" CODE, NULL},
		{"Laan 1940-1945 7" CODE, NULL},
		{"1213-laan" CODE, NULL},
		{"1213-laan 36" CODE, NULL},
		{"18 Testemberplein 3" CODE, NULL},
		{"Laan van 8 mei" CODE, NULL},
		{"Stichting 70 jaar" CODE, NULL},
		{"Stichting 70 jaar, Testweg 4" CODE, NULL},
		{"p/a Stichting 70 jaar" CODE, NULL},
		{"p/a Stichting, Testweg 4" CODE, NULL},
		{"P.a. Stichting, Testweg 4" CODE, NULL},
		{"c/o Test, Testweg 4" CODE, NULL},
		{"t.a.v. Test, Testweg 4" CODE, NULL},
		{"Flat 3, Testweg" CODE, NULL},
		{"Flat 3, Testweg 36" CODE, NULL},
		{"Blok B, Testweg 36" CODE, NULL},
		{"Postbus 123" CODE, NULL},
		{"Antwoordnummer 123" CODE, NULL},
		{"Ligplaats 5, Kade" CODE, NULL},
		{"tel. 0101234567, Kerkstraat" CODE, NULL},
	};
	ASSERT_ROWS(rows, NULL);
}

static void with_more_behind_the_number_than_one_door_there_is_no_household(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"Kerkstraat 12 kamer 3" CODE, NULL},
		{"Kerkstraat 12, app. 3" CODE, NULL},
		{"Kerkstraat 12 studio B" CODE, NULL},
		{"Kerkstraat 12, 2e etage" CODE, NULL},
		{"Kerkstraat 12, 1 hoog" CODE, NULL},
		{"Kerkstraat 12 3" CODE, NULL},
		{"Kerkstraat 12 en 14" CODE, NULL},
		{"Kerkstraat 12+14" CODE, NULL},
		{"Kerkstraat 12-14/16-18/20-22/24-26" CODE, NULL},
		{"Kerkstraat 12 & 14" CODE, NULL},
		{"Nieuwe Weg 1 t/m 3" CODE, NULL},
		{"Nieuwe Weg 1 tm 3" CODE, NULL},
		{"Weg 12 t/o 14" CODE, NULL},
		{"Weg t/o 14" CODE, NULL},
		{"Weg t.o. 14" CODE, NULL},
		{"Kade tegenover 14" CODE, NULL},
		{"Woonboot Test, Kade 12" CODE, NULL},
		{"Kade 12 woonschip" CODE, NULL},
		{"Kerkstraat 12\u00bd" CODE, NULL},
		{"Kerkstraat 12 ?" CODE, NULL},
		{"Kerkstraat 12 Schiedam" CODE, NULL},
		{"Kerkstraat 12 achterom" CODE, NULL},
		{"Kerkstraat 12, tel 010 1234567" CODE, NULL},
	};
	ASSERT_ROWS(rows, NULL);
}

/* Four digits and two letters are also a house number on the ground floor. */
static void the_postcode_is_told_from_a_large_number(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"Testlaan 1512 bg" CODE, "3119AB-1512-BG"},
		{"Testlaan 1512bg, 3119AB Schiedam", "3119AB-1512-BG"},
		{"Testlaan 1512 bg 3119 AB Schiedam", "3119AB-1512-BG"},
		{"3119 AB Testlaan 1512 bg", "3119AB-1512-BG"},
		{"Testlaan 1512" CODE, "3119AB-1512"},
		{"Testlaan 1512 bg", NULL},
		{"Testlaan 1512, 0119 AB", NULL},
		{"Testlaan 12, 3119 SS", NULL},
		{"Testlaan 12, 3119 A", NULL},
		{"Testlaan 12, 3119 ABC", NULL},
		{"Testlaan 12, 3119 AB, 3120 AB", NULL},
		{"Testlaan 12 3119 AB of 3120 AB", NULL},
		{"Testlaan 12", NULL},
	};
	ASSERT_ROWS(rows, NULL);
}

static void a_postcode_apart_must_not_be_contradicted(void **unused)
{
	(void)unused;
	static const struct row rows[] = {
		{"Testlaan 12", "3119AB-12"},
		{"Testlaan 12, Schiedam", "3119AB-12"},
		{"Testlaan 12, 3119 AB Schiedam", "3119AB-12"},
		{"Testlaan 1512 bg", "3119AB-1512-BG"},
		{"Testlaan 12, 3120 AB Schiedam", NULL},
		{"Testlaan, 3120 AB", NULL},
		{"", NULL},
	};
	ASSERT_ROWS(rows, "3119 AB");
	ASSERT_ROWS(rows, "3119AB");
}

static void a_number_apart_beats_the_text(void **unused)
{
	(void)unused;
	static const struct {
		struct address address;
		const char *household;
	} rows[] = {
		{{"Plein 1940" CODE, NULL, 12, NULL}, "3119AB-12"},
		{{"Flat 3, Testweg" CODE, NULL, 12, "a"}, "3119AB-12-A"},
		{{NULL, "3119 AB", 12, "A"}, "3119AB-12-A"},
		{{NULL, "3119AB", 12, " -a"}, "3119AB-12-A"},
		{{NULL, "3119AB", 12, "hs"}, "3119AB-12-HS"},
		{{NULL, "3119AB", 12, "3"}, "3119AB-12-3"},
		{{NULL, "3119AB", 12, "1 hoog"}, "3119AB-12-1HOOG"},
		{{NULL, "3119AB", 1940, NULL}, "3119AB-1940"},
		{{NULL, "3119AB", 12, "achterom"}, "3119AB-12-ACHTEROM"},
		{{NULL, "3119AB", 12, "\u00bd"}, NULL},
		{{"p/a Stichting" CODE, NULL, 12, NULL}, NULL},
		{{"Testweg 12", NULL, 12, NULL}, NULL},
		{{NULL, NULL, 12, NULL}, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char household[HOUSEHOLD_ROOM] = "none";
		address_household(&rows[i].address, household);
		assert_string_equal(household, rows[i].household ? rows[i].household : "none");
	}
}

/* Otherwise 1 addition 23 and 12 addition 3 would be 123 both. */
static void numbers_and_additions_do_not_run_into_each_other(void **unused)
{
	(void)unused;
	static const char *const texts[] = {"Weg 123", "Weg 1-23", "Weg 12-3", "Weg 1-2-3",
		"Weg 12-A3", "Weg 12A-B", "Weg 12AB", "Weg 12", "Weg 12A", "Weg 1-2A3",
		"Weg 1-2A-3B"};
	enum { COUNT = sizeof texts / sizeof *texts };
	char households[COUNT][HOUSEHOLD_ROOM];
	for (size_t i = 0; i < COUNT; i++) {
		struct address address = {.text = texts[i], .postcode = "3119AB"};
		assert_true(address_household(&address, households[i]));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(households[i], households[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_in_many_writings_is_one_household),
		cmocka_unit_test(an_addition_in_many_writings_is_one_addition),
		cmocka_unit_test(a_number_in_the_name_of_a_street_is_not_the_houses),
		cmocka_unit_test(without_a_number_that_is_the_houses_there_is_no_household),
		cmocka_unit_test(with_more_behind_the_number_than_one_door_there_is_no_household),
		cmocka_unit_test(the_postcode_is_told_from_a_large_number),
		cmocka_unit_test(a_postcode_apart_must_not_be_contradicted),
		cmocka_unit_test(a_number_apart_beats_the_text),
		cmocka_unit_test(numbers_and_additions_do_not_run_into_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
