#include "http/http_head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- where it ends ---- */

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/* Two fields or lines that one server sees and the next does not begin with a line end that only one of
 * them takes for one: so a CR and an LF stand together or nowhere. */
int http_head_scan(const char *text, size_t len, size_t *seen)
{
	for (size_t i = *seen; i < len; i++) {
		bool behind_cr = i > 0 && text[i - 1] == '\r';
		if ((text[i] == '\n') != behind_cr)
			return ERR_NOT_HTTP;
		if (text[i] == '\n' && i >= 3 && text[i - 2] == '\n') {
			*seen = i + 1;
			return 1;
		}
		if (is_control(text[i]) && text[i] != '\r' && text[i] != '\n')
			return ERR_NOT_HTTP;
	}
	*seen = len;
	return 0;
}

/* The line at *text, which moves behind it. The text is known to end with one. */
static char *line_take(char **text)
{
	char *line = *text, *end = strchr(line, '\r');
	*end = '\0';
	*text = end + 2;
	return line;
}

/* ---- the target ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place. A NUL stays escaped: it would end the text for whoever reads it. */
static bool decode(char *text, bool plus_is_blank)
{
	char *out = text;
	for (const char *at = text; *at;) {
		if (*at != '%') {
			*out++ = *at == '+' && plus_is_blank ? ' ' : *at;
			at++;
			continue;
		}
		int high = hex(at[1]), low = high < 0 ? -1 : hex(at[2]);
		if (low < 0)
			return false;
		if (high || low)
			*out++ = (char)(high * 16 + low);
		else
			out = (char *)memmove(out, at, 3) + 3;
		at += 3;
	}
	*out = '\0';
	return true;
}

bool http_pairs_read(char *text, struct http_pair *pairs, size_t room, size_t *count)
{
	char *rest = NULL;
	*count = 0;
	for (char *pair = strtok_r(text, "&", &rest); pair; pair = strtok_r(NULL, "&", &rest)) {
		char *value = strchr(pair, '=');
		if (value)
			*value++ = '\0';
		if (*count == room || !decode(pair, true) || (value && !decode(value, true)))
			return false;
		pairs[(*count)++] = (struct http_pair){.name = pair, .value = value};
	}
	return true;
}

bool http_form_read(char *text, size_t len, struct http_pair *pairs, size_t room, size_t *count)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7f)
			return false;
	return http_pairs_read(text, pairs, room, count);
}

/* HOST[:PORT] as a Host field or an absolute target has it; nobody's name stands before the host. */
static bool authority_is_sound(const char *text, size_t len)
{
	static const char others[] = "-._~!$&'()*+;=%:[]";
	for (size_t i = 0; i < len; i++) {
		char c = text[i], lower = (char)(c | 0x20);
		if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'z') &&
			(!c || !strchr(others, c)))
			return false;
	}
	return true;
}

/* RFC 9112, 3.2.2: a target with scheme and host is taken too, and its path counts. */
static char *absolute_path(char *target)
{
	static const char *const schemes[] = {"http://", "https://"};
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(schemes[i]);
		if (strncasecmp(target, schemes[i], len) != 0)
			continue;
		size_t host = strcspn(target + len, "/?");
		return host && authority_is_sound(target + len, host) ? target + len + host : NULL;
	}
	return NULL;
}

static bool target_read(char *target, struct http_head *head)
{
	for (const char *c = target; *c; c++) {
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '#')
			return false;
	}
	bool whole_server = strcmp(target, "*") == 0 && strcmp(head->method, "OPTIONS") == 0;
	char *path = *target == '/' || whole_server ? target : absolute_path(target);
	if (!path)
		return false;
	char *query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	head->path = *path ? path : "/";
	return decode(path, false) &&
	       (!query || http_pairs_read(query, head->query, HTTP_QUERY_MAX, &head->query_count));
}

/* ---- the first line ---- */

bool http_char_is_token(char c)
{
	char lower = (char)(c | 0x20);
	return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *text)
{
	const char *c = text;
	while (http_char_is_token(*c))
		c++;
	return c > text && !*c;
}

