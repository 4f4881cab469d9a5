/* One run over all pack files: read, joined to packs, checked, indexed. */
#include "rules/load/overlay.h"
#include "rules/load/span.h"
#include "rules/load/versions.h"
#include "rules/ruleset.h"
#include "text/sort.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

typedef struct run {
    loader l;
    pack_file *files;
    size_t file_count;
    pack_list packs;
    pack_draft **pack_order;
    const sw_yaml **rules; /* of each file */
    rule_draft **drafts;
    uint32_t draft_count, draft_cap;
} run;

static void parse_files(run *r) {
    loader *l = &r->l;
    for (size_t i = 0; i < r->file_count && !l->full; i++) {
        uint32_t found = l->diags ? l->diags->count : 0;
        l->file = &r->files[i];
        if (l->diags) l->diags->file = l->file->name;
        sw_err err = sw_yaml_parse(l->arena, l->file->text, l->diags, &l->file->root);
        if (err != SW_OK) {
            l->file->root = NULL;
            l->errors += l->diags && l->diags->count > found ? l->diags->count - found : 1;
            if (err == SW_E_LIMIT && l->arena->used_bytes > l->arena->cap_bytes / 2) l->full = true;
            continue;
        }
        r->rules[i] = meta_read(l, &r->packs);
    }
}

/* The list of rules of the current file; NULL and told. */
static const sw_yaml *rule_list(loader *l, const sw_yaml *node) {
    if (!node) return NULL;
    size_t before = load_enter_key(l, SW_S("rules"));
    const sw_yaml *ret = NULL;
    if (node->kind != SW_YAML_SEQ)
        load_error_at(l, SW_E_TYPE, node, "write - id: … for each", "rules are a list, not %s",
                      sw_yaml_kind_names[node->kind]);
    else if (node->count == 0)
        load_error_at(l, SW_E_INVALID, node, NULL, "there are no rules");
    else
        ret = node;
    load_leave(l, before);
    return ret;
}

static bool add_draft(run *r, rule_draft *draft) {
    if (r->draft_count == r->draft_cap) {
        uint32_t cap = r->draft_cap ? r->draft_cap * 2 : 256;
        rule_draft **drafts = load_zero(&r->l, cap, sizeof *drafts);
        if (!drafts) return false;
        if (r->draft_count) memcpy(drafts, r->drafts, r->draft_count * sizeof *drafts);
        r->drafts = drafts;
        r->draft_cap = cap;
    }
    r->drafts[r->draft_count++] = draft;
    return true;
}

/* Enters rules[number] of the current file. */
static rule_draft *enter_rule(loader *l, uint32_t number, size_t *ret_before) {
    rule_draft *draft = load_zero(l, 1, sizeof *draft);
    if (!draft) return NULL;
    *ret_before = load_enter_key(l, SW_S("rules"));
    (void)load_enter_item(l, number);
    size_t len = l->path_len < sizeof draft->path ? l->path_len : sizeof draft->path - 1;
    memcpy(draft->path, l->path, len);
    return draft;
}

static void read_rule(run *r, const sw_yaml *node, uint32_t number) {
    loader *l = &r->l;
    size_t before;
    uint32_t errors = l->errors;
    rule_draft *draft = enter_rule(l, number, &before);
    if (!draft) return;
    draft->pack = l->file->pack;
    load_rule(l, node, draft);
    const sw_pack *pack = draft->pack ? &draft->pack->pack : NULL;
    draft->rule.from_ms = pack ? pack->from_ms : SW_TIME_FIRST_MS;
    draft->rule.until_ms = pack ? pack->until_ms : SW_TIME_MAX;
    if (draft->effective_node)
        load_effective(l, draft->effective_node, pack ? pack->zone : sw_zone_utc(),
                       &draft->rule.from_ms, &draft->rule.until_ms);
    load_leave(l, before);
    draft->broken = l->errors != errors;
    (void)add_draft(r, draft);
}

