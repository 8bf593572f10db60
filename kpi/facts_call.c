/* Calls: a row is the sum of a call's events and of the callbacks that it led to. */
#include "kpi/facts_own.h"

#include "lib/calendar.h"
#include "lib/clean.h"

/* The columns, in this order. */
enum {
	CALLS_DAY,
	CALLS_SEQ,
	CALLS_ANSWERED,
	CALLS_ABANDONED,
	CALLS_WAIT,
	CALLS_CALLBACK_ASKED,
	CALLS_MISSED_ON,
	CALLS_CALLED_BACK_ON,
	CALLS_ANSWERED_LATER,
	CALLS_TIMED_OUT,
	CALLS_OVER_ON,
	CALLS_HOUR,
};
enum { CALL_CLIENT, CALL_OCCURRED_AT, CALL_ID, CALL_KEY_FIELDS };
enum {
	CALL_EVENT = CALL_KEY_FIELDS,
	CALL_WAIT,
	CALL_OUTCOME,
	CALL_CALLER,
	CALL_CAPPED_AT,
	CALL_FIELDS
};
enum { BACK_REACHED = CALL_KEY_FIELDS, BACK_FIELDS };

void calls_init(struct facts *facts)
{
	static const char *const paths[CALL_FIELDS] = {
		[CALL_CLIENT] = "client",
		[CALL_OCCURRED_AT] = "occurred_at",
		[CALL_ID] = "body.call.call_id",
		[CALL_EVENT] = "body.call.event",
		[CALL_WAIT] = "body.call.wait_seconds",
		[CALL_OUTCOME] = "body.call.outcome",
		[CALL_CALLER] = "body.call.caller_hash",
		[CALL_CAPPED_AT] = "body.call.capped_at",
	};
	static const char *const back[BACK_FIELDS] = {
		[CALL_CLIENT] = "client",
		[CALL_OCCURRED_AT] = "occurred_at",
		[CALL_ID] = "body.callback.call_id",
		[BACK_REACHED] = "body.callback.reached",
	};
	static const char *const capped[CALL_KEY_FIELDS] = {
		[CALL_CLIENT] = "client",
		[CALL_OCCURRED_AT] = "occurred_at",
		[CALL_ID] = "body.call_capped.call_id",
	};
	struct table *calls = &facts->tables[SOURCE_CALLS];
	column_add(calls, "day", COLUMN_DAY);
	column_add_ref(calls, "seq");
	column_add(calls, "answered", COLUMN_FLAG);
	column_add(calls, "abandoned", COLUMN_FLAG);
	column_add(calls, "wait_seconds", COLUMN_NUMBER);
	column_add(calls, "callback_asked", COLUMN_FLAG);
	column_add(calls, "missed_on", COLUMN_DAY);
	column_add(calls, "called_back_on", COLUMN_DAY);
	column_add(calls, "answered_later", COLUMN_FLAG);
	column_add(calls, "timed_out", COLUMN_FLAG);
	column_add(calls, "over_on", COLUMN_DAY);
	column_add(calls, "hour", COLUMN_NUMBER);
	facts->plans[SOURCE_CALLS] = facts_plan(paths, CALL_FIELDS);
	facts->called_back = facts_plan(back, BACK_FIELDS);
	facts->capped = facts_plan(capped, CALL_KEY_FIELDS);
}

static int call_row(
	struct facts *facts, const struct wire_value key[CALL_KEY_FIELDS], uint32_t *row)
{
	const struct wire_value *const parts[] = {&key[CALL_CLIENT], &key[CALL_ID]};
	struct keymap_key name;
	int err = facts_key(facts, parts, sizeof parts / sizeof *parts, &name);
	if (err)
		return err;
	bool is_new;
	struct table *calls = &facts->tables[SOURCE_CALLS];
	*row = keymap_put(&facts->calls, name, calls->rows, &is_new);
	table_reserve(calls, *row);
	return 0;
}

/* ---- what follows for a row ---- */

static void day_add(struct facts *facts, struct changes *changes, size_t column, int64_t at_ms)
{
	changes_add(changes, column, at_ms ? facts_day(facts, (uint64_t)at_ms) : VALUE_UNSET);
}

