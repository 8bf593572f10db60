/*
 * The facts that figures are counted from, out of a running wot-aggregate into a folder of CSV files with a datapackage.json.
 * Rows undo every number that is hidden: the package says that it is internal, and the daemon gives them to who may read all.
 */
#ifndef WOT_CLIENT_EXPORT_H
#define WOT_CLIENT_EXPORT_H

#include "client/http.h"

/* As it is typed: --facts DIR. NULL: it is something else. */
const char *export_folder_read(int argc, char **argv);
/* of: wot-aggregate, and with whose token. dir: not there yet, or empty; it is there whole or not at all. ERR_IO: aggregate
 * refuses it or broke off, or it cannot be written; ERR_ADDRESS: nobody is there. */
int export_facts(const struct http_asked *of, const char *dir, struct why *why);

#endif
