/*
 * Who edits kpi.yaml changes what the municipality publishes. A word that is misspelt, a column that is not
 * there or a definition with a hole must be told with its place, and never be read as something else.
 */
#include "kpi/yaml/kpi_yaml.h"
#include "tests/unit/tallied.h"

#define HEAD                                                                                       \
	"definitions:\n"                                                                           \
	"  2023: {until: 2023}\n"                                                                  \
	"  2025: {from: 2024}\n"                                                                   \
	"populations:\n"                                                                           \
	"  all: {table: cases}\n"                                                                  \
	"dimensions:\n"                                                                            \
	"  ward: {label: Wijk, column: ward}\n"                                                    \
	"  channel: {label: Kanaal, column: channel}\n"                                            \
	"kpis:\n"

#define KPI(lines)                                                                                 \
	HEAD "  k:\n"                                                                              \
	     "    label: L\n"                                                                      \
	     "    title: T\n" lines

static int load(const char *text, struct buf *errors)
{
	static const uint8_t secret[16];
	static const struct kpi_settings settings = {.phone_answer_seconds = 30};
	struct facts *facts = facts_new(secret);
	struct kpis *kpis = NULL;
	int err = kpis_load(&kpis, facts, text, "kpi.yaml", &settings, errors);
	kpis_free(kpis);
	facts_free(facts);
	return err;
}

static void assert_refused(const char *text, const char *expected)
{
	auto_buf struct buf errors = {0};
	assert_int_equal(load(text, &errors), ERR_CONFIG);
	if (!strstr(errors.data, expected))
		fail_msg("expected \"%s\" in: %s", expected, errors.data);
}

static void assert_taken(const char *text)
{
	auto_buf struct buf errors = {0};
	if (load(text, &errors))
		fail_msg("%s", errors.data);
}

static void the_file_as_shipped_has_every_kpi_that_is_promised(void **state)
{
	(void)state;
	static const char *const ids[] = {"help_requests", "brief_contacts", "contacts_total",
		"people_involved", "started_within_4_weeks", "started_within_1_week",
		"waiting_days", "closed_within_6_months", "lead_days", "goals_met", "closures",
		"requests_by_ward", "problem_areas", "open_cases", "waiting_now", "overdue_now",
		"phone_service_level", "phone_abandoned", "requests_per_household",
		"handled_by_wot", "redirected_to_welfare", "domestic_violence", "referred_to_youth",
		"transitions_18", "tailored_solutions", "tailored_saving", "complaints",
		"feedback_positive", "feedback_cards", "trainings",
		"first_contact_within_5_working_days", "callback_within_1_working_day",
		"reaction_within_1_working_day", "satisfied_client_access",
		"satisfied_client_support", "satisfied_partner_service",
		"satisfied_partner_cooperation", "satisfied_partner_offer",
		"satisfied_partner_accessibility", "unknown_first_contact", "unknown_support_start",
		"unknown_closing_reason", "unknown_age", "unknown_ward", "unknown_care_weight"};
	auto_free char *yaml = shipped_yaml();
	struct tally *tally = tally_of(yaml);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		auto_buf struct buf out = {0};
		struct why why = {""};
		struct query query = {.id = ids[i], .period = "2025"};
		if (tally_query(tally, &query, &out, &why))
			fail_msg("%s", why.text);
	}
	tally_free(tally);
}

static void unknown_columns_are_refused_by_name_with_the_known_ones(void **state)
{
	(void)state;
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported\n"),
		"kpi.yaml:15:10: cases has no column or measure reported; it has case_year, "
		"reported_on, ");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    count: waited <= 3\n"),
		"kpi.yaml:16:12: cases has no column or measure waited; it has");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n    by: "
			   "[wards]\n"),
		"kpi.yaml:16:10: there is no dimension wards; there are ward, channel");
	assert_refused(KPI("    unit: count\n    population: everyone\n    day: reported_on\n"),
		"kpi.yaml:14:17: there is no population everyone; there are all");
	assert_refused(HEAD "measures: {people: {}}\n", "people");
}

