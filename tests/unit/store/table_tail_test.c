/* Damage in the end of a table: found by name before RocksDB reads it, and never held against a
 * database that does not name the table. */
#include "store/table_tail.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/wire.h"
#include "contract/folder.h"
#include "store/load.h"
#include "unit/test.h"
#include <xxhash.h>

#define ROWS       3000
#define TABLES_MAX 32
#define FOOTER     53
#define MAGIC      8
#define SEQUENCE   "global_seqno"                         /* names share their beginnings */
#define INDEX_TYPE "rocksdb.block.based.table.index.type" /* the first property */
#define PROPERTIES "rocksdb.properties"
#define ADVICE     "restore from the last backup"

typedef struct file {
    char path[700];
    char *bytes;
    size_t len;
} file;

typedef struct fixture {
    char root[FOLDER_PATH_MAX], dir[FOLDER_PATH_MAX + 8], scratch[FOLDER_PATH_MAX + 16];
    sw_arena arena;
    sw_diags diags;
    sw_db *db;
    file tables[TABLES_MAX];
    int count;
} fixture;

static const sw_store_spec specs[] = {
    {.name = "points", .version = 1, .point_lookups = true},
    {.name = "churn", .version = 1, .point_lookups = true, .churn = true},
    {.name = "log", .version = 1, .ordered_tail = true}};

static sw_err open_db(fixture *f) {
    sw_arena_reset(&f->arena);
    sw_diags_init(&f->diags, &f->arena, SW_SLICE_NONE, 10);
    f->db = NULL;
    return sw_db_rocks_open(f->dir, specs, SW_COUNT(specs),
                            (sw_db_budget){.memory_bytes = (size_t)8 << 20}, &f->diags, &f->db);
}

static void close_db(fixture *f) {
    sw_db_close(f->db);
    f->db = NULL;
}

static void write_rows(sw_db *db, uint32_t store, sw_slice value) {
    sw_batch *batch;
    char key[16];
    assert_ok(sw_batch_new((size_t)8 << 20, &batch));
    for (int i = 0; i < ROWS; i++) {
        snprintf(key, sizeof key, "key-%06d", i);
        assert_ok(sw_batch_put(batch, store, sw_slice_cstr(key), value));
    }
    assert_ok(sw_batch_delete_range(batch, store, SW_S("key-000100"), SW_S("key-000200")));
    assert_ok(sw_db_write(db, batch, true));
    sw_batch_free(batch);
}

/* Over rows that are there, so that the table gets a sequence number of its own. */
static void load_rows(sw_db *db) {
    sw_load *load;
    char key[16];
    assert_ok(sw_load_new(db, 0, &load));
    for (int i = 0; i < ROWS; i++) {
        snprintf(key, sizeof key, "key-%06d", i);
        assert_ok(sw_load_put(load, sw_slice_cstr(key), SW_S("loaded")));
    }
    assert_ok(sw_load_flush(load));
    sw_load_free(load);
}

static void read_file(const char *path, file *ret) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    snprintf(ret->path, sizeof ret->path, "%s", path);
    ret->len = (size_t)st.st_size;
    ret->bytes = sw_heap_alloc(ret->len);
    assert_non_null(ret->bytes);
    assert_int_equal(fread(ret->bytes, 1, ret->len, in), ret->len);
    fclose(in);
}

static void write_file(const char *path, const void *bytes, size_t len) {
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static void read_tables(fixture *f) {
    char path[700];
    snprintf(path, sizeof path, "%s/db", f->dir);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!sw_slice_ends(sw_slice_cstr(entry->d_name), SW_S(".sst"))) continue;
        assert_true(f->count < TABLES_MAX);
        snprintf(path, sizeof path, "%s/db/%s", f->dir, entry->d_name);
        read_file(path, &f->tables[f->count++]);
    }
    closedir(dir);
}

/* An opening writes what the log holds into tables. */
static int setup(void **state) {
    static fixture f;
    f = (fixture){0};
    folder_make(f.root);
    snprintf(f.dir, sizeof f.dir, "%s/data", f.root);
    snprintf(f.scratch, sizeof f.scratch, "%s/scratch", f.root);
    sw_arena_init(&f.arena, 1 << 20);
    assert_ok(open_db(&f));
    for (uint32_t i = 0; i < SW_COUNT(specs); i++) write_rows(f.db, i, SW_S("written"));
    load_rows(f.db);
    close_db(&f);
    assert_ok(open_db(&f));
    close_db(&f);
    read_tables(&f);
    assert_true(f.count >= 4);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_db_close(f->db);
    for (int i = 0; i < f->count; i++) sw_heap_free(f->tables[i].bytes);
    sw_arena_done(&f->arena);
    folder_remove(f->root);
    return 0;
}

