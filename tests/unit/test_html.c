/*
 * Whatever somebody wrote stays text: a name on a page can neither end the attribute it stands in nor begin a tag.
 * The templates are those of tests/unit/pages, compiled as those of web/pages are.
 */
#include "lib/live.h"
#include "tests/unit/pages.html.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static void assert_escaped(const char *text, const char *expected)
{
	auto_buf struct buf out = {0};
	html_escape(text, &out);
	buf_char(&out, 0);
	assert_string_equal(out.data, expected);
}

static void what_means_something_in_markup_is_escaped(void **state)
{
	(void)state;
	assert_escaped("&", "&amp;");
	assert_escaped("<b>", "&lt;b&gt;");
	assert_escaped("\" onclick='x'", "&quot; onclick=&#39;x&#39;");
	assert_escaped("&amp;", "&amp;amp;");
	assert_escaped("", "");
	assert_escaped("a<b>c&d", "a&lt;b&gt;c&amp;d");
}

static void utf8_passes_and_what_is_none_is_replaced_and_hides_nothing(void **state)
{
	(void)state;
	assert_escaped("café € 𝄞", "café € 𝄞");
	assert_escaped("a\xff<", "a\uFFFD&lt;");
	assert_escaped("\xc3", "\uFFFD");
	assert_escaped("\xc3<", "\uFFFD&lt;");
	assert_escaped("\xc0\xbc", "\uFFFD\uFFFD"); /* < in more bytes than it has */
}

#define STAMP                                                                                      \
	{                                                                                          \
		.value = "8"                                                                       \
	}

static struct html_letter letter(void)
{
	return (struct html_letter){
		.title = "T", .chart = {"<svg/>", 6}, .seal = {.colour = "red"}};
}

static void assert_has(const struct html_letter *view, const char *expected)
{
	auto_buf struct buf out = {0};
	html_letter(view, &out);
	buf_char(&out, 0);
	if (!strstr(out.data, expected))
		fail_msg("no %s in:\n%s", expected, out.data);
}

static void assert_has_not(const struct html_letter *view, const char *unexpected)
{
	auto_buf struct buf out = {0};
	html_letter(view, &out);
	buf_char(&out, 0);
	if (strstr(out.data, unexpected))
		fail_msg("%s in:\n%s", unexpected, out.data);
}

static void a_name_is_escaped_in_text_and_in_an_attribute(void **state)
{
	(void)state;
	struct html_letter view = letter();
	view.title = "\"<&'>";
	assert_has(&view, "<p title=\"&quot;&lt;&amp;&#39;&gt;\">&quot;&lt;&amp;&#39;&gt;</p>");
}

static void markup_is_printed_as_it_is(void **state)
{
	(void)state;
	const struct html_letter view = letter();
	assert_has(&view, "<div><svg/></div>");
}

static void a_list_is_printed_once_for_each_of_its_rows(void **state)
{
	(void)state;
	const struct html_letter_pages_lines lines[] = {{.text = "a"}, {.text = "b", .last = true}};
	const struct html_letter_pages pages[] = {
		{.head = "1", .lines = {lines, 2}, .stamp = STAMP}, {.head = "2", .stamp = STAMP}};
	struct html_letter view = letter();
	assert_has(&view, "<p>no pages</p>");
	assert_has_not(&view, "<section>");
	view.pages.items = pages + 1;
	view.pages.count = 1;
	assert_has(&view, "<section>2<u>blank</u><em>8</em>\n</section>");
	assert_has_not(&view, "no pages");
	view.pages.items = pages;
	view.pages.count = 2;
	assert_has(&view, "<section>1<b>a</b><b>b.</b><em>8</em>\n</section>"
			  "<section>2<u>blank</u><em>8</em>\n</section>");
}

static void what_may_be_missing_is_asked_for(void **state)
{
	(void)state;
	struct html_letter view = letter();
	assert_has(&view, "<i>no post</i>");
	view.post = "post";
	assert_has(&view, "<i>post</i>");
	assert_has_not(&view, "no post");
	assert_has_not(&view, "<a");
	view.urgent = true;
	view.about = "a&b";
	assert_has(&view, "<a href=\"?about=a&amp;b\">a&amp;b</a>");
}

static void a_part_that_is_given_nothing_and_comments_of_a_template(void **state)
{
	(void)state;
	const struct html_letter view = letter();
	assert_has(&view, "<hr>");
	assert_has_not(&view, "<!--");
	assert_has_not(&view, "is no name");
}

static void a_part_can_be_had_by_itself_and_is_what_stands_on_the_page(void **state)
{
	(void)state;
	auto_buf struct buf seal = {0}, rule = {0};
	struct html_letter view = letter();
	view.seal.colour = "<red>";
	assert_true(html_deel_print(html_letter_delen, &view, "seal", &seal));
	assert_string_equal(seal.data, "<b>&lt;red&gt;</b>\n");
	assert_has(&view, "<p data-deel=\"seal\"><b>&lt;red&gt;</b>\n</p>");
	assert_true(html_deel_print(html_letter_delen, &view, "rule", &rule));
	assert_has(&view, rule.data);
	assert_false(html_deel_print(html_letter_delen, &view, "stamp", &rule));
	assert_false(html_deel_print(html_letter_delen, &view, "", &rule));
}

static void expect_told(struct live *live, const struct html_letter *view, const char *wanted)
{
	auto_buf struct buf news = {0};
	html_delen_tell(html_letter_delen, view, live);
	live_take(live, &news);
	buf_char(&news, 0);
	assert_string_equal(news.data, wanted);
}

static void the_parts_that_changed_are_told(void **state)
{
	(void)state;
	struct live *live = live_new();
	struct html_letter view = letter();
	expect_told(live, &view, "event: deel\ndata: seal\n\nevent: deel\ndata: rule\n\n");
	view.title = "what is part of none";
	expect_told(live, &view, "");
	view.seal.colour = "blue";
	expect_told(live, &view, "event: deel\ndata: seal\n\n");
	live_free(&live);
}

static void assert_aborts(const struct html_letter *view)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL); /* cmocka's would report */
		close(STDERR_FILENO);
		auto_buf struct buf out = {0};
		html_letter(view, &out);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_name_that_nobody_gave_is_a_bug_and_not_an_empty_place(void **state)
{
	(void)state;
	struct html_letter view = letter();
	view.title = NULL;
	assert_aborts(&view);
	view = letter();
	view.urgent = true; /* and nothing about what */
	assert_aborts(&view);
	const struct html_letter_pages page = {.head = "1"}; /* without its stamp's value */
	view = letter();
	view.pages.items = &page;
	view.pages.count = 1;
	assert_aborts(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_something_in_markup_is_escaped),
		cmocka_unit_test(utf8_passes_and_what_is_none_is_replaced_and_hides_nothing),
		cmocka_unit_test(a_name_is_escaped_in_text_and_in_an_attribute),
		cmocka_unit_test(markup_is_printed_as_it_is),
		cmocka_unit_test(a_list_is_printed_once_for_each_of_its_rows),
		cmocka_unit_test(what_may_be_missing_is_asked_for),
		cmocka_unit_test(a_part_that_is_given_nothing_and_comments_of_a_template),
		cmocka_unit_test(a_part_can_be_had_by_itself_and_is_what_stands_on_the_page),
		cmocka_unit_test(the_parts_that_changed_are_told),
		cmocka_unit_test(a_name_that_nobody_gave_is_a_bug_and_not_an_empty_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
