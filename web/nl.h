/*
 * Numbers, days and periods as a Dutch reader writes them. All are added to `out`. A number and its unit keep together:
 * a no-break space stands between them. Sentences are another file's.
 */
#ifndef WOT_NL_H
#define WOT_NL_H

#include "lib/buf.h"
#include <stdbool.h>

void nl_count(long long number, struct buf *out); /* 1.054, −3 */
void nl_euro(double euros, struct buf *out);      /* € 39.000 */
void nl_days(long long days, struct buf *out);    /* 1 dag, 8 dagen */
void nl_seconds(long long seconds, struct buf *out);
void nl_seconds_short(long long seconds, struct buf *out); /* in tables: 12 sec. */
/* 76%. One decimal where the whole percent would be on the other side of the norm, or equal to it while the share is
 * not: 79,9%. norm: NULL, there is none. */
void nl_share(double share, const double *norm, struct buf *out);
void nl_shares(double low, double high, struct buf *out); /* 72–78% */

void nl_day(int32_t day, struct buf *out);       /* 27 november 2026 */
void nl_day_month(int32_t day, struct buf *out); /* 27 november */
void nl_month(int32_t day, struct buf *out);     /* november */
void nl_weekday(int32_t day, struct buf *out);   /* vrijdag */
extern const char *const nl_months_short[12];    /* jan. to dec. */
/* In lists: 27 nov., and with its weekday vr 27 nov.; the year where it is another than today's. */
void nl_day_short(int32_t day, int32_t today, struct buf *out);
void nl_weekday_short(int32_t day, int32_t today, struct buf *out);
void nl_moment(int64_t instant_ms, struct buf *out); /* vrijdag 27 november 2026, 8.31 uur */
/* 2025, 4e kwartaal 2025, maart 2025, 27 november 2026, 1 januari tot en met 27 november 2026. Both days included. */
void nl_period(int32_t from, int32_t to, struct buf *out);

#endif
