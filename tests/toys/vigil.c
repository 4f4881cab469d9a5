#include "toys/toys.h"

#include <inttypes.h>
#include <stdio.h>

#include "env/clock.h"

enum { PERIODS };

static const char *const inputs[] = {"toy.periods", NULL};
static const char *const outputs[] = {"toy.warnings", NULL};
static const sw_processor_store stores[] = {{"periods", 1, 128}};

/* What is known of a period. Times are SW_TIME_MAX until they are known. */
typedef struct period {
    int64_t due_ms, close_ms;
    bool warned;
} period;

static sw_err load(sw_ctx *ctx, sw_slice key, period *ret) {
    sw_slice row;
    *ret = (period){SW_TIME_MAX, SW_TIME_MAX, false};
    sw_err err = sw_ctx_get(ctx, PERIODS, key, &row);
    if (err == SW_E_NOT_FOUND) return SW_OK;
    if (err) return err;
    if (row.len != sizeof *ret) return SW_E_CORRUPT;
    memcpy(ret, row.ptr, sizeof *ret);
    return SW_OK;
}

static sw_err tell(sw_ctx *ctx, sw_slice key, const char *what, int64_t due_ms) {
    sw_slice text = sw_arena_printf(sw_ctx_arena(ctx), "%s %" PRId64, what, due_ms);
    return text.ptr ? sw_ctx_emit(ctx, "toy.warnings", key, text) : SW_E_LIMIT;
}

/* When something changes by itself: what the timer must be. */
static int64_t next_ms(const period *p) {
    return p->close_ms >= p->due_ms && !p->warned ? p->due_ms : SW_TIME_MAX;
}

/* `former_ms`: what next_ms said of the state before. */
static sw_err decide(sw_ctx *ctx, sw_slice key, period *p, int64_t former_ms) {
    bool late = p->close_ms >= p->due_ms;
    bool due = p->due_ms <= sw_ctx_now(ctx);
    sw_err err = SW_OK;
    if (late && due && !p->warned) err = tell(ctx, key, "raised", p->due_ms);
    if (!err && p->warned && !(late && due)) err = tell(ctx, key, "withdrawn", p->due_ms);
    if (err) return err;
    period row;
    memset(&row, 0, sizeof row); /* also the padding: rows are compared by bytes */
    row.due_ms = p->due_ms;
    row.close_ms = p->close_ms;
    row.warned = late && due;
    err = sw_ctx_timer_move(ctx, key, former_ms, next_ms(&row));
    return err ? err : sw_ctx_put(ctx, PERIODS, key, sw_slice_of(&row, sizeof row));
}

/* Of several opens the earliest due time holds, of several closes the earliest. */
static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    char text[64];
    int64_t at, limit;
    snprintf(text, sizeof text, "%.*s", SW_FMT(input->value));
    period p;
    sw_err err = load(ctx, input->key, &p);
    if (err) return err;
    int64_t former_ms = next_ms(&p);
    if (sscanf(text, "open %" SCNd64 " %" SCNd64, &at, &limit) == 2) {
        if (limit < 0) return sw_ctx_fail(ctx, SW_E_RANGE, "a limit of %" PRId64 " ms", limit);
        if (at + limit < p.due_ms) p.due_ms = at + limit;
    } else if (sscanf(text, "close %" SCNd64, &at) == 1) {
        if (at < p.close_ms) p.close_ms = at;
    } else {
        return sw_ctx_fail(ctx, SW_E_SYNTAX, "neither open nor close");
    }
    return decide(ctx, input->key, &p, former_ms);
}

static sw_err on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)shared;
    (void)due_ms;
    period p;
    sw_err err = load(ctx, key, &p);
    return err ? err : decide(ctx, key, &p, next_ms(&p));
}

static bool timer_of(const void *shared, uint32_t store, sw_slice key, sw_slice value,
                     sw_slice *ret_key, int64_t *ret_due_ms) {
    (void)shared;
    (void)store;
    period p;
    if (value.len != sizeof p) return false;
    memcpy(&p, value.ptr, sizeof p);
    *ret_key = key;
    *ret_due_ms = next_ms(&p);
    return *ret_due_ms != SW_TIME_MAX;
}

const sw_processor sw_toy_vigil = {
    .name = "period",
    .id = 2,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .by_key = true,
    .on_record = on_record,
    .on_timer = on_timer,
    .timer_of = timer_of,
};
