/* What a condition costs: nanoseconds of CPU for one evaluation, and for compiling it once. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cel/cel.h"

#define ROUNDS 2000000

static const struct {
    const char *name;
    sw_value value;
} members[] = {
    {"kind", {.kind = SW_STRING, .s = {"criminal", 8}}},
    {"to_days", {.kind = SW_INT, .i = 7}},
    {"amount", {.kind = SW_DOUBLE, .d = 12.5}},
    {"detained_at", {.kind = SW_TIMESTAMP, .t = {1770000000, 0}}},
    {"plate", {.kind = SW_STRING, .s = {"\xe8\x8b\x8fJ12345", 9}}},
    {"absent", {.kind = SW_ABSENT}},
};

static int32_t find(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                    const char **ret_refusal) {
    (void)ctx, (void)ret_refusal;
    for (size_t i = 0; i < SW_COUNT(members); i++) {
        if (!sw_slice_is(member, members[i].name)) continue;
        sw_value_kind kind = members[i].value.kind;
        *ret_type = sw_cel_type_of(kind == SW_ABSENT ? SW_INT : kind);
        return (int32_t)i;
    }
    return -1;
}

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    (void)ctx, (void)root;
    return members[slot].value;
}

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(const sw_cel_env *env, const char *text, long rounds) {
    sw_arena program, scratch;
    const sw_cel *cel;
    sw_value value = {0};
    sw_arena_init(&program, 64u << 20);
    sw_arena_init(&scratch, 64u << 20);
    double begin = now_ns();
    if (sw_cel_compile(&program, env, sw_slice_cstr(text), NULL, (sw_cel_place){0}, NULL, &cel)) {
        printf("does not compile: %s\n", text);
        exit(1);
    }
    double compiled = now_ns();
    sw_cel_bind bind = {NULL, get};
    long failed = 0;
    for (long i = 0; i < rounds; i++) {
        sw_arena_reset(&scratch);
        failed += sw_cel_eval(cel, &bind, &scratch, SW_CEL_COST_MAX, &value, NULL) != SW_OK;
    }
    double end = now_ns();
    printf("%8.1f ns  %7.1f us  %s%s\n", (end - compiled) / (double)rounds,
           (compiled - begin) / 1e3, text, failed ? "   (fails)" : "");
    sw_arena_done(&program);
    sw_arena_done(&scratch);
}

int main(int argc, char **argv) {
    static const char *const texts[] = {
        "data.kind == \"criminal\"",
        "data.kind == \"criminal\" && data.to_days <= 7",
        "data.kind in [\"administrative\", \"criminal\"]",
        "has(data.absent) && data.absent > 3",
        "data.absent > 3",
        "data.amount * 2.0 > 20.0 ? data.to_days : 0",
        "data.detained_at.getHours(\"Asia/Shanghai\") >= 22",
        "data.detained_at + duration(\"72h\") < timestamp(\"2026-03-01T00:00:00+08:00\")",
        "data.plate.startsWith(\"\xe8\x8b\x8f\")",
        "data.plate.matches(\"^\xe8\x8b\x8f[A-Z][0-9]{5}$\")",
        "[1, 2, 3, 4, 5].exists(x, x * 2 == data.to_days)",
    };
    long rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
    sw_cel_root root = {.path = "data", .find = find};
    sw_cel_env env = {&root, 1};
    printf("    once     to compile  condition\n");
    for (size_t i = 0; i < SW_COUNT(texts); i++) measure(&env, texts[i], rounds);
    return 0;
}
