#include "web/page.h"

#include <stddef.h>

/* Nothing is inline, and nothing is asked of another server. */
#define SECURITY                                                                                   \
	"Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "          \
	"connect-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "             \
	"frame-ancestors 'none'\n"                                                                 \
	"X-Content-Type-Options: nosniff\nReferrer-Policy: no-referrer\n"
#define PAGE SECURITY "Cache-Control: no-store\n"

const char page_security[] = SECURITY;
const char page_headers[] = PAGE;
const char page_to_figures[] = PAGE "Location: /cijfers\n";

struct html_top page_top(const struct page_house *house)
{
	return (struct html_top){.town = house->town, .synthetic = house->synthetic};
}

const char *page_text(struct buf *text, struct arena *arena)
{
	buf_char(text, 0);
	const char *kept = arena_dup(arena, text->data, text->len);
	buf_clear(text);
	return kept;
}

struct refusal {
	unsigned status;
	const char *what, *why, *headers;
};

static const struct refusal *refusal_of(unsigned status)
{
	static const struct refusal rows[] = {
		{400, "Dit adres klopt niet",
			"Er staat iets in het adres dat deze pagina niet kent. Controleer het "
			"adres, "
			"of begin opnieuw.",
			PAGE},
		{401, "Hiervoor moet u zich bekendmaken", "Vraag de beheerder om toegang.", PAGE},
		{403, "Dit mag u niet bekijken",
			"Zonder toegang ziet u alleen hele jaren en dit jaar tot nu toe.", PAGE},
		{404, "Deze pagina is er niet", "Controleer het adres.", PAGE},
		{405, "Dit kan hier niet", "Deze pagina kunt u alleen bekijken.",
			PAGE "Allow: GET, HEAD\n"},
		{503, "Het is nu te druk",
			"Deze pagina probeert het over 5 seconden vanzelf opnieuw.",
			PAGE "Retry-After: 5\nRefresh: 5\n"},
		{500, "Er ging hier iets mis",
			"Probeer het later opnieuw. Blijft het zo? Meld het dan aan de beheerder.",
			PAGE},
	};
	const struct refusal *row = rows;
	while (row->status != status && row->status != 500)
		row++;
	return row;
}

const char *page_refusal(const struct page_house *house, unsigned status, struct buf *out)
{
	const struct refusal *refusal = refusal_of(status);
	const struct html_refusal view = {
		.town = house->town,
		.top = page_top(house),
		.what = refusal->what,
		.why = refusal->why,
	};
	html_refusal(&view, out);
	return refusal->headers;
}
