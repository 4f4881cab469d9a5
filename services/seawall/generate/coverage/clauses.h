/* clauses.h - the clauses of rules, each with how often it was exercised.  Layer 9.  Thread:
 * owner's. */
#ifndef SW_SEAWALL_CLAUSES_H
#define SW_SEAWALL_CLAUSES_H

#include "rules/pack.h"

typedef enum clause_part {
    CLAUSE_START, /* of a check: its event */
    CLAUSE_STOP,
    CLAUSE_EXTEND,
    CLAUSE_PAUSE,
    CLAUSE_RESTART,
    CLAUSE_CANCEL,
    CLAUSE_PART_COUNT
} clause_part;

typedef struct clauses {
    const sw_ruleset *set;
    uint64_t **counts[CLAUSE_PART_COUNT]; /* by part, rule index, entry */
    sw_arena *arena;
} clauses;

/* SW_E_LIMIT: arena full. */
SW_NODISCARD sw_err clauses_init(clauses *c, sw_arena *arena, const sw_ruleset *set);
uint32_t clauses_count(const sw_rule *rule, clause_part part);
const sw_on *clauses_entry(const sw_rule *rule, clause_part part, uint32_t entry);
const char *clauses_part_name(clause_part part);
/* Counts the entry by which `event` was taken: the first of its type whose condition does not say
 * no. A condition on facts can't say no here; that it was taken is known from the ledger. */
void clauses_took(clauses *c, const sw_rule *rule, clause_part part, const sw_event *event,
                  sw_arena *scratch);
/* Of all parts: how often; 0 for a rule that nothing opened. */
uint64_t clauses_of(const clauses *c, const sw_rule *rule, clause_part part);

#endif
