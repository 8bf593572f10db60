#include "client/curl.h"

#include "lib/clean.h"
#include <dlfcn.h>
#include <string.h>

struct curl_calls curl;

/* Debian's names of the same interface: with GnuTLS, which wot is built with, and with OpenSSL. */
static const char *const libraries[] = {"libcurl-gnutls.so.4", "libcurl.so.4"};

/* dlsym answers with a pointer to data, which C converts to none to a function. */
static void call_find(void *library, const char *name, void *call)
{
	void *found = dlsym(library, name);
	must(found);
	memcpy(call, &found, sizeof found);
}

int curl_load(struct why *why)
{
	void *library = NULL;
	if (curl.easy_init)
		return 0;
	for (size_t i = 0; !library && i < sizeof libraries / sizeof *libraries; i++)
		library = dlopen(libraries[i], RTLD_NOW);
	if (!library)
		return why_set(why, ERR_NOT_FOUND,
			"HTTP is spoken by libcurl, which is not there: apt-get install "
			"libcurl3-gnutls");
#define CALL(name) call_find(library, "curl_" #name, &curl.name);
	CURL_CALLS(CALL)
#undef CALL
	return 0;
}
