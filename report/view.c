#include "report/view.h"

#include "figures/published.h"
#include "lib/calendar.h"
#include "report/report_chart.h"
#include "report/say.h"
#include "web/asset.h"
#include "web/nl.h"
#include "web/page_figure.h"
#include "web/text_nl.h"
#include <stdio.h>
#include <string.h>

static const char *number_text(struct chart_pen *pen, long long number)
{
	auto_buf struct buf text = {0};
	nl_count(number, &text);
	return page_text(&text, pen->arena);
}

static const char *day_text(struct chart_pen *pen, int32_t day)
{
	auto_buf struct buf text = {0};
	nl_day(day, &text);
	return page_text(&text, pen->arena);
}

/* NULL: it is left out. */
static const char *sentence_text(struct chart_pen *pen, const struct outline_say *say)
{
	auto_buf struct buf text = {0};
	return say_sentence(pen->report, say, &text) ? page_text(&text, pen->arena) : NULL;
}

/* ---- in short ---- */

static void brief_fill(
	struct chart_pen *pen, const struct outline_brief *brief, struct html_report_body *view)
{
	struct html_report_body_briefs *rows = (void *)view->briefs.items;
	struct html_report_body_briefs_more *more =
		arena_alloc(pen->arena, (brief->says.count + 1) * sizeof *more);
	const struct figure *figure = report_figure(pen->report, brief->id, NULL);
	size_t count = 0;
	const char *first = brief->says.count ? sentence_text(pen, brief->says.items) : NULL;
	if (!first)
		return;
	for (size_t i = 1; i < brief->says.count; i++) {
		const char *text = sentence_text(pen, &brief->says.items[i]);
		if (text)
			more[count++].text = text;
	}
	bool has_norm = figure_norm(figure)->kind != NORM_NONE;
	rows[view->briefs.count++] = (struct html_report_body_briefs){.first = first,
		.more = {more, count},
		.verdicts = has_norm,
		.verdict = page_verdict(figure, pen->arena),
		.none = !has_norm};
}

/* ---- goals and norms ---- */

/* A norm per quarter is shown quarter by quarter. */
static bool quarters_say(struct chart_pen *pen, const struct figure *figure, struct buf *out)
{
	size_t count = 0;
	for (size_t i = 0; i < REPORT_QUARTERS; i++) {
		const struct figure *quarter =
			report_part(pen->report, figure->kpi->id, OUTLINE_QUARTER, i);
		if (!quarter)
			continue;
		buf_text(out, count++ ? " · " : "");
		if (!say_value(quarter, out))
			buf_char(out, 'x');
	}
	return count;
}

/* In which there will be a figure. */
static int next_year(const struct report *report, const struct figure *figure)
{
	return (int)kpi_measured_from(figure->kpi, report->asked.year + report->is_over);
}

static const char *value_text(struct chart_pen *pen, const struct figure *figure)
{
	auto_buf struct buf text = {0};
	if (figure->suppressed)
		return "niet getoond: klein aantal";
	if (page_is_unmeasured(figure))
		text_measured_next(next_year(pen->report, figure), &text);
	if (text.len)
		return page_text(&text, pen->arena);
	if (figure_norm(figure)->months == 3 && quarters_say(pen, figure, &text))
		return page_text(&text, pen->arena);
	return say_value(figure, &text) ? page_text(&text, pen->arena) : page_not_measured;
}

static void goal_row(struct chart_pen *pen, const struct figure *figure, const char *note,
	struct html_report_body_goals_rows *out)
{
	auto_buf struct buf text = {0};
	uint32_t year = pen->report->asked.year;
	const struct published_figure *earlier = published_total(figure, year - 1);
	const struct norm *norm = figure_norm(figure);
	*out = (struct html_report_body_goals_rows){.label = figure->kpi->label,
		.norm = "geen norm",
		.value = value_text(pen, figure),
		.note = figure->total.known ? note : NULL,
		.verdicts = norm->kind != NORM_NONE,
		.verdict = page_verdict(figure, pen->arena),
		.none = norm->kind == NORM_NONE};
	if (text_norm_value(norm, true, &text))
		out->norm = page_text(&text, pen->arena);
	if (earlier && figure->kpi->unit == UNIT_SHARE)
		nl_share(earlier->value, NULL, &text);
	else if (earlier)
		nl_count((long long)earlier->value, &text);
	if (earlier)
		out->before = page_text(&text, pen->arena);
}

static void goal_fill(
	struct chart_pen *pen, const struct outline_goal *goal, struct html_report_body_goals *out)
{
	size_t count = goal->figures.count;
	struct html_report_body_goals_rows *rows =
		arena_alloc(pen->arena, (count + 1) * sizeof *rows);
	for (size_t i = 0; i < count; i++)
		goal_row(pen, report_figure(pen->report, goal->figures.items[i], NULL), goal->note,
			&rows[i]);
	*out = (struct html_report_body_goals){goal->title, {rows, count}};
}

