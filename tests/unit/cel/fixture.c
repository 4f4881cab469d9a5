#include "fixture.h"

#include <stdio.h>

typedef struct member {
    const char *name;
    sw_value_kind kind;
    bool list;
    const char *refusal;
    sw_value value;
} member;

static const sw_value persons[] = {
    {.kind = SW_STRING, .s = {"p1", 2}},
    {.kind = SW_STRING, .s = {"p2", 2}},
    {.kind = SW_STRING, .s = {"p3", 2}},
};
static const sw_value pairs[] = {{.kind = SW_STRING, .s = {"a", 1}}, {.kind = SW_INT, .i = 1}};

#define TEXT(text)                                                                                 \
    {                                                                                              \
        .kind = SW_STRING, .s = { text, sizeof(text) - 1 }                                         \
    }
#define DETAINED_AT                                                                                \
    {                                                                                              \
        .kind = SW_TIMESTAMP, .t = { 1772326800, 0 }                                               \
    }

static const member data[] = {
    {"kind", SW_STRING, false, NULL, TEXT("criminal")},
    {"to_days", SW_INT, false, NULL, {.kind = SW_INT, .i = 7}},
    {"amount", SW_DOUBLE, false, NULL, {.kind = SW_DOUBLE, .d = 12.5}},
    {"roving", SW_BOOL, false, NULL, {.kind = SW_ABSENT}},
    {"officer_count", SW_INT, false, NULL, {.kind = SW_INT, .i = 1}},
    {"detained_at", SW_TIMESTAMP, false, NULL, DETAINED_AT},
    {"person_ids", SW_STRING, true, NULL, {.kind = SW_LIST, .count = 3, .items = persons}},
    {"note", SW_STRING, false, NULL, {.kind = SW_NULL}},
    {"name", SW_STRING, false, "personal fields can't be read by rules", {.kind = SW_ABSENT}},
    {"wrong", SW_INT, false, NULL, TEXT("seven")},
    {NULL},
};
static const member facts[] = {{"roving", SW_BOOL, false, NULL, {.kind = SW_BOOL, .b = true}},
                               {NULL}};
static const member event[] = {
    {"id", SW_STRING, false, NULL, TEXT("e1")},
    {"time", SW_TIMESTAMP, false, NULL, DETAINED_AT},
    {NULL},
};
static const member left_data[] = {{"n", SW_INT, false, NULL, {.kind = SW_INT, .i = 1}}, {NULL}};
static const sw_cel_type string_type = {SW_STRING, NULL, NULL}, int_type = {SW_INT, NULL, NULL};
static const sw_cel_type counts = {SW_MAP, &string_type, &int_type};

static int32_t find(const void *ctx, sw_slice name, const sw_cel_type **ret_type,
                    const char **ret_refusal) {
    const member *members = ctx;
    for (int32_t i = 0; members[i].name; i++) {
        if (!sw_slice_is(name, members[i].name)) continue;
        *ret_refusal = members[i].refusal;
        if (members[i].refusal) return -1;
        *ret_type =
            members[i].list ? sw_cel_list_of(members[i].kind) : sw_cel_type_of(members[i].kind);
        return i;
    }
    return -1;
}

static sw_slice nearest(const void *ctx, sw_slice name) {
    const member *members = ctx;
    for (int32_t i = 0; members[i].name; i++)
        if (name.len && members[i].name[0] == name.ptr[0]) return sw_slice_cstr(members[i].name);
    return SW_SLICE_NONE;
}

static const sw_cel_root roots[] = {
    {.path = "event", .ctx = event, .find = find, .nearest = nearest},
    {.path = "data", .ctx = data, .find = find, .nearest = nearest},
    {.path = "facts", .ctx = facts, .find = find},
    {.path = "left.data", .ctx = left_data, .find = find},
    {.path = "x", .type = &counts},
};
const sw_cel_env fixture_env = {roots, SW_COUNT(roots)};

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    (void)ctx;
    if (root == 4) return (sw_value){.kind = SW_MAP, .count = 1, .items = pairs};
    const member *members = roots[root].ctx;
    return members[slot].value;
}
const sw_cel_bind fixture_bind = {NULL, get};

void fixture_begin(cel_fixture *f) {
    *f = (cel_fixture){0};
    sw_arena_init(&f->arena, 64u << 20);
    sw_diags_init(&f->diags, &f->arena, SW_SLICE_NONE, 20);
}

void fixture_end(cel_fixture *f) {
    sw_arena_done(&f->arena);
}

sw_err fixture_compile(cel_fixture *f, sw_slice text) {
    return sw_cel_compile(&f->arena, &fixture_env, text, NULL, (sw_cel_place){0}, &f->diags,
                          &f->cel);
}

sw_err fixture_eval(cel_fixture *f, const char *text) {
    if (fixture_compile(f, sw_slice_cstr(text))) {
        print_message("%s: %.*s\n", text, SW_FMT(sw_diag_text(&f->arena, f->diags.first)));
        fail();
    }
    return sw_cel_eval(f->cel, &fixture_bind, &f->arena, SW_CEL_COST_MAX, &f->value, &f->failure);
}

void gives_true(const char *text) {
    cel_fixture f;
    fixture_begin(&f);
    if (fixture_eval(&f, text)) {
        print_message("%s: %.*s\n", text, SW_FMT(f.failure.message));
        fail();
    }
    if (f.value.kind != SW_BOOL || !f.value.b) {
        print_message("%s: not true\n", text);
        fail();
    }
    fixture_end(&f);
}

void gives_text(const char *text, const char *wanted) {
    cel_fixture f;
    fixture_begin(&f);
    assert_ok(fixture_eval(&f, text));
    assert_int_equal(f.value.kind, SW_STRING);
    assert_slice(f.value.s, wanted);
    fixture_end(&f);
}

void fails(const char *text, sw_err code, const char *message) {
    cel_fixture f;
    fixture_begin(&f);
    assert_int_equal(fixture_eval(&f, text), code);
    assert_int_equal(f.failure.code, code);
    assert_slice(f.failure.message, message);
    fixture_end(&f);
}

void refused(const char *text, sw_err code, uint32_t col, const char *wanted) {
    cel_fixture f;
    fixture_begin(&f);
    assert_int_equal(fixture_compile(&f, sw_slice_cstr(text)), code);
    assert_non_null(f.diags.first);
    assert_int_equal(f.diags.first->code, code);
    char whole[600];
    snprintf(whole, sizeof whole, ":1:%u: %s", col, wanted);
    assert_slice(sw_diag_text(&f.arena, f.diags.first), whole);
    fixture_end(&f);
}
