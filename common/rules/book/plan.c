#include "rules/book/plan_tables.h"

#define NO_STRAND   UINT16_MAX
#define REPEATS_MAX 60000u

/* What is being built. */
typedef struct build {
    sw_arena *arena;
    sw_plan *plan;
    sw_strand *strands;
    uint16_t *strand_of;
    uint16_t *rank_of; /* by rule index: place among the versions of its line */
} build;

static bool same_keys(const sw_strand *strand, const sw_rule *rule) {
    return strand->key_count == rule->key_count &&
           memcmp(strand->key_ids, rule->key_ids, rule->key_count * sizeof *rule->key_ids) == 0;
}

static bool has_kind(const sw_plan *plan, const sw_rule *rule) {
    return plan->kinds >> rule->kind & 1;
}

static sw_err place_rule(build *b, const sw_rule_line *line, const sw_rule *rule) {
    SW_ASSERT(rule->key_count <= SW_KEY_MAX);
    for (uint32_t i = 0; i < rule->warn_count; i++)
        if (rule->warns[i].repeat_max > REPEATS_MAX) return SW_E_LIMIT;
    uint32_t at = 0;
    while (at < b->plan->strand_count &&
           (b->strands[at].line != line || !same_keys(&b->strands[at], rule)))
        at++;
    if (at == b->plan->strand_count) {
        b->strands[at] = (sw_strand){line, rule->key_ids, rule->key_count, false, false};
        b->plan->strand_count++;
    }
    if (rule->kind == SW_DEADLINE)
        b->strands[at].has_deadline = true;
    else
        b->strands[at].has_other = true;
    b->strand_of[rule->index] = (uint16_t)at;
    return SW_OK;
}

static sw_err find_strands(build *b) {
    sw_plan *plan = b->plan;
    uint32_t rules = sw_ruleset_rule_count(plan->set);
    if (rules >= NO_STRAND) return SW_E_LIMIT;
    b->strands = sw_arena_zero(b->arena, rules, sizeof *b->strands);
    b->strand_of = sw_arena_zero(b->arena, rules, sizeof *b->strand_of);
    b->rank_of = sw_arena_zero(b->arena, rules, sizeof *b->rank_of);
    if (!b->strands || !b->strand_of || !b->rank_of) return SW_E_NOMEM;
    memset(b->strand_of, 0xff, rules * sizeof *b->strand_of);
    for (uint32_t i = 0; i < sw_ruleset_line_count(plan->set); i++) {
        const sw_rule_line *line = sw_ruleset_line(plan->set, i);
        for (uint32_t v = 0; v < line->version_count; v++) {
            const sw_rule *rule = line->versions[v];
            b->rank_of[rule->index] = (uint16_t)v;
            bool ours = rule->key_count > 0 && rule->key_ids[0] == plan->key_id;
            if (!ours || !has_kind(plan, rule)) continue;
            sw_err err = place_rule(b, line, rule);
            if (err) return err;
        }
    }
    plan->strands = b->strands;
    plan->strand_of = b->strand_of;
    return SW_OK;
}

/* Marks what one condition reads of its event: by the root `event` or that of a side. */
static void keep_read(sw_plan_type *type, bool *kept, const sw_cel *cel, enum sw_root root) {
    if (!cel) return;
    uint32_t count;
    const sw_cel_read *reads = sw_cel_reads_list(cel, &count);
    uint32_t data = root == SW_ROOT_EVENT        ? SW_ROOT_DATA
                    : root == SW_ROOT_LEFT_EVENT ? SW_ROOT_LEFT_DATA
                                                 : SW_ROOT_RIGHT_DATA;
    for (uint32_t i = 0; i < count; i++) {
        if (reads[i].root == data) kept[reads[i].slot] = true;
        if (reads[i].root != (uint32_t)root) continue;
        if (reads[i].slot == SW_EVENT_SUBJECT) type->subject = true;
        if (reads[i].slot == SW_EVENT_RECORDEDTIME) type->recorded = true;
        if (reads[i].slot == SW_EVENT_RECEIVEDTIME) type->received = true;
    }
}

static void keep_start(sw_plan_type *type, bool *kept, const sw_rule *rule, uint32_t entry) {
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        if (rule->limits[i].when) keep_read(type, kept, rule->limits[i].when[entry], SW_ROOT_EVENT);
        if (rule->limits[i].n) keep_read(type, kept, rule->limits[i].n[entry], SW_ROOT_EVENT);
    }
    for (uint32_t i = 0; i < rule->count_count; i++)
        if (rule->counts[i].when) keep_read(type, kept, rule->counts[i].when[entry], SW_ROOT_EVENT);
}

/* Marks fields of entry `entry` of `ons`. */
static void keep_fields(bool *kept, const sw_fields *fields, uint32_t entry) {
    for (uint32_t i = 0; i < fields->count; i++)
        kept[fields->slots[entry * fields->count + i]] = true;
}

