/*
 * What people read has a Dutch name, once: values that pages show, and promises, which a clock and a figure are named
 * after alike.
 */
#include "proto/label.h"

#include "config/clocks.h"
#include "proto/field.h"
#include "tests/unit/tallied.h"
#include <strings.h>

static void each_value_that_people_read_has_a_name(void **state)
{
	(void)state;
	static const ProtobufCEnumDescriptor *const types[] = {&wot__v1__signal__kind__descriptor,
		&wot__v1__case_routed__considered__why__descriptor};
	for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
		for (unsigned v = 0; v < types[t]->n_values; v++)
			if (!label_of(types[t], types[t]->values[v].value))
				fail_msg("%s has no name", types[t]->values[v].name);
	}
	assert_null(label_of(types[0], 31));
	assert_null(label_of(&wot__v1__clock__kind__descriptor, 1));
}

static void each_row_is_of_a_value(void **state)
{
	(void)state;
#define LABEL(type, value, text)                                                                   \
	assert_non_null(protobuf_c_enum_descriptor_get_value_by_name(                              \
		&wot__v1__##type##__descriptor, #value));
#include "proto/label.def"
#undef LABEL
}

static void a_promise_has_the_name_of_its_figure(void **state)
{
	const struct tallied *t = *state;
	static const char *const figures[CLOCK_KINDS] = {[CLOCK_CALLBACK] = "callbacks_due",
		[CLOCK_REACTION] = "reactions_due",
		[CLOCK_FIRST_CONTACT] = "contacts_due",
		[CLOCK_SUPPORT_START] = "starts_due",
		[CLOCK_CLOSING] = "closes_due"};
	for (enum clock_kind kind = CLOCK_NONE + 1; kind < CLOCK_KINDS; kind++) {
		const struct kpi *kpi = kpi_find(tally_kpis(t->tally), figures[kind]);
		assert_non_null(kpi);
		assert_int_equal(strcasecmp(clocks_label(kind), kpi->brief), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_that_people_read_has_a_name),
		cmocka_unit_test(each_row_is_of_a_value),
		cmocka_unit_test_setup_teardown(
			a_promise_has_the_name_of_its_figure, tallied_setup, tallied_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
