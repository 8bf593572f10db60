#include "client/curl.h"

#include "client/library.h"

struct curl_calls curl;

/* Debian's names of the same interface: with GnuTLS, which wot is built with, and with OpenSSL. */
static const char *const libraries[] = {"libcurl-gnutls.so.4", "libcurl.so.4"};

int curl_load(struct why *why)
{
	if (curl.easy_init)
		return 0;
	void *library = library_load(libraries, sizeof libraries / sizeof *libraries);
	if (!library)
		return why_set(why, ERR_NOT_FOUND,
			"HTTP is spoken by libcurl, which is not there: apt-get install "
			"libcurl3-gnutls");
#define CALL(name) library_call(library, "curl_" #name, &curl.name);
	CURL_CALLS(CALL)
#undef CALL
	return 0;
}
