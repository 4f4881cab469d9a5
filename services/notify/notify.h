/* notify.h - warnings reach people: what a process wires of notify.  Layer 9.  Thread: open to
 * close by one; handlers run where the server runs them.
 *
 *     sw_notify_open, then its processors go into the topology with their shared;
 *     the runtime is opened and started; sw_notify_start;
 *     its routes are added to the server;
 *     sw_notify_stop before the runtime is stopped, sw_notify_close after it is closed. */
#ifndef SW_NOTIFY_NOTIFY_H
#define SW_NOTIFY_NOTIFY_H

#include "codec/event.h"
#include "host/http.h"
#include "notify/send/executor.h"
#include "notify/shared.h"

typedef struct sw_notify sw_notify;

typedef struct sw_notify_options {
    const char *settings; /* folder with notify.yaml, templates.yaml, loop.yaml (deploy/notify) */
    const char *channels; /* file of kind Channels; NULL: SMS go to data_dir/sms.log */
    const char *data_dir;
    const char *tier; /* of this deployment; NULL: rules of every tier are told */
    const sw_catalogue *catalogue;
    uint32_t partitions;
} sw_notify_options;

enum { SW_NOTIFY_PROCESSORS = 3, SW_NOTIFY_ROUTES_MAX = 16 };

/* Reads all settings; every fault goes into `diags`. SW_E_INVALID and as sw_policy_load. */
SW_NODISCARD sw_err sw_notify_open(const sw_notify_options *options, sw_diags *diags,
                                   sw_notify **ret);
/* Whether the event is a question of the gate, whose refusal is to be recorded; and after how long
 * the same one is recorded again. */
bool sw_notify_is_gate(const sw_notify *notify, const sw_event *event, int64_t *ret_again_ms);
/* SW_NOTIFY_PROCESSORS of each. `notify` NULL: a topology that is only looked at; nothing shared.
 */
void sw_notify_processors(const sw_notify *notify, const sw_processor **ret_processors,
                          const void **ret_shared);

typedef struct sw_notify_home {
    const sw_topology *topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_env env;
    /* Takes case events in, as POST /v1/events does, and answers the exchange: a step of the loop
     * is recorded like any other event. `type` is application/cloudevents+json or -batch+json. */
    void (*post)(void *arg, sw_http_exchange *x, const char *type, sw_slice body);
    void *post_arg;
    /* Hands in an event of our own, as JSON; the same source and id again changes nothing. Any
     * thread. NULL: periods of plans are begun by somebody else. */
    sw_err (*record)(void *post_arg, sw_slice json);
} sw_notify_home;

/* Starts the executor. `home` is copied; with a runtime that is running. */
SW_NODISCARD sw_err sw_notify_start(sw_notify *notify, const sw_notify_home *home);
/* How many routes were written. They live as long as `notify`. */
uint32_t sw_notify_routes(sw_notify *notify, sw_http_route ret[SW_NOTIFY_ROUTES_MAX]);
/* Under what address a gateway hands in replies: "/v1/sms/reply/…". Keep it secret. */
sw_slice sw_notify_reply_path(const sw_notify *notify);
/* About once a second, by one thread: begins the periods of patrol plans. */
void sw_notify_tick(sw_notify *notify);
/* What does not work though events are taken in; NULL: everything works. Any thread. */
const char *sw_notify_degraded(sw_notify *notify);
void sw_notify_stop(sw_notify *notify);
void sw_notify_close(sw_notify *notify); /* NULL is a no-op */

#endif
