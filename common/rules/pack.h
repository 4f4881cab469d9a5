/* pack.h - rule packs, loaded, checked and compiled (docs/rules.md).  Layer 5.  Thread: any,
 * immutable after load. */
#ifndef SW_RULES_PACK_H
#define SW_RULES_PACK_H

#include "cel/cel.h"
#include "civil/due.h"
#include "codec/event.h"

typedef enum sw_kind { SW_DEADLINE, SW_CHECK, SW_THRESHOLD, SW_SEQUENCE, SW_MATCH } sw_kind;
typedef enum sw_level { SW_GREEN, SW_BLUE, SW_YELLOW, SW_ORANGE, SW_RED, SW_BREACH } sw_level;
typedef enum sw_severity { SW_INFO, SW_MINOR, SW_MAJOR, SW_CRITICAL } sw_severity;

/* Numbers of the CEL roots that a rule's conditions are compiled against. */
enum sw_root {
    SW_ROOT_EVENT,
    SW_ROOT_DATA,
    SW_ROOT_FACTS,
    SW_ROOT_LEFT_EVENT,
    SW_ROOT_LEFT_DATA,
    SW_ROOT_RIGHT_EVENT,
    SW_ROOT_RIGHT_DATA
};
/* Slots of SW_ROOT_*EVENT. Slots of *_DATA are indexes of type->fields; of FACTS, indexes of
 * rule->facts. */
enum sw_event_slot {
    SW_EVENT_ID,
    SW_EVENT_SOURCE,
    SW_EVENT_TYPE,
    SW_EVENT_SUBJECT,
    SW_EVENT_TIME,
    SW_EVENT_ORGCODE,
    SW_EVENT_OFFICERID,
    SW_EVENT_RECORDEDTIME,
    SW_EVENT_RECEIVEDTIME
};

/* `{on: TYPE, when: …, at: …}`, compiled against its event type. */
typedef struct sw_on {
    const sw_event_type *type;
    const sw_cel *when; /* NULL: always */
    const sw_cel *at;   /* NULL: the event's time */
} sw_on;

/* A span, or an integer expression with the span's unit. */
typedef struct sw_amount {
    sw_span span;     /* n is not set where `n` is */
    const sw_cel *n;  /* NULL: span as it is. Hours: in the unit of hours; see `scale_ms` */
    int64_t scale_ms; /* EXACT with `n`: milliseconds of one (3,600,000 for hours) */
} sw_amount;

/* An entry whose expression is over an event is compiled once for each event type that it may meet:
 * `by_type` runs parallel to rule->starts (limit and count entries, read at the opening event). */
typedef struct sw_limit {
    const sw_cel *const *when; /* per start entry; NULL array: always */
    sw_span span;
    const sw_cel *const *n; /* per start entry; NULL array: span.n */
    int64_t scale_ms;
} sw_limit;

typedef struct sw_count_choice {
    const sw_cel *const *when; /* per start entry; NULL array: always */
    sw_count count;
} sw_count_choice;

typedef struct sw_extend {
    sw_on on;
    bool to;
    sw_amount amount;
    uint32_t max;           /* 0: any number */
    const sw_cel *approver; /* a string over the event: who allowed it; NULL: not given */
    const struct sw_basis *basis;
    uint32_t basis_count; /* 0: not given */
} sw_extend;

typedef struct sw_pause_entry {
    sw_on from, to;
} sw_pause_entry;

typedef struct sw_fact_source {
    const sw_event_type *type;
    const sw_cel *when; /* NULL: always */
    const sw_cel *value;
} sw_fact_source;

typedef struct sw_fact {
    sw_slice name;
    const sw_cel_type *type;
    const sw_fact_source *from;
    uint32_t from_count;
} sw_fact;

typedef struct sw_basis {
    sw_slice law, article, text; /* text: what the article says; may be empty */
} sw_basis;

