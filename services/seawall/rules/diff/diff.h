/* diff.h - compares the warnings of two rulesets over the same events, in bounded memory.  Layer 9.
 * Thread: owner's.
 *
 * Warnings of one id are the same warning. A period that is opened by another event under the new
 * rules has another id: what remains of deadlines in one rule, key, level and repeat is joined by
 * the nearest start (docs/rules.md). */
#ifndef SW_SEAWALL_DIFF_H
#define SW_SEAWALL_DIFF_H

#include "base/diag.h"
#include "seawall/replay/telling.h"

typedef enum sw_diff_kind {
    SW_DIFF_ADDED,
    SW_DIFF_REMOVED,
    SW_DIFF_EARLIER, /* the level's time moved */
    SW_DIFF_LATER,
    SW_DIFF_CHANGED, /* the level's time stands, something else doesn't */
    SW_DIFF_SAME,
    SW_DIFF_KINDS
} sw_diff_kind;

/* What differs between the two sides of a pair, as bits; docs/rules.md has the words. */
typedef enum sw_diff_part {
    SW_DIFF_ID = 1,
    SW_DIFF_START = 2,
    SW_DIFF_DUE = 4,
    SW_DIFF_FIRES = 8,
    SW_DIFF_STATE = 16,
    SW_DIFF_LATE = 32,
    SW_DIFF_PROVISIONAL = 64,
    SW_DIFF_TO = 128,
    SW_DIFF_OWNER = 256
} sw_diff_part;

typedef struct sw_diff {
    sw_diff_kind kind;
    uint32_t parts;                   /* of sw_diff_part; 0 where a side is missing */
    const sw_warning *before, *after; /* NULL: not on that side */
} sw_diff;

/* What both sides name; `after` where there is one. */
static inline const sw_warning *sw_diff_warning(const sw_diff *diff) {
    return diff->after ? diff->after : diff->before;
}

typedef struct sw_differ sw_differ;

/* The rulesets must outlive it. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_differ_open(const sw_ruleset *before, const sw_ruleset *after,
                                   size_t memory_bytes, const char *tmp_dir, sw_diags *diags,
                                   sw_differ **ret);
void sw_differ_close(sw_differ *differ); /* NULL is a no-op */
/* Takes a warning of the set of the first ruleset or, with `is_after`, of the second. Copies it.
 * Errors of the disk, said in the diags. */
SW_NODISCARD sw_err sw_differ_add(sw_differ *differ, bool is_after, const sw_warning *warning);
/* Tells every warning of both sides once, by rule, key, level, repeat. Borrowed for the call. Once.
 * SW_E_LIMIT: one rule warned too often for one key. */
SW_NODISCARD sw_err sw_differ_run(sw_differ *differ, void *ctx,
                                  sw_err (*tell)(void *ctx, const sw_diff *diff));

#endif
