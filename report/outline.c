/* The chapters of report.yaml, its charts, and what must add up. */
#include "report/outline_own.h"

#include <string.h>

enum { CUT_MAX = 31, FIRST_MAX = 32 };

#define KEYS(...)                                                                                  \
	static const char *const keys[] = {__VA_ARGS__};                                           \
	yaml_keys(yaml, node, keys, sizeof keys / sizeof *keys)

static const char *text_need(struct yaml *yaml, const struct yaml_node *node, const char *key)
{
	const char *text = "";
	yaml_text(yaml, yaml_need(yaml, node, key), &text);
	return text;
}

static void spans_need(
	struct outline_reader *reader, const struct outline_ids *figures, enum outline_span span)
{
	for (size_t i = 0; i < figures->count; i++)
		outline_need(reader, (struct outline_need){.id = figures->items[i], .span = span});
}

/* ---- charts ---- */

/* What a kind takes must be there. */
static void kind_check(struct outline_reader *reader, const struct yaml_node *node,
	const struct outline_chart *chart)
{
	bool split = chart->kind == OUTLINE_BARS || chart->kind == OUTLINE_PARTS ||
		     chart->kind == OUTLINE_COLUMNS;
	if (split != (chart->split.id != NULL) || split == (chart->figures.count > 0))
		yaml_fail(&reader->yaml, node,
			split ? "such a chart is of one split: figure: help_requests/ward"
			      : "such a chart is of figures: figures: [ID, …]");
}

static void chart_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_chart *out)
{
	static const char *const kinds[] = {
		"none", "quarters", "bars", "parts", "columns", "shares", "unknowns"};
	struct yaml *yaml = &reader->yaml;
	unsigned kind = 0;
	if (!yaml_map(yaml, node))
		return;
	KEYS("kind", "title", "figure", "figures", "of", "first", "cut", "norm", "axis", "unit",
		"hide_with", "read");
	yaml_choice(
		yaml, yaml_need(yaml, node, "kind"), kinds, sizeof kinds / sizeof *kinds, &kind);
	out->kind = (enum outline_chart_kind)kind;
	out->title = text_need(yaml, node, "title");
	if (yaml_get(node, "figure"))
		outline_ref_read(reader, yaml_get(node, "figure"), true, &out->split);
	outline_ids_read(reader, yaml_get(node, "figures"), &out->figures);
	out->of = outline_id_read(reader, yaml_get(node, "of"));
	yaml_u32(yaml, yaml_get(node, "first"), 1, FIRST_MAX, &out->first);
	yaml_u32(yaml, yaml_get(node, "cut"), 1, CUT_MAX, &out->cut);
	out->norm = outline_id_read(reader, yaml_get(node, "norm"));
	outline_ids_read(reader, yaml_get(node, "hide_with"), &out->hide_with);
	yaml_text(yaml, yaml_get(node, "read"), &out->read);
	kind_check(reader, node, out);
	if (out->kind == OUTLINE_QUARTERS)
		spans_need(reader, &out->figures, OUTLINE_QUARTER);
	if (out->kind == OUTLINE_COLUMNS && out->split.id)
		outline_need(reader, (struct outline_need){.id = out->split.id,
					     .by = out->split.by,
					     .hide_with = &out->hide_with});
}

/* ---- chapters ---- */

static void brief_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_brief *out)
{
	struct yaml *yaml = &reader->yaml;
	KEYS("figure", "say");
	out->id = outline_id_read(reader, yaml_need(yaml, node, "figure"));
	outline_says_read(reader, yaml_need(yaml, node, "say"), &out->says);
}

