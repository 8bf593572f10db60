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

static bool is_ref_of(const ProtobufCMessageDescriptor *type, const char *field)
{
	struct table table = {0};
	column_add_field(&table, protobuf_c_message_descriptor_get_field_by_name(type, field));
	bool is_ref = table.columns[0].is_ref;
	table_done(&table);
	return is_ref;
}

static void a_number_or_a_text_is_a_ref_until_it_is_said_to_be_a_fact(void **state)
{
	(void)state;
	assert_true(is_ref_of(&wot__v1__person__descriptor, "house_number"));
	assert_true(is_ref_of(&wot__v1__complaint_outcome__descriptor, "complaint_ref"));
	assert_false(is_ref_of(&wot__v1__case_facts__descriptor, "people_involved"));
	assert_false(is_ref_of(&wot__v1__case_facts__descriptor, "ward"));
	assert_false(is_ref_of(&wot__v1__case_facts__descriptor, "closed_on"));
	assert_false(is_ref_of(&wot__v1__case_facts__descriptor, "closing_reason"));
}

static void no_ref_is_told_of_and_none_is_handed_out(void **state)
{
	const struct tallied *t = *state;
	auto_arena struct arena arena = {0};
	struct facts *facts = tally_facts(t->tally);
	Wot__V1__Facts told = WOT__V1__FACTS__INIT;
	fact_tables_fill(facts, &told, &arena);
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		const struct table *table = facts_table(facts, source);
		auto_buf struct buf text = {0}, expected = {0};
		size_t open = 0;
		for (size_t c = 0; c < table->column_count; c++) {
			const struct column *column = &table->columns[c];
			if (column->is_ref)
				continue;
			buf_printf(&expected, "%s%s", open ? "," : "", column->name);
			assert_string_equal(
				told.tables[source]->columns[open++]->name, column->name);
		}
		assert_int_equal(told.tables[source]->n_columns, open);
		assert_true(open < table->column_count || source == SOURCE_CASES);
		struct fact_rows *rows = rows_of(t, table->name);
		fact_rows_more(rows, &text);
		buf_char(&expected, '\n');
		assert_true(text.len >= expected.len);
		assert_memory_equal(text.data, expected.data, expected.len);
		fact_rows_close(rows);
	}
	facts_free(facts);
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
		cmocka_unit_test(a_number_or_a_text_is_a_ref_until_it_is_said_to_be_a_fact),
		TEST(no_ref_is_told_of_and_none_is_handed_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
