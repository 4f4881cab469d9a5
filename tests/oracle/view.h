/* view.h - what the oracle's parts hand to each other.  Test library.  Thread: any. */
#ifndef SW_TESTS_ORACLE_VIEW_H
#define SW_TESTS_ORACLE_VIEW_H

#include "oracle/oracle.h"
#include "rules/use.h"

/* An accepted event as it stands at a time: what holds of its corrections (NULL: none), and its
 * content, NULL while it is retracted or its time is still to come. */
typedef struct sw_standing {
    const sw_event *original;
    const sw_event *correction;
    const sw_event *content;
} sw_standing;

/* What is known at a time, and where warnings go. */
typedef struct sw_view {
    const sw_ruleset *set;
    const sw_event *const *events; /* the contents in force, sorted by (time, source, id) */
    uint32_t event_count;
    int64_t now_ms;
    sw_bend bend;
    sw_arena *arena;
    struct sw_found_node {
        sw_found found;
        struct sw_found_node *next;
    } * found;
    uint32_t found_count;
    int64_t next_ms;
} sw_view;

/* A rule line's group: the values of the key fields and the events that belong. */
typedef struct sw_group {
    const sw_rule_line *line;
    const uint32_t *key_ids;
    uint32_t key_count;
    const sw_slice *key;
    const sw_event **members; /* sorted by (time, source, id) */
    uint32_t member_count;
    struct sw_group *next;
} sw_group;

/* accept.c */
int64_t sw_oracle_clock(const sw_event *event);
SW_NODISCARD sw_err sw_oracle_standing(const sw_oracle_case *given, int64_t now_ms, sw_arena *arena,
                                       sw_standing **ret, uint32_t *ret_count);

/* The corrections of an accepted event that are in force. */
SW_NODISCARD sw_err sw_oracle_corrections(const sw_oracle_case *given, const sw_event *target,
                                          int64_t now_ms, sw_arena *arena, const sw_event ***ret,
                                          uint32_t *ret_count);
/* Of two corrections (NULL: none) the one that holds. */
const sw_event *sw_oracle_holding(const sw_oracle_case *given, const sw_event *one,
                                  const sw_event *other);
const sw_event *sw_oracle_content(const sw_oracle_case *given, const sw_event *original,
                                  const sw_event *correction, int64_t now_ms);

/* group.c */
SW_NODISCARD sw_err sw_oracle_groups_of(const sw_view *view, const sw_rule_line *line,
                                        const sw_rule *rule, const sw_event *event,
                                        sw_group **list);
SW_NODISCARD sw_err sw_oracle_gather(const sw_view *view, sw_group *group);
bool sw_oracle_carries_all(const sw_group *group, const sw_event *event);
bool sw_oracle_same_key(const sw_rule *rule, const sw_group *group);

/* condition.c */
bool sw_oracle_holds(const sw_view *view, const sw_group *group, const sw_rule *rule,
                     const sw_event *event, const sw_cel *when);
bool sw_oracle_moment(const sw_view *view, const sw_group *group, const sw_rule *rule,
                      const sw_event *event, const sw_cel *at, int64_t *ret_ms);
bool sw_oracle_int(const sw_view *view, const sw_group *group, const sw_rule *rule,
                   const sw_event *event, const sw_cel *n, int64_t *ret);
bool sw_oracle_on(const sw_view *view, const sw_group *group, const sw_rule *rule, const sw_on *on,
                  const sw_event *event, int64_t *ret_ms);

/* The first entry of the rule's `on` that holds for an event; -1: none. */
int32_t sw_oracle_entry(const sw_view *view, const sw_group *group, const sw_rule *rule,
                        const sw_event *event);
/* `where` of a pair; facts are those of the later event. */
bool sw_oracle_where(const sw_view *view, const sw_group *group, const sw_rule *rule,
                     const sw_event *left, const sw_event *right);

/* window.c: is `earlier_ms` in the calendar's period of `later_ms`? */
bool sw_oracle_same_period(const sw_rule *rule, sw_period period, int64_t earlier_ms,
                           int64_t later_ms);
int64_t sw_oracle_period_start(const sw_rule *rule, sw_period period, int64_t ms);
int64_t sw_oracle_period_end(const sw_rule *rule, sw_period period, int64_t ms);
/* "at most `within` apart" */
bool sw_oracle_within(const sw_rule *rule, sw_window window, int64_t earlier_ms, int64_t later_ms);
bool sw_oracle_same_value(const sw_value *a, const sw_value *b);

/* set.c */
/* What fires at `at_ms` and waits for `settle`: a warning of a rule that is no deadline. `second`:
 * the other event of a pair, or NULL. */
SW_NODISCARD sw_err sw_oracle_fire(sw_view *view, const sw_group *group, const sw_rule *rule,
                                   uint32_t warn, int64_t at_ms, const sw_event *first,
                                   const sw_event *second);
SW_NODISCARD sw_err sw_oracle_add(sw_view *view, const sw_group *group, const sw_warning *warning,
                                  const sw_event *opened_by, const sw_event *second,
                                  const sw_event *stopped_by);
SW_NODISCARD sw_err sw_oracle_set_of(const sw_oracle_case *given, const sw_standing *standing,
                                     uint32_t standing_count, int64_t now_ms, sw_arena *arena,
                                     const sw_found **ret, uint32_t *ret_count,
                                     int64_t *ret_next_ms);

/* deadline.c, check.c, threshold.c, sequence.c, match.c */
SW_NODISCARD sw_err sw_oracle_deadline(sw_view *view, const sw_rule_line *line);
SW_NODISCARD sw_err sw_oracle_check(sw_view *view, const sw_rule_line *line);
SW_NODISCARD sw_err sw_oracle_threshold(sw_view *view, const sw_rule_line *line);
SW_NODISCARD sw_err sw_oracle_sequence(sw_view *view, const sw_rule_line *line);
SW_NODISCARD sw_err sw_oracle_match(sw_view *view, const sw_rule_line *line);

/* The version that judges an event which may fire: contract 3, Versions. */
const sw_rule *sw_oracle_version(const sw_view *view, const sw_rule_line *line, sw_kind kind,
                                 const sw_event *event);

#endif
