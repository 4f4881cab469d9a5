/* coverage.h - which rules and clauses a set of events exercises, as the evaluator sees it: books
 * are played, and what their ledgers say was taken is counted.  Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_COVERAGE_H
#define SW_SEAWALL_COVERAGE_H

#include <stdio.h>

#include "rules/pack.h"

typedef struct sw_coverage sw_coverage;

/* Errors of the disk ($TMPDIR is sorted in), said in `diags`. */
SW_NODISCARD sw_err sw_coverage_open(const sw_ruleset *set, sw_diags *diags, sw_coverage **ret);
void sw_coverage_close(sw_coverage *coverage); /* NULL is a no-op */
/* One event in JSON. An event that is not valid is an error. */
SW_NODISCARD sw_err sw_coverage_take(sw_coverage *coverage, sw_slice json);
/* Plays everything, once, and prints a table, or one JSON object. */
SW_NODISCARD sw_err sw_coverage_print(sw_coverage *coverage, bool json, FILE *to);

#endif
