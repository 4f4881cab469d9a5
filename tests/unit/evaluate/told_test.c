#include "evaluate/warning_json.h"
#include "evaluate/warning_pb.h"
#include "rules/warning_json.h"
#include "unit/rules/book_world.h"

static const char pack[] =
    "apiVersion: seawall/v1\nkind: RulePack\n"
    "metadata: {name: cn-test, version: 2.1.0, timezone: Asia/Shanghai}\nrules:\n"
    "  - {id: r, name: 期限, kind: deadline, element: person, domain: 强制措施, tier: county, key: "
    "[k, p],\n"
    "     liberty: true, basis: [{law: 刑事诉讼法, article: 第九十一条}, {law: \"a\\\"b\", "
    "article: c}],\n"
    "     start: {on: start}, stop: [{on: stop}], cancel: [{on: cancel}], limit: 3d,\n"
    "     warn: [{at: start, level: blue, to: [handler, legal_officer]},\n"
    "            {at: due, level: breach, to: [city_legal], repeat: {every: 24h, max: 2}}]}\n"
    "  - {id: c, kind: check, key: [k], on: from, level: orange, severity: minor, to: [handler]}\n";

/* Each telling, through its bytes, written as JSON again: the same text as without them. */
typedef struct tries {
    world *w;
    uint32_t told, changes[3];
    bool replaced;
} tries;

static void through_json(tries *t, sw_slice json) {
    const sw_json *node;
    sw_told_warning told;
    sw_buf again;
    sw_buf_init(&again, 1 << 16);
    assert_ok(sw_json_parse(&t->w->arena, json, (sw_json_limits){0}, NULL, &node));
    assert_ok(sw_told_from_json(&t->w->arena, node, &told));
    sw_told_to_json(&told, SW_SLICE_NONE, &again);
    assert_ok(again.err);
    assert_int_equal(again.len, json.len);
    assert_memory_equal(again.ptr, json.ptr, json.len);
    sw_buf_done(&again);
}

static sw_err through_bytes(void *ctx, const sw_transition *transition) {
    tries *t = ctx;
    sw_buf direct, bytes, json;
    sw_buf_init(&direct, 1 << 16);
    sw_buf_init(&bytes, 1 << 16);
    sw_buf_init(&json, 1 << 16);
    sw_told_warning told, read;
    assert_ok(sw_transition_to_json(transition, transition->at_ms, SW_SLICE_NONE, &direct));
    assert_ok(sw_told_of(transition, transition->at_ms, &t->w->arena, &told));
    sw_told_to_pb(&told, &bytes);
    assert_ok(bytes.err);
    assert_ok(sw_told_from_pb(&t->w->arena, sw_buf_slice(&bytes), &read));
    sw_hash128 id;
    assert_true(sw_told_id(sw_buf_slice(&bytes), &id) && sw_hash128_eq(id, read.id));
    assert_false(sw_told_id(SW_S("what is none"), &id));
    sw_told_to_json(&read, SW_SLICE_NONE, &json);
    assert_ok(json.err);
    assert_int_equal(json.len, direct.len);
    assert_memory_equal(json.ptr, direct.ptr, direct.len);
    assert_int_equal(read.liberty, transition->warning->rule->liberty);
    assert_true(sw_slice_eq(read.domain, transition->warning->rule->domain));
    assert_true(sw_slice_eq(read.tier, transition->warning->rule->tier));
    through_json(t, sw_buf_slice(&json));
    t->told++;
    t->changes[read.change]++;
    t->replaced |= read.has_replaces;
    sw_buf_done(&direct);
    sw_buf_done(&bytes);
    sw_buf_done(&json);
    return SW_OK;
}

static void tell(tries *t, const char *time) {
    const sw_sink sink = {t, through_bytes, NULL};
    assert_ok(sw_book_tell(t->w->book, world_time(time), &t->w->scratch, &sink));
}

static void play(tries *t) {
    world *w = t->w;
    world_take(w, world_event(w, "start", "e1", "1 09:00", "k=A p=P org=320981010000 officer=7"));
    world_take(w, world_event(w, "from", "e\"2", "1 10:00", "k=A source=门"));
    tell(t, "9");
    world_take(w, world_event(w, "start", "e0", "1 08:00", "k=A p=P"));
    tell(t, "10");
    world_take(w, world_event(w, "stop", "e3", "8", "k=A p=P"));
    tell(t, "11");
    world_take(w, world_retract(w, "x", "11", "e0"));
    tell(t, "12");
}

