#include "bus/bus.h"
#include "lib/clean.h"

#include <string.h>

void bus_frame_add(struct bus_message *message, const void *bytes, size_t len)
{
	must(message->count < BUS_FRAMES_MAX);
	zmq_msg_t *frame = &message->frames[message->count++];
	must(zmq_msg_init_size(frame, len) == 0);
	if (len)
		memcpy(zmq_msg_data(frame), bytes, len);
}

void bus_frame_lend(struct bus_message *message, void *bytes, size_t len)
{
	must(message->count < BUS_FRAMES_MAX);
	zmq_msg_t *frame = &message->frames[message->count++];
	must(zmq_msg_init_data(frame, bytes, len, NULL, NULL) == 0);
}

void bus_message_done(struct bus_message *message)
{
	for (size_t i = 0; i < message->count; i++)
		zmq_msg_close(&message->frames[i]);
	message->count = 0;
}
