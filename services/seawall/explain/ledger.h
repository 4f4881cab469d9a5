/* ledger.h - an explanation (docs/explain.md) as text for a person.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_LEDGER_H
#define SW_SEAWALL_LEDGER_H

#include <stdio.h>

#include "base/err.h"
#include "base/slice.h"

/* Prints every ledger of a JSON array as sw_book_explain writes it. SW_E_SYNTAX: it is none.
 * SW_E_LIMIT. */
SW_NODISCARD sw_err sw_ledger_print(FILE *to, sw_slice json);

#endif
