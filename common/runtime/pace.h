/* pace.h - when a worker runs its tasks: at once where somebody waits, seldom where nobody does and
 * it costs much.  Layer 7, private to runtime.  Thread: the worker's. */
#ifndef SW_RUNTIME_PACE_H
#define SW_RUNTIME_PACE_H

#include "runtime/parts.h"

/* Without anybody waiting and without a backlog, turns are begun no oftener than each commit_ms:
 * what came in the meantime shares their sync. A due timer waits for a part of that only. */
bool sw_pace_is_time(sw_worker *worker, int64_t now_ms, int64_t mono_us);
/* How long the worker has nothing to do, unless records come. */
int64_t sw_pace_wait_us(const sw_worker *worker, int64_t now_ms, int64_t mono_us);
/* Whether records that come make no difference to that. */
bool sw_pace_deaf(const sw_worker *worker, int64_t mono_us);
/* Whether the slot's task runs in each turn. A task whose processor has patience does not while
 * somebody waits for others, or did lately. */
bool sw_pace_prompt(const sw_worker *worker, const sw_slot *slot, int64_t mono_us);
/* Of the others the one that is due and was due first; NULL: none (more) in the turn that began at
 * `mono_us`. */
sw_slot *sw_pace_next(sw_worker *worker, int64_t mono_us);
/* Whether the turn has lasted so long that it is to be committed. */
bool sw_pace_enough(const sw_worker *worker, int64_t mono_us);

#endif