static void goal_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_goal *out)
{
	struct yaml *yaml = &reader->yaml;
	KEYS("title", "figures", "note");
	out->title = text_need(yaml, node, "title");
	yaml_text(yaml, yaml_get(node, "note"), &out->note);
	outline_ids_read(reader, yaml_need(yaml, node, "figures"), &out->figures);
	/* A norm per quarter is shown quarter by quarter. */
	for (size_t i = 0; i < out->figures.count; i++) {
		const struct kpi *kpi = kpi_find(reader->kpis, out->figures.items[i]);
		const struct norm *norm = &kpi->norms[reader->kpis->definition_count - 1];
		if (norm->months == 3)
			outline_need(reader, (struct outline_need){.id = out->figures.items[i],
						     .span = OUTLINE_QUARTER});
	}
}

#define LIST(name)                                                                                 \
	static void name##s_read(struct outline_reader *reader, const struct yaml_node *node,      \
		struct outline_##name **items, size_t *count)                                      \
	{                                                                                          \
		size_t size = node ? node->count : 0;                                              \
		*items = arena_alloc(&reader->yaml.arena, (size + 1) * sizeof **items);            \
		const struct yaml_node *item = yaml_list(&reader->yaml, node);                     \
		for (; item; item = item->next)                                                    \
			if (yaml_map(&reader->yaml, item))                                         \
				name##_read(reader, item, &(*items)[(*count)++]);                  \
	}

static void paragraph_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_paragraph *out)
{
	struct yaml *yaml = &reader->yaml;
	KEYS("head", "say");
	out->head = text_need(yaml, node, "head");
	outline_says_read(reader, yaml_need(yaml, node, "say"), &out->says);
}
LIST(paragraph)

/* One of sentences alone, or several with what each is about. */
static void paragraphs_of(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_piece *out)
{
	struct yaml *yaml = &reader->yaml;
	const struct yaml_node *several = yaml_get(node, "paragraphs");
	if (several && yaml_get(node, "say"))
		yaml_fail(yaml, several, "a figure has sentences or paragraphs of them, not both");
	if (several) {
		paragraphs_read(reader, several, &out->paragraphs, &out->paragraph_count);
		return;
	}
	out->paragraphs = arena_alloc(&yaml->arena, sizeof *out->paragraphs);
	*out->paragraphs = (struct outline_paragraph){0};
	out->paragraph_count = 1;
	outline_says_read(reader, yaml_need(yaml, node, "say"), &out->paragraphs->says);
}

static void piece_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_piece *out)
{
	struct yaml *yaml = &reader->yaml;
	KEYS("id", "title", "large", "under", "judged", "say", "paragraphs", "chart");
	out->id = text_need(yaml, node, "id");
	out->title = text_need(yaml, node, "title");
	outline_say_read(reader, yaml_need(yaml, node, "large"), &out->large);
	outline_say_read(reader, yaml_need(yaml, node, "under"), &out->under);
	out->judged = outline_id_read(reader, yaml_get(node, "judged"));
	paragraphs_of(reader, node, out);
	chart_read(reader, yaml_get(node, "chart"), &out->chart);
}

static void word_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_word *out)
{
	struct yaml *yaml = &reader->yaml;
	KEYS("word", "figure", "compare", "hide_with");
	out->word = text_need(yaml, node, "word");
	out->id = outline_id_read(reader, yaml_need(yaml, node, "figure"));
	out->compare = true;
	yaml_bool(yaml, yaml_get(node, "compare"), &out->compare);
	outline_ids_read(reader, yaml_get(node, "hide_with"), &out->hide_with);
	if (out->id && out->compare)
		outline_need(reader,
			(struct outline_need){
				.id = out->id, .otherwise = true, .hide_with = &out->hide_with});
}

