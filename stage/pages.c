/*
 * People at the HTTP door: who somebody is by the cookie of a session (web/session.h), what every page says of the house
 * and of who looks at it, and the pages that each daemon with pages has: `/`, sign-in, sign-out, what pages name.
 */
#include "lib/calendar.h"
#include "lib/log.h"
#include "stage/stage_own.h"
#include "web/asset.h"
#include "web/attempts.h"

#include <sodium.h>
#include <string.h>

struct pages {
	uint8_t key[SESSION_KEY];
	bool has_key; /* without it nobody signs in */
	struct asset_shelf *assets;
	struct attempts attempts;
	struct client
		developer; /* as whom pages are seen by who has not signed in; role 0: nobody */
};

/* ---- the key ---- */

void pages_reload(struct stage *stage)
{
	struct pages *pages = stage->pages;
	struct why why = {""};
	if (!pages)
		return;
	pages->has_key = keys_read(stage->config.keys, "session", "key", pages->key, &why) == 0;
	if (!pages->has_key) {
		sodium_memzero(pages->key, sizeof pages->key);
		log_warning("no_sign_in", "why=\"%s\"", why.text);
	}
}

void pages_open(struct stage *stage)
{
	const char *role = stage->config.pages_development_role;
	if (!daemon_rows[stage_index(stage)].has_pages)
		return;
	struct pages *pages = stage->pages = calloc(1, sizeof *pages);
	must(pages);
	pages->assets = asset_shelf_new();
	strcpy(pages->developer.name, "pages-development");
	if (role[0])
		must(role_parse(role, &pages->developer.role) ==
			0); /* config_load has seen to it */
	pages_reload(stage);
}

void pages_close(struct stage *stage)
{
	if (!stage->pages)
		return;
	asset_shelf_free(stage->pages->assets);
	sodium_memzero(stage->pages->key, sizeof stage->pages->key);
	free(stage->pages);
	stage->pages = NULL;
}

/* ---- who is there ---- */

/* Rotated, revoked or of another role: out with the list that says so. */
static const struct client *client_of(const struct stage *stage, const struct session *session)
{
	const struct client *client = clients_by_name(&stage->clients, session->client);
	struct client_known known = {CLIENT_TOKEN, {0}};
	memcpy(known.key, session->fingerprint, sizeof known.key);
	bool holds =
		client && role_person(client->role) && stage_client_holds(stage, client, &known);
	return holds ? client : NULL;
}

/* Whom a proxy lets in comes from elsewhere. */
static bool is_developer(const struct stage *stage, const struct http_request *request)
{
	return stage->pages->developer.role && !http_has_header_like(request, "X-Forwarded-") &&
	       !http_header(request, "Forwarded");
}

struct visitor visitor_of(
	const struct stage *stage, const struct http_request *request, bool of_page)
{
	const struct pages *pages = stage->pages;
	char cookie[SESSION_COOKIE];
	struct visitor visitor = {0};
	visitor.client = of_page ? stage_client_by_token(stage, request, &visitor.known)
				 : stage_client(stage, request, &visitor.known);
	visitor.is_program = stage_bearer(request) || visitor.client;
	if (visitor.is_program || !pages)
		return visitor;
	visitor.has_session =
		pages->has_key && session_cookie_find(http_header(request, "Cookie"), cookie) &&
		session_open(cookie, pages->key, stage->now_ms, &visitor.session) == 0;
	if (visitor.has_session)
		visitor.client = client_of(stage, &visitor.session);
	visitor.has_session = visitor.client;
	visitor.known.way = CLIENT_TOKEN;
	memcpy(visitor.known.key, visitor.session.fingerprint, sizeof visitor.known.key);
	if (of_page && !visitor.client && is_developer(stage, request)) {
		visitor.client = &pages->developer;
		visitor.session = (struct session){0};
		memcpy(visitor.session.client, pages->developer.name,
			sizeof visitor.session.client);
		visitor.has_session = pages->has_key;
	}
	return visitor;
}

bool visitor_form_is_theirs(
	const struct stage *stage, const struct visitor *visitor, const char *token)
{
	return visitor->has_session &&
	       session_form_check(&visitor->session, stage->pages->key, token);
}

/* ---- what a page says of the house ---- */

