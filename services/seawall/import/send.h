/* send.h - sends files of events to a running instance, in batches, so that nothing is lost or sent
 * for nothing.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_IMPORT_SEND_H
#define SW_SEAWALL_IMPORT_SEND_H

#include "seawall/client/client.h"

typedef struct sw_send_options {
    const char *const *paths;
    uint32_t path_count;
    sw_client_options client;
    uint32_t batch_events;    /* 1 to 1,000 */
    const char *state_path;   /* how far it has come, for a later run; NULL: nothing is kept */
    const char *refused_path; /* NULL: only told */
    int64_t patience_s;       /* how long nobody need answer before it gives up */
} sw_send_options;

typedef struct sw_send_totals {
    uint64_t accepted, duplicates, refused;
    uint64_t skipped; /* lines that an earlier run has sent */
} sw_send_totals;

/* Sends all files in order. 429 and 503 are waited for as long as they say; a batch whose answer
 * was lost is sent again, which changes nothing. Returns an exit code: SW_EXIT_REJECTED if some of
 * it was refused; what is wrong was told on stderr. */
int sw_send_files(const sw_send_options *options, sw_send_totals *ret);

#endif
