/* Rules of one id: versions of one rule, or a mistake. */
#include "rules/load/draft.h"
#include "text/sort.h"

static int cmp_id(const void *a, const void *b) {
    const rule_draft *x = a, *y = b;
    return sw_slice_cmp(x->rule.id, y->rule.id);
}

static void at_rule(loader *l, const rule_draft *draft, const sw_yaml **ret_node,
                    size_t *ret_path) {
    l->file = draft->file;
    *ret_path = load_enter_key(l, sw_slice_cstr(draft->path));
    const sw_yaml *id = sw_yaml_get(draft->node, "id");
    *ret_node = id ? id : draft->node;
}

/* Two rules of one pack version and id are versions of the rule only if their `effective` begin at
 * different times. */
static void check_pair(loader *l, const rule_draft *a, const rule_draft *b) {
    const sw_yaml *node;
    size_t before;
    if (!a->pack || a->pack != b->pack || !a->overlay != !b->overlay) return;
    if (a->overlay && a->entry != b->entry && a->rule.from_ms != b->rule.from_ms) return;
    if (a->overlay && a->entry == b->entry) return; /* one entry, versions of the base's rule */
    if (a->effective_node && b->effective_node && a->rule.from_ms != b->rule.from_ms) return;
    at_rule(l, b, &node, &before);
    load_error_at(l, SW_E_CONFLICT, node,
                  "rename one; versions of one rule differ in effective: {from}",
                  "the id '%.*s' stands at %.*s:%u too", SW_FMT(b->rule.id), SW_FMT(a->rule.file),
                  a->rule.line);
    load_leave(l, before);
}

static void note_pair(loader *l, const rule_draft *a, const rule_draft *b) {
    const sw_yaml *node;
    size_t before;
    if (!a->pack || !b->pack || sw_slice_eq(a->pack->name, b->pack->name)) return;
    at_rule(l, b, &node, &before);
    load_note(l, node, "of both the one whose effective begins later holds",
              "the pack %.*s has the rule '%.*s' too", SW_FMT(a->pack->name), SW_FMT(b->rule.id));
    load_leave(l, before);
}

void check_ids(loader *l, rule_draft *const *drafts, uint32_t count) {
    const void **sorted = load_zero(l, count, sizeof *sorted);
    const void **scratch = load_zero(l, count, sizeof *scratch);
    if (!sorted || !scratch) return;
    for (uint32_t i = 0; i < count; i++) sorted[i] = drafts[i];
    sw_sort(sorted, scratch, count, cmp_id);
    for (uint32_t i = 1; i < count; i++) {
        const rule_draft *a = sorted[i - 1], *b = sorted[i];
        if (b->rule.id.len == 0 || !sw_slice_eq(a->rule.id, b->rule.id)) continue;
        check_pair(l, a, b);
        note_pair(l, a, b);
    }
}
