#include "web/cases/words.h"

#include "proto/body.h"
#include "proto/name.h"
#include "web/nl.h"
#include "web/page.h"
#include <ctype.h>
#include <string.h>

const char *names_team(const struct case_names *names, const char *key)
{
	for (size_t i = 0; i < names->team_count; i++)
		if (strcmp(names->teams[i].key, key) == 0)
			return names->teams[i].name;
	return key;
}

const char *names_organisation(const struct case_names *names, const char *key)
{
	const struct organisation *known =
		names->organisations ? organisations_find(names->organisations, key, INT32_MAX)
				     : NULL;
	return known ? known->name : key;
}

static const char *word_with(const char *word, int (*first)(int), struct arena *arena)
{
	char *out = arena_strdup(arena, word);
	out[0] = (char)first((unsigned char)out[0]);
	return out;
}

const char *word_begins(const char *word, struct arena *arena)
{
	return word_with(word, toupper, arena);
}

const char *word_follows(const char *word, struct arena *arena)
{
	return word_with(word, tolower, arena);
}

/* Days are said in weeks where they are whole ones. */
const char *word_within(Wot__V1__Clock__Kind kind, struct arena *arena)
{
	enum unit { DAYS, WEEKS, WORKING_DAYS, MONTHS };
	static const char *const units[][2] = {[DAYS] = {"dag", "dagen"},
		[WEEKS] = {"week", "weken"},
		[WORKING_DAYS] = {"werkdag", "werkdagen"},
		[MONTHS] = {"maand", "maanden"}};
	static const struct {
		int length;
		enum unit unit;
	} promises[] = {
#define CLOCK(name, kind, length, unit, ...) [WOT__V1__CLOCK__KIND__##kind] = {length, unit},
#include "config/clock.def"
#undef CLOCK
	};
	int length = promises[kind].length;
	bool weeks = promises[kind].unit == DAYS && length % 7 == 0;
	return arena_printf(arena, "binnen %d %s", weeks ? length / 7 : length,
		units[weeks ? WEEKS : promises[kind].unit][length != 1]);
}

const char *word_room(int32_t free_hours, struct arena *arena)
{
	auto_buf struct buf text = {0};
	bool over = free_hours < 0;
	nl_count(over ? -(long long)free_hours : free_hours, &text);
	buf_text(&text, over ? " uur te veel" : " uur vrij");
	return page_text(&text, arena);
}

const char *word_weight(Wot__V1__CareWeight__Value weight)
{
	static const char *const words[] = {
		[WOT__V1__CARE_WEIGHT__VALUE__LIGHT] = "licht",
		[WOT__V1__CARE_WEIGHT__VALUE__MEDIUM] = "middel",
		[WOT__V1__CARE_WEIGHT__VALUE__HEAVY] = "zwaar",
		[WOT__V1__CARE_WEIGHT__VALUE__UNKNOWN] = "onbekend",
	};
	return words[weight];
}

#define HAPPENED(NAME, ...)                                                                        \
	{                                                                                          \
		WOT__V1__BODY__KIND_##NAME,                                                        \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

const char *word_event(const char *what, bool again)
{
	static const struct {
		Wot__V1__Body__KindCase kind;
		const char *words[2]; /* once, and again where that is another */
	} rows[] = {
		HAPPENED(CASE_REGISTERED, "De hulpvraag kwam binnen."),
		HAPPENED(CASE_ROUTED, "De hulpvraag werd toegedeeld.",
			"De hulpvraag werd opnieuw toegedeeld."),
		HAPPENED(SCREENING, "Het aanmeldteam sprak iemand."),
		HAPPENED(FIRST_CONTACT, "De casusregisseur had contact."),
		HAPPENED(INTAKE_HELD, "Het eerste gesprek was."),
		HAPPENED(PLAN_AGREED, "Er kwam een ondersteuningsplan."),
		HAPPENED(SUPPORT_STARTED, "De begeleiding startte."),
		HAPPENED(CARE_WEIGHT_SET, "De zorgzwaarte werd vastgelegd."),
		HAPPENED(PEOPLE_INVOLVED_SET, "Het aantal betrokkenen werd vastgelegd."),
		HAPPENED(PROBLEMS_SET, "De problemen werden vastgelegd."),
		HAPPENED(TAILORED_SOLUTION, "Er kwam een besluit over maatwerk."),
		HAPPENED(PAUSED, "De begeleiding kreeg een pauze."),
		HAPPENED(RESUMED, "De begeleiding ging weer verder."),
		HAPPENED(HANDOVER_OFFERED, "Er werd een overdracht voorgesteld."),
		HAPPENED(HANDOVER_CONFIRMED, "De overdracht werd bevestigd."),
		HAPPENED(CLOSED, "Het traject werd afgesloten."),
		HAPPENED(REOPENED, "Het traject ging weer open."),
		HAPPENED(CORRECTED, "De registratie werd verbeterd."),
		HAPPENED(CASE_BECAME_CONTACT,
			"De vraag is nu een kort contact, want advies was genoeg."),
		HAPPENED(ADVICE_VOIDED,
			"De vraag is weer een hulpvraag, want er kwam toch begeleiding."),
		HAPPENED(CLOCK_WARNED, "Een afspraak liep bijna af."),
		HAPPENED(CLOCK_BROKE, "Een afspraak werd niet op tijd nagekomen."),
		HAPPENED(CLOCK_WITHDRAWN,
			"Een afspraak bleek toch op tijd nagekomen, of verschoof."),
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (json_name_is(event_kind_name(rows[i].kind), what))
			return rows[i].words[again && rows[i].words[1]];
	return NULL;
}
