/* Runs the tables of tests/conformance/cel: what a row says has to be so, and a row may be skipped
 * only for what the contract leaves out, and only if it is then refused at load. */
#include <stdio.h>

#include "text/yaml.h"
#include "typed_json.h"
#include "unit/test.h"

#define FOLDER       SW_SOURCE_DIR "/tests/conformance/cel/"
#define BINDINGS_MAX 8
#define PERCENT_MIN  97

static const char *const files[] = {
    "basic",      "logic",       "integer_math", "fp_math", "string",   "lists",  "macros",
    "timestamps", "conversions", "comparisons",  "parse",   "plumbing", "fields",
};

/* Contract, Conditions: "Not supported: …". */
static const char *const reasons[] = {
    "protobuf message construction",
    "enums by name",
    "extensions",
    "dynamic typing (a type error at load instead)",
};

typedef struct tally {
    int pass, wrong, skip;
} tally;

typedef struct row {
    sw_arena *arena;
    const sw_json *json;
    sw_slice expr;
    sw_cel_root roots[BINDINGS_MAX];
    sw_value values[BINDINGS_MAX];
    uint32_t count;
} row;

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    const row *r = ctx;
    (void)slot;
    return r->values[root];
}

static sw_slice text_of(const row *r, const char *name) {
    const sw_json *node = sw_json_get(r->json, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

static bool read_row(row *r, sw_slice line) {
    if (sw_json_parse(r->arena, line, (sw_json_limits){0}, NULL, &r->json)) return false;
    r->expr = text_of(r, "expr");
    const sw_json *bind = sw_json_get(r->json, SW_S("bind"));
    for (const sw_json *at = bind ? bind->first : NULL; at; at = at->next) {
        if (r->count == BINDINGS_MAX || !typed_json_read(r->arena, at, &r->values[r->count]))
            return false;
        const sw_cel_type *type = typed_json_type(r->arena, &r->values[r->count]);
        if (!type) return false;
        r->roots[r->count++] = (sw_cel_root){
            .path = sw_arena_printf(r->arena, "%.*s", SW_FMT(at->name)).ptr, .type = type};
    }
    return true;
}

static bool complain(const row *r, const char *what, sw_slice detail) {
    print_message("  %.*s/%.*s: %s %.*s\n", SW_FMT(text_of(r, "section")),
                  SW_FMT(text_of(r, "name")), what, SW_FMT(detail));
    return false;
}

static sw_err compile(row *r, sw_diags *diags, const sw_cel **ret) {
    sw_cel_env env = {r->roots, r->count};
    sw_diags_init(diags, r->arena, SW_SLICE_NONE, 10);
    return sw_cel_compile(r->arena, &env, r->expr, NULL, (sw_cel_place){0}, diags, ret);
}

static bool skip_is_just(row *r) {
    const sw_cel *cel;
    sw_diags diags;
    sw_slice reason = text_of(r, "reason");
    bool known = false;
    for (size_t i = 0; i < SW_COUNT(reasons); i++) known = known || sw_slice_is(reason, reasons[i]);
    if (!known) return complain(r, "is skipped for no reason of the contract:", reason);
    if (compile(r, &diags, &cel) == SW_OK)
        return complain(r, "is skipped, but", SW_S("it compiles"));
    return true;
}

static bool row_passes(row *r) {
    const sw_cel *cel;
    sw_diags diags;
    sw_cel_failure failure;
    sw_value value, wanted;
    const sw_json *expect = sw_json_get(r->json, SW_S("expect"));
    if (compile(r, &diags, &cel))
        return complain(r, "is refused:", sw_diag_text(r->arena, diags.first));
    sw_err err =
        sw_cel_eval(cel, &(sw_cel_bind){r, get}, r->arena, SW_CEL_COST_MAX, &value, &failure);
    if (expect->kind == SW_JSON_STRING)
        return sw_slice_is(expect->text, "error") &&
               (err || complain(r, "gives a value", SW_S("")));
    if (err) return complain(r, "fails:", failure.message);
    if (!typed_json_read(r->arena, expect, &wanted))
        return complain(r, "is not readable", SW_S(""));
    return typed_json_same(&value, &wanted) || complain(r, "gives another value", SW_S(""));
}

static void run_row(sw_slice line, tally *sum) {
    sw_arena arena;
    sw_arena_init(&arena, 16u << 20);
    row *r = sw_arena_zero(&arena, 1, sizeof *r);
    assert_non_null(r);
    r->arena = &arena;
    if (!read_row(r, line)) {
        print_message("  not readable: %.*s\n", SW_FMT(line));
        sum->wrong++;
    } else if (sw_slice_is(text_of(r, "status"), "skip")) {
        bool just = skip_is_just(r);
        sum->skip += just;
        sum->wrong += !just;
    } else {
        bool pass = row_passes(r);
        sum->pass += pass;
        sum->wrong += !pass;
    }
    sw_arena_done(&arena);
}

static tally run_file(const char *name) {
    char path[512];
    sw_arena arena;
    sw_slice text;
    tally sum = {0};
    snprintf(path, sizeof path, "%s%s.jsonl", FOLDER, name);
    sw_arena_init(&arena, 16u << 20);
    assert_ok(sw_file_read(&arena, path, 8u << 20, NULL, &text));
    while (text.len) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;
        run_row(sw_slice_sub(text, 0, len), &sum);
        text = sw_slice_sub(text, end ? len + 1 : len, text.len);
    }
    sw_arena_done(&arena);
    return sum;
}

static void every_row_of_the_tables_is_as_it_says(void **state) {
    (void)state;
    tally all = {0};
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        tally sum = run_file(files[i]);
        print_message("%-12s %4d pass, %3d skipped, %d wrong\n", files[i], sum.pass, sum.skip,
                      sum.wrong);
        assert_true(sum.pass + sum.skip + sum.wrong > 0);
        all.pass += sum.pass;
        all.skip += sum.skip;
        all.wrong += sum.wrong;
    }
    int percent = all.pass * 100 / (all.pass + all.wrong);
    print_message("%d of %d expressible cases pass (%d %%), %d skipped\n", all.pass,
                  all.pass + all.wrong, percent, all.skip);
    assert_true(percent >= PERCENT_MIN);
    assert_int_equal(all.wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_tables_is_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
