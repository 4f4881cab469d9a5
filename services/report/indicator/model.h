/* model.h - models (模型): questions that are asked of several indicators together, as data
 * (docs/indicators.md).  Layer 9.  Thread: any, immutable after load. */
#ifndef SW_REPORT_MODEL_H
#define SW_REPORT_MODEL_H

#include "report/indicator/indicator.h"

typedef enum sw_model_kind {
    SW_MODEL_BACKLOG,   /* what is open, and how it is worked off: 三清, 取保未移送 */
    SW_MODEL_BREAKDOWN, /* a figure by several sides, and what repeats: 投诉分析 */
    SW_MODEL_LISTING,   /* units by colour, each with the rule that put it there: 红黄蓝榜 */
    SW_MODEL_CHECKUP    /* a unit on one page, beside those like it: 体检 */
} sw_model_kind;

typedef enum sw_colour {
    SW_COLOUR_NONE,
    SW_COLOUR_BLUE,
    SW_COLOUR_YELLOW,
    SW_COLOUR_RED
} sw_colour;

/* A side by which a breakdown's figure is told apart. */
typedef struct sw_model_part {
    sw_slice id, name, name_en;
    const sw_indicator *indicator;
    bool by_unit;      /* else by what the indicator is split by */
    uint32_t at_least; /* less is not shown: what repeats */
} sw_model_part;

/* What puts a unit into a colour. */
typedef struct sw_model_rule {
    sw_slice id, name, name_en;
    sw_colour colour;
    const sw_indicator *indicator;
    bool all_days;        /* not of the span: all there are, of an indicator of periods */
    uint64_t at_least;    /* of a count */
    double above;         /* of a ratio */
    uint64_t of_at_least; /* of its whole */
} sw_model_rule;

typedef struct sw_model {
    sw_slice id, name, name_en, note; /* name_en, note: may be empty */
    sw_model_kind kind;
    /* BACKLOG: indicators of periods */
    const sw_indicator *opened, *in_time, *late, *overdue;
    sw_slice period; /* day, month or quarter: until when it is to be cleared */
    /* BREAKDOWN */
    const sw_indicator *total;
    const sw_model_part *parts;
    uint32_t part_count;
    /* LISTING */
    const sw_model_rule *rules;
    uint32_t rule_count;
    /* CHECKUP */
    const struct sw_model *listing; /* NULL: none */
    const struct sw_model *const *backlogs;
    uint32_t backlog_count;
} sw_model;

typedef struct sw_models {
    const sw_model *list;
    uint32_t count;
} sw_models;

const char *sw_model_kind_name(sw_model_kind kind); /* "backlog" */
const char *sw_colour_name(sw_colour colour);       /* "none", "blue", "yellow", "red" */
/* NULL if there is none of that id. */
const sw_model *sw_models_find(const sw_models *models, sw_slice id);
const sw_model_rule *sw_model_rule_find(const sw_model *model, sw_slice id);

#endif