#define CLASSES(more)                                                                              \
	"measures: {cases: {wait: {from: reported_on, to: closed_on, classes: " more "}}}\n" KPI(  \
		"    unit: days\n    population: all\n    day: closed_on\n    measure: wait\n")

static void classes_are_of_days_or_of_months_and_have_a_number_and_a_label(void **state)
{
	(void)state;
	assert_taken(CLASSES("{days: 7, count: 13, label: week}"));
	assert_taken(CLASSES("{months: 1, count: 31, label: maand}"));
	assert_refused(CLASSES("{count: 13, label: week}"), "so many days or of so many months");
	assert_refused(CLASSES("{days: 7, months: 1, count: 13, label: week}"),
		"so many days or of so many months");
	assert_refused(CLASSES("{days: 0, count: 13, label: week}"), "kpi.yaml:1:");
	assert_refused(CLASSES("{days: 7, count: 32, label: week}"), "kpi.yaml:1:");
	assert_refused(CLASSES("{days: 7, label: week}"), "count");
	assert_refused(CLASSES("{days: 7, count: 13}"), "label");
	assert_refused(CLASSES("{weeks: 1, count: 13, label: week}"), "weeks");
	assert_refused(
		"measures: {cases: {due: {after: reported_on, days: 7, classes: {days: 7, "
		"count: 2, label: week}}}}\n" KPI("    unit: count\n    population: all\n    "
						  "day: reported_on\n"),
		"a day has no classes");
}

static void what_every_kpi_has_is_no_dimension_of_the_file(void **state)
{
	(void)state;
	static const char *const names[] = {"month", "day", "class"};
	for (size_t i = 0; i < 3; i++) {
		char text[256], expected[64];
		snprintf(text, sizeof text,
			"definitions: {2025: {from: 0}}\npopulations: {all: {table: cases}}\n"
			"dimensions: {%s: {label: L, column: ward}}\nkpis: {}\n",
			names[i]);
		snprintf(expected, sizeof expected, "every KPI has %s by itself", names[i]);
		assert_refused(text, expected);
	}
}

static void conditions_are_checked_against_the_type_of_their_column(void **state)
{
	(void)state;
	static const struct {
		const char *condition, *expected;
	} cases[] = {
		{"screening is MAYBE",
			"screening is never MAYBE; it is one of NOT_REACHED, TO_SUPPORT"},
		{"youth is 1", "youth is true or false, never 1"},
		{"ward is ZUID", "ward can be compared with `is set` and `is unset`"},
		{"youth <= 3", "youth is no number and no day: it has no order"},
		{"closed_on <= 3", "cases has no column or measure 3"},
		{"closed_on <= people_involved", "cannot be compared: one is a day"},
		{"problems has LUCK", "problems is never LUCK; it is one of FINANCE"},
		{"screening has ADVICE", "screening is no list"},
		{"screening equals ADVICE", "equals is no comparison; there are is, has, <="},
		{"screening", "a condition reads NAME is [not] VALUE"},
		{"youth is true or", "a condition reads NAME is [not] VALUE"},
		{"people_involved <= 99999999999", "cases has no column or measure 99999999999"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_buf struct buf text = {0};
		buf_printf(&text, "%s    count: %s\n",
			KPI("    unit: count\n    population: all\n    day: reported_on\n"),
			cases[i].condition);
		assert_refused(text.data, cases[i].expected);
	}
}

static void conditions_that_make_sense_are_taken(void **state)
{
	(void)state;
	assert_taken(
		KPI("    unit: count\n    population: all\n    day: reported_on\n    count:\n"
		    "      - screening is not ADVICE or closed_on is set\n"
		    "      - problems has FINANCE or problems is unset or problems is not set\n"
		    "      - youth is not true\n"
		    "      - people_involved <= 3\n"
		    "      - people_involved < phone_answer_seconds\n"
		    "      - closed_on > reported_on\n"));
}

static void what_does_not_go_together_is_refused(void **state)
{
	(void)state;
	assert_refused(KPI("    unit: days\n    population: all\n    day: reported_on\n"),
		"k: days, seconds and euro need a measure");
	assert_refused(KPI("    unit: share\n    population: all\n    day: reported_on\n"),
		"k: a share needs count, divided_by or whole");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    whole: population\n"),
		"k: only a share is divided");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    leave: closed_on\n    count: youth is true\n"),
		"k: a stock has unit count");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    unknown_by: [ward]\n"),
		"cases can be split by ward");
	assert_refused(
		KPI("    unit: count\n    population: all\n    day: ward\n"), "ward is no day");
	assert_refused(
		KPI("    unit: count\n    population: all\n    day: reported_on\n    sum: ward\n"),
		"ward is no number");
	assert_refused(KPI("    unit: share\n    sum_of: [j]\n"), "there is no KPI j");
	assert_refused(KPI("    unit: count\n    sum_of: [k]\n"), "no stock and no sum");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    norm: {atLeast: 1, atMost: 2}\n"),
		"a norm is one of atLeast, moreThan and atMost");
}