/* What the overlay of the current file makes of a rule of its base. */
static void read_change(run *r, const sw_yaml *entry, uint32_t number, const rule_draft *base) {
    loader *l = &r->l;
    size_t before;
    rule_draft *draft = enter_rule(l, number, &before);
    if (!draft) return;
    draft->overlay = l->file->pack;
    draft->entry = entry;
    draft->off = overlay_is_off(l, entry);
    const sw_yaml *node = draft->off ? base->node : overlay_merge(l, base->node, entry);
    if (node && draft->off)
        draft->rule = base->rule, draft->node = entry, draft->file = l->file;
    else if (node)
        load_rule(l, node, draft);
    draft->pack = base->pack;
    const sw_pack *own = &draft->overlay->pack;
    draft->rule.from_ms = base->rule.from_ms > own->from_ms ? base->rule.from_ms : own->from_ms;
    draft->rule.until_ms =
        base->rule.until_ms < own->until_ms ? base->rule.until_ms : own->until_ms;
    const sw_yaml *effective = sw_yaml_get(entry, "effective");
    if (effective && draft->rule.from_ms < draft->rule.until_ms)
        load_effective(l, effective, own->zone, &draft->rule.from_ms, &draft->rule.until_ms);
    load_leave(l, before);
    if (node) (void)add_draft(r, draft);
}

static void no_such_rule(run *r, const sw_yaml *id, uint32_t number) {
    loader *l = &r->l;
    sw_slice base = l->file->pack->overlay;
    const char **names = load_zero(l, r->draft_count, sizeof *names);
    size_t count = 0;
    for (uint32_t i = 0; names && i < r->draft_count; i++)
        if (r->drafts[i]->pack && sw_slice_eq(r->drafts[i]->pack->name, base) &&
            r->drafts[i]->rule.id.len)
            names[count++] = sw_arena_printf(l->arena, "%.*s", SW_FMT(r->drafts[i]->rule.id)).ptr;
    const char *hint = names ? sw_did_you_mean(l->arena, id->text, names, count,
                                               "a new rule needs kind and all its keys")
                             : NULL;
    size_t before = load_enter_key(l, SW_S("rules"));
    (void)load_enter_item(l, number);
    (void)load_enter_key(l, SW_S("id"));
    load_error_at(l, SW_E_UNKNOWN, id, hint, "the pack %.*s has no rule '%.*s'", SW_FMT(base),
                  SW_FMT(id->text));
    load_leave(l, before);
}

/* An entry of an overlay changes every version of its rule under the base; if there is none it is
 * a rule of its own. */
static void read_entry(run *r, const sw_yaml *entry, uint32_t number) {
    const pack_draft *overlay = r->l.file->pack;
    const sw_yaml *id = sw_yaml_get(entry, "id");
    uint32_t found = 0, whole = r->draft_count;
    for (uint32_t i = 0; id && i < whole && !r->l.full; i++) {
        const rule_draft *base = r->drafts[i];
        if (!base->pack || base->overlay || !sw_slice_eq(base->rule.id, id->text) ||
            !sw_slice_eq(base->pack->name, overlay->overlay))
            continue;
        found++;
        if (!base->broken) read_change(r, entry, number, base);
    }
    if (found || overlay->baseless) return;
    if (!id || sw_yaml_get(entry, "kind"))
        read_rule(r, entry, number);
    else
        no_such_rule(r, id, number);
}

/* Overlays are read when what they change has been. */
static void read_rules(run *r, bool overlays) {
    loader *l = &r->l;
    for (size_t i = 0; i < r->file_count && !l->full; i++) {
        l->file = &r->files[i];
        if ((l->file->pack && l->file->pack->overlay.len) != overlays) continue;
        const sw_yaml *list = rule_list(l, r->rules[i]);
        uint32_t number = 0;
        for (const sw_yaml *node = list ? list->first : NULL; node && !l->full; node = node->next) {
            if (overlays)
                read_entry(r, node, number++);
            else
                read_rule(r, node, number++);
        }
    }
}

