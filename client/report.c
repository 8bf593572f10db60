#include "client/report.h"

#include "client/ask.h"
#include "lib/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const formats[] = {"html", "csv", "json"};

/* ---- files ---- */

static int file_write(const char *path, const char *text, struct why *why)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool failed = fd < 0;
	for (size_t done = 0; !failed && done < len;) {
		ssize_t wrote = write(fd, text + done, len - done);
		failed = wrote < 0 && errno != EINTR;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	failed = failed || fsync(fd) != 0;
	int err = failed ? why_set(why, ERR_IO, "%s: %s", path, strerror(errno)) : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

static int on_remove(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
	(void)stat, (void)flag, (void)at;
	return remove(path);
}

static void folder_remove(const char *path)
{
	nftw(path, on_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static int folder_sync(const char *path, struct why *why)
{
	auto_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) != 0 ? why_set(why, ERR_IO, "%s: %s", path, strerror(errno)) : 0;
}

/* ---- the PDF ---- */

static int pdf_make(const char *folder, json_t *files, struct buf *pdf, struct why *why)
{
	auto_buf struct buf html = {0}, profile = {0};
	const char *dated = json_string_value(json_object_get(files, "dated"));
	buf_printf(&html, "%s/print.html", folder);
	buf_printf(pdf, "%s/report.pdf", folder);
	buf_printf(&profile, "%s.profile", pdf->data);
	int err = file_write(html.data, json_string_value(json_object_get(files, "html")), why);
	if (!err)
		err = report_pdf(html.data, pdf->data, dated ? dated : "", why);
	unlink(html.data);
	folder_remove(profile.data);
	return err;
}

static int copy_out(const char *path, struct why *why)
{
	char chunk[65536];
	bool failed = false;
	FILE *file = fopen(path, "re");
	if (!file)
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	for (size_t got; !failed && (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
		failed = fwrite(chunk, 1, got, stdout) != got;
	fclose(file);
	failed = failed || fflush(stdout) != 0;
	return failed ? why_set(why, ERR_IO, "output: %s", strerror(errno)) : 0;
}

static int pdf_put(json_t *files, const char *out, struct why *why)
{
	char folder[] = "/tmp/wot-report-XXXXXX";
	auto_buf struct buf pdf = {0};
	if (!mkdtemp(folder))
		return why_set(why, ERR_IO, "%s: %s", folder, strerror(errno));
	int err = pdf_make(folder, files, &pdf, why);
	if (!err && !out)
		err = copy_out(pdf.data, why);
	else if (!err && rename(pdf.data, out) != 0)
		err = why_set(why, ERR_IO, "%s: %s", out, strerror(errno));
	folder_remove(folder);
	return err;
}

/* ---- publishing ---- */

static int formats_write(const char *folder, const char *year, json_t *files, struct why *why)
{
	auto_buf struct buf pdf = {0}, named = {0};
	int err = 0;
	for (size_t i = 0; !err && i < sizeof formats / sizeof *formats; i++) {
		auto_buf struct buf path = {0};
		buf_printf(&path, "%s/jaarverslag-%s.%s", folder, year, formats[i]);
		err = file_write(
			path.data, json_string_value(json_object_get(files, formats[i])), why);
	}
	if (!err)
		err = pdf_make(folder, files, &pdf, why);
	buf_printf(&named, "%s/jaarverslag-%s.pdf", folder, year);
	if (!err && rename(pdf.data, named.data) != 0)
		err = why_set(why, ERR_IO, "%s: %s", named.data, strerror(errno));
	return err ? err : folder_sync(folder, why);
}

/* Changes places with what was published before, in one step. */
static int folder_put(const char *made, const char *place, const char *top, struct why *why)
{
	bool is_there = access(place, F_OK) == 0;
	if (renameat2(AT_FDCWD, made, AT_FDCWD, place, is_there ? RENAME_EXCHANGE : 0) != 0)
		return why_set(why, ERR_IO, "%s: %s", place, strerror(errno));
	if (is_there)
		folder_remove(made);
	return folder_sync(top, why);
}

static int report_publish(const char *dir, const char *year, json_t *files, struct why *why)
{
	auto_buf struct buf top = {0}, place = {0}, made = {0};
	buf_printf(&top, "%s/aggregate/published", dir);
	buf_printf(&place, "%s/%s", top.data, year);
	buf_printf(&made, "%s/.%s-XXXXXX", top.data, year);
	if ((mkdir(top.data, 0755) != 0 && errno != EEXIST) || !mkdtemp(made.data))
		return why_set(why, ERR_IO, "%s: %s", top.data, strerror(errno));
	int err = chmod(made.data, 0755)
			  ? why_set(why, ERR_IO, "%s: %s", made.data, strerror(errno))
			  : formats_write(made.data, year, files, why);
	if (!err)
		err = folder_put(made.data, place.data, top.data, why);
	if (err)
		folder_remove(made.data);
	return err;
}

/* ---- the order ---- */

static int text_put(const char *text, const char *out, struct why *why)
{
	if (out)
		return file_write(out, text, why);
	return fputs(text, stdout) < 0 || fflush(stdout) != 0
		       ? why_set(why, ERR_IO, "output: %s", strerror(errno))
		       : 0;
}

/* Words of the socket's line, which has no quoting. */
static int order_check(const struct report_order *order, struct why *why)
{
	bool is_year = *order->year && !order->year[strspn(order->year, "0123456789")];
	bool is_day = !order->as_of || !order->as_of[strspn(order->as_of, "0123456789-")];
	if (!is_year || !is_day)
		return why_set(why, ERR_USAGE, "report YEAR [--as-of DAY] reads 2025, 2026-02-01");
	if (order->publish && order->internal)
		return why_set(why, ERR_USAGE, "what is published is not internal");
	return 0;
}

int report_order_read(int argc, char **argv, struct report_order *order, struct why *why)
{
	static const struct option options[] = {{"as-of", required_argument, NULL, 'a'},
		{"html", no_argument, NULL, 'f'}, {"pdf", no_argument, NULL, 'f'},
		{"csv", no_argument, NULL, 'f'}, {"json", no_argument, NULL, 'f'},
		{"internal", no_argument, NULL, 'i'}, {"publish", no_argument, NULL, 'p'}, {0}};
	for (int c, which; (c = getopt_long(argc, argv, "o:", options, &which)) != -1;) {
		if (c == '?')
			return why_set(why, ERR_USAGE, "wotctl --help says what report takes");
		if (c == 'f')
			order->format = options[which].name;
		else if (c == 'a' || c == 'o')
			*(c == 'a' ? &order->as_of : &order->out) = optarg;
		else
			*(c == 'i' ? &order->internal : &order->publish) = true;
	}
	order->year = optind + 1 == argc ? argv[optind] : "";
	return order_check(order, why);
}

int report_order(const char *dir, const struct report_order *order, struct why *why)
{
	auto_buf struct buf line = {0};
	bool is_pdf = !order->publish && !strcmp(order->format, "pdf");
	const char *asked = order->publish ? "all" : is_pdf ? "html" : order->format;
	buf_printf(&line, "show report %s %s%s", order->year, asked,
		order->internal ? " internal" : "");
	if (order->as_of)
		buf_printf(&line, " as-of %s", order->as_of);
	json_t *files = ask_json(dir, "aggregate", line.data, why);
	if (!files)
		return ERR_IO;
	int err;
	if (order->publish)
		err = report_publish(dir, order->year, files, why);
	else if (is_pdf)
		err = pdf_put(files, order->out, why);
	else
		err = text_put(json_string_value(json_object_get(files, asked)), order->out, why);
	json_decref(files);
	return err;
}
