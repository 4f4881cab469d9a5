/* processor.h - what a service author writes: a table of pure functions.  Layer 4.  Thread: task
 * owner. */
#ifndef SW_STREAM_PROCESSOR_H
#define SW_STREAM_PROCESSOR_H

#include "base/arena.h"
#include "base/err.h"
#include "store/objects.h"

/* A record as a processor sees it. Borrowed for the call. */
typedef struct sw_input {
    const char *topic;
    uint32_t partition;
    int64_t offset, timestamp_ms;
    sw_slice key, value;
    bool tombstone;
} sw_input;

typedef struct sw_ctx sw_ctx; /* one call's view of stores, time and effects (ctx.h) */

typedef struct sw_processor_store {
    const char *name;
    uint32_t version;               /* of the values' format */
    size_t value_bytes_max;         /* of a row put by sw_ctx_put; 0: SW_VALUE_BYTES_MAX */
    const sw_object_codec *objects; /* values are kept decoded: sw_ctx_object_* alone; NULL: rows.
                                       Its `arg` is the processor's `shared` */
    bool derived;   /* rows follow from the processor's other stores: those of an older format are
                       deleted, and its on_start sees to it that there are new ones */
    bool scanned;   /* rows are read in order alone, none by its key: no filters are made */
    bool hot;       /* nearly each record looks rows up by their keys: more is spent on filters */
    bool present;   /* rows that are looked up are there as a rule: less is spent on filters */
    bool rewritten; /* rows are written anew again and again, in no order: not compressed */
} sw_processor_store;

/* A patience above this is that of what people read, which may be a second old. */
#define SW_PATIENT 10u

/* A processor is a function: (stores, record or timer, now) -> (writes, emitted records, timers).
 * It reads no clock, no file, no socket, and keeps nothing between calls but in its stores. */
typedef struct sw_processor {
    const char *name;
    uint32_t id;                /* 1 to 63, never changed: the tasks' numbers are made of it */
    const char *const *inputs;  /* topics, NULL-terminated; co-partitioned */
    const char *const *outputs; /* topics that it may emit to, NULL-terminated */
    /* An output of which only the newest record of each key is wanted (it is compacted): of several
     * in one batch one is appended, in the place of the last. What it says is `fold` of the former
     * and the latter, borrowed or in the arena; SW_E_LIMIT: both are appended. NULL: there is none.
     */
    const char *folded;
    sw_err (*fold)(sw_arena *arena, sw_slice former, sw_slice latter, sw_slice *ret);
    const sw_processor_store *stores;
    uint32_t store_count;
    /* Once after a task is taken over, before its first record or timer; NULL: nothing to do. */
    sw_err (*on_start)(sw_ctx *ctx, const void *shared);
    /* `shared` is what the host gave at start: packs, catalogue. Immutable. */
    sw_err (*on_record)(sw_ctx *ctx, const void *shared, const sw_input *input);
    /* The timer that was set for `key` has come; it is cleared before the call. */
    sw_err (*on_timer)(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms);
    /* Names by sw_ctx_want, and nothing else, the rows that on_record will look up, so that those
     * of many records are read at once. A hint: what is left out is read when it is asked for.
     * NULL: none are known before. */
    void (*wants)(sw_ctx *ctx, const void *shared, const sw_input *input);
    /* Nobody waits for what it does: while others are waited for, its batches are put off by so
     * many commit intervals at most, the longer the more they cost, and what comes meanwhile shares
     * them. Tasks of one patience share threads. 0: as soon as there is something. Above
     * SW_PATIENT its batches may also be larger, as many times as it is that. */
    uint32_t patience;
    /* Its state follows from what its inputs hold for ever: records of topics that are never cut,
     * and the newest of each key of compacted ones. So it may be written anew from them where its
     * stores have an older format. What it emits then was emitted before, or is told by
     * whoever does it. */
    bool renewable;
    /* Of one input: a record or timer reads and writes what belongs to its own key alone. So state
     * may be built anew one key after the other, which is cheaper. */
    bool by_key;
    /* The timer that a row of `store` stands for; false: none. Its state knows each timer's due
     * time, so it sets timers by sw_ctx_timer_move, which is cheaper, and the watchdog proves by
     * these rows that none is missing. NULL: it does not know, and uses sw_ctx_timer. */
    bool (*timer_of)(const void *shared, uint32_t store, sw_slice key, sw_slice value,
                     sw_slice *ret_key, int64_t *ret_due_ms);
} sw_processor;

