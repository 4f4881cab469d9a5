#include "notify/send/probe.h"

#include <stdio.h>

#define CALL_MS 5000L

static int64_t now_us(const sw_probe *probe) {
    return sw_clock_mono_us(probe->env.clock);
}

sw_err sw_probe_init(sw_probe *probe, const sw_channels *channels, sw_env env) {
    probe->channels = channels;
    probe->env = env;
    if (channels->sms != SW_SMS_KANNEL || !channels->probe_ms) return SW_OK;
    return sw_metrics_get(env.metrics, SW_METRIC_GAUGE, "seawall_notify_gateway_up", "",
                          "1 where the SMS gateway could be reached", &probe->up);
}

static size_t drop(char *bytes, size_t size, size_t count, void *arg) {
    (void)bytes;
    (void)arg;
    return size * count;
}

void sw_probe_go(sw_probe *probe, CURLM *multi) {
    if (!probe->up || probe->call || now_us(probe) < probe->next_us) return;
    const char *url = probe->channels->probe_url;
    probe->next_us = now_us(probe) + probe->channels->probe_ms * 1000;
    probe->call = curl_easy_init();
    if (!probe->call) return;
    probe->error[0] = '\0';
    curl_easy_setopt(probe->call, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(probe->call, CURLOPT_TIMEOUT_MS, CALL_MS);
    curl_easy_setopt(probe->call, CURLOPT_ERRORBUFFER, probe->error);
    curl_easy_setopt(probe->call, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(probe->call, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(probe->call, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(probe->call, CURLOPT_FRESH_CONNECT, 1L);
    /* Without a page of its own: that somebody listens, and nothing is asked of him. */
    curl_easy_setopt(probe->call, CURLOPT_URL, *url ? url : probe->channels->sms_url);
    if (!*url) curl_easy_setopt(probe->call, CURLOPT_CONNECT_ONLY, 1L);
    if (!curl_multi_add_handle(multi, probe->call)) return;
    curl_easy_cleanup(probe->call);
    probe->call = NULL;
}

static void tell(sw_probe *probe, bool up, long status) {
    char why[CURL_ERROR_SIZE + 32];
    snprintf(why, sizeof why, "%s%.0ld", probe->error, status);
    const sw_trace_event event = {.level = up ? SW_TRACE_INFO : SW_TRACE_WARN,
                                  .name = up ? "notify.gateway.up" : "notify.gateway.down",
                                  .fields = {{"url", 0, sw_slice_cstr(probe->channels->sms_url)},
                                             {"why", 0, sw_slice_cstr(why)}}};
    sw_trace(probe->env.trace, &event);
}

bool sw_probe_ended(sw_probe *probe, CURLM *multi, CURL *handle, CURLcode code) {
    if (!probe->call || handle != probe->call) return false;
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    bool up = !code && (!*probe->channels->probe_url || (status >= 200 && status < 300));
    int before = atomic_exchange(&probe->state, up ? 1 : 2);
    if (before != (up ? 1 : 2) && (before || !up)) tell(probe, up, status);
    sw_metric_set(probe->up, up);
    sw_probe_done(probe, multi);
    return true;
}

void sw_probe_done(sw_probe *probe, CURLM *multi) {
    if (!probe->call) return;
    curl_multi_remove_handle(multi, probe->call);
    curl_easy_cleanup(probe->call);
    probe->call = NULL;
}

bool sw_probe_down(sw_probe *probe) {
    return atomic_load(&probe->state) == 2;
}
