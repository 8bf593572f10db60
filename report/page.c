#include "report/page.h"

#include "web/pages.html.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_LEN = 4, PUBLISHED_MAX = 16 << 20 };

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

/* ---- what was published ---- */

static bool published_read(uint32_t year, const char *format, struct buf *out)
{
	char path[128], chunk[65536];
	snprintf(path, sizeof path, REPORT_PUBLISHED "/%u/jaarverslag-%u.%s", year, year, format);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	for (size_t got;
		(got = fread(chunk, 1, sizeof chunk, file)) > 0 && out->len < PUBLISHED_MAX;)
		buf_add(out, chunk, got);
	bool whole = !ferror(file) && feof(file) && out->len;
	fclose(file);
	return whole;
}

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

/* ---- answers ---- */

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
		.pdf = published_read(year, "pdf", &pdf),
		.body = body_of(file)};
	view.top.at_report = true;
	html_report(&view, out);
}

/* That there is no PDF has a reason of its own. */
static void unpublished_print(
	const struct report_page *page, struct report_paper *paper, struct buf *out)
{
	static const char what[] = "Dit jaarverslag is niet als PDF gepubliceerd";
	const struct html_refusal view = {.head = page_head(page->house, what),
		.top = page_top(page->house),
		.foot = page_foot(page->house),
		.what = what,
		.why = "De PDF komt er als het jaarverslag wordt gepubliceerd.",
		.origin_aggregate = page->house->origins[DAEMON_AGGREGATE]};
	paper->status = 404;
	html_refusal(&view, out);
}

int report_page(const struct report_page *page, struct report_paper *paper, struct buf *out,
	struct why *why)
{
	uint32_t year = 0;
	auto_buf struct buf file = {0};
	size_t kind = kind_of(page->named, &year);
	if (kind == KINDS)
		return why_set(why, ERR_NOT_FOUND, "one reads /jaarverslag/2025, or 2025.csv");
	const char *format = kinds[kind].format;
	bool is_pdf = !strcmp(format, "pdf"), is_live = page->reader == REPORT_STAFF && !is_pdf;
	bool found = !is_live && published_read(year, format, &file);
	*paper = (struct report_paper){.status = 200, .headers = page_headers};
	if (!found && is_pdf) {
		unpublished_print(page, paper, out);
		return 0;
	}
	if (!found && page->reader == REPORT_PUBLIC)
		return why_set(why, ERR_NOT_FOUND, "no report of %u was published", year);
	struct report_asked asked = page->asked;
	asked.year = year;
	int err = found ? 0
			: report_print(page->sources, page->config, page->kpis, asked, format,
				  &file, why);
	if (err)
		return err;
	paper->type = kinds[kind].type;
	if (kind != KIND_PAGE) {
		paper->headers =
			"Content-Disposition: attachment\nX-Content-Type-Options: nosniff\n";
		buf_add(out, file.data, file.len);
	} else {
		page_print(page, year, &file, out);
	}
	return 0;
}
