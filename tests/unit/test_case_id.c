/*
 * A case id is a case's place in a table and what people read out: one case has one, written in one way.
 */
#include "proto/case_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_refused(const char *text)
{
	int year = 7;
	uint32_t number = 7;
	if (case_id_parse(text, &year, &number) != ERR_INVALID || year != 7 || number != 7)
		fail_msg("%s is taken for a case id", text);
}

static void what_is_printed_is_read_again(void **unused)
{
	(void)unused;
	static const struct {
		int year;
		uint32_t number;
		const char *text;
	} ids[] = {
		{2025, 123, "2025-000123"},
		{1, 0, "0001-000000"},
		{9999, 999999, "9999-999999"},
		{2026, 1000000, "2026-1000000"},
		{2026, CASE_NUMBER_MAX, "2026-67108863"},
	};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		char text[CASE_ID_ROOM];
		int year;
		uint32_t number;
		case_id_print(ids[i].year, ids[i].number, text);
		assert_string_equal(text, ids[i].text);
		assert_int_equal(case_id_parse(text, &year, &number), 0);
		assert_int_equal(year, ids[i].year);
		assert_int_equal(number, ids[i].number);
	}
}

static void any_other_writing_is_refused(void **unused)
{
	(void)unused;
	static const char *const texts[] = {"", "-", "2025", "2025-", "2025-123", "2025-0000123",
		"0000-000123", "25-000123", "02025-000123", "2025-67108864",
		"2025-18446744073709551739", "2025-00012a", " 2025-000123", "2025-000123 ",
		"+025-000123", "2025-+00123", "2025-0x0123", "2025 000123", "2025-000 23",
		"2025-\xd9\xa1\xd9\xa2\xd9\xa3"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(texts[i]);
}

/* In an event it has a length and no end. */
static void of_bytes_no_more_is_read_than_there_are(void **unused)
{
	(void)unused;
	int year;
	uint32_t number;
	assert_int_equal(case_id_read("2025-0001234", 11, &year, &number), 0);
	assert_int_equal(number, 123);
	assert_int_equal(case_id_read("2025-000123", 12, &year, &number), ERR_INVALID);
	assert_int_equal(case_id_read("2025-000123", 4, &year, &number), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(any_other_writing_is_refused),
		cmocka_unit_test(of_bytes_no_more_is_read_than_there_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
