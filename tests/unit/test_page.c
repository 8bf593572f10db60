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

static const struct page_house house = {.town = "Ergens & Nergens", .origins = {"", "", "", ""}};

static void every_error_has_a_page(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ERR_COUNT; i++) {
		auto_buf struct buf out = {0};
		const char *headers =
			page_refusal(&house, &(struct page_refused){.err = err_at(i)}, &out);
		assert_non_null(strstr(headers, "default-src 'none'"));
		assert_non_null(strstr(headers, "Cache-Control: no-store\n"));
		assert_non_null(strstr(out.data, "Ergens &amp; Nergens"));
		assert_non_null(strstr(out.data, "<h1 class=\"foutmelding\">"));
		assert_null(strstr(out.data, "Voorbeeld")); /* of a sample only */
	}
}

static void assert_refusal(int err, const char *header, const char *says)
{
	auto_buf struct buf out = {0};
	const char *headers = page_refusal(&house, &(struct page_refused){.err = err}, &out);
	assert_non_null(strstr(headers, header));
	assert_non_null(strstr(out.data, says));
}

static void what_passes_is_asked_for_again_and_what_does_not_says_what_else(void **state)
{
	(void)state;
	assert_refusal(ERR_BUSY, "\nRefresh: 5\n", "vanzelf opnieuw");
	assert_refusal(ERR_NO_ROOM, "\nRetry-After: 5\n", "nu te druk");
	assert_refusal(ERR_METHOD, "", "Ga terug");
	assert_refusal(ERR_NOT_FOUND, "", "Deze pagina is er niet");
	assert_refusal(ERR_FORM, "", "Er is niets veranderd");
}

static const char *shown(const struct page_house *to, struct buf *out)
{
	buf_clear(out);
	page_refusal(to, &(struct page_refused){.err = ERR_FORBIDDEN}, out);
	return out->data;
}

static void the_head_says_who_signed_in_and_offers_what_that_may_do(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	struct page_house some = house;
	const char *text = shown(&some, &out);
	assert_non_null(strstr(text, "<p class=\"wie\"><a href=\"/inloggen\">"));
	assert_null(strstr(text, "<nav"));
	some.menu.figures = true;
	some.origins[DAEMON_AGGREGATE] = "http://127.0.0.1:8483";
	text = shown(&some, &out);
	assert_non_null(strstr(text, "<li><a href=\"http://127.0.0.1:8483/cijfers\">"));
	some.who = "kijker";
	strcpy(some.form_token, "0123");
	text = shown(&some, &out);
	assert_non_null(strstr(text, "Ingelogd als kijker"));
	assert_non_null(strstr(text, "name=\"formulier\" value=\"0123\""));
	assert_non_null(strstr(text, "U bent ingelogd als kijker."));
	some.development = true;
	text = shown(&some, &out);
	assert_non_null(strstr(text, "Zonder code gezien als kijker"));
	assert_null(strstr(text, "/uitloggen"));
}

static void who_may_not_is_told_who_may_and_an_address_what_to_ask_instead(void **state)
{
	(void)state;
	auto_buf struct buf out = {0};
	struct page_house some = house;
	some.who = "kijker";
	page_refusal(&some,
		&(struct page_refused){.err = ERR_FORBIDDEN, .people = "teammanager of beheerder"},
		&out);
	assert_non_null(
		strstr(out.data, "Dit is voor wie is ingelogd als teammanager of beheerder."));
	assert_non_null(strstr(out.data, "<a href=\"/inloggen\">"));
	assert_null(strstr(out.data, "Open de pagina"));
	buf_clear(&out);
	page_refusal(&some, &(struct page_refused){.err = ERR_QUESTION, .asks = true}, &out);
	assert_non_null(strstr(out.data, "Dit adres klopt niet"));
	assert_non_null(strstr(out.data, "<a href=\"?\">Open de pagina</a>"));
	assert_null(strstr(out.data, "/inloggen"));
}

static void a_page_that_is_not_there_leads_only_to_what_would_not_refuse_him_too(void **state)
{
	(void)state;
	static const struct {
		bool now, figures, worklist;
		const char *leads, *leads_not;
	} rows[] = {{false, false, false, ">Naar de jaarverslagen<", "/cijfers"},
		{false, true, false, ">Naar de cijfers<", "Naar Nu"},
		{false, false, true, ">Naar de werklijst<", "/cijfers"},
		{true, true, true, ">Naar Nu<", "Naar de werklijst"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		auto_buf struct buf out = {0};
		struct page_house some = house;
		some.menu.now = rows[i].now;
		some.menu.figures = rows[i].figures;
		some.menu.worklist = rows[i].worklist;
		page_refusal(&some, &(struct page_refused){.err = ERR_NOT_FOUND}, &out);
		assert_non_null(strstr(out.data, rows[i].leads));
		assert_null(strstr(out.data, rows[i].leads_not));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_page),
		cmocka_unit_test(
			a_page_that_is_not_there_leads_only_to_what_would_not_refuse_him_too),
		cmocka_unit_test(who_may_not_is_told_who_may_and_an_address_what_to_ask_instead),
		cmocka_unit_test(the_head_says_who_signed_in_and_offers_what_that_may_do),
		cmocka_unit_test(what_passes_is_asked_for_again_and_what_does_not_says_what_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