/* Calls of a context. All fail with SW_E_LIMIT where a cap of one call (env/limits.h) is passed. An
 * error of these calls that a processor does not expect is to be returned as it is: the runtime
 * knows its verdict. */
int64_t sw_ctx_now(const sw_ctx *ctx);
/* Which partition of its inputs the task reads. */
uint32_t sw_ctx_partition(const sw_ctx *ctx);
sw_arena *sw_ctx_arena(sw_ctx *ctx); /* for the call; reset after the batch */
/* Reads see this batch's own writes. SW_E_NOT_FOUND. The slice lives until the end of the call,
 * also when the key is written. */
SW_NODISCARD sw_err sw_ctx_get(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice *ret_value);
SW_NODISCARD sw_err sw_ctx_put(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice value);
SW_NODISCARD sw_err sw_ctx_del(sw_ctx *ctx, uint32_t store, sw_slice key);
/* Of `wants` alone: the record will look for the key, in a store of rows or of objects. */
void sw_ctx_want(sw_ctx *ctx, uint32_t store, sw_slice key);
/* The same as put where the processor knows that the key has no value now: a row that is deleted
 * again in the same batch then leaves nothing. */
SW_NODISCARD sw_err sw_ctx_put_new(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice value);
/* Visits keys from <= k < to in order until `each` returns false. */
SW_NODISCARD sw_err sw_ctx_scan(sw_ctx *ctx, uint32_t store, sw_slice from, sw_slice to,
                                bool (*each)(void *arg, sw_slice key, sw_slice value), void *arg);
/* The same for stores of decoded objects (store/objects.h). A hot object is decoded once and stays
 * over commits while memory allows; what was changed is saved once a commit. An object is the
 * context's: borrowed until the end of the call. SW_E_NOT_FOUND; what the codec says. */
SW_NODISCARD sw_err sw_ctx_object_get(sw_ctx *ctx, uint32_t store, sw_slice key, const void **ret);
/* To be changed in place. Decide before whether the call is refused, where that is possible: taking
 * back an edit may make the runtime run the batch again. */
SW_NODISCARD sw_err sw_ctx_object_edit(sw_ctx *ctx, uint32_t store, sw_slice key, void **ret);
/* Takes the object over, on success only; what the key had is freed. */
SW_NODISCARD sw_err sw_ctx_object_put(sw_ctx *ctx, uint32_t store, sw_slice key, void *object);
SW_NODISCARD sw_err sw_ctx_object_delete(sw_ctx *ctx, uint32_t store, sw_slice key);
/* Visits the rows of a store of objects as their codec wrote them: as of the last commit. */
SW_NODISCARD sw_err sw_ctx_object_rows(sw_ctx *ctx, uint32_t store, sw_slice from, sw_slice to,
                                       bool (*each)(void *arg, sw_slice key, sw_slice value),
                                       void *arg);
/* Appends a record to one of the declared outputs; its partition follows from the key (murmur2). */
SW_NODISCARD sw_err sw_ctx_emit(sw_ctx *ctx, const char *topic, sw_slice key, sw_slice value);
/* The same without a value: a compacted topic forgets the key. */
SW_NODISCARD sw_err sw_ctx_emit_tombstone(sw_ctx *ctx, const char *topic, sw_slice key);
/* False where state is built anew and nobody asks what is emitted: then a record of some kilobytes
 * at most need not be made, and is only counted. */
bool sw_ctx_is_heard(const sw_ctx *ctx);
SW_NODISCARD sw_err sw_ctx_emit_unheard(sw_ctx *ctx);
/* One timer a key: sets it, moves it, or with SW_TIME_MAX clears it. */
SW_NODISCARD sw_err sw_ctx_timer(sw_ctx *ctx, sw_slice key, int64_t due_ms);
/* The same of a processor with `timer_of`: `former_ms` is what the state said so far, SW_TIME_MAX
 * where it said that there is none. A timer that has come may still be named so. */
SW_NODISCARD sw_err sw_ctx_timer_move(sw_ctx *ctx, sw_slice key, int64_t former_ms, int64_t due_ms);
/* Says why the record is refused and returns `code`: what it did so far is undone, it goes to the
 * dead letters. */
SW_NODISCARD sw_err sw_ctx_fail(sw_ctx *ctx, sw_err code, const char *fmt, ...) SW_PRINTF(3, 4);

#endif
