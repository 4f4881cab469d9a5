#include "store/table_tail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/wire.h"
#include "store/rocks.h"
#include <xxhash.h>

/* A footer: kind of checksum, handles and padding, format, magic number. */
#define FOOTER_BYTES   53u
#define PLACES_BYTES   40u
#define FORMAT_AT      41u
#define MAGIC_AT       45u
#define MAGIC          UINT64_C(0x88e241b785f4cff7)
#define FORMAT         5u
#define CHECKSUM_XXH3  4
#define TRAILER_BYTES  5u          /* of a block: how it is compressed, checksum */
#define LAST_BYTE      0x6b9083d9u /* mixes the first of them into the checksum */
#define NOT_COMPRESSED 0
#define KEY_MAX        256u
#define SEQUENCE_BYTES 8u

#define PROPERTIES "rocksdb.properties"
/* RocksDB writes it into a table that it takes in, after the checksum was made over a zero. */
#define SEQUENCE "rocksdb.external_sst_file.global_seqno"

/* A block's place: RocksDB's handle. `len` is without the trailer. */
typedef struct place {
    uint64_t at, len;
} place;

typedef struct table {
    int fd;
    const char *part; /* that is looked at */
    uint64_t footer_at;
    place metaindex, index;
} table;

/* The entries of a block in their order; keys share their beginnings. */
typedef struct entries {
    sw_slice rest, value;
    char key[KEY_MAX];
    size_t key_len;
} entries;

static bool take_number(sw_slice *from, uint64_t *ret) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && from->len > 0; shift += 7) {
        uint8_t byte = (uint8_t)*from->ptr;
        *from = sw_slice_sub(*from, 1, from->len);
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret = n;
            return true;
        }
    }
    return false;
}

static bool take_place(sw_slice *from, place *ret) {
    return take_number(from, &ret->at) && take_number(from, &ret->len);
}

/* Between the start of the file and its footer, with its trailer. */
static bool lies_inside(const table *t, place p) {
    return p.at <= t->footer_at && t->footer_at - p.at >= TRAILER_BYTES &&
           p.len <= t->footer_at - p.at - TRAILER_BYTES;
}

