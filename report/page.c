#include "report/page.h"

#include "lib/calendar.h"
#include "report/shelf.h"
#include "web/nl.h"
#include "web/pages.html.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_LEN = 4 };
static const char data_path[] = "/data/";

static const struct {
	const char *ending, *format, *type;
} kinds[] = {
	{"", "html", NULL},
	{".html", "html", "text/html; charset=utf-8"},
	{".csv", "csv", "text/csv; charset=utf-8"},
	{".json", "json", "application/json"},
	{".pdf", "pdf", "application/pdf"},
};
enum { KINDS = sizeof kinds / sizeof *kinds, KIND_PAGE = 0 };

/* Which kind; KINDS: no such address. */
static size_t kind_of(const char *named, uint32_t *year)
{
	if (strspn(named, "0123456789") != YEAR_LEN)
		return KINDS;
	*year = (uint32_t)strtoul(named, NULL, 10);
	size_t kind = 0;
	while (kind < KINDS && strcmp(named + YEAR_LEN, kinds[kind].ending) != 0)
		kind++;
	return kind;
}

/* ---- answers ---- */

/* What stands in the file between the two, to stand in a page of ours. */
static struct html body_of(const struct buf *file)
{
	static const char begins[] = "<main id=\"inhoud\">", ends[] = "</main>";
	char *from = memmem(file->data, file->len, begins, strlen(begins));
	char *at = from ? from + strlen(begins) : NULL;
	char *to =
		at ? memmem(at, file->len - (size_t)(at - file->data), ends, strlen(ends)) : NULL;
	return to ? (struct html){at, (size_t)(to - at)} : (struct html){"", 0};
}

static void page_print(
	const struct report_page *page, uint32_t year, const struct buf *file, struct buf *out)
{
	char text[16], title[32];
	auto_buf struct buf pdf = {0};
	snprintf(text, sizeof text, "%u", year);
	snprintf(title, sizeof title, "Jaarverslag %u", year);
	struct html_report view = {.head = page_head(page->house, title),
		.top = page_top(page->house),
		.foot = page_foot(page->house),
		.year = text,
		.pdf = shelf_read(year, "pdf", &pdf),
		.body = body_of(file)};
	view.top.at_report = true;
	html_report(&view, out);
}

/* The address is right: what is not there, why, and where it may be found. */
static void absent_print(const struct report_page *page, const char *what, const char *why,
	struct report_paper *paper, struct buf *out)
{
	const struct html_refusal view = {.head = page_head(page->house, what),
		.top = page_top(page->house),
		.foot = page_foot(page->house),
		.what = what,
		.why = why,
		.ways = page_ways(page->house, true)};
	*paper = (struct report_paper){.headers = page_headers, .status = 404};
	html_refusal(&view, out);
}

static void year_absent_print(
	const struct report_page *page, uint32_t year, struct report_paper *paper, struct buf *out)
{
	auto_arena struct arena arena = {0};
	int32_t complete_from = report_complete_from(page->config);
	if (page->reader == REPORT_PUBLIC) {
		absent_print(page, arena_printf(&arena, "Er is geen jaarverslag van %u", year),
			"Van dit jaar is hier niets gepubliceerd. Kies een ander jaar.", paper,
			out);
	} else if ((int)year < calendar_date(complete_from).year) {
		auto_buf struct buf why = {0};
		buf_text(&why, "De cijfers beginnen op ");
		nl_day(complete_from, &why);
		buf_text(&why, ". Kies dat jaar, of een later jaar.");
		absent_print(page, arena_printf(&arena, "Er zijn geen cijfers van %u", year),
			page_text(&why, &arena), paper, out);
	} else {
		absent_print(page, arena_printf(&arena, "Er zijn nog geen cijfers van %u", year),
			"Over dat jaar is nog niets vastgelegd. Kies een eerder jaar.", paper, out);
	}
}

static void file_give(
	const char *type, const struct buf *file, struct report_paper *paper, struct buf *out)
{
	*paper = (struct report_paper){.type = type,
		.headers = "Content-Disposition: attachment\nX-Content-Type-Options: nosniff\n",
		.status = 200};
	buf_add(out, file->data, file->len);
}

/* ---- data ---- */