static const char *origin_of(const struct stage *stage, enum daemon_index daemon)
{
	return daemon == stage_index(stage) ? "" : config_pages(&stage->config, daemon);
}

static bool may_open(const struct visitor *visitor, const struct read *read)
{
	return !read->permission || (visitor->client && read_may(read, visitor->client->role));
}

struct page_house pages_house(const struct stage *stage, const struct visitor *visitor)
{
	const struct pages *pages = stage->pages;
	const struct client *client = visitor->client;
	const struct role_person *person = client ? role_person(client->role) : NULL;
	struct page_house house = {
		.town = stage->config.municipality_name,
		.synthetic = stage->config.synthetic,
		.who = person ? person->called : NULL,
		.development = client == &pages->developer,
		.menu = {.now = may_open(visitor, &reads[GET_now_page]),
			.figures = may_open(visitor, &reads[GET_figures_page]),
			.worklist = may_open(visitor, &reads[GET_worklist_page])},
	};
	/* Who is not signed in sees what is published, and that is for aggregate to know. */
	if (person)
		snprintf(house.menu.report, sizeof house.menu.report, "%d",
			calendar_date(calendar_day_of(stage->now_ms)).year - 1);
	for (enum daemon_index daemon = 0; daemon < DAEMON_COUNT; daemon++)
		house.origins[daemon] = origin_of(stage, daemon);
	if (visitor->has_session)
		session_form_token(&visitor->session, pages->key, house.form_token);
	return house;
}

/* ---- pages of all ---- */

static const struct stage *stage_of(const void *knowledge)
{
	return *(const struct stage *const *)knowledge;
}

int get_asset(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	struct asset_answer asset;
	int err = asset_answer(stage_of(knowledge)->pages->assets, query->path, query->known,
		query->codings, &asset);
	if (err)
		return err;
	answer->status = asset.status;
	answer->type = asset.type;
	answer->headers = asset.headers;
	buf_add(answer->text, asset.body, asset.len);
	return 0;
}

/* cookie: another line of headers, or "". */
static void lead(const struct get_query *query, unsigned status, const char *cookie,
	const char *origin, const char *path, struct get_answer *answer)
{
	answer->status = status;
	answer->headers = arena_printf(
		query->arena, "%s%sLocation: %s%s\n", page_headers, cookie, origin, path);
}

int get_front_page(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct stage *stage = stage_of(knowledge);
	const struct role_person *person = role_person(query->role);
	const char *home = person ? person->home : "/inloggen", *origin = "";
	for (enum daemon_index daemon = 0; person && daemon < DAEMON_COUNT; daemon++)
		if (read_of_path(daemon, home))
			origin = origin_of(stage, daemon);
	lead(query, 302, "", origin, home, answer);
	return 0;
}

/* ---- signing in and out ---- */

static void sign_in_print(const struct stage *stage, const struct get_query *query,
	enum page_sign_in said, const char *to, struct get_answer *answer)
{
	said = stage->pages->has_key ? said : SIGN_IN_CLOSED;
	answer->headers = page_sign_in(query->house, said, to, &answer->status, answer->text);
}

int get_sign_in_page(const void *knowledge, const struct get_query *query,
	struct get_answer *answer, struct why *why)
{
	(void)why;
	const Wot__V1__SignInPage *asked = (const void *)query->parameters;
	sign_in_print(stage_of(knowledge), query, SIGN_IN_ASKS, asked->naar, answer);
	return 0;
}

static bool over_tls(const struct stage *stage)
{
	return strncmp(stage->config.public_url, "https://", 8) == 0;
}

static void session_begin(const struct stage *stage, const struct client *client, const char *token,
	char line[SESSION_LINE])
{
	struct session session = {.until_ms = stage->now_ms + INT64_C(1000) * SESSION_SECONDS};
	randombytes_buf(session.id, sizeof session.id);
	memcpy(session.client, client->name, sizeof session.client);
	clients_token_hash(token, session.fingerprint);
	session_line(&session, stage->pages->key, over_tls(stage), line);
}

