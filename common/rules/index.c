/* Which rules an event type concerns, and which versions a rule has. */
#include "rules/ruleset.h"
#include "text/sort.h"

typedef struct builder {
    sw_use *uses;
    uint32_t count;
} builder;

/* Without memory for them: only counts. */
static void add(builder *b, const sw_rule *rule, sw_part part, uint32_t entry, uint32_t source) {
    if (b->uses) b->uses[b->count] = (sw_use){rule, part, entry, source};
    b->count++;
}

static void add_list(builder *b, const sw_rule *rule, sw_part part, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) add(b, rule, part, i, 0);
}

static void add_rule(builder *b, const sw_rule *rule) {
    add_list(b, rule, SW_PART_START, rule->start_count);
    add_list(b, rule, SW_PART_RESTART, rule->restart_count);
    add_list(b, rule, SW_PART_PAUSE_FROM, rule->pause_count);
    add_list(b, rule, SW_PART_PAUSE_TO, rule->pause_count);
    add_list(b, rule, SW_PART_EXTEND, rule->extend_count);
    add_list(b, rule, SW_PART_STOP, rule->stop_count);
    add_list(b, rule, SW_PART_CANCEL, rule->cancel_count);
    for (uint32_t i = 0; i < rule->fact_count; i++)
        for (uint32_t j = 0; j < rule->facts[i].from_count; j++) add(b, rule, SW_PART_FACT, i, j);
    add_list(b, rule, SW_PART_ON, rule->on_count);
    add_list(b, rule, SW_PART_EXCEPT, rule->except_count);
    add_list(b, rule, SW_PART_BEFORE, rule->before_count);
    add_list(b, rule, SW_PART_LEFT, rule->kind == SW_MATCH);
    add_list(b, rule, SW_PART_RIGHT, rule->kind == SW_MATCH);
}

static const sw_event_type *type_of(const sw_use *use) {
    const sw_on *on = sw_use_on(use);
    return on ? on->type : use->rule->facts[use->entry].from[use->source].type;
}

static int order(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

/* By (type, first key field, rule): parts, entries and sources are in order already, and the sort
 * is stable. */
static int cmp_use(const void *a, const void *b) {
    const sw_use *x = a, *y = b;
    int c = order(type_of(x)->index, type_of(y)->index);
    if (!c) c = order(x->rule->key_ids[0], y->rule->key_ids[0]);
    return c ? c : order(x->rule->index, y->rule->index);
}

static sw_err sort_uses(sw_arena *arena, const sw_use *uses, uint32_t count, sw_use *ret) {
    const void **ptrs = sw_arena_zero(arena, count + 1, sizeof *ptrs);
    const void **scratch = sw_arena_zero(arena, count + 1, sizeof *scratch);
    if (!ptrs || !scratch) return SW_E_LIMIT;
    for (uint32_t i = 0; i < count; i++) ptrs[i] = &uses[i];
    sw_sort(ptrs, scratch, count, cmp_use);
    for (uint32_t i = 0; i < count; i++) ret[i] = *(const sw_use *)ptrs[i];
    return SW_OK;
}

/* Marks where each type's uses begin, and the runs within. */
static sw_err index_types(sw_arena *arena, struct sw_ruleset *set, const sw_use *uses,
                          uint32_t count) {
    type_uses *by_type =
        sw_arena_zero(arena, sw_catalogue_type_count(set->catalogue) + 1, sizeof *by_type);
    use_run *runs = sw_arena_zero(arena, count + 1, sizeof *runs);
    if (!by_type || !runs) return SW_E_LIMIT;
    uint32_t run_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        type_uses *entry = &by_type[type_of(&uses[i])->index];
        uint32_t key_id = uses[i].rule->key_ids[0];
        if (!entry->count) entry->first = i, entry->runs = &runs[run_count];
        if (!entry->run_count || entry->runs[entry->run_count - 1].key_id != key_id) {
            runs[run_count++] = (use_run){key_id, i, 0};
            entry->run_count++;
        }
        runs[run_count - 1].count++;
        entry->count++;
    }
    set->by_type = by_type;
    return SW_OK;
}

static sw_err index_uses(sw_arena *arena, struct sw_ruleset *set) {
    builder b = {0};
    for (uint32_t i = 0; i < set->rule_count; i++) add_rule(&b, &set->rules[i]);
    uint32_t count = b.count;
    sw_use *plain = sw_arena_zero(arena, count + 1, sizeof *plain);
    sw_use *sorted = sw_arena_zero(arena, count + 1, sizeof *sorted);
    if (!plain || !sorted) return SW_E_LIMIT;
    b = (builder){.uses = plain};
    for (uint32_t i = 0; i < set->rule_count; i++) add_rule(&b, &set->rules[i]);
    SW_ASSERT(b.count == count);
    sw_err err = sort_uses(arena, plain, count, sorted);
    if (err) return err;
    set->uses = sorted;
    set->use_count = count;
    return index_types(arena, set, sorted, count);
}

/* By id, then the later `from` first, then by index (packs are in order of version, rules of file).
 */
static int cmp_version(const void *a, const void *b) {
    const sw_rule *x = a, *y = b;
    int c = sw_slice_cmp(x->id, y->id);
    if (c) return c;
    if (x->from_ms != y->from_ms) return x->from_ms > y->from_ms ? -1 : 1;
    return order(x->index, y->index);
}

static sw_err index_lines(sw_arena *arena, struct sw_ruleset *set) {
    uint32_t n = set->rule_count, count = 0;
    const void **sorted = sw_arena_zero(arena, n + 1, sizeof *sorted);
    const void **scratch = sw_arena_zero(arena, n + 1, sizeof *scratch);
    sw_rule_line *lines = sw_arena_zero(arena, n + 1, sizeof *lines);
    uint32_t *line_of = sw_arena_zero(arena, n + 1, sizeof *line_of);
    const sw_rule **versions = sw_arena_zero(arena, n + 1, sizeof *versions);
    if (!sorted || !scratch || !lines || !line_of || !versions) return SW_E_LIMIT;
    for (uint32_t i = 0; i < n; i++) sorted[i] = &set->rules[i];
    sw_sort(sorted, scratch, n, cmp_version);
    for (uint32_t i = 0; i < n; i++) {
        versions[i] = sorted[i];
        if (!count || !sw_slice_eq(lines[count - 1].id, versions[i]->id)) {
            lines[count] = (sw_rule_line){versions[i]->id, &versions[i], 0, count};
            count++;
        }
        lines[count - 1].version_count++;
        line_of[versions[i]->index] = count - 1;
    }
    set->lines = lines;
    set->line_count = count;
    set->line_of = line_of;
    return SW_OK;
}

sw_err sw_ruleset_index(sw_arena *arena, struct sw_ruleset *set) {
    SW_ASSERT(arena && set && set->catalogue);
    for (uint32_t i = 0; i < set->rule_count; i++)
        SW_ASSERT(set->rules[i].index == i && set->rules[i].key_count > 0);
    sw_err err = index_lines(arena, set);
    return err ? err : index_uses(arena, set);
}
