/* Any bytes as the stored form of a book: refused, or a book that tells, is stored and is read back
 * the same. The version and the catalogue's hash are put before the input. */
#include <stdlib.h>

#include "rules/book.h"

#define ARENA_BYTES ((size_t)16 << 20)
#define HEAD_BYTES  17u
#define YEAR_MS     31536000000LL

static const char catalogue[] =
    "types:\n"
    "  start: {fields: {k: {type: string, key: true}, p: {type: string, key: true}, ps: {type: "
    "'string[]', key: true, of: p}, at: timestamp, n: int, ok: bool, d: double}}\n"
    "  move: {fields: {k: {type: string, key: true}, p: {type: string, key: true}, n: int}}\n"
    "  stop: {fields: {k: {type: string, key: true}, p: {type: string, key: true}}}\n";

static const char pack[] =
    "apiVersion: seawall/v1\nkind: RulePack\n"
    "metadata: {name: p, version: 1.0.0, timezone: Asia/Shanghai}\nrules:\n"
    "  - {id: r, kind: deadline, key: [k, p], facts: {f: {from: [{on: move, value: data.n}]}},\n"
    "     start: {on: start, when: 'data.ok || data.d > 1.0', at: data.at}, stop: [{on: stop}],\n"
    "     pause: [{from: {on: move, when: 'data.n == 1'}, to: {on: move, when: 'data.n == 2'}}],\n"
    "     restart: [{on: move, when: 'data.n == 3'}], cancel: [{on: move, when: 'data.n == 4'}],\n"
    "     extend: [{on: move, when: 'data.n > 9', by: {days: data.n}}],\n"
    "     limit: [{when: 'facts.f == 7', limit: 9d}, {limit: 3d}],\n"
    "     warn: [{at: 50%, level: blue, to: [handler]}, {at: due, level: red, to: [handler],\n"
    "             repeat: {every: 24h, max: 2}}]}\n"
    "  - {id: c, kind: check, key: [k], on: move, when: 'data.n < 0', level: orange, to: "
    "[handler]}\n"
    "  - {id: t, kind: threshold, key: [k, p], on: [start, move], within: 30d, distinct: n,\n"
    "     once_per: {by: n, within: 1h}, except: {on: move, when: 'data.n == 5', by: n},\n"
    "     weight: 'data.n', levels: [{count: 2, level: yellow}, {count: 9, level: red}]}\n"
    "  - {id: d, kind: threshold, key: [k], on: move, within: month, levels: {count: 3, level: "
    "red}}\n"
    "  - {id: s, kind: sequence, key: [k, p], on: start, requires: {on: move, within: 3d}, level: "
    "red,\n"
    "     facts: {f: {from: [{on: move, value: data.n}]}}, when: 'has(facts.f)', settle: 1h}\n"
    "  - {id: m, kind: match, key: [k, p], left: {on: start}, right: {on: move}, within: 3d,\n"
    "     where: 'left.data.n != right.data.n', max_pairs: 3, level: red}\n";

static sw_err count(void *ctx, const sw_transition *transition) {
    if (!transition->warning->key || !transition->warning->rule) abort();
    (*(size_t *)ctx)++;
    return SW_OK;
}

static void check_stored(const sw_plan *plan, const sw_book *book, sw_arena *scratch) {
    sw_buf one, two;
    sw_book *again;
    sw_buf_init(&one, ARENA_BYTES);
    sw_buf_init(&two, ARENA_BYTES);
    if (sw_book_encode(book, &one) != SW_OK) abort();
    sw_err err = sw_book_decode(plan, SW_S("A"), sw_buf_slice(&one), NULL, scratch, &again);
    if (err == SW_OK) {
        if (sw_book_encode(again, &two) != SW_OK) abort();
        if (!sw_slice_eq(sw_buf_slice(&one), sw_buf_slice(&two))) abort();
        if (sw_book_next(again) != sw_book_next(book)) abort();
        sw_book_close(again);
    } else if (err != SW_E_NOMEM) {
        abort();
    }
    sw_buf_done(&one);
    sw_buf_done(&two);
}

static void use(const sw_plan *plan, sw_book *book, int64_t now_ms, sw_arena *scratch) {
    size_t told = 0;
    const sw_sink sink = {.ctx = &told, .tell = count};
    const sw_warning *set;
    uint32_t set_count;
    sw_err err = sw_book_tell(book, now_ms, scratch, &sink);
    if (err == SW_E_NOMEM) return;
    if (err) abort();
    if (sw_book_next(book) <= now_ms) abort();
    err = sw_book_set(book, now_ms, scratch, &set, &set_count);
    if (err && err != SW_E_NOMEM) abort();
    sw_arena_reset(scratch);
    check_stored(plan, book, scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static sw_arena arena, scratch; /* loaded once: a pack is dearer than a book */
    static const sw_plan *plan;
    static char head[HEAD_BYTES];
    sw_book *book;
    if (!plan) {
        sw_diags diags;
        const sw_catalogue *cat;
        const sw_ruleset *set;
        uint32_t key_id;
        sw_buf empty;
        sw_arena_init(&arena, ARENA_BYTES);
        sw_arena_init(&scratch, ARENA_BYTES);
        sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
        sw_buf_init(&empty, 1024);
        const sw_pack_text text = {SW_S("p.yaml"), sw_slice_cstr(pack)};
        if (sw_catalogue_parse(&arena, SW_S("types"), sw_slice_cstr(catalogue), &diags, &cat))
            abort();
        const sw_ruleset_options options = {.catalogue = cat};
        if (sw_ruleset_parse(&arena, &options, &text, 1, &diags, &set)) abort();
        if (!sw_catalogue_key_find(cat, SW_S("k"), &key_id)) abort();
        if (sw_plan_new(&arena, set, key_id, &plan)) abort();
        if (sw_book_open(plan, SW_S("A"), &book) || sw_book_encode(book, &empty)) abort();
        memcpy(head, empty.ptr, HEAD_BYTES);
        sw_buf_done(&empty);
        sw_book_close(book);
    }
    char *whole = sw_heap_alloc(HEAD_BYTES + size);
    if (!whole) abort();
    memcpy(whole, head, HEAD_BYTES);
    if (size) memcpy(whole + HEAD_BYTES, data, size);
    sw_err err = sw_book_decode(plan, SW_S("A"), sw_slice_of(whole, HEAD_BYTES + size), NULL,
                                &scratch, &book);
    if (err == SW_OK) {
        int64_t done_ms = SW_TIME_NONE;
        if (size >= sizeof done_ms) memcpy(&done_ms, data, sizeof done_ms);
        int64_t now_ms = done_ms < SW_TIME_FIRST_MS ? 0 : done_ms;
        use(plan, book, now_ms < SW_TIME_LAST_MS - YEAR_MS ? now_ms + YEAR_MS : now_ms, &scratch);
        sw_book_close(book);
    } else if (err != SW_E_CORRUPT && err != SW_E_NOMEM) {
        abort();
    }
    sw_arena_reset(&scratch);
    sw_heap_free(whole);
    return 0;
}
