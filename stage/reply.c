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
