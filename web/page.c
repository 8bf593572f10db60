#include "web/page.h"

#include "lib/err.h"
#include <stddef.h>
#include <string.h>

/* Nothing is inline, and nothing is asked of another server. */
#define SECURITY                                                                                   \
	"Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "          \
	"connect-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "             \
	"frame-ancestors 'none'\n"                                                                 \
	"X-Content-Type-Options: nosniff\nReferrer-Policy: no-referrer\n"
#define PAGE SECURITY "Cache-Control: no-store\n"

const char page_security[] = SECURITY;
const char page_headers[] = PAGE;
const char page_to_worklist[] = PAGE "Location: /aanmeldteam\n";

struct html_head page_head(const struct page_house *house, const char *title)
{
	return (struct html_head){.title = title, .town = house->town};
}

struct html_top page_top(const struct page_house *house)
{
	return (struct html_top){
		.town = house->town,
		.synthetic = house->synthetic,
		.origin_aggregate = house->origins[DAEMON_AGGREGATE],
		.origin_triage = house->origins[DAEMON_TRIAGE],
		.menu = house->menu.now || house->menu.figures || house->menu.worklist ||
			house->menu.report[0],
		.now = house->menu.now,
		.figures = house->menu.figures,
		.report = house->menu.report[0] ? house->menu.report : NULL,
		.worklist = house->menu.worklist,
		.who = house->who,
		.development = house->development,
		.form_token = house->form_token[0] ? house->form_token : NULL,
	};
}

const char *page_text(struct buf *text, struct arena *arena)
{
	buf_char(text, 0);
	const char *kept = arena_dup(arena, text->data, text->len);
	buf_clear(text);
	return kept;
}

const char *page_entry(const char *case_id, const char *case_ref, struct arena *arena)
{
	if (case_id)
		return case_id;
	size_t client = strcspn(case_ref, "/");
	return arena_printf(arena, "signaal/%.*s:%s", (int)client, case_ref,
		case_ref + client + (case_ref[client] == '/'));
}

struct html_foot page_foot(const struct page_house *house)
{
	return (struct html_foot){.origin_aggregate = house->origins[DAEMON_AGGREGATE]};
}

struct html_ways page_ways(const struct page_house *house, bool shelf)
{
	bool figures = house->menu.figures, worklist = house->menu.worklist && !figures;
	return (struct html_ways){.origin_aggregate = house->origins[DAEMON_AGGREGATE],
		.origin_triage = house->origins[DAEMON_TRIAGE],
		.now = house->menu.now,
		.figures = figures,
		.worklist = worklist,
		.shelf = shelf || (!figures && !worklist)};
}

/* ---- what is refused ---- */

struct refusal {
	unsigned status;
	int err; /* of those with that status; 0: all others */
	const char *what, *why, *headers;
};

static const struct refusal *refusal_of(int err)
{
	static const struct refusal rows[] = {
		{308, 0, "Deze pagina heeft een ander adres",
			"Achter het adres staat een schuine streep te veel.", PAGE},
		{400, ERR_QUESTION, "Dit adres klopt niet",
			"Achter het vraagteken in het adres staat iets wat deze pagina niet kent, "
			"of iets staat er twee keer. Open de pagina zonder dat stuk, en kies daar "
			"opnieuw.",
			PAGE},
		{400, 0, "Dit klopt niet",
			"Wat u instuurde, kan zo niet. Open de pagina opnieuw, en probeer het nog "
			"een keer.",
			PAGE},
		{401, 0, "U bent niet ingelogd", "Log in, en probeer het dan opnieuw.",
			PAGE "WWW-Authenticate: Bearer\n"},
		{403, ERR_FORM, "Dit formulier is verlopen",
			"Er is niets veranderd. Open de pagina opnieuw, en probeer het nog een "
			"keer.",
			PAGE},
		{403, 0, "Dit mag u niet bekijken",
			"Wie niet alles mag bekijken, ziet alleen kwartalen en jaren die voorbij "
			"zijn.",
			PAGE},
		{404, 0, "Deze pagina is er niet", "Controleer het adres.", PAGE},
		{405, 0, "Dit kan hier niet", "Ga terug, of begin opnieuw.", PAGE},
		{413, 0, "Dit is te veel", "Maak het korter, en probeer het dan opnieuw.", PAGE},
		{415, 0, "Dit is geen formulier",
			"Open de pagina opnieuw, en gebruik het formulier.", PAGE},
		{503, 0, "Het is nu te druk",
			"Deze pagina probeert het over 5 seconden vanzelf opnieuw.",
			PAGE "Retry-After: 5\nRefresh: 5\n"},
		{500, 0, "Er ging hier iets mis",
			"Probeer het later opnieuw. Blijft het zo? Meld het dan aan de beheerder.",
			PAGE},
	};
	const struct refusal *row = rows;
	while (row->status != 500 &&
		(row->status != err_http(err) || (row->err && row->err != err)))
		row++;
	return row;
}

static const char *text_or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

const char *page_refusal(
	const struct page_house *house, const struct page_refused *refused, struct buf *out)
{
	const struct refusal *refusal = refusal_of(refused->err);
	bool by_role = refused->err == ERR_FORBIDDEN && house->who;
	const struct html_refusal view = {
		.head = page_head(house, refusal->what),
		.top = page_top(house),
		.foot = page_foot(house),
		.what = refusal->what,
		.why = by_role ? NULL : refusal->why,
		.who = by_role ? house->who : NULL,
		.people = text_or_null(refused->people),
		.asks = refused->asks,
		.sign_in = by_role ||
			   (!house->who && (refusal->status == 401 || refusal->status == 403)),
		.ways = page_ways(house, false),
	};
	html_refusal(&view, out);
	return refusal->headers;
}

/* ---- signing in ---- */

const char *page_sign_in(const struct page_house *house, enum page_sign_in said, const char *naar,
	unsigned *status, struct buf *out)
{
	static const unsigned statuses[] = {200, 401, 403, 429, 503};
	static const char *const headers[] = {
		PAGE, PAGE "WWW-Authenticate: Bearer\n", PAGE, PAGE "Retry-After: 60\n", PAGE};
	bool is_fault = said == SIGN_IN_WRONG || said == SIGN_IN_SYSTEM || said == SIGN_IN_WAITS;
	struct html_sign_in view = {
		.head = page_head(house, "Inloggen"),
		.top = page_top(house),
		.foot = page_foot(house),
		.asks = said != SIGN_IN_CLOSED,
		.fault = is_fault,
		.wrong = said == SIGN_IN_WRONG,
		.system = said == SIGN_IN_SYSTEM,
		.waits = said == SIGN_IN_WAITS,
		.naar = naar && naar[0] ? naar : NULL,
		.origin_aggregate = house->origins[DAEMON_AGGREGATE],
	};
	view.top.at_sign_in = true;
	html_sign_in(&view, out);
	*status = statuses[said];
	return headers[said];
}
