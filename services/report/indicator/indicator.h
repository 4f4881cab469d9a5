/* indicator.h - indicators (指标): what is counted, as data (docs/indicators.md).  Layer 9.
 * Thread: any, immutable after load. */
#ifndef SW_REPORT_INDICATOR_H
#define SW_REPORT_INDICATOR_H

#include "cel/cel.h"
#include "civil/zone.h"
#include "codec/event.h"
#include "rules/pack.h"

typedef enum sw_indicator_kind {
    SW_INDICATOR_EVENTS,   /* each matching event, on its local day */
    SW_INDICATOR_WARNINGS, /* each warning of the set, on the local day of its level's time */
    SW_INDICATOR_PERIODS,  /* each running or closed period */
    SW_INDICATOR_RATIO     /* of two others, worked out on reading */
} sw_indicator_kind;

typedef struct sw_indicator_on {
    const sw_event_type *type;
    const sw_cel *when;  /* NULL: always */
    const sw_cel *split; /* a text: counted apart by it too; NULL: not */
} sw_indicator_on;

typedef enum sw_period_count {
    SW_PERIODS_OPENED,  /* all that were opened, on the day of the begin */
    SW_PERIODS_IN_TIME, /* stopped by the due time, on the day of the stop */
    SW_PERIODS_LATE,    /* stopped after it, on the day of the stop */
    SW_PERIODS_ENDED,   /* both, apart by the type of the event that stopped them */
    SW_PERIODS_RUNNING, /* not closed, on the day of the due time, apart by the level reached */
    SW_PERIODS_OVERDUE  /* of these, those that have reached breach (已超期) */
} sw_period_count;

/* Whether more or less of it is better. A mere count (incidents received, persons detained) says
 * nothing of the kind: nobody is praised for it. */
typedef enum sw_better { SW_BETTER_NEITHER, SW_BETTER_MORE, SW_BETTER_LESS } sw_better;

typedef struct sw_indicator {
    sw_slice id;                  /* "incident.received" */
    sw_slice name, name_en, note; /* may be empty */
    sw_slice element, domain;     /* may be empty */
    uint64_t number;              /* of the id, the same for ever: rows are keyed by it */
    uint32_t index;               /* in the pack */
    sw_indicator_kind kind;
    const sw_indicator_on *ons; /* EVENTS */
    uint32_t on_count;
    const sw_slice *rules; /* WARNINGS, PERIODS: ids, or beginnings that end in '*' */
    uint32_t rule_count;
    uint32_t levels;         /* WARNINGS: a bit for each sw_level */
    sw_period_count periods; /* PERIODS */
    uint32_t part, whole;    /* RATIO: indexes of two others */
    sw_better better;        /* how a change is to be read */
    bool headline;           /* shown where there is room for few */
} sw_indicator;

/* An entry of an indicator that an event type may count for. */
typedef struct sw_indicator_use {
    const sw_indicator *indicator;
    const sw_indicator_on *on;
} sw_indicator_use;

typedef struct sw_indicators {
    sw_slice name, version;
    const sw_zone *zone; /* whose days are counted */
    const sw_catalogue *catalogue;
    const sw_indicator *list;
    uint32_t count;
    const sw_indicator_use *uses;   /* grouped by event type */
    const uint32_t *first_use;      /* by type index, one more than there are types */
    const uint32_t *by_number;      /* indexes in order of `number` */
    const struct sw_models *models; /* model.h; never NULL */
} sw_indicators;

/* Loads one indicator pack. Every fault in one run, each with line, column and hint. Lives in
 * `arena`, and needs the catalogue as long. SW_E_INVALID after any finding; of reading the file: as
 * sw_file_read, sw_yaml_parse. */
SW_NODISCARD sw_err sw_indicators_load(sw_arena *arena, const sw_catalogue *catalogue,
                                       const char *path, sw_diags *diags,
                                       const sw_indicators **ret);
/* The same from text; `file` is named in findings. */
SW_NODISCARD sw_err sw_indicators_parse(sw_arena *arena, const sw_catalogue *catalogue,
                                        sw_slice file, sw_slice text, sw_diags *diags,
                                        const sw_indicators **ret);

/* NULL if there is none of that id. */
const sw_indicator *sw_indicators_find(const sw_indicators *indicators, sw_slice id);
/* The same of its number: of a row. */
const sw_indicator *sw_indicators_numbered(const sw_indicators *indicators, uint64_t number);
/* What an event type may count for. */
const sw_indicator_use *sw_indicators_uses(const sw_indicators *indicators,
                                           const sw_event_type *type, uint32_t *ret_count);
/* Does a rule count for it? */
bool sw_indicator_has_rule(const sw_indicator *indicator, sw_slice rule_id);

/* Evaluates an entry: whether the event counts, and by what it is counted apart (may be empty; into
 * the arena). A condition that fails at run time counts as false; `*ret_failed` says so. */
bool sw_indicator_counts(const sw_indicator_on *on, const sw_event *event, sw_arena *arena,
                         sw_slice *ret_split, bool *ret_failed);

#endif
