/*
 * What pages say of an entry of the work list: its name and address, until when, and what one should know before phoning.
 */
#ifndef WOT_CASES_ITEM_H
#define WOT_CASES_ITEM_H

#include "web/cases/words.h"
#include "web/page.h"

/* The last day: of the reaction where one is promised, which is sooner than the contact. */
int32_t item_day(const Wot__V1__WorklistItem *item);
bool item_is_urgent(const Wot__V1__WorklistItem *item);

const char *item_name(const Wot__V1__WorklistItem *item);
const char *item_path(
	const Wot__V1__WorklistItem *item, struct arena *arena); /* signaal/CLIENT:REF */
/* "43 dagen te laat", "vandaag", "ma 30 nov." */
const char *item_when(const Wot__V1__WorklistItem *item, int32_t today, struct arena *arena);
/* "Gemeld 8 okt. · nog niet gebeld · voorstel: Oost" */
const char *item_about(const Wot__V1__WorklistItem *item, const struct case_names *names,
	int32_t today, struct arena *arena);
struct html_badges item_badges(const Wot__V1__WorklistItem *item, struct arena *arena);

#endif