static void words_that_are_not_known_are_refused(void **state)
{
	(void)state;
	assert_refused(KPI("    unit: counts\n    population: all\n    day: reported_on\n"),
		"kpi.yaml:13:11");
	assert_refused(KPI("    unit: count\n    population: all\n    dag: reported_on\n"), "dag");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    definitions:\n      2024: {day: closed_on}\n"),
		"kpi.yaml:17:7: there is no definition 2024");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    definitions:\n      2023: {label: Anders}\n"),
		"label");
	assert_refused(HEAD "rules: {}\n", "rules");
}

struct slip {
	const char *was, *slip, *expected;
};

/* The shipped file with this slip in it is refused, and the first line says where and what. */
static void assert_slip_told(const struct slip *slip)
{
	auto_free char *yaml = shipped_yaml();
	auto_buf struct buf text = {0}, errors = {0};
	unsigned line, column;
	char *at = strstr(yaml, slip->was);
	assert_non_null(at);
	buf_printf(&text, "%.*s%s%s", (int)(at - yaml), yaml, slip->slip, at + strlen(slip->was));
	assert_int_equal(load(text.data, &errors), ERR_CONFIG);
	char *end = strchr(errors.data, '\n'); /* what follows may follow from it */
	assert_non_null(end);
	*end = 0;
	if (sscanf(errors.data, "kpi.yaml:%u:%u: ", &line, &column) != 2 ||
		!strstr(errors.data, slip->expected))
		fail_msg("%s: expected \"%s\" with its place in: %s", slip->slip, slip->expected,
			errors.data);
}

