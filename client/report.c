#include "client/report.h"

#include "client/ask.h"
#include "client/folder.h"
#include "lib/buf.h"
#include "lib/file.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const formats[] = {"html", "csv", "json"};

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

static int bytes_put(const char *bytes, size_t len, const char *out, struct why *why)
{
	if (out)
		return file_put(out, bytes, len, why);
	return fwrite(bytes, 1, len, stdout) != len || fflush(stdout) != 0
		       ? why_set(why, ERR_IO, "output: %s", strerror(errno))
		       : 0;
}

static int pdf_put(json_t *files, const char *out, struct why *why)
{
	char folder[] = "/tmp/wot-report-XXXXXX";
	auto_buf struct buf path = {0}, pdf = {0};
	if (!mkdtemp(folder))
		return why_set(why, ERR_IO, "%s: %s", folder, strerror(errno));
	int err = pdf_make(folder, files, &path, why);
	if (!err && file_read(path.data, REPORT_PDF_MAX, &pdf) != 0)
		err = why_set(why, ERR_IO, "%s: cannot be read", path.data);
	if (!err)
		err = bytes_put(pdf.data, pdf.len, out, why);
	folder_remove(folder);
	return err;
}

/* ---- data ---- */

/* kind: those of "data", of "charts". */
static int texts_write(const char *folder, json_t *files, const char *kind, struct why *why)
{
	const char *name;
	json_t *text;
	int err = 0;
	json_object_foreach(json_object_get(files, kind), name, text)
	{
		auto_buf struct buf path = {0};
		buf_printf(&path, "%s/%s", folder, name);
		if (!err)
			err = file_write(path.data, json_string_value(text), why);
	}
	return err ? err : folder_sync(folder, why);
}

static bool is_data(const void *files, const char *name)
{
	return json_object_get(json_object_get(files, "data"), name);
}

static int data_put(const char *place, json_t *files, struct why *why)
{
	auto_buf struct buf made = {0};
	int err = folder_check(place, is_data, files, why);
	if (!err)
		err = folder_make(place, &made, why);
	if (err)
		return err;
	return folder_end(texts_write(made.data, files, "data", why), made.data, place, why);
}

/* ---- publishing ---- */

static int folder_write(const char *folder, const char *name, json_t *files, struct why *why)
{
	auto_buf struct buf path = {0};
	buf_printf(&path, "%s/%s", folder, name);
	return mkdir(path.data, 0755) != 0
		       ? why_set(why, ERR_IO, "%s: %s", path.data, strerror(errno))
		       : texts_write(path.data, files, name, why);
}

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
		err = folder_write(folder, "data", files, why);
	if (!err)
		err = folder_write(folder, "charts", files, why);
	if (!err)
		err = pdf_make(folder, files, &pdf, why);
	buf_printf(&named, "%s/jaarverslag-%s.pdf", folder, year);
	if (!err && rename(pdf.data, named.data) != 0)
		err = why_set(why, ERR_IO, "%s: %s", named.data, strerror(errno));
	return err ? err : folder_sync(folder, why);
}

static int report_publish(const char *dir, const char *year, json_t *files, struct why *why)
{
	auto_buf struct buf top = {0}, place = {0}, made = {0};
	buf_printf(&top, "%s/aggregate/published", dir);
	buf_printf(&place, "%s/%s", top.data, year);
	if (mkdir(top.data, 0755) != 0 && errno != EEXIST)
		return why_set(why, ERR_IO, "%s: %s", top.data, strerror(errno));
	int err = folder_make(place.data, &made, why);
	if (!err)
		err = formats_write(made.data, year, files, why);
	return folder_end(err, made.data, place.data, why);
}

/* ---- the order ---- */

/* Words of the socket's line, which has no quoting. */
static int order_check(const struct report_order *order, struct why *why)
{
	if (order->check)
		return *order->year || order->as_of || order->data || order->out || order->publish
			       ? why_set(why, ERR_USAGE, "--check FILE stands by itself")
			       : 0;
	bool is_year = *order->year && !order->year[strspn(order->year, "0123456789")];
	bool is_day = !order->as_of || !order->as_of[strspn(order->as_of, "0123456789-")];
	if (!is_year || !is_day)
		return why_set(why, ERR_USAGE, "report YEAR [--as-of DAY] reads 2025, 2026-02-01");
	if (order->data && (order->publish || order->out))
		return why_set(why, ERR_USAGE, "--data DIR stands by itself");
	if (order->publish && order->internal)
		return why_set(why, ERR_USAGE, "what is published is not internal");
	return 0;
}

int report_order_read(int argc, char **argv, struct report_order *order, struct why *why)
{
	static const struct option options[] = {{"as-of", required_argument, NULL, 'a'},
		{"html", no_argument, NULL, 'f'}, {"pdf", no_argument, NULL, 'f'},
		{"csv", no_argument, NULL, 'f'}, {"json", no_argument, NULL, 'f'},
		{"internal", no_argument, NULL, 'i'}, {"publish", no_argument, NULL, 'p'},
		{"data", required_argument, NULL, 'd'}, {"check", required_argument, NULL, 'c'},
		{0}};
	for (int c, which; (c = getopt_long(argc, argv, "o:", options, &which)) != -1;) {
		if (c == '?')
			return why_set(why, ERR_USAGE, "wotctl --help says what report takes");
		if (c == 'f')
			order->format = options[which].name;
		else if (c == 'd' || c == 'c')
			*(c == 'd' ? &order->data : &order->check) = optarg;
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
	bool is_pdf = !order->publish && !order->data && !strcmp(order->format, "pdf");
	const char *asked = order->publish ? "all"
			    : order->data  ? "data"
			    : is_pdf       ? "html"
					   : order->format;
	buf_printf(&line, "show report %s %s%s", order->year, asked,
		order->internal ? " internal" : "");
	if (order->as_of)
		buf_printf(&line, " as-of %s", order->as_of);
	json_t *files = ask_json(dir, "aggregate", line.data, why);
	if (!files)
		return ERR_IO;
	const char *text = json_string_value(json_object_get(files, asked));
	int err;
	if (order->publish)
		err = report_publish(dir, order->year, files, why);
	else if (order->data)
		err = data_put(order->data, files, why);
	else if (is_pdf)
		err = pdf_put(files, order->out, why);
	else
		err = bytes_put(text, strlen(text), order->out, why);
	json_decref(files);
	return err;
}
