/* telling.h - a transition or a warning of the set in few bytes, for sorting.  Layer 9.  Thread:
 * any. */
#ifndef SW_SEAWALL_TELLING_H
#define SW_SEAWALL_TELLING_H

#include "base/buf.h"
#include "rules/book.h"

/* What is told of a warning, as it is given out in order. */
typedef struct sw_telling {
    bool of_set; /* a warning of the final set: `transition` holds nothing but the warning */
    sw_transition transition; /* `warning` is set in both cases */
    sw_slice explanation;     /* JSON; may be empty */
} sw_telling;

/* Appends. `transition` NULL: a warning of the set. Check out->err. */
void sw_telling_encode(const sw_transition *transition, const sw_warning *warning,
                       sw_slice explanation, sw_buf *out);

/* What was encoded by this process under the same rules: the form is not kept and not checked.
 * Lives in `arena`; texts point into `bytes`. SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_telling_decode(const sw_ruleset *set, sw_slice bytes, sw_arena *arena,
                                      sw_telling *ret);

#endif
