/*
 * At a start intake holds its vault against its log: every person whom the log names has a slot, and a slot that
 * no event names is the leftover of a crash or a sign of loss. What serves people decides what happens: with a
 * few damaged slots intake starts, says whose they are, and overwrites nothing; with keys that are simply not
 * there the vault is not this log's, and it does not start, lest new persons come into the wrong one.
 */
#ifndef WOT_INTAKE_VAULT_START_H
#define WOT_INTAKE_VAULT_START_H

#include "proto/person_keys.h"
#include "store/store.h"
#include "vault/vault.h"

/* Where intake's log stands. */
void vault_mark_take(const struct store *store, struct vault_mark *mark);
/* ERR_DAMAGED: keys are missing; ERR_IO, ERR_DISK_FULL: a slot cannot be overwritten. What is not right and lets it
 * start all the same is logged. */
int vault_start(
	struct vault *vault, const struct person_keys *keys, struct store *store, struct why *why);

#endif
