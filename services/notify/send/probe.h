/* probe.h - whether the gateway can be reached, asked before any message needs it.  Layer 9.
 * Thread: the executor's; sw_probe_down any. */
#ifndef SW_NOTIFY_PROBE_H
#define SW_NOTIFY_PROBE_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "env/env.h"
#include "notify/send/channels.h"

typedef struct sw_probe {
    const sw_channels *channels;
    sw_env env;
    CURL *call; /* under way; NULL: none */
    int64_t next_us;
    sw_metric *up;
    atomic_int state; /* 0: not known, 1: reached, 2: not */
    char error[CURL_ERROR_SIZE];
} sw_probe;

/* Nothing is asked where SMS go to a file, or `probe` is 0. Zeroed memory before. */
SW_NODISCARD sw_err sw_probe_init(sw_probe *probe, const sw_channels *channels, sw_env env);
/* Begins a call if it is time for one. */
void sw_probe_go(sw_probe *probe, CURLM *multi);
/* Whether the handle is the probe's: then its outcome is taken, and the handle is gone. */
bool sw_probe_ended(sw_probe *probe, CURLM *multi, CURL *handle, CURLcode code);
void sw_probe_done(sw_probe *probe, CURLM *multi);
/* Whether the gateway could not be reached the last time. */
bool sw_probe_down(sw_probe *probe);

#endif