static int cmp_draft_pack(const void *a, const void *b) {
    const rule_draft *x = a, *y = b;
    uint32_t m = x->pack ? x->pack->number : UINT32_MAX;
    uint32_t n = y->pack ? y->pack->number : UINT32_MAX;
    return m < n ? -1 : m > n;
}

/* In order of packs, within one as the files were given. */
static void order_drafts(run *r) {
    const void **sorted = load_zero(&r->l, r->draft_count, sizeof *sorted);
    const void **scratch = load_zero(&r->l, r->draft_count, sizeof *scratch);
    if (!sorted || !scratch) return;
    for (uint32_t i = 0; i < r->draft_count; i++) sorted[i] = r->drafts[i];
    sw_sort(sorted, scratch, r->draft_count, cmp_draft_pack);
    for (uint32_t i = 0; i < r->draft_count; i++) r->drafts[i]->rule.index = i;
    rule_draft **ordered = load_zero(&r->l, r->draft_count, sizeof *ordered);
    if (!ordered) return;
    for (uint32_t i = 0; i < r->draft_count; i++) ((const void **)ordered)[i] = sorted[i];
    r->drafts = ordered;
    for (uint32_t i = 0; i < r->draft_count; i++) r->drafts[i]->rule.index = i;
}

static sw_err build(run *r, const sw_ruleset **ret) {
    loader *l = &r->l;
    struct sw_ruleset *set = load_zero(l, 1, sizeof *set);
    const sw_pack **packs = load_zero(l, r->packs.count, sizeof *packs);
    if (!set || !packs) return SW_E_LIMIT;
    for (uint32_t i = 0; i < r->packs.count; i++) packs[i] = &r->pack_order[i]->pack;
    *set = (struct sw_ruleset){.catalogue = l->cat, .packs = packs, .pack_count = r->packs.count};
    if (!versions_resolve(l, r->drafts, r->draft_count, r->pack_order, r->packs.count, &set->rules,
                          &set->rule_count))
        return l->full ? SW_E_LIMIT : SW_E_INVALID;
    sw_err err = sw_ruleset_index(l->arena, set);
    if (err == SW_OK) *ret = set;
    return err;
}

/* By file as given, then by place; findings without a place first. */
typedef struct placed {
    sw_diag *diag;
    uint32_t file;
} placed;

static int cmp_placed(const void *a, const void *b) {
    const placed *x = a, *y = b;
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    if (x->diag->line != y->diag->line) return x->diag->line < y->diag->line ? -1 : 1;
    return x->diag->col < y->diag->col ? -1 : x->diag->col > y->diag->col;
}

static uint32_t file_number(const run *r, sw_slice name) {
    for (uint32_t i = 0; i < r->file_count; i++)
        if (sw_slice_eq(r->files[i].name, name)) return i;
    return 0;
}

/* Sorts what this run has found; what stood before it stays first. Without memory it stays as
 * found. */
static void sort_diags(const run *r, sw_diags *diags, sw_diag *before) {
    uint32_t count = 0;
    sw_diag **head = before ? &before->next : &diags->first;
    for (const sw_diag *diag = *head; diag; diag = diag->next) count++;
    placed *places = sw_arena_zero(diags->arena, count + 1, sizeof *places);
    const void **ptrs = sw_arena_zero(diags->arena, count + 1, sizeof *ptrs);
    const void **scratch = sw_arena_zero(diags->arena, count + 1, sizeof *scratch);
    if (!count || !places || !ptrs || !scratch) return;
    uint32_t n = 0;
    for (sw_diag *diag = *head; diag; diag = diag->next, n++) {
        places[n] = (placed){diag, file_number(r, diag->file)};
        ptrs[n] = &places[n];
    }
    sw_sort(ptrs, scratch, n, cmp_placed);
    for (uint32_t i = 0; i < n; i++) {
        sw_diag *diag = ((const placed *)ptrs[i])->diag;
        *head = diag;
        head = &diag->next;
        diags->last = diag;
    }
    *head = NULL;
}

