#include "base/arena.h"
#include "store/rocks.h"

#define MEMORY_DEFAULT ((size_t)64 << 20)
/* What a start has to read again at most, about; a quarter of a large budget, whose memtables could
 * not fill otherwise. */
#define WAL_BYTES_MIN     ((uint64_t)128 << 20)
#define BLOCK_BYTES       ((size_t)4 * 1024)
#define SCAN_BLOCK_BYTES  ((size_t)16 * 1024) /* where no row is looked up by its key */
#define LOG_BLOCK_BYTES   ((size_t)32 * 1024)
#define INDEX_BLOCK_BYTES ((uint64_t)4 * 1024)
/* Keys of an index that share what they begin with: of the indexes of ten million periods a quarter
 * is left, and the cache has the room for filters and rows. */
#define INDEX_KEYS_TOGETHER 16
/* Of indexes of stores whose rows are looked up: keys that a batch asks for come in order, and find
 * the same piece. */
#define LOOKUP_INDEX_BLOCK_BYTES ((uint64_t)64 * 1024)
/* The cache is cut into parts at least this large, so that each filter has room in one. RocksDB
 * would cut it into 64. */
#define CACHE_PART_BYTES_MIN ((size_t)16 << 20)
#define CACHE_PART_BITS_MAX  6
/* Above every level: RocksDB's diary LOG stays empty. Debian's build has assertions, and one of
 * them aborts the process when the diary meets a full disk. */
#define LOG_LEVEL_NONE 6
/* Of each key in a filter. One absent key of a hundred is looked for in a block nevertheless, of a
 * run; where each record asks, three or four of a thousand: less is not worth the cache. */
#define BLOOM_BITS     10
#define BLOOM_BITS_HOT 12
#define LEVELS         7 /* RocksDB's own */
/* What a merge reads of each of its runs at once; it was a block at a time. */
#define MERGE_READ_BYTES ((size_t)128 * 1024)
/* What a memtable takes at once. RocksDB's own (a megabyte) times dozens of stores is more than all
 * memtables may have: then each write flushes one. */
#define ARENA_BYTES ((size_t)32 * 1024)

/* Of a log: so many runs of places before they are merged, which writes all of them anew; values
 * from this size on lie in files of their own. */
#define LOG_RUNS        12
#define BLOB_BYTES_MIN  512u
#define BLOB_FILE_BYTES ((uint64_t)64 << 20)
/* What is still wanted of the oldest files is moved on while more than a part of all is garbage,
 * until less than a smaller part is. */
#define GARBAGE_MANY 3u
#define GARBAGE_FEW  6u

/* State. Its newer part is not compressed: it is soon written again. Runs are merged when there are
 * so many: a key that is looked up is asked for at each of them, a scan goes to its place in each
 * once. A merge of everything is due when what is above the last run is so much larger than it.
 * docs/decisions/0006 has the figures, and why no rule that looks for runs that are alike. */
#define STATE_RUNS           16
#define STATE_RUNS_SCAN      20
#define STATE_COMPRESSED_PCT 60
#define STATE_SPACE_PCT      200
/* Of a memtable's limit, for a filter of its keys where they are looked up, mostly in vain: it
 * saves the way down a long list. Short ones of stores that few records ask are searched as fast.
 */
#define MEMTABLE_FILTER_SHARE 0.003
#define LONG_MEMTABLE_BYTES   ((size_t)128 << 20)

/* Churn. Fewer runs where rows are read from the front, over those that are gone. Files are small,
 * because a filter is built whole and its keys wait in memory. */
#define CHURN_FILE_BYTES ((uint64_t)16 << 20)
#define CHURN_RUNS       8
#define CHURN_RUNS_SCAN  6
/* Of any store: so many runs more slow writers down, and as many again stop them. */
#define RUNS_SLACK 20

/* The budget's parts. RocksDB starts to flush when memtables reach their limit and fills others
 * meanwhile, so that they may hold twice of it: half of their share is the limit. docs/decisions
 * has the reasons. */
static size_t memtable_limit(size_t memory_bytes) {
    return memory_bytes / 4;
}