static void sum_add(struct facts *facts, struct changes *changes, uint32_t row)
{
	const struct callers_call *call = callers_call(&facts->callers, row);
	changes_add(changes, CALLS_ANSWERED, call->answered_ms != 0);
	changes_add(changes, CALLS_ABANDONED, call_is_abandoned(call));
	changes_add(changes, CALLS_TIMED_OUT, call_is_timed_out(call));
	changes_add(changes, CALLS_CALLBACK_ASKED, call->asked_ms != 0);
	changes_add(changes, CALLS_ANSWERED_LATER, call->answered_later);
	day_add(facts, changes, CALLS_OVER_ON, call->over_ms);
	day_add(facts, changes, CALLS_MISSED_ON, call_missed_ms(call));
	day_add(facts, changes, CALLS_CALLED_BACK_ON, call->called_back_ms);
}

static void on_settled(void *arg, uint32_t row)
{
	struct changes changes = {0};
	sum_add(arg, &changes, row);
	facts_change(arg, SOURCE_CALLS, row, &changes);
}

/* ---- events ---- */

/* Of the earliest event; within a day its hour never goes back, in October either. */
static void first_day_add(
	struct facts *facts, struct changes *changes, uint32_t row, uint64_t occurred_at)
{
	const struct table *calls = &facts->tables[SOURCE_CALLS];
	int32_t known = table_get(calls, CALLS_DAY, row), day = facts_day(facts, occurred_at);
	int32_t hour = calendar_hour_of((int64_t)occurred_at);
	if (known != VALUE_UNSET &&
		(day > known || (day == known && hour >= table_get(calls, CALLS_HOUR, row))))
		return;
	changes_add(changes, CALLS_DAY, day);
	changes_add(changes, CALLS_HOUR, hour);
}

/* The wait of a call is that of its answer, else of its hang-up, else that after which it timed out. */
static bool gives_wait(const struct callers_call *call, Wot__V1__Call__Event event)
{
	return call_is_abandoned(call)   ? event == WOT__V1__CALL__EVENT__ABANDONED
	       : call_is_timed_out(call) ? event == WOT__V1__CALL__EVENT__TIMED_OUT
					 : event == WOT__V1__CALL__EVENT__ANSWERED;
}

int call_fold(struct facts *facts, const uint8_t *event, size_t len, uint64_t seq)
{
	struct table *calls = &facts->tables[SOURCE_CALLS];
	struct wire_value values[CALL_FIELDS];
	uint32_t row;
	int err = wire_read(facts->plans[SOURCE_CALLS], event, len, values);
	if (!err)
		err = call_row(facts, values, &row);
	if (err)
		return err;
	const struct call_told told = {
		.event = (Wot__V1__Call__Event)values[CALL_EVENT].number,
		.at_ms = (int64_t)values[CALL_OCCURRED_AT].number,
		.asks = values[CALL_OUTCOME].number == WOT__V1__CALL__OUTCOME__CALLBACK,
		.caller = values[CALL_CALLER].data,
		.caller_len = values[CALL_CALLER].len,
		.capped_ms = (int64_t)values[CALL_CAPPED_AT].number,
	};
	bool first = callers_told(&facts->callers, row, &told, on_settled, facts);
	struct changes changes = {0};
	if (table_get(calls, CALLS_SEQ, row) == VALUE_UNSET)
		changes_add(&changes, CALLS_SEQ, seq < INT32_MAX ? (int32_t)seq : INT32_MAX);
	first_day_add(facts, &changes, row, values[CALL_OCCURRED_AT].number);
	if (first && gives_wait(callers_call(&facts->callers, row), told.event))
		changes_add(&changes, CALLS_WAIT,
			facts_value(&calls->columns[CALLS_WAIT], &values[CALL_WAIT]));
	sum_add(facts, &changes, row);
	facts_change(facts, SOURCE_CALLS, row, &changes);
	return 0;
}

/* Somebody who was not reached has not been called back. The call itself may come later. */
int callback_fold(struct facts *facts, const uint8_t *event, size_t len)
{
	struct wire_value values[BACK_FIELDS];
	uint32_t row;
	int err = wire_read(facts->called_back, event, len, values);
	if (err || !values[BACK_REACHED].number)
		return err;
	err = call_row(facts, values, &row);
	if (err)
		return err;
	callers_reached(
		&facts->callers, row, (int64_t)values[CALL_OCCURRED_AT].number, on_settled, facts);
	on_settled(facts, row);
	return 0;
}

/* No end of it came in. */
int capped_fold(struct facts *facts, const uint8_t *event, size_t len)
{
	struct wire_value values[CALL_KEY_FIELDS];
	uint32_t row;
	int err = wire_read(facts->capped, event, len, values);
	if (!err)
		err = call_row(facts, values, &row);
	if (err)
		return err;
	callers_capped(&facts->callers, row, (int64_t)values[CALL_OCCURRED_AT].number);
	on_settled(facts, row);
	return 0;
}
