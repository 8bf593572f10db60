#include "cli/cli.h"

#include <getopt.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	cli_verb_fn *run;
	bool needs_config; /* else the folder is enough, or nothing at all */
	const char *usage, *help;
} verbs[] = {
	{"import", verb_import, true, "FILE|-", "send JSON Lines over HTTP; can be run again"},
	{"push", verb_push, true, "FILE|-", "the same lines over ZeroMQ"},
	{"queue-log", verb_queue_log, true, "FILE [--follow] [--state FILE] [--callback-key K]",
		"send the calls of Asterisk's queue_log; goes on where it stopped"},
	{"freeswitch", verb_freeswitch, true, "FILE|-",
		"send the calls of mod_callcenter's events, as JSON Lines"},
	{"kpi", verb_kpi, false,
		"[ID] [--period P] [--beside P] [--by DIM[,DIM]] [--where DIM=VALUE[,…]]... "
		"[--definition YEAR] [--as-of DAY] [--json|--csv]",
		"the figures"},
	{"explain", verb_explain, false, "ID --period P [--where DIM=VALUE[,…]]... [--json]",
		"what is behind a figure"},
	{"compare", verb_compare, false,
		"ID YEAR YEAR [--period P] [--by DIM] [--where DIM=VALUE[,…]]... [--as-of DAY] "
		"[--json]",
		"a figure by the definitions of two years"},
	{"forecast", verb_forecast, false, "[--as-of DAY] [--json]",
		"who must start by when for the quarter to reach its norm"},
	{"report", verb_report, false,
		"YEAR [--as-of DAY] [--html|--pdf|--csv|--json|--data DIR] [--internal] [-o FILE] "
		"| "
		"YEAR --publish | --check FILE",
		"the annual report; without --internal small numbers are hidden"},
	{"export", verb_export, true, "--facts DIR",
		"what figures are counted from, as CSV: for who may see all of them"},
	{"tail", verb_tail, false, "[LOG] [--from SEQ] [--follow] [--json]",
		"events as they are in the log"},
	{"replay", verb_replay, false, "--check", "fold the logs anew and compare every figure"},
	{"verify", verb_verify, false, "[DIR]", "hash chains, sizes, watermarks against heads"},
	{"accept-loss", verb_accept_loss, false, "DIR", "go on with what is left of a damaged log"},
	{"simulate", verb_simulate, false, "--from D --to D --seed N [--rate R]",
		"a synthetic city, as JSON Lines"},
	{"status", verb_status, false, "[--wait SECONDS]",
		"health, heads, lag; --wait: until all is read everywhere"},
	{"worklist", verb_worklist, true, "[--json]",
		"whom the intake team must phone, and until when"},
	{"teams", verb_teams, true, "[--json]", "capacity, load and queue of each team"},
	{"keygen", verb_keygen, true, "",
		"make the daemons' and the vault's keys that are not there yet"},
	{"client", verb_client, true,
		"add NAME ROLE [PUBLIC-KEY] [--certificate FILE] [--token-to FILE|-] | rotate NAME "
		"[--keep DAYS] [--certificate FILE] [--token-to FILE|-] | revoke NAME | list",
		"who may send and read"},
	{"daemons", verb_daemons, false, "[--json]", "which there are, and what each has"},
};

static int usage(FILE *to, int code)
{
	fputs("usage: wotctl [--dir DIR | --config FILE] [--client NAME] [--json] VERB …\n\n", to);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		fprintf(to, "  %-12s %s\n               %s\n", verbs[i].name, verbs[i].usage,
			verbs[i].help);
	return code;
}

/* The settings of all daemons, from --config or from wot.yaml in --dir. */
static int config_take(struct cli *cli, const char *file)
{
	char path[PATH_MAX];
	if (!file && !cli->dir)
		return cli_fail(
			EXIT_USAGE, "say where the daemons are: --dir DIR or --config FILE");
	snprintf(path, sizeof path, "%s%s", file ? file : cli->dir, file ? "" : "/wot.yaml");
	for (int i = 0; i < DAEMON_COUNT; i++) {
		auto_buf struct buf errors = {0};
		config_defaults(&cli->config[i]);
		if (config_load(&cli->config[i], path, daemon_rows[i].name, &errors) != 0) {
			fputs(errors.data ? errors.data : path, stderr);
			return EXIT_USAGE;
		}
	}
	return EXIT_OK;
}

/* Options before the verb are wotctl's, those after it are the verb's; --json may stand in either place. */
int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"dir", required_argument, NULL, 'd'},
		{"config", required_argument, NULL, 'c'},
		{"client", required_argument, NULL, 'u'},
		{"json", no_argument, NULL, 'j'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static struct cli cli = {.client = "operator"};
	const char *config = NULL;
	for (int c; (c = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
		switch (c) {
		case 'd':
			cli.dir = optarg;
			break;
		case 'c':
			config = optarg;
			break;
		case 'u':
			cli.client = optarg;
			break;
		case 'j':
			cli.json = true;
			break;
		case 'v':
			printf("wotctl %s\n", WOT_VERSION);
			return EXIT_OK;
		case 'h':
			return usage(stdout, EXIT_OK);
		default:
			return usage(stderr, EXIT_USAGE);
		}
	}
	if (optind == argc)
		return usage(stderr, EXIT_USAGE);
	if (sodium_init() < 0)
		return cli_fail(EXIT_FAILED, "libsodium cannot start");
	argc -= optind;
	argv += optind;
	optind = 0; /* the verb parses its own arguments from the start */
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(argv[0], verbs[i].name) != 0)
			continue;
		int code = verbs[i].needs_config ? config_take(&cli, config) : EXIT_OK;
		return code ? code : verbs[i].run(&cli, argc, argv);
	}
	cli_fail(EXIT_USAGE, "%s: there is no such verb", argv[0]);
	return usage(stderr, EXIT_USAGE);
}