static void keep_counted(sw_plan_type *type, bool *kept, const sw_rule *rule, uint32_t entry) {
    keep_fields(kept, &rule->distinct, entry);
    keep_fields(kept, &rule->once, entry);
    if (rule->except_count) keep_fields(kept, &rule->excepts[0].by, entry);
    if (rule->weights) keep_read(type, kept, rule->weights[entry], SW_ROOT_EVENT);
}

static void keep_use(sw_plan_type *type, bool *kept, const sw_event_type *event,
                     const sw_use *use) {
    const sw_rule *rule = use->rule;
    const sw_on *on = sw_use_on(use);
    const enum sw_root own = SW_ROOT_EVENT;
    if (on) keep_read(type, kept, on->when, own), keep_read(type, kept, on->at, own);
    if (use->part == SW_PART_START) keep_start(type, kept, rule, use->entry);
    if (use->part == SW_PART_EXTEND) {
        keep_read(type, kept, rule->extends[use->entry].amount.n, own);
        keep_read(type, kept, rule->extends[use->entry].approver, own);
    }
    if (use->part == SW_PART_FACT) {
        const sw_fact_source *from = &rule->facts[use->entry].from[use->source];
        keep_read(type, kept, from->when, own), keep_read(type, kept, from->value, own);
    }
    if (use->part == SW_PART_ON) keep_counted(type, kept, rule, use->entry);
    if (use->part == SW_PART_EXCEPT) kept[rule->excepts[use->entry].slot] = true;
    if (use->part == SW_PART_LEFT) keep_read(type, kept, rule->where, SW_ROOT_LEFT_EVENT);
    if (use->part == SW_PART_RIGHT) keep_read(type, kept, rule->where, SW_ROOT_RIGHT_EVENT);
    for (uint32_t i = 1; i < use->rule->key_count; i++) {
        const struct sw_type_key *key = sw_event_type_key(event, use->rule->key_ids[i]);
        for (uint32_t f = 0; key && f < key->field_count; f++) kept[key->fields[f]] = true;
    }
}

static int use_cmp(const build *b, const sw_use *a, const sw_use *z) {
    uint32_t sa = b->strand_of[a->rule->index], sz = b->strand_of[z->rule->index];
    if (sa != sz) return sa < sz ? -1 : 1;
    if (a->part != z->part) return a->part < z->part ? -1 : 1;
    uint32_t ra = b->rank_of[a->rule->index], rz = b->rank_of[z->rule->index];
    if (ra != rz) return ra < rz ? -1 : 1;
    if (a->entry != z->entry) return a->entry < z->entry ? -1 : 1;
    return (a->source > z->source) - (a->source < z->source);
}

static void sort_uses(const build *b, sw_use *uses, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        sw_use use = uses[i];
        uint32_t at = i;
        for (; at > 0 && use_cmp(b, &use, &uses[at - 1]) < 0; at--) uses[at] = uses[at - 1];
        uses[at] = use;
    }
}

static sw_err build_type(build *b, const sw_event_type *event, sw_plan_type *type) {
    uint32_t count = 0;
    const sw_use *given = sw_ruleset_uses_by_key(b->plan->set, event, b->plan->key_id, &count);
    if (count == 0) return SW_OK;
    sw_use *uses = sw_arena_zero(b->arena, count, sizeof *uses);
    sw_touch *touches = sw_arena_zero(b->arena, count, sizeof *touches);
    bool *kept = sw_arena_zero(b->arena, event->field_count, sizeof *kept);
    if (!uses || !touches || !kept) return SW_E_NOMEM;
    uint32_t given_count = count;
    count = 0;
    for (uint32_t i = 0; i < given_count; i++)
        if (has_kind(b->plan, given[i].rule)) uses[count++] = given[i];
    sort_uses(b, uses, count);
    uint32_t touched = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t strand = b->strand_of[uses[i].rule->index];
        SW_ASSERT(strand != NO_STRAND);
        if (touched == 0 || touches[touched - 1].strand != strand)
            touches[touched++] = (sw_touch){.strand = strand, .uses = &uses[i]};
        touches[touched - 1].use_count++;
        touches[touched - 1].parts |= SW_PART(uses[i].part);
        keep_use(type, kept, event, &uses[i]);
    }
    type->touches = touches;
    type->touch_count = touched;
    type->kept = kept;
    return SW_OK;
}

