#include "http/http_own.h"
#include "lib/clock.h"

#include <string.h>
#include <time.h>

static const char *reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} rows[] = {
		{200, "OK"},
		{202, "Accepted"},
		{207, "Multi-Status"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{409, "Conflict"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].status == status)
			return rows[i].reason;
	}
	return ""; /* it may be empty */
}

static const char *date_now(void)
{
	static time_t of;
	static char text[40];
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm parts;
	if (now != of && gmtime_r(&now, &parts))
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
	of = now;
	return text;
}

void http_answer_print(const struct http_answer *answer, struct buf *out)
{
	buf_printf(out, "HTTP/1.1 %u %s\r\nDate: %s\r\n", answer->status, reason_of(answer->status),
		date_now());
	if (answer->framing == HTTP_CHUNKED)
		buf_text(out, "Transfer-Encoding: chunked\r\n");
	else if (answer->framing == HTTP_SIZED &&
		 answer->status != 304) /* which has no body, and would say how long another's is */
		buf_printf(out, "Content-Length: %zu\r\n", answer->len);
	if (answer->closes)
		buf_text(out, "Connection: close\r\n");
	if (answer->type)
		buf_printf(out, "Content-Type: %s\r\n", answer->type);
	for (const char *line = answer->headers; line && *line;) {
		size_t len = strcspn(line, "\n");
		buf_printf(out, "%.*s\r\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_text(out, "\r\n");
	if (!answer->head_only)
		buf_add(out, answer->body, answer->len);
}
