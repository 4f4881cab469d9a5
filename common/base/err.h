/* err.h - error values and their verdicts.  Layer 0.  Thread: any. */
#ifndef SW_BASE_ERR_H
#define SW_BASE_ERR_H

#include "base/assert.h"

/* Every function that can fail returns one of these by value; outputs named `ret_*` are set only
 * with SW_OK. Text for a person goes into a sw_diags (diag.h) where the failure is understood. */
typedef enum sw_err {
    SW_OK = 0,
    SW_E_SYNTAX = -1,      /* text that is not of its format (JSON, YAML, CEL, RFC 3339, XES) */
    SW_E_TYPE = -2,        /* a value of another type than declared */
    SW_E_INVALID = -3,     /* well-formed, but not allowed here */
    SW_E_UNKNOWN = -4,     /* a name that nothing declares */
    SW_E_MISSING = -5,     /* something required is not there */
    SW_E_LIMIT = -6,       /* larger, deeper or costlier than allowed (an arena's cap too) */
    SW_E_RANGE = -7,       /* a number or time outside what can be represented */
    SW_E_CONFLICT = -8,    /* the same identity with other content */
    SW_E_NOT_FOUND = -9,   /* no such key, file, topic, offset */
    SW_E_END = -10,        /* nothing more to read; not a failure */
    SW_E_AGAIN = -11,      /* not now: outside trouble or back-pressure, try later */
    SW_E_TIMEOUT = -12,    /* no answer in time, and nothing was done */
    SW_E_FENCED = -13,     /* another owner has taken over */
    SW_E_REBALANCED = -14, /* the assignment changed under a batch */
    SW_E_ABORTED = -15,    /* the transaction was aborted */
    SW_E_IO = -16,         /* a read or write of disk failed: its outcome is unknown */
    SW_E_FULL = -17,       /* no space left on the device */
    SW_E_CORRUPT = -18,    /* stored bytes are not what was written */
    SW_E_VERSION = -19,    /* stored by another version of the format */
    SW_E_BUSY = -20,       /* another process holds it */
    SW_E_NOMEM = -21,      /* the heap is exhausted */
    SW_E_INTERNAL = -22    /* a state that must not be */
} sw_err;

/* All that the runtime needs to know of an error (ARCHITECTURE.md, errors). */
typedef enum sw_verdict {
    SW_VERDICT_NONE,   /* SW_OK, SW_E_END: no error */
    SW_VERDICT_RETRY,  /* outside trouble: keep the batch, back off */
    SW_VERDICT_REJECT, /* this input is wrong, and will be tomorrow: dead letter, go on */
    SW_VERDICT_ABORT,  /* our right to commit is gone: drop, rewind, new epoch */
    SW_VERDICT_FATAL   /* stop, restart, recover */
} sw_verdict;

/* The one verdict of an error. Asserts that `err` is a declared value. */
sw_verdict sw_err_verdict(sw_err err);

/* A stable lower-case name, for example "conflict": metrics labels and dead-letter codes. */
const char *sw_err_name(sw_err err);

/* RETRY, REJECT, … in lower case. */
const char *sw_verdict_name(sw_verdict verdict);

#endif
