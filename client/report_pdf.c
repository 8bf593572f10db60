/* HTML on paper: chromium prints it, and what is of this moment in it, the dates and its numbers of elements, is
 * overwritten. */
#include "client/report.h"

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/grow.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const browsers[] = {"chromium", "chromium-browser", "google-chrome"};
static const char not_there[] = "a PDF is made by chromium, which is not there: apt-get install "
				"chromium fonts-liberation";

/* In the child: what it says on its way is for nobody, unless it fails. */
static void browser_run(const char *html, const char *pdf, const char *profile)
{
	char print[4200], data[4200];
	snprintf(print, sizeof print, "--print-to-pdf=%s", pdf);
	snprintf(data, sizeof data, "--user-data-dir=%s", profile);
	if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
		_exit(1);
	for (size_t i = 0; i < sizeof browsers / sizeof *browsers; i++)
		execlp(browsers[i], browsers[i], "--headless", "--disable-gpu",
			"--no-pdf-header-footer", "--generate-pdf-document-outline",
			"--no-first-run", "--disable-extensions", print, data,
			/* Its sandbox does not start for root; the page is ours, and asks nobody. */
			geteuid() ? "--disable-sync" : "--no-sandbox", html, (char *)NULL);
	_exit(127);
}

static int browser_wait(pid_t child, struct why *why)
{
	int status;
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return why_set(why, ERR_IO, "chromium: %s", strerror(errno));
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return why_set(why, ERR_NOT_FOUND, "%s", not_there);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return why_set(why, ERR_IO, "chromium could not print the report");
	return 0;
}

/* They have one width. */
static void dates_set(struct buf *pdf, const char *dated)
{
	static const char *const names[] = {"/CreationDate (", "/ModDate ("};
	for (size_t i = 0; i < 2; i++) {
		char *at = memmem(pdf->data, pdf->len, names[i], strlen(names[i]));
		char *date = at ? at + strlen(names[i]) : NULL;
		char *end = date ? memchr(date, ')', pdf->len - (size_t)(date - pdf->data)) : NULL;
		if (end && (size_t)(end - date) == strlen(dated))
			memcpy(date, dated, strlen(dated));
	}
}

enum { NUMBER_DIGITS = 8 };

static int number_compare(const void *a, const void *b)
{
	return memcmp(*(char *const *)a, *(char *const *)b, NUMBER_DIGITS);
}

/* Cells name the headings of their table by numbers that chromium gives out while it loads the page: how many went
 * to something else before is now and then another. They are counted from 1 here, in their own order. */
static void numbers_set(struct buf *pdf)
{
	static const char name[] = "(node";
	char was[NUMBER_DIGITS], digits[24];
	auto_free char **at = NULL;
	size_t count = 0, number = 0;
	char *end = pdf->data + pdf->len, *next = pdf->data;
	while ((next = memmem(next, (size_t)(end - next), name, strlen(name)))) {
		next += strlen(name);
		if (end - next > NUMBER_DIGITS && next[NUMBER_DIGITS] == ')') {
			at = grow_push(at, count, sizeof *at);
			at[count++] = next;
		}
	}
	if (count)
		qsort(at, count, sizeof *at, number_compare);
	for (size_t i = 0; i < count; i++) {
		number += !i || memcmp(at[i], was, NUMBER_DIGITS) != 0;
		memcpy(was, at[i], NUMBER_DIGITS);
		snprintf(digits, sizeof digits, "%0*zu", NUMBER_DIGITS, number);
		memcpy(at[i], digits, NUMBER_DIGITS);
	}
}

static int pdf_set(const char *path, const char *dated, struct why *why)
{
	auto_buf struct buf pdf = {0};
	if (file_read(path, REPORT_PDF_MAX, &pdf) != 0)
		return why_set(why, ERR_IO, "chromium made no %s", path);
	if (!pdf.len)
		return why_set(why, ERR_IO, "chromium printed nothing into %s", path);
	dates_set(&pdf, dated);
	numbers_set(&pdf);
	FILE *file = fopen(path, "r+e");
	if (!file)
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	bool failed = fwrite(pdf.data, 1, pdf.len, file) != pdf.len;
	failed |= fclose(file) != 0;
	return failed ? why_set(why, ERR_IO, "%s: %s", path, strerror(errno)) : 0;
}

int report_pdf(const char *html, const char *pdf, const char *dated, struct why *why)
{
	auto_buf struct buf profile = {0};
	auto_free char *whole =
		realpath(html, NULL); /* a path from the root is a page to any browser */
	if (!whole)
		return why_set(why, ERR_IO, "%s: %s", html, strerror(errno));
	buf_printf(&profile, "%s.profile", pdf);
	pid_t child = fork();
	if (child < 0)
		return why_set(why, ERR_IO, "fork: %s", strerror(errno));
	if (!child)
		browser_run(whole, pdf, profile.data);
	int err = browser_wait(child, why);
	return err ? err : pdf_set(pdf, dated, why);
}
