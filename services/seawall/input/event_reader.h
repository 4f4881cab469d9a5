/* event_reader.h - events from JSONL files, what is wrong told with file, line and remedy. Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_EVENT_READER_H
#define SW_SEAWALL_EVENT_READER_H

#include "codec/event.h"
#include "seawall/replay/replay.h"

typedef struct sw_event_reader {
    const sw_catalogue *catalogue;
    const char *const *paths; /* "-": standard input */
    uint32_t path_count;
    bool quiet; /* tell nothing on stderr */
    /* Takes a good event; borrowed for the call. */
    sw_err (*take)(void *ctx, const sw_event *event, sw_origin origin);
    void *ctx;
    uint64_t accepted, rejected; /* counted by sw_event_reader_run */
} sw_event_reader;

#define SW_EVENT_LINE_BYTES_MAX ((size_t)4 << 20)

/* Reads all files in order. What is rejected is told on stderr (the first hundred; all are
 * counted), and reading goes on. Stops with the error of `take`, or of a file that can't be read
 * (told on stderr). */
SW_NODISCARD sw_err sw_event_reader_run(sw_event_reader *reader);

/* Tells of an event that was read well but is refused because another one with its identity came
 * first. */
void sw_event_reader_conflict(sw_event_reader *reader, sw_origin origin, sw_err code,
                              sw_slice source, sw_slice id);

#endif