/* What comes in order is written once, however often it is flushed: it leaves the room to rows that
 * are merged. Else values of a log fill it, and each flush of theirs takes all other stores along.
 */
static size_t tail_memtable_limit(size_t memory_bytes) {
    return memtable_limit(memory_bytes) / 4;
}

static uint64_t at_least(uint64_t bytes, uint64_t least) {
    return bytes > least ? bytes : least;
}

static uint64_t wal_limit(size_t memory_bytes) {
    return at_least(memory_bytes / 4, WAL_BYTES_MIN);
}

static size_t cache_bytes(size_t memory_bytes) {
    return memory_bytes - memory_bytes / 2;
}

static size_t block_bytes(const sw_store_spec *spec) {
    if (!spec || spec->point_lookups) return BLOCK_BYTES;
    return spec->ordered_tail ? LOG_BLOCK_BYTES : SCAN_BLOCK_BYTES;
}

static rocksdb_cache_t *new_cache(size_t bytes) {
    int bits = 0;
    while (bits < CACHE_PART_BITS_MAX && bytes >> (bits + 1) >= CACHE_PART_BYTES_MIN) bits++;
    rocksdb_lru_cache_options_t *options = rocksdb_lru_cache_options_create();
    rocksdb_lru_cache_options_set_capacity(options, bytes);
    rocksdb_lru_cache_options_set_num_shard_bits(options, bits);
    rocksdb_cache_t *cache = rocksdb_cache_create_lru_opts(options);
    rocksdb_lru_cache_options_destroy(options);
    return cache;
}

/* One cache holds data blocks, indexes and filters of every store, so that its limit is the limit.
 * Filters of churn are outside of it: a key that is not there is asked for at every run, and the
 * way through the cache would cost more than the answer. The cache gets smaller by what they take.
 */
static void set_table_options(const rocks_db *db, const sw_store_spec *spec,
                              rocksdb_options_t *options) {
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(table, db->cache);
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(table, 1);
    rocksdb_block_based_options_set_index_type(
        table, rocksdb_block_based_table_index_type_two_level_index_search);
    rocksdb_block_based_options_set_metadata_block_size(
        table, spec && spec->point_lookups ? LOOKUP_INDEX_BLOCK_BYTES : INDEX_BLOCK_BYTES);
    rocksdb_block_based_options_set_index_block_restart_interval(table, INDEX_KEYS_TOGETHER);
    rocksdb_block_based_options_set_block_size(table, block_bytes(spec));
    if (spec && spec->point_lookups) {
        rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_bloom_full(spec->hot ? BLOOM_BITS_HOT : BLOOM_BITS));
        if (spec->churn) rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 0);
        rocksdb_block_based_options_set_data_block_index_type(
            table, rocksdb_block_based_table_data_block_index_type_binary_search_and_hash);
        rocksdb_block_based_options_set_data_block_hash_ratio(table, 0.75);
    }
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);
}

/* What a flush writes (level 0) is soon merged: compressing it would be for that long. So is churn.
 * Rows that are rewritten would be merged with the oldest run as soon as their files are as large
 * as its compressed ones, when they are but a sixth as many. */
static void set_compression(const sw_store_spec *spec, rocksdb_options_t *options) {
    int by_level[LEVELS];
    bool plain = spec && (spec->churn || spec->rewritten);
    for (int i = 0; i < LEVELS; i++)
        by_level[i] = i && !plain ? rocksdb_lz4_compression : rocksdb_no_compression;
    rocksdb_options_set_num_levels(options, LEVELS);
    rocksdb_options_set_compression_per_level(options, by_level, LEVELS);
}

