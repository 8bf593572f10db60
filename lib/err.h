/*
 * Errors: 0, or one of these negative codes. To add one: a row in err.def.
 */
#ifndef WOT_ERR_H
#define WOT_ERR_H

enum err {
	ERR_BASE_ = -2000,
#define ERR(name, http, type, title) ERR_##name,
#include "lib/err.def"
#undef ERR
	ERR_END_
};

#define ERR_COUNT (ERR_END_ - ERR_BASE_ - 1)

/* A code as 0 to ERR_COUNT - 1, for arrays of counters. */
static inline unsigned err_index(int err)
{
	return (unsigned)(err - ERR_BASE_ - 1);
}
static inline int err_at(unsigned index)
{
	return (int)index + ERR_BASE_ + 1;
}

/* The row of a code; any other number reads as ERR_INTERNAL. */
const char *err_name(int err);  /* "ref_taken" */
const char *err_title(int err); /* a sentence without its full stop */
const char *err_type(int err);  /* "urn:wot:ref-taken" */
unsigned err_http(int err);     /* 409 */

/* ERR_IO where the system had run out of something (descriptors, memory), which says nothing about what was asked of
 * it; else `otherwise`. error: an errno. */
int err_of_system(int error, int otherwise);

/*
 * Why something failed and what to do about it, for the person at the console. A function that takes
 * one fills it whenever it fails.
 */
struct why {
	char text[1024];
};

/* Returns err, so that a failing function ends with `return why_set(why, ERR_X, ...)`. why may be NULL. */
int why_set(struct why *why, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