static sw_err read_at(int fd, uint64_t at, char *ret, size_t len) {
    while (len > 0) {
        ssize_t got = pread(fd, ret, len, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return SW_E_IO;
        at += (uint64_t)got;
        ret += got;
        len -= (size_t)got;
    }
    return SW_OK;
}

/* The block with its trailer, on the heap. */
static sw_err read_block(const table *t, place p, char **ret) {
    size_t bytes = (size_t)p.len + TRAILER_BYTES;
    char *block = sw_heap_alloc(bytes);
    if (!block) return SW_E_NOMEM;
    sw_err err = read_at(t->fd, p.at, block, bytes);
    if (err)
        sw_heap_free(block);
    else
        *ret = block;
    return err;
}

static bool is_whole(const char *block, uint64_t len) {
    uint32_t sum = (uint32_t)XXH3_64bits(block, (size_t)len);
    sum ^= (uint32_t)(uint8_t)block[len] * LAST_BYTE;
    return sum == (uint32_t)sw_wire_get_le(block + len + 1, 4);
}

/* A block ends in the places of keys that are written out, and the number of these places. */
static bool open_block(const char *block, uint64_t len, entries *ret) {
    if (len < 4 || block[len] != NOT_COMPRESSED) return false;
    uint64_t places = sw_wire_get_le(block + len - 4, 4);
    if (places > (len - 4) / 4) return false;
    *ret = (entries){.rest = sw_slice_of(block, (size_t)(len - 4 - 4 * places))};
    return true;
}

static bool next_entry(entries *e) {
    uint64_t shared, own, value;
    if (!take_number(&e->rest, &shared) || !take_number(&e->rest, &own) ||
        !take_number(&e->rest, &value))
        return false;
    if (shared > e->key_len || own > KEY_MAX - shared || own > e->rest.len ||
        value > e->rest.len - own)
        return false;
    memcpy(e->key + shared, e->rest.ptr, (size_t)own);
    e->key_len = (size_t)(shared + own);
    e->value = sw_slice_sub(e->rest, (size_t)own, (size_t)(own + value));
    e->rest = sw_slice_sub(e->rest, (size_t)(own + value), e->rest.len);
    return true;
}

static bool find_value(const char *block, uint64_t len, const char *key, sw_slice *ret) {
    entries e;
    if (!open_block(block, len, &e)) return false;
    while (next_entry(&e))
        if (sw_slice_is(sw_slice_of(e.key, e.key_len), key)) {
            *ret = e.value;
            return true;
        }
    return false;
}

static sw_err check_index(table *t) {
    char *block;
    t->part = "index";
    sw_err err = read_block(t, t->index, &block);
    if (err) return err;
    if (!is_whole(block, t->index.len)) err = SW_E_CORRUPT;
    sw_heap_free(block);
    return err;
}

static sw_err check_properties(table *t, place properties) {
    char *block;
    sw_slice sequence;
    t->part = "properties";
    sw_err err = read_block(t, properties, &block);
    if (err) return err;
    bool whole = is_whole(block, properties.len);
    if (!whole && find_value(block, properties.len, SEQUENCE, &sequence) &&
        sequence.len == SEQUENCE_BYTES) {
        memset(block + (sequence.ptr - block), 0, SEQUENCE_BYTES);
        whole = is_whole(block, properties.len);
    }
    sw_heap_free(block);
    return whole ? SW_OK : SW_E_CORRUPT;
}

static sw_err check_metaindex(table *t, place *ret_properties) {
    char *block;
    sw_slice handle;
    t->part = "metaindex";
    sw_err err = read_block(t, t->metaindex, &block);
    if (err) return err;
    bool good = is_whole(block, t->metaindex.len) &&
                find_value(block, t->metaindex.len, PROPERTIES, &handle) &&
                take_place(&handle, ret_properties) && lies_inside(t, *ret_properties);
    sw_heap_free(block);
    return good ? SW_OK : SW_E_CORRUPT;
}

/* The metaindex is the last block: its place is certain, and with it that of the properties. */
static bool read_footer(const char footer[FOOTER_BYTES], table *t) {
    sw_slice places = sw_slice_of(footer + 1, PLACES_BYTES);
    return sw_wire_get_le(footer + FORMAT_AT, 4) == FORMAT && footer[0] == CHECKSUM_XXH3 &&
           take_place(&places, &t->metaindex) && take_place(&places, &t->index) &&
           lies_inside(t, t->metaindex) && lies_inside(t, t->index) &&
           t->metaindex.at + t->metaindex.len + TRAILER_BYTES == t->footer_at;
}

static sw_err check_file(table *t, bool finished) {
    char footer[FOOTER_BYTES] = {0};
    struct stat st;
    place properties;
    t->part = "footer";
    if (fstat(t->fd, &st) != 0) return SW_E_IO;
    if (st.st_size >= (off_t)FOOTER_BYTES) {
        t->footer_at = (uint64_t)st.st_size - FOOTER_BYTES;
        sw_err err = read_at(t->fd, t->footer_at, footer, sizeof footer);
        if (err) return err;
    }
    if (sw_wire_get_le(footer + MAGIC_AT, 8) != MAGIC) return finished ? SW_E_CORRUPT : SW_OK;
    if (!read_footer(footer, t)) return SW_E_CORRUPT;
    sw_err err = check_metaindex(t, &properties);
    if (!err) err = check_properties(t, properties);
    return err ? err : check_index(t);
}

sw_err sw_table_tail_check(const char *path, bool finished, sw_diags *diags) {
    table t = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (t.fd < 0) return SW_E_IO;
    sw_err err = check_file(&t, finished);
    close(t.fd);
    if (err != SW_E_CORRUPT) return err;
    return sw_diag_at(diags, err, 0, 0, path, ROCKS_ADVICE_RESTORE,
                      "the database's table is damaged in its %s", t.part);
}
