/* ctx.h - how the runtime calls a processor: one context a task, one call at a time.  Layer 4.
 * Thread: task owner. */
#ifndef SW_STREAM_CTX_H
#define SW_STREAM_CTX_H

#include "stream/effects.h"

struct sw_ctx {
    const sw_topology *topology;
    const sw_node *node;
    uint32_t partition;
    int64_t now_ms;
    sw_effects *fx;
    sw_arena *arena;                   /* rewound after each call */
    uint32_t writes, emits, timers;    /* of this call */
    bool unheard;                      /* nobody asks what is emitted */
    bool too_large;                    /* the next call alone was too much for a commit: refused */
    char text[SW_FAIL_TEXT_BYTES_MAX]; /* why the last call failed; may be "" */
};

/* Calls the processor. With SW_OK its effects are in `fx`. With any other error there are none of
 * this call; `ret_full` then says that a fresh batch may have room. SW_E_ABORTED with fx->spoilt:
 * what it did can't be taken back alone. Errors of a declared verdict only: SW_E_END from a
 * processor is SW_E_INTERNAL. */
SW_NODISCARD sw_err sw_ctx_call_record(sw_ctx *ctx, const sw_input *input, bool *ret_full);
/* Calls `wants`; what it named is read by sw_overlay_read. */
void sw_ctx_call_wants(sw_ctx *ctx, const sw_input *input);
/* Calls on_start, at the begin of a batch. */
SW_NODISCARD sw_err sw_ctx_call_start(sw_ctx *ctx);
/* Clears the timer, which must be the first of the head, and calls on_timer. With a REJECT the
 * timer is cleared all the same; with other errors it stands. */
SW_NODISCARD sw_err sw_ctx_call_timer(sw_ctx *ctx, sw_timer_at timer, bool *ret_full);

#endif