static file *longest_table(fixture *f) {
    file *ret = &f->tables[0];
    for (int i = 1; i < f->count; i++)
        if (f->tables[i].len > ret->len) ret = &f->tables[i];
    return ret;
}

static sw_err check_bytes(fixture *f, const char *bytes, size_t len) {
    write_file(f->scratch, bytes, len);
    return sw_table_tail_check(f->scratch, false, NULL);
}

/* Where these bytes stand last in the table; its length if they don't. */
static size_t find_last(const file *table, const char *text) {
    size_t len = strlen(text);
    for (size_t at = table->len - len; at > 0; at--)
        if (memcmp(table->bytes + at, text, len) == 0) return at;
    return table->len;
}

/* Where what it was given as it was taken in begins: behind its name. */
static size_t sequence_at(const file *table) {
    size_t at = find_last(table, SEQUENCE);
    return at < table->len ? at + strlen(SEQUENCE) : at;
}

static bool is_number(const file *table, size_t at) {
    size_t from = sequence_at(table);
    return at >= from && at < from + 8;
}

/* Behind the handles; or the bit that says that a number goes on, with zeros. */
static bool is_padding(const file *table, size_t at, int bit) {
    if (at <= table->len - FOOTER || at >= table->len - MAGIC) return false;
    return table->bytes[at] == 0 || (bit == 7 && table->bytes[at + 1] == 0);
}

static void a_table_of_a_database_passes(void **state) {
    fixture *f = *state;
    int loaded = 0;
    for (int i = 0; i < f->count; i++) {
        const file *table = &f->tables[i];
        assert_ok(sw_table_tail_check(table->path, true, NULL));
        if (sequence_at(table) == table->len) continue;
        loaded += sw_wire_get_le(table->bytes + sequence_at(table), 8) != 0;
    }
    assert_int_equal(loaded, 1); /* and its number was put in after the checksum was made */
    assert_int_equal(sw_table_tail_check("/nowhere/000001.sst", false, NULL), SW_E_IO);
}

/* From the properties' first name to the end. What is not found: padding, the magic number (RocksDB
 * finds it), and the number that RocksDB itself compares with what the MANIFEST says. */
static void each_flipped_bit_is_found(void **state) {
    fixture *f = *state;
    for (int i = 0; i < f->count; i++) {
        file *table = &f->tables[i];
        size_t footer = table->len - FOOTER, magic = table->len - MAGIC;
        size_t from = find_last(table, INDEX_TYPE), missed = 0;
        assert_true(from < footer);
        for (size_t at = from; at < table->len; at++)
            for (int bit = 0; bit < 8; bit++) {
                table->bytes[at] ^= (char)(1 << bit);
                sw_err err = check_bytes(f, table->bytes, table->len);
                table->bytes[at] ^= (char)(1 << bit);
                if (err == SW_E_CORRUPT) continue;
                assert_ok(err);
                assert_true(at >= magic || is_number(table, at) || is_padding(table, at, bit));
                missed += at < magic;
            }
        assert_true(missed > 0 && missed < (size_t)8 * (40 + 8));
    }
}

static void a_table_that_is_cut_at_any_length_is_unfinished(void **state) {
    fixture *f = *state;
    const file *table = &f->tables[0];
    for (size_t len = 0; len < table->len; len += len + 4000 < table->len ? 97 : 1) {
        assert_ok(check_bytes(f, table->bytes, len));
        assert_int_equal(sw_table_tail_check(f->scratch, true, NULL), SW_E_CORRUPT);
    }
    for (size_t gone = 1; gone < table->len - FOOTER; gone += 97)
        assert_int_equal(check_bytes(f, table->bytes + gone, table->len - gone), SW_E_CORRUPT);
}

static char *put_number(char *to, uint64_t n) {
    for (; n >= 0x80; n >>= 7) *to++ = (char)(n | 0x80);
    *to++ = (char)n;
    return to;
}

/* A table that has nothing but a metaindex, with the right checksum. */
static size_t make_table(const char *metaindex, size_t len, char *ret) {
    memcpy(ret, metaindex, len);
    ret[len] = 0;
    sw_wire_put_le(ret + len + 1, XXH3_64bits(metaindex, len), 4);
    char *footer = ret + len + 5;
    memset(footer, 0, FOOTER);
    footer[0] = 4;
    char *at = put_number(put_number(footer + 1, 0), len);
    put_number(put_number(at, 0), len);
    sw_wire_put_le(footer + 41, 5, 4);
    sw_wire_put_le(footer + 45, UINT64_C(0x88e241b785f4cff7), 8);
    return len + 5 + FOOTER;
}

