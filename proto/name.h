/*
 * Names of fields: in messages with underscores, in JSON lowerCamelCase.
 */
#ifndef WOT_NAME_H
#define WOT_NAME_H

#include <stdbool.h>
/* "externalRef" of "external_ref"; out has room for 64. */
void json_name(const char *field, char out[64]);
/* Is that the field's JSON name? */
bool json_name_is(const char *field, const char *name);

#endif
