#include <stdio.h>
#include <string.h>

#include "seawall/bench/bench.h"
#include "seawall/cli/cli.h"
#include "store/overlay.h"

#define BATCH       1000u
#define VALUE_BYTES 250u
#define MEMORY      ((size_t)256 << 20)

/* The loop of bench/plain.c, through the store and its overlay. */
typedef struct loop {
    sw_db *db;
    sw_overlay *overlay;
    sw_batch *batch;
    uint64_t keys, operations;
    sw_rng rng;
    sw_bench_meter run;
} loop;

static sw_slice make_key(char key[16], uint64_t n) {
    memcpy(key, "key/0000", 8);
    for (int i = 0; i < 8; i++) key[8 + i] = (char)(uint8_t)(n >> (8 * (7 - i)));
    return sw_slice_of(key, 16);
}

static sw_err commit(loop *l) {
    sw_batch_clear(l->batch);
    sw_err err = sw_overlay_seal(l->overlay, l->batch);
    if (!err) err = sw_db_write(l->db, l->batch, false);
    sw_overlay_reset(l->overlay);
    return err;
}

static sw_err load(loop *l) {
    char key[16], value[VALUE_BYTES];
    sw_err err = SW_OK;
    for (uint64_t i = 0; !err && i < l->keys; i++) {
        sw_bench_fill(&l->rng, value, sizeof value);
        err = sw_overlay_put(l->overlay, 0, make_key(key, i), sw_slice_of(value, sizeof value));
        if (!err && ((i + 1) % BATCH == 0 || i + 1 == l->keys)) err = commit(l);
    }
    return err;
}

static sw_err get_and_put(loop *l) {
    char bytes[16], value[VALUE_BYTES];
    sw_err err = SW_OK;
    for (uint64_t i = 0; !err && i < l->operations; i++) {
        sw_slice old, key = make_key(bytes, sw_rng_below(&l->rng, l->keys));
        if ((err = sw_overlay_get(l->overlay, 0, key, &old))) break;
        memcpy(value, old.ptr, sizeof value);
        value[i % VALUE_BYTES]++;
        err = sw_overlay_put(l->overlay, 0, key, sw_slice_of(value, sizeof value));
        if (!err && ((i + 1) % BATCH == 0 || i + 1 == l->operations)) err = commit(l);
    }
    return err;
}

static sw_err run_loop(loop *l, const char *dir) {
    static const sw_store_spec spec = {.name = "state", .version = 1, .point_lookups = true};
    sw_err err =
        sw_db_rocks_open(dir, &spec, 1, (sw_db_budget){.memory_bytes = MEMORY}, NULL, &l->db);
    if (!err) err = sw_overlay_new(l->db, SW_S("\0\0\0\1"), (size_t)64 << 20, &l->overlay);
    if (!err) err = sw_batch_new((size_t)64 << 20, &l->batch);
    if (!err) err = load(l);
    sw_bench_meter start = sw_bench_now();
    if (!err) err = get_and_put(l);
    l->run = sw_bench_since(start);
    sw_batch_free(l->batch);
    sw_overlay_free(l->overlay);
    sw_db_close(l->db);
    return err;
}

static bool compare(const char *parent, uint64_t keys, uint64_t operations, bool json) {
    char dir[512];
    sw_bench_plain_result plain;
    loop l = {.keys = keys, .operations = operations};
    sw_bench_plain_options options = {.keys = keys,
                                      .operations = operations,
                                      .value_bytes = VALUE_BYTES,
                                      .memory_bytes = MEMORY,
                                      .seed = 1};
    sw_rng_init(&l.rng, 1);
    if (!sw_bench_folder(parent, dir, sizeof dir)) return false;
    bool good = sw_bench_plain_run(dir, &options, &plain);
    sw_bench_remove(dir);
    if (!good || !sw_bench_folder(parent, dir, sizeof dir)) return false;
    sw_err err = run_loop(&l, dir);
    sw_bench_remove(dir);
    if (err) {
        fprintf(stderr, "seawall bench store: %s\n", sw_err_name(err));
        return false;
    }
    double n = (double)operations;
    printf(json ? "{\"keys\":%llu,\"plain_per_cpu_second\":%.0f,\"store_per_cpu_second\":%.0f,"
                  "\"ratio\":%.2f}\n"
                : "%llu keys: RocksDB alone %.0f a CPU second, the store %.0f: %.2f of it\n",
           (unsigned long long)keys, n / plain.run.cpu_s, n / l.run.cpu_s,
           plain.run.cpu_s / l.run.cpu_s);
    return true;
}

static const sw_cli_option cli_options[] = {
    {"keys", "N", "how many keys there are (100000, then 1000000)", false},
    {"operations", "N", "gets and puts (1000000)", false},
    {"dir", "FOLDER", "where to make the databases ($TMPDIR)", false},
};
static const sw_cli_spec spec = {
    .command = "bench store",
    .summary = "Gets and puts 250-byte values through the store, beside RocksDB alone.",
    .options = cli_options,
    .option_count = SW_COUNT(cli_options),
};

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    int64_t keys = 0, operations = 1000000;
    if (!sw_bench_number("keys", sw_cli_value(cli, "keys"), 1, 100000000, &keys) ||
        !sw_bench_number("operations", sw_cli_value(cli, "operations"), 1, INT64_MAX, &operations))
        return SW_EXIT_USAGE;
    const char *dir = sw_cli_value(cli, "dir");
    uint64_t first = keys ? (uint64_t)keys : 100000, n = (uint64_t)operations;
    bool good = compare(dir, first, n, cli->json) && (keys || compare(dir, 1000000, n, cli->json));
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_bench_store = {"store", "get and put through the store", run};
