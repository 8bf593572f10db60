#include "report/file.h"

#include "figures/render.h"
#include "lib/calendar.h"
#include "lib/json_out.h"
#include "proto/read.h"

void report_csv(const struct report *report, struct buf *out)
{
	render_csv(report->kpis, report->figures, report->count, out);
}

static void day_print(struct buf *out, const char *name, int32_t day)
{
	char text[16];
	calendar_print(day, text);
	json_out_text(out, name, text);
}

static void log_print(const struct report_log *log, const char *name, struct buf *out)
{
	auto_buf struct buf hash = {0};
	json_out_open(out, name, '{');
	json_out_count(out, "seq", log->seq);
	buf_hex(&hash, log->hash, sizeof log->hash);
	if (log->written_at_ms)
		json_out_text(out, "hash", hash.data);
	else
		json_out_null(out, "hash");
	json_out_close(out, '}');
}

static void figure_print(const struct report *report, size_t index, struct buf *out)
{
	static const uint64_t no_marks[STREAM_COUNT]; /* they stand above */
	auto_arena struct arena arena = {0};
	const struct outline_need *need = report->needs[index];
	json_out_open(out, NULL, '{');
	if (need->by)
		json_out_text(out, "by", need->by);
	else
		json_out_null(out, "by");
	json_out_name(out, "figure");
	Wot__V1__Figure *message =
		render_message(report->kpis, &report->figures[index], no_marks, &arena);
	message->marks = NULL;
	read_print(&message->base, out);
	json_out_close(out, '}');
}

void report_head_print(const struct report *report, struct buf *out)
{
	const struct report_asked *asked = &report->asked;
	json_out_count(out, "year", asked->year);
	json_out_text(out, "municipality", asked->town);
	json_out_flag(out, "synthetic", asked->synthetic);
	json_out_flag(out, "internal", asked->internal);
	json_out_flag(out, "over", report->is_over);
	day_print(out, "asOf", asked->as_of);
	day_print(out, "from", report->period.from);
	day_print(out, "to", report->period.to);
	json_out_count(out, "definition", report->kpis->definitions[report->definition].name);
	json_out_integer(out, "suppressBelow", asked->suppress_below);
	json_out_open(out, "logs", '{');
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		log_print(&asked->logs[stream], stream_names[stream], out);
	json_out_close(out, '}');
}

void report_json(const struct report *report, struct buf *out)
{
	json_out_open(out, NULL, '{');
	report_head_print(report, out);
	json_out_open(out, "figures", '[');
	for (size_t i = 0; i < report->count; i++)
		figure_print(report, i, out);
	json_out_close(out, ']');
	json_out_end(out, '}');
}