/* Slips of who changes a norm, adds a KPI or a new year: each is told at its place. */
static void a_slip_in_the_file_as_shipped_is_told_with_its_place(void **state)
{
	(void)state;
	static const struct slip slips[] = {
		{"norm: {atLeast: 0.8}", "norm: {atLest: 0.8}", "atLest is not known here"},
		{"norm: {atLeast: 0.8}", "norm: {atLeast: high}", "a number from 0 to 1 is"},
		{"norm: {atLeast: 0.8}", "norm: {atLeast: 80}", "a number from 0 to 1 is"},
		{"norm: {atLeast: 0.8}", "norm: {atLeast: 0.8", "missing comma"},
		{"    unit: count\n", "\tunit: count\n", "invalid tab"},
		{"    unit: count\n", "    unit: count\n    unit: share\n", "unit is here twice"},
		{"  goals_met:\n", "  closures:\n", "closures is here twice"},
		{"  goals_met:\n", "  goals met:\n", "a name is up to 64 letters, digits"},
		{"  goals_met:\n", "  'goals\"met':\n", "a name is up to 64 letters, digits"},
		{"    title: Goals met at closure\n", "", "goals_met lacks title"},
		{"    day: reported_on\n", "    day: reported\n", "no column or measure reported"},
		{"  2025: {from: 2024}", "  2025: {from: 2026}", "definition 2025 must begin in"},
		{"  2025: {from: 2024}", "  2025: {from: 2024, until: 2026}", "without an end"},
		{"      2023:\n        population: requests_of_all_ages\n",
			"      2022:\n        population: requests_of_all_ages\n",
			"no definition 2022"},
		{"[help_requests, brief_contacts]", "[contacts_total]", "no sum"},
		{"[help_requests, brief_contacts]\n",
			"[help_requests, brief_contacts]\n    by: [channel]\n",
			"by is said by each part of the sum"},
		{"[closed_on, ended_on]", "[closed_on, left_on]", "no column or measure left_on"},
		{"{MOVED_AWAY: STOPPED_BY_CLIENT}", "{MOVED_AWAY: STOPPED}",
			"closing_reason is never STOPPED"},
		{"{MOVED_AWAY: STOPPED_BY_CLIENT}", "{MOVED: STOPPED_BY_CLIENT}",
			"closing_reason is never MOVED"},
		{"27-44: [27, 44]", "27-44: [26, 44]", "27-44 and 18-26 overlap"},
		{"      OTHER: Anders\n", "      OTHERS: Anders\n", "location is never OTHERS"},
		{"    column: care_weight\n", "    column: weight\n",
			"no table has a column weight"},
		{"{of: care_weight,", "{of: ward,", "ward is no enumeration"},
		{"{LIGHT: 1,", "{LITE: 1,", "care_weight is never LITE"},
		{"{LIGHT: 1,", "{LIGHT: one,", "a number from 0 to"},
		{"      NOT_REACHED: Niet", "      NO_ANSWER: Niet", "outcome is never NO_ANSWER"},
		{"    unknown_by: [team]\n", "    by: [team]\n", "calls cannot be split by team"},
		{"    divided_by: answered\n", "    divided_by: satisfaction\n", "satisfaction"},
		{"    sum: satisfied\n", "", "divided_by divides a sum"},
	};
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
		assert_slip_told(&slips[i]);
}

/* Held to each other, both are wrong. */
static void a_norm_is_not_held_in_a_circle(void **state)
{
	(void)state;
	static const char was[] = "norm: {moreThan: 300, per: quarter}\n";
	auto_free char *yaml = shipped_yaml();
	auto_buf struct buf text = {0};
	char *at = strstr(yaml, was);
	assert_non_null(at);
	buf_printf(&text, "%.*snorm: {moreThan: 300, heldTo: help_requests}\n%s", (int)(at - yaml),
		yaml, at + strlen(was));
	assert_refused(text.data, ":49: the norm of contacts_total is held to another itself");
	assert_refused(text.data, "the norm of help_requests is held to another itself");
}

static void definitions_cover_every_year_once(void **state)
{
	(void)state;
	assert_refused("definitions: {2023: {until: 2023}, 2025: {from: 2025}}\npopulations: "
		       "{}\nkpis: {}\n",
		"definition 2025 must begin in the year after");
	assert_refused("definitions: {2023: {until: 2023}}\npopulations: {}\nkpis: {}\n",
		"the last definition holds without an end");
	assert_refused("definitions: {}\npopulations: {}\nkpis: {}\n", "the last definition holds");
	assert_refused("definitions: {new: {}}\npopulations: {}\nkpis: {}\n",
		"a definition is named by a year");
}

static void everything_that_is_wrong_is_said_at_once(void **state)
{
	(void)state;
	auto_buf struct buf errors = {0};
	assert_int_equal(
		load(HEAD
			"  a: {label: A, title: A, unit: count, population: x, day: reported_on}\n"
			"  b: {label: B, title: B, unit: count, population: all, day: y}\n"
			"  c: {label: C, title: C, unit: z, population: all, day: reported_on}\n",
			&errors),
		ERR_CONFIG);
	assert_non_null(strstr(errors.data, "kpi.yaml:10:"));
	assert_non_null(strstr(errors.data, "kpi.yaml:11:"));
	assert_non_null(strstr(errors.data, "kpi.yaml:12:"));
}