static void sum_read(
	struct outline_reader *reader, const struct yaml_node *node, struct outline_sum *out)
{
	static const char *const series[] = {"quarters"};
	struct yaml *yaml = &reader->yaml;
	struct outline_ref ref = {0};
	unsigned span;
	KEYS("figure", "rows", "over", "of", "parts");
	if (node->count != 2)
		yaml_fail(yaml, node, "a figure adds up to one thing: rows, over, of or parts");
	out->id = outline_id_read(reader, yaml_need(yaml, node, "figure"));
	if (yaml_get(node, "rows") && outline_ref_read(reader, yaml_get(node, "rows"), true, &ref))
		out->by = ref.by;
	if (ref.id && out->id && kpi_find(reader->kpis, ref.id) != kpi_find(reader->kpis, out->id))
		yaml_fail(yaml, yaml_get(node, "rows"), "the rows are those of %s", out->id);
	out->quarters = yaml_choice(yaml, yaml_get(node, "over"), series, 1, &span);
	out->of = outline_id_read(reader, yaml_get(node, "of"));
	outline_ids_read(reader, yaml_get(node, "parts"), &out->parts);
	if (out->quarters && out->id)
		outline_need(reader, (struct outline_need){.id = out->id, .span = OUTLINE_QUARTER});
}

/* ---- lists of them ---- */

LIST(brief)
LIST(goal)
LIST(piece)
LIST(word)
LIST(sum)

static void cover_read(struct outline_reader *reader, const struct yaml_node *node)
{
	struct yaml *yaml = &reader->yaml;
	struct outline *outline = reader->outline;
	if (!yaml_map(yaml, node))
		return;
	KEYS("figures", "read");
	outline_ids_read(reader, yaml_need(yaml, node, "figures"), &outline->cover);
	outline->cover_read = text_need(yaml, node, "read");
	spans_need(reader, &outline->cover, OUTLINE_MONTH);
}

static void licence_read(struct outline_reader *reader, const struct yaml_node *node)
{
	struct yaml *yaml = &reader->yaml;
	if (!node || !yaml_map(yaml, node))
		return;
	KEYS("name", "title", "path");
	reader->outline->licence = (struct outline_licence){.name = text_need(yaml, node, "name"),
		.title = text_need(yaml, node, "title"),
		.path = text_need(yaml, node, "path")};
}

static void file_read(struct outline_reader *reader)
{
	struct yaml *yaml = &reader->yaml;
	struct outline *outline = reader->outline;
	const struct yaml_node *node = yaml->root;
	KEYS("cover", "summary", "norms", "reader", "goals", "pieces", "unknowns", "words",
		"adds_up", "licence");
	licence_read(reader, yaml_get(node, "licence"));
	cover_read(reader, yaml_need(yaml, node, "cover"));
	briefs_read(
		reader, yaml_need(yaml, node, "summary"), &outline->briefs, &outline->brief_count);
	outline_ids_read(reader, yaml_need(yaml, node, "norms"), &outline->norms);
	outline_says_read(reader, yaml_get(node, "reader"), &outline->reader);
	goals_read(reader, yaml_need(yaml, node, "goals"), &outline->goals, &outline->goal_count);
	pieces_read(
		reader, yaml_need(yaml, node, "pieces"), &outline->pieces, &outline->piece_count);
	pieces_read(reader, yaml_need(yaml, node, "unknowns"), &outline->unknowns,
		&outline->unknown_count);
	words_read(reader, yaml_need(yaml, node, "words"), &outline->words, &outline->word_count);
	sums_read(reader, yaml_need(yaml, node, "adds_up"), &outline->sums, &outline->sum_count);
}

int outline_parse(struct outline *outline, const struct kpis *kpis, const char *text,
	const char *name, struct buf *errors)
{
	struct outline read = {0};
	struct outline_reader reader = {.kpis = kpis, .outline = &read};
	int err = yaml_parse(&reader.yaml, text, strlen(text), name, errors);
	if (!err) {
		read.needs =
			arena_alloc(&reader.yaml.arena, OUTLINE_NEEDS_MAX * sizeof *read.needs);
		file_read(&reader);
		err = yaml_result(&reader.yaml);
	}
	if (!err) {
		read.arena = yaml_arena_take(&reader.yaml);
		*outline = read;
	}
	yaml_done(&reader.yaml);
	return err;
}

void outline_done(struct outline *outline)
{
	arena_done(&outline->arena);
	*outline = (struct outline){0};
}
