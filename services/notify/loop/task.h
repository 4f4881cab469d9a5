/* task.h - one call of the processor notify: its task, who is told, what is emitted.  Layer 9.
 * Thread: task owner. */
#ifndef SW_NOTIFY_LOOP_TASK_H
#define SW_NOTIFY_LOOP_TASK_H

#include <seawall/v1/notice.pb-c.h>
#include <seawall/v1/task.pb-c.h>

#include "evaluate/told.h"
#include "notify/directory/rows.h"
#include "notify/shared.h"

typedef Seawall__V1__Task sw_task_row;
typedef Seawall__V1__Telling sw_telling;

typedef struct sw_notify_call {
    sw_ctx *ctx;
    const sw_notify_shared *shared;
    sw_pb pb;
    int64_t now_ms;
    sw_directory_rows rows;
    sw_directory_source directory;
    bool timed; /* a task that was loaded has a timer */
    sw_err err; /* the first of a run of emits */
} sw_notify_call;

void sw_notify_call_init(sw_notify_call *call, sw_ctx *ctx, const sw_notify_shared *shared);

/* ---- tasks ---- */

/* *ret NULL: there is none. */
SW_NODISCARD sw_err sw_task_load(sw_notify_call *call, sw_slice id, sw_task_row **ret);
/* A new one, in state open, kept at `home`. NULL: the arena is full. */
sw_task_row *sw_task_new(sw_notify_call *call, const char *id, sw_slice home);
/* Writes the row and its record, saying what changed; sets the timer of the ladder. */
SW_NODISCARD sw_err sw_task_save(sw_notify_call *call, sw_task_row *task, const char *change);
/* Says under `key` (field=value) where the task is kept. */
SW_NODISCARD sw_err sw_task_route(sw_notify_call *call, const sw_task_row *task, const char *key);
uint32_t sw_task_level(const sw_task_row *task);
bool sw_task_ended(const sw_notify_call *call, const sw_task_row *task);
/* Remembers a step; the oldest are forgotten past 64. NULL: the arena is full. */
Seawall__V1__TaskStep *sw_task_step(sw_notify_call *call, sw_task_row *task, const char *action,
                                    const char *actor);
/* The ladder of the task's level begins anew, or ends. */
void sw_task_ladder(sw_notify_call *call, sw_task_row *task, bool on);
/* The group's first field and value. */
void sw_task_key(sw_notify_call *call, sw_task_row *task, sw_slice name, sw_slice value);

/* ---- telling ---- */

/* What all recipients are told alike. */
sw_telling *sw_tell_new(sw_notify_call *call, const sw_task_row *task, const char *kind,
                        uint32_t level);
/* Tells everybody who holds one of the roles; `ret_told` counts them. Each is added to task->told
 * (NULL: none keeps them). */
SW_NODISCARD sw_err sw_tell_roles(sw_notify_call *call, const sw_telling *telling,
                                  const char *subject, const sw_slice *roles, uint32_t role_count,
                                  sw_slice officerid, sw_task_row *task, uint32_t *ret_told);
/* Tells the next level up that somebody could not be reached. */
SW_NODISCARD sw_err sw_tell_above(sw_notify_call *call, const Seawall__V1__Unreached *unreached,
                                  sw_task_row *task);
/* The webhooks that want this level and unit. */
SW_NODISCARD sw_err sw_tell_webhooks(sw_notify_call *call, const sw_telling *telling,
                                     const char *subject);
/* Whoever was told of the warning need not be told any more, if it still waits. */
SW_NODISCARD sw_err sw_tell_off(sw_notify_call *call, const sw_task_row *task,
                                const char *warning_id, const char *reason);
/* Roles as slices. */
const sw_slice *sw_tell_words(sw_notify_call *call, const char *const *words, uint32_t count);

/* ---- what comes in ---- */

SW_NODISCARD sw_err sw_notify_on_warning(sw_notify_call *call, const sw_input *input);
SW_NODISCARD sw_err sw_notify_on_event(sw_notify_call *call, const sw_input *input);
/* An event under unit_org=CODE: of a patrol, or one that corrects another event. */
SW_NODISCARD sw_err sw_notify_on_patrol(sw_notify_call *call, const sw_input *input, sw_slice type);
SW_NODISCARD sw_err sw_notify_on_hop(sw_notify_call *call, const sw_input *input);
/* A recorded decision reaches its task. */
SW_NODISCARD sw_err sw_notify_decide(sw_notify_call *call, const Seawall__V1__Decision *decision);
/* Sends a decision on to its task, or keeps it until the task is known. */
SW_NODISCARD sw_err sw_notify_send_on(sw_notify_call *call, sw_slice key,
                                      Seawall__V1__Decision *decision);
/* The next step of a ladder. */
SW_NODISCARD sw_err sw_notify_escalate(sw_notify_call *call, sw_slice task);

/* Whether `officer` may take the step on the task: SW_OK and *ret_why NULL, or why not. For the
 * processor and, beforehand, for whoever asks over HTTP. */
SW_NODISCARD sw_err sw_loop_may(const sw_loop_step *step, const sw_task_row *task,
                                const sw_directory_source *directory, sw_pb *pb, sw_slice officer,
                                sw_slice note, int64_t at_ms, const char **ret_why);

#endif
