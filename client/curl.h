/*
 * libcurl, loaded when something is first asked over HTTP: with the twenty libraries it brings, loading takes a third
 * of the time of most commands. Its functions are `curl.easy_init` and so on, with the types that curl.h gives them. To
 * use one more: its name in CURL_CALLS.
 */
#ifndef WOT_CLIENT_CURL_H
#define WOT_CLIENT_CURL_H

#include "lib/err.h"
#include <curl/curl.h>

#define CURL_CALLS(CALL)                                                                           \
	CALL(global_init)                                                                          \
	CALL(global_cleanup)                                                                       \
	CALL(slist_append)                                                                         \
	CALL(slist_free_all)                                                                       \
	CALL(easy_init)                                                                            \
	CALL(easy_setopt)                                                                          \
	CALL(easy_perform)                                                                         \
	CALL(easy_getinfo)                                                                         \
	CALL(easy_strerror)                                                                        \
	CALL(easy_cleanup)                                                                         \
	CALL(multi_init)                                                                           \
	CALL(multi_setopt)                                                                         \
	CALL(multi_add_handle)                                                                     \
	CALL(multi_perform)                                                                        \
	CALL(multi_poll)                                                                           \
	CALL(multi_info_read)                                                                      \
	CALL(multi_remove_handle)                                                                  \
	CALL(multi_cleanup)

struct curl_calls {
#define CALL(name) __typeof__(curl_##name) *(name);
	CURL_CALLS(CALL)
#undef CALL
};
/* None may be called before curl_load said 0. */
extern struct curl_calls curl;

/* ERR_NOT_FOUND: it is not installed, and `why` says what to install. */
int curl_load(struct why *why);

#endif
