/* bulletin.h - bulletins (通报): the figures of a day, week or month for a unit, as they are told.
 * Layer 9.  Thread: any. */
#ifndef SW_REPORT_BULLETIN_H
#define SW_REPORT_BULLETIN_H

#include "report/figures/figures.h"
#include "report/figures/span.h"

typedef enum sw_bulletin_kind {
    SW_BULLETIN_DAILY,
    SW_BULLETIN_WEEKLY, /* Monday to Sunday */
    SW_BULLETIN_MONTHLY
} sw_bulletin_kind;

/* "daily", "weekly", "monthly"; false: none of them. */
bool sw_bulletin_kind_parse(sw_slice name, sw_bulletin_kind *ret);
const char *sw_bulletin_kind_name(sw_bulletin_kind kind);
/* The day, week or month in which the day lies. */
sw_span_days sw_bulletin_span(sw_bulletin_kind kind, int32_t day);

/* A count, or of a ratio its part and whole. */
typedef struct sw_measure {
    uint64_t count, whole;
} sw_measure;

typedef struct sw_bulletin_row {
    const sw_indicator *indicator;
    sw_measure now, previous, year_before;
} sw_bulletin_row;

/* Rows of one domain. */
typedef struct sw_bulletin_section {
    sw_slice domain;
    const sw_bulletin_row *rows;
    uint32_t row_count;
} sw_bulletin_section;

/* A unit and its counts, one for each column. */
typedef struct sw_bulletin_unit {
    sw_slice org;
    uint64_t *counts;
    uint64_t sum;
} sw_bulletin_unit;

typedef struct sw_bulletin {
    sw_bulletin_kind kind;
    sw_slice org;
    sw_span_days span;
    int64_t made_ms;
    uint32_t edition; /* of an issue that is kept; 0: made just now */
    const sw_indicators *indicators;
    const sw_bulletin_section *sections;
    uint32_t section_count;
    const sw_indicator *const *columns; /* of the units: counts of which less is better */
    uint32_t column_count;
    const sw_bulletin_unit *units; /* the most first, then by code */
    uint32_t unit_count;
} sw_bulletin;

/* Reads all figures. Lives in `arena`; `org` is borrowed. Errors of the database; SW_E_LIMIT: the
 * arena is full, or more than 5,000 units. */
SW_NODISCARD sw_err sw_bulletin_make(const sw_figures *figures, sw_bulletin_kind kind, sw_slice org,
                                     int32_t day, int64_t now_ms, sw_arena *arena,
                                     sw_bulletin *ret);

typedef enum sw_language { SW_CHINESE, SW_ENGLISH } sw_language;

/* All append; check out->err. HTML stands alone and prints on A4. */
void sw_bulletin_html(const sw_bulletin *bulletin, sw_language language, sw_buf *out);
void sw_bulletin_csv(const sw_bulletin *bulletin, sw_language language, sw_buf *out);
void sw_bulletin_json(const sw_bulletin *bulletin, sw_buf *out); /* members, without braces */
/* A workbook with two sheets and charts. `dir`: where a file may be while it is made. SW_E_IO,
 * SW_E_FULL. */
SW_NODISCARD sw_err sw_bulletin_xlsx(const sw_bulletin *bulletin, sw_language language,
                                     const char *dir, sw_buf *out);

/* What was issued beside what is known now: each figure with its difference, and how many have
 * changed. The indicators are told; of JSON the members, without braces. */
void sw_bulletin_compare_html(const sw_bulletin *issued, const sw_bulletin *corrected,
                              sw_language language, sw_buf *out);
void sw_bulletin_compare_csv(const sw_bulletin *issued, const sw_bulletin *corrected,
                             sw_language language, sw_buf *out);
void sw_bulletin_compare_json(const sw_bulletin *issued, const sw_bulletin *corrected, sw_buf *out);

/* For the writers. */
void sw_bulletin_head(const sw_bulletin *bulletin, sw_language language, sw_buf *out);
/* Whether it is an issue, which edition and since when. */
void sw_bulletin_edition(const sw_bulletin *bulletin, sw_language language, sw_buf *out);
sw_slice sw_bulletin_name(const sw_indicator *indicator, sw_language language);
/* "第10周…", "2026-03-01", "2026-03", "2026-03-02 – 2026-03-08". */
void sw_bulletin_span_text(const sw_bulletin *bulletin, sw_buf *out);
/* The value as a number; false: a ratio of nothing. */
bool sw_measure_number(const sw_indicator *indicator, const sw_measure *measure, double *ret);
/* For the eye: "1,234", "97.5 %", "–" for a ratio of nothing. */
void sw_measure_text(const sw_indicator *indicator, const sw_measure *measure, sw_buf *out);
/* The change against another value: "+12.5 %", of a ratio "+1.2 pp", "–" where there is none. */
void sw_change_text(const sw_indicator *indicator, const sw_measure *now, const sw_measure *then,
                    sw_buf *out);
/* -1: worse, 0: the same or not to be said, 1: better. */
int sw_change_sign(const sw_indicator *indicator, const sw_measure *now, const sw_measure *then);

#endif
