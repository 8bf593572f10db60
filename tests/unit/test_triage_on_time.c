/* Who was phoned in time, of those who had to be by now. */
#include "daemons/triage/on_time.h"

#include "lib/calendar.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int32_t day(int month, int of_month)
{
	return calendar_day((struct calendar_date){2026, month, of_month});
}

static struct request request(int32_t deadline_on, int32_t screened_on)
{
	return (struct request){
		.year = 2026, .contact = {.deadline_on = deadline_on}, .screened_on = screened_on};
}

static void assert_counted(
	struct request *requests, size_t room, struct on_time month, struct on_time year)
{
	struct triage triage = {.requests = requests, .room = room};
	struct on_time of_month, of_year;
	on_time_count(&triage, day(11, 27), &of_month, &of_year);
	assert_int_equal(of_month.kept, month.kept);
	assert_int_equal(of_month.of, month.of);
	assert_int_equal(of_year.kept, year.kept);
	assert_int_equal(of_year.of, year.of);
}
#define COUNTED(requests, month, year)                                                             \
	assert_counted(requests, sizeof(requests) / sizeof *(requests), month, year)

static void it_is_the_day_on_which_the_promise_ends_that_places_somebody(void **state)
{
	(void)state;
	struct request requests[] = {
		{0}, /* there is no such case */
		request(day(11, 2), day(10, 30)), request(day(11, 2), day(11, 3)), /* late */
		request(day(10, 30), 0), request(day(1, 1), day(1, 1)),
		request(day(1, 1) - 1, day(1, 1) - 1), /* of last year */
		request(day(11, 30), day(11, 26)),     /* has until Monday */
	};
	COUNTED(requests, ((struct on_time){1, 2}), ((struct on_time){2, 4}));
}

static void who_must_be_phoned_today_is_not_late_yet(void **state)
{
	(void)state;
	struct request requests[] = {request(day(11, 27), 0), request(day(11, 27), day(11, 27))};
	COUNTED(requests, ((struct on_time){1, 1}), ((struct on_time){1, 1}));
}

static void a_talk_that_the_case_system_tells_of_counts_and_a_start_without_one_does_not(
	void **state)
{
	(void)state;
	struct request requests[] = {request(day(11, 2), 0), request(day(11, 2), 0)};
	requests[0].days[REQUEST_CONTACTED] = day(11, 2);
	requests[1].days[REQUEST_SUPPORTED] = day(10, 30);
	COUNTED(requests, ((struct on_time){1, 2}), ((struct on_time){1, 2}));
}

static void advice_is_a_brief_contact_and_of_youth_nothing_is_promised(void **state)
{
	(void)state;
	struct request requests[] = {request(day(11, 2), day(11, 2)), request(0, day(11, 2))};
	requests[0].advised = true;
	COUNTED(requests, ((struct on_time){0, 0}), ((struct on_time){0, 0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_day_on_which_the_promise_ends_that_places_somebody),
		cmocka_unit_test(who_must_be_phoned_today_is_not_late_yet),
		cmocka_unit_test(
			a_talk_that_the_case_system_tells_of_counts_and_a_start_without_one_does_not),
		cmocka_unit_test(advice_is_a_brief_contact_and_of_youth_nothing_is_promised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
