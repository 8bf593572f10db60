#include "tests/sim/files.h"

#include "city/rand.h"
#include "config/config.h"

#include <stdio.h>
#include <string.h>

const char *const file_names[FILES] = {"triage.yaml", "calendar.yaml", "clocks.yaml", "kpi.yaml"};

static struct {
	struct buf shipped[FILES], texts[FILES];
	int week;
} files;

const char *file_text(enum file file)
{
	return files.texts[file].data;
}

int files_week(void)
{
	return files.week;
}

/* triage.yaml with teams of another size, sometimes without one of the rules or teams. */
static void rules_draw(struct buf *out, struct rng *rng, bool broken)
{
	static const char *const blocks[] = {"  - name: welfare-first", "  - name: not-a-resident",
		"  - name: crisis", "  zuid:"};
	const char *without = rng_chance(rng, 30) ? blocks[rng_below(rng, 4)] : NULL;
	int most = rng_chance(rng, 25) ? 250 : rng_range(rng, 4, rng_chance(rng, 50) ? 10 : 40);
	bool skipping = false;
	for (const char *line = files.shipped[FILE_RULES].data, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		bool begins = strncmp(line, "  - ", 4) == 0 || (line[0] == ' ' && line[2] != ' ') ||
			      line[0] != ' ';
		if (begins)
			skipping = without && strncmp(line, without, strlen(without)) == 0;
		if (skipping)
			continue;
		if (strncmp(line, "    hours:", 10) == 0)
			buf_printf(out, "    hours: %d\n", broken ? -1 : rng_range(rng, 3, most));
		else
			buf_printf(out, "%.*s\n", (int)(end - line), line);
	}
}

/* A day in spring, and one in each month of autumn. */
static void calendar_draw(struct buf *out, struct rng *rng, bool broken)
{
	buf_printf(out, "closed: [2024-12-24, %s-05-%02d", broken ? "202x" : "2025",
		rng_range(rng, 6, 28));
	for (int year = 2024; year <= 2026; year++)
		for (int month = 9; month <= 11; month++)
			buf_printf(out, ", %d-%02d-%02d", year, month, rng_range(rng, 1, 30));
	buf_text(out, "]\n");
}

static void clocks_draw(struct buf *out, struct rng *rng, bool broken)
{
	buf_printf(out,
		"warn_before: {callback: %d, reaction: %d, first_contact: %d, support_start: %d, "
		"closing: %d}\n",
		rng_below(rng, 2), rng_below(rng, 2), rng_below(rng, 6), rng_below(rng, 29),
		rng_below(rng, 151));
	buf_printf(out, "call_cap_hours: %d\n", broken ? 0 : rng_range(rng, 1, 12));
}

/* kpi.yaml with a week of another length. */
static void kpis_draw(struct buf *out, struct rng *rng, bool broken)
{
	static const char week[] = "count: waiting_days <= 7\n";
	const char *text = files.shipped[FILE_KPIS].data, *at = strstr(text, week);
	int days = rng_range(rng, 5, 14);
	must(at);
	buf_add(out, text, (size_t)(at - text));
	buf_printf(out, "count: waiting_%s <= %d\n", broken ? "daze" : "days", days);
	buf_text(out, at + strlen(week));
	if (!broken)
		files.week = days;
}

void file_draw(enum file file, struct rng *rng, bool broken)
{
	static void (*const draws[FILES])(struct buf * out, struct rng * rng, bool broken) = {
		rules_draw, calendar_draw, clocks_draw, kpis_draw};
	buf_clear(&files.texts[file]);
	draws[file](&files.texts[file], rng, broken);
}

static void shipped_read(enum file file)
{
	char path[64];
	struct why why = {""};
	snprintf(path, sizeof path, "config/%s", file_names[file]);
	if (config_read_text(path, &files.shipped[file], &why) != 0) {
		fprintf(stderr, "%s (run it from the project's folder)\n", why.text);
		exit(2);
	}
}

void files_open(struct rng *rng)
{
	for (enum file file = 0; file < FILES; file++) {
		shipped_read(file);
		buf_text(&files.texts[file], files.shipped[file].data);
	}
	files.week = 7;
	file_draw(FILE_RULES, rng, false);
}

void files_close(void)
{
	for (enum file file = 0; file < FILES; file++) {
		buf_done(&files.shipped[file]);
		buf_done(&files.texts[file]);
	}
}