static void a_file_in_the_log_counts_the_same_facts_anew_from_there_on(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")));
	log_config(t, STREAM_CASE, "kpi.yaml",
		KPI("    unit: count\n    population: all\n    day: reported_on\n"));
	assert_null(tally_refusal(t->tally));
	assert_figure(t, "k", "2025", 0, 1, 1, -1, 0);
	FACTS(t, 2, FACT(reported_on, day("2025-01-15")));
	assert_figure(t, "k", "2025", 0, 2, 2, -1, 0);
	assert_replay_is_equal(t);
}

static void a_year_is_held_to_the_norm_of_its_definition(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2023-01-15")), FACT(youth, true));
	FACTS(t, 2, FACT(reported_on, day("2023-01-15")), FACT(youth, false));
	log_config(t, STREAM_CASE, "kpi.yaml",
		KPI("    unit: share\n    population: all\n    day: reported_on\n"
		    "    count: youth is true\n    norm: {atLeast: 0.8}\n"
		    "    definitions:\n      2023: {norm: {moreThan: 0.4}}\n"));
	json_t *then = ask(t, "k", "2023", NULL, 0), *now = ask(t, "k", "2023", NULL, 2025);
	assert_number(json_object_get(then, "norm"), "moreThan", 0.4);
	assert_true(json_is_true(json_object_get(then, "met")));
	assert_number(json_object_get(now, "norm"), "atLeast", 0.8);
	assert_true(json_is_false(json_object_get(now, "met")));
	json_decref(then);
	json_decref(now);
}

/* A later version of wot may have taken what this one does not know. */
static void a_file_in_the_log_that_is_wrong_is_said_and_leaves_the_one_before(void **state)
{
	struct tallied *t = *state;
	FACTS(t, 1, FACT(reported_on, day("2025-01-15")));
	log_config(t, STREAM_CASE, "kpi.yaml",
		KPI("    unit: count\n    population: all\n    day: reported_on\n"));
	log_config(t, STREAM_CASE, "kpi.yaml", "kpis: 3");
	assert_non_null(strstr(tally_refusal(t->tally), "kpi.yaml:1:"));
	assert_figure(t, "k", "2025", 0, 1, 1, -1, 0);
	assert_replay_is_equal(t);
}

static void only_the_log_of_who_loads_a_file_is_believed(void **state)
{
	struct tallied *t = *state;
	log_config(t, STREAM_INTAKE, "kpi.yaml", "kpis: 3");
	log_config(t, STREAM_CASE, "triage.yaml", "teams: 3");
	assert_null(tally_refusal(t->tally));
	assert_figure(t, "help_requests", "2025", 0, 0, 0, -1, 0);
}

static void a_file_is_checked_without_anything_to_count(void **state)
{
	(void)state;
	struct why why = {""};
	auto_free char *yaml = shipped_yaml();
	assert_int_equal(kpis_check(yaml, "config/kpi.yaml", &why), 0);
	assert_int_equal(kpis_check(KPI("    unit: days\n"), "config/kpi.yaml", &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "config/kpi.yaml:"));
}

