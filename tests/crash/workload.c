#include "crash/workload.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/rng.h"

#define RECORDS_MAX 12u
#define VALUE_MAX   900u
#define BIG_VALUE   120000u
#define POLL_MAX    200u

struct work {
    uint64_t seed;
    sw_rng rng;
    sw_arena arena;
    sw_commit commits[WORK_TASKS];
    sw_batch *state[WORK_TASKS];
};

expected *expected_map(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || ftruncate(fd, sizeof(expected)) != 0) return perror(path), NULL;
    void *map = mmap(NULL, sizeof(expected), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map == MAP_FAILED ? (perror(path), NULL) : map;
}

const sw_bus_options *work_options(void) {
    static const sw_topic_spec topics[WORK_TOPICS] = {
        [PLAIN] = {.name = "plain", .partitions = WORK_PARTITIONS},
        [COMPACTED] = {.name = "compacted", .partitions = 1, .compacted = true},
    };
    static const sw_store_spec stores[WORK_TASKS] = {
        {.name = "first", .version = 1, .point_lookups = true, .hot = true},
        {.name = "second", .version = 1}};
    static const sw_bus_options options = {
        .topics = topics,
        .topic_count = WORK_TOPICS,
        .stores = stores,
        .store_count = WORK_TASKS,
        .task_count = WORK_TASKS,
        .budget = {.memory_bytes = (size_t)2 << 20}, /* small: many flushes and compactions */
    };
    return &options;
}

work *work_new(uint64_t seed) {
    work *w = calloc(1, sizeof *w);
    if (!w) abort();
    w->seed = seed;
    sw_arena_init(&w->arena, (size_t)16 << 20);
    for (uint32_t t = 0; t < WORK_TASKS; t++)
        if (sw_batch_new(1 << 16, &w->state[t])) abort();
    return w;
}

void work_free(work *w) {
    for (uint32_t t = 0; t < WORK_TASKS; t++) sw_batch_free(w->state[t]);
    sw_arena_done(&w->arena);
    free(w);
}

static uint32_t below(work *w, uint32_t bound) {
    return (uint32_t)sw_rng_below(&w->rng, bound);
}

static sw_slice random_value(work *w, uint64_t n) {
    uint32_t len = below(w, 400) == 0 ? BIG_VALUE : below(w, VALUE_MAX);
    char *bytes = sw_arena_alloc(&w->arena, len + 24);
    if (!bytes) abort();
    int head = snprintf(bytes, 24, "%llu:", (unsigned long long)n);
    uint64_t word = sw_rng_next(&w->rng);
    for (uint32_t i = 0; i < len; i++) {
        if (i % 8 == 0) word = word * 6364136223846793005u + 1442695040888963407u;
        bytes[head + (int)i] = (char)(uint8_t)(word >> (8 * (i % 8)));
    }
    return sw_slice_of(bytes, (size_t)head + len);
}

static sw_slice key_text(work *w, const char *what, uint32_t i) {
    return sw_arena_printf(&w->arena, "%s%02u", what, i);
}

/* The number in "r07"; one that no key has if it is anything else. */
static uint32_t key_number(sw_slice key) {
    int64_t n;
    if (key.len != 3 || !sw_slice_int(sw_slice_sub(key, 1, 3), &n)) return WORK_KEYS;
    return (uint32_t)n;
}

static void make_records(work *w, sw_commit *commit, uint64_t n) {
    commit->record_count = below(w, RECORDS_MAX + 1);
    sw_record *records = sw_arena_zero(&w->arena, RECORDS_MAX + 1, sizeof *records);
    if (!records) abort();
    for (uint32_t i = 0; i < commit->record_count; i++) {
        bool compacted = below(w, 4) == 0;
        records[i] = (sw_record){.topic = compacted ? COMPACTED : PLAIN,
                                 .partition = compacted ? 0 : below(w, WORK_PARTITIONS),
                                 .timestamp_ms = (int64_t)n,
                                 .key = key_text(w, "r", below(w, WORK_KEYS))};
        records[i].value = random_value(w, n);
    }
    commit->records = records;
}

static sw_slice state_value(work *w, uint64_t n) {
    return sw_arena_printf(&w->arena, "%08llu", (unsigned long long)n % 100000000);
}

static void make_state(work *w, uint32_t task, uint64_t n) {
    sw_batch_clear(w->state[task]);
    for (uint32_t i = below(w, 8); i > 0; i--) {
        sw_slice key = key_text(w, "s", below(w, WORK_KEYS));
        sw_err err = below(w, 4) == 0 ? sw_batch_delete(w->state[task], task, key)
                                      : sw_batch_put(w->state[task], task, key, state_value(w, n));
        if (err) abort();
    }
}

