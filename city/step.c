#include "city/step.h"
#include "city/plea.h"
#include "proto/event.h"
#include "proto/json.h"

static const struct choice weights[] = {{WOT__V1__CARE_WEIGHT__VALUE__LIGHT, 45},
	{WOT__V1__CARE_WEIGHT__VALUE__MEDIUM, 35}, {WOT__V1__CARE_WEIGHT__VALUE__HEAVY, 17},
	{WOT__V1__CARE_WEIGHT__VALUE__UNKNOWN, 3}};

static void line_weight(struct lines *lines, struct rng *rng)
{
	line_enum(lines, "careWeight", &wot__v1__care_weight__value__descriptor,
		rng_pick(rng, weights));
}

static void line_screening(struct lines *lines, struct rng *rng, const struct step *step)
{
	line_enum(lines, "outcome", &wot__v1__screening__outcome__descriptor, step->value);
	if (step->weighed)
		line_weight(lines, rng);
	if (step->weighed && rng_chance(rng, 25))
		line_expertise(lines, rng);
	if (step->value == WOT__V1__SCREENING__OUTCOME__WELFARE_ACTIVITY)
		line_text(lines, "redirectedTo", city_welfare(rng));
	if (step->value == WOT__V1__SCREENING__OUTCOME__REDIRECTED)
		line_text(lines, "redirectedTo",
			step->youth       ? CITY_YOUTH
			: step->elsewhere ? CITY_ELSEWHERE
					  : city_redirect(rng));
}

static void line_closed(struct lines *lines, struct rng *rng, int reason)
{
	line_enum(lines, "reason", &wot__v1__closed__reason__descriptor, reason);
	if (reason == WOT__V1__CLOSED__REASON__REDIRECTED_SPECIALIST)
		line_text(lines, "redirectedTo", city_specialist(rng));
	if (reason == WOT__V1__CLOSED__REASON__REDIRECTED_OTHER)
		line_text(lines, "redirectedTo", city_redirect(rng));
	if (reason == WOT__V1__CLOSED__REASON__REDIRECTED_WELFARE)
		line_text(lines, "redirectedTo", city_welfare(rng));
}

static void line_corrected(struct lines *lines, struct rng *rng, const struct step *step)
{
	static const char *const start[] = {"supportStartedOn"};

	switch (step->correction) {
	case REPORTED_ON:
		line_day(lines, "reportedOn", step->value);
		break;
	case STARTED_ON:
		line_day(lines, "supportStartedOn", step->value);
		break;
	case NOT_STARTED:
		line_texts(lines, "remove", start, 1);
		break;
	case CLOSED_ON:
		line_day(lines, "closedOn", step->value);
		break;
	case REASON:
		line_enum(
			lines, "closingReason", &wot__v1__closed__reason__descriptor, step->value);
		break;
	case WARD:
		line_text(lines, "ward", city_ward(rng));
		break;
	case WEIGHT:
		line_weight(lines, rng);
		break;
	default:
		line_number(lines, "peopleInvolved", rng_skewed(rng, 1, 8));
	}
}

static void line_tailored(struct lines *lines, int saving_euro)
{
	line_enum(lines, "decision", &wot__v1__tailored_solution__decision__descriptor,
		saving_euro ? WOT__V1__TAILORED_SOLUTION__DECISION__GRANTED
			    : WOT__V1__TAILORED_SOLUTION__DECISION__REFUSED);
	if (saving_euro)
		line_number(lines, "savingEuro", saving_euro);
}

static void line_handover(struct lines *lines, struct rng *rng)
{
	line_text(lines, "to", city_specialist(rng));
	line_flag(lines, "warm", rng_chance(rng, 80));
}

/* The members of the case event; those that are not here have none. */
static void line_details(struct lines *lines, struct rng *rng, const struct step *step)
{
	char text[16];

	switch (step->kind) {
	case WOT__V1__BODY__KIND_SUPPORT_STARTED:
		snprintf(text, sizeof text, "cl-%02d", rng_range(rng, 1, 40));
		line_text(lines, "caseLead", text);
		break;
	case WOT__V1__BODY__KIND_INTAKE_HELD:
		line_flag(lines, "clientSupportOffered", rng_chance(rng, 90));
		break;
	case WOT__V1__BODY__KIND_PLAN_AGREED:
		line_number(lines, "goals", rng_range(rng, 1, 5));
		break;
	case WOT__V1__BODY__KIND_CARE_WEIGHT_SET:
		line_weight(lines, rng);
		break;
	case WOT__V1__BODY__KIND_PEOPLE_INVOLVED_SET:
		line_number(lines, "count", rng_skewed(rng, 1, 8));
		break;
	case WOT__V1__BODY__KIND_PROBLEMS_SET:
		line_problems(lines, rng);
		break;
	case WOT__V1__BODY__KIND_TAILORED_SOLUTION:
		line_tailored(lines, step->value);
		break;
	case WOT__V1__BODY__KIND_PAUSED:
		line_enum(lines, "reason", &wot__v1__paused__reason__descriptor, step->value);
		break;
	case WOT__V1__BODY__KIND_HANDOVER_OFFERED:
		line_handover(lines, rng);
		break;
	case WOT__V1__BODY__KIND_HANDOVER_CONFIRMED:
		line_enum(lines, "by", &wot__v1__handover_confirmed__side__descriptor, step->value);
		break;
	case WOT__V1__BODY__KIND_CLOSED:
		line_closed(lines, rng, step->value);
		break;
	case WOT__V1__BODY__KIND_CORRECTED:
		line_corrected(lines, rng, step);
		break;
	default:
		break;
	}
}

void line_step(struct lines *lines, struct rng *rng, const char *case_ref, const char *ref,
	const struct step *step, int64_t at_ms)
{
	bool screening = step->kind == WOT__V1__BODY__KIND_SCREENING;
	char name[64];

	line_open(lines, screening ? "/v1/screenings" : "/v1/case-events", ref, at_ms);
	line_text(lines, "caseRef", case_ref);
	if (screening) {
		line_screening(lines, rng, step);
	} else {
		json_name(event_kind_name(step->kind), name);
		line_object(lines, name);
		line_details(lines, rng, step);
		line_object_end(lines);
	}
	line_close(lines);
}
