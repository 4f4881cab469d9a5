/* explain_unopened.h - events that could have opened an instance and did not, and why.  Layer 5,
 * private to rules.  Thread: owner's. */
#ifndef SW_RULES_BOOK_EXPLAIN_UNOPENED_H
#define SW_RULES_BOOK_EXPLAIN_UNOPENED_H

#include "rules/book/explain_json.h"

/* What became of an event before any of its conditions counted. */
typedef enum sw_fate {
    SW_FATE_TRIED, /* nothing: the rule looked at it, or an instance ran */
    SW_FATE_TO_COME,
    SW_FATE_RETRACTED,
    SW_FATE_CORRECTED, /* into something that does not open */
    SW_FATE_LACKS_KEY,
    SW_FATE_CANCELLED /* it opened, and that was cancelled */
} sw_fate;

/* A start event (check: its `on` event) in one of its groups. Borrows from the book. */
typedef struct sw_unopened {
    sw_view view;
    const sw_touch *touch; /* of its type in the strand */
    sw_group group;        /* LACKS_KEY: empty values */
    uint32_t combo;
    sw_fate fate;
    uint32_t lacks;      /* LACKS_KEY: the first key field that is not carried */
    uint32_t by_rec;     /* RETRACTED, CORRECTED, CANCELLED: by this record */
    uint32_t running_by; /* TRIED: the record that opened what was running then; 0: nothing was */
} sw_unopened;

/* All of them that `what` names by rule and key, of each strand; by strand, group, order. In the
 * ledger's arena. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_unopened_find(const sw_ledger *l, const sw_explain *what,
                                     const sw_unopened **ret, uint32_t *ret_count);

/* Writes one as an object. A failure of the machine is left in l->err. */
void sw_unopened_write(sw_ledger *l, const sw_unopened *item);

/* Where a clause puts the beginning, whether its condition holds or not: the event's time where
 * `at` fails, of which `ret_failure` (may be NULL) is told; its code is SW_OK else. */
int64_t sw_unopened_moment(sw_scope *scope, const sw_use *use, sw_cel_failure *ret_failure);

#endif
