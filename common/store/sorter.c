#include "store/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

#define BLOCK_BYTES      ((size_t)4 << 20)
#define RECORD_BYTES_MAX ((size_t)256 << 20)
#define RUN_BUFFER_BYTES ((size_t)256 << 10)
#define RUNS_MAX         4096u

/* A record in memory and in a run: lengths, key, value. */
typedef struct head {
    uint32_t key_len, value_len;
    uint64_t number; /* of the adding: decides between equal keys */
} head;

/* What is sorted: the key's first 8 bytes decide most comparisons without following the pointer. */
typedef struct entry {
    uint64_t prefix;
    const char *record;
} entry;

typedef struct block {
    struct block *next;
    size_t size, used;
    char bytes[];
} block;

typedef struct run {
    int fd;
    uint32_t number; /* earlier runs hold earlier records: ties go to the smaller number */
    off_t at;        /* file offset of what is not in the buffer yet */
    char *buffer;
    size_t cap, len, used;
    sw_slice key, value;
} run;

struct sw_sorter {
    size_t memory_bytes, held_bytes;
    char dir[4096];
    block *blocks;
    entry *entries;
    size_t count, cap;
    uint64_t added;
    run *runs;
    uint32_t run_count;
    run **heap; /* of runs by their current record */
    uint32_t heap_count;
    run *taken; /* whose record was given out last */
    size_t at;  /* next entry where all is in memory */
    bool sorted;
};

sw_err sw_sorter_open(size_t memory_bytes, const char *dir, sw_sorter **ret) {
    SW_ASSERT(memory_bytes > 0 && dir && ret);
    sw_sorter *sorter = sw_heap_zero(1, sizeof *sorter);
    if (!sorter) return SW_E_NOMEM;
    sorter->memory_bytes = memory_bytes;
    snprintf(sorter->dir, sizeof sorter->dir, "%s", dir);
    *ret = sorter;
    return SW_OK;
}

static void drop_memory(sw_sorter *sorter) {
    while (sorter->blocks) {
        block *next = sorter->blocks->next;
        sw_heap_free(sorter->blocks);
        sorter->blocks = next;
    }
    sorter->count = 0;
    sorter->held_bytes = 0;
}

void sw_sorter_close(sw_sorter *sorter) {
    if (!sorter) return;
    drop_memory(sorter);
    for (uint32_t i = 0; i < sorter->run_count; i++) {
        close(sorter->runs[i].fd);
        sw_heap_free(sorter->runs[i].buffer);
    }
    sw_heap_free(sorter->runs);
    sw_heap_free(sorter->heap);
    sw_heap_free(sorter->entries);
    sw_heap_free(sorter);
}

static sw_err disk_failed(const sw_sorter *sorter, sw_diags *diags, const char *what) {
    sw_err code = errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? SW_E_FULL : SW_E_IO;
    return sw_diag_at(diags, code, 0, 0, NULL, "name a folder with room in TMPDIR",
                      "%s in %s failed: %s", what, sorter->dir, strerror(errno));
}

static uint64_t prefix_of(sw_slice key) {
    uint64_t prefix = 0;
    size_t n = key.len < 8 ? key.len : 8;
    for (size_t i = 0; i < n; i++) prefix |= (uint64_t)(uint8_t)key.ptr[i] << (56 - 8 * i);
    return prefix;
}

static head head_of(const char *record) {
    head h;
    memcpy(&h, record, sizeof h);
    return h;
}

static sw_slice key_of(const char *record) {
    return sw_slice_of(record + sizeof(head), head_of(record).key_len);
}

static sw_slice value_of(const char *record) {
    head h = head_of(record);
    return sw_slice_of(record + sizeof h + h.key_len, h.value_len);
}

static int compare_entries(const void *left, const void *right) {
    const entry *a = left, *b = right;
    if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
    int c = sw_slice_cmp(key_of(a->record), key_of(b->record));
    if (c != 0) return c;
    uint64_t m = head_of(a->record).number, n = head_of(b->record).number;
    return (m > n) - (m < n);
}

static void sort_entries(sw_sorter *sorter) {
    if (sorter->count == 0) return;
    qsort(sorter->entries, sorter->count, sizeof *sorter->entries, compare_entries);
}

static sw_err write_all(const sw_sorter *sorter, int fd, sw_slice bytes, sw_diags *diags) {
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_failed(sorter, diags, "writing a sorted run");
        bytes = sw_slice_sub(bytes, (size_t)n, bytes.len);
    }
    return SW_OK;
}

