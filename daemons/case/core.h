/*
 * wot-case: the life of a case. It registers every request that intake took in, follows what triage
 * decides, and says of each submitted step whether the case's life allows it and what it makes of
 * the facts. Start at decide in core.c; the rules are in life.c.
 */
#ifndef WOT_CASE_CORE_H
#define WOT_CASE_CORE_H

#include "core/core.h"

extern const struct core case_core;

#endif