static int first_line_read(char *line, struct http_head *head, const char **detail)
{
	char *target = strchr(line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;
	*detail = "the first line is METHOD TARGET HTTP/1.1";
	if (!version)
		return ERR_NOT_HTTP;
	*target++ = *version++ = '\0';
	bool is_version = strlen(version) == 8 && strncmp(version, "HTTP/", 5) == 0 &&
			  version[5] >= '0' && version[5] <= '9' && version[6] == '.' &&
			  version[7] >= '0' && version[7] <= '9';
	if (!is_token(line) || !is_version)
		return ERR_NOT_HTTP;
	if (version[5] != '1') {
		*detail = "this door speaks HTTP/1.1";
		return ERR_HTTP_VERSION;
	}
	head->is_1_0 = version[7] == '0';
	head->method = line;
	*detail = "the target is a path, or http:// with a host and a path";
	return target_read(target, head) ? 0 : ERR_NOT_HTTP;
}

/* ---- fields ---- */

bool http_field_read(char *line, struct http_pair *field)
{
	char *colon = strchr(line, ':');
	if (!colon)
		return false;
	*colon = '\0';
	if (!is_token(line))
		return false;
	char *value = colon + 1 + strspn(colon + 1, " \t");
	size_t len = strlen(value);
	while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		value[--len] = '\0';
	*field = (struct http_pair){.name = line, .value = value};
	return true;
}

static int fields_read(char *text, struct http_head *head, const char **detail)
{
	for (;;) {
		char *line = line_take(&text);
		if (!*line)
			return 0;
		if (head->field_count == HTTP_FIELDS_MAX) {
			*detail = "there are too many fields";
			return ERR_HEAD_TOO_LARGE;
		}
		if (!http_field_read(line, &head->fields[head->field_count])) {
			*detail = "a field is NAME: VALUE on one line, nothing before the colon";
			return ERR_NOT_HTTP;
		}
		head->field_count++;
	}
}

const char *http_head_field(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->field_count; i++) {
		if (strcasecmp(head->fields[i].name, name) == 0)
			return head->fields[i].value;
	}
	return NULL;
}

/* ---- what they must be together ---- */

/* Of two of these one server takes the first and the next the last. */
static bool are_single(const struct http_head *head)
{
	static const char *const singles[] = {"Host", "Content-Length", "Transfer-Encoding",
		"Authorization", "Content-Type", "Content-Encoding", "Expect"};
	for (size_t s = 0; s < sizeof singles / sizeof *singles; s++) {
		unsigned count = 0;
		for (size_t i = 0; i < head->field_count; i++)
			count += strcasecmp(head->fields[i].name, singles[s]) == 0;
		if (count > 1)
			return false;
	}
	return true;
}

/* RFC 9112, 6: how long the body is, said once and in one way. */
static bool framing_read(struct http_head *head)
{
	const char *length = http_head_field(head, "Content-Length");
	const char *coding = http_head_field(head, "Transfer-Encoding");
	if (coding) {
		head->chunked = true;
		return !length && !head->is_1_0 && strcasecmp(coding, "chunked") == 0;
	}
	if (!length)
		return true;
	if (!*length || length[strspn(length, "0123456789")])
		return false;
	head->length = strtoull(length, NULL, 10); /* too long to be a number: the largest */
	return true;
}

/* A list of words, in one field or several. */
static bool connection_closes(const struct http_head *head)
{
	for (size_t i = 0; i < head->field_count; i++) {
		if (strcasecmp(head->fields[i].name, "Connection") != 0)
			continue;
		const char *word = head->fields[i].value;
		for (size_t len; *word; word += len) {
			word += strspn(word, ", \t");
			len = strcspn(word, ", \t");
			if (len == 5 && strncasecmp(word, "close", len) == 0)
				return true;
		}
	}
	return false;
}

static bool fields_judge(struct http_head *head, const char **detail)
{
	const char *host = http_head_field(head, "Host"), *expect = http_head_field(head, "Expect");
	*detail = "Host, Content-Length, Transfer-Encoding, Authorization, Content-Type, "
		  "Content-Encoding and Expect stand there once at most";
	if (!are_single(head))
		return false;
	*detail = "a Host field of HOST or HOST:PORT is required";
	if (host ? !authority_is_sound(host, strlen(host)) : !head->is_1_0)
		return false;
	*detail =
		"the body has a Content-Length in digits, or Transfer-Encoding: chunked, not both";
	if (!framing_read(head))
		return false;
	head->closes = head->is_1_0 || connection_closes(head);
	head->awaits_100 = !head->is_1_0 && expect && strcasecmp(expect, "100-continue") == 0;
	return true;
}

int http_head_read(char *text, size_t len, struct http_head *head, const char **detail)
{
	char *rest = text + (len > 2 && text[0] == '\r' ? 2 : 0); /* one empty line is overlooked */
	*head = (struct http_head){0};
	int err = first_line_read(line_take(&rest), head, detail);
	if (!err)
		err = fields_read(rest, head, detail);
	if (!err && !fields_judge(head, detail))
		err = ERR_NOT_HTTP;
	return err;
}
