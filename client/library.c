#include "client/library.h"

#include "lib/must.h"
#include <dlfcn.h>
#include <string.h>

void *library_load(const char *const *names, size_t count)
{
	void *library = NULL;
	for (size_t i = 0; !library && i < count; i++)
		library = dlopen(names[i], RTLD_NOW);
	return library;
}

/* dlsym answers with a pointer to data, which C converts to none to a function. */
void library_call(void *library, const char *name, void *call)
{
	void *found = dlsym(library, name);
	must(found);
	memcpy(call, &found, sizeof found);
}
