/* loop.h - the event loop of a process: timers, work from other threads, signals.  Layer 8.
 * Thread: the loop's, where a call does not say otherwise. */
#ifndef SW_HOST_LOOP_H
#define SW_HOST_LOOP_H

#include <stdint.h>

#include "base/err.h"

typedef struct sw_loop sw_loop;
typedef struct sw_loop_timer sw_loop_timer;
typedef void (*sw_loop_fn)(void *arg);

/* SW_E_NOMEM, SW_E_IO. */
SW_NODISCARD sw_err sw_loop_open(sw_loop **ret);
/* What was posted and has not run is run, work is waited for; timers end without a call. Nobody
 * posts any longer. NULL is a no-op. */
void sw_loop_close(sw_loop *loop);

/* Runs until sw_loop_stop. The thread that calls it is the loop's thread. */
void sw_loop_run(sw_loop *loop);
/* Any thread. The loop ends its turn and sw_loop_run returns. */
void sw_loop_stop(sw_loop *loop);

/* Any thread: `fn` is called on the loop's thread, soon, in order of posting. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_loop_post(sw_loop *loop, sw_loop_fn fn, void *arg);
/* Any thread: `work` is called on one of a few threads for slow work (it may block), and then
 * `done` (may be NULL) on the loop's. Closing the loop waits for it. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_loop_work(sw_loop *loop, sw_loop_fn work, sw_loop_fn done, void *arg);

/* Calls `fn` after `after_ms`, then every `repeat_ms` (0: once). SW_E_NOMEM. */
SW_NODISCARD sw_err sw_loop_timer_open(sw_loop *loop, int64_t after_ms, int64_t repeat_ms,
                                       sw_loop_fn fn, void *arg, sw_loop_timer **ret);
/* Moves its next call to `after_ms` from now. */
void sw_loop_timer_again(sw_loop_timer *timer, int64_t after_ms);
void sw_loop_timer_close(sw_loop_timer *timer); /* NULL is a no-op */

/* SIGTERM and SIGINT call `stop` (a second one ends the process at once), SIGHUP calls `reload`
 * (may be NULL). SIGPIPE is ignored. SW_E_IO. */
SW_NODISCARD sw_err sw_loop_signals(sw_loop *loop, sw_loop_fn stop, sw_loop_fn reload, void *arg);

/* `fn` is called whenever `fd` can be read, until sw_loop_unwatch. Level-triggered. SW_E_IO. */
typedef struct sw_loop_watch sw_loop_watch;
SW_NODISCARD sw_err sw_loop_watch_open(sw_loop *loop, int fd, sw_loop_fn fn, void *arg,
                                       sw_loop_watch **ret);
void sw_loop_watch_close(sw_loop_watch *watch); /* NULL is a no-op; `fd` stays open */

#endif
