/* Proves that no rule feeds on its own warnings (ARCHITECTURE.md, 4): a rule that listens to the
 * events that warnings become must be shut, by its conditions, to its own and to those of rules
 * that listen to it. A condition is asked of what is known of the warning (rule, pack, kind,
 * severity, level); where it reads anything else it fails, and what fails may hold. */
#include "rules/load/cond.h"

#define ASKED_MAX 4000000u

typedef struct feed {
    loader *l;
    rule_draft *const *drafts;
    uint32_t count;
    uint32_t *listeners; /* indexes of drafts that listen */
    uint32_t listener_count;
    sw_arena scratch;
} feed;

static bool is_own_word(const sw_event_type *type) {
    return sw_slice_is(type->name, "warning.raised") ||
           sw_slice_is(type->name, "warning.withdrawn") ||
           sw_slice_is(type->name, "warning.resolved");
}

/* One group for each warning: what does not open can't meet the rule's own. */
static bool is_keyed_by_warning(const loader *l, const sw_rule *rule) {
    for (uint32_t i = 0; i < rule->key_count; i++)
        if (sw_slice_is(sw_catalogue_key_name(l->cat, rule->key_ids[i]), "warning_id")) return true;
    return false;
}

static bool counts(const feed *f, const rule_draft *draft, const mention *m) {
    return is_own_word(m->on->type) && (m->opens || !is_keyed_by_warning(f->l, &draft->rule));
}

typedef struct told {
    const sw_event_type *type; /* warning.raised … */
    const rule_draft *of;
    sw_level level;
} told;

static sw_value text_value(sw_slice s) {
    return s.len ? (sw_value){.kind = SW_STRING, .s = s} : (sw_value){.kind = SW_ABSENT};
}

static sw_value known_field(void *ctx, uint32_t root, uint32_t slot) {
    const told *t = ctx;
    if (root == SW_ROOT_EVENT && slot == SW_EVENT_TYPE) return text_value(t->type->name);
    if (root != SW_ROOT_DATA) return (sw_value){.kind = SW_ABSENT};
    sw_slice name = t->type->fields[slot].name;
    const sw_rule *rule = &t->of->rule;
    if (t->type->fields[slot].type != SW_STRING || t->type->fields[slot].list)
        return (sw_value){.kind = SW_ABSENT};
    if (sw_slice_is(name, "rule")) return text_value(rule->id);
    if (sw_slice_is(name, "kind")) return text_value(sw_slice_cstr(sw_kind_name(rule->kind)));
    if (sw_slice_is(name, "severity"))
        return text_value(sw_slice_cstr(sw_severity_name(rule->severity)));
    if (sw_slice_is(name, "level")) return text_value(sw_slice_cstr(sw_level_name(t->level)));
    return (sw_value){.kind = SW_ABSENT};
}

static bool has_macro(sw_slice text) {
    for (size_t i = 0; i + 3 <= text.len; i++)
        if (memcmp(text.ptr + i, "has", 3) == 0) return true;
    return false;
}

/* May a warning of this level meet the condition? */
static bool may_hold(feed *f, const sw_on *on, const rule_draft *of, sw_level level) {
    if (!on->when || has_macro(sw_cel_text(on->when))) return true;
    told t = {on->type, of, level};
    sw_cel_bind bind = {&t, known_field};
    sw_value value;
    sw_arena_reset(&f->scratch);
    if (sw_cel_eval(on->when, &bind, &f->scratch, SW_CEL_COST_MAX, &value, NULL) != SW_OK)
        return true;
    return value.kind != SW_BOOL || value.b;
}

static unsigned levels_of(const sw_rule *rule) {
    unsigned levels = 0;
    for (uint32_t i = 0; i < rule->warn_count; i++) levels |= 1u << rule->warns[i].level;
    for (uint32_t i = 0; i < rule->level_count; i++) levels |= 1u << rule->levels[i].warn.level;
    if (!levels) levels = 1u << rule->warn.level;
    return levels;
}

