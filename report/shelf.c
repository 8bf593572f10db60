#include "report/shelf.h"

#include "lib/file.h"
#include "report/chart_files.h"
#include "report/data.h"
#include "web/nl.h"
#include "web/pages.html.h"
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { YEAR_LEN = 4, PATH_SIZE = 256, FILE_MAX = 16 << 20, YEARS_MAX = 64, KB = 1000 };

static void path_of(uint32_t year, const char *name, char path[PATH_SIZE])
{
	bool is_data = report_data_find(name) < REPORT_DATA_FILES;
	if (is_data)
		snprintf(path, PATH_SIZE, REPORT_PUBLISHED "/%u/data/%s", year, name);
	else
		snprintf(path, PATH_SIZE, REPORT_PUBLISHED "/%u/jaarverslag-%u.%s", year, year,
			name);
}

bool shelf_read(uint32_t year, const char *format, struct buf *out)
{
	char path[PATH_SIZE];
	path_of(year, format, path);
	return file_read(path, FILE_MAX, out) == 0;
}

/* 0: it is not there. */
static uint64_t file_size(uint32_t year, const char *name)
{
	char path[PATH_SIZE];
	struct stat stat_of;
	path_of(year, name, path);
	return stat(path, &stat_of) == 0 ? (uint64_t)stat_of.st_size : 0;
}

const char *shelf_size(uint64_t bytes, struct arena *arena)
{
	auto_buf struct buf text = {0};
	nl_count((long long)((bytes + KB - 1) / KB), &text);
	buf_text(&text, "\u00A0kB");
	return page_text(&text, arena);
}

static int year_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* 0: it is none. */
static uint32_t year_of(const char *text)
{
	bool is_year = strlen(text) == YEAR_LEN && strspn(text, "0123456789") == YEAR_LEN;
	return is_year ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

/* Newest first; how many. */
static size_t years_read(uint32_t years[YEARS_MAX])
{
	size_t count = 0;
	DIR *folder = opendir(REPORT_PUBLISHED);
	if (!folder)
		return 0;
	for (const struct dirent *entry; count < YEARS_MAX && (entry = readdir(folder));) {
		const char *name = entry->d_name;
		if (year_of(name))
			years[count++] = year_of(name);
	}
	closedir(folder);
	qsort(years, count, sizeof *years, year_cmp);
	return count;
}

/* ---- charts ---- */

/* The newest where no period is asked for; 0: none, as of a period that is no year. */
static uint32_t year_asked(const char *period)
{
	uint32_t years[YEARS_MAX];
	if (!period)
		return years_read(years) ? years[0] : 0;
	return year_of(period);
}

int shelf_chart(
	const char *named, const Wot__V1__ChartPage *asked, struct buf *out, struct why *why)
{
	static const char ending[] = ".svg";
	auto_arena struct arena arena = {0};
	char name[REPORT_CHART_NAME], path[PATH_SIZE];
	uint32_t year = year_asked(asked->periode);
	size_t id_len = strcspn(named, "/");
	const char *file = named + id_len + (named[id_len] == '/');
	size_t len = strlen(file), end = strlen(ending);
	bool is_svg = len > end && !strcmp(file + len - end, ending);
	if (!year || !is_svg ||
		!report_chart_name(arena_printf(&arena, "%.*s", (int)id_len, named), asked->per,
			arena_printf(&arena, "%.*s", (int)(len - end), file), asked->breedte, name))
		return why_set(why, ERR_NOT_FOUND, "there is no such chart of a published year");
	snprintf(path, PATH_SIZE, REPORT_PUBLISHED "/%u/charts/%s", year, name);
	return file_read(path, FILE_MAX, out)
		       ? why_set(why, ERR_NOT_FOUND,
				 "no such chart was published with the report of %u", year)
		       : 0;
}

/* ---- the page ---- */

static void year_fill(uint32_t year, struct arena *arena, struct html_shelf_years *out)
{
	static const struct {
		const char *format, *name, *what;
	} kinds[] = {
		{"html", "HTML", "Om te lezen. Eén bestand, ook zonder internet."},
		{"pdf", "PDF", "Om te lezen en af te drukken."},
		{"csv", "CSV", "De cijfers als tabel, voor een rekenprogramma."},
		{"json", "JSON", "De cijfers voor programma's."},
		{"datapackage.json", "Data",
			"Open data: alle tabellen, met een beschrijving van elke kolom."},
	};
	enum { KINDS = sizeof kinds / sizeof *kinds };
	struct html_shelf_years_files *rows = arena_alloc(arena, KINDS * sizeof *rows);
	*out = (struct html_shelf_years){.year = arena_printf(arena, "%u", year)};
	for (size_t i = 0; i < KINDS; i++) {
		bool is_data = i + 1 == KINDS;
		uint64_t size = file_size(year, kinds[i].format);
		for (size_t f = 1; is_data && size && f < REPORT_DATA_FILES; f++)
			size += file_size(year, report_data_files[f].name);
		if (!size)
			continue;
		rows[out->files.count++] = (struct html_shelf_years_files){.name = kinds[i].name,
			.ending = is_data ? "/data/" : arena_printf(arena, ".%s", kinds[i].format),
			.of_year = out->year,
			.what = kinds[i].what,
			.size = shelf_size(size, arena)};
	}
	out->files.items = rows;
}

void shelf_page(const struct page_house *house, struct buf *out)
{
	auto_arena struct arena arena = {0};
	uint32_t years[YEARS_MAX];
	size_t count = years_read(years);
	struct html_shelf_years *rows = arena_alloc(&arena, (count + 1) * sizeof *rows);
	struct html_shelf view = {.head = page_head(house, "Bestanden"),
		.top = page_top(house),
		.foot = page_foot(house)};
	for (size_t i = 0; i < count; i++) {
		struct html_shelf_years *row = &rows[view.years.count];
		year_fill(years[i], &arena, row);
		view.years.count += row->files.count > 0;
	}
	view.years.items = rows;
	view.empty = !view.years.count;
	html_shelf(&view, out);
}
