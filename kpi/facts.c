#include "kpi/facts_own.h"

#include "lib/clean.h"
#include "lib/grow.h"
#include <stdio.h>
#include <string.h>

/* The columns that wot gives a table beside those of its message. */
enum { CASES_YEAR, CASES_OWN };
enum { ROW_DAY, ROW_SEQ, ROW_CASE, ROW_YOUTH, ROW_OWN };

static const struct {
	const char *name;
	enum stream stream;
	Wot__V1__Body__KindCase kind;
	const ProtobufCMessageDescriptor *type;
} sources[SOURCE_COUNT] = {
	[SOURCE_CASES] = {"cases", STREAM_CASE, 0, &wot__v1__case_facts__descriptor},
	[SOURCE_CALLS] = {"calls", STREAM_INTAKE, WOT__V1__BODY__KIND_CALL,
		&wot__v1__call__descriptor},
#define SOURCE(name, stream, tag, message)                                                         \
	[SOURCE_##name] = {                                                                        \
		#name, stream, WOT__V1__BODY__KIND_##tag, &wot__v1__##message##__descriptor},
#include "kpi/source.def"
#undef SOURCE
};

/* Fields that a plan reads before those of the columns. */
enum { EVENT_CASE_ID, EVENT_OCCURRED_AT, EVENT_FIELDS };
enum { CASE_ID, CASE_CLEARED, CASE_OCCURRED_AT, CASE_OUTCOME, CASE_FIELDS };
enum { OUTCOME_CLIENT, OUTCOME_COMPLAINT, OUTCOME_PART, OUTCOME_KEY_FIELDS };
enum { VALUES_MAX = COLUMN_MAX + 8 };

_Static_assert((int)CASE_NUMBER_MAX < (int)TABLE_ROWS_MAX, "a case number is its row");

static int case_of(const struct wire_value *id, int *year, uint32_t *number)
{
	return id->present ? case_id_read(id->data, id->len, year, number) : ERR_INVALID;
}

void facts_case_id(const struct facts *facts, uint32_t number, char id[CASE_ID_ROOM])
{
	const struct table *cases = &facts->tables[SOURCE_CASES];
	int32_t year = number < cases->rows ? table_get(cases, CASES_YEAR, number) : VALUE_UNSET;
	case_id_print(year == VALUE_UNSET ? 0 : year, number, id);
}

/* ---- days that contradict each other ---- */

static const char *const case_days[CASE_DAYS] = {
	[CASE_REPORTED] = "reported_on",
	[CASE_CLOSED] = "closed_on",
	[CASE_CONTACTED] = "first_contact_on",
	[CASE_STARTED] = "support_started_on",
	[CASE_SCREENED] = "screened_on",
	[CASE_ENDED] = "ended_on",
};

static bool lies_after(int32_t day, int32_t before)
{
	return day != VALUE_UNSET && before != VALUE_UNSET && day > before;
}

/* What the row's days are once that has changed. */
static void days_after(const struct facts *facts, uint32_t row, const struct changes *changes,
	int32_t days[CASE_DAYS])
{
	const struct table *cases = &facts->tables[SOURCE_CASES];
	for (size_t d = 0; d < CASE_DAYS; d++) {
		size_t column = (size_t)facts->case_days[d];
		days[d] = row < cases->rows ? table_get(cases, column, row) : VALUE_UNSET;
		for (size_t i = 0; i < changes->count; i++)
			if (changes->items[i].column == column)
				days[d] = changes->items[i].value;
	}
}

/*
 * wot-case refuses days that contradict each other, as far as it has heard; an older log may hold them. What
 * lies after the closing is left out, and so is what lies before the report (a screening may, where the report
 * was corrected meanwhile, and no number of days is made of that). So no row has a negative number of days.
 */
static void days_settle(struct facts *facts, uint32_t row, struct changes *changes)
{
	int32_t days[CASE_DAYS];
	days_after(facts, row, changes, days);
	for (size_t d = CASE_CLOSED; d < CASE_DAYS; d++) {
		bool early = d <= CASE_STARTED && lies_after(days[CASE_REPORTED], days[d]);
		if (!early && !lies_after(days[d], days[CASE_CLOSED]))
			continue;
		changes_add(changes, (size_t)facts->case_days[d], VALUE_UNSET);
		days[d] = VALUE_UNSET;
		facts->left_out++;
	}
	must(!lies_after(days[CASE_REPORTED], days[CASE_CLOSED]) &&
		!lies_after(days[CASE_REPORTED], days[CASE_CONTACTED]) &&
		!lies_after(days[CASE_REPORTED], days[CASE_STARTED]) &&
		!lies_after(days[CASE_CONTACTED], days[CASE_CLOSED]) &&
		!lies_after(days[CASE_STARTED], days[CASE_CLOSED]));
}

/* A screening that triage took in while wot-case took in a closing before it. */
static bool screened_after_closing(
	struct facts *facts, uint32_t row, const struct wire_value *values)
{
	const struct table *cases = &facts->tables[SOURCE_CASES];
	const struct wire_value *outcome = &values[CASE_OUTCOME];
	if (!outcome->present || row >= cases->rows ||
		outcome->number == WOT__V1__SCREENING__OUTCOME__NOT_REACHED)
		return false;
	return lies_after(facts_day(facts, values[CASE_OCCURRED_AT].number),
		table_get(cases, (size_t)facts->case_days[CASE_CLOSED], row));
}

/* Sets what the event's facts hold, unsets what they clear. */
static int cases_fold(struct facts *facts, const uint8_t *event, size_t len)
{
	struct table *cases = &facts->tables[SOURCE_CASES];
	struct wire_value values[VALUES_MAX];
	int err = wire_read(facts->plans[SOURCE_CASES], event, len, values);
	if (err)
		return err;
	uint32_t row;
	int year;
	if (values[CASE_OUTCOME].present && !case_of(&values[CASE_ID], &year, &row) &&
		screened_after_closing(facts, row, values)) {
		facts->left_out++;
		return 0;
	}
	struct changes changes = {0};
	for (size_t c = CASES_OWN; c < cases->column_count; c++) {
		const struct wire_value *value = &values[CASE_FIELDS + c - CASES_OWN];
		bool cleared = values[CASE_CLEARED].number >> cases->columns[c].field & 1;
		if (value->present || cleared)
			changes_add(&changes, c, facts_value(&cases->columns[c], value));
	}
	if (!changes.count)
		return 0;
	err = case_of(&values[CASE_ID], &year, &row);
	if (err)
		return err;
	changes_add(&changes, CASES_YEAR, year);
	days_settle(facts, row, &changes);
	facts_change(facts, SOURCE_CASES, row, &changes);
	return 0;
}

/* CLIENT/REF: another client's complaint. */
static void outcome_of_other(struct wire_value values[OUTCOME_KEY_FIELDS])
{
	struct wire_value *client = &values[OUTCOME_CLIENT], *ref = &values[OUTCOME_COMPLAINT];
	const uint8_t *slash = ref->len ? memchr(ref->data, '/', ref->len) : NULL;
	if (!slash)
		return;
	client->data = ref->data;
	client->len = (size_t)(slash - ref->data);
	ref->data += client->len + 1;
	ref->len -= client->len + 1;
}

/* A part of a complaint has one outcome, the last that occurred: its row is that of the part. */
static int outcome_row(struct facts *facts, const uint8_t *event, size_t len, uint32_t *row)
{
	struct wire_value values[OUTCOME_KEY_FIELDS];
	const struct wire_value *parts[OUTCOME_KEY_FIELDS];
	struct keymap_key key;
	bool is_new;
	for (size_t i = 0; i < OUTCOME_KEY_FIELDS; i++)
		parts[i] = &values[i];
	int err = wire_read(facts->outcome_key, event, len, values);
	if (!err) {
		outcome_of_other(values);
		err = facts_key(facts, parts, OUTCOME_KEY_FIELDS, &key);
	}
	if (!err)
		*row = keymap_put(&facts->outcomes, key, *row, &is_new);
	return err;
}

/* What a household waits for is what was said of it last. */
static int signals_row(struct facts *facts, const uint8_t *event, size_t len, uint32_t *row)
{
	struct wire_value household;
	const struct wire_value *const part = &household;
	struct keymap_key key;
	bool is_new;
	int err = wire_read(facts->household_key, event, len, &household);
	if (!err)
		err = facts_key(facts, &part, 1, &key);
	if (!err)
		*row = keymap_put(&facts->households, key, *row, &is_new);
	return err;
}

/* Of two at one instant the later in the log is the last. */
static bool outcome_is_last(struct facts *facts, uint32_t row, int64_t at_ms)
{
	facts->outcome_ms =
		grown(facts->outcome_ms, &facts->outcome_room, row, sizeof *facts->outcome_ms);
	if (facts->outcome_ms[row] > at_ms && !MUTANT(facts_by_arrival))
		return false;
	facts->outcome_ms[row] = at_ms;
	return true;
}

static int event_fold(
	struct facts *facts, enum source source, const uint8_t *event, size_t len, uint64_t seq)
{
	struct table *table = &facts->tables[source];
	const struct table *cases = &facts->tables[SOURCE_CASES];
	struct wire_value values[VALUES_MAX];
	uint32_t row = table->rows;
	int err = wire_read(facts->plans[source], event, len, values);
	if (!err && source == SOURCE_complaint_outcomes)
		err = outcome_row(facts, event, len, &row);
	if (!err && source == SOURCE_signals)
		err = signals_row(facts, event, len, &row);
	if (err)
		return err;
	if (source == SOURCE_complaint_outcomes &&
		!outcome_is_last(facts, row, (int64_t)values[EVENT_OCCURRED_AT].number))
		return 0;
	struct changes changes = {0};
	changes_add(&changes, ROW_DAY, facts_day(facts, values[EVENT_OCCURRED_AT].number));
	changes_add(&changes, ROW_SEQ, seq < INT32_MAX ? (int32_t)seq : INT32_MAX);
	uint32_t number;
	int year;
	if (values[EVENT_CASE_ID].present) {
		err = case_of(&values[EVENT_CASE_ID], &year, &number);
		if (err)
			return err;
		changes_add(&changes, ROW_CASE, (int32_t)number);
		/* Youth never changes, and the case's own log has told it before. */
		if (sources[source].stream == STREAM_CASE && number < cases->rows)
			changes_add(&changes, ROW_YOUTH,
				table_get(cases, (size_t)facts->youth, number));
	}
	for (size_t c = ROW_OWN; c < table->column_count; c++) {
		const struct wire_value *value = &values[EVENT_FIELDS + c - ROW_OWN];
		changes_add(&changes, c, facts_value(&table->columns[c], value));
	}
	facts_change(facts, source, row, &changes);
	return 0;
}

/* A request that ended in advice is a contact of the day it was reported, until that is voided: the
 * row stays, without a day it is in no period. */
static int moved_fold(
	struct facts *facts, const uint8_t *event, size_t len, uint64_t seq, bool is_contact)
{
	struct table *contacts = &facts->tables[SOURCE_contacts];
	struct wire_value values[MOVED_FIELDS];
	int err = wire_read(facts->moved, event, len, values);
	uint32_t number;
	int year;
	if (!err)
		err = case_of(&values[MOVED_CASE_ID], &year, &number);
	if (err)
		return err;
	struct keymap_key key = {.low = number};
	struct changes changes = {0};
	uint32_t row;
	if (!is_contact) {
		if (!keymap_get(&facts->moved_contacts, key, &row))
			return 0;
		changes_add(&changes, ROW_DAY, VALUE_UNSET);
	} else {
		bool is_new;
		row = keymap_put(&facts->moved_contacts, key, contacts->rows, &is_new);
		changes_add(&changes, ROW_SEQ, seq < INT32_MAX ? (int32_t)seq : INT32_MAX);
		changes_add(&changes, ROW_CASE, (int32_t)number);
		changes_add(
			&changes, (size_t)facts->answer, WOT__V1__BRIEF_CONTACT__ANSWER__ADVICE);
		for (size_t i = MOVED_DAY; i < MOVED_FIELDS; i++) {
			size_t column = (size_t)facts->moved_columns[i];
			changes_add(&changes, column,
				facts_value(&contacts->columns[column], &values[i]));
		}
	}
	facts_change(facts, SOURCE_contacts, row, &changes);
	return 0;
}

int facts_fold(struct facts *facts, enum stream stream, uint32_t kind, const uint8_t *event,
	size_t len, uint64_t seq)
{
	if (stream == STREAM_CASE) {
		int err = cases_fold(facts, event, len);
		if (err)
			return err;
	} else if (stream == STREAM_INTAKE) {
		if (kind == WOT__V1__BODY__KIND_CALL)
			return call_fold(facts, event, len, seq);
		if (kind == WOT__V1__BODY__KIND_CALL_CAPPED)
			return capped_fold(facts, event, len);
		if (kind == WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT)
			return moved_fold(facts, event, len, seq, true);
		if (kind == WOT__V1__BODY__KIND_CONTACT_BECAME_REQUEST)
			return moved_fold(facts, event, len, seq, false);
		if (kind == WOT__V1__BODY__KIND_CALLBACK) {
			int err = callback_fold(facts, event, len);
			if (err)
				return err;
		}
	}
	for (enum source source = SOURCE_CALLS + 1; source < SOURCE_COUNT; source++) {
		if (sources[source].kind == kind && sources[source].stream == stream)
			return event_fold(facts, source, event, len, seq);
	}
	return 0;
}

/* The plan of a table whose columns from `own` on are fields at `below` ("facts", "body.survey").
 */
static struct wire_plan *plan_of_columns(const struct table *table, size_t own,
	const char *const *first, size_t first_count, const char *below)
{
	char texts[COLUMN_MAX][80];
	const char *paths[VALUES_MAX];
	size_t count = 0;
	for (; count < first_count; count++)
		paths[count] = first[count];
	for (size_t c = own; c < table->column_count; c++) {
		snprintf(texts[c], sizeof texts[c], "%s.%s", below, table->columns[c].name);
		paths[count++] = texts[c];
	}
	return facts_plan(paths, count);
}

static void columns_add(struct table *table, const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (strcmp(type->fields[i].name, "cleared"))
			column_add_field(table, &type->fields[i]);
	}
}

