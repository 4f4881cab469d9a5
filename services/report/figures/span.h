/* span.h - spans of local days: as people write them, and those that they are compared with.  Layer
 * 9.  Thread: any. */
#ifndef SW_REPORT_SPAN_H
#define SW_REPORT_SPAN_H

#include <stdint.h>

/* Both days belong to it; days since 1970-01-01. */
typedef struct sw_span_days {
    int32_t from, to;
} sw_span_days;

#define SW_DATE_TEXT 11 /* "2026-02-28" and NUL */

/* As sw_date_parse reads it (text/time.h). */
void sw_date_text(int32_t day, char ret[SW_DATE_TEXT]);

/* The last period (上期): of a whole month the month before, of whole months as many before; else
 * as many days right before. */
sw_span_days sw_span_previous(sw_span_days span);
/* The same dates of the year before (去年同期); 29 February becomes the 28th, but the end of a
 * February stays its end. */
sw_span_days sw_span_year_before(sw_span_days span);

#endif