int sw_unnamed_file(const char *dir) {
    char path[4200];
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    snprintf(path, sizeof path, "%s/seawall-XXXXXX", dir);
    fd = mkstemp(path);
    if (fd >= 0) unlink(path);
    return fd;
}

static sw_err write_entries(const sw_sorter *sorter, int fd, sw_diags *diags) {
    sw_buf out;
    sw_err err = SW_OK;
    sw_buf_init(&out, RECORD_BYTES_MAX + RUN_BUFFER_BYTES + sizeof(head));
    for (size_t i = 0; !err && i < sorter->count; i++) {
        const char *record = sorter->entries[i].record;
        sw_slice key = key_of(record), value = value_of(record);
        err = sw_buf_add(&out, sw_slice_of(record, sizeof(head) + key.len + value.len));
        if (!err && (out.len >= RUN_BUFFER_BYTES || i + 1 == sorter->count)) {
            err = write_all(sorter, fd, sw_buf_slice(&out), diags);
            sw_buf_clear(&out);
        }
    }
    sw_buf_done(&out);
    return err;
}

static sw_err spill(sw_sorter *sorter, sw_diags *diags) {
    if (sorter->run_count == RUNS_MAX)
        return sw_diag_at(diags, SW_E_LIMIT, 0, 0, NULL, "give more memory",
                          "more than %u sorted runs", RUNS_MAX);
    run *runs = sw_heap_resize(sorter->runs, (sorter->run_count + 1) * sizeof *runs);
    if (!runs) return SW_E_NOMEM;
    sorter->runs = runs;
    sort_entries(sorter);
    int fd = sw_unnamed_file(sorter->dir);
    if (fd < 0) return disk_failed(sorter, diags, "making a file for a sorted run");
    sw_err err = write_entries(sorter, fd, diags);
    if (err) {
        close(fd);
        return err;
    }
    runs[sorter->run_count] = (run){.fd = fd, .number = sorter->run_count};
    sorter->run_count++;
    drop_memory(sorter);
    return SW_OK;
}

static char *room(sw_sorter *sorter, size_t size) {
    block *b = sorter->blocks;
    if (!b || b->size - b->used < size) {
        size_t want = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        b = sw_heap_alloc(sizeof *b + want);
        if (!b) return NULL;
        *b = (block){.next = sorter->blocks, .size = want};
        sorter->blocks = b;
    }
    char *ret = b->bytes + b->used;
    b->used += size;
    return ret;
}

static bool grow_entries(sw_sorter *sorter) {
    if (sorter->count < sorter->cap) return true;
    size_t cap = sorter->cap ? sorter->cap * 2 : 1024;
    entry *entries = sw_heap_resize(sorter->entries, cap * sizeof *entries);
    if (!entries) return false;
    sorter->entries = entries;
    sorter->cap = cap;
    return true;
}

sw_err sw_sorter_add(sw_sorter *sorter, sw_slice key, sw_slice value, sw_diags *diags) {
    SW_ASSERT(!sorter->sorted);
    if (key.len > RECORD_BYTES_MAX || value.len > RECORD_BYTES_MAX - key.len) return SW_E_LIMIT;
    size_t size = sizeof(head) + key.len + value.len;
    size_t cost = size + sizeof(entry);
    if (sorter->count && sorter->held_bytes + cost > sorter->memory_bytes) {
        sw_err err = spill(sorter, diags);
        if (err) return err;
    }
    if (!grow_entries(sorter)) return SW_E_NOMEM;
    char *record = room(sorter, size);
    if (!record) return SW_E_NOMEM;
    head h = {(uint32_t)key.len, (uint32_t)value.len, sorter->added};
    memcpy(record, &h, sizeof h);
    if (key.len) memcpy(record + sizeof h, key.ptr, key.len);
    if (value.len) memcpy(record + sizeof h + key.len, value.ptr, value.len);
    sorter->entries[sorter->count++] = (entry){prefix_of(key), record};
    sorter->held_bytes += cost;
    sorter->added++;
    return SW_OK;
}

