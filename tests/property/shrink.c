/* shrink.c - a failing case made as small as it goes, and printed. */
#include "judge.h"

#include <stdio.h>

static bool still_fails(judge *on, uint64_t seed, bool telling) {
    sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_arena_reset(&on->events);
    bool fails = judge_load(on, &out) && !judge_books(on, seed, telling, NULL, &out);
    sw_buf_done(&out);
    return fails;
}

/* Drops one thing; keeps it where the case then no longer fails. True if it went. */
static bool try_drop(judge *on, uint64_t seed, bool telling, bool *dropped) {
    if (*dropped) return false;
    *dropped = true;
    if (still_fails(on, seed, telling)) return true;
    *dropped = false;
    return false;
}

static bool shrink_rule(judge *on, uint64_t seed, bool telling, gen_rule *rule) {
    bool any = false;
    if (rule->dropped || try_drop(on, seed, telling, &rule->dropped)) return rule->dropped;
    for (uint32_t f = 0; f < rule->count; f++) {
        gen_field *field = &rule->fields[f];
        if (!field->needed && try_drop(on, seed, telling, &field->dropped)) any = true;
        for (uint32_t i = 0; !field->dropped && field->open && i < field->count; i++)
            any = try_drop(on, seed, telling, &field->item_dropped[i]) || any;
    }
    return any;
}

static bool shrink_once(judge *on, uint64_t seed, bool telling) {
    gen_case *gen = &on->gen;
    bool any = false;
    for (uint32_t i = 0; i < gen->event_count; i++)
        any = try_drop(on, seed, telling, &gen->events[i].dropped) || any;
    for (uint32_t p = 0; p < gen->pack_count; p++) {
        any = try_drop(on, seed, telling, &gen->packs[p].dropped) || any;
        for (uint32_t r = 0; !gen->packs[p].dropped && r < gen->packs[p].count; r++) {
            bool was = gen->packs[p].rules[r].dropped;
            if (!was) any = shrink_rule(on, seed, telling, &gen->packs[p].rules[r]) || any;
        }
    }
    return any;
}

void judge_shrink(judge *on, uint64_t seed, bool telling) {
    /* What is kept in the arenas must outlive the trials: they only grow from here. */
    sw_arena kept = on->events;
    on->events = (sw_arena){0};
    sw_arena_init(&on->events, (size_t)256 << 20);
    on->packs.cap_bytes = (size_t)2 << 30;
    for (int round = 0; round < 10 && shrink_once(on, seed, telling); round++) continue;
    sw_buf out;
    sw_buf_init(&out, 1u << 20);
    sw_arena_reset(&on->events);
    bool fails = judge_load(on, &out) && !judge_books(on, seed, telling, NULL, &out);
    printf("seed %llu%s, made smaller:\n", (unsigned long long)seed,
           fails ? "" : " (fails only whole)");
    for (uint32_t p = 0; p < on->gen.pack_count; p++)
        if (!on->gen.packs[p].dropped) {
            sw_slice yaml = gen_pack_yaml(&on->gen.packs[p], &on->packs);
            printf("=== pack\n%.*s", SW_FMT(yaml));
        }
    printf("=== events\n");
    for (uint32_t i = 0; i < on->gen.event_count; i++)
        if (!on->gen.events[i].dropped) printf("%.*s\n", SW_FMT(on->gen.events[i].json));
    sw_slice text = sw_buf_slice(&out);
    printf("===\n%.*srepeat with: rules_property --seed %llu\n", SW_FMT(text),
           (unsigned long long)seed);
    sw_buf_done(&out);
    sw_arena_done(&kept);
    sw_arena_reset(&on->packs);
    on->packs_ready = false;
}
