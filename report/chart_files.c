#include "report/chart_files.h"

#include "web/chart.h"
#include "web/figure_chart.h"
#include <stdio.h>
#include <string.h>

static bool is_word(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

bool report_chart_name(const char *id, const char *by, const char *kind, unsigned width,
	char name[REPORT_CHART_NAME])
{
	if (!is_word(id) || (by && !is_word(by)) || !is_word(kind))
		return false;
	int len = snprintf(name, REPORT_CHART_NAME, "%s%s%s.%s.%u.svg", id, by ? "." : "",
		by ? by : "", kind, width);
	return len < REPORT_CHART_NAME;
}

static void chart_make(const struct report *report, size_t index, const char *kind, unsigned width,
	report_chart_fn *on_chart, void *arg)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf svg = {0};
	char name[REPORT_CHART_NAME];
	struct why why;
	const struct outline_need *need = report->needs[index];
	int32_t complete_from = report->asked.complete_from;
	const struct figure_chart chart = {.figure = &report->figures[index],
		.file = arena_printf(&arena, "%s.svg", kind),
		.is_split = need->by,
		.width = width,
		.complete_from =
			complete_from > report->period.from ? complete_from : report->period.from,
		.names = report->asked.names,
		.arena = &arena};
	if (report_chart_name(need->id, need->by, kind, width, name) &&
		figure_chart_draw(&chart, &svg, &why) == 0)
		on_chart(arg, name, &svg);
}

void report_charts(const struct report *report, report_chart_fn *on_chart, void *arg)
{
	static const char *const kinds[] = {"balk", "stapel", "kolom", "stip"}; /* not of months */
	for (size_t i = 0; i < report->count; i++) {
		if (report->needs[i]->span != OUTLINE_YEAR || report->needs[i]->otherwise)
			continue;
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			chart_make(report, i, kinds[k], CHART_NARROW, on_chart, arg);
			chart_make(report, i, kinds[k], CHART_WIDE, on_chart, arg);
		}
	}
}
