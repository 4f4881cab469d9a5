#include "stream/ctx.h"

#include "stream/digest.h"

#include "toys/toys.h"
#include "unit/stream/effects_rig.h"
#include "unit/test.h"

static const sw_topic_shape topics[] = {
    {"toy.words", 1},    {"toy.counts", 8},          {"toy.periods", 1},
    {"toy.warnings", 1}, {SW_TOPIC_DEAD_LETTERS, 1},
};

/* Does what the test says, through `shared`. */
typedef struct script {
    sw_err (*run)(sw_ctx *ctx);
    sw_err (*run_timer)(sw_ctx *ctx, sw_slice key, int64_t due_ms);
} script;

static script now_running;

static sw_err scripted(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    (void)input;
    return now_running.run(ctx);
}

static sw_err scripted_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)shared;
    return now_running.run_timer(ctx, key, due_ms);
}

static const char *const inputs[] = {"toy.words", NULL};
static const char *const outputs[] = {"toy.counts", NULL};
static const sw_processor_store stores[] = {{"small", 1, 8}, {"large", 1, 0}};
static const sw_processor processor = {
    .name = "scripted",
    .id = 9,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = 2,
    .on_record = scripted,
    .on_timer = scripted_timer,
};

typedef struct fixture {
    effects_rig rig;
    sw_arena call;
    sw_ctx ctx;
} fixture;

static int setup(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    effects_rig_open(&f.rig, &processor, topics, SW_COUNT(topics));
    sw_arena_init(&f.call, 1 << 20);
    f.ctx = (sw_ctx){.topology = &f.rig.topology,
                     .node = f.rig.topology.nodes,
                     .now_ms = 1000,
                     .fx = &f.rig.fx,
                     .arena = &f.call};
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    effects_rig_close(&f->rig);
    sw_arena_done(&f->call);
    return 0;
}

static sw_err call(fixture *f, sw_err (*run)(sw_ctx *ctx)) {
    now_running.run = run;
    bool full;
    return sw_ctx_call_record(&f->ctx, &(sw_input){.topic = "toy.words"}, &full);
}

static uint64_t seal(fixture *f) {
    uint64_t digest;
    assert_ok(effects_rig_seal(&f->rig, &digest));
    return digest;
}

static sw_err do_everything(sw_ctx *ctx) {
    sw_slice value;
    assert_int_equal(sw_ctx_now(ctx), 1000);
    assert_ok(sw_ctx_put(ctx, 0, SW_S("k"), SW_S("v")));
    assert_ok(sw_ctx_get(ctx, 0, SW_S("k"), &value));
    assert_slice(value, "v");
    assert_ok(sw_ctx_emit(ctx, "toy.counts", SW_S("k"), SW_S("one")));
    assert_ok(sw_ctx_timer(ctx, SW_S("k"), 2000));
    return SW_OK;
}

static sw_err do_everything_and_refuse(sw_ctx *ctx) {
    sw_err err = do_everything(ctx);
    return err ? err : sw_ctx_fail(ctx, SW_E_INVALID, "not like %s", "this");
}

static void what_a_call_does_is_in_its_effects(void **state) {
    fixture *f = *state;
    assert_ok(call(f, do_everything));
    assert_int_equal(f->rig.fx.emit_count, 1);
    assert_slice(f->rig.fx.emits[0].value, "one");
    assert_int_equal(sw_timers_next_ms(&f->rig.fx.timers), 2000);
    seal(f);
    assert_int_equal(sw_batch_count(f->rig.batch), 3); /* the row, and two of the timer */
}

static void a_refused_call_leaves_no_trace_but_its_reason(void **state) {
    fixture *f = *state;
    assert_int_equal(call(f, do_everything_and_refuse), SW_E_INVALID);
    assert_string_equal(f->ctx.text, "not like this");
    assert_true(sw_effects_none(&f->rig.fx));
    assert_int_equal(sw_timers_next_ms(&f->rig.fx.timers), SW_TIME_MAX);
}

static void equal_effects_have_equal_digests(void **state) {
    fixture *f = *state;
    assert_ok(call(f, do_everything));
    uint64_t first = seal(f);
    sw_effects_drop(&f->rig.fx);
    assert_ok(sw_timers_begin(&f->rig.fx.timers, 0));
    assert_int_equal(call(f, do_everything_and_refuse), SW_E_INVALID);
    uint64_t nothing = seal(f);
    assert_ok(call(f, do_everything));
    uint64_t again = seal(f);
    assert_true(first == again);
    assert_true(first != nothing);
}

