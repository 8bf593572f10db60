/* The doors and the stats socket: there are none here, clerk.c submits straight to the stage. */
#include "stage/stage_own.h"

int door_http_open(struct stage *stage, struct why *why)
{
	(void)stage;
	(void)why;
	return 0;
}

void door_http_close(struct door_http **door)
{
	*door = NULL;
}

bool door_http_resume(struct door_http *door)
{
	(void)door;
	return false;
}

bool door_http_work(struct door_http *door)
{
	(void)door;
	return false;
}

int door_push_open(struct stage *stage, struct why *why)
{
	(void)stage;
	(void)why;
	return 0;
}

void door_push_close(struct door_push **door)
{
	*door = NULL;
}

void door_push_pause(struct door_push *door, bool paused)
{
	(void)door;
	(void)paused;
}

int stats_open(struct stage *stage, struct why *why)
{
	(void)stage;
	(void)why;
	return 0;
}

void stats_close(struct stage *stage)
{
	(void)stage;
}

void live_turn(struct stage *stage)
{
	(void)stage;
}

void live_close(struct stage *stage)
{
	(void)stage;
}
