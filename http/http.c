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
	http->options.listen = http->options.listen_tls = NULL; /* the caller's */
	http->options.tls_certificate = http->options.tls_key = NULL;
	int err = 0;
	if (options->listen_tls && *options->listen_tls)
		err = tls_open(&http->tls, options->tls_certificate, options->tls_key, why);
	if (!err)
		err = http_accept_open(http, options, why);
	if (err) {
		tls_close(&http->tls);
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
	tls_close(&old->tls);
	free(old);
}

int http_renew(struct http *http, struct why *why)
{
	return http->tls ? tls_renew(http->tls, why) : 0;
}

static unsigned port_of(const struct http *http, bool tls)
{
	for (size_t i = 0; i < http->listener_count; i++) {
		if (http->listeners[i].tls == tls)
			return http_address_port(&http->listeners[i].address);
	}
	return 0;
}

unsigned http_port(const struct http *http)
{
	return port_of(http, false);
}

unsigned http_tls_port(const struct http *http)
{
	return port_of(http, true);
}

void http_stats(const struct http *http, struct http_stats *stats)
{
	*stats = http->stats;
}