/* Of the database as a whole. */
static rocksdb_options_t *database_options(const rocks_db *db) {
    rocksdb_options_t *options = rocksdb_options_create();
    size_t memory = db->budget.memory_bytes;
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_create_missing_column_families(options, 1);
    rocksdb_options_set_paranoid_checks(options, 1);
    rocksdb_options_set_wal_recovery_mode(options, rocksdb_absolute_consistency_recovery);
    rocksdb_options_set_max_total_wal_size(options, wal_limit(memory));
    rocksdb_options_set_db_write_buffer_size(options, memtable_limit(memory));
    rocksdb_options_set_write_buffer_size(options, memtable_limit(memory));
    rocksdb_options_set_arena_block_size(options, ARENA_BYTES);
    rocksdb_options_set_max_write_buffer_number(options, 2);
    rocksdb_options_set_max_open_files(options,
                                       -1); /* each table is opened, and so proven, first */
    rocksdb_options_set_max_background_jobs(options, 2);
    rocksdb_options_set_bytes_per_sync(options, 1 << 20);
    rocksdb_options_set_info_log_level(options, LOG_LEVEL_NONE);
    rocksdb_options_set_keep_log_file_num(options, 1);
    rocksdb_options_set_stats_dump_period_sec(options, 0);
    rocksdb_options_set_stats_persist_period_sec(options, 0);
    rocksdb_options_compaction_readahead_size(options, MERGE_READ_BYTES);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1);
    if (db->budget.cache) rocksdb_options_set_atomic_flush(options, 1);
    if (db->budget.count_writes) rocksdb_options_enable_statistics(options);
    return options;
}

/* The spec of a family; NULL for `default` and for stores that are not ours to use. */
static const sw_store_spec *spec_of(const rocks_db *db, const sw_store_spec *specs, uint32_t i) {
    return i < db->store_count ? &specs[i] : NULL;
}

/* While a long merge goes on, runs of other stores become more. */
static void set_run_limits(rocksdb_options_t *options, int runs) {
    rocksdb_options_set_level0_file_num_compaction_trigger(options, runs);
    rocksdb_options_set_level0_slowdown_writes_trigger(options, runs + RUNS_SLACK);
    rocksdb_options_set_level0_stop_writes_trigger(options, runs + 2 * RUNS_SLACK);
}

static void set_runs(rocksdb_options_t *options, int runs) {
    rocksdb_options_set_compaction_style(options, rocksdb_universal_compaction);
    set_run_limits(options, runs);
}

static void set_memtable_filter(const rocks_db *db, const sw_store_spec *spec,
                                rocksdb_options_t *options) {
    if (!spec || spec->churn || !spec->point_lookups) return;
    if (!spec->hot && memtable_limit(db->budget.memory_bytes) < LONG_MEMTABLE_BYTES) return;
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, MEMTABLE_FILTER_SHARE);
    rocksdb_options_set_memtable_whole_key_filtering(options, 1);
}

/* Levelled compaction writes a random row about ten times on its way down, the universal one four.
 */
static void set_state_options(const sw_store_spec *spec, rocksdb_options_t *options) {
    if (!spec || spec->churn || spec->ordered_tail) return;
    rocksdb_universal_compaction_options_t *merge = rocksdb_universal_compaction_options_create();
    rocksdb_universal_compaction_options_set_compression_size_percent(merge, STATE_COMPRESSED_PCT);
    rocksdb_universal_compaction_options_set_max_size_amplification_percent(merge, STATE_SPACE_PCT);
    rocksdb_options_set_universal_compaction_options(options, merge);
    rocksdb_options_set_optimize_filters_for_hits(options, spec->present);
    rocksdb_universal_compaction_options_destroy(merge);
    set_runs(options, spec->point_lookups ? STATE_RUNS : STATE_RUNS_SCAN);
}

static void set_churn_options(const sw_store_spec *spec, rocksdb_options_t *options) {
    if (!spec || !spec->churn) return;
    rocksdb_options_set_target_file_size_base(options, CHURN_FILE_BYTES);
    set_runs(options, spec->point_lookups ? CHURN_RUNS : CHURN_RUNS_SCAN);
}

/* What comes in order stays as it came: values go to files of their own, once, and only their
 * places are merged. */
