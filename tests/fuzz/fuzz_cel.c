/* Conditions: any bytes compile or are refused with a place, and what compiles evaluates twice to
 * the same. */
#include <stdlib.h>

#include "cel/cel.h"

static const sw_value names[] = {
    {.kind = SW_STRING, .s = {"p1", 2}},
    {.kind = SW_STRING, .s = {"\xe6\xa1\x88", 3}},
};

static const struct {
    const char *name;
    sw_value value;
    bool list;
} members[] = {
    {"kind", {.kind = SW_STRING, .s = {"criminal", 8}}, false},
    {"to_days", {.kind = SW_INT, .i = 7}, false},
    {"amount", {.kind = SW_DOUBLE, .d = 12.5}, false},
    {"roving", {.kind = SW_BOOL, .b = true}, false},
    {"detained_at", {.kind = SW_TIMESTAMP, .t = {1772326800, 5}}, false},
    {"absent", {.kind = SW_ABSENT}, false},
    {"person_ids", {.kind = SW_LIST, .count = 2, .items = names}, true},
};

static int32_t find(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                    const char **ret_refusal) {
    (void)ctx, (void)ret_refusal;
    for (size_t i = 0; i < SW_COUNT(members); i++) {
        if (!sw_slice_is(member, members[i].name)) continue;
        sw_value_kind kind = members[i].value.kind == SW_ABSENT ? SW_INT : members[i].value.kind;
        *ret_type = members[i].list ? sw_cel_list_of(SW_STRING) : sw_cel_type_of(kind);
        return (int32_t)i;
    }
    return -1;
}

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    (void)ctx, (void)root;
    return members[slot].value;
}

static void check(bool holds) {
    if (!holds) abort();
}

static sw_err evaluate(const sw_cel *cel, sw_arena *arena, sw_value *ret) {
    sw_cel_failure failure = {.code = SW_OK};
    sw_arena_init(arena, 4u << 20);
    sw_err err = sw_cel_eval(cel, &(sw_cel_bind){NULL, get}, arena, 20000, ret, &failure);
    check(failure.code == err);
    if (err) check(failure.message.len > 0 && failure.offset <= sw_cel_text(cel).len);
    return err;
}

static void run(const sw_cel *cel) {
    sw_arena first_arena, second_arena;
    sw_value first = {.kind = SW_ABSENT}, second = {.kind = SW_ABSENT};
    sw_err err = evaluate(cel, &first_arena, &first);
    check(err == evaluate(cel, &second_arena, &second));
    check(first.kind == second.kind && first.count == second.count);
    if (first.kind == SW_STRING) check(sw_slice_eq(first.s, second.s));
    const sw_cel_type *type = sw_cel_result_type(cel);
    if (!err) check(type->kind == first.kind);
    sw_arena_done(&first_arena);
    sw_arena_done(&second_arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const sw_cel_root root = {.path = "data", .find = find};
    static const sw_cel_env env = {&root, 1};
    sw_arena arena;
    sw_diags diags;
    const sw_cel *cel = NULL;
    sw_arena_init(&arena, 32u << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    sw_err err = sw_cel_compile(&arena, &env, sw_slice_of(data, size), NULL,
                                (sw_cel_place){1, 1, NULL}, &diags, &cel);
    check((err == SW_OK) == (cel != NULL) && (err == SW_OK) == (diags.count == 0));
    for (const sw_diag *at = diags.first; at; at = at->next) check(at->line > 0 && at->col > 0);
    if (cel) run(cel);
    sw_arena_done(&arena);
    return 0;
}
