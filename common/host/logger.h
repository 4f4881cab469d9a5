/* logger.h - what happens, as JSON lines on stderr; who did what, as audit lines too.  Layer 8.
 * Thread: any. */
#ifndef SW_HOST_LOGGER_H
#define SW_HOST_LOGGER_H

#include "base/diag.h"
#include "env/clock.h"
#include "env/metrics.h"
#include "env/trace.h"
#include "host/auth.h"

typedef struct sw_logger sw_logger;

typedef struct sw_logger_options {
    int fd;                 /* lines go here; 2 is stderr */
    sw_trace_level level;   /* what is below is not written */
    const char *audit_path; /* appended to, readable by its owner alone; NULL: no file */
    sw_clock *clock;
    sw_metrics *metrics; /* may be NULL */
} sw_logger_options;

/* SW_E_IO, said in `diags`; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_logger_open(const sw_logger_options *options, sw_diags *diags,
                                   sw_logger **ret);
void sw_logger_close(sw_logger *log); /* NULL is a no-op */
/* Opens the audit file anew, after a rotation. SW_E_IO: the old one is kept. */
SW_NODISCARD sw_err sw_logger_reopen(sw_logger *log);
void sw_logger_set_level(sw_logger *log, sw_trace_level level);

/* Writes {"time":…,"level":…,"event":…,"error":…,fields…}. More than 20 lines of one event within a
 * second are counted only; the next one tells how many ("repeated"). `log` may be NULL. */
void sw_logger_write(sw_logger *log, const sw_trace_event *event);
/* The same as a sink for sw_env; lives as long as the log. */
const sw_trace_sink *sw_logger_sink(sw_logger *log);

/* Who did what to what, and what came of it. */
typedef struct sw_audit {
    const sw_principal *principal;
    sw_slice client;
    const char *action; /* a literal: "events.post" */
    sw_slice object;    /* id of what it was done to; may be empty */
    uint32_t status;    /* of HTTP; the line's outcome: below 400 "done", 4xx "refused", "failed" */
    const char *code;   /* of what is refused; may be NULL */
    sw_slice detail;    /* may be empty */
} sw_audit;

/* Into the file, one write a line and no sync; into the log what was not done, as sw_logger_write,
 * or all where there is no file. A line is whole or not there. `log` may be NULL. */
void sw_logger_audit(sw_logger *log, const sw_audit *audit);

/* debug, info, warn, error; false: no level of that name. */
bool sw_logger_level_parse(sw_slice name, sw_trace_level *ret);

#endif