static bool begin(run *r, sw_arena *arena, const sw_ruleset_options *options, size_t count,
                  sw_diags *diags) {
    *r = (run){.l = {.arena = arena,
                     .options = options,
                     .cat = options->catalogue,
                     .diags = diags,
                     .notes = options->notes},
               .file_count = count};
    r->files = load_zero(&r->l, count, sizeof *r->files);
    r->rules = load_zero(&r->l, count, sizeof *r->rules);
    return r->files && r->rules;
}

static sw_err too_large(run *r) {
    r->l.file = NULL;
    r->l.path_len = 0;
    r->l.path[0] = '\0';
    if (r->l.diags) r->l.diags->file = SW_SLICE_NONE;
    return sw_diag_at(r->l.diags, SW_E_LIMIT, 0, 0, NULL, "split the packs, or load fewer at once",
                      "the rule packs need more than the %zu MB that they may take",
                      r->l.arena->cap_bytes >> 20);
}

static sw_err load_all(run *r, const sw_ruleset **ret) {
    loader *l = &r->l;
    parse_files(r);
    if (l->full || !meta_finish(l, &r->packs, r->files, r->file_count, &r->pack_order))
        return SW_E_LIMIT;
    read_rules(r, false);
    read_rules(r, true);
    if (l->full) return SW_E_LIMIT;
    order_drafts(r);
    if (l->full) return SW_E_LIMIT;
    check_ids(l, r->drafts, r->draft_count);
    check_feeding(l, r->drafts, r->draft_count);
    if (l->full) return SW_E_LIMIT;
    if (l->errors) return SW_E_INVALID;
    return build(r, ret);
}

static sw_err finish(run *r, sw_diag *errors_before, sw_diag *notes_before,
                     const sw_ruleset **ret) {
    const sw_ruleset *set = NULL;
    sw_err err = load_all(r, &set);
    if (r->l.full) err = SW_E_LIMIT;
    if (err == SW_E_LIMIT) (void)too_large(r);
    if (r->l.diags) sort_diags(r, r->l.diags, errors_before);
    if (r->l.notes) sort_diags(r, r->l.notes, notes_before);
    if (err == SW_OK) *ret = set;
    return err;
}

sw_err sw_ruleset_parse(sw_arena *arena, const sw_ruleset_options *options,
                        const sw_pack_text *texts, size_t count, sw_diags *diags,
                        const sw_ruleset **ret) {
    SW_ASSERT(arena && options && options->catalogue && (texts || !count) && ret);
    sw_diag *errors = diags ? diags->last : NULL;
    sw_diag *notes = options->notes ? options->notes->last : NULL;
    run *r = sw_arena_zero(arena, 1, sizeof *r);
    if (!r || !begin(r, arena, options, count, diags)) return SW_E_LIMIT;
    for (size_t i = 0; i < count; i++)
        r->files[i] = (pack_file){.name = texts[i].file, .text = texts[i].text};
    return finish(r, errors, notes, ret);
}

sw_err sw_ruleset_load(sw_arena *arena, const sw_ruleset_options *options, const char *const *paths,
                       size_t count, sw_diags *diags, const sw_ruleset **ret) {
    SW_ASSERT(arena && options && (paths || !count) && ret);
    sw_pack_text *texts = sw_arena_zero(arena, count + 1, sizeof *texts);
    if (!texts) return SW_E_LIMIT;
    sw_err failed = SW_OK;
    size_t read = 0;
    for (size_t i = 0; i < count; i++) {
        sw_err err = sw_file_read(arena, paths[i], FILE_BYTES_MAX, diags, &texts[read].text);
        texts[read].file = sw_slice_cstr(paths[i]);
        if (err == SW_OK)
            read++;
        else if (failed == SW_OK)
            failed = err;
    }
    const sw_ruleset *set;
    sw_err err = sw_ruleset_parse(arena, options, texts, read, diags, &set);
    if (failed != SW_OK) return failed;
    if (err == SW_OK) *ret = set;
    return err;
}