static void set_log_options(const rocks_db *db, const sw_store_spec *spec,
                            rocksdb_options_t *options) {
    if (!spec || !spec->ordered_tail) return;
    rocksdb_options_set_write_buffer_size(options, tail_memtable_limit(db->budget.memory_bytes));
    set_run_limits(options, LOG_RUNS);
    rocksdb_options_set_enable_blob_files(options, 1);
    rocksdb_options_set_min_blob_size(options, BLOB_BYTES_MIN);
    rocksdb_options_set_blob_file_size(options, BLOB_FILE_BYTES);
    rocksdb_options_set_enable_blob_gc(options, 1);
    rocksdb_options_set_blob_gc_age_cutoff(options, 0); /* rocks_collect_values */
}

sw_err rocks_options(rocks_db *db, const sw_store_spec *specs) {
    if (db->budget.memory_bytes == 0) db->budget.memory_bytes = MEMORY_DEFAULT;
    db->family_options = sw_heap_zero(db->family_count, sizeof db->family_options[0]);
    if (!db->family_options) return SW_E_NOMEM;
    db->cache = new_cache(cache_bytes(db->budget.memory_bytes));
    db->options = database_options(db);
    for (uint32_t i = 0; i < db->family_count; i++) {
        db->family_options[i] = rocksdb_options_create_copy(db->options);
        set_compression(spec_of(db, specs, i), db->family_options[i]);
        set_state_options(spec_of(db, specs, i), db->family_options[i]);
        set_memtable_filter(db, spec_of(db, specs, i), db->family_options[i]);
        set_churn_options(spec_of(db, specs, i), db->family_options[i]);
        set_log_options(db, spec_of(db, specs, i), db->family_options[i]);
        set_table_options(db, spec_of(db, specs, i), db->family_options[i]);
    }
    db->read = rocksdb_readoptions_create();
    db->synced = rocksdb_writeoptions_create();
    db->unsynced = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(db->synced, 1);
    if (db->budget.cache) rocksdb_writeoptions_disable_WAL(db->unsynced, 1);
    db->batch = rocksdb_writebatch_create();
    return SW_OK;
}

void rocks_collect_values(rocks_db *db) {
    for (uint32_t i = 0; i < db->store_count; i++) {
        uint64_t all = 0, garbage = 0;
        if (!db->scans[i] ||
            rocksdb_property_int_cf(db->rocks, db->families[i], ROCKS_VALUES, &all) ||
            rocksdb_property_int_cf(db->rocks, db->families[i], ROCKS_VALUES_GARBAGE, &garbage))
            continue;
        bool collect = garbage > all / (db->collects[i] ? GARBAGE_FEW : GARBAGE_MANY);
        if (collect == db->collects[i]) continue;
        const char *key = "blob_garbage_collection_age_cutoff", *value = collect ? "0.25" : "0";
        char *text = NULL;
        rocksdb_set_options_cf(db->rocks, db->families[i], 1, &key, &value, &text);
        if (text)
            rocksdb_free(text); /* garbage stays a little longer */
        else
            db->collects[i] = collect;
    }
}

void rocks_share_memory(rocks_db *db) {
    size_t share = cache_bytes(db->budget.memory_bytes), filters = 0;
    for (uint32_t i = 0; i < db->store_count; i++) {
        uint64_t bytes = 0;
        if (rocksdb_property_int_cf(db->rocks, db->families[i], ROCKS_FILTERS_OUTSIDE, &bytes) == 0)
            filters += (size_t)bytes;
    }
    size_t left = filters < share ? share - filters : 0;
    rocksdb_cache_set_capacity(db->cache, at_least(left, share / 3));
}

void rocks_options_free(rocks_db *db) {
    for (uint32_t i = 0; db->family_options && i < db->family_count; i++)
        if (db->family_options[i]) rocksdb_options_destroy(db->family_options[i]);
    sw_heap_free(db->family_options);
    if (!db->options) return;
    rocksdb_options_destroy(db->options);
    rocksdb_cache_destroy(db->cache);
    rocksdb_readoptions_destroy(db->read);
    rocksdb_writeoptions_destroy(db->synced);
    rocksdb_writeoptions_destroy(db->unsynced);
    rocksdb_writebatch_destroy(db->batch);
}
