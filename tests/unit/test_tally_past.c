/*
 * A figure as it was said on an evening in the past: the logs are folded up to what had been recorded by then.
 * It must be what a log says that ends there, whatever came in later: corrections, late data, another
 * kpi.yaml; and wherever the blocks were cut.
 */
#include "store/block.h"
#include "tests/unit/tallied.h"

/* ---- the log that was kept, as blocks ---- */

static bool logged_next(
	const struct tallied *t, size_t *at, struct logged *logged, const void **event)
{
	if (*at == t->log.len)
		return false;
	memcpy(logged, t->log.data + *at, sizeof *logged);
	*event = t->log.data + *at + sizeof *logged;
	*at += sizeof *logged + logged->len;
	return true;
}

static void block_append(struct buf *blocks, struct buf *payload, uint64_t first_seq,
	uint32_t count, int64_t written_at_ms)
{
	static const uint8_t free_bytes[BLOCK_HEADER];
	size_t at = blocks->len;
	struct block block = {.version = BLOCK_VERSION,
		.codec = BLOCK_CODEC_PLAIN,
		.first_seq = first_seq,
		.count = count,
		.payload_len = (uint32_t)payload->len,
		.written_at_ms = written_at_ms};
	buf_add(blocks, free_bytes, sizeof free_bytes);
	buf_add(blocks, payload->data, payload->len);
	block_seal(&block, (uint8_t *)blocks->data + at);
	buf_clear(payload);
}

/* Blocks of so many events; each is written a second after the last of them was recorded. */
static void blocks_of(
	const struct tallied *t, enum stream stream, uint32_t per_block, struct buf *blocks)
{
	auto_buf struct buf payload = {0};
	struct logged logged;
	const void *event;
	uint32_t count = 0;
	uint64_t first_seq = 1;
	int64_t recorded_ms = 0;
	for (size_t at = 0; logged_next(t, &at, &logged, &event);) {
		if (logged.stream != stream)
			continue;
		auto_arena struct arena arena = {0};
		recorded_ms = event_unpack(event, logged.len, &arena)->recorded_at;
		block_add_event(&payload, event, logged.len);
		if (++count < per_block)
			continue;
		block_append(blocks, &payload, first_seq, count, recorded_ms + 1000);
		first_seq += count;
		count = 0;
	}
	if (count)
		block_append(blocks, &payload, first_seq, count, recorded_ms + 1000);
}

static struct tally *past_of(const struct tallied *t, int64_t until_ms, uint32_t per_block)
{
	auto_free char *yaml = shipped_yaml();
	struct tally *past = tally_of(yaml);
	tally_replay_begin(past);
	const struct tally_until until = {until_ms, {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		auto_buf struct buf blocks = {0};
		uint64_t seq = 0;
		bool more;
		blocks_of(t, stream, per_block, &blocks);
		assert_int_equal(tally_fold_blocks(past, stream, (const uint8_t *)blocks.data,
					 blocks.len, &until, &seq, &more),
			0);
	}
	tally_replay_end(past);
	return past;
}

/* A log that ends at that instant. */
static struct tally *cut_of(const struct tallied *t, int64_t until_ms)
{
	auto_free char *yaml = shipped_yaml();
	struct tally *cut = tally_of(yaml);
	struct logged logged;
	const void *event;
	for (size_t at = 0; logged_next(t, &at, &logged, &event);) {
		auto_arena struct arena arena = {0};
		if (event_unpack(event, logged.len, &arena)->recorded_at < until_ms)
			tally_fold(cut, logged.stream, event, logged.len, logged.seq);
	}
	return cut;
}

/* ---- what happens ---- */

static void evening(struct tallied *t, const char *on)
{
	t->recorded_ms = calendar_day_start(day(on) + 1) - 3000;
}

static void morning(struct tallied *t, const char *on)
{
	t->recorded_ms = calendar_day_start(day(on));
}

/* A year with a report, its correction, late data, a second kpi.yaml, and a correction of an old year. */
static void history(struct tallied *t, const char *stricter)
{
	evening(t, "2025-02-01");
	FACTS(t, 1, FACT(reported_on, day("2025-01-10")), .ward = (char *)"ZUID");
	log_contact(t, day("2025-02-01"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	t->recorded_ms += 2000;
	FACTS(t, 1, FACT(support_started_on, day("2025-02-01")));
	morning(t, "2025-02-02");
	FACTS(t, 1, FACT(support_started_on, day("2025-02-10"))); /* corrected after midnight */
	evening(t, "2025-06-01");
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")),
		FACT(support_started_on, day("2025-01-16")));
	log_contact(t, day("2025-01-20"), WOT__V1__CHANNEL__VALUE__PHONE,
		WOT__V1__AGE_GROUP__VALUE__ADULT);
	evening(t, "2025-07-01");
	log_config(t, STREAM_CASE, "kpi.yaml", stricter);
	evening(t, "2025-08-01");
	FACTS(t, 1, CLEARED(6));
}

static char *stricter_yaml(void)
{
	char *yaml = shipped_yaml(), *days = strstr(yaml, "count: waiting_days <= 28");
	assert_non_null(days);
	memcpy(days, "count: waiting_days <= 10", 25);
	return yaml;
}

static void an_evening_in_the_past_is_as_a_log_that_ends_there(void **state)
{
	struct tallied *t = *state;
	static const char *const days[] = {
		"2025-01-31", "2025-02-01", "2025-02-02", "2025-06-01", "2025-07-01", "2025-08-01"};
	auto_free char *stricter = stricter_yaml();
	history(t, stricter);
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		int64_t until_ms = calendar_day_start(day(days[i]) + 1);
		for (uint32_t per_block = 1; per_block <= 7; per_block++) {
			struct tally *past = past_of(t, until_ms, per_block),
				     *cut = cut_of(t, until_ms);
			struct why why = {""};
			if (tally_equal(past, cut, &why))
				fail_msg("%s by %u: %s", days[i], per_block, why.text);
			tally_free(past);
			tally_free(cut);
		}
	}
}

static void assert_started(struct tallied *t, const char *as_of, int count, int of)
{
	struct tallied then = {.today = day(as_of)};
	then.tally = past_of(t, calendar_day_start(then.today + 1), 2);
	assert_figure(&then, "started_within_4_weeks", "2025", 0, of ? (double)count / of : -1,
		count, of, 0);
	tally_free(then.tally);
}

static void a_correction_a_late_start_and_a_new_norm_are_there_from_the_day_they_came_in(
	void **state)
{
	struct tallied *t = *state;
	auto_free char *stricter = stricter_yaml();
	history(t, stricter);
	assert_started(t, "2025-01-31", 0, 0);
	assert_started(t, "2025-02-01", 1, 1);
	assert_started(t, "2025-02-02", 0, 1);
	assert_started(t, "2025-06-01", 1, 2);
	assert_started(t, "2025-08-01", 1, 1);
	FACTS(t, 3, FACT(reported_on, day("2025-08-01")),
		FACT(support_started_on, day("2025-08-12")));
	assert_started(t, "2025-08-01", 1, 2); /* 11 days: no longer in time by the file in force */
}

static int64_t row_count(json_t *figures, const char *key)
{
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(json_array_get(figures, 0), "by"), i,
		row) if (!strcmp(json_string_value(json_object_get(row, "key")),
				 key)) return json_integer_value(json_object_get(row, "count"));
	return -1;
}

