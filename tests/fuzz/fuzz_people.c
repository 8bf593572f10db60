/*
 * What a browser sends of people: the body of a form, and the header with its cookies. A form that is read says the same when
 * it is written and read again, becomes a message within its limits or is refused; a cookie that was not sealed here never
 * opens; no address leads home that a browser takes for somebody else's.
 */
#include "http/http_head.h"
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "proto/read.h"
#include "proto/read.pb-c.h"
#include "web/attempts.h"
#include "web/session.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { FIELDS = 8 };

static void escape(const char *text, struct buf *out)
{
	for (; *text; text++) /* %00 is what stays of a NUL */
		if (strncmp(text, "%00", 3) == 0) {
			buf_text(out, "%00");
			text += 2;
		} else {
			buf_printf(out, "%%%02x", (unsigned char)*text);
		}
}

static void check_same(const struct http_pair *pairs, size_t count)
{
	auto_buf struct buf text = {0};
	struct http_pair again[FIELDS];
	size_t count_again = 0;
	for (size_t i = 0; i < count; i++) {
		buf_text(&text, i ? "&" : "");
		escape(pairs[i].name, &text);
		buf_text(&text, pairs[i].value ? "=" : "");
		escape(pairs[i].value ? pairs[i].value : "", &text);
		if (!pairs[i].name[0] && !pairs[i].value)
			return; /* nothing, written */
	}
	if (!text.len)
		return;
	must(http_form_read(text.data, text.len, again, FIELDS, &count_again));
	must(count_again == count);
	for (size_t i = 0; i < count; i++) {
		must(strcmp(again[i].name, pairs[i].name) == 0);
		must(!again[i].value == !pairs[i].value);
		must(!again[i].value || strcmp(again[i].value, pairs[i].value) == 0);
	}
}

static void check_message(const struct http_pair *pairs, size_t count)
{
	struct parameter fields[FIELDS];
	struct arena arena = {0};
	struct faults faults = {.arena = &arena};
	ProtobufCMessage *message = NULL;
	for (size_t i = 0; i < count; i++)
		fields[i] = (struct parameter){pairs[i].name, pairs[i].value};
	int err = read_parameters(&wot__v1__sign_in__descriptor, fields, count, &message, &faults);
	must(err == 0 ? message && !faults.count : err == ERR_INVALID && faults.count);
	const Wot__V1__SignIn *form = (const void *)message;
	must(!form || !form->token || strlen(form->token) <= 4 * 255);
	arena_done(&arena);
}

static void check_form(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf text = {0};
	struct http_pair pairs[FIELDS];
	size_t count;
	buf_add(&text, bytes, len);
	if (!len || !http_form_read(text.data, len, pairs, FIELDS, &count))
		return;
	must(count <= FIELDS);
	check_same(pairs, count);
	check_message(pairs, count);
}

static void check_header(const char *text)
{
	static const uint8_t key[SESSION_KEY] = {7};
	static const char *const origins[] = {"", "http://127.0.0.1:8481"};
	char cookie[SESSION_COOKIE];
	struct session session;
	if (session_cookie_find(text, cookie))
		must(session_open(cookie, key, 0, &session) == ERR_UNAUTHENTICATED);
	if (session_leads_home(text, origins, 2)) {
		const char *path = text + (text[0] == '/' ? 0 : strlen(origins[1]));
		must(path[0] == '/' && path[1] != '/' && !strpbrk(text, "\\\r\n\t "));
	}
	attempts_address_of("127.0.0.1", text, "127.0.0.1");
	attempts_address_of("127.0.0.1", "192.0.2.1", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf text = {0};
	buf_add(&text, bytes, len);
	buf_char(&text, '\0');
	check_form(bytes, len);
	check_header(text.data);
	return 0;
}
