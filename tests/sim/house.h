/*
 * The four daemons in one process: the real cores in the real shell (stage/), on fake_store, fake_bus and
 * fake_loop. Each can be killed, stopped and started again at any moment; what it had on disk stays.
 * There is one house at a time.
 */
#ifndef WOT_SIM_HOUSE_H
#define WOT_SIM_HOUSE_H

#include "proto/event.h"
#include "stage/stage.h"
#include "tests/sim/fake_store.h"
#include "tests/sim/files.h"

enum member { INTAKE, TRIAGE, CASE, AGGREGATE, MEMBERS };
extern const char *const member_names[MEMBERS];

struct house {
	struct stage *stages[MEMBERS]; /* NULL: it is down */
	uint64_t (*random)(void);
	/* Told of each event that a core appends, and, when it starts, of those on its disk. */
	void (*on_event)(enum member member, const Wot__V1__Event *event, uint64_t seq);
	void (*on_forget)(enum member member); /* what is told next begins at seq 1 */
	struct config config;
	int fds[FILES];          /* what they decide and count by, in memory */
	struct house_key *keys;  /* the vault: which persons can still be read */
	uint64_t lost[KIND_MAX]; /* events that died with who had decided them */
};
extern struct house house;

/* wot-aggregate, apart: its words are also those of the shell. */
extern const struct daemon house_aggregate;

/* Starts all four, with the files as they are (files.h). */
void house_open(void);
void house_close(void);

void house_start(enum member member);
void house_kill(enum member member, bool commit_lands);
/* As asked: what it took is durable and answered. */
void house_stop(enum member member);
/* One turn, after up to so many messages; a commit lands before it or does not. */
void house_turn(enum member member, size_t messages, bool lands);
/* Turns until nothing is under way; false: that does not come to an end. */
bool house_settle(void);
/* The files have changed: SIGHUP. */
void house_configure(void);
/* NULL, or what is wrong with one of them. */
const char *house_problem(void);

struct loop *house_loop(enum member member); /* of one that is up */
bool house_key_is_there(const uint8_t key_id[16]);

#endif
