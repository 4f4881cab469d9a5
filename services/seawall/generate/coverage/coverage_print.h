/* coverage_print.h - coverage for people and programs.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_COVERAGE_PRINT_H
#define SW_SEAWALL_COVERAGE_PRINT_H

#include <stdio.h>

#include "seawall/generate/coverage/clauses.h"

/* SW_E_IO, SW_E_LIMIT. */
SW_NODISCARD sw_err coverage_print(const clauses *c, bool json, sw_arena *arena, FILE *to);

#endif
