#include <stdio.h>
#include <string.h>

#include "seawall/bench/bench.h"
#include "seawall/cli/cli.h"
#include <rocksdb/c.h>

#define BATCH 1000u

typedef struct plain {
    rocksdb_options_t *options;
    rocksdb_t *db;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
    rocksdb_writebatch_t *batch;
    char *error;
} plain;

/* The settings of the store (store/rocks_options.c), so that only what Seawall adds is compared. */
static void set_options(plain *p, size_t memory_bytes) {
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_cache_t *cache = rocksdb_cache_create_lru(memory_bytes / 2);
    rocksdb_block_based_options_set_block_cache(table, cache);
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_index_type(
        table, rocksdb_block_based_table_index_type_two_level_index_search);
    rocksdb_block_based_options_set_filter_policy(table,
                                                  rocksdb_filterpolicy_create_bloom_full(10));
    rocksdb_block_based_options_set_partition_filters(table, 1);
    rocksdb_block_based_options_set_data_block_index_type(
        table, rocksdb_block_based_table_data_block_index_type_binary_search_and_hash);
    rocksdb_block_based_options_set_data_block_hash_ratio(table, 0.75);
    p->options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(p->options, 1);
    rocksdb_options_set_write_buffer_size(p->options, memory_bytes / 4);
    rocksdb_options_set_max_background_jobs(p->options, 2);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(p->options, 1);
    rocksdb_options_set_compression(p->options, rocksdb_lz4_compression);
    rocksdb_options_set_block_based_table_factory(p->options, table);
    rocksdb_block_based_options_destroy(table);
    rocksdb_cache_destroy(cache);
}

static void make_key(char key[16], uint64_t n) {
    memcpy(key, "key/0000", 8);
    for (int i = 0; i < 8; i++) key[8 + i] = (char)(uint8_t)(n >> (8 * (7 - i)));
}

static void load(plain *p, const sw_bench_plain_options *options, sw_rng *rng, char *value) {
    char key[16];
    for (uint64_t i = 0; i < options->keys && !p->error; i++) {
        make_key(key, i);
        sw_bench_fill(rng, value, options->value_bytes);
        rocksdb_writebatch_put(p->batch, key, sizeof key, value, options->value_bytes);
        if ((i + 1) % BATCH && i + 1 < options->keys) continue;
        rocksdb_write(p->db, p->write, p->batch, &p->error);
        rocksdb_writebatch_clear(p->batch);
    }
}

static void loop(plain *p, const sw_bench_plain_options *options, sw_rng *rng, char *value) {
    char key[16];
    for (uint64_t i = 0; i < options->operations && !p->error; i++) {
        make_key(key, sw_rng_below(rng, options->keys));
        rocksdb_pinnableslice_t *old =
            rocksdb_get_pinned(p->db, p->read, key, sizeof key, &p->error);
        if (!old) return;
        size_t len;
        memcpy(value, rocksdb_pinnableslice_value(old, &len), options->value_bytes);
        rocksdb_pinnableslice_destroy(old);
        value[i % options->value_bytes]++;
        rocksdb_writebatch_put(p->batch, key, sizeof key, value, options->value_bytes);
        if ((i + 1) % BATCH && i + 1 < options->operations) continue;
        rocksdb_write(p->db, p->write, p->batch, &p->error);
        rocksdb_writebatch_clear(p->batch);
    }
}

bool sw_bench_plain_run(const char *dir, const sw_bench_plain_options *options,
                        sw_bench_plain_result *ret) {
    plain p = {0};
    char value[4096];
    sw_rng rng;
    SW_ASSERT(options->value_bytes > 0 && options->value_bytes <= sizeof value);
    sw_rng_init(&rng, options->seed);
    set_options(&p, options->memory_bytes);
    p.db = rocksdb_open(p.options, dir, &p.error);
    if (p.db) {
        p.read = rocksdb_readoptions_create();
        p.write = rocksdb_writeoptions_create();
        p.batch = rocksdb_writebatch_create();
        rocksdb_writeoptions_set_sync(p.write, options->sync);
        sw_bench_meter start = sw_bench_now();
        load(&p, options, &rng, value);
        ret->load = sw_bench_since(start);
        start = sw_bench_now();
        loop(&p, options, &rng, value);
        ret->run = sw_bench_since(start);
        rocksdb_writebatch_destroy(p.batch);
        rocksdb_writeoptions_destroy(p.write);
        rocksdb_readoptions_destroy(p.read);
        rocksdb_close(p.db);
    }
    rocksdb_options_destroy(p.options);
    if (!p.error) return true;
    fprintf(stderr, "seawall bench: RocksDB: %s\n", p.error);
    rocksdb_free(p.error);
    return false;
}

static const sw_cli_option cli_options[] = {
    {"keys", "N", "how many keys there are (100000)", false},
    {"operations", "N", "gets and puts (2000000)", false},
    {"sync", NULL, "sync every batch", false},
    {"dir", "FOLDER", "where to make the database ($TMPDIR)", false},
};
static const sw_cli_spec spec = {
    .command = "bench plain",
    .summary = "Gets and puts 250-byte values in RocksDB alone: what processors are compared with.",
    .options = cli_options,
    .option_count = SW_COUNT(cli_options),
};

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    (void)arena;
    int64_t keys = 100000, operations = 2000000;
    char dir[512];
    if (!sw_bench_number("keys", sw_cli_value(cli, "keys"), 1, 100000000, &keys) ||
        !sw_bench_number("operations", sw_cli_value(cli, "operations"), 1, INT64_MAX, &operations))
        return SW_EXIT_USAGE;
    if (!sw_bench_folder(sw_cli_value(cli, "dir"), dir, sizeof dir)) return SW_EXIT_FAILED;
    sw_bench_plain_result result;
    sw_bench_plain_options options = {.keys = (uint64_t)keys,
                                      .operations = (uint64_t)operations,
                                      .value_bytes = 250,
                                      .memory_bytes = (size_t)256 << 20,
                                      .sync = sw_cli_has(cli, "sync"),
                                      .seed = 1};
    bool good = sw_bench_plain_run(dir, &options, &result);
    if (good)
        printf(cli->json ? "{\"keys\":%lld,\"operations_per_second\":%.0f,"
                           "\"operations_per_cpu_second\":%.0f}\n"
                         : "%lld keys: %.0f operations a second, %.0f a CPU second\n",
               (long long)keys, (double)operations / result.run.wall_s,
               (double)operations / result.run.cpu_s);
    sw_bench_remove(dir);
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_bench_plain = {"plain", "RocksDB alone, as a measure", run};
