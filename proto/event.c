#include "proto/event.h"

#include "proto/personal.h"

void event_pack(const Wot__V1__Event *event, struct buf *out)
{
	must(!message_is_personal(&event->base));
	message_pack(&event->base, out);
}

Wot__V1__Event *event_unpack(const uint8_t *bytes, size_t len, struct arena *arena)
{
	return (Wot__V1__Event *)message_unpack(&wot__v1__event__descriptor, bytes, len, arena);
}
