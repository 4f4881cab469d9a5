#include <stdio.h>

#include "seawall/bench/runtime/runtime.h"

/* A get-and-put processor, record by record through the whole runtime, against RocksDB alone. */
enum { VALUES, VALUE_BYTES = 250, MEMORY_BYTES = 256 << 20 };

static const char *const inputs[] = {"bench.in", NULL};
static const sw_processor_store stores[] = {{"values", 1, 4096}};

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    char value[VALUE_BYTES];
    sw_slice old;
    if (input->value.len == VALUE_BYTES) return sw_ctx_put(ctx, VALUES, input->key, input->value);
    sw_err err = sw_ctx_get(ctx, VALUES, input->key, &old);
    if (err) return err;
    if (old.len != VALUE_BYTES) return SW_E_CORRUPT;
    memcpy(value, old.ptr, sizeof value);
    value[input->offset % VALUE_BYTES]++;
    return sw_ctx_put(ctx, VALUES, input->key, sw_slice_of(value, sizeof value));
}

static const sw_processor touch = {
    .name = "touch",
    .id = 1,
    .inputs = inputs,
    .stores = stores,
    .store_count = 1,
    .on_record = on_record,
};
static const sw_processor *const processors[] = {&touch};
static const sw_topic_shape topics[] = {{"bench.in", 1}, {SW_TOPIC_DEAD_LETTERS, 1}};

typedef struct source {
    sw_rng rng;
    uint64_t keys;
    bool load;
    char key[16], value[VALUE_BYTES];
} source;

static void make(void *arg, uint64_t i, sw_append *append) {
    source *s = arg;
    uint64_t n = s->load ? i : sw_rng_below(&s->rng, s->keys);
    memcpy(s->key, "key/0000", 8);
    for (int b = 0; b < 8; b++) s->key[8 + b] = (char)(uint8_t)(n >> (8 * (7 - b)));
    if (s->load) sw_bench_fill(&s->rng, s->value, sizeof s->value);
    append->key = sw_slice_of(s->key, sizeof s->key);
    append->value = sw_slice_of(s->value, s->load ? sizeof s->value : 1);
}

static bool run_ours(const char *dir, uint64_t keys, uint64_t operations, sw_bench_meter *ret) {
    sw_bench_rig rig;
    source s = {.keys = keys, .load = true};
    sw_rng_init(&s.rng, 1);
    const sw_bench_rig_options options = {dir,          processors, 1, topics, SW_COUNT(topics),
                                          MEMORY_BYTES, NULL};
    bool ok = sw_bench_rig_open(&rig, &options) && sw_bench_rig_fill(&rig, keys, make, &s) &&
              sw_bench_rig_claim(&rig) && sw_bench_rig_drain(&rig);
    sw_worker_release(rig.worker, rig.topology.tasks[0].number);
    s.load = false;
    ok = ok && sw_bench_rig_fill(&rig, operations, make, &s) && sw_bench_rig_claim(&rig);
    sw_bench_meter start = sw_bench_now();
    ok = ok && sw_bench_rig_drain(&rig);
    *ret = sw_bench_since(start);
    sw_bench_rig_close(&rig);
    return ok;
}

bool sw_bench_runtime_store(sw_bench_report *report, const char *dir, uint64_t keys,
                            uint64_t operations) {
    char ours[600], plain[600], name[96];
    snprintf(ours, sizeof ours, "%s/ours-%llu", dir, (unsigned long long)keys);
    snprintf(plain, sizeof plain, "%s/plain-%llu", dir, (unsigned long long)keys);
    const sw_bench_plain_options options = {.keys = keys,
                                            .operations = operations,
                                            .value_bytes = VALUE_BYTES,
                                            .memory_bytes = MEMORY_BYTES,
                                            .seed = 1};
    sw_bench_plain_result base;
    sw_bench_meter used;
    if (!sw_bench_plain_run(plain, &options, &base)) return false;
    sw_bench_remove(plain);
    if (!run_ours(ours, keys, operations, &used)) return false;
    sw_bench_remove(ours);
    double ops = (double)operations;
    snprintf(name, sizeof name, "plain RocksDB loop, %llu keys", (unsigned long long)keys);
    sw_bench_line(report, name, ops / base.run.wall_s, "operations/s", 0, false);
    snprintf(name, sizeof name, "get-and-put processor, %llu keys", (unsigned long long)keys);
    sw_bench_line(report, name, ops / used.wall_s, "operations/s", 0, false);
    snprintf(name, sizeof name, "processor to plain loop, %llu keys", (unsigned long long)keys);
    sw_bench_line(report, name, 100 * base.run.wall_s / used.wall_s, "%", 80, false);
    sw_bench_line(report, "the same by processor time", 100 * base.run.cpu_s / used.cpu_s, "%", 0,
                  false);
    return true;
}
