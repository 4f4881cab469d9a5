/* timers.h - one task's timers: rows ordered by time, of which the near future is in memory.
 * Layer 4. Thread: task owner. */
#ifndef SW_STREAM_TIMERS_H
#define SW_STREAM_TIMERS_H

#include "env/clock.h"
#include "env/fault.h"
#include "env/limits.h"
#include "store/overlay.h"

/* A timer is two rows: (due, key) in the store `due`, and key -> due in the store `timers`. There
 * is one timer a key. All changes go through the task's overlay, so they commit with its state.
 * Where the processor's own state knows when a key's timer is due (`known`), the second row is not
 * needed, and neither is looking for it each time.
 *
 * RocksDB walks over deleted rows, so a queue in it grows slower with all that it has fired.
 * Therefore a low bound is kept (a row of its own, and in memory) and every scan starts from it. In
 * memory is the head: every timer before `horizon`, in order, SW_TIMER_HEAD_ROWS at most. It is
 * loaded between batches only, when the database is the whole truth. */
typedef struct sw_timer_at {
    int64_t due_ms;
    sw_slice key;
} sw_timer_at;

typedef struct sw_timer_change {
    bool inserted, fired; /* neither: cleared or moved */
    sw_timer_at at;
} sw_timer_change;

typedef struct sw_timers {
    sw_overlay *overlay;
    sw_faults *faults;
    uint32_t store_due, store_timers;
    bool known, loaded;
    sw_timer_at *head; /* head[first … first+count) ascending */
    uint32_t first, count, cap;
    sw_timer_at horizon; /* due_ms SW_TIME_MAX: the head is everything */
    sw_timer_at low;     /* no row is before this */
    char low_key[SW_KEY_BYTES_MAX], horizon_key[SW_KEY_BYTES_MAX];
    bool low_moved, removed;  /* in this batch */
    sw_arena keys;            /* of the head */
    sw_timer_change *changes; /* of this batch, to the head: for undo */
    uint32_t change_count, change_cap;
    uint32_t fired_count;   /* among the changes */
    sw_timer_at fired_last; /* the latest of them */
    char swept_key[SW_KEY_BYTES_MAX];
    sw_timer_at swept_from; /* sealed: no row from here to the low bound is wanted any more */
    bool sweep;
} sw_timers;

/* Nothing is read yet. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_timers_init(sw_timers *timers, sw_overlay *overlay, uint32_t store_due,
                                   uint32_t store_timers, bool known, sw_faults *faults);
/* Accepts zeroed memory. */
void sw_timers_done(sw_timers *timers);
/* Before a batch, with an empty overlay: loads the head if it can't serve timers up to `now_ms`. */
SW_NODISCARD sw_err sw_timers_begin(sw_timers *timers, int64_t now_ms);
/* The batch was dropped, or the task taken over: nothing in memory is to be believed. */
void sw_timers_forget(sw_timers *timers);
/* Once, before the overlay is sealed: rows of what has fired go, and the low bound moves. */
SW_NODISCARD sw_err sw_timers_seal(sw_timers *timers);
/* After the overlay is sealed into `batch`: where many have fired, their rows go as one range.
 * `prefix` is the overlay's. */
SW_NODISCARD sw_err sw_timers_sweep(const sw_timers *timers, sw_slice prefix, sw_batch *batch);
/* The batch is committed. */
void sw_timers_committed(sw_timers *timers);

/* Sets, moves, or with SW_TIME_MAX clears the timer of `key`. */
SW_NODISCARD sw_err sw_timers_set(sw_timers *timers, sw_slice key, int64_t due_ms);
/* The same where the due time is known: `former_ms` is what it was, SW_TIME_MAX: there was none. */
SW_NODISCARD sw_err sw_timers_move(sw_timers *timers, sw_slice key, int64_t former_ms,
                                   int64_t due_ms);
/* The first timer with due <= limit, if the head knows it. Its key lives until the batch ends. */
bool sw_timers_peek(const sw_timers *timers, int64_t limit_ms, sw_timer_at *ret);
/* Removes what peek gave. */
SW_NODISCARD sw_err sw_timers_pop(sw_timers *timers);
/* No timer is due before this; SW_TIME_MAX: there is none. Before the first begin: INT64_MIN. */
int64_t sw_timers_next_ms(const sw_timers *timers);

/* For undo, together with the overlay's own. */
uint32_t sw_timers_save(const sw_timers *timers);
void sw_timers_undo(sw_timers *timers, uint32_t mark);

/* Rows, for those who read the state itself: the watchdog, the forecast, digests. */
#define SW_TIMER_ROW_BYTES_MAX (9 + SW_KEY_BYTES_MAX)
size_t sw_timer_due_row(int64_t due_ms, sw_slice key, char ret[SW_TIMER_ROW_BYTES_MAX]);
/* False for a row that is not a timer of the store `due`. */
bool sw_timer_due_read(sw_slice row, int64_t *ret_due_ms, sw_slice *ret_key);
size_t sw_timer_key_row(sw_slice key, char ret[SW_TIMER_ROW_BYTES_MAX]);
/* The key of a row of the store `timers`, and its due time from the value; false for the low bound.
 */
bool sw_timer_key_read(sw_slice row, sw_slice value, int64_t *ret_due_ms, sw_slice *ret_key);

#endif
