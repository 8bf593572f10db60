/*
 * Who signed in, as a browser keeps it: a cookie that only this house can make and read, sealed with keys/session.key. In it
 * stand the client, the hash of the token that was exchanged for it, and until when it holds; not the role, which the list
 * of clients says at each request. So nothing of it is kept here: a restart changes nothing, another key ends them all.
 *
 * Pure: the time and random bytes are given. Start at session_open; stage/pages.c is who asks.
 */
#ifndef WOT_SESSION_H
#define WOT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SESSION_KEY = 32,
	SESSION_ID = 24,
	SESSION_COOKIE = 200,
	SESSION_LINE = 320,
	SESSION_FORM = 65
};
enum { SESSION_SECONDS = 12 * 60 * 60 };
extern const char session_cookie_name[]; /* "wot" */

struct session {
	uint8_t id[SESSION_ID];  /* random, another each time */
	char client[64];         /* its name */
	uint8_t fingerprint[32]; /* of its token, as clients.yaml has it */
	int64_t until_ms;
};

/* The value of the cookie. */
void session_seal(
	const struct session *session, const uint8_t key[SESSION_KEY], char cookie[SESSION_COOKIE]);
/* The line of a head that gives it to a browser; session NULL: takes it away. */
void session_line(
	const struct session *session, const uint8_t *key, bool over_tls, char line[SESSION_LINE]);
/* ERR_UNAUTHENTICATED: it is none of ours, or is over. */
int session_open(const char *cookie, const uint8_t key[SESSION_KEY], int64_t now_ms,
	struct session *session);
/* The value of our cookie in a header `Cookie`; false: there is none that could be ours. */
bool session_cookie_find(const char *header, char cookie[SESSION_COOKIE]);

/* What a form of this session's pages holds, and nobody else can know: a change that comes without it was made by a page of
 * somebody else. */
void session_form_token(
	const struct session *session, const uint8_t key[SESSION_KEY], char token[SESSION_FORM]);
bool session_form_check(
	const struct session *session, const uint8_t key[SESSION_KEY], const char *token);

/* May a browser be sent there after sign-in: a path of ours, or one of these origins'? Anything else could be a page that
 * looks like ours. origins: those that are "" count for nothing. */
bool session_leads_home(const char *address, const char *const *origins, size_t count);

#endif