/* Whether what nobody published may be made for who looks: a viewer sees years that are over. */
static int live_judge(const struct report_page *page, uint32_t year, struct why *why)
{
	bool is_over = (int)year < calendar_date(page->asked.as_of).year;
	if (page->reader == REPORT_PUBLIC)
		return why_set(why, ERR_NOT_FOUND, "nothing of %u was published", year);
	return page->reader == REPORT_VIEWER && !is_over
		       ? why_set(why, ERR_FORBIDDEN, "a viewer sees years that are over")
		       : 0;
}

static int data_read(
	const struct report_page *page, uint32_t year, struct report_data *out, struct why *why)
{
	struct report_asked asked = page->asked;
	bool found = page->reader != REPORT_STAFF;
	asked.year = year;
	for (size_t i = 0; found && i < REPORT_DATA_FILES; i++)
		found = shelf_read(year, report_data_files[i].name, &out->files[i]);
	if (found)
		return 0;
	report_data_done(out);
	int err = live_judge(page, year, why);
	return err ? err
		   : report_data_make(page->sources, page->config, page->kpis, asked, out, why);
}

static void data_list(const struct report_page *page, uint32_t year, const struct report_data *data,
	struct buf *out)
{
	auto_arena struct arena arena = {0};
	const char *named = arena_printf(&arena, "%u", year);
	struct html_report_data_files rows[REPORT_DATA_FILES];
	for (size_t i = 0; i < REPORT_DATA_FILES; i++)
		rows[i] = (struct html_report_data_files){.name = report_data_files[i].name,
			.of_year = named,
			.what = report_data_files[i].title,
			.size = shelf_size(data->files[i].len, &arena)};
	struct html_report_data view = {
		.head = page_head(page->house, arena_printf(&arena, "Open data %u", year)),
		.top = page_top(page->house),
		.foot = page_foot(page->house),
		.year = named,
		.files = {rows, REPORT_DATA_FILES}};
	view.top.at_report = true;
	html_report_data(&view, out);
}

/* file: one of them; "": the page that lists them. */
static int data_page(const struct report_page *page, uint32_t year, const char *file,
	struct report_paper *paper, struct buf *out, struct why *why)
{
	auto_data struct report_data data = {0};
	size_t which = report_data_find(file);
	int err = data_read(page, year, &data, why);
	if (err)
		return err;
	*paper = (struct report_paper){.status = 200, .headers = page_headers};
	if (*file)
		file_give(report_data_files[which].type, &data.files[which], paper, out);
	else
		data_list(page, year, &data, out);
	return 0;
}

/* ---- which ---- */

static int kind_page(const struct report_page *page, uint32_t year, size_t kind,
	struct report_paper *paper, struct buf *out, struct why *why)
{
	auto_buf struct buf file = {0};
	const char *format = kinds[kind].format;
	bool is_pdf = !strcmp(format, "pdf"), is_live = page->reader == REPORT_STAFF && !is_pdf;
	bool found = !is_live && shelf_read(year, format, &file);
	*paper = (struct report_paper){.status = 200, .headers = page_headers};
	if (!found && is_pdf) {
		absent_print(page, "Dit jaarverslag is niet als PDF gepubliceerd",
			"De PDF komt er als het jaarverslag wordt gepubliceerd.", paper, out);
		return 0;
	}
	struct report_asked asked = page->asked;
	asked.year = year;
	int err = found ? 0 : live_judge(page, year, why);
	if (!err && !found)
		err = report_print(
			page->sources, page->config, page->kpis, asked, format, &file, why);
	if (err)
		return err;
	if (kind != KIND_PAGE) {
		file_give(kinds[kind].type, &file, paper, out);
	} else {
		page_print(page, year, &file, out);
	}
	return 0;
}

int report_page(const struct report_page *page, struct report_paper *paper, struct buf *out,
	struct why *why)
{
	uint32_t year = 0;
	size_t kind = kind_of(page->named, &year);
	const char *rest = year ? page->named + YEAR_LEN : "";
	const char *file =
		strncmp(rest, data_path, strlen(data_path)) ? NULL : rest + strlen(data_path);
	bool is_none = kind == KINDS && !file;
	if (is_none || (file && *file && report_data_find(file) == REPORT_DATA_FILES))
		return why_set(
			why, ERR_NOT_FOUND, "one reads /jaarverslag/2025, 2025.csv, or 2025/data/");
	int err = file ? data_page(page, year, file, paper, out, why)
		       : kind_page(page, year, kind, paper, out, why);
	if (err == ERR_NOT_FOUND) {
		year_absent_print(page, year, paper, out);
		err = 0;
	}
	return err;
}
