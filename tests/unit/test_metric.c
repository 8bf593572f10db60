#include "lib/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct metrics metrics_example(void)
{
	struct metrics metrics = {.daemon = "intake"};
	struct metric_row *push = metric_add(&metrics, "door", "push");
	push->received = 1234567;
	push->head = 42;
	metric_refuse(push, ERR_REF_TAKEN);
	metric_refuse(push, ERR_REF_TAKEN);
	metric_refuse(push, ERR_INVALID);
	for (int i = 0; i < 100; i++)
		metric_observe(&push->latency, i < 98 ? 200 : 3000000);
	metric_add(&metrics, "feed", "a\"b\\c");
	return metrics;
}

static void percentiles_are_within_6_percent(void **state)
{
	(void)state;
	static const uint64_t values_us[] = {0, 1, 15, 16, 17, 31, 32, 999, 1000, 65535, 65536,
		1000000, 123456789, UINT64_C(3600000000)};
	for (size_t i = 0; i < sizeof values_us / sizeof *values_us; i++) {
		struct metric_histogram one = {0};
		metric_observe(&one, values_us[i]);
		uint64_t found_us = metric_percentile_us(&one, 50);
		assert_true(found_us >= values_us[i]);
		assert_true((double)found_us <= (double)values_us[i] * 1.0625);
	}
}

static void percentiles_are_nearest_rank(void **state)
{
	(void)state;
	struct metric_histogram histogram = {0};
	assert_int_equal(metric_percentile_us(&histogram, 99), 0);
	for (uint64_t us = 1; us <= 10; us++)
		metric_observe(&histogram, us);
	assert_int_equal(metric_percentile_us(&histogram, 0), 1);
	assert_int_equal(metric_percentile_us(&histogram, 50), 5);
	assert_int_equal(metric_percentile_us(&histogram, 51), 6);
	assert_int_equal(metric_percentile_us(&histogram, 99), 10);
	assert_int_equal(metric_percentile_us(&histogram, 100), 10);
}

static void a_duration_beyond_all_buckets_is_counted_in_the_last(void **state)
{
	(void)state;
	struct metric_histogram histogram = {0};
	metric_observe(&histogram, UINT64_MAX);
	assert_int_equal(histogram.count, 1);
	assert_true(metric_percentile_us(&histogram, 50) > UINT64_C(3600000000));
}

static void a_row_is_made_once(void **state)
{
	(void)state;
	struct metrics metrics = {.daemon = "case"};
	struct metric_row *feed = metric_add(&metrics, "feed", "intake");
	assert_ptr_not_equal(metric_add(&metrics, "input", "intake"), feed);
	assert_ptr_equal(metric_add(&metrics, "feed", "intake"), feed);
	metrics_done(&metrics);
	assert_null(metrics.rows);
}

static void clearing_keeps_the_gauges(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	metrics_clear(&metrics);
	assert_int_equal(metrics.rows->received, 0);
	assert_int_equal(metrics.rows->refused, 0);
	assert_int_equal(metrics.rows->latency.count, 0);
	assert_int_equal(metrics.rows->refused_by[err_index(ERR_REF_TAKEN)], 0);
	assert_int_equal(metrics.rows->head, 42);
	metrics_done(&metrics);
}

static void an_error_that_is_none_of_ours_is_internal(void **state)
{
	(void)state;
	struct metrics metrics = {.daemon = "case"};
	struct metric_row *row = metric_add(&metrics, "door", "http");
	metric_refuse(row, -5);
	assert_int_equal(row->refused_by[err_index(ERR_INTERNAL)], 1);
	metrics_done(&metrics);
}

