/*
 * What aggregate keeps of triage: what triage itself would answer, for as long as it can read triage's log.
 */
#include "daemons/aggregate/mirror/mirror.h"
#include "tests/unit/triage_fixture.h"

/* What the last input led to, as it came over the feed. */
static void fold_last(struct harness *h, struct mirror *mirror)
{
	static uint8_t hash[32];
	for (size_t i = 0; i < harness_count(h); i++) {
		auto_buf struct buf bytes = {0};
		Wot__V1__Body *body = harness_event(h, i)->body;
		if (body->kind_case == WOT__V1__BODY__KIND_CONFIG_LOADED)
			body->config_loaded->hash =
				(ProtobufCBinaryData){sizeof hash, hash}; /* the shell's */
		event_pack(harness_event(h, i), &bytes);
		assert_true(mirror_fold(mirror, (const uint8_t *)bytes.data, bytes.len));
	}
}

static struct mirror *mirror_of_one_request(struct harness *h)
{
	struct mirror *mirror = mirror_new();
	assert_int_equal(configure(h, ORGANISATIONS TEAMS RULES), 0);
	fold_last(h, mirror);
	plain_request(h, 7, at(3, 3));
	fold_last(h, mirror);
	return mirror;
}

static void it_answers_as_triage_does(void **state)
{
	struct arena arena = {0};
	const struct get_query query = {.arena = &arena, .now_ms = at(3, 4)};
	struct mirror *mirror = mirror_of_one_request(*state);
	const Wot__V1__Worklist *list = mirror_worklist(mirror, &query);
	const Wot__V1__Teams *teams = mirror_teams(mirror, &query);
	assert_int_equal(list->n_items, 1);
	assert_string_equal(list->items[0]->case_id, "2025-000007");
	assert_int_equal(teams->n_items, 3);
	assert_int_equal(teams->items[0]->load_hours + teams->items[1]->load_hours, 2);
	assert_string_equal(mirror_team(mirror, "zuid"), "Zuid");
	assert_null(mirror_team(mirror, "west"));
	mirror_free(mirror);
	arena_done(&arena);
}

static void after_what_it_cannot_read_it_says_nothing(void **state)
{
	struct arena arena = {0};
	const struct get_query query = {.arena = &arena, .now_ms = at(3, 4)};
	struct mirror *mirror = mirror_of_one_request(*state);
	assert_false(mirror_fold(mirror, (const uint8_t *)"later", 5));
	assert_null(mirror_worklist(mirror, &query));
	assert_null(mirror_teams(mirror, &query));
	assert_null(mirror_team(mirror, "zuid"));
	assert_true(mirror_fold(mirror, (const uint8_t *)"later", 5)); /* it was said once */
	mirror_free(mirror);
	arena_done(&arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_empty, close_all)
	const struct CMUnitTest tests[] = {
		TEST(it_answers_as_triage_does),
		TEST(after_what_it_cannot_read_it_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
