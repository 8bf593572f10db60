/*
 * The report as open data: CSV files, and datapackage.json that says what stands in them (Frictionless Data Package, with
 * a Table Schema each). To add a column: a row of `columns` in data.c, and its place in a file there. Pure; what is hidden in
 * the report is empty here, and a column says so.
 */
#ifndef WOT_REPORT_DATA_H
#define WOT_REPORT_DATA_H

#include "report/report.h"

enum { REPORT_DATA_FILES = 5 };
struct report_data_file {
	const char *name, *title, *type;
};
extern const struct report_data_file report_data_files[REPORT_DATA_FILES];

struct report_data {
	struct buf files[REPORT_DATA_FILES];
};
void report_data(const struct report *report, struct report_data *out);
void report_data_done(struct report_data *data);
#define auto_data auto_clean(report_data_done)
/* Which file; REPORT_DATA_FILES: there is none of that name. */
size_t report_data_find(const char *name);

#endif