typedef struct sw_warn {
    sw_moment at;
    sw_slice at_text; /* as written: "-24h" */
    sw_level level;
    const sw_slice *to; /* roles */
    uint32_t to_count;
    int64_t repeat_every_ms; /* 0: no repeat */
    uint32_t repeat_max;
    const struct sw_repeat_to {
        uint32_t n; /* from the n-th repeat on */
        const sw_slice *to;
        uint32_t to_count;
    } * repeat_to; /* rising; each with all who are told then */
    uint32_t repeat_to_count;
} sw_warn;

/* Who is told: of a level (repeat 0) or its n-th repeat. */
const sw_slice *sw_warn_to(const sw_warn *warn, uint32_t repeat, uint32_t *ret_count);

/* `within:`: a length, or the calendar's day, week (from Monday), month, quarter or year; NONE:
 * ever. */
typedef struct sw_window {
    enum { SW_WINDOW_NONE, SW_WINDOW_LENGTH, SW_WINDOW_CALENDAR } form;
    int64_t ms;       /* LENGTH */
    sw_period period; /* CALENDAR */
} sw_window;

typedef struct sw_threshold_level {
    uint32_t count; /* 1 or more; of a rule that counts `below`: fewer than so many */
    uint32_t ratio; /* and so many percent of the mean of the baseline; 0: any */
    sw_warn warn;
} sw_threshold_level;

/* Fields whose values together tell events apart. */
typedef struct sw_fields {
    const int32_t *slots; /* for each entry of `ons` `count` indexes of its type's fields */
    uint32_t count;       /* 0: none are named */
} sw_fields;

/* `except`: an event that takes others of the same value out of the count. */
typedef struct sw_except {
    sw_on on;
    int32_t slot; /* of on.type */
    sw_fields by; /* one slot for each entry of `ons` */
} sw_except;

/* An entry of `requires` or `forbids`: what must, or must not, have come before. */
typedef struct sw_before {
    sw_on on;
    sw_window within; /* how much earlier at most */
    bool or_same;     /* one at the very same time counts, too */
} sw_before;

/* One version of one rule. */
typedef struct sw_rule {
    sw_slice id;
    sw_slice name, name_en, text; /* may be empty; text: what to do, for the warning */
    sw_kind kind;
    sw_slice element, domain, tier, note, compartment; /* may be empty */
    sw_slice number_source; /* "law", "local_default", …; empty: not said */
    bool local_default;     /* the number is ours: a bureau may change it */
    sw_severity severity;
    const struct sw_pack *pack;
    uint32_t index; /* in the ruleset; unique over packs and versions */
    sw_slice file;  /* as the user named it */
    uint32_t line;
    int64_t from_ms, until_ms; /* when this version holds: [from, until), after the rule's and
                                  its pack's `effective` and later versions are applied */
    const sw_basis *basis;
    uint32_t basis_count;
    const uint32_t *key_ids;   /* of the catalogue; widest first */
    const sw_slice *key_names; /* their names, in the same order */
    uint32_t key_count;
    const sw_fact *facts;
    uint32_t fact_count;
    bool liberty;

    /* deadline */
    const sw_on *starts, *stops, *cancels, *restarts;
    uint32_t start_count, stop_count, cancel_count, restart_count;
    const sw_pause_entry *pauses;
    uint32_t pause_count;
    const sw_limit *limits;
    uint32_t limit_count;
    const sw_extend *extends;
    uint32_t extend_count;
    const sw_count_choice *counts; /* the first whose `when` holds; none: the default */
    uint32_t count_count;
    const sw_count *caution; /* NULL: none */
    const sw_warn *warns;    /* deadline: in order of the pack */
    uint32_t warn_count;

    /* check, threshold, sequence: an event is taken by the first entry that holds */
    const sw_on *ons;
    uint32_t on_count;
    sw_warn warn; /* check, sequence, match: level and recipients */
    int64_t settle_ms;

    /* threshold */
    sw_window within; /* match, too */
    const sw_threshold_level *levels;
    uint32_t level_count;
    bool below;        /* levels fire at the end of a calendar period with fewer than their count */
    uint32_t baseline; /* windows before the one counted, of which levels with `ratio` take the
                          mean; 0: none */
    sw_fields distinct, once;
    int64_t once_ms; /* of `once`: one that comes so soon after its like does not count */
    const sw_except *excepts;
    uint32_t except_count;
    const sw_cel *const *weights; /* for each entry of `ons`; NULL: 1 each */

    /* sequence */
    const sw_before *befores;
    uint32_t before_count;
    bool forbids;

    /* match */
    sw_on left, right;
    const sw_cel *where; /* over left.*, right.* and facts; NULL: every pair */
    uint32_t max_pairs;
} sw_rule;

