/* Commas are put by what stands before: so no value, however it ends, may be taken for a beginning. */
#include "lib/json_out.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on

static void commas_stand_between_values_and_nowhere_else(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	buf_text(&out, "> ");
	json_out_open(&out, NULL, '{');
	json_out_text(&out, "a", "ends in {");
	json_out_text(&out, "b", "[");
	json_out_text(&out, "c", ":\n,");
	json_out_open(&out, "empty", '[');
	json_out_close(&out, ']');
	json_out_open(&out, "list", '[');
	for (uint64_t i = 0; i < 2; i++) {
		json_out_open(&out, NULL, '{');
		json_out_count(&out, "i", i);
		json_out_close(&out, '}');
	}
	json_out_close(&out, ']');
	json_out_flag(&out, "yes", true);
	json_out_integer(&out, "less", INT64_MIN);
	json_out_count(&out, "most", UINT64_MAX);
	json_out_null(&out, "nothing");
	json_out_number(&out, "share", true, 0.1);
	json_out_number(&out, "none", false, 7);
	json_out_end(&out, '}');
	assert_string_equal(out.data,
		"> {\"a\":\"ends in {\",\"b\":\"[\",\"c\":\":\\u000a,\",\"empty\":[],"
		"\"list\":[{\"i\":0},{\"i\":1}],\"yes\":true,\"less\":-9223372036854775808,"
		"\"most\":18446744073709551615,\"nothing\":null,\"share\":0.1,\"none\":null}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_stand_between_values_and_nowhere_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
