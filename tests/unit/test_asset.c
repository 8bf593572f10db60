/*
 * A browser keeps what it has for a year, so an address never has other content; and it gets packed what it can unpack,
 * and nothing else.
 */
#include "web/asset.h"

#include "lib/err.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int shelf_setup(void **state)
{
	*state = asset_shelf_new();
	return 0;
}

static int shelf_teardown(void **state)
{
	asset_shelf_free(*state);
	return 0;
}

static bool is_zipped(const struct asset_answer *answer)
{
	return strstr(answer->headers, "Content-Encoding: gzip\n");
}

static void assert_zipped(void **state, const char *codings, bool expected)
{
	struct asset_answer answer;
	assert_int_equal(asset_answer(*state, assets[0].path, NULL, codings, &answer), 0);
	if (is_zipped(&answer) != expected)
		fail_msg("%s: %s", codings, expected ? "not zipped" : "zipped");
	assert_non_null(strstr(answer.headers, "Vary: Accept-Encoding\n"));
}

static void it_is_zipped_for_who_says_that_it_takes_that(void **state)
{
	assert_zipped(state, NULL, false);
	assert_zipped(state, "", false);
	assert_zipped(state, "br", false);
	assert_zipped(state, "gzip", true);
	assert_zipped(state, "GZIP", true);
	assert_zipped(state, "br, gzip", true);
	assert_zipped(state, "deflate,gzip;q=0.5", true);
	assert_zipped(state, "gzip;q=0", false);
	assert_zipped(state, "gzip; q=0.000, br", false);
	assert_zipped(state, "*", true);
	assert_zipped(state, "*;q=0", false);
	assert_zipped(state, "gzip;q=0, *", false);
	assert_zipped(state, "xgzip", false);
	assert_zipped(state, "identity", false);
	assert_zipped(state, " , ,", false);
}

static void what_is_zipped_is_what_it_was(void **state)
{
	for (size_t i = 0; i < asset_count; i++) {
		struct asset_answer answer;
		assert_int_equal(asset_answer(*state, assets[i].path, NULL, "gzip", &answer), 0);
		unsigned char *out = malloc(assets[i].len + 1);
		z_stream stream = {.next_in = (unsigned char *)(uintptr_t)answer.body,
			.avail_in = (uInt)answer.len,
			.next_out = out,
			.avail_out = (uInt)assets[i].len + 1};
		assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
		assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
		assert_int_equal(stream.total_out, assets[i].len);
		assert_memory_equal(out, assets[i].data, assets[i].len);
		inflateEnd(&stream);
		free(out);
	}
}

static void assert_status(void **state, const char *known, unsigned expected)
{
	struct asset_answer answer;
	assert_int_equal(asset_answer(*state, assets[0].path, known, "gzip", &answer), 0);
	assert_int_equal(answer.status, expected);
	assert_true(expected == 304 ? answer.len == 0 : answer.len > 0);
}

static void who_has_it_is_told_so(void **state)
{
	struct asset_answer answer;
	assert_int_equal(asset_answer(*state, assets[0].path, NULL, NULL, &answer), 0);
	char etag[64], many[160];
	assert_int_equal(sscanf(strstr(answer.headers, "ETag: "), "ETag: %63s", etag), 1);
	snprintf(many, sizeof many, "\"0\", %s, \"1\"", etag);
	assert_status(state, NULL, 200);
	assert_status(state, "\"0\"", 200);
	assert_status(state, "", 200);
	assert_status(state, etag, 304);
	assert_status(state, etag + 2, 304); /* strong */
	assert_status(state, many, 304);
	assert_status(state, "*", 304);
}

static void an_address_with_another_hash_is_none(void **state)
{
	static const char *const wrong[] = {"/static/", "/static/wot.css",
		"/static/wot.000000000000.css", "/static/../LICENSE", ""};
	struct asset_answer answer;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(
			asset_answer(*state, wrong[i], NULL, NULL, &answer), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_zipped_for_who_says_that_it_takes_that),
		cmocka_unit_test(what_is_zipped_is_what_it_was),
		cmocka_unit_test(who_has_it_is_told_so),
		cmocka_unit_test(an_address_with_another_hash_is_none),
	};
	return cmocka_run_group_tests(tests, shelf_setup, shelf_teardown);
}
