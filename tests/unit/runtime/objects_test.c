#include <stdio.h>

#include "base/rng.h"
#include "unit/runtime/rig.h"
#include "unit/test.h"

static const sw_processor *const tallies[] = {&sw_toy_tally, &sw_toy_period, &sw_toy_ledger};

static void open_rig(rig *r, const sw_processor *const *processors, uint32_t count) {
    memset(r, 0, sizeof *r);
    rig_open(r, processors, count);
}

static int64_t refused(rig *r) {
    sw_metric *m;
    assert_ok(sw_metrics_get(&r->metrics, SW_METRIC_COUNTER, "seawall_dead_letters_total",
                             "processor=\"counter\"", "", &m));
    return sw_metric_value(m);
}

static void a_refused_record_does_not_take_earlier_ones_of_its_batch_with_it(void **state) {
    (void)state;
    static rig r;
    open_rig(&r, tallies, SW_COUNT(tallies));
    const char *const values[] = {"good", "good", "bad", "good", "bad", "bad", "good"};
    for (size_t i = 0; i < SW_COUNT(values); i++) rig_append(&r, RIG_WORDS, "law", values[i]);
    rig_run(&r);
    assert_string_equal(rig_texts(&r, RIG_COUNTS), "1;2;3;4;");
    assert_int_equal(refused(&r), 3);
    uint32_t task = sw_task_number(sw_toy_tally.id, sw_partition_of(SW_S("law"), 3));
    assert_string_equal(rig_state(&r, 0, task, "law"), "4");
    rig_close(&r);
}

/* What comes out does not tell whether values are kept as rows or as objects. */
static void objects_do_what_rows_do(void **state) {
    (void)state;
    static rig rows, objects;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        open_rig(&rows, NULL, 0);
        open_rig(&objects, tallies, SW_COUNT(tallies));
        objects.bus.spare_doors = true;
        sw_rng rng;
        sw_rng_init(&rng, seed);
        for (int i = 0; i < 400; i++) {
            char key[8];
            snprintf(key, sizeof key, "k%d", (int)sw_rng_below(&rng, 20));
            const char *value = sw_rng_chance(&rng, 1, 10) ? "bad" : "good";
            rig_append(&rows, RIG_WORDS, key, value);
            rig_append(&objects, RIG_WORDS, key, value);
            if (!sw_rng_chance(&rng, 1, 60)) continue;
            static const sw_err troubles[] = {SW_E_AGAIN, SW_E_ABORTED, SW_E_REBALANCED, SW_OK};
            objects.bus.next_commit = troubles[sw_rng_below(&rng, 4)];
            rig_run(&objects);
            if (sw_rng_chance(&rng, 1, 3)) rig_restart(&objects);
        }
        rig_run(&rows);
        rig_run(&objects);
        for (int k = 0; k < 20; k++) {
            char key[8], want[32];
            snprintf(key, sizeof key, "k%d", k);
            uint32_t task = sw_task_number(1, sw_partition_of(sw_slice_cstr(key), 3));
            snprintf(want, sizeof want, "%s", rig_state(&rows, 0, task, key));
            assert_string_equal(rig_state(&objects, 0, task, key), want);
        }
        assert_int_equal(objects.bus.records, rows.bus.records);
        rig_close(&rows);
        rig_close(&objects);
    }
}

/* ---- objects that are large ---- */

typedef struct blob {
    size_t bytes;
} blob;

enum { KIB = 1024 };

static sw_err load(const void *shared, sw_rows rows, sw_slice key, void **ret) {
    (void)shared;
    sw_slice row;
    sw_err err = sw_rows_get(rows, key, &row);
    if (err) return err;
    blob *b = sw_heap_zero(1, sizeof *b);
    if (!b) return SW_E_NOMEM;
    b->bytes = row.len;
    *ret = b;
    return SW_OK;
}

