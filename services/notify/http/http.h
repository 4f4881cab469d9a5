/* http.h - what the handlers of notify share: committed rows, facts as JSON.  Layer 9.  Thread:
 * any. */
#ifndef SW_NOTIFY_HTTP_H
#define SW_NOTIFY_HTTP_H

#include <seawall/v1/notice.pb-c.h>
#include <seawall/v1/task.pb-c.h>

#include "notify/directory/lookup.h"
#include "notify/json.h"
#include "notify/notify.h"

struct sw_notify {
    sw_arena arena;
    sw_notify_shared shared;
    const sw_channels *channels;
    sw_notify_home home;
    sw_executor *executor;
    sw_read tasks, routes, directory, patrols, entries, people, notices, inbox;
    char reply_path[64];
    const char *data_dir;
    /* Of plans: since when there are any; when the next period begins; up to where the directory
     * was read, by the last round and by one that found it unchanged; no round before. */
    int64_t plans_since_ms, plans_next_ms, plans_seen, plans_ends, plans_rest_ms;
};

/* One request's view. */
typedef struct sw_notify_view {
    sw_notify *notify;
    sw_http_exchange *x;
    sw_pb pb;
    uint32_t partition; /* whose copy of the directory is read */
    int64_t now_ms;
} sw_notify_view;

void sw_notify_view_init(sw_notify_view *view, sw_notify *notify, sw_http_exchange *x);
sw_directory_source sw_notify_view_directory(sw_notify_view *view);
/* A message of a committed row; *ret NULL if it is not there. `partition` SW_READ_ALL: that of the
 * key. */
SW_NODISCARD sw_err sw_notify_view_get(sw_notify_view *view, const sw_read *read,
                                       uint32_t partition, sw_slice key,
                                       const ProtobufCMessageDescriptor *type, void *ret_message);
/* The task that a warning (or finding) belongs to; *ret NULL. */
SW_NODISCARD sw_err sw_notify_view_task(sw_notify_view *view, sw_slice warning_id,
                                        Seawall__V1__Task **ret);
/* Whether the asker may see the unit; a refusal is answered as if there were nothing. */
bool sw_notify_view_may(sw_notify_view *view, const char *orgcode);

/* JSON. */
void sw_notify_task_json(const Seawall__V1__Task *task, const sw_loop *loop, sw_buf *out);
void sw_notify_notice_json(const Seawall__V1__Notice *notice, sw_buf *out);

/* A step on warnings: checks it and hands its events in. Answers the exchange. `id` makes the
 * events' ids: the same again is the same event. */
typedef struct sw_notify_act {
    sw_slice action, result, note, due, actor, id;
    const sw_slice *warnings;
    uint32_t warning_count;
    bool any; /* of several warnings those that allow it, instead of all or none */
} sw_notify_act;
void sw_notify_act_run(sw_notify_view *view, const sw_notify_act *act);

/* Handlers. */
void sw_notify_post_action(void *arg, sw_http_exchange *x);
void sw_notify_get_inbox(void *arg, sw_http_exchange *x);
void sw_notify_get_notices(void *arg, sw_http_exchange *x);
void sw_notify_get_task(void *arg, sw_http_exchange *x);
void sw_notify_get_tasks(void *arg, sw_http_exchange *x);
void sw_notify_post_directory(void *arg, sw_http_exchange *x);
void sw_notify_get_report(void *arg, sw_http_exchange *x);
void sw_notify_get_reply(void *arg, sw_http_exchange *x);

#endif