static void csv_is_as_of_haproxy(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	auto_buf struct buf out = {0};
	metrics_csv(&metrics, &out);
	assert_string_equal(out.data,
		"# "
		"kind,name,received,accepted,duplicate,refused,bytes,head,"
		"lag,oldest_ms,p50_ms,p99_ms,connects,connections,turned_away,timeouts,requests,"
		"sent,"
		"bytes_out,dropped,commits,disk_full_waits,waiting,left_out,streams,streams_"
		"dropped,crowded,broken_off\n"
		"door,push,1234567,0,0,3,0,42,0,0,0.207,3014.655,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		"0\n"
		"feed,a\"b\\c,0,0,0,0,0,0,0,0,0.000,0.000,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
	metrics_done(&metrics);
}

static void the_table_is_aligned(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	auto_buf struct buf out = {0};
	metrics_text(&metrics, &out);
	size_t width = strcspn(out.data, "\n");
	for (const char *line = out.data; *line; line += strcspn(line, "\n") + 1)
		assert_int_equal(strcspn(line, "\n"), width);
	assert_non_null(strstr(out.data, "kind  name   received"));
	assert_non_null(strstr(out.data, "door  push    1234567"));
	metrics_done(&metrics);
}

static void json_is_a_row_each(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	auto_buf struct buf out = {0};
	metrics_json(&metrics, &out);
	assert_non_null(
		strstr(out.data, "[{\"kind\":\"door\",\"name\":\"push\",\"received\":1234567,"));
	assert_non_null(strstr(out.data, "\"p50_ms\":0.207,\"p99_ms\":3014.655,\"connects\":0,"));
	assert_non_null(strstr(out.data, "\"broken_off\":0},{\"kind\":\"feed\""));
	assert_non_null(strstr(out.data, "\"name\":\"a\\\"b\\\\c\""));
	metrics_done(&metrics);
	buf_clear(&out);
	metrics_json(&metrics, &out);
	assert_string_equal(out.data, "[]\n");
}

static void errors_are_a_line_a_reason(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	auto_buf struct buf out = {0};
	metrics_errors(&metrics, &out);
	assert_string_equal(out.data, "door push invalid 1\ndoor push ref_taken 2\n");
	metrics_done(&metrics);
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned count = 0;
	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void openmetrics_names_each_family_once(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	auto_buf struct buf out = {0};
	metrics_open(&metrics, &out);
#define COUNTER(field, help)                                                                       \
	assert_int_equal(count_of(out.data, "# TYPE wot_" #field " counter\n"), 1);                \
	assert_int_equal(count_of(out.data, "# HELP wot_" #field " "), 1);
#define GAUGE(field, help)                                                                         \
	assert_int_equal(count_of(out.data, "# TYPE wot_" #field " gauge\n"), 1);                  \
	assert_int_equal(count_of(out.data, "# HELP wot_" #field " "), 1);
#define PERCENTILE(name, of) assert_int_equal(count_of(out.data, #name), 0);
#include "lib/metric.def"
#undef COUNTER
#undef GAUGE
#undef PERCENTILE
	assert_int_equal(count_of(out.data, "# TYPE wot_latency_seconds histogram\n"), 1);
	metrics_done(&metrics);
}

static void openmetrics_has_the_values(void **state)
{
	(void)state;
	struct metrics metrics = metrics_example();
	auto_buf struct buf out = {0};
	metrics_open(&metrics, &out);
#define PUSH "{daemon=\"intake\",kind=\"door\",name=\"push\""
	static const char *const lines[] = {
		"\nwot_received_total" PUSH "} 1234567\n",
		"\nwot_refused_total" PUSH ",reason=\"ref_taken\"} 2\n",
		"\nwot_refused_total" PUSH ",reason=\"invalid\"} 1\n",
		"\nwot_head" PUSH "} 42\n",
		"\nwot_head{daemon=\"intake\",kind=\"feed\",name=\"a\\\"b\\\\c\"} 0\n",
		"\nwot_latency_seconds_bucket" PUSH ",le=\"0.000128\"} 0\n",
		"\nwot_latency_seconds_bucket" PUSH ",le=\"0.000256\"} 98\n",
		"\nwot_latency_seconds_bucket" PUSH ",le=\"2.097152\"} 98\n",
		"\nwot_latency_seconds_bucket" PUSH ",le=\"4.194304\"} 100\n",
		"\nwot_latency_seconds_bucket" PUSH ",le=\"+Inf\"} 100\n",
		"\nwot_latency_seconds_count" PUSH "} 100\n",
		"\nwot_latency_seconds_sum" PUSH "} 6.019600\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_non_null(strstr(out.data, lines[i]));
	assert_int_equal(count_of(out.data, "wot_refused_total"), 2);
	metrics_done(&metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_are_within_6_percent),
		cmocka_unit_test(percentiles_are_nearest_rank),
		cmocka_unit_test(a_duration_beyond_all_buckets_is_counted_in_the_last),
		cmocka_unit_test(a_row_is_made_once),
		cmocka_unit_test(clearing_keeps_the_gauges),
		cmocka_unit_test(an_error_that_is_none_of_ours_is_internal),
		cmocka_unit_test(csv_is_as_of_haproxy),
		cmocka_unit_test(the_table_is_aligned),
		cmocka_unit_test(json_is_a_row_each),
		cmocka_unit_test(errors_are_a_line_a_reason),
		cmocka_unit_test(openmetrics_names_each_family_once),
		cmocka_unit_test(openmetrics_has_the_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
