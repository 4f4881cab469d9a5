/* aged.c - makes a store of a stopped `seawall up` one of another format: aged DATA_DIR STORE
 * FORMAT. Its rows are falsified, so that whoever reads them is found out; FORMAT 0 lists the
 * stores with their formats and changes nothing. */
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/wire.h"

static char *error;

static void must(const char *what) {
    if (!error) return;
    fprintf(stderr, "aged: %s: %s\n", what, error);
    exit(1);
}

typedef struct base {
    rocksdb_t *db;
    rocksdb_options_t *options;
    char **names;
    size_t count, own;
    rocksdb_column_family_handle_t **families;
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write;
} base;

static void open_base(base *b, const char *path) {
    b->options = rocksdb_options_create();
    b->names = rocksdb_list_column_families(b->options, path, &b->count, &error);
    must("list");
    b->families = calloc(b->count, sizeof *b->families);
    const rocksdb_options_t **each = calloc(b->count, sizeof *each);
    if (!b->families || !each) exit(1);
    for (size_t i = 0; i < b->count; i++) {
        each[i] = b->options;
        if (strcmp(b->names[i], "default") == 0) b->own = i;
    }
    b->db = rocksdb_open_column_families(b->options, path, (int)b->count,
                                         (const char *const *)b->names, each, b->families, &error);
    must("open");
    free(each);
    b->read = rocksdb_readoptions_create();
    b->write = rocksdb_writeoptions_create();
}

static void close_base(base *b) {
    for (size_t i = 0; i < b->count; i++) rocksdb_column_family_handle_destroy(b->families[i]);
    rocksdb_close(b->db);
    rocksdb_list_column_families_destroy(b->names, b->count);
    rocksdb_readoptions_destroy(b->read);
    rocksdb_writeoptions_destroy(b->write);
    rocksdb_options_destroy(b->options);
    free(b->families);
}

static void list(base *b) {
    for (size_t i = 0; i < b->count; i++) {
        size_t len;
        char *row = rocksdb_get_cf(b->db, b->read, b->families[b->own], b->names[i],
                                   strlen(b->names[i]), &len, &error);
        must("get");
        if (row && len == 8) printf("%s %u\n", b->names[i], (unsigned)sw_wire_get_le(row, 4));
        rocksdb_free(row);
    }
}

static void falsify(base *b, rocksdb_column_family_handle_t *family) {
    rocksdb_iterator_t *rows = rocksdb_create_iterator_cf(b->db, b->read, family);
    for (rocksdb_iter_seek_to_first(rows); rocksdb_iter_valid(rows); rocksdb_iter_next(rows)) {
        size_t len;
        const char *key = rocksdb_iter_key(rows, &len);
        rocksdb_put_cf(b->db, b->write, family, key, len, "of old", 6, &error);
        must("put");
    }
    rocksdb_iter_destroy(rows);
}

static void age(base *b, const char *store, uint32_t version) {
    char row[8];
    size_t at = 0;
    while (at < b->count && strcmp(b->names[at], store) != 0) at++;
    if (at == b->count) {
        fprintf(stderr, "aged: there is no store %s\n", store);
        exit(1);
    }
    falsify(b, b->families[at]);
    sw_wire_put_le(row, version, 4);
    sw_wire_put_le(row + 4, sw_crc32c(0, sw_slice_of(row, 4)), 4);
    rocksdb_put_cf(b->db, b->write, b->families[b->own], store, strlen(store), row, sizeof row,
                   &error);
    must("version");
}

int main(int argc, char **argv) {
    char path[4096];
    base b = {0};
    if (argc != 4) return 2;
    snprintf(path, sizeof path, "%s/log/db", argv[1]);
    open_base(&b, path);
    const uint32_t version = (uint32_t)strtoul(argv[3], NULL, 10);
    if (version)
        age(&b, argv[2], version);
    else
        list(&b);
    close_base(&b);
    return 0;
}