static sw_err save(const void *shared, sw_rows rows, sw_slice key, void *object) {
    (void)shared;
    const blob *b = object;
    if (!b) return sw_rows_delete(rows, key);
    char *fill = sw_heap_zero(b->bytes, 1);
    if (!fill) return SW_E_NOMEM;
    sw_err err = sw_rows_put(rows, key, sw_slice_of(fill, b->bytes));
    sw_heap_free(fill);
    return err;
}

static size_t bytes(const void *shared, const void *object) {
    (void)shared;
    return ((const blob *)object)->bytes;
}

static void free_blob(const void *shared, void *object) {
    (void)shared;
    sw_heap_free(object);
}

static const sw_object_codec codec = {load, save, bytes, free_blob};
static const sw_processor_store stores[] = {{"blobs", 1, .objects = &codec}};
static const char *const inputs[] = {"toy.words", NULL};
static const char *const outputs[] = {"toy.counts", NULL};

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    int64_t kib;
    assert_true(sw_slice_int(input->value, &kib));
    blob *b = sw_heap_zero(1, sizeof *b);
    if (!b) return SW_E_NOMEM;
    b->bytes = (size_t)kib * KIB;
    sw_err err = sw_ctx_object_put(ctx, 0, input->key, b);
    if (err) sw_heap_free(b);
    return err ? err : sw_ctx_emit(ctx, "toy.counts", input->key, input->value);
}

static const sw_processor shelf = {
    .name = "counter",
    .id = 1,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = 1,
    .on_record = on_record,
};

static void append_blobs(rig *r, int count, const char *kib, const char *key) {
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "%s%d", key, i);
        rig_append(r, RIG_WORDS, name, kib);
    }
}

static uint32_t count_of(const char *texts, const char *text) {
    uint32_t count = 0;
    for (const char *at = texts; (at = strstr(at, text)); at++) count++;
    return count;
}

/* Objects are written when the batch ends: then it may prove too large for a commit. */
static void a_batch_that_is_too_large_is_taken_in_parts(void **state) {
    (void)state;
    static rig r;
    static const sw_processor *const one[] = {&shelf};
    open_rig(&r, one, 1);
    append_blobs(&r, 60, "900", "k");
    rig_run(&r);
    assert_int_equal(count_of(rig_texts(&r, RIG_COUNTS), "900;"), 60);
    assert_int_equal(refused(&r), 0);
    rig_close(&r);
}

static void what_no_commit_can_hold_is_refused_and_alone(void **state) {
    (void)state;
    static rig r;
    static const sw_processor *const one[] = {&shelf};
    open_rig(&r, one, 1);
    append_blobs(&r, 10, "1", "before");
    append_blobs(&r, 2, "20000", "large");
    append_blobs(&r, 10, "1", "after");
    rig_run(&r);
    assert_int_equal(count_of(rig_texts(&r, RIG_COUNTS), "1;"), 20);
    assert_int_equal(count_of(rig_texts(&r, RIG_COUNTS), "20000;"), 0);
    assert_int_equal(refused(&r), 2);
    assert_non_null(strstr(rig_texts(&r, RIG_DEAD), "more than one commit can hold"));
    rig_close(&r);
}

static void a_small_budget_makes_small_batches_and_nothing_else(void **state) {
    (void)state;
    static rig r;
    static const sw_processor *const one[] = {&shelf};
    memset(&r, 0, sizeof r);
    r.object_bytes = 30 * KIB;
    rig_open(&r, one, 1);
    append_blobs(&r, 200, "4", "k");
    rig_run(&r);
    assert_int_equal(count_of(rig_texts(&r, RIG_COUNTS), "4;"), 200);
    assert_true(r.bus.commits > 20);
    rig_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_record_does_not_take_earlier_ones_of_its_batch_with_it),
        cmocka_unit_test(objects_do_what_rows_do),
        cmocka_unit_test(a_batch_that_is_too_large_is_taken_in_parts),
        cmocka_unit_test(what_no_commit_can_hold_is_refused_and_alone),
        cmocka_unit_test(a_small_budget_makes_small_batches_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