static void cases_init(struct facts *facts)
{
	static const char *const first[CASE_FIELDS] = {
		[CASE_ID] = "case_id",
		[CASE_CLEARED] = "facts.cleared",
		[CASE_OCCURRED_AT] = "occurred_at",
		[CASE_OUTCOME] = "body.screening.outcome",
	};
	struct table *cases = &facts->tables[SOURCE_CASES];
	column_add(cases, "case_year", COLUMN_NUMBER);
	columns_add(cases, sources[SOURCE_CASES].type);
	facts->plans[SOURCE_CASES] = plan_of_columns(cases, CASES_OWN, first, CASE_FIELDS, "facts");
	facts->youth = column_find(cases, "youth");
	must(facts->youth >= 0);
	for (size_t d = 0; d < CASE_DAYS; d++) {
		facts->case_days[d] = column_find(cases, case_days[d]);
		must(facts->case_days[d] >= 0);
	}
}

static void source_init(struct facts *facts, enum source source)
{
	static const char *const first[EVENT_FIELDS] = {
		[EVENT_CASE_ID] = "case_id",
		[EVENT_OCCURRED_AT] = "occurred_at",
	};
	struct table *table = &facts->tables[source];
	column_add(table, "day", COLUMN_DAY);
	column_add_ref(table, "seq");
	column_add_ref(table, "case_number");
	column_add(table, "youth", COLUMN_FLAG);
	columns_add(table, sources[source].type);
	char below[64];
	snprintf(below, sizeof below, "body.%s", event_kind_name(sources[source].kind));
	facts->plans[source] = plan_of_columns(table, ROW_OWN, first, EVENT_FIELDS, below);
}