sw_commit *work_make(work *w, uint64_t n) {
    sw_rng_init(&w->rng, w->seed * 1000003 + n);
    sw_arena_reset(&w->arena);
    for (uint32_t t = 0; t < WORK_TASKS; t++) {
        sw_commit *commit = &w->commits[t];
        sw_position *position = sw_arena_zero(&w->arena, 1, sizeof *position);
        if (!position) abort();
        *position = (sw_position){PLAIN, t, (int64_t)n};
        *commit = (sw_commit){.task = t,
                              .now_ms = (int64_t)n,
                              .positions = position,
                              .position_count = 1,
                              .state = w->state[t],
                              .digest = n};
        make_records(w, commit, n);
        make_state(w, t, n);
    }
    return w->commits;
}

uint64_t work_reached(sw_bus *bus) {
    uint64_t epoch, seq;
    int64_t now;
    return sw_bus_last_commit(bus, 0, &epoch, &now, &seq) ? 0 : seq;
}

/* What must be there, and how far each partition has been read. */
typedef struct check {
    sw_bus *bus;
    sw_arena arenas[WORK_PARTITIONS];
    sw_record records[WORK_PARTITIONS][POLL_MAX];
    uint32_t count[WORK_PARTITIONS], at[WORK_PARTITIONS];
    int64_t next[WORK_PARTITIONS];
    char *newest[WORK_KEYS]; /* of the compacted topic */
    size_t newest_len[WORK_KEYS];
    char state[WORK_TASKS][WORK_KEYS][8];
    bool there[WORK_TASKS][WORK_KEYS];
} check;

static work_verdict refused(check *c, const char *what, sw_err err) {
    sw_buf text;
    sw_buf_init(&text, 8192);
    sw_db_error_text(sw_bus_db(c->bus), &text);
    fprintf(stderr, "refused: %s: %s: %.*s\n", what, sw_err_name(err), SW_FMT(sw_buf_slice(&text)));
    sw_buf_done(&text);
    return WORK_REFUSED;
}

static work_verdict wrong(const char *what, uint64_t n) {
    fprintf(stderr, "WRONG: %s (commit %llu)\n", what, (unsigned long long)n);
    return WORK_WRONG;
}

/* The next record of a plain partition; NULL at its end. */
static work_verdict next_record(check *c, uint32_t p, const sw_record **ret) {
    *ret = NULL;
    if (c->at[p] == c->count[p]) {
        sw_arena_reset(&c->arenas[p]);
        c->at[p] = 0;
        sw_err err = sw_bus_poll(c->bus, (sw_position){PLAIN, p, c->next[p]}, POLL_MAX, 1 << 20,
                                 &c->arenas[p], c->records[p], &c->count[p], &c->next[p]);
        if (err) return refused(c, "reading the log", err);
        if (c->count[p] == 0) return WORK_RIGHT;
    }
    *ret = &c->records[p][c->at[p]++];
    return WORK_RIGHT;
}

static void keep_newest(check *c, const sw_record *record) {
    uint32_t key = key_number(record->key);
    c->newest[key] = realloc(c->newest[key], record->value.len + 1);
    if (!c->newest[key]) abort();
    memcpy(c->newest[key], record->value.ptr, record->value.len);
    c->newest_len[key] = record->value.len;
}

static work_verdict check_records(check *c, const sw_commit *commit, uint64_t n) {
    for (uint32_t i = 0; i < commit->record_count; i++) {
        const sw_record *want = &commit->records[i], *got;
        if (want->topic == COMPACTED) {
            keep_newest(c, want);
            continue;
        }
        work_verdict verdict = next_record(c, want->partition, &got);
        if (verdict) return verdict;
        if (!got) return wrong("a record is missing", n);
        if (!sw_slice_eq(got->value, want->value) || !sw_slice_eq(got->key, want->key) ||
            got->timestamp_ms != want->timestamp_ms)
            return wrong("a record is not the one that was committed", n);
    }
    return WORK_RIGHT;
}

static void apply_state(check *c, const sw_commit *commit) {
    size_t at = 0;
    sw_op op;
    while (sw_batch_next(commit->state, &at, &op)) {
        uint32_t key = key_number(op.key);
        c->there[op.store][key] = op.kind == SW_OP_PUT;
        if (op.kind == SW_OP_PUT) memcpy(c->state[op.store][key], op.value.ptr, op.value.len);
    }
}