static void every_bit_of_a_text_is_in_its_digest(void **state) {
    (void)state;
    char text[150] = {0};
    for (size_t len = 0; len <= sizeof text; len++) {
        uint64_t whole = sw_digest_bytes(SW_DIGEST_START, sw_slice_of(text, len));
        for (size_t i = 0; i < 8 * len; i++) {
            text[i / 8] ^= (char)(1 << i % 8);
            assert_true(sw_digest_bytes(SW_DIGEST_START, sw_slice_of(text, len)) != whole);
            text[i / 8] ^= (char)(1 << i % 8);
        }
    }
}

static sw_err write_too_much(sw_ctx *ctx) {
    return sw_ctx_put(ctx, 0, SW_S("k"), SW_S("nine bytes"));
}

static sw_err write_too_often(sw_ctx *ctx) {
    sw_err err = SW_OK;
    for (int i = 0; !err && i <= SW_CALL_WRITES_MAX; i++)
        err = sw_ctx_put(ctx, 1, SW_S("k"), SW_S("v"));
    return err;
}

static sw_err emit_too_often(sw_ctx *ctx) {
    sw_err err = SW_OK;
    for (int i = 0; !err && i <= SW_CALL_EMITS_MAX; i++)
        err = sw_ctx_emit(ctx, "toy.counts", SW_S("k"), SW_S("v"));
    return err;
}

static sw_err emit_unheard_too_often(sw_ctx *ctx) {
    sw_err err = SW_OK;
    assert_false(sw_ctx_is_heard(ctx));
    for (int i = 0; !err && i < SW_CALL_EMITS_MAX; i++) err = sw_ctx_emit_unheard(ctx);
    assert_ok(err);
    return sw_ctx_emit(ctx, "toy.counts", SW_S("k"), SW_S("v"));
}

/* Or state that is built anew would take what was refused. */
static void what_nobody_asks_for_counts_all_the_same(void **state) {
    fixture *f = *state;
    f->ctx.unheard = true;
    assert_int_equal(call(f, emit_unheard_too_often), SW_E_LIMIT);
    assert_true(sw_effects_none(&f->rig.fx));
}

static void the_caps_of_a_call_refuse_it_with_a_reason(void **state) {
    fixture *f = *state;
    sw_err (*const calls[])(sw_ctx *) = {write_too_much, write_too_often, emit_too_often};
    for (size_t i = 0; i < SW_COUNT(calls); i++) {
        assert_int_equal(call(f, calls[i]), SW_E_LIMIT);
        assert_true(f->ctx.text[0] != '\0');
        assert_true(sw_effects_none(&f->rig.fx));
    }
}

static sw_err refuse_timer(sw_ctx *ctx, sw_slice key, int64_t due_ms) {
    assert_ok(sw_ctx_put(ctx, 0, key, SW_S("half")));
    return sw_ctx_fail(ctx, SW_E_INVALID, "due at %d", (int)due_ms);
}

static sw_err retry_timer(sw_ctx *ctx, sw_slice key, int64_t due_ms) {
    (void)ctx;
    (void)key;
    (void)due_ms;
    return SW_E_AGAIN;
}

static sw_err set_a_due_timer(sw_ctx *ctx) {
    return sw_ctx_timer(ctx, SW_S("t"), 900);
}

static void a_refused_timer_is_cleared_and_one_to_be_tried_again_stands(void **state) {
    fixture *f = *state;
    assert_ok(call(f, set_a_due_timer));
    sw_timer_at at;
    bool full;
    assert_true(sw_timers_peek(&f->rig.fx.timers, 1000, &at));
    now_running.run_timer = retry_timer;
    assert_int_equal(sw_ctx_call_timer(&f->ctx, at, &full), SW_E_AGAIN);
    assert_true(sw_timers_peek(&f->rig.fx.timers, 1000, &at));
    now_running.run_timer = refuse_timer;
    assert_int_equal(sw_ctx_call_timer(&f->ctx, at, &full), SW_E_INVALID);
    assert_false(sw_timers_peek(&f->rig.fx.timers, SW_TIME_MAX, &at));
    sw_slice value;
    assert_int_equal(
        sw_overlay_get(f->rig.fx.overlay, f->rig.topology.nodes[0].first_store, SW_S("t"), &value),
        SW_E_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_call_does_is_in_its_effects, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_call_leaves_no_trace_but_its_reason, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(equal_effects_have_equal_digests, setup, teardown),
        cmocka_unit_test(every_bit_of_a_text_is_in_its_digest),
        cmocka_unit_test_setup_teardown(what_nobody_asks_for_counts_all_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(the_caps_of_a_call_refuse_it_with_a_reason, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_refused_timer_is_cleared_and_one_to_be_tried_again_stands,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