/* Also where a checksum is right by chance: no byte outside of the block is read (AddressSanitizer
 * looks on), and nothing passes that names no properties. */
static void a_metaindex_of_any_bytes_is_read_within_its_bounds(void **state) {
    fixture *f = *state;
    static const char good[] = "\0\022\2rocksdb.properties\0\0\0\0\0\0\1\0\0\0";
    char block[64], table[200];
    sw_rng rng;
    sw_rng_init(&rng, 5);
    for (int round = 0; round < 20000; round++) {
        size_t len = sizeof good - 1;
        memcpy(block, good, len);
        for (uint64_t n = sw_rng_below(&rng, 4); n-- > 0;) {
            size_t at = (size_t)sw_rng_below(&rng, len);
            block[at] = (char)(sw_rng_chance(&rng, 1, 2) ? sw_rng_below(&rng, 256)
                                                         : 1u << sw_rng_below(&rng, 8));
        }
        if (sw_rng_chance(&rng, 1, 3)) len = (size_t)sw_rng_below(&rng, len + 1);
        assert_int_equal(check_bytes(f, table, make_table(block, len, table)), SW_E_CORRUPT);
    }
}

static void assert_refused_by_name(fixture *f, const char *path) {
    assert_int_equal(open_db(f), SW_E_CORRUPT);
    assert_non_null(f->diags.first);
    sw_slice text = sw_diag_text(&f->arena, f->diags.first);
    if (!strstr(text.ptr, path)) print_error("%.*s\n", SW_FMT(text));
    assert_non_null(strstr(text.ptr, path));
    assert_non_null(strstr(text.ptr, ADVICE));
    assert_int_equal(f->diags.count, 1);
}

static void a_damaged_table_is_refused_by_name(void **state) {
    fixture *f = *state;
    file *table = longest_table(f);
    size_t footer = table->len - FOOTER;
    const struct {
        size_t at;
        char flip;
    } bits[] = {
        {footer, 4},                             /* no checksums any more */
        {footer + 3, (char)0x80},                /* a metaindex that lies elsewhere */
        {footer + 4, (char)0x80},                /* and one that is large */
        {footer + 7, (char)0x80},                /* an index after the end */
        {footer + 41, 1},                        /* another format */
        {footer + 52, 1},                        /* the magic number */
        {footer - 10, 1},                        /* the metaindex */
        {find_last(table, "raw.key.size"), 1},   /* the properties */
        {find_last(table, PROPERTIES) - 10, 64}, /* how many names they write out: an index */
        {find_last(table, INDEX_TYPE) - 12, 1},  /* what lies before them: a range or an index */
    };
    for (size_t i = 0; i < SW_COUNT(bits); i++) {
        table->bytes[bits[i].at] ^= bits[i].flip;
        write_file(table->path, table->bytes, table->len);
        assert_refused_by_name(f, table->path);
        table->bytes[bits[i].at] ^= bits[i].flip;
    }
    write_file(table->path, table->bytes, table->len);
    assert_ok(open_db(f));
}

/* As a power cut leaves it: the end is on the disk, what comes before is not. */
static void a_damaged_table_that_nobody_names_is_removed(void **state) {
    fixture *f = *state;
    file *table = &f->tables[0];
    char path[700], trial[700];
    struct stat st;
    snprintf(path, sizeof path, "%s/db/000002.sst", f->dir);
    snprintf(trial, sizeof trial, "%s/trial", f->dir);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(mkdir(trial, 0755), 0); /* a former one was killed */
    char *torn = sw_heap_zero(1, table->len);
    assert_non_null(torn);
    memcpy(torn + table->len - FOOTER, table->bytes + table->len - FOOTER, FOOTER);
    write_file(path, torn, table->len);
    sw_heap_free(torn);
    assert_int_equal(sw_table_tail_check(path, false, NULL), SW_E_CORRUPT);
    assert_ok(open_db(f));
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_not_equal(stat(trial, &st), 0);
    sw_buf value;
    sw_buf_init(&value, 100);
    assert_ok(sw_db_get(f->db, 0, SW_S("key-000042"), &value));
    assert_slice(sw_buf_slice(&value), "loaded");
    sw_buf_done(&value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_of_a_database_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(each_flipped_bit_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_table_that_is_cut_at_any_length_is_unfinished, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_metaindex_of_any_bytes_is_read_within_its_bounds, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_damaged_table_is_refused_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_table_that_nobody_names_is_removed, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
