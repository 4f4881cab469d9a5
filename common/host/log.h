/* log.h - what happens, as JSON lines on stderr; who did what, as audit lines too.  Layer 8.
 * Thread: any. */
#ifndef SW_HOST_LOG_H
#define SW_HOST_LOG_H

#include "base/diag.h"
#include "env/clock.h"
#include "env/metrics.h"
#include "env/trace.h"
#include "host/auth.h"

typedef struct sw_log sw_log;

typedef struct sw_log_options {
    int fd;                 /* lines go here; 2 is stderr */
    sw_trace_level level;   /* what is below is not written */
    const char *audit_path; /* appended to, readable by its owner alone; NULL: no file */
    sw_clock *clock;
    sw_metrics *metrics; /* may be NULL */
} sw_log_options;

/* SW_E_IO, said in `diags`; SW_E_NOMEM. */
SW_NODISCARD sw_err sw_log_open(const sw_log_options *options, sw_diags *diags, sw_log **ret);
void sw_log_close(sw_log *log); /* NULL is a no-op */
/* Opens the audit file anew, after a rotation. SW_E_IO: the old one is kept. */
SW_NODISCARD sw_err sw_log_reopen(sw_log *log);
void sw_log_set_level(sw_log *log, sw_trace_level level);

/* Writes {"time":…,"level":…,"event":…,"error":…,fields…}. More than 20 lines of one event within a
 * second are counted only; the next one tells how many ("repeated"). `log` may be NULL. */
void sw_log_write(sw_log *log, const sw_trace_event *event);
/* The same as a sink for sw_env; lives as long as the log. */
const sw_trace_sink *sw_log_sink(sw_log *log);

/* Who did what to what, and what came of it. */
typedef struct sw_audit {
    const sw_principal *principal;
    sw_slice client;
    const char *action;  /* "events.post", "warnings.acknowledge" */
    sw_slice object;     /* id of what it was done to; may be empty */
    const char *outcome; /* "done", "refused" */
    sw_slice detail;     /* may be empty */
} sw_audit;

/* Always written, to both; never counted only. A line is whole or not there. `log` may be NULL. */
void sw_log_audit(sw_log *log, const sw_audit *audit);

/* debug, info, warn, error; false: no level of that name. */
bool sw_log_level_parse(sw_slice name, sw_trace_level *ret);

#endif