/* Counted and scanned alike: by month, of one ward, and by both. */
static void a_series_and_a_filter_know_no_more_than_the_evening_did(void **state)
{
	struct tallied *t = *state;
	static const struct {
		const char *as_of;
		int64_t january, february, zuid;
	} rows[] = {{"2025-02-01", 2, 0, 1}, {"2025-02-28", 2, 1, 2}, {"2025-03-01", 1, 2, 2}};
	evening(t, "2025-02-01");
	FACTS(t, 1, FACT(reported_on, day("2025-01-10")), .ward = (char *)"ZUID");
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")), .ward = (char *)"OOST");
	morning(t, "2025-02-02");
	FACTS(t, 3, FACT(reported_on, day("2025-02-02")), .ward = (char *)"ZUID");
	morning(t, "2025-03-01");
	FACTS(t, 2, FACT(reported_on, day("2025-02-15"))); /* corrected to another month */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tallied then = {.today = day(rows[i].as_of)};
		then.tally = past_of(t, calendar_day_start(then.today + 1), 2);
		struct query query = {.id = "help_requests",
			.period = "year",
			.by = "month",
			.today = then.today};
		json_t *all = ask_query(&then, &query);
		assert_int_equal(row_count(all, "2025-01"), rows[i].january);
		assert_int_equal(row_count(all, "2025-02"), rows[i].february);
		query.where[query.where_count++] = "ward=ZUID";
		json_t *zuid = ask_query(&then, &query);
		assert_number(json_array_get(zuid, 0), "count", (double)rows[i].zuid);
		assert_int_equal(row_count(zuid, "2025-01"), 1);
		json_decref(all);
		json_decref(zuid);
		tally_free(then.tally);
	}
}

static void damaged_blocks_are_not_folded(void **state)
{
	struct tallied *t = *state;
	auto_free char *yaml = shipped_yaml();
	struct tally *past = tally_of(yaml);
	auto_buf struct buf blocks = {0};
	uint64_t seq = 0;
	bool more;
	const struct tally_until all = {INT64_MAX, {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	evening(t, "2025-02-01");
	FACTS(t, 1, FACT(reported_on, day("2025-01-10")));
	FACTS(t, 2, FACT(reported_on, day("2025-01-10")));
	blocks_of(t, STREAM_CASE, 1, &blocks);
	blocks.data[blocks.len - 1] ^= 1;
	assert_int_equal(tally_fold_blocks(past, STREAM_CASE, (const uint8_t *)blocks.data,
				 blocks.len, &all, &seq, &more),
		ERR_DAMAGED);
	assert_int_equal(seq, 1);
	tally_free(past);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_evening_in_the_past_is_as_a_log_that_ends_there),
		TEST(a_correction_a_late_start_and_a_new_norm_are_there_from_the_day_they_came_in),
		TEST(a_series_and_a_filter_know_no_more_than_the_evening_did),
		TEST(damaged_blocks_are_not_folded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
