/* life.h - a life: what can happen to one incident, case, person or thing, as a table of rows.
 * Layer 9. Thread: any, immutable.
 *
 * Rows run from top to bottom. Each waits its delay after the row before it, most times within
 * lo..hi, now and then within late_lo..late_hi: the tail that breaks a term of law. Minutes. */
#ifndef SW_SEAWALL_LIFE_H
#define SW_SEAWALL_LIFE_H

#include "base/assert.h"
#include "base/slice.h"

/* What a life has a number of its own for; ids are made of it. */
typedef enum sw_who {
    WHO_CASE,
    WHO_PERSON,
    WHO_INCIDENT,
    WHO_REPORT,
    WHO_PROPERTY,
    WHO_NOTICE,
    WHO_REMEDY,
    WHO_PETITION,
    WHO_COMPLAINT,
    WHO_DOC,
    WHO_FILE,
    WHO_CLIP,
    WHO_MEASURE,
    WHO_WARNING,
    WHO_FINDING,
    WHO_JOINT,
    WHO_RECEPTION,
    WHO_VISIT,
    WHO_RIGHTS,
    WHO_APPRAISAL,
    WHO_REQUEST,
    WHO_ACCOUNT,
    WHO_ORDER,
    WHO_OFFENCE,
    WHO_COUNT
} sw_who;

#define BIND(who) (UINT32_C(1) << (who))

typedef enum sw_row_op {
    ROW_EVENT, /* something happens */
    ROW_CALL,  /* another life runs here, then this one goes on */
    ROW_FORK,  /* another life runs beside this one */
    ROW_END,   /* this life is over */
    ROW_MOVE   /* another station takes over, as the event before said */
} sw_row_op;

typedef struct sw_row {
    sw_row_op op;
    bool either;      /* rows marked so are a group, of which one is taken; `chance` is its weight.
                         A group ends where its weights reach 1,000; what is left is for none. */
    uint32_t chance;  /* in 1,000 */
    const char *what; /* event type, or name of a life; "" with `either`: nothing */
    int32_t lo, hi, late_lo, late_hi;
    /* Fields that are not filled by their name: "kind=cash amount=#100-900 minor=?50 due_at=@+3d
     * sort=a|b|c -case_id". docs/generate.md has the words. */
    const char *data;
} sw_row;

typedef struct sw_life {
    const char *name, *title; /* title: as the summary counts it; NULL: part of another */
    uint32_t share;           /* in 1,000 lives that begin by themselves */
    uint32_t binds;           /* BIND(…): gets new ids for these */
    bool office;              /* begins in office hours */
    bool backfill;            /* happened before 2026, put into the system now */
    const sw_row *rows;
    uint32_t row_count;
} sw_life;

/* Units of delays. */
#define HOURS(n) ((n)*60)
#define DAYS(n)  ((n)*1440)

#define EVENT(type, lo, hi, data)                                                                  \
    { ROW_EVENT, false, 1000, type, lo, hi, 0, 0, data }
#define LATE(type, lo, hi, llo, lhi, data)                                                         \
    { ROW_EVENT, false, 1000, type, lo, hi, llo, lhi, data }
#define MAYBE(chance, type, lo, hi, data)                                                          \
    { ROW_EVENT, false, chance, type, lo, hi, 0, 0, data }
#define OR(weight, type, lo, hi, data)                                                             \
    { ROW_EVENT, true, weight, type, lo, hi, 0, 0, data }
#define CALL(chance, life, lo, hi)                                                                 \
    { ROW_CALL, false, chance, life, lo, hi, 0, 0, "" }
#define OR_CALL(weight, life, lo, hi)                                                              \
    { ROW_CALL, true, weight, life, lo, hi, 0, 0, "" }
#define FORK(chance, life, lo, hi)                                                                 \
    { ROW_FORK, false, chance, life, lo, hi, 0, 0, "" }
#define END(chance)                                                                                \
    { ROW_END, false, chance, "", 0, 0, 0, 0, "" }
#define MOVE()                                                                                     \
    { ROW_MOVE, false, 1000, "", 0, 0, 0, 0, "" }

#define ROWS(array) (array), SW_COUNT(array)

typedef struct sw_life_table {
    const sw_life *lives;
    uint32_t count;
} sw_life_table;

extern const sw_life_table sw_lives_incident, sw_lives_criminal, sw_lives_custody,
    sw_lives_administrative, sw_lives_property, sw_lives_place, sw_lives_oversight, sw_lives_rare,
    sw_lives_law2026, sw_lives_before;

#endif
