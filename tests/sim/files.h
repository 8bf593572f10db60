/*
 * The files that the daemons decide and count by, under a municipality that goes on changing them: texts, drawn
 * from those that are shipped.
 */
#ifndef WOT_SIM_FILES_H
#define WOT_SIM_FILES_H

#include <stdbool.h>

struct rng;

enum file { FILE_RULES, FILE_CALENDAR, FILE_CLOCKS, FILE_KPIS, FILES };
extern const char *const file_names[FILES];

void files_open(struct rng *rng);
void files_close(void);
const char *file_text(enum file file);
/* Another text; with a mistake in it, until it is drawn again. */
void file_draw(enum file file, struct rng *rng, bool broken);
/* Within how many days started_within_1_week has support started, by kpi.yaml. */
int files_week(void);

#endif
