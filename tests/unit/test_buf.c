/* Buffers: text as JSON, whatever bytes it holds. */
#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void json_is(const char *text, const char *expected)
{
	auto_buf struct buf out = {0};
	buf_json(&out, text);
	assert_string_equal(out.data, expected);
}

static void text_becomes_a_json_string(void **state)
{
	(void)state;
	json_is("", "\"\"");
	json_is("a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\"");
	json_is("line\nend\x1f", "\"line\\u000aend\\u001f\"");
	json_is("Veldhüis €", "\"Veldhüis €\"");
}

/* What a client wrote in a query comes back in the problem, which must be JSON all the same. */
static void what_is_not_utf_8_is_replaced(void **state)
{
	(void)state;
	json_is("\xff", "\"\xef\xbf\xbd\"");
	json_is("a\xc3", "\"a\xef\xbf\xbd\"");
	json_is("\xe2\x82z", "\"\xef\xbf\xbd\xef\xbf\xbdz\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_a_json_string),
		cmocka_unit_test(what_is_not_utf_8_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