static void moved_init(struct facts *facts)
{
	static const char *const paths[MOVED_FIELDS] = {
		[MOVED_CASE_ID] = "case_id",
		[MOVED_DAY] = "body.request_became_contact.reported_on",
		[MOVED_CHANNEL] = "body.request_became_contact.channel",
		[MOVED_LOCATION] = "body.request_became_contact.location",
		[MOVED_AGE_GROUP] = "body.request_became_contact.age_group",
	};
	const struct table *contacts = &facts->tables[SOURCE_contacts];
	facts->moved = facts_plan(paths, MOVED_FIELDS);
	facts->moved_columns[MOVED_DAY] = ROW_DAY;
	for (size_t i = MOVED_CHANNEL; i < MOVED_FIELDS; i++) {
		facts->moved_columns[i] = column_find(contacts, strrchr(paths[i], '.') + 1);
		must(facts->moved_columns[i] >= 0);
	}
	facts->answer = column_find(contacts, "answer");
	must(facts->answer >= 0);
}

struct facts *facts_new(const uint8_t secret[16])
{
	static const char *const outcome_key[OUTCOME_KEY_FIELDS] = {
		[OUTCOME_CLIENT] = "client",
		[OUTCOME_COMPLAINT] = "body.complaint_outcome.complaint_ref",
		[OUTCOME_PART] = "body.complaint_outcome.part",
	};
	static const char *const household_key = "body.signals_wait.household_id";
	struct facts *facts = calloc(1, sizeof *facts);
	must(facts);
	memcpy(facts->secret, secret, sizeof facts->secret);
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		facts->tables[source].name = sources[source].name;
	cases_init(facts);
	calls_init(facts);
	for (enum source source = SOURCE_CALLS + 1; source < SOURCE_COUNT; source++)
		source_init(facts, source);
	moved_init(facts);
	facts->outcome_key = facts_plan(outcome_key, OUTCOME_KEY_FIELDS);
	facts->household_key = facts_plan(&household_key, 1);
	return facts;
}

