/*
 * Cleanup at the end of a scope: `auto_free char *text = …;`, first of all words. To add one: a function
 * that takes the address of the variable, and a line here or in the header of its type (auto_buf is in buf.h).
 */
#ifndef WOT_CLEAN_H
#define WOT_CLEAN_H

#include "lib/must.h"
#include <stdlib.h>
#include <unistd.h>

#define auto_clean(function) __attribute__((cleanup(function)))

static inline void clean_free(void *variable)
{
	free(*(void **)variable);
}

static inline void clean_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define auto_free auto_clean(clean_free)
#define auto_fd auto_clean(clean_fd)

/*
 * A bug on purpose: 1 where it was built with -DMUTANT_NAME, else 0 and gone. Tests must notice each: tests/mutants
 * has the list, and `make mutants` tries them.
 */
#define MUTANT(name) MUTANT_VALUE(MUTANT_##name)
#define MUTANT_VALUE(value) MUTANT_LOOK(value)
#define MUTANT_LOOK(value) MUTANT_PICK(MUTANT_SET_##value 1, 0, 0)
#define MUTANT_SET_1 0,
#define MUTANT_PICK(...) MUTANT_SECOND(__VA_ARGS__)
#define MUTANT_SECOND(first, second, ...) second

/* Before the declaration of what is there for tests alone, with the reason; `make tidy` counts them. */
#define FOR_TESTS(why)

#endif
