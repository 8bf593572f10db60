/*
 * What happens to a submission at intake's door before the core decides: organisations and wards are
 * looked up, a caller becomes a hash, and a person is sealed. And after: when the event that ends a
 * person's file is durable, the key is destroyed.
 */
#ifndef WOT_INTAKE_DOOR_H
#define WOT_INTAKE_DOOR_H

#include "stage/stage.h"

int intake_door_open(void **ctx, struct stage *stage, struct why *why);
int intake_door_ready(void *ctx, struct why *why);
void intake_door_close(void **ctx);
int intake_door_reload(void *ctx, struct why *why);
bool intake_door_is_same(void *ctx, const Wot__V1__Submission *submission, const uint8_t key_id[16],
	const uint8_t digest[16]);
int intake_door_prepare(void *ctx, struct admission *admission);
void intake_door_withdraw(void *ctx, struct admission *admission);
void intake_door_on_append(void *ctx, const Wot__V1__Event *event, uint64_t seq);
void intake_door_on_durable(void *ctx, uint64_t seq);
void intake_door_tick(void *ctx, int64_t now_ms);
int intake_door_before_commit(void *ctx);

#endif
