/* coverage.h - which features of the contract the random cases really met.  Test code.  Thread:
 * owner's. */
#ifndef SW_TESTS_PROPERTY_COVERAGE_H
#define SW_TESTS_PROPERTY_COVERAGE_H

#include "oracle/oracle.h"

#define COVERAGE_MAX 128

/* Counts by name, in order of first mention. Names are literals. */
typedef struct coverage {
    struct {
        const char *name;
        uint64_t count;
    } all[COVERAGE_MAX];
    uint32_t count;
} coverage;

/* Every feature, with 0, so that what is never met shows. */
void coverage_init(coverage *met);
/* What the case's events and the warnings of a set show. */
void coverage_events(coverage *met, const sw_oracle_case *given);
void coverage_set(coverage *met, const sw_found *set, uint32_t count);
void coverage_told(coverage *met, const sw_transition *told, uint32_t count);
/* Prints all; false if one was never met. */
bool coverage_print(const coverage *met);

#endif
