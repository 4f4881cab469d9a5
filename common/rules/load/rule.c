/* The keys of a rule, in the order in which they are read. */
#include "rules/load/cond.h"
#include "rules/load/span.h"

static const char *const level_words[] = {"green", "blue", "yellow", "orange", "red", "breach"};
static const char *const kind_words[] = {"deadline", "check", "threshold", "sequence", "match"};
static const char *const severity_words[] = {"info", "minor", "major", "critical"};
static const char *const element_words[] = {"incident", "case",     "person",
                                            "place",    "property", "file"};
static const char *const tier_words[] = {"station", "county", "city"};
static const char *const source_words[] = {"law", "ministry_rule", "provincial_rule",
                                           "bureau_practice", "local_default"};
const choice_list sw_level_choices = {level_words, SW_COUNT(level_words)};
const choice_list sw_kind_choices = {kind_words, SW_COUNT(kind_words)};
const choice_list sw_severity_choices = {severity_words, SW_COUNT(severity_words)};
static const choice_list element_choices = {element_words, SW_COUNT(element_words)};
static const choice_list tier_choices = {tier_words, SW_COUNT(tier_words)};
static const choice_list source_choices = {source_words, SW_COUNT(source_words)};

static const uint32_t pairs_most = 1000000, windows_most = 100;

void draft_mention(loader *l, const char *part, const sw_yaml *node, const sw_on *on, bool opens) {
    mention *m = load_zero(l, 1, sizeof *m);
    if (!m) return;
    *m = (mention){.part = part, .node = node, .on = on, .opens = opens};
    if (l->rule->mentions_last)
        l->rule->mentions_last->next = m;
    else
        l->rule->mentions = m;
    l->rule->mentions_last = m;
}

static const key_spec basis_keys[] = {
    {"law", load_text, offsetof(sw_basis, law), .required = true},
    {"article", load_text, offsetof(sw_basis, article)},
    {"text", load_text, offsetof(sw_basis, text)},
};
static const key_table basis_table = {"a basis {law, article, text}", basis_keys,
                                      SW_COUNT(basis_keys)};

static void load_article(loader *l, const sw_yaml *item, void *entry) {
    (void)load_map(l, item, entry, &basis_table, 0);
}

void load_basis(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    *(const sw_basis **)((char *)into + spec->at) =
        load_list(l, node, false, sizeof(sw_basis), load_article,
                  (uint32_t *)((char *)into + spec->at_count));
}

static const char *near_key(loader *l, sw_slice name) {
    uint32_t count = sw_catalogue_key_count(l->cat);
    const char **names = load_zero(l, count, sizeof *names);
    for (uint32_t i = 0; names && i < count; i++) {
        sw_slice key = sw_arena_printf(l->arena, "%.*s", SW_FMT(sw_catalogue_key_name(l->cat, i)));
        names[i] = key.ptr ? key.ptr : "";
    }
    const char *hint = names ? sw_did_you_mean(l->arena, name, names, count, NULL) : NULL;
    return hint ? hint : "a key is a field that the catalogue marks with key: true";
}

void load_key(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    item_iter items;
    draft->key_node = node;
    if (!load_items(l, node, false, &items)) return;
    uint32_t *ids = load_zero(l, items.count, sizeof *ids), count = 0;
    if (items.count > SW_RULE_KEY_MAX)
        load_error_at(l, SW_E_LIMIT, node, NULL, "a key has at most %d fields", SW_RULE_KEY_MAX);
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; ids && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        uint32_t id;
        bool twice = false;
        if (!load_is_scalar(l, item, "a key field")) {
            load_leave(l, before);
            continue;
        }
        if (sw_catalogue_key_find(l->cat, item->text, &id)) {
            for (uint32_t j = 0; j < count; j++) twice |= ids[j] == id;
            if (twice)
                load_error_at(l, SW_E_INVALID, item, "remove one", "'%.*s' stands twice in the key",
                              SW_FMT(item->text));
            else
                ids[count++] = id;
        } else {
            load_error_at(l, SW_E_UNKNOWN, item, near_key(l, item->text),
                          "no event type has a key field '%.*s'", SW_FMT(item->text));
        }
        load_leave(l, before);
    }
    sw_slice *names = load_zero(l, items.count, sizeof *names);
    for (uint32_t i = 0; names && i < count; i++) names[i] = sw_catalogue_key_name(l->cat, ids[i]);
    draft->rule.key_ids = ids;
    draft->rule.key_names = names;
    draft->rule.key_count = names ? count : 0;
}

static void load_settle(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    (void)load_length(l, node, &((rule_draft *)into)->rule.settle_ms);
}

#define AT(m) offsetof(sw_rule, m)
#define D     (1u << SW_DEADLINE)
#define C     (1u << SW_CHECK)
#define T     (1u << SW_THRESHOLD)
#define S     (1u << SW_SEQUENCE)
#define M     (1u << SW_MATCH)