/* A log may hold a file of before KPIs were told in Dutch: that one still counts. */
static void a_file_tells_each_kpi_in_dutch_and_a_log_need_not(void **state)
{
	(void)state;
	static const char counts[] =
		KPI("    unit: count\n    population: all\n    day: reported_on\n");
	static const char told[] =
		KPI("    unit: count\n    population: all\n    day: reported_on\n"
		    "    short: K\n    who: W.\n    when: W.\n    unknown: U.\n");
	static const char differs[] =
		KPI("    unit: count\n    population: all\n    day: reported_on\n"
		    "    short: K\n    who: W.\n    when: W.\n    unknown: U.\n"
		    "    definitions: {2023: {day: closed_on}}\n");
	static const char *const lacking[] = {"short", "who", "when", "unknown"};
	struct why why = {""};
	assert_int_equal(kpis_check(told, "kpi.yaml", &why), 0);
	tally_free(tally_of(counts));
	assert_int_equal(kpis_check(counts, "kpi.yaml", &why), ERR_CONFIG);
	for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++) {
		char text[64];
		snprintf(text, sizeof text, "k lacks %s", lacking[i]);
		if (!strstr(why.text, text))
			fail_msg("%s is not in %s", text, why.text);
	}
	assert_int_equal(kpis_check(differs, "kpi.yaml", &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "2023 lacks changed"));
}

static void how_a_kpi_stands_on_a_page_is_checked(void **state)
{
	(void)state;
#define COUNTED(lines)                                                                             \
	"groups: {came_in: {label: In}}\n" KPI(                                                    \
		"    unit: count\n    population: all\n    day: reported_on\n" lines)
	assert_taken(
		COUNTED("    group: came_in\n    says: Het zijn er {value}\n    panel: true\n"));
	assert_refused(
		COUNTED("    group: came_out\n"), "there is no group came_out; there are came_in");
	assert_refused(COUNTED("    says: Het zijn er\n"), "a sentence has {value} in it");
	assert_refused(
		COUNTED("    days: {of: k, within: 4}\n"), "a share is a part of a KPI of days");
	assert_refused(COUNTED("    days: {of: other, within: 4}\n"), "there is no KPI other");
	assert_refused(COUNTED("    days: {of: k}\n"), "days lacks within");
	assert_refused("groups: {a: {viewers: true}}\n" HEAD "  k: {}\n", "a lacks label");
	assert_refused(
		"definitions: {2025: {}}\npopulations: {all: {table: cases, things: [zaak]}}\n"
		"kpis: {}\n",
		"what one is called, and two of them: [zaak, zaken]");
#undef COUNTED
}

static void a_share_may_name_its_parts_and_when_it_is_measured(void **state)
{
	(void)state;
#define SHARED(lines)                                                                              \
	KPI("    unit: share\n    population: all\n    day: reported_on\n"                         \
	    "    count: closed_on is set\n" lines)
	struct tally *tally = tally_of(
		SHARED("    parts: [Op tijd, Later]\n    measured: {in: 2023, every: 3}\n"));
	const struct kpi *kpi = kpi_find(tally_kpis(tally), "k");
	assert_string_equal(kpi->counted, "Op tijd");
	assert_string_equal(kpi->others, "Later");
	static const uint32_t years[][2] = {{2019, 2023}, {2023, 2023}, {2024, 2026}, {2025, 2026},
		{2026, 2026}, {2027, 2029}, {2038, 2038}};
	for (size_t i = 0; i < sizeof years / sizeof *years; i++)
		assert_int_equal(kpi_measured_from(kpi, years[i][0]), years[i][1]);
	tally_free(tally);
	tally = tally_of(SHARED(""));
	kpi = kpi_find(tally_kpis(tally), "k");
	assert_string_equal(kpi->counted, "Wel");
	assert_string_equal(kpi->others, "Niet");
	assert_int_equal(kpi_measured_from(kpi, 2025), 0);
	tally_free(tally);
	assert_refused(SHARED("    parts: [Later]\n"), "what counts and what does not");
	assert_refused(SHARED("    parts: [Later, 0123456789012345678901234567890123456789]\n"),
		"a short label has at most 31 letters");
	assert_refused(KPI("    unit: count\n    population: all\n    day: reported_on\n"
			   "    parts: [a, b]\n"),
		"only a share has parts");
	assert_refused(SHARED("    measured: {in: 2023}\n"), "measured lacks every");
	assert_refused(SHARED("    measured: {in: 2023, every: 0}\n"), "a number from 1 to 20");
	assert_refused(SHARED("    measured: {in: 2023, every: 3, until: 2030}\n"), "until");
#undef SHARED
}

