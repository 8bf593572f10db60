#include "web/figure_number.h"

#include "web/nl.h"
#include <math.h>

void figure_number(double number, enum kpi_unit unit, const double *norm, struct buf *out)
{
	switch (unit) {
	case UNIT_SHARE:
		nl_share(number, norm, out);
		break;
	case UNIT_DAYS:
		nl_days(llround(number), out);
		break;
	case UNIT_SECONDS:
		nl_seconds(llround(number), out);
		break;
	case UNIT_EURO:
		nl_euro(number, out);
		break;
	case UNIT_COUNT:
		nl_count(llround(number), out);
	}
}
