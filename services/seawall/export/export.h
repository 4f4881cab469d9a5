/* export.h - cases and warnings in the forms that process mining reads.  Layer 9.  Thread: main.
 *
 * Personal fields are left out: what leaves is types, times, units, ids and what rules may read. */
#ifndef SW_SEAWALL_EXPORT_H
#define SW_SEAWALL_EXPORT_H

#include "codec/event.h"
#include "rules/warning.h"

/* Writes one log. Entries come in order: first by trace, then by time. All append to `out`, which
 * the caller drains between calls. */
typedef struct sw_export_writer sw_export_writer;

typedef struct sw_export_form {
    const char *name; /* "xes" */
    bool traces;      /* entries are grouped by a key; else each stands once */
    void (*begin)(sw_export_writer *writer, sw_buf *out);
    /* With `traces`: the entries of one value of the key. */
    void (*begin_trace)(sw_export_writer *writer, sw_slice value, sw_buf *out);
    void (*end_trace)(sw_export_writer *writer, sw_buf *out);
    void (*event)(sw_export_writer *writer, const sw_event *event, sw_buf *out);
    void (*warning)(sw_export_writer *writer, const sw_warning *warning, sw_buf *out);
    /* After the last entry: what they refer to, in order, each once. NULL: nothing. */
    void (*begin_objects)(sw_export_writer *writer, sw_buf *out);
    void (*object)(sw_export_writer *writer, sw_slice key_name, sw_slice value, sw_buf *out);
    void (*end)(sw_export_writer *writer, sw_buf *out);
} sw_export_form;

struct sw_export_writer {
    const sw_export_form *form;
    const sw_catalogue *catalogue;
    sw_slice trace_key; /* name of the key that makes a trace */
    bool first;         /* nothing was written since the last begin */
    sw_arena *scratch;
};

extern const sw_export_form sw_export_xes;  /* IEEE 1849-2016 */
extern const sw_export_form sw_export_ocel; /* OCEL 2.0, JSON */

/* The time in RFC 3339: a warning's in the time zone of its pack. */
void sw_export_warning_time(const sw_warning *warning, int64_t ms, sw_buf *out);

#endif
