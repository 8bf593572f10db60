/* Rows are handed out as they were when they were asked for, in pieces that are as large as a chunk however many there are. */
#include "figures/fact_rows.h"
#include "figures/render.h"
#include "tests/unit/tallied.h"

static void calls_add(struct tallied *t, int from, int count)
{
	for (int i = from; i < from + count; i++) {
		char id[24];
		snprintf(id, sizeof id, "call-%d", i);
		log_call(t, id, WOT__V1__CALL__EVENT__ANSWERED, noon(day("2025-05-05")), 20);
	}
}

static size_t lines_in(const struct buf *text)
{
	size_t lines = 0;
	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	return lines;
}

static struct fact_rows *rows_of(const struct tallied *t, const char *table)
{
	struct facts *facts = tally_facts(t->tally);
	struct fact_rows *rows = NULL;
	struct why why = {""};
	assert_int_equal(fact_rows_open(&rows, &facts, table, &why), 0);
	assert_null(facts);
	return rows;
}

static void a_piece_has_at_most_a_chunk_of_rows_and_the_first_a_heading(void **state)
{
	struct tallied *t = *state;
	auto_buf struct buf first = {0}, second = {0};
	calls_add(t, 0, TABLE_CHUNK + 3);
	struct fact_rows *rows = rows_of(t, "calls");
	assert_true(fact_rows_more(rows, &first));
	assert_int_equal(lines_in(&first), TABLE_CHUNK + 1);
	assert_memory_equal(first.data, "day,answered,", strlen("day,answered,"));
	assert_false(fact_rows_more(rows, &second));
	assert_int_equal(lines_in(&second), 3);
	assert_memory_equal(second.data, "2025-05-05,true,", strlen("2025-05-05,true,"));
	fact_rows_close(rows);
}

static void rows_are_those_of_when_they_were_asked_for(void **state)
{
	struct tallied *t = *state;
	auto_buf struct buf text = {0};
	calls_add(t, 0, 5);
	struct fact_rows *rows = rows_of(t, "calls");
	calls_add(t, 5, 7);
	assert_false(fact_rows_more(rows, &text));
	assert_int_equal(lines_in(&text), 1 + 5);
	fact_rows_close(rows);
}

static void an_empty_table_has_its_heading(void **state)
{
	auto_buf struct buf text = {0};
	struct fact_rows *rows = rows_of(*state, "complaint_outcomes");
	assert_false(fact_rows_more(rows, &text));
	assert_string_equal(text.data, "day,youth,outcome\n");
	fact_rows_close(rows);
}

static void there_is_no_table_of_another_name(void **state)
{
	const struct tallied *t = *state;
	struct facts *facts = tally_facts(t->tally);
	struct fact_rows *rows = NULL;
	struct why why = {""};
	assert_int_equal(fact_rows_open(&rows, &facts, "persons", &why), ERR_NOT_FOUND);
	assert_null(rows);
}

/* Names and codes are what others typed. */
static void no_field_is_a_formula_to_a_spreadsheet(void **state)
{
	(void)state;
	static const char *const fields[][2] = {{"=1+1", "'=1+1"}, {"-1", "'-1"}, {"+1", "'+1"},
		{"@SUM(A1)", "'@SUM(A1)"}, {"\t=1", "'\t=1"}, {"\r=1", "\"'\r=1\""},
		{"=A1,\"B\"", "\"'=A1,\"\"B\"\"\""}, {"a=1", "a=1"}, {"a,b", "\"a,b\""}, {"", ""}};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		auto_buf struct buf text = {0};
		render_csv_field(&text, fields[i][0]);
		buf_char(&text, '\0');
		assert_string_equal(text.data, fields[i][1]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tallied_setup, tallied_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_field_is_a_formula_to_a_spreadsheet),
		TEST(a_piece_has_at_most_a_chunk_of_rows_and_the_first_a_heading),
		TEST(rows_are_those_of_when_they_were_asked_for),
		TEST(an_empty_table_has_its_heading),
		TEST(there_is_no_table_of_another_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
