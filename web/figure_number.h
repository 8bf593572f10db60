/*
 * The number of a figure with its unit, as a Dutch reader writes it: the same in tables, sentences and charts.
 */
#ifndef WOT_FIGURE_NUMBER_H
#define WOT_FIGURE_NUMBER_H

#include "kpi/kpi.h"
#include "lib/buf.h"

/* norm: that it may not seem to be on the other side of; NULL. */
void figure_number(double number, enum kpi_unit unit, const double *norm, struct buf *out);

#endif
