/* env.h - the outside world as one value that is handed down.  Layer 1.  Thread: any. */
#ifndef SW_ENV_ENV_H
#define SW_ENV_ENV_H

#include "env/clock.h"
#include "env/fault.h"
#include "env/metrics.h"
#include "env/trace.h"

/* Everything but the clock may be NULL: then nothing is counted, traced or disturbed. */
typedef struct sw_env {
    sw_clock *clock;
    sw_metrics *metrics;
    const sw_trace_sink *trace;
    sw_faults *faults;
} sw_env;

#endif
