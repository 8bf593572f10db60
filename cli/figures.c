/*
 * Verbs that ask wot-aggregate's stats socket: kpi, explain, compare, forecast, replay --check.
 */
#include "cli/cli.h"

#include "client/ask.h"
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The socket's line has no quoting: what is typed here must be one word, without `;`. */
static bool is_word(const char *text)
{
	return text[0] && !strpbrk(text, " \t\r\n;");
}

enum { WORDS_MAX = 3, WHERE_MAX = 32 };

/* Each is asked of the socket under the name that it has here. */
enum named { PERIOD, BESIDE, BY, DEFINITION, AS_OF, NAMED_COUNT };

struct figure_args {
	const char *words[WORDS_MAX]; /* an id, and of compare two years */
	const char *named[NAMED_COUNT];
	const char *where[WHERE_MAX];
	size_t where_count;
	bool json, csv;
};

static const struct option options[] = {
	{"period", required_argument, NULL, PERIOD},
	{"beside", required_argument, NULL, BESIDE},
	{"by", required_argument, NULL, BY},
	{"definition", required_argument, NULL, DEFINITION},
	{"as-of", required_argument, NULL, AS_OF},
	{"where", required_argument, NULL, 'w'},
	{"json", no_argument, NULL, 'j'},
	{"csv", no_argument, NULL, 'c'},
	{0},
};

/* words: how many there may be. */
static int figure_parse(struct cli *cli, int argc, char **argv, int words, struct figure_args *args)
{
	args->json = cli->json;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == '?')
			return EXIT_USAGE;
		if (optarg && !is_word(optarg))
			return cli_fail(EXIT_USAGE, "%s: one word is meant here", optarg);
		if (c < NAMED_COUNT)
			args->named[c] = optarg;
		else if (c == 'w' && args->where_count < WHERE_MAX)
			args->where[args->where_count++] = optarg;
		else if (c == 'w')
			return cli_fail(EXIT_USAGE, "more than %d times --where", WHERE_MAX);
		else
			*(c == 'j' ? &args->json : &args->csv) = true;
	}
	for (int i = 0; optind < argc; i++, optind++) {
		if (i == words || !is_word(argv[optind]))
			return cli_fail(EXIT_USAGE, "%s: unexpected argument", argv[optind]);
		args->words[i] = argv[optind];
	}
	return EXIT_OK;
}

/* Where an answer goes: one that begins with "error: " is held back. */
struct shown {
	struct buf head; /* until it is long enough to say */
	bool said, refused;
};
static const char refusal[] = "error: ";

static void head_show(struct shown *shown)
{
	size_t len = strlen(refusal);
	shown->said = true;
	shown->refused = shown->head.len >= len && memcmp(shown->head.data, refusal, len) == 0;
	if (!shown->refused && shown->head.len)
		fwrite(shown->head.data, 1, shown->head.len, stdout);
}

static void on_shown(void *arg, const char *piece, size_t len)
{
	struct shown *shown = arg;
	if (shown->said && !shown->refused) {
		fwrite(piece, 1, len, stdout);
		return;
	}
	buf_add(&shown->head, piece, len);
	if (!shown->said && shown->head.len >= strlen(refusal))
		head_show(shown);
}

/* As it comes: it may be longer than there is room for. */
static int answer_show(const struct cli *cli, const char *daemon, const char *line)
{
	struct shown shown = {0};
	struct why why;
	int code = EXIT_OK, err = ask_pieces(cli->dir, daemon, line, on_shown, &shown, &why);
	if (!shown.said)
		head_show(&shown);
	if (err) {
		code = cli_fail(EXIT_FAILED, "%s", why.text);
	} else if (shown.refused) {
		fprintf(stderr, "wotctl: %.*s", (int)(shown.head.len - strlen(refusal)),
			shown.head.data + strlen(refusal));
		code = EXIT_USAGE;
	}
	buf_done(&shown.head);
	return code;
}

static void line_make(struct buf *line, const char *command, const struct figure_args *args)
{
	buf_text(line, command);
	for (int i = 0; i < WORDS_MAX && args->words[i]; i++)
		buf_printf(line, " %s", args->words[i]);
	for (size_t i = 0; i < NAMED_COUNT; i++)
		if (args->named[i])
			buf_printf(line, " %s %s", options[i].name, args->named[i]);
	for (size_t i = 0; i < args->where_count; i++)
		buf_printf(line, " where %s", args->where[i]);
	if (args->json || args->csv)
		buf_text(line, args->json ? " json" : " csv");
}

static int figure_ask(struct cli *cli, const char *command, const struct figure_args *args)
{
	auto_buf struct buf line = {0};
	line_make(&line, command, args);
	return answer_show(cli, "aggregate", line.data);
}