/* Records name types and fields by their place in the catalogue. */
static sw_err hash_catalogue(build *b) {
    const sw_catalogue *cat = sw_ruleset_catalogue(b->plan->set);
    size_t parts_max = 0;
    for (uint32_t t = 0; t < sw_catalogue_type_count(cat); t++)
        parts_max += 2 + 3 * (size_t)sw_catalogue_type(cat, t)->field_count;
    sw_arena_mark mark = sw_arena_save(b->arena);
    sw_slice *parts = sw_arena_zero(b->arena, parts_max, sizeof *parts);
    if (!parts) return SW_E_NOMEM;
    static const char kinds[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    size_t count = 0;
    for (uint32_t t = 0; t < sw_catalogue_type_count(cat); t++) {
        const sw_event_type *type = sw_catalogue_type(cat, t);
        parts[count++] = type->name;
        for (uint32_t f = 0; f < type->field_count; f++) {
            uint32_t kind = (uint32_t)type->fields[f].type * 2 + type->fields[f].list;
            SW_ASSERT(kind < sizeof kinds - 1);
            parts[count++] = type->fields[f].name;
            parts[count++] = sw_slice_of(&kinds[kind], 1);
            bool key = type->fields[f].key;
            parts[count++] =
                key ? sw_catalogue_key_name(cat, type->fields[f].key_id) : SW_SLICE_NONE;
        }
        parts[count++] = SW_SLICE_NONE;
    }
    b->plan->catalogue = sw_hash128_parts(parts, count);
    sw_arena_rewind(b->arena, mark);
    return SW_OK;
}

sw_err sw_plan_new(sw_arena *arena, const sw_ruleset *set, uint32_t key_id, const sw_plan **ret) {
    return sw_plan_new_of(arena, set, key_id, SW_KINDS_ALL, ret);
}

sw_err sw_plan_new_of(sw_arena *arena, const sw_ruleset *set, uint32_t key_id, uint32_t kinds,
                      const sw_plan **ret) {
    SW_ASSERT(arena && set && ret);
    const sw_catalogue *cat = sw_ruleset_catalogue(set);
    sw_plan *plan = sw_arena_zero(arena, 1, sizeof *plan);
    if (!plan) return SW_E_NOMEM;
    *plan = (sw_plan){
        .set = set, .key_id = key_id, .kinds = kinds, .type_count = sw_catalogue_type_count(cat)};
    build b = {.arena = arena, .plan = plan};
    sw_err err = hash_catalogue(&b);
    if (!err) err = find_strands(&b);
    if (err) return err;
    sw_plan_type *types = sw_arena_zero(arena, plan->type_count, sizeof *types);
    if (!types) return SW_E_NOMEM;
    for (uint32_t i = 0; i < plan->type_count && !err; i++)
        err = build_type(&b, sw_catalogue_type(cat, i), &types[i]);
    if (err) return err;
    plan->types = types;
    *ret = plan;
    return SW_OK;
}

const sw_ruleset *sw_plan_ruleset(const sw_plan *plan) {
    return plan->set;
}

uint32_t sw_plan_key(const sw_plan *plan) {
    return plan->key_id;
}

sw_hash128 sw_plan_catalogue(const sw_plan *plan) {
    return plan->catalogue;
}

typedef struct keeps {
    const sw_plan *plan;
    uint64_t *ret;
    uint32_t max, count;
} keeps;

static void add_keep(keeps *k, sw_slice type, sw_slice what) {
    const sw_catalogue *catalogue = sw_ruleset_catalogue(k->plan->set);
    const sw_slice parts[] = {sw_catalogue_key_name(catalogue, k->plan->key_id), type, what};
    const sw_hash128 hash = sw_hash128_parts(parts, SW_COUNT(parts));
    if (k->count < k->max) memcpy(&k->ret[k->count], hash.bytes, sizeof k->ret[0]);
    k->count++;
}

uint32_t sw_plan_keeps(const sw_plan *plan, uint64_t *ret, uint32_t max) {
    keeps k = {.plan = plan, .ret = ret, .max = max};
    for (uint32_t t = 0; t < plan->type_count; t++) {
        const sw_plan_type *type = &plan->types[t];
        const sw_event_type *event = sw_catalogue_type(sw_ruleset_catalogue(plan->set), t);
        if (type->touch_count == 0) continue;
        add_keep(&k, event->name, SW_S(""));
        for (uint32_t f = 0; f < event->field_count; f++)
            if (type->kept[f]) add_keep(&k, event->name, event->fields[f].name);
        if (type->subject) add_keep(&k, event->name, SW_S("@subject"));
        if (type->recorded) add_keep(&k, event->name, SW_S("@recordedtime"));
        if (type->received) add_keep(&k, event->name, SW_S("@receivedtime"));
    }
    return k.count;
}

bool sw_plan_is_empty(const sw_plan *plan) {
    return plan->strand_count == 0;
}

bool sw_plan_concerns(const sw_plan *plan, const sw_event_type *type) {
    SW_ASSERT(type->index < plan->type_count);
    return plan->types[type->index].touch_count > 0;
}

const sw_touch *sw_plan_touch(const sw_plan *plan, uint32_t type, uint32_t strand) {
    const sw_plan_type *t = &plan->types[type];
    for (uint32_t i = 0; i < t->touch_count; i++)
        if (t->touches[i].strand == strand) return &t->touches[i];
    return NULL;
}