static void bytes_hold_all_that_json_tells(void **state) {
    (void)state;
    world w;
    world_init(&w, pack);
    tries t = {.w = &w};
    play(&t);
    assert_true(t.told > 12);
    for (int i = 0; i < 3; i++) assert_true(t.changes[i] > 0);
    assert_true(t.replaced);
    world_done(&w);
}

typedef struct kept_bytes {
    world *w;
    sw_slice bytes;
} kept_bytes;

static sw_err keep_bytes(void *ctx, const sw_transition *transition) {
    kept_bytes *k = ctx;
    sw_told_warning told;
    sw_buf out;
    sw_buf_init(&out, 1 << 16);
    assert_ok(sw_told_of(transition, transition->at_ms, &k->w->arena, &told));
    sw_told_to_pb(&told, &out);
    assert_true(sw_arena_copy(&k->w->arena, sw_buf_slice(&out), &k->bytes));
    sw_buf_done(&out);
    return SW_OK;
}

static sw_slice some_bytes(world *w) {
    kept_bytes kept = {w, SW_SLICE_NONE};
    const sw_sink sink = {&kept, keep_bytes, NULL};
    world_take(w, world_event(w, "start", "e1", "1 09:00", "k=A p=P org=320981010000"));
    assert_ok(sw_book_tell(w->book, world_time("2"), &w->scratch, &sink));
    assert_true(kept.bytes.len > 0);
    return kept.bytes;
}

static void broken_bytes_are_refused_and_never_crash(void **state) {
    (void)state;
    world w;
    world_init(&w, pack);
    sw_slice bytes = some_bytes(&w);
    sw_told_warning told;
    uint32_t refused = 0;
    assert_ok(sw_told_from_pb(&w.arena, bytes, &told));
    for (size_t cut = 0; cut < bytes.len; cut++)
        refused += sw_told_from_pb(&w.arena, sw_slice_sub(bytes, 0, cut), &told) != SW_OK;
    assert_true(refused > bytes.len / 2);
    for (size_t at = 0; at < bytes.len; at++) {
        sw_slice copy;
        assert_true(sw_arena_copy(&w.arena, bytes, &copy));
        ((char *)(uintptr_t)copy.ptr)[at] ^= (char)0x80;
        sw_err err = sw_told_from_pb(&w.arena, copy, &told);
        assert_true(err == SW_OK || sw_err_verdict(err) == SW_VERDICT_REJECT);
    }
    assert_int_equal(sw_told_from_pb(&w.arena, SW_SLICE_NONE, &told), SW_E_MISSING);
    world_done(&w);
}

static void a_full_arena_is_an_error(void **state) {
    (void)state;
    world w;
    world_init(&w, pack);
    sw_slice bytes = some_bytes(&w);
    sw_told_warning told;
    int64_t n = 0;
    for (sw_err err = SW_E_LIMIT; err; n++) {
        sw_arena small;
        sw_arena_init(&small, 1 << 16);
        small.fail_after = n;
        err = sw_told_from_pb(&small, bytes, &told);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        sw_arena_done(&small);
    }
    assert_true(n > 3);
    world_done(&w);
}

static void json_that_is_no_telling_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"type\":\"warning.raised\",\"data\":{}}",
        "{\"type\":\"case.filed\",\"time\":\"2026-03-01T09:00:00Z\",\"data\":{}}",
        "{\"type\":\"warning.raised\",\"time\":\"x\",\"data\":{\"rule\":\"r\"}}",
        "{\"type\":\"warning.raised\",\"time\":\"2026-03-01T09:00:00Z\",\"data\":{\"rule\":7}}",
        "[]",
    };
    sw_arena arena;
    sw_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        const sw_json *node;
        sw_told_warning told;
        assert_ok(sw_json_parse(&arena, sw_slice_cstr(texts[i]), (sw_json_limits){0}, NULL, &node));
        assert_int_not_equal(sw_told_from_json(&arena, node, &told), SW_OK);
    }
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_hold_all_that_json_tells),
        cmocka_unit_test(broken_bytes_are_refused_and_never_crash),
        cmocka_unit_test(a_full_arena_is_an_error),
        cmocka_unit_test(json_that_is_no_telling_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
