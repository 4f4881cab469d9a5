/* trace.h - typed events of what happens inside, to whoever listens.  Layer 1.  Thread: any. */
#ifndef SW_ENV_TRACE_H
#define SW_ENV_TRACE_H

#include "base/err.h"
#include "base/slice.h"

/* Libraries never log: they trace. The host prints events as JSON lines; the simulator checks them,
 * and one of level ERROR fails its run. */
typedef enum sw_trace_level {
    SW_TRACE_DEBUG,
    SW_TRACE_INFO,
    SW_TRACE_WARN,
    SW_TRACE_ERROR
} sw_trace_level;

#define SW_TRACE_FIELDS_MAX 6

typedef struct sw_trace_field {
    const char *name; /* NULL ends the list */
    int64_t number;   /* used if `text` is empty */
    sw_slice text;    /* borrowed for the call */
} sw_trace_field;

typedef struct sw_trace_event {
    sw_trace_level level;
    const char *name; /* "task.claimed" */
    sw_err err;       /* SW_OK where none belongs to it */
    sw_trace_field fields[SW_TRACE_FIELDS_MAX];
} sw_trace_event;

typedef struct sw_trace_sink {
    void (*take)(void *arg, const sw_trace_event *event); /* called by any thread */
    void *arg;
} sw_trace_sink;

/* `sink` may be NULL. */
void sw_trace(const sw_trace_sink *sink, const sw_trace_event *event);
const char *sw_trace_level_name(sw_trace_level level);

#endif
