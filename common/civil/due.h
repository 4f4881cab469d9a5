/* due.h - the due time of a period, step by step: one pure function.  Layer 2.  Thread: any.
 * Law: 刑事诉讼法 Art. 105, 公安机关办理行政案件程序规定 Art. 35, 最高法刑诉解释 Art. 202;
 * docs/counting.md. */
#ifndef SW_CIVIL_DUE_H
#define SW_CIVIL_DUE_H

#include "civil/calendar.h"
#include "civil/zone.h"

typedef enum sw_unit {
    SW_UNIT_EXACT,    /* n milliseconds: s m h */
    SW_UNIT_DAYS,     /* n natural days */
    SW_UNIT_WORKDAYS, /* n working days */
    SW_UNIT_MONTHS,   /* n natural months */
    SW_UNIT_END_OF,   /* 24:00 of the last day of the `period` in which the start lies */
    SW_UNIT_UNTIL     /* the moment n itself */
} sw_unit;

typedef enum sw_period { SW_DAY, SW_WEEK, SW_MONTH, SW_QUARTER, SW_YEAR } sw_period;

/* A limit or an extension. */
typedef struct sw_span {
    sw_unit unit;
    sw_period period; /* END_OF, and with `to_end` */
    bool to_end;      /* then on to the end of the period in which the last counted day lies */
    int64_t n;
} sw_span;

typedef enum sw_begin { SW_BEGIN_INSTANT, SW_BEGIN_NEXT_HOUR, SW_BEGIN_NEXT_DAY } sw_begin;
typedef enum sw_rollover { SW_ROLL_NONE, SW_ROLL_WORKDAY, SW_ROLL_WORKDAY_BEFORE } sw_rollover;

/* `count:` of a rule. Zeroed, it is the default of docs/counting.md. */
typedef struct sw_count {
    sw_begin begin;
    bool end_of_day;
    bool month_end_last;
    sw_rollover rollover;
    sw_span lead; /* DAYS or WORKDAYS; n 0: none */
} sw_count;

/* One extension since the last restart, in the order of events. `entry` names the pack's entry. */
typedef struct sw_extension {
    int64_t moment_ms;
    sw_span span;
    bool to; /* replaces limit and earlier extensions; else adds */
    uint32_t entry;
    uint32_t max; /* how many of this entry may be taken; 0: any number */
} sw_extension;

/* [from, to); `to` is SW_TIME_MAX while open (a stop closes it: give the stop's time). As they
 * come: overlapping and unsorted is fine; one that ends before it begins is none. */
typedef struct sw_pause {
    int64_t from_ms, to_ms;
} sw_pause;

typedef struct sw_period_facts {
    const sw_zone *zone;
    const sw_calendar *calendar;
    int64_t start_ms;
    sw_span limit;
    sw_count count;
    const sw_extension *extensions;
    uint32_t extension_count;
    const sw_pause *pauses;
    uint32_t pause_count;
    int64_t now_ms; /* up to which an open pause counts */
} sw_period_facts;

typedef enum sw_extension_fate {
    SW_EXT_TAKEN,
    SW_EXT_LATE,     /* its moment is after the due time of before */
    SW_EXT_OVER_MAX, /* `max` of its entry were taken before */
    SW_EXT_NONE      /* negative, or it leads out of the years 1 to 9999 */
} sw_extension_fate;

typedef enum sw_step_kind {
    SW_STEP_BEGIN,
    SW_STEP_LIMIT,
    SW_STEP_EXTENSION,
    SW_STEP_PAUSE,
    SW_STEP_LEAD,
    SW_STEP_END,
    SW_STEP_ROLLOVER
} sw_step_kind;

/* One line of the ledger, in the order of docs/counting.md. */
typedef struct sw_step {
    sw_step_kind kind;
    int64_t due_ms;         /* after this step; of BEGIN: the begin; of EXTENSION: without pauses */
    uint32_t index;         /* EXTENSION, PAUSE: which of the facts' (pauses: of the merged ones) */
    sw_extension_fate fate; /* EXTENSION */
    int64_t amount;         /* PAUSE: ms (exact limit) or midnights added; LEAD: the lead's n;
                               ROLLOVER: days moved, 0 where the last day is a working day */
    int64_t reason_day;     /* ROLLOVER: the last counted day, which moved it if it rests */
} sw_step;

typedef struct sw_due {
    int64_t begin_ms, due_ms;
    int64_t levels_due_ms; /* what the levels count with: as due_ms, but with an open pause ending
                              where it began and without what was taken while it is open */
    bool provisional;      /* an open pause, or a day past the published calendar was looked up */
    const sw_step *steps;  /* in the arena; NULL where no ledger was asked for */
    uint32_t step_count;
    const sw_extension_fate *fates; /* one for each extension of the facts, in the arena */
    const sw_pause *pauses;         /* merged, sorted, cut to the begin; the last may be open */
    uint32_t pause_count;
    uint32_t pauses_counted; /* the first so many began no later than due and were added to it */
} sw_due;

/* `ledger`: whether to keep the steps: BEGIN, LIMIT, each EXTENSION, each PAUSE that counts, and
 * LEAD, END, ROLLOVER where the count has them. Without ledger, extensions and pauses the arena is
 * not touched. SW_E_RANGE: a negative limit, a time outside years 1 to 9999; SW_E_LIMIT: arena
 * full. */
SW_NODISCARD sw_err sw_due_compute(const sw_period_facts *facts, bool ledger, sw_arena *arena,
                                   sw_due *ret);

typedef enum sw_anchor { SW_AT_START, SW_AT_DUE, SW_AT_CAUTION, SW_AT_PERCENT } sw_anchor;

/* `at:` of a level. */
typedef struct sw_moment {
    sw_anchor anchor;
    int64_t offset_ms;     /* added to the anchor (negative: before) */
    int32_t offset_months; /* START only */
    uint32_t percent;      /* PERCENT */
    bool skip_past;        /* where it lies before the begin there is none */
} sw_moment;

/* When a level stands (docs/rules.md): moved out of pauses, never before the begin.
 * SW_TIME_MAX while an open pause holds it back, or where it is skipped. `caution` may be NULL
 * where no level names it. */
int64_t sw_level_time(const sw_period_facts *facts, const sw_due *due, const sw_due *caution,
                      sw_moment at);
/* The begin of the day, week (from Monday), month, quarter or year in which an instant lies. */
int64_t sw_period_start(const sw_zone *zone, sw_period period, int64_t ms);
/* Its end: the begin of the next one. */
int64_t sw_period_end(const sw_zone *zone, sw_period period, int64_t ms);
/* The k-th repetition (k from 1) of a level at `first_ms`, moved out of pauses by itself. */
int64_t sw_repeat_time(const sw_due *due, int64_t first_ms, int64_t every_ms, uint32_t k);

#endif
