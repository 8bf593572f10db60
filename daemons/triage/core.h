/*
 * wot-triage: where a help request goes and by when. It routes every request of intake's feed by
 * the rules of triage.yaml, keeps the queue of those that wait for a team, takes the screenings,
 * and follows in case's feed what frees or takes capacity. Start at decide in core.c; who gets what
 * is decided in route.c.
 */
#ifndef WOT_TRIAGE_CORE_H
#define WOT_TRIAGE_CORE_H

#include "core/core.h"

extern const struct core triage_core;

#endif