/* How many formulas of these two KPIs keep counters, and by how many dimensions those that the other one reads. */
static size_t counters_of(const char *other, size_t *by)
{
	auto_buf struct buf text = {0};
	buf_text(&text, KPI("    unit: count\n    population: all\n    day: reported_on\n"
			    "    by: [ward]\n"));
	buf_printf(&text,
		"  other:\n    label: L\n    title: T\n    population: all\n"
		"    by: [channel]\n%s",
		other);
	struct tally *tally = tally_of(text.data);
	const struct kpis *kpis = tally_kpis(tally);
	const struct formula *formula = kpis->items[1].formulas[0]->counters;
	size_t count = kpis->formula_count;
	*by = 0;
	for (size_t i = 0; i < formula->split_count; i++)
		*by += formula->splits[i].counted;
	tally_free(tally);
	return count;
}

static void kpis_of_which_every_row_gives_the_same_share_counters(void **state)
{
	(void)state;
	size_t by;
	assert_int_equal(counters_of("    unit: count\n    day: reported_on\n", &by), 1);
	assert_int_equal(by, 2);
	assert_int_equal(
		counters_of("    unit: share\n    day: reported_on\n    whole: population\n", &by),
		1);
	assert_int_equal(by, 2);
	static const char *const others[] = {
		"    unit: count\n    day: closed_on\n",
		"    unit: count\n    day: reported_on\n    where: closed_on is set\n",
		"    unit: count\n    day: reported_on\n    sum: people_involved\n",
		"    unit: share\n    day: reported_on\n    count: closed_on is set\n",
		"    unit: count\n    day: reported_on\n    leave: closed_on\n",
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		assert_int_equal(counters_of(others[i], &by), 2);
		assert_int_equal(by, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_as_shipped_has_every_kpi_that_is_promised),
		cmocka_unit_test(unknown_columns_are_refused_by_name_with_the_known_ones),
		cmocka_unit_test(classes_are_of_days_or_of_months_and_have_a_number_and_a_label),
		cmocka_unit_test(what_every_kpi_has_is_no_dimension_of_the_file),
		cmocka_unit_test(conditions_are_checked_against_the_type_of_their_column),
		cmocka_unit_test(conditions_that_make_sense_are_taken),
		cmocka_unit_test(what_does_not_go_together_is_refused),
		cmocka_unit_test(words_that_are_not_known_are_refused),
		cmocka_unit_test(a_slip_in_the_file_as_shipped_is_told_with_its_place),
		cmocka_unit_test(a_norm_is_not_held_in_a_circle),
		cmocka_unit_test(definitions_cover_every_year_once),
		cmocka_unit_test(how_a_kpi_stands_on_a_page_is_checked),
		cmocka_unit_test(a_share_may_name_its_parts_and_when_it_is_measured),
		cmocka_unit_test(everything_that_is_wrong_is_said_at_once),
		cmocka_unit_test(kpis_of_which_every_row_gives_the_same_share_counters),
		cmocka_unit_test(a_file_is_checked_without_anything_to_count),
		cmocka_unit_test(a_file_tells_each_kpi_in_dutch_and_a_log_need_not),
		cmocka_unit_test_setup_teardown(
			a_file_in_the_log_counts_the_same_facts_anew_from_there_on, tallied_setup,
			tallied_teardown),
		cmocka_unit_test_setup_teardown(a_year_is_held_to_the_norm_of_its_definition,
			tallied_setup, tallied_teardown),
		cmocka_unit_test_setup_teardown(
			a_file_in_the_log_that_is_wrong_is_said_and_leaves_the_one_before,
			tallied_setup, tallied_teardown),
		cmocka_unit_test_setup_teardown(only_the_log_of_who_loads_a_file_is_believed,
			tallied_setup, tallied_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
