/* Any bytes as a rule pack: loaded, or refused with findings that have their place. */
#include <stdlib.h>

#include "rules/derive.h"

#define ARENA_BYTES ((size_t)64 << 20)

static const char catalogue[] =
    "types:\n"
    "  coercion.detained: {fields: {case_id: {type: string, key: true}, person_id: {type: string, "
    "key: true}, kind: {type: string, values: [criminal]}, days: int, at: timestamp, name: {type: "
    "string, personal: true}}}\n"
    "  coercion.released: {fields: {case_id: {type: string, key: true}, person_id: {type: string, "
    "key: true}}}\n"
    "  case.filed: {fields: {case_id: {type: string, key: true}, roving: bool, labels: "
    "'string[]'}}\n"
    "  warning.raised: {fields: {case_id: {type: string, key: true}, warning_id: {type: string, "
    "key: true}, rule: string, level: string}}\n";

/* What a loaded ruleset promises (rules/pack.h). */
static void check(const sw_ruleset *set) {
    for (uint32_t i = 0; i < sw_ruleset_rule_count(set); i++) {
        const sw_rule *rule = sw_ruleset_rule(set, i);
        if (rule->index != i || !rule->key_count || !rule->pack || rule->from_ms >= rule->until_ms)
            abort();
        if (rule->kind == SW_DEADLINE && (!rule->start_count || !rule->warn_count)) abort();
    }
    for (uint32_t i = 0; i < sw_ruleset_line_count(set); i++) {
        const sw_rule_line *line = sw_ruleset_line(set, i);
        for (uint32_t j = 1; j < line->version_count; j++)
            if (line->versions[j]->until_ms > line->versions[j - 1]->from_ms) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena;
    sw_diags diags, notes;
    const sw_catalogue *cat;
    const sw_ruleset *set;
    sw_arena_init(&arena, ARENA_BYTES);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 1000);
    sw_diags_init(&notes, &arena, SW_SLICE_NONE, 1000);
    if (sw_catalogue_parse(&arena, SW_S("types"), sw_slice_cstr(catalogue), &diags, &cat) != SW_OK)
        abort();
    const sw_ruleset_options options = {.catalogue = cat, .notes = &notes};
    const sw_pack_text text = {SW_S("p.yaml"), sw_slice_of(data, size)};
    sw_err err = sw_ruleset_parse(&arena, &options, &text, 1, &diags, &set);
    if (err == SW_OK)
        check(set);
    else if (!diags.count)
        abort();
    sw_arena_done(&arena);
    return 0;
}
