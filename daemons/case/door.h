/*
 * What happens to a case event at its door before the core decides: wards and organisations must be ours.
 */
#ifndef WOT_CASE_DOOR_H
#define WOT_CASE_DOOR_H

#include "stage/stage.h"

int case_door_open(void **ctx, struct stage *stage, struct why *why);
void case_door_close(void **ctx);
int case_door_reload(void *ctx, struct why *why);
const struct lists *case_door_lists(void *ctx);
int case_door_prepare(void *ctx, struct admission *admission);

#endif