/* May a warning of `from` reach the rule `to`? */
static bool feeds(feed *f, const rule_draft *from, const rule_draft *to) {
    unsigned levels = levels_of(&from->rule);
    for (const mention *m = to->mentions; m; m = m->next) {
        if (!counts(f, to, m)) continue;
        for (int level = SW_GREEN; level <= SW_BREACH; level++)
            if ((levels & 1u << level) && may_hold(f, m->on, from, (sw_level)level)) return true;
    }
    return false;
}

static const sw_yaml *place_of(const feed *f, const rule_draft *draft) {
    for (const mention *m = draft->mentions; m; m = m->next)
        if (counts(f, draft, m)) return m->node;
    return draft->node;
}

static void tell(feed *f, const rule_draft *draft, const rule_draft *through) {
    f->l->file = draft->file;
    bool itself = sw_slice_eq(draft->rule.id, through->rule.id);
    size_t before = load_enter_key(f->l, sw_slice_cstr(draft->path));
    load_error_at(f->l, SW_E_INVALID, place_of(f, draft),
                  "shut its own out: when: '!data.rule.startsWith(\"…\")' or data.rule in […]",
                  "the rule may feed on its own warnings%s%.*s", itself ? "" : " through ",
                  itself ? 0 : (int)through->rule.id.len, through->rule.id.ptr);
    load_leave(f->l, before);
}

/* Takes away, until nothing changes, rules that no listener feeds or that feed no listener; what is
 * left stands on or between circles. edges[a * n + b]: a feeds b. */
static void trim(const bool *edges, bool *left, uint32_t n) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < n; i++) {
            bool in = false, out = false;
            for (uint32_t j = 0; j < n && left[i]; j++) {
                in |= left[j] && edges[j * n + i];
                out |= left[j] && edges[i * n + j];
            }
            if (left[i] && !(in && out)) left[i] = false, changed = true;
        }
    }
}

static void find_circles(feed *f) {
    uint32_t n = f->listener_count;
    bool *edges = load_zero(f->l, (size_t)n * n, sizeof *edges);
    bool *left = load_zero(f->l, n, sizeof *left);
    if (!edges || !left) return;
    for (uint32_t i = 0; i < n; i++) {
        left[i] = true;
        for (uint32_t j = 0; j < n; j++)
            edges[i * n + j] = feeds(f, f->drafts[f->listeners[i]], f->drafts[f->listeners[j]]);
    }
    trim(edges, left, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t through = i;
        for (uint32_t j = 0; j < n && !edges[i * n + i]; j++)
            if (left[j] && edges[j * n + i]) through = j;
        if (left[i]) tell(f, f->drafts[f->listeners[i]], f->drafts[f->listeners[through]]);
    }
}

void check_feeding(loader *l, rule_draft *const *drafts, uint32_t count) {
    feed f = {.l = l, .drafts = drafts, .count = count};
    f.listeners = load_zero(l, count, sizeof *f.listeners);
    for (uint32_t i = 0; f.listeners && i < count; i++) {
        bool listens = false;
        for (const mention *m = drafts[i]->mentions; m; m = m->next)
            listens |= counts(&f, drafts[i], m);
        if (listens) f.listeners[f.listener_count++] = i;
    }
    if (!f.listener_count) return;
    if ((uint64_t)f.listener_count * f.listener_count > ASKED_MAX) {
        l->file = drafts[f.listeners[0]]->file;
        load_error_at(l, SW_E_LIMIT, drafts[f.listeners[0]]->node, "split the packs",
                      "%u rules listen to warnings: too many to prove that none feeds on its own",
                      f.listener_count);
        return;
    }
    sw_arena_init(&f.scratch, 1 << 20);
    find_circles(&f);
    sw_arena_done(&f.scratch);
}
