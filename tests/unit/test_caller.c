/* A caller is a number, however it is written; who withholds it is nobody. */
#include "daemons/intake/caller.h"

#include "lib/clean.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

static void assert_is(const char *text, const char *wanted)
{
	char caller[CALLER_ROOM];
	if (!caller_of(text, caller))
		fail_msg("%s is nobody", text);
	assert_string_equal(caller, wanted);
}

static void one_number_in_all_its_forms_is_one(void **state)
{
	(void)state;
	static const char *const forms[] = {"+31612345678", "0031612345678", "0612345678",
		"31612345678", "612345678", "06-12345678", "06 12 34 56 78", "06.1234.5678",
		"(06) 12345678", "+31 6 1234 5678", "+31 (0)6 12345678", "+31(0)612345678",
		"+310612345678", "0031-6-12345678", "00 31 6 12345678", "0031 (0)6 12345678",
		"sip:0612345678", "sip:+31612345678@trunk.example.nl",
		"SIP:0612345678@10.0.0.1:5060", "sips:+31612345678@host;user=phone",
		"sip:0612345678;phone-context=nl@host", "tel:+31-6-12345678",
		"TEL:0612345678;phone-context=+31", "0612345678@10.0.0.1", "Jan <0612345678>",
		"\"Jan Jansen\" <0612345678>", "\"\" <0612345678>",
		"<sip:+31612345678@host>;tag=1928301774", "\"Jansen, J.\" <tel:+31612345678>",
		"Jan Jansen 0612345678", "0612345678 (Jan)", "Jansen, Jan: 06-12345678",
		"\"unknown\" <0612345678>", "Zo\xc3\xab 0612345678",
		"06\xc2\xa0"
		"12345678",
		"+31\xe2\x80\x91"
		"6\xe2\x80\x91"
		"12345678",
		" 0612345678 ", "'0612345678'", "callto:0612345678", "\"0612345678\""};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		assert_is(forms[i], "31612345678");
}

static void other_numbers_stay_themselves(void **state)
{
	(void)state;
	assert_is("0102461234", "31102461234");
	assert_is("010-246 12 34", "31102461234");
	assert_is("+32 470 12 34 56", "32470123456");
	assert_is("0032 470 12 34 56", "32470123456");
	assert_is("+44 (0)20 7946 0958", "442079460958");
	assert_is("201", "201");
	assert_is("sip:201@pbx", "201");
	assert_is("14010", "14010");
	assert_is("06-1", "3161");
}

static void who_withholds_the_number_is_nobody(void **state)
{
	(void)state;
	static const char *const withheld[] = {"", " ", "anonymous", "Anonymous", "ANONYMOUS",
		"anoniem", "unknown", "Onbekend", "Restricted", "Unavailable", "private",
		"Private Number", "withheld", "geheim", "blocked", "N/A", "null", "none", "0", "00",
		"0000000000", "-", "--", "+", "?", "*", "1", "-1", "+31", "0031", "<>",
		"\"Jan\" <>", "<unknown>", "\"Anonymous\" <anonymous>",
		"\"0612345678\" <sip:anonymous@anonymous.invalid>",
		"sip:anonymous@anonymous.invalid", "sip:anonymous@192.168.1.10", "sip:192.168.1.10",
		"<sip:10.0.0.1:5060>", "sip:@host", "tel:", "550e8400-e29b-41d4-a716-446655440000",
		"room12", "sip:user12345@host", "123456789012345678901234567890"};
	char caller[CALLER_ROOM];
	for (size_t i = 0; i < sizeof withheld / sizeof *withheld; i++)
		if (caller_of(withheld[i], caller))
			fail_msg("'%s' is %s", withheld[i], caller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_number_in_all_its_forms_is_one),
		cmocka_unit_test(other_numbers_stay_themselves),
		cmocka_unit_test(who_withholds_the_number_is_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
