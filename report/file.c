#include "report/file.h"

#include "figures/render.h"
#include "proto/json.h"
#include "proto/read.h"
#include <inttypes.h>

void report_csv(const struct report *report, struct buf *out)
{
	render_csv(report->kpis, report->figures, report->count, out);
}

static void member(struct buf *out, const char *name)
{
	buf_char(out, ',');
	buf_json(out, name);
	buf_char(out, ':');
}

static void flag(struct buf *out, const char *name, bool value)
{
	member(out, name);
	buf_text(out, value ? "true" : "false");
}

static void day(struct buf *out, const char *name, int32_t day)
{
	char text[16];
	member(out, name);
	period_print_day(day, text);
	buf_json(out, text);
}

static void logs_print(const struct report *report, struct buf *out)
{
	member(out, "logs");
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++) {
		const struct report_log *log = &report->asked.logs[stream];
		buf_char(out, stream ? ',' : '{');
		buf_json(out, stream_names[stream]);
		buf_printf(out, ":{\"seq\":%" PRIu64 ",\"hash\":", log->seq);
		buf_text(out, log->written_at_ms ? "\"" : "null}");
		if (!log->written_at_ms)
			continue;
		buf_hex(out, log->hash, sizeof log->hash);
		buf_text(out, "\"}");
	}
	buf_char(out, '}');
}

static void figure_print(const struct report *report, size_t index, struct buf *out)
{
	static const uint64_t no_marks[STREAM_COUNT]; /* they stand above */
	auto_arena struct arena arena = {0};
	const struct outline_need *need = report->needs[index];
	buf_text(out, "{\"by\":");
	if (need->by)
		buf_json(out, need->by);
	else
		buf_text(out, "null");
	buf_text(out, ",\"figure\":");
	Wot__V1__Figure *message =
		render_message(report->kpis, &report->figures[index], no_marks, &arena);
	message->marks = NULL;
	read_print(&message->base, out);
	buf_char(out, '}');
}

void report_json(const struct report *report, struct buf *out)
{
	const struct report_asked *asked = &report->asked;
	buf_printf(out, "{\"year\":%u", asked->year);
	member(out, "municipality");
	buf_json(out, asked->town);
	flag(out, "synthetic", asked->synthetic);
	flag(out, "internal", asked->internal);
	flag(out, "over", report->is_over);
	day(out, "asOf", asked->as_of);
	day(out, "from", report->period.from);
	day(out, "to", report->period.to);
	buf_printf(out, ",\"definition\":%u,\"suppressBelow\":%" PRId64,
		report->kpis->definitions[report->definition].name, asked->suppress_below);
	logs_print(report, out);
	member(out, "figures");
	for (size_t i = 0; i < report->count; i++) {
		buf_text(out, i ? ",\n" : "[\n");
		figure_print(report, i, out);
	}
	buf_text(out, "\n]}\n");
}
