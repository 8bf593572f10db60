/*
 * Whatever is refused, a person reads in Dutch what is wrong and what to do, on a page that is as closed as any other.
 */
#include "web/page.h"

#include "lib/err.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

static const struct page_house house = {.town = "Ergens & Nergens"};

static void every_error_has_a_page(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ERR_COUNT; i++) {
		auto_buf struct buf out = {0};
		const char *headers = page_refusal(&house, err_http(err_at(i)), &out);
		assert_non_null(strstr(headers, "default-src 'none'"));
		assert_non_null(strstr(headers, "Cache-Control: no-store\n"));
		assert_non_null(strstr(out.data, "Ergens &amp; Nergens"));
		assert_non_null(strstr(out.data, "<h1 class=\"foutmelding\">"));
		assert_null(strstr(out.data, "Voorbeeld")); /* of a sample only */
	}
}

static void assert_refusal(unsigned status, const char *header, const char *says)
{
	auto_buf struct buf out = {0};
	const char *headers = page_refusal(&house, status, &out);
	assert_non_null(strstr(headers, header));
	assert_non_null(strstr(out.data, says));
}

static void what_passes_is_asked_for_again_and_what_does_not_says_what_else(void **state)
{
	(void)state;
	assert_refusal(503, "\nRefresh: 5\n", "vanzelf opnieuw");
	assert_refusal(503, "\nRetry-After: 5\n", "nu te druk");
	assert_refusal(405, "\nAllow: GET, HEAD\n", "alleen bekijken");
	assert_refusal(404, "", "Deze pagina is er niet");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_page),
		cmocka_unit_test(what_passes_is_asked_for_again_and_what_does_not_says_what_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
