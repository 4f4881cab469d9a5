/* effective.h - what the accepted events say in the end: duplicates and conflicts told apart,
 * corrections carried out.  Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_EXPORT_EFFECTIVE_H
#define SW_SEAWALL_EXPORT_EFFECTIVE_H

#include "codec/event.h"
#include "store/sorter.h"

/* The same reading as replay's (docs/semantics.md, 2 to 5): of one identity the first by its clock
 * stands; of its corrections the last by (time, source, id) holds; what is retracted is gone. */
typedef struct sw_effective sw_effective;

typedef struct sw_effective_options {
    const sw_catalogue *catalogue;
    int64_t until_ms;    /* events of a later clock or time are left out; SW_TIME_NONE: none */
    size_t memory_bytes; /* for sorting; more goes to tmp_dir */
    const char *tmp_dir;
    sw_diags *diags;
    /* Takes each event that stands, once, in the order of identity. Borrowed for the call. */
    sw_err (*take)(void *ctx, const sw_event *event);
    void *ctx;
} sw_effective_options;

/* SW_E_NOMEM. */
SW_NODISCARD sw_err sw_effective_open(const sw_effective_options *options, sw_effective **ret);
void sw_effective_close(sw_effective *effective); /* NULL is a no-op */
/* Copies. Errors of the disk, said in the diags. */
SW_NODISCARD sw_err sw_effective_add(sw_effective *effective, const sw_event *event);
/* Ends the adding and calls `take`. Once. */
SW_NODISCARD sw_err sw_effective_run(sw_effective *effective);

#endif