/* The figures of one period as JSON. */
static json_t *figures_of(struct cli *cli, struct figure_args args, const char *period)
{
	auto_buf struct buf line = {0};
	struct why why;
	args.named[PERIOD] = period;
	args.named[BESIDE] = args.named[BY] = NULL;
	args.json = true;
	line_make(&line, "show kpi", &args);
	json_t *figures = ask_json(cli->dir, "aggregate", line.data, &why);
	if (!figures)
		cli_fail(EXIT_FAILED, "%s", why.text);
	return figures;
}

static void value_print(const json_t *figure, char out[32])
{
	const json_t *value = json_object_get(figure, "value");
	const char *unit = json_string_value(json_object_get(figure, "unit"));
	if (!json_is_number(value))
		snprintf(out, 32, "-");
	else if (unit && strcmp(unit, "share") == 0)
		snprintf(out, 32, "%.1f%%", 100 * json_number_value(value));
	else
		snprintf(out, 32, "%.0f", json_number_value(value));
}

static const char *verdict(const json_t *figure)
{
	static const char *const words[][2] = {{"met", "norm met"}, {"met_unsure", "norm met?"},
		{"missed", "norm missed"}, {"missed_unsure", "norm missed?"},
		{"running", "running"}};
	const char *name = json_string_value(json_object_get(figure, "verdict"));
	for (size_t i = 0; name && i < sizeof words / sizeof *words; i++)
		if (strcmp(name, words[i][0]) == 0)
			return words[i][1];
	return "";
}

/* Two periods side by side, a line a figure. */
static int figures_beside(struct cli *cli, const struct figure_args *args)
{
	const char *period = args->named[PERIOD] ? args->named[PERIOD] : "year";
	json_t *left = figures_of(cli, *args, period);
	json_t *right = left ? figures_of(cli, *args, args->named[BESIDE]) : NULL;
	if (right)
		printf("%-34s %10s %-12s %10s %s\n", "", period, "", args->named[BESIDE], "");
	for (size_t i = 0; right && i < json_array_size(left); i++) {
		const json_t *a = json_array_get(left, i), *b = json_array_get(right, i);
		char a_text[32], b_text[32];
		value_print(a, a_text);
		value_print(b, b_text);
		printf("%-34s %10s %-12s %10s %s\n", json_string_value(json_object_get(a, "id")),
			a_text, verdict(a), b_text, verdict(b));
	}
	int code = right ? EXIT_OK : EXIT_FAILED;
	json_decref(left);
	json_decref(right);
	return code;
}

/* Periods that follow from the figure's own: aggregate says whether the two differ. */
static bool is_relative(const char *beside)
{
	return strcmp(beside, "last-year") == 0 || strcmp(beside, "previous") == 0;
}

int verb_kpi(struct cli *cli, int argc, char **argv)
{
	struct figure_args args = {0};
	int code = figure_parse(cli, argc, argv, 1, &args);
	if (code)
		return code;
	return args.named[BESIDE] && !is_relative(args.named[BESIDE])
		       ? figures_beside(cli, &args)
		       : figure_ask(cli, "show kpi", &args);
}

int verb_explain(struct cli *cli, int argc, char **argv)
{
	struct figure_args args = {0};
	int code = figure_parse(cli, argc, argv, 1, &args);
	if (!code && (!args.words[0] || !args.named[PERIOD]))
		code = cli_fail(
			EXIT_USAGE, "explain ID --period P: which figure, of which period?");
	return code ? code : figure_ask(cli, "show explain", &args);
}

int verb_compare(struct cli *cli, int argc, char **argv)
{
	struct figure_args args = {0};
	int code = figure_parse(cli, argc, argv, WORDS_MAX, &args);
	if (!code && (!args.words[WORDS_MAX - 1] || args.named[DEFINITION] || args.csv))
		code = cli_fail(EXIT_USAGE, "compare ID YEAR YEAR: which figure, by which two "
					    "definitions? A table, or --json");
	return code ? code : figure_ask(cli, "show compare", &args);
}

int verb_forecast(struct cli *cli, int argc, char **argv)
{
	struct figure_args args = {0};
	int code = figure_parse(cli, argc, argv, 0, &args);
	if (!code && (args.named[PERIOD] || args.named[BY] || args.where_count ||
			     args.named[DEFINITION] || args.csv))
		code = cli_fail(EXIT_USAGE, "forecast is of this quarter: a table, or --json");
	return code ? code : figure_ask(cli, "show forecast", &args);
}

int verb_replay(struct cli *cli, int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--check") != 0)
		return cli_fail(EXIT_USAGE, "replay --check");
	auto_buf struct buf answer = {0};
	struct why why;
	if (ask_text(cli->dir, "aggregate", "show replay", &answer, &why) != 0)
		return cli_fail(EXIT_FAILED, "%s", why.text);
	fputs(answer.data ? answer.data : "", stdout);
	return answer.data && strncmp(answer.data, "identical", 9) == 0 ? EXIT_OK : EXIT_FAILED;
}
