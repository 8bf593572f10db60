#include "stage/stage_own.h"

/* Whoever is told anything is told nothing that a crash could take back. */
void reply_wait(struct stage *stage, struct reply *reply)
{
	reply->next = NULL;
	reply->wait_seq = stage->part->last(stage);
	if (stage->replies_last)
		stage->replies_last->next = reply;
	else
		stage->replies_first = reply;
	stage->replies_last = reply;
	stage->replies_count++;
}

static struct reply *reply_take(struct stage *stage)
{
	struct reply *reply = stage->replies_first;
	stage->replies_first = reply->next;
	if (!stage->replies_first)
		stage->replies_last = NULL;
	stage->replies_count--;
	return reply;
}

void replies_send(struct stage *stage)
{
	uint64_t durable = stage->part->durable(stage);
	while (stage->replies_first && stage->replies_first->wait_seq <= durable) {
		struct reply *reply = reply_take(stage);
		reply->send(reply);
	}
}

void replies_drop(struct stage *stage)
{
	while (stage->replies_first) {
		struct reply *reply = reply_take(stage);
		reply->drop(reply);
	}
}

/* ---- requests for which there is no room yet, in the order in which they came ---- */

/* A submission that came when the open block was full. */
struct parked {
	struct parked *next;
	struct http_request *request;
};

void reply_park(struct door_http *door, struct http_request *request)
{
	struct parked *parked = calloc(1, sizeof *parked);
	must(parked);
	parked->request = request;
	if (door->parked_last)
		door->parked_last->next = parked;
	else
		door->parked_first = parked;
	door->parked_last = parked;
}

struct http_request *reply_unpark(struct door_http *door)
{
	struct parked *parked = door->parked_first;
	struct http_request *request = parked->request;
	door->parked_first = parked->next;
	if (!parked->next)
		door->parked_last = NULL;
	free(parked);
	return request;
}
