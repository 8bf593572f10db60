/*
 * A session is what this house sealed, to the last bit, and nothing else: of another key, another time or somebody else it is
 * none. Forms are bound to it.
 */
#include "web/session.h"

#include "lib/err.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <sodium.h>
#include <string.h>

static const int64_t now_ms = INT64_C(1764230400000);
static const uint8_t key[SESSION_KEY] = {1, 2, 3}, other_key[SESSION_KEY] = {1, 2, 4};

static struct session session_of(const char *client)
{
	struct session session = {.until_ms = now_ms + 1000};
	strcpy(session.client, client);
	randombytes_buf(session.id, sizeof session.id);
	randombytes_buf(session.fingerprint, sizeof session.fingerprint);
	return session;
}

static void what_was_sealed_opens_until_it_is_over(void **state)
{
	(void)state;
	const struct session session = session_of("manager");
	struct session opened = {0};
	char cookie[SESSION_COOKIE];
	session_seal(&session, key, cookie);
	assert_int_equal(session_open(cookie, key, now_ms, &opened), 0);
	assert_memory_equal(&opened, &session, sizeof opened);
	assert_int_equal(session_open(cookie, key, now_ms + 999, &opened), 0);
	struct session untouched = {0};
	assert_int_equal(session_open(cookie, key, now_ms + 1000, &untouched), ERR_UNAUTHENTICATED);
	assert_int_equal(session_open(cookie, other_key, now_ms, &untouched), ERR_UNAUTHENTICATED);
	assert_memory_equal(&untouched, &(struct session){0}, sizeof untouched);
	assert_null(strstr(cookie, "manager"));
}

static void a_client_with_the_longest_name_keeps_all_of_it(void **state)
{
	(void)state;
	const char *longest = "a23456789012345678901234567890123456789012345678901234567890123";
	const struct session session = session_of(longest);
	struct session opened;
	char cookie[SESSION_COOKIE];
	session_seal(&session, key, cookie);
	assert_int_equal(session_open(cookie, key, now_ms, &opened), 0);
	assert_string_equal(opened.client, longest);
}

static void one_flipped_bit_anywhere_makes_it_none(void **state)
{
	(void)state;
	enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
	const struct session session = session_of("operator");
	struct session opened;
	char cookie[SESSION_COOKIE], forged[SESSION_COOKIE];
	uint8_t bytes[SESSION_COOKIE];
	size_t len;
	session_seal(&session, key, cookie);
	assert_int_equal(sodium_base642bin(bytes, sizeof bytes, cookie, strlen(cookie), NULL, &len,
				 NULL, VARIANT),
		0);
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		sodium_bin2base64(forged, sizeof forged, bytes, len, VARIANT);
		assert_int_equal(session_open(forged, key, now_ms, &opened), ERR_UNAUTHENTICATED);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < strlen(cookie); cut++) {
		memcpy(forged, cookie, cut);
		forged[cut] = '\0';
		assert_int_equal(session_open(forged, key, now_ms, &opened), ERR_UNAUTHENTICATED);
	}
}

/* Nobody learns from two cookies whether they are one person's. */
static void two_sessions_of_one_client_have_nothing_in_common(void **state)
{
	(void)state;
	struct session one = session_of("viewer"), two = one;
	char first[SESSION_COOKIE], second[SESSION_COOKIE];
	randombytes_buf(two.id, sizeof two.id);
	session_seal(&one, key, first);
	session_seal(&two, key, second);
	assert_int_equal(strlen(first), strlen(second));
	size_t same = 0;
	for (size_t i = 0; first[i]; i++)
		same += first[i] == second[i];
	assert_true(same < strlen(first) / 4);
}

static void a_form_is_that_of_its_session_alone(void **state)
{
	(void)state;
	const struct session session = session_of("manager"), again = session_of("manager");
	struct session other = session;
	char token[SESSION_FORM], others[SESSION_FORM];
	session_form_token(&session, key, token);
	session_form_token(&session, key, others);
	assert_string_equal(token, others); /* whenever it is asked for, after a restart too */
	assert_true(session_form_check(&session, key, token));
	strcpy(other.client, "operator");
	assert_false(session_form_check(&other, key, token));
	assert_false(session_form_check(&again, key, token));
	assert_false(session_form_check(&session, other_key, token));
	for (size_t i = 0; token[i]; i++) {
		memcpy(others, token, sizeof others);
		others[i] ^= 1;
		assert_false(session_form_check(&session, key, others));
	}
	others[0] = '\0';
	assert_false(session_form_check(&session, key, others));
}

static void assert_found(const char *header, const char *expected)
{
	char cookie[SESSION_COOKIE] = "-";
	assert_int_equal(session_cookie_find(header, cookie), expected != NULL);
	assert_string_equal(cookie, expected ? expected : "-");
}

static void our_cookie_is_found_among_others(void **state)
{
	(void)state;
	assert_found("wot=abc", "abc");
	assert_found("a=1; wot=abc; b=2", "abc");
	assert_found("a=1;wot=abc", "abc");
	assert_found("wot=abc; wot=def", "abc");
	assert_found("wot=", "");
	assert_found("swot=abc; wota=abc; WOT=abc; wot; ;;", NULL);
	assert_found("", NULL);
	assert_found(NULL, NULL);
	char large[2 * SESSION_COOKIE] = "wot=";
	memset(large + 4, 'a', sizeof large - 5);
	assert_found(large, NULL);
}

static void only_paths_of_ours_lead_home(void **state)
{
	(void)state;
	static const char *const origins[] = {"", "http://127.0.0.1:8481", "https://wot.example"};
	static const char *const ours[] = {"/", "/cijfers", "/cijfers?periode=2025&wijk=ZUID",
		"/a//b", "/%2f%2fevil", "http://127.0.0.1:8481/aanmeldteam",
		"https://wot.example/?a=b"};
	static const char *const others[] = {"", "cijfers", "//evil", "///evil", "/\\evil",
		"\\\\evil", "https://evil/", "http://127.0.0.1:8481", "http://127.0.0.1:84810/",
		"http://127.0.0.1:8481@evil/", "http://127.0.0.1:8481.evil/",
		"https://wot.example//evil", "https://wot.example\\@evil/", "javascript:alert(1)",
		"/\t/evil", "/a\r\nLocation: https://evil", "/a\n", "/a b", "/\xc3\xa9", "/\x7f",
		" /a", "data:text/html,x", "?a=b", "#a"};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		assert_true(session_leads_home(ours[i], origins, 3));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(session_leads_home(others[i], origins, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens_until_it_is_over),
		cmocka_unit_test(a_client_with_the_longest_name_keeps_all_of_it),
		cmocka_unit_test(one_flipped_bit_anywhere_makes_it_none),
		cmocka_unit_test(two_sessions_of_one_client_have_nothing_in_common),
		cmocka_unit_test(a_form_is_that_of_its_session_alone),
		cmocka_unit_test(our_cookie_is_found_among_others),
		cmocka_unit_test(only_paths_of_ours_lead_home),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