/* One that can be opened, and does not ask to sign in once more. */
static bool is_page(const char *address)
{
	auto_arena struct arena arena = {0};
	const char *host = address[0] == '/' ? NULL : strstr(address, "://");
	const char *from = host ? strchr(host + strlen("://"), '/') : address;
	const char *path = from ? arena_printf(&arena, "%.*s", (int)strcspn(from, "?#"), from) : "";
	for (enum daemon_index daemon = 0; daemon < DAEMON_COUNT; daemon++) {
		const struct read *read = read_of_path(daemon, path);
		if (read && read->is_page)
			return read != &reads[GET_sign_in_page];
	}
	return false;
}

static bool leads_home(const struct stage *stage, const char *to)
{
	const char *origins[DAEMON_COUNT];
	for (enum daemon_index daemon = 0; daemon < DAEMON_COUNT; daemon++)
		origins[daemon] = config_pages(&stage->config, daemon);
	return to && session_leads_home(to, origins, DAEMON_COUNT) && is_page(to);
}

/* A token that is right passes for no attempt; while an address waits none is looked at. */
static enum page_sign_in judge(const struct stage *stage, const struct get_query *query,
	const char *token, const struct client **client)
{
	struct attempts *attempts = &stage->pages->attempts;
	const struct attempts_address from =
		attempts_address_of(query->peer, query->forwarded, stage->config.trusted_proxies);
	if (attempts_wait(attempts, &from, query->now_ms))
		return SIGN_IN_WAITS;
	*client = clients_by_token(&stage->clients, token, calendar_day_of(query->now_ms));
	if (!*client) {
		attempts_failed(attempts, &from, query->now_ms);
		return attempts_wait(attempts, &from, query->now_ms) ? SIGN_IN_WAITS
								     : SIGN_IN_WRONG;
	}
	attempts_succeeded(attempts, &from);
	return role_person((*client)->role) ? SIGN_IN_ASKS : SIGN_IN_SYSTEM;
}

int form_sign_in(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct stage *stage = stage_of(knowledge);
	const Wot__V1__SignIn *asked = (const void *)query->parameters;
	const struct client *client = NULL;
	enum page_sign_in said = SIGN_IN_CLOSED;
	char cookie[SESSION_LINE];
	if (stage->pages->has_key)
		said = judge(stage, query, asked->token ? asked->token : "", &client);
	if (said == SIGN_IN_ASKS) {
		session_begin(stage, client, asked->token, cookie);
		lead(query, 303, cookie, "", leads_home(stage, asked->naar) ? asked->naar : "/",
			answer);
	} else {
		sign_in_print(stage, query, said, asked->naar, answer);
	}
	log_info("sign_in", "client=%s outcome=%u", client ? client->name : "-", answer->status);
	return 0;
}

int form_sign_out(const void *knowledge, const struct get_query *query, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	char line[SESSION_LINE];
	session_line(NULL, NULL, over_tls(stage_of(knowledge)), line);
	lead(query, 303, line, "", "/inloggen", answer);
	return 0;
}

get_fn *const pages_gets[GET_COUNT] = {
#define GETS_OF DAEMON_PAGES
#include "core/gets.def"
};

/* ---- what is refused ---- */

void pages_people(const struct read *read, const struct visitor *visitor, struct buf *out)
{
	const char *people[ROLE_COUNT];
	size_t count = 0;
	struct read whole = *read;
	if (!read->permission || !visitor->client)
		return;
	if (read_may(read, visitor->client->role)) /* what a viewer may see in part only */
		whole.permission &= ~(unsigned)READ_KPIS_SUPPRESSED;
	if (read_may(&whole, visitor->client->role))
		return;
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		const struct role_person *person = role_person(1u << i);
		if (person && read_may(&whole, 1u << i))
			people[count++] = person->called;
	}
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%s", !i ? "" : i + 1 < count ? ", " : " of ", people[i]);
}

const char *pages_sign_in_first(struct stage *stage, const struct http_request *request)
{
	enum { LONGEST = 2000 }; /* as limit.def has it */
	auto_buf struct buf to = {0}, headers = {0};
	http_target_print(request, &to);
	buf_printf(&headers, "%sLocation: /inloggen", page_headers);
	if (to.len <= LONGEST) {
		buf_text(&headers, "?naar=");
		http_escape(to.data, "-._~/", &headers);
	}
	buf_char(&headers, '\n');
	return arena_strdup(&stage->arena, headers.data);
}
