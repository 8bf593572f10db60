#include "stage/app.h"

#include "lib/log.h"
#include "stage/stage_own.h"
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_STOPPED = 0, EXIT_FAILED = 1, EXIT_WRONG = 2 };

struct args {
	const char *config;
	const char *dir;
	bool check_config, print_config, print_docs;
};

static void usage(FILE *to, const struct daemon *daemon)
{
	fprintf(to,
		"usage: wot-%s --config FILE --dir DIR\n"
		"  --config FILE    settings (--print-docs lists them)\n"
		"  --dir DIR        where the log, the sockets and relative names are\n"
		"  --check-config   says what is wrong with FILE and with those it names, no more\n"
		"  --print-config   the settings in force, as a file\n"
		"  --print-docs     every setting, as Markdown\n"
		"  --version, --help\n",
		daemon->name);
}

/* -1: go on; else the exit code. */
static int args_parse(int argc, char **argv, const struct daemon *daemon, struct args *args)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"dir", required_argument, NULL, 'd'},
		{"check-config", no_argument, NULL, 'k'},
		{"print-config", no_argument, NULL, 'p'},
		{"print-docs", no_argument, NULL, 'o'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'c':
			args->config = optarg;
			break;
		case 'd':
			args->dir = optarg;
			break;
		case 'k':
			args->check_config = true;
			break;
		case 'p':
			args->print_config = true;
			break;
		case 'o':
			args->print_docs = true;
			break;
		case 'v':
			printf("wot-%s %s\n", daemon->name, WOT_VERSION);
			return EXIT_STOPPED;
		case 'h':
			usage(stdout, daemon);
			return EXIT_STOPPED;
		default:
			usage(stderr, daemon);
			return EXIT_WRONG;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "wot-%s: %s: unexpected argument\n", daemon->name, argv[optind]);
		usage(stderr, daemon);
		return EXIT_WRONG;
	}
	return -1;
}

/* The files that the settings name. */
static int files_check(const struct daemon *daemon, const struct config *config)
{
	auto_buf struct buf errors = {0};
	if (stage_files_check(daemon, config, &errors) == 0)
		return EXIT_STOPPED;
	fprintf(stderr, "%s%s", errors.data, errors.data[errors.len - 1] == '\n' ? "" : "\n");
	return EXIT_WRONG;
}

/* -1: go on; else the exit code. */
static int config_take(const struct args *args, const struct daemon *daemon, struct config *config)
{
	auto_buf struct buf text = {0};
	if (args->print_docs) {
		config_print_docs(&text);
		fputs(text.data, stdout);
		return EXIT_STOPPED;
	}
	config_defaults(config);
	if (args->config && config_load(config, args->config, daemon->name, &text) != 0) {
		fprintf(stderr, "%s", text.data);
		return EXIT_WRONG;
	}
	if (args->print_config) {
		config_print(config, &text);
		fputs(text.data, stdout);
		return EXIT_STOPPED;
	}
	if (args->check_config && !args->config) {
		fprintf(stderr, "wot-%s: --check-config needs --config FILE\n", daemon->name);
		return EXIT_WRONG;
	}
	if (args->check_config)
		return files_check(daemon, config);
	if (args->config && args->dir)
		return -1;
	fprintf(stderr, "wot-%s: --config and --dir are both needed\n", daemon->name);
	usage(stderr, daemon);
	return EXIT_WRONG;
}

/* A core file would hold persons. With a limit of 1 the kernel makes none, also where a program takes them. */
static void core_dump_forbid(void)
{
	const struct rlimit limit = {1, 1};
	if (setrlimit(RLIMIT_CORE, &limit) != 0) /* a lower one may not be raised */
		must(prctl(PR_SET_DUMPABLE, 0) == 0);
}

/* What a connection, a log or a feed takes is a descriptor: as many as the system lets us have. */
static void descriptors_raise(void)
{
	struct rlimit limit;
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static int app_run(const struct daemon *daemon, const struct config *config)
{
	struct stage *stage;
	struct why why = {""};
	int err = stage_open(&stage, daemon, config, &why);
	if (err) {
		log_fatal("not_started", "reason=%s why=\"%s\"", err_name(err), why.text);
		bool wrong = err == ERR_CONFIG || err == ERR_ADDRESS || err == ERR_USAGE;
		return wrong ? EXIT_WRONG : EXIT_FAILED;
	}
	err = stage_run(stage);
	stage_close(&stage);
	log_info("stopped", "reason=%s", err_name(err));
	return err ? EXIT_FAILED : EXIT_STOPPED;
}

int app_main(int argc, char **argv, const struct daemon *daemon)
{
	struct args args = {0};
	struct config config;
	int code = args_parse(argc, argv, daemon, &args);
	if (code >= 0)
		return code;
	code = config_take(&args, daemon, &config);
	if (code >= 0)
		return code;

	enum log_level level;
	must(log_level_parse(config.log_level, &level) == 0); /* config_load has seen to it */
	log_init(daemon->name, level);
	umask(0077);
	core_dump_forbid();
	descriptors_raise();
	must(sodium_init() >= 0);
	if (chdir(args.dir) != 0) {
		fprintf(stderr, "wot-%s: --dir %s: %s\n", daemon->name, args.dir, strerror(errno));
		return EXIT_WRONG;
	}
	return app_run(daemon, &config);
}
