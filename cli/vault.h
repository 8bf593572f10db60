/*
 * What verify and accept-loss do with intake's vault: is it whole, and has it a key for every person whom the log
 * names?
 */
#ifndef WOT_CLI_VAULT_H
#define WOT_CLI_VAULT_H

#include "cli/cli.h"
#include <stdint.h>

/* head: what was durable in intake's log before this is called; NULL: the log cannot be read, so the vault is looked
 * at by itself. Returns the exit code, having said what is wrong. */
int cli_vault_verify(const struct cli *cli, const uint64_t *head);
/* dir: a stopped daemon's folder, whose log has been repaired; nothing happens when it is not intake's. */
int cli_vault_accept(struct cli *cli, const char *dir);

#endif
