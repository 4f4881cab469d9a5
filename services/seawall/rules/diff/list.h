/* list.h - how a changed warning looks in a comparison: jsonl, csv, table.  Layer 9.  Thread: main.
 */
#ifndef SW_SEAWALL_DIFF_LIST_H
#define SW_SEAWALL_DIFF_LIST_H

#include <stdio.h>

#include "base/buf.h"
#include "seawall/rules/diff/diff.h"

typedef struct sw_diff_format {
    const char *name;
    /* One line into `out`, without a newline. */
    sw_err (*render)(const sw_diff *diff, sw_buf *out);
    /* What stands above the lines. False: writing failed. */
    bool (*begin)(FILE *to);
    bool (*print)(FILE *to, sw_slice line);
} sw_diff_format;

/* NULL: there is no such format. */
const sw_diff_format *sw_diff_format_find(const char *name);

#endif