/* ---- a figure ---- */

/* Something of it is not shown: whoever reads it is told. */
static bool is_hiding(const struct report *report, const struct outline_piece *piece)
{
	const struct outline_ref *split = &piece->chart.split;
	const struct figure *figure =
		split->id ? report_figure(report, split->id, split->by) : NULL;
	bool hides = figure && figure->suppressed;
	for (size_t i = 0; figure && !piece->chart.first && i < figure->row_count; i++)
		hides = hides || figure->rows[i].suppressed;
	return hides && !report->asked.internal;
}

/* NULL: none of them can be said. */
static const char *says_text(struct chart_pen *pen, const struct outline_says *says)
{
	auto_buf struct buf text = {0};
	for (size_t i = 0; i < says->count; i++) {
		size_t before = text.len;
		buf_text(&text, before ? " " : "");
		if (!say_sentence(pen->report, &says->items[i], &text))
			text.len = before;
	}
	return text.len ? page_text(&text, pen->arena) : NULL;
}

static void paragraphs_fill(
	struct chart_pen *pen, const struct outline_piece *piece, struct html_report_piece *out)
{
	struct html_report_piece_paragraphs *rows =
		arena_alloc(pen->arena, (piece->paragraph_count + 1) * sizeof *rows);
	out->paragraphs.items = rows;
	for (size_t i = 0; i < piece->paragraph_count; i++) {
		const struct outline_paragraph *from = &piece->paragraphs[i];
		const char *text = says_text(pen, &from->says);
		if (text)
			rows[out->paragraphs.count++] = (struct html_report_piece_paragraphs){
				.head = from->head, .text = text};
	}
}

static struct html_report_piece piece_of(struct chart_pen *pen, const struct outline_piece *piece)
{
	const struct figure *judged =
		piece->judged ? report_figure(pen->report, piece->judged, NULL) : NULL;
	const char *under = sentence_text(pen, &piece->under);
	struct html_report_piece out = {.id = piece->id,
		.title = piece->title,
		.hidden = is_hiding(pen->report, piece),
		.below = number_text(pen, pen->report->asked.suppress_below),
		.large = sentence_text(pen, &piece->large),
		.under = under ? under : "",
		.missed = judged && verdict_is_missed(judged->verdict),
		.verdicts = piece->chart.kind == OUTLINE_SHARES,
		.read = piece->chart.read};
	struct html_report_piece_tables *table = arena_alloc(pen->arena, sizeof *table);
	paragraphs_fill(pen, piece, &out);
	out.drawn = report_chart(pen, &piece->chart, &table->report_table, &out.chart);
	out.tables.items = table;
	out.tables.count = out.drawn;
	return out;
}

/* ---- how we count ---- */

static void word_fill(
	struct chart_pen *pen, const struct outline_word *word, struct html_report_body_words *out)
{
	const struct report *report = pen->report;
	const struct figure *figure = report_figure(report, word->id, NULL);
	const struct figure *otherwise = report_otherwise(report, word->id);
	const struct told *told = &figure->kpi->told[report->definition];
	const char *texts[] = {told->who, told->when};
	auto_buf struct buf text = {0};
	struct html_report_body_words_says *says = arena_alloc(pen->arena, 2 * sizeof *says);
	*out = (struct html_report_body_words){.word = word->word};
	for (size_t i = 0; i < 2; i++) {
		if (texts[i])
			says[out->says.count++].text = texts[i];
	}
	out->says.items = says;
	out->changed = told->changed;
	if (otherwise && told->changed)
		say_otherwise(report, otherwise, figure, &text);
	if (text.len)
		out->otherwise = page_text(&text, pen->arena);
}

/* ---- whereof it was made ---- */

static void log_fill(struct chart_pen *pen, enum stream stream, struct html_report_body_logs *out)
{
	static const char *const names[STREAM_COUNT] = {
		"Log van intake", "Log van triage", "Log van zaken"};
	const struct report_log *log = &pen->report->asked.logs[stream];
	auto_buf struct buf text = {0};
	*out = (struct html_report_body_logs){
		.name = names[stream], .seq = number_text(pen, (long long)log->seq)};
	if (!log->written_at_ms)
		return;
	nl_moment(log->written_at_ms, &text);
	out->until = page_text(&text, pen->arena);
	buf_hex(&text, log->hash, sizeof log->hash);
	out->hash = page_text(&text, pen->arena);
}

static void account_fill(struct chart_pen *pen, struct html_report_body *out)
{
	const struct report *report = pen->report;
	auto_buf struct buf text = {0};
	struct html_report_body_logs *logs = arena_alloc(pen->arena, STREAM_COUNT * sizeof *logs);
	char as_of[16];
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		log_fill(pen, stream, &logs[stream]);
	out->logs.items = logs;
	out->logs.count = STREAM_COUNT;
	calendar_print(report->asked.as_of, as_of);
	out->as_of_key = arena_strdup(pen->arena, as_of);
	out->as_of = day_text(pen, report->asked.as_of);
	out->few = number_text(pen, report->asked.suppress_below - 1);
	/* With both its days, also where it is a year. */
	nl_day(report->period.from, &text);
	buf_text(&text, " tot en met ");
	nl_day(report->period.to, &text);
	out->period = page_text(&text, pen->arena);
	out->definition =
		arena_printf(pen->arena, "%u", report->kpis->definitions[report->definition].name);
}

