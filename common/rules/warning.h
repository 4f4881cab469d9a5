/* warning.h - what a warning is (docs/warnings.md).  Layer 5.  Thread: any. */
#ifndef SW_RULES_WARNING_H
#define SW_RULES_WARNING_H

#include "rules/pack.h"

typedef enum sw_state { SW_STATE_OPEN, SW_STATE_RESOLVED, SW_STATE_WITHDRAWN } sw_state;

typedef struct sw_event_ref {
    sw_slice source, id;
    const sw_event_type *type;
} sw_event_ref;

/* One warning of the set. Borrowed from the arena of the evaluation. */
typedef struct sw_warning {
    sw_hash128 id; /* sw_warning_id */
    const sw_rule *rule;
    uint32_t warn;   /* for sw_rule_warn: which entry of the rule gave it the level */
    uint32_t repeat; /* 0: the level itself */
    sw_level level;
    sw_state state;           /* OPEN or RESOLVED in a set */
    const sw_slice *key;      /* rule->key_count values */
    int64_t start_ms, due_ms; /* deadline; else SW_TIME_NONE */
    int64_t fires_ms;         /* the level's time */
    int64_t stopped_ms;       /* RESOLVED: when its period was stopped; else SW_TIME_NONE */
    int64_t late_by_s;        /* a stop after due, whole seconds rounded down; -1: not late */
    bool provisional;
    sw_slice orgcode, officerid; /* owner at the level's time; may be empty */
    const sw_event_ref *events;  /* the opening event first; match: left, right */
    uint32_t event_count;
} sw_warning;

/* BLAKE2b-128 over (rule id, key values, identity of the opening event or events, level name,
 * repeat number): the same in every run, on every machine, on both buses. `second` is used by
 * match, else NULL. */
sw_hash128 sw_warning_id(const sw_rule *rule, const sw_slice *key, sw_hash128 opened_by,
                         const sw_hash128 *second, sw_level level, uint32_t repeat);

/* The entry of the rule that gave the warning its level: recipients, repetition. */
const sw_warn *sw_warning_warn(const sw_warning *warning);

#endif