void facts_free(struct facts *facts)
{
	if (!facts)
		return;
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		table_done(&facts->tables[source]);
		wire_plan_free(facts->plans[source]);
	}
	wire_plan_free(facts->moved);
	wire_plan_free(facts->called_back);
	wire_plan_free(facts->capped);
	wire_plan_free(facts->outcome_key);
	wire_plan_free(facts->household_key);
	callers_done(&facts->callers);
	keymap_done(&facts->calls);
	keymap_done(&facts->moved_contacts);
	keymap_done(&facts->outcomes);
	keymap_done(&facts->households);
	free(facts->outcome_ms);
	free(facts);
}

struct facts *facts_share(const struct facts *facts)
{
	struct facts *share = calloc(1, sizeof *share);
	must(share);
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		table_share(&facts->tables[source], &share->tables[source]);
	return share;
}

void facts_on_change(struct facts *facts, facts_change_fn *on_change, void *arg)
{
	facts->on_change = on_change;
	facts->arg = arg;
}

const struct table *facts_table(const struct facts *facts, enum source source)
{
	return &facts->tables[source];
}

uint64_t facts_left_out(const struct facts *facts)
{
	return facts->left_out;
}

int facts_case_column(enum source source)
{
	return source != SOURCE_CASES && sources[source].stream == STREAM_CASE ? ROW_CASE : -1;
}

int facts_equal(const struct facts *a, const struct facts *b, struct why *why)
{
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		int err = table_equal(&a->tables[source], &b->tables[source], why);
		if (err)
			return err;
	}
	return 0;
}