/* A key stands after those that it needs: facts before conditions, starts before limits. */
static const key_spec rule_keys[] = {
    {"id", load_token, AT(id), .required = true},
    {"kind", load_choice, AT(kind), .arg = &sw_kind_choices, .required = true},
    {"name", load_text, AT(name)},
    {"name_en", load_text, AT(name_en)},
    {"text", load_text, AT(text)},
    {"note", load_text, AT(note)},
    {"domain", load_text, AT(domain)},
    {"element", load_word, AT(element), .arg = &element_choices},
    {"severity", load_choice, AT(severity), .arg = &sw_severity_choices},
    {"tier", load_word, AT(tier), .arg = &tier_choices},
    {"compartment", load_token, AT(compartment)},
    {"number_source", load_word, AT(number_source), .arg = &source_choices},
    {"local_default", load_bool, AT(local_default)},
    {"basis", load_basis, AT(basis), AT(basis_count)},
    {"effective", load_node, offsetof(rule_draft, effective_node)},
    {"key", load_key, .required = true},
    {"facts", load_facts},
    {"liberty", load_bool, AT(liberty), .kinds = D},
    {"start", load_ons, AT(starts), AT(start_count), "start", true, D},
    {"stop", load_ons, AT(stops), AT(stop_count), "stop", .kinds = D},
    {"cancel", load_ons, AT(cancels), AT(cancel_count), "cancel", .kinds = D},
    {"restart", load_ons, AT(restarts), AT(restart_count), "restart", .kinds = D},
    {"pause", load_pauses, .kinds = D},
    {"limit", load_limits, .required = true, .kinds = D},
    {"extend", load_extends, .kinds = D},
    {"count", load_counts, .kinds = D},
    {"caution", load_caution, .kinds = D},
    {"warn", load_warns, .required = true, .kinds = D},
    {"on", load_rule_on, .arg = "on", .required = true, .kinds = C | T | S},
    {"when", load_rule_when, .kinds = C | T | S},
    {"to", load_texts, AT(warn.to), AT(warn.to_count), .kinds = C | T | S | M},
    {"level", load_choice, AT(warn.level), .arg = &sw_level_choices, .required = true,
     .kinds = C | S | M},
    {"distinct", load_distinct, .kinds = T},
    {"once_per", load_once, .kinds = T},
    {"except", load_excepts, .kinds = T},
    {"weight", load_weight, .kinds = T},
    {"baseline", load_count, AT(baseline), .arg = &windows_most, .kinds = T},
    {"levels", load_threshold_levels, .required = true, .kinds = T},
    {"requires", load_before, .arg = "requires", .kinds = S},
    {"forbids", load_before, .arg = "forbids", .kinds = S},
    {"left", load_side, AT(left), .arg = "left", .required = true, .kinds = M},
    {"right", load_side, AT(right), .arg = "right", .required = true, .kinds = M},
    {"within", load_window, AT(within), .required = true, .kinds = T | M},
    {"where", load_where, .kinds = M},
    {"max_pairs", load_count, AT(max_pairs), .arg = &pairs_most, .kinds = M},
    {"settle", load_settle, .kinds = C | T | S | M},
};
static const key_table rule_table = {"a rule", rule_keys, SW_COUNT(rule_keys)};

/* The kind decides which keys may stand, so it is looked up before the map is read. */
static unsigned kinds_of(const sw_yaml *node) {
    const sw_yaml *kind = sw_yaml_get(node, "kind");
    for (size_t i = 0; kind && i < sw_kind_choices.count; i++)
        if (sw_slice_is(kind->text, sw_kind_choices.names[i])) return 1u << i;
    return 0;
}

static void load_known_kind(loader *l, const sw_yaml *node, rule_draft *draft, unsigned kinds) {
    sw_rule *rule = &draft->rule;
    if (!load_map(l, node, draft, &rule_table, kinds)) return;
    if (rule->kind == SW_SEQUENCE && !sw_yaml_get(node, "requires") &&
        !sw_yaml_get(node, "forbids"))
        load_error_at(l, SW_E_MISSING, node, NULL, "a sequence needs 'requires' or 'forbids'");
    if (sw_slice_is(rule->number_source, "local_default")) rule->local_default = true;
    check_rule(l, draft);
}

/* Of an unknown kind only what every rule has can be judged. */
static void load_unknown_kind(loader *l, const sw_yaml *node, rule_draft *draft) {
    key_spec common[SW_COUNT(rule_keys)];
    size_t count = 0;
    for (size_t i = 0; i < SW_COUNT(rule_keys); i++) {
        common[count] = rule_keys[i];
        if (rule_keys[i].kinds) common[count].read = load_node, common[count].required = false;
        if (rule_keys[i].kinds) common[count].at = offsetof(rule_draft, node);
        count++;
    }
    const key_table table = {"a rule", common, count};
    (void)load_map(l, node, draft, &table, 0);
    draft->node = node;
}

void load_rule(loader *l, const sw_yaml *node, rule_draft *draft) {
    unsigned kinds = kinds_of(node);
    l->rule = draft;
    draft->node = node;
    draft->file = l->file;
    draft->rule.severity = SW_MAJOR;
    draft->rule.max_pairs = 100;
    draft->rule.line = node->line;
    draft->rule.file = l->file->name;
    if (kinds)
        load_known_kind(l, node, draft, kinds);
    else
        load_unknown_kind(l, node, draft);
    l->rule = NULL;
}
