/*
 * wotctl: what its verbs share. To add a verb: a function here and a row in main.c.
 */
#ifndef WOT_CLI_H
#define WOT_CLI_H

#include "config/config.h"
#include "lib/buf.h"
#include "lib/daemon.h"
#include "lib/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Where the daemons are, as --dir or --config said. */
struct cli {
	const char *dir; /* with the sockets; NULL with --config of another machine */
	struct config config[DAEMON_COUNT];
	const char *client; /* --client NAME: whose token and keys are used */
	bool json;
};

/* A verb: its own arguments, argv[0] is its name. Returns the exit code, having said on stderr why. */
typedef int cli_verb_fn(struct cli *cli, int argc, char **argv);
cli_verb_fn verb_import, verb_push, verb_queue_log, verb_freeswitch, verb_kpi, verb_explain,
	verb_compare, verb_forecast, verb_report, verb_export, verb_tail, verb_replay, verb_verify,
	verb_accept_loss, verb_simulate, verb_status, verb_worklist, verb_teams, verb_keygen,
	verb_client, verb_daemons;

/* For a verb that takes [--json] and nothing else. Sets cli->json; 0 or the exit code. */
int cli_json_only(struct cli *cli, int argc, char **argv);
/* "wotctl: …" on stderr; returns the exit code. */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What such a verb was answered, as it is or as a table, and lets go of it. NULL: fails, and says why. */
int cli_show(const struct cli *cli, json_t *answer, void (*table)(const json_t *answer),
	const struct why *why);
/* Is that the name of keys of our own, which lie in one folder with those of clients? */
bool keys_are_ours(const char *name);
/* GET from a daemon over HTTP, as --client; *json is the caller's. */
int cli_get(const struct cli *cli, const char *daemon, const char *path, json_t **json,
	struct why *why);

#endif
