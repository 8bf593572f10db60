#include "report/answer.h"

#include "kpi/yaml/kpi_yaml.h"
#include "lib/calendar.h"
#include "lib/json_out.h"
#include "proto/json.h"
#include "report/chart_files.h"
#include "report/file.h"
#include "report/view.h"
#include <string.h>

/* ---- sources ---- */

static int sources_parse(struct report_sources *out, const struct config *config,
	const struct kpis *kpis, struct buf *errors, struct why *why)
{
	auto_buf struct buf published = {0}, outline = {0};
	int err = config_read_text(config->published, &published, why);
	if (!err)
		err = config_read_text(config->report, &outline, why);
	if (err)
		return err;
	err = published_parse(&out->published, kpis, published.data, config->published, errors);
	if (!err)
		err = outline_parse(&out->outline, kpis, outline.data, config->report, errors);
	return err ? why_set(why, err, "%s", errors->data ? errors->data : "") : 0;
}

int report_sources_load(struct report_sources *out, const struct config *config,
	const char *kpi_yaml, struct why *why)
{
	static const struct kpi_settings no_settings;
	static const uint8_t no_secret[16];
	auto_buf struct buf errors = {0};
	struct report_sources read = {0};
	struct kpis *kpis = NULL;
	struct facts *facts = facts_new(no_secret);
	int err = kpis_load(&kpis, facts, kpi_yaml, config->kpi, &no_settings, &errors);
	if (err)
		why_set(why, err, "%s", errors.data ? errors.data : "");
	else
		err = sources_parse(&read, config, kpis, &errors, why);
	kpis_free(kpis);
	facts_free(facts);
	if (err)
		report_sources_done(&read);
	else
		*out = read;
	return err;
}

void report_sources_done(struct report_sources *sources)
{
	published_done(&sources->published);
	outline_done(&sources->outline);
}

int32_t report_complete_from(const struct config *config)
{
	const char *said = config->figures_complete_from;
	int32_t day;
	return day_parse(said, strlen(said), &day) == 0 ? day : 0;
}

/* ---- formats ---- */

typedef void format_fn(const struct report *report, struct buf *out);
static const struct {
	const char *name;
	format_fn *print;
	bool rows_counted; /* report.h */
} formats[] = {
	{"html", report_html, true}, {"csv", report_csv, false}, {"json", report_json, false}};
enum { FORMATS = sizeof formats / sizeof *formats };
static const char data_format[] = "data"; /* several files */

bool report_has_format(const char *format)
{
	bool found = !strcmp(format, "all") || !strcmp(format, data_format);
	for (size_t i = 0; i < FORMATS; i++)
		found = found || !strcmp(format, formats[i].name);
	return found;
}

/* When the log's last block was written, as PDF writes it. */
static void dated_print(const struct report *report, struct buf *out)
{
	enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
	int64_t at = report_made_ms(&report->asked) / 1000;
	struct calendar_date date = calendar_date((int32_t)(at / DAY));
	buf_printf(out, "D:%04d%02d%02d%02d%02d%02d+00'00'", date.year, date.month, date.day,
		(int)(at % DAY / HOUR), (int)(at % HOUR / MINUTE), (int)(at % MINUTE));
}

static void data_print(const struct report *report, struct buf *out)
{
	auto_data struct report_data data;
	report_data(report, &data);
	json_out_open(out, data_format, '{');
	for (size_t i = 0; i < REPORT_DATA_FILES; i++)
		json_out_text(out, report_data_files[i].name, data.files[i].data);
	json_out_close(out, '}');
}

static void on_chart(void *out, const char *name, const struct buf *svg)
{
	json_out_text(out, name, svg->data);
}

static void files_print(const struct report *report, const char *format, struct buf *out)
{
	bool is_all = !strcmp(format, "all");
	auto_buf struct buf dated = {0};
	json_out_open(out, NULL, '{');
	if (is_all || !strcmp(format, data_format))
		data_print(report, out);
	if (is_all) {
		json_out_open(out, "charts", '{');
		report_charts(report, on_chart, out);
		json_out_close(out, '}');
	}
	for (size_t i = 0; i < FORMATS; i++) {
		auto_buf struct buf text = {0};
		if (!is_all && strcmp(format, formats[i].name) != 0)
			continue;
		formats[i].print(report, &text);
		json_out_text(out, formats[i].name, text.data);
	}
	dated_print(report, &dated);
	json_out_text(out, "dated", dated.data);
	json_out_end(out, '}');
}

static int answer_make(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, struct report *out, struct why *why)
{
	int64_t made_ms = report_made_ms(&asked);
	if (made_ms)
		asked.as_of = calendar_day_of(made_ms);
	asked.suppress_below = config->suppress_below;
	asked.town = config->municipality_name;
	asked.synthetic = config->synthetic;
	asked.published = &sources->published;
	asked.complete_from = report_complete_from(config);
	return report_make(out, &sources->outline, kpis, &asked, why);
}

int report_answer(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, const char *format, struct buf *out,
	struct why *why)
{
	auto_report struct report report = {0};
	int err = answer_make(sources, config, kpis, asked, &report, why);
	if (!err)
		files_print(&report, format, out);
	return err;
}

int report_print(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, const char *format, struct buf *out,
	struct why *why)
{
	auto_report struct report report = {0};
	size_t i = 0;
	while (i < FORMATS && strcmp(formats[i].name, format) != 0)
		i++;
	must(i < FORMATS);
	asked.rows_counted = formats[i].rows_counted;
	int err = answer_make(sources, config, kpis, asked, &report, why);
	if (!err)
		formats[i].print(&report, out);
	return err;
}

int report_data_make(const struct report_sources *sources, const struct config *config,
	const struct kpis *kpis, struct report_asked asked, struct report_data *out,
	struct why *why)
{
	auto_report struct report report = {0};
	int err = answer_make(sources, config, kpis, asked, &report, why);
	if (!err)
		report_data(&report, out);
	return err;
}