typedef struct sw_pack {
    sw_slice name, version, title, note; /* title, note: may be empty */
    sw_slice label;                      /* NAME@VERSION */
    sw_hash128 hash;                     /* of the pack's files */
    const sw_zone *zone;
    const sw_calendar *calendar;
    sw_slice calendar_name;
    int64_t from_ms, until_ms;
} sw_pack;

typedef struct sw_ruleset sw_ruleset;

typedef struct sw_ruleset_options {
    const sw_catalogue *catalogue;
    const sw_calendar *const *calendars; /* named by packs' `calendar:` */
    uint32_t calendar_count;
    sw_diags *notes; /* what is allowed but looks wrong; may be NULL */
} sw_ruleset_options;

/* Loads all pack files (those of one metadata name and version form one pack). All findings of all
 * files in one run, sorted by file and place. Lives in `arena`. SW_E_INVALID after any finding;
 * SW_E_LIMIT: the arena's cap. */
SW_NODISCARD sw_err sw_ruleset_load(sw_arena *arena, const sw_ruleset_options *options,
                                    const char *const *paths, size_t count, sw_diags *diags,
                                    const sw_ruleset **ret);
typedef struct sw_pack_text {
    sw_slice file, text;
} sw_pack_text;
SW_NODISCARD sw_err sw_ruleset_parse(sw_arena *arena, const sw_ruleset_options *options,
                                     const sw_pack_text *texts, size_t count, sw_diags *diags,
                                     const sw_ruleset **ret);

const sw_catalogue *sw_ruleset_catalogue(const sw_ruleset *set);
uint32_t sw_ruleset_rule_count(const sw_ruleset *set);
const sw_rule *sw_ruleset_rule(const sw_ruleset *set, uint32_t index);
uint32_t sw_ruleset_pack_count(const sw_ruleset *set);
const sw_pack *sw_ruleset_pack(const sw_ruleset *set, uint32_t index);
/* Versions of one rule id, those of the later `from` first. Rules of one id are one line: at most
 * one version holds at a time: of the pack version that holds then (of overlapping ones the later
 * `from`, then the higher version number), the rule with the later `from`. Their intervals are cut
 * so and never overlap; a rule that holds again after a version came and went is there twice. */
uint32_t sw_ruleset_line_count(const sw_ruleset *set);
typedef struct sw_rule_line {
    sw_slice id;
    const sw_rule *const *versions;
    uint32_t version_count;
    uint32_t index;
} sw_rule_line;
const sw_rule_line *sw_ruleset_line(const sw_ruleset *set, uint32_t index);
const sw_rule_line *sw_ruleset_line_of(const sw_ruleset *set, const sw_rule *rule);
/* The version that holds at `ms`, or NULL. */
const sw_rule *sw_rule_line_at(const sw_rule_line *line, int64_t ms);

/* Entries that give a warning its level: a deadline's `warn`, a threshold's `levels`, else one. */
uint32_t sw_rule_warn_count(const sw_rule *rule);
const sw_warn *sw_rule_warn(const sw_rule *rule, uint32_t index);
/* The largest value of a threshold's `weight`; more counts as this much. */
#define SW_WEIGHT_MAX 1000000
/* A match looks at no more partners of an event; where there are more, the rule is off for it. */
#define SW_PARTNERS_MAX 10000u

const char *sw_level_name(sw_level level);    /* "green" … "breach" */
const char *sw_level_name_zh(sw_level level); /* 绿 蓝 黄 橙 红 已超期 */
const char *sw_kind_name(sw_kind kind);
const char *sw_severity_name(sw_severity severity);

#endif
