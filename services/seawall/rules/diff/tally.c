#include "seawall/rules/diff/tally.h"

#include "base/buf.h"
#include "store/sorter.h"

#define ARENA_BYTES    ((size_t)256 << 20)
#define CODE_BYTES_MAX ((size_t)16 << 20)

struct sw_tally {
    sw_arena arena;
    sw_diags *diags;
    sw_sorter *units; /* a record for each warning: code, kind */
    sw_diff_counts total;
    sw_diff_row *rules;
    uint32_t rule_count;
    sw_diff_row *last; /* warnings come rule by rule */
};

const char *sw_diff_kind_name(sw_diff_kind kind) {
    static const char *const names[SW_DIFF_KINDS] = {"added", "removed", "earlier",
                                                     "later", "changed", "same"};
    SW_ASSERT(kind < SW_DIFF_KINDS);
    return names[kind];
}

bool sw_diff_row_differs(const sw_diff_row *row) {
    for (int i = 0; i < SW_DIFF_SAME; i++)
        if (row->counts.of[i]) return true;
    return false;
}

static sw_diff_row *find(const sw_tally *tally, sw_slice id) {
    for (uint32_t i = 0; i < tally->rule_count; i++)
        if (sw_slice_eq(tally->rules[i].id, id)) return &tally->rules[i];
    return NULL;
}

static void add_rules(sw_tally *tally, const sw_ruleset *set, bool is_after) {
    for (uint32_t i = 0; i < sw_ruleset_line_count(set); i++) {
        const sw_rule_line *line = sw_ruleset_line(set, i);
        const sw_rule *rule = line->versions[0];
        sw_diff_row *row = find(tally, line->id);
        if (!row) {
            row = &tally->rules[tally->rule_count++];
            row->id = line->id;
        }
        row->name = rule->name;
        if (is_after)
            row->after = true;
        else
            row->before = true;
    }
}

sw_err sw_tally_open(const sw_ruleset *before, const sw_ruleset *after, size_t memory_bytes,
                     const char *tmp_dir, sw_diags *diags, sw_tally **ret) {
    sw_tally *tally = sw_heap_zero(1, sizeof *tally);
    if (!tally) return SW_E_NOMEM;
    tally->diags = diags;
    sw_arena_init(&tally->arena, ARENA_BYTES);
    size_t lines = (size_t)sw_ruleset_line_count(before) + sw_ruleset_line_count(after);
    tally->rules = sw_arena_zero(&tally->arena, lines + 1, sizeof *tally->rules);
    sw_err err = tally->rules ? SW_OK : SW_E_NOMEM;
    if (!err) err = sw_sorter_open(memory_bytes, tmp_dir, &tally->units);
    if (err) {
        sw_tally_close(tally);
        return err;
    }
    add_rules(tally, before, false);
    add_rules(tally, after, true);
    *ret = tally;
    return SW_OK;
}

void sw_tally_close(sw_tally *tally) {
    if (!tally) return;
    sw_sorter_close(tally->units);
    sw_arena_done(&tally->arena);
    sw_heap_free(tally);
}

sw_err sw_tally_add(sw_tally *tally, const sw_diff *diff) {
    const sw_warning *warning = sw_diff_warning(diff);
    char kind = (char)diff->kind;
    if (!tally->last || !sw_slice_eq(tally->last->id, warning->rule->id))
        tally->last = find(tally, warning->rule->id);
    SW_ASSERT(tally->last);
    tally->last->counts.of[diff->kind]++;
    tally->total.of[diff->kind]++;
    return sw_sorter_add(tally->units, warning->orgcode, sw_slice_of(&kind, 1), tally->diags);
}

const sw_diff_counts *sw_tally_total(const sw_tally *tally) {
    return &tally->total;
}

const sw_diff_row *sw_tally_rules(const sw_tally *tally, uint32_t *ret_count) {
    *ret_count = tally->rule_count;
    return tally->rules;
}

sw_err sw_tally_units(sw_tally *tally, void *ctx,
                      sw_err (*tell)(void *ctx, const sw_diff_row *row)) {
    sw_diff_row row = {.before = true, .after = true};
    sw_slice code, kind;
    sw_buf held; /* the code of the row */
    bool any = false;
    sw_buf_init(&held, CODE_BYTES_MAX);
    sw_err err = sw_sorter_sort(tally->units, tally->diags);
    while (!err && !(err = sw_sorter_next(tally->units, &code, &kind, tally->diags))) {
        if (any && !sw_slice_eq(code, row.id)) {
            err = tell(ctx, &row);
            memset(&row.counts, 0, sizeof row.counts);
        }
        if (!any || !sw_slice_eq(code, row.id)) {
            sw_buf_clear(&held);
            if (sw_buf_add(&held, code) && !err) err = held.err;
            row.id = sw_buf_slice(&held);
        }
        any = true;
        row.counts.of[(uint8_t)kind.ptr[0]]++;
    }
    if (err == SW_E_END) err = any ? tell(ctx, &row) : SW_OK;
    sw_buf_done(&held);
    return err;
}
