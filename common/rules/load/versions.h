/* versions.h - which of overlapping versions holds when.  Layer 5, private to rules.  Thread:
 * owner's. */
#ifndef SW_RULES_LOAD_VERSIONS_H
#define SW_RULES_LOAD_VERSIONS_H

#include "rules/load/draft.h"

/* [from, until) in which candidate number `which` holds. */
typedef struct span_piece {
    int64_t from_ms, until_ms;
    uint32_t which;
} span_piece;

typedef struct span_claim {
    int64_t from_ms, until_ms;
    int64_t rank_ms; /* the later holds where claims overlap; of equal ones the later in the list */
} span_claim;

#define SW_CLAIMS_MAX 1000

/* Cuts claims into pieces that do not overlap, in order of time. `count` at most SW_CLAIMS_MAX.
 * False: the arena is full. */
bool versions_cut(loader *l, const span_claim *claims, uint32_t count, span_piece **ret,
                  uint32_t *ret_count);

/* "1.10.0" after "1.9.0": numbers by value, the rest by bytes. */
int versions_cmp(sw_slice a, sw_slice b);

/* All rules with their intervals cut, in order of the drafts; a rule whose version holds twice (a
 * later one came and went) stands twice. Of one id at most SW_CLAIMS_MAX claims count. */
bool versions_resolve(loader *l, rule_draft *const *drafts, uint32_t count,
                      pack_draft *const *packs, uint32_t pack_count, const sw_rule **ret,
                      uint32_t *ret_count);

#endif
