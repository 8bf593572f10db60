#include "http/http_own.h"

int http_open(
	struct http **out, struct loop *loop, const struct http_options *options, struct why *why)
{
	must(options->on_request && options->on_refused && options->on_deaf &&
		options->max_connections > 0);
	struct http *http = calloc(1, sizeof *http);
	must(http);
	http->loop = loop;
	http->options = *options;
	http->options.listen = NULL; /* the caller's */
	int err = http_accept_open(http, options->listen, why);
	if (err) {
		free(http);
		return err;
	}
	*out = http;
	return 0;
}

void http_close(struct http **http)
{
	struct http *old = *http;
	*http = NULL;
	if (!old)
		return;
	http_accept_close(old);
	while (old->connections)
		http_connection_free(old->connections);
	loop_timer_free(&old->sweep);
	free(old);
}

unsigned http_port(const struct http *http)
{
	return http_address_port(&http->address);
}

void http_stats(const struct http *http, struct http_stats *stats)
{
	*stats = http->stats;
}
