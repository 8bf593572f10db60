#include "web/session.h"

#include "lib/clean.h"
#include "lib/err.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

const char session_cookie_name[] = "wot";

/* What is sealed: always as long, so that its length tells nothing. */
struct sealed {
	char client[64];
	uint8_t fingerprint[32];
	uint8_t until_ms[8];
};
enum { SEALED = SESSION_ID + crypto_secretbox_MACBYTES + sizeof(struct sealed) };
_Static_assert(SESSION_ID == crypto_secretbox_NONCEBYTES, "the id is the nonce");
_Static_assert(SESSION_KEY == crypto_kdf_KEYBYTES, "each use of the key has its own");
_Static_assert(sodium_base64_ENCODED_LEN(SEALED, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <=
		       SESSION_COOKIE,
	"it fits");

/* ---- the cookie ---- */

enum use { USE_SEAL = 1, USE_FORM };

/* One key seals and another marks forms: what one of them says can never pass for the other. */
static void key_of(enum use use, const uint8_t key[SESSION_KEY], uint8_t out[32])
{
	must(crypto_kdf_derive_from_key(out, 32, use, "session", key) == 0);
}

void session_seal(
	const struct session *session, const uint8_t key[SESSION_KEY], char cookie[SESSION_COOKIE])
{
	struct sealed plain = {0};
	uint8_t seal[32], bytes[SEALED];
	memcpy(plain.client, session->client, sizeof plain.client);
	memcpy(plain.fingerprint, session->fingerprint, sizeof plain.fingerprint);
	for (size_t i = 0; i < sizeof plain.until_ms; i++)
		plain.until_ms[i] = (uint8_t)((uint64_t)session->until_ms >> 8 * i);
	key_of(USE_SEAL, key, seal);
	memcpy(bytes, session->id, SESSION_ID);
	crypto_secretbox_easy(
		bytes + SESSION_ID, (const uint8_t *)&plain, sizeof plain, session->id, seal);
	sodium_bin2base64(cookie, SESSION_COOKIE, bytes, sizeof bytes,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(seal, sizeof seal);
}

void session_line(
	const struct session *session, const uint8_t *key, bool over_tls, char line[SESSION_LINE])
{
	char cookie[SESSION_COOKIE] = "";
	if (session)
		session_seal(session, key, cookie);
	int len = snprintf(line, SESSION_LINE,
		"Set-Cookie: %s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s\n",
		session_cookie_name, cookie, session ? SESSION_SECONDS : 0,
		over_tls ? "; Secure" : "");
	must(len < SESSION_LINE);
}

int session_open(
	const char *cookie, const uint8_t key[SESSION_KEY], int64_t now_ms, struct session *session)
{
	struct sealed plain;
	struct session opened = {0};
	uint8_t seal[32], bytes[SEALED];
	size_t len = 0;
	if (sodium_base642bin(bytes, sizeof bytes, cookie, strlen(cookie), NULL, &len, NULL,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
		len != sizeof bytes)
		return ERR_UNAUTHENTICATED;
	key_of(USE_SEAL, key, seal);
	int forged = crypto_secretbox_open_easy(
		(uint8_t *)&plain, bytes + SESSION_ID, sizeof bytes - SESSION_ID, bytes, seal);
	sodium_memzero(seal, sizeof seal);
	if (forged)
		return ERR_UNAUTHENTICATED;
	memcpy(opened.id, bytes, SESSION_ID);
	memcpy(opened.client, plain.client, sizeof opened.client - 1);
	memcpy(opened.fingerprint, plain.fingerprint, sizeof opened.fingerprint);
	for (size_t i = 0; i < sizeof plain.until_ms; i++)
		opened.until_ms |= (int64_t)((uint64_t)plain.until_ms[i] << 8 * i);
	if (now_ms >= opened.until_ms)
		return ERR_UNAUTHENTICATED;
	*session = opened;
	return 0;
}

/* RFC 6265, 4.2.1: NAME=VALUE, and `; ` between them. */
bool session_cookie_find(const char *header, char cookie[SESSION_COOKIE])
{
	size_t name = strlen(session_cookie_name);
	while (header && *header) {
		header += strspn(header, " \t;");
		size_t len = strcspn(header, ";");
		bool ours = len > name && header[name] == '=' &&
			    strncmp(header, session_cookie_name, name) == 0;
		size_t value = ours ? len - name - 1 : SESSION_COOKIE;
		if (value < SESSION_COOKIE) {
			memcpy(cookie, header + name + 1, value);
			cookie[value] = '\0';
			return true;
		}
		header += len;
	}
	return false;
}

/* ---- forms ---- */

void session_form_token(
	const struct session *session, const uint8_t key[SESSION_KEY], char token[SESSION_FORM])
{
	uint8_t mark[32], hash[32];
	crypto_generichash_state state;
	key_of(USE_FORM, key, mark);
	crypto_generichash_init(&state, mark, sizeof mark, sizeof hash);
	crypto_generichash_update(&state, session->id, sizeof session->id);
	crypto_generichash_update(&state, (const uint8_t *)session->client, sizeof session->client);
	crypto_generichash_final(&state, hash, sizeof hash);
	sodium_memzero(mark, sizeof mark);
	sodium_bin2hex(token, SESSION_FORM, hash, sizeof hash);
}

bool session_form_check(
	const struct session *session, const uint8_t key[SESSION_KEY], const char *token)
{
	char ours[SESSION_FORM];
	session_form_token(session, key, ours);
	return strlen(token) == SESSION_FORM - 1 &&
	       sodium_memcmp(ours, token, SESSION_FORM - 1) == 0;
}

/* ---- where to go ---- */

/* Browsers take a backslash for a slash, leave out what is no character, and read two slashes as another server. */
static bool is_path(const char *address)
{
	if (address[0] != '/' || address[1] == '/')
		return false;
	for (const char *c = address; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '\\')
			return false;
	return true;
}

bool session_leads_home(const char *address, const char *const *origins, size_t count)
{
	if (is_path(address))
		return true;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(origins[i]);
		if (len && strncmp(address, origins[i], len) == 0 && is_path(address + len))
			return true;
	}
	return false;
}
