/* keep.h - copies of what evaluators lend for the length of a call.  Test code.  Thread: owner's.
 */
#ifndef SW_TESTS_PROPERTY_KEEP_H
#define SW_TESTS_PROPERTY_KEEP_H

#include "rules/book.h"

/* The arena's exhaustion is a programmer's error here. */
const sw_warning *keep_warning(sw_arena *arena, const sw_warning *warning);
sw_transition keep_transition(sw_arena *arena, const sw_transition *told);

/* A list of them that grows. */
typedef struct kept {
    sw_transition *all;
    uint32_t count, cap;
} kept;
void keep_in(sw_arena *arena, kept *list, const sw_transition *told);

#endif