static work_verdict check_state(check *c, uint64_t n) {
    sw_buf value;
    work_verdict verdict = WORK_RIGHT;
    sw_buf_init(&value, 1024);
    for (uint32_t store = 0; store < WORK_TASKS && !verdict; store++)
        for (uint32_t key = 0; key < WORK_KEYS && !verdict; key++) {
            char text[8];
            snprintf(text, sizeof text, "s%02u", key);
            sw_buf_clear(&value);
            sw_err err = sw_db_get(sw_bus_db(c->bus), store, sw_slice_cstr(text), &value);
            if (err && err != SW_E_NOT_FOUND)
                verdict = refused(c, "reading the state", err);
            else if ((err == SW_OK) != c->there[store][key])
                verdict = wrong("a key of the state is there or not as it should not be", n);
            else if (!err && (value.len != sizeof c->state[0][0] ||
                              memcmp(value.ptr, c->state[store][key], value.len) != 0))
                verdict = wrong("a value of the state is another", n);
        }
    sw_buf_done(&value);
    return verdict;
}

static work_verdict check_positions(check *c, uint64_t n) {
    for (uint32_t task = 0; task < WORK_TASKS; task++) {
        int64_t next;
        sw_err err = sw_bus_position(c->bus, task, PLAIN, task, &next);
        if (err) return refused(c, "reading a position", err);
        if ((uint64_t)next != n) return wrong("a position is another", n);
    }
    return WORK_RIGHT;
}

/* The last record of every key must be the newest that was committed. */
static work_verdict check_compacted(check *c, uint64_t n) {
    int64_t next, end;
    bool last_right[WORK_KEYS] = {false};
    sw_err err = sw_bus_end(c->bus, COMPACTED, 0, &next, &end);
    while (!err && next < end) {
        sw_arena_reset(&c->arenas[0]);
        err = sw_bus_poll(c->bus, (sw_position){COMPACTED, 0, next}, POLL_MAX, 1 << 20,
                          &c->arenas[0], c->records[0], &c->count[0], &next);
        for (uint32_t i = 0; !err && i < c->count[0]; i++) {
            const sw_record *r = &c->records[0][i];
            uint32_t key = key_number(r->key);
            if (key >= WORK_KEYS) return wrong("a key that nobody wrote", n);
            last_right[key] = r->value.len == c->newest_len[key] && c->newest[key] &&
                              memcmp(r->value.ptr, c->newest[key], r->value.len) == 0;
        }
    }
    if (err) return refused(c, "reading the compacted topic", err);
    for (uint32_t key = 0; key < WORK_KEYS; key++)
        if ((c->newest[key] != NULL) != last_right[key])
            return wrong("the newest record of a key is not there", n);
    return WORK_RIGHT;
}

static work_verdict check_all(check *c, work *w, uint64_t n) {
    for (uint64_t i = 1; i <= n; i++) {
        const sw_commit *commits = work_make(w, i);
        for (uint32_t t = 0; t < WORK_TASKS; t++) {
            work_verdict verdict = check_records(c, &commits[t], i);
            if (verdict) return verdict;
            apply_state(c, &commits[t]);
        }
    }
    for (uint32_t p = 0; p < WORK_PARTITIONS; p++) {
        const sw_record *more;
        work_verdict verdict = next_record(c, p, &more);
        if (verdict) return verdict;
        if (more) return wrong("a record that was not committed, or one twice", n);
    }
    work_verdict verdict = check_state(c, n);
    if (!verdict && n > 0) verdict = check_positions(c, n);
    return verdict ? verdict : check_compacted(c, n);
}

work_verdict work_check(work *w, sw_bus *bus, uint64_t n) {
    check *c = calloc(1, sizeof *c);
    if (!c) abort();
    c->bus = bus;
    for (uint32_t p = 0; p < WORK_PARTITIONS; p++) sw_arena_init(&c->arenas[p], (size_t)16 << 20);
    work_verdict verdict = check_all(c, w, n);
    uint64_t records;
    sw_err err = verdict ? SW_OK : sw_bus_verify(bus, NULL, &records);
    if (err) verdict = refused(c, "the proof of the whole log", err);
    for (uint32_t p = 0; p < WORK_PARTITIONS; p++) sw_arena_done(&c->arenas[p]);
    for (uint32_t key = 0; key < WORK_KEYS; key++) free(c->newest[key]);
    free(c);
    return verdict;
}