/* ---- all of it ---- */

static void chapters_fill(struct chart_pen *pen, struct html_report_body *out)
{
	const struct outline *outline = pen->report->outline;
	struct html_report_body_reader *reader =
		arena_alloc(pen->arena, (outline->reader.count + 1) * sizeof *reader);
	struct html_report_body_goals *goals =
		arena_alloc(pen->arena, (outline->goal_count + 1) * sizeof *goals);
	struct html_report_body_words *words =
		arena_alloc(pen->arena, (outline->word_count + 1) * sizeof *words);
	out->briefs.items =
		arena_alloc(pen->arena, (outline->brief_count + 1) * sizeof *out->briefs.items);
	for (size_t i = 0; i < outline->brief_count; i++)
		brief_fill(pen, &outline->briefs[i], out);
	out->reader.items = reader;
	for (size_t i = 0; i < outline->reader.count; i++) {
		const char *text = sentence_text(pen, &outline->reader.items[i]);
		if (text)
			reader[out->reader.count++].text = text;
	}
	for (size_t i = 0; i < outline->goal_count; i++)
		goal_fill(pen, &outline->goals[i], &goals[i]);
	out->goals.items = goals;
	out->goals.count = outline->goal_count;
	for (size_t i = 0; i < outline->word_count; i++)
		word_fill(pen, &outline->words[i], &words[i]);
	out->words.items = words;
	out->words.count = outline->word_count;
}

static void pieces_fill(struct chart_pen *pen, struct html_report_body *out)
{
	const struct outline *outline = pen->report->outline;
	struct html_report_body_pieces *pieces =
		arena_alloc(pen->arena, (outline->piece_count + 1) * sizeof *pieces);
	struct html_report_body_unknowns *unknowns =
		arena_alloc(pen->arena, (outline->unknown_count + 1) * sizeof *unknowns);
	for (size_t i = 0; i < outline->piece_count; i++)
		pieces[i].report_piece = piece_of(pen, &outline->pieces[i]);
	for (size_t i = 0; i < outline->unknown_count; i++)
		unknowns[i].report_piece = piece_of(pen, &outline->unknowns[i]);
	out->pieces.items = pieces;
	out->pieces.count = outline->piece_count;
	out->unknowns.items = unknowns;
	out->unknowns.count = outline->unknown_count;
}

void report_view(const struct report *report, struct arena *arena, struct html_report_body *out)
{
	const struct report_asked *asked = &report->asked;
	struct chart_pen pen = {report, arena, 0};
	*out = (struct html_report_body){.synthetic = asked->synthetic,
		.town = asked->town,
		.year = arena_printf(arena, "%u", asked->year),
		.year_before = arena_printf(arena, "%u", asked->year - 1),
		.running = !report->is_over,
		.internal = asked->internal,
		.cover = report_cover_chart(&pen),
		.cover_read = report->outline->cover_read,
		.norms = report_norms_chart(&pen)};
	if (asked->complete_from)
		out->complete_from = day_text(&pen, asked->complete_from);
	account_fill(&pen, out);
	chapters_fill(&pen, out);
	pieces_fill(&pen, out);
}

/* ---- one file ---- */

static void css_text(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (!strchr("'\"\\<\n", *text))
			buf_char(out, *text);
	}
}

/* The sheet of our pages, and what stands at the foot of each printed page. */
static void style_print(const struct report_asked *asked, struct buf *out)
{
	static const char *const pages[] = {"", " voorbeeld"};
	for (size_t i = 0; i < asset_count; i++) {
		if (!strncmp(assets[i].path, "/static/wot.", strlen("/static/wot.")))
			buf_add(out, assets[i].data, assets[i].len);
	}
	for (size_t i = 0; i < 2; i++) {
		buf_printf(out,
			"@page%s{@bottom-left{content:'Jaarverslag %u, "
			"wijkondersteuningsteams ",
			pages[i], asked->year);
		css_text(asked->town, out);
		buf_text(out, asked->synthetic ? ". Voorbeeld: verzonnen stad" : "");
		buf_text(out, asked->internal ? ". Intern" : "");
		buf_text(out, "'}}\n");
	}
}

void report_html(const struct report *report, struct buf *out)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf style = {0};
	style_print(&report->asked, &style);
	struct html_report_file view = {.town = report->asked.town,
		.year = arena_printf(&arena, "%u", report->asked.year),
		.style = {style.data, style.len}};
	report_view(report, &arena, &view.report_body);
	html_report_file(&view, out);
}