/* Makes sure that `want` bytes from `used` on are in the buffer; false at the end of the run. */
static sw_err fill(const sw_sorter *sorter, run *r, size_t want, sw_diags *diags, bool *ret_there) {
    *ret_there = true;
    if (r->len - r->used >= want) return SW_OK;
    memmove(r->buffer, r->buffer + r->used, r->len - r->used);
    r->len -= r->used;
    r->used = 0;
    if (want > r->cap) {
        char *buffer = sw_heap_resize(r->buffer, want);
        if (!buffer) return SW_E_NOMEM;
        r->buffer = buffer;
        r->cap = want;
    }
    while (r->len < want) {
        ssize_t n = pread(r->fd, r->buffer + r->len, r->cap - r->len, r->at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_failed(sorter, diags, "reading a sorted run");
        if (n == 0) break;
        r->len += (size_t)n;
        r->at += n;
    }
    *ret_there = r->len >= want;
    return SW_OK;
}

/* The run's next record into key and value; *ret_there false after its last. */
static sw_err advance(const sw_sorter *sorter, run *r, sw_diags *diags, bool *ret_there) {
    head h;
    r->used += r->key.ptr ? sizeof h + r->key.len + r->value.len : 0;
    r->key = SW_SLICE_NONE;
    sw_err err = fill(sorter, r, sizeof h, diags, ret_there);
    if (err || !*ret_there) return err;
    memcpy(&h, r->buffer + r->used, sizeof h);
    size_t size = sizeof h + h.key_len + h.value_len;
    err = fill(sorter, r, size, diags, ret_there);
    if (err || !*ret_there) return err ? err : SW_E_CORRUPT;
    r->key = sw_slice_of(r->buffer + r->used + sizeof h, h.key_len);
    r->value = sw_slice_of(r->key.ptr + h.key_len, h.value_len);
    return SW_OK;
}

static bool before(const run *a, const run *b) {
    int c = sw_slice_cmp(a->key, b->key);
    return c != 0 ? c < 0 : a->number < b->number;
}

static void sift_down(sw_sorter *sorter, uint32_t at) {
    run **heap = sorter->heap;
    for (;;) {
        uint32_t least = at, left = 2 * at + 1;
        for (uint32_t child = left; child < left + 2 && child < sorter->heap_count; child++)
            if (before(heap[child], heap[least])) least = child;
        if (least == at) return;
        run *swap = heap[at];
        heap[at] = heap[least];
        heap[least] = swap;
        at = least;
    }
}

static sw_err start_merge(sw_sorter *sorter, sw_diags *diags) {
    sorter->heap = sw_heap_zero(sorter->run_count, sizeof *sorter->heap);
    if (!sorter->heap) return SW_E_NOMEM;
    for (uint32_t i = 0; i < sorter->run_count; i++) {
        run *r = &sorter->runs[i];
        bool there;
        r->buffer = sw_heap_alloc(RUN_BUFFER_BYTES);
        if (!r->buffer) return SW_E_NOMEM;
        r->cap = RUN_BUFFER_BYTES;
        sw_err err = advance(sorter, r, diags, &there);
        if (err) return err;
        if (there) sorter->heap[sorter->heap_count++] = r;
    }
    for (uint32_t i = sorter->heap_count; i-- > 0;) sift_down(sorter, i);
    return SW_OK;
}

sw_err sw_sorter_sort(sw_sorter *sorter, sw_diags *diags) {
    SW_ASSERT(!sorter->sorted);
    sorter->sorted = true;
    if (sorter->run_count == 0) {
        sort_entries(sorter);
        return SW_OK;
    }
    sw_err err = sorter->count ? spill(sorter, diags) : SW_OK;
    return err ? err : start_merge(sorter, diags);
}

static sw_err next_merged(sw_sorter *sorter, sw_slice *ret_key, sw_slice *ret_value,
                          sw_diags *diags) {
    if (sorter->taken) { /* its slices were lent until now */
        bool there;
        sw_err err = advance(sorter, sorter->taken, diags, &there);
        if (err) return err;
        if (!there) sorter->heap[0] = sorter->heap[--sorter->heap_count];
        sift_down(sorter, 0);
    }
    sorter->taken = NULL;
    if (sorter->heap_count == 0) return SW_E_END;
    sorter->taken = sorter->heap[0];
    *ret_key = sorter->taken->key;
    *ret_value = sorter->taken->value;
    return SW_OK;
}

sw_err sw_sorter_next(sw_sorter *sorter, sw_slice *ret_key, sw_slice *ret_value, sw_diags *diags) {
    SW_ASSERT(sorter->sorted);
    if (sorter->run_count) return next_merged(sorter, ret_key, ret_value, diags);
    if (sorter->at == sorter->count) return SW_E_END;
    const char *record = sorter->entries[sorter->at++].record;
    *ret_key = key_of(record);
    *ret_value = value_of(record);
    return SW_OK;
}

uint32_t sw_sorter_runs(const sw_sorter *sorter) {
    return sorter->run_count;
}
