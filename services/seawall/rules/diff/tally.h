/* tally.h - how many warnings of a comparison were added, removed, moved: by rule and by unit.
 * Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_DIFF_TALLY_H
#define SW_SEAWALL_DIFF_TALLY_H

#include "seawall/rules/diff/diff.h"

/* "added", "removed", "earlier", "later", "changed", "same". */
const char *sw_diff_kind_name(sw_diff_kind kind);

typedef struct sw_diff_counts {
    uint64_t of[SW_DIFF_KINDS];
} sw_diff_counts;

typedef struct sw_diff_row {
    sw_slice id, name;  /* of the rule; of a unit its code (empty: none), and no name */
    bool before, after; /* which side has the rule */
    sw_diff_counts counts;
} sw_diff_row;

bool sw_diff_row_differs(const sw_diff_row *row);

typedef struct sw_tally sw_tally;

/* Counts on disk what is over `memory_bytes`. Rules that neither side evaluates have no row.
 * SW_E_NOMEM. */
SW_NODISCARD sw_err sw_tally_open(const sw_ruleset *before, const sw_ruleset *after,
                                  size_t memory_bytes, const char *tmp_dir, sw_diags *diags,
                                  sw_tally **ret);
void sw_tally_close(sw_tally *tally); /* NULL is a no-op */
SW_NODISCARD sw_err sw_tally_add(sw_tally *tally, const sw_diff *diff);

const sw_diff_counts *sw_tally_total(const sw_tally *tally);
/* Rules in the order of the first ruleset, then those that only the second has. */
const sw_diff_row *sw_tally_rules(const sw_tally *tally, uint32_t *ret_count);
/* Tells each unit once, by code; a warning counts for its unit under the new rules. Ends the
 * adding. Errors of the disk and of `tell`. Once. */
SW_NODISCARD sw_err sw_tally_units(sw_tally *tally, void *ctx,
                                   sw_err (*tell)(void *ctx, const sw_diff_row *row));

#endif
