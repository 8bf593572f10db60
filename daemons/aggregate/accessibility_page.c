/* /toegankelijkheid: what is kept to, how that was looked into, and whom to tell what does not work. */
#include "core/get.h"
#include "web/page.h"

int get_accessibility_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	(void)knowledge;
	(void)why;
	const struct html_accessibility view = {
		.head = page_head(query->house, "Toegankelijkheid"),
		.top = page_top(query->house),
		.foot = page_foot(query->house),
		.town = query->house->town,
	};
	answer->headers = page_headers;
	html_accessibility(&view, answer->text);
	return 0;
}
