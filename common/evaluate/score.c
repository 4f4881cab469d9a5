#include "evaluate/score.h"

#include "text/yaml.h"

enum { BANDS_MAX = 6, WEIGHT_MAX = 10000, PERCENT_MAX = 10000, DAYS_MAX = 3660 };

typedef struct factor {
    sw_slice prefix;
    int64_t percent;
} factor;

typedef struct band {
    int64_t hundredths;
    sw_level level;
} band;

struct sw_weights {
    uint64_t mark;
    const sw_zone *zone;
    int64_t severity[SW_CRITICAL + 1], level[SW_BREACH + 1], days;
    const factor *factors;
    uint32_t factor_count;
    bool scored[SW_SCORED_COUNT];
    band bands[SW_SCORED_COUNT][BANDS_MAX];
    uint32_t band_count[SW_SCORED_COUNT];
};

static const char *const scored_names[] = {"case", "officer", "unit"};

const char *sw_scored_name(sw_scored scored) {
    return scored_names[scored];
}

typedef struct reading {
    sw_arena *arena;
    sw_diags *diags;
    sw_err err;
} reading;

#define TELL(r, node, hint, ...)                                                                   \
    ((r)->err =                                                                                    \
         sw_diag_at((r)->diags, SW_E_INVALID, (node)->line, (node)->col, NULL, hint, __VA_ARGS__))

/* A map whose keys are all among `names`; false and told. */
static bool is_map(reading *r, const sw_yaml *node, const char *what, const char *const *names,
                   size_t count) {
    if (node->kind != SW_YAML_MAP) return TELL(r, node, NULL, "%s is a map", what), false;
    const sw_yaml_keys keys = {names, count, what, NULL, NULL};
    if (sw_yaml_check_keys(node, &keys, r->diags)) r->err = SW_E_INVALID;
    return true;
}

static const sw_yaml *member(reading *r, const sw_yaml *map, const char *key) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node) TELL(r, map, NULL, "'%s' is missing", key);
    return node;
}

static bool number(reading *r, const sw_yaml *node, int64_t least, int64_t most, int64_t *ret) {
    if (node->kind != SW_YAML_INT || node->number < least || node->number > most)
        return TELL(r, node, NULL, "a whole number from %lld to %lld is wanted here",
                    (long long)least, (long long)most),
               false;
    *ret = node->number;
    return true;
}

/* A weight for each of the names. */
static void read_weights(reading *r, const sw_yaml *root, const char *key, const char *const *names,
                         size_t count, int64_t *ret) {
    const sw_yaml *map = member(r, root, key);
    if (!map || !is_map(r, map, key, names, count)) return;
    for (size_t i = 0; i < count; i++) {
        const sw_yaml *node = member(r, map, names[i]);
        if (node) (void)number(r, node, 0, WEIGHT_MAX, &ret[i]);
    }
}

static void read_factors(reading *r, const sw_yaml *list, struct sw_weights *w) {
    static const char *const names[] = {"prefix", "percent"};
    if (!list) return;
    if (list->kind != SW_YAML_SEQ) {
        TELL(r, list, "write - {prefix: cr., percent: 150}", "'rules' is a list");
        return;
    }
    factor *factors = sw_arena_zero(r->arena, list->count + 1, sizeof *factors);
    if (!factors) r->err = SW_E_LIMIT;
    for (const sw_yaml *item = factors ? list->first : NULL; item; item = item->next) {
        if (!is_map(r, item, "an entry of 'rules'", names, SW_COUNT(names))) continue;
        const sw_yaml *prefix = member(r, item, "prefix"), *percent = member(r, item, "percent");
        factor *f = &factors[w->factor_count++];
        if (prefix) f->prefix = prefix->text;
        if (percent) (void)number(r, percent, 0, PERCENT_MAX, &f->percent);
    }
    w->factors = factors;
}

static int scored_of(reading *r, const sw_yaml *node, sw_slice name) {
    for (int i = 0; i < SW_SCORED_COUNT; i++)
        if (sw_slice_is(name, scored_names[i])) return i;
    TELL(r, node, "one of case, officer, unit", "nothing has a score as '%.*s'", SW_FMT(name));
    return -1;
}

static void read_subjects(reading *r, const sw_yaml *root, struct sw_weights *w) {
    const sw_yaml *list = member(r, root, "subjects");
    if (!list) return;
    if (list->kind != SW_YAML_SEQ) {
        TELL(r, list, "write [case, officer, unit]", "'subjects' is a list");
        return;
    }
    for (const sw_yaml *item = list->first; item; item = item->next) {
        int scored = scored_of(r, item, item->text);
        if (scored >= 0) w->scored[scored] = true;
    }
}

static bool read_level(reading *r, const sw_yaml *node, sw_level *ret) {
    for (int i = SW_GREEN; i <= SW_BREACH; i++)
        if (sw_slice_is(node->text, sw_level_name((sw_level)i))) return *ret = (sw_level)i, true;
    return TELL(r, node, NULL, "there is no level '%.*s'", SW_FMT(node->text)), false;
}

static void read_band(reading *r, const sw_yaml *item, struct sw_weights *w, int scored) {
    static const char *const names[] = {"score", "level"};
    if (!is_map(r, item, "a band", names, SW_COUNT(names))) return;
    const sw_yaml *score = member(r, item, "score"), *level = member(r, item, "level");
    uint32_t n = w->band_count[scored];
    band b;
    if (!score || !level || !number(r, score, 0, INT64_MAX / 200, &b.hundredths) ||
        !read_level(r, level, &b.level))
        return;
    b.hundredths *= 100;
    if (n == BANDS_MAX)
        TELL(r, item, NULL, "at most %d bands", BANDS_MAX);
    else if (n && b.hundredths <= w->bands[scored][n - 1].hundredths)
        TELL(r, score, NULL, "bands go up");
    else
        w->bands[scored][w->band_count[scored]++] = b;
}

static void read_bands(reading *r, const sw_yaml *map, struct sw_weights *w) {
    if (!map || !is_map(r, map, "'bands'", scored_names, SW_COUNT(scored_names))) return;
    for (const sw_yaml *list = map->first; list; list = list->next) {
        int scored = scored_of(r, list, list->key);
        if (scored >= 0 && list->kind != SW_YAML_SEQ)
            TELL(r, list, NULL, "bands are a list");
        else if (scored >= 0)
            for (const sw_yaml *item = list->first; item; item = item->next)
                read_band(r, item, w, scored);
    }
}

static void expect(reading *r, const sw_yaml *root, const char *key, const char *text) {
    const sw_yaml *node = member(r, root, key);
    if (node && !sw_slice_is(node->text, text)) TELL(r, node, NULL, "%s is %s here", key, text);
}

static void read_zone(reading *r, const sw_yaml *root, struct sw_weights *w) {
    static const char *const names[] = {"name", "version", "timezone"};
    const sw_yaml *meta = member(r, root, "metadata");
    if (!meta || !is_map(r, meta, "metadata", names, SW_COUNT(names))) return;
    (void)member(r, meta, "name");
    (void)member(r, meta, "version");
    const sw_yaml *zone = sw_yaml_get(meta, "timezone");
    sw_slice name = zone ? zone->text : SW_S("Asia/Shanghai");
    if (sw_zone_load(r->arena, name, &w->zone) != SW_OK)
        TELL(r, meta, NULL, "there is no time zone '%.*s'", SW_FMT(name));
}

static void read_all(reading *r, const sw_yaml *root, struct sw_weights *w) {
    static const char *const keys[] = {"apiVersion", "kind",  "metadata",    "subjects", "severity",
                                       "level",      "rules", "of_instance", "decay",    "bands"};
    static const char *const severities[] = {"info", "minor", "major", "critical"};
    static const char *const levels[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    static const char *const decay_keys[] = {"days"};
    if (!is_map(r, root, "a file of weights", keys, SW_COUNT(keys))) return;
    expect(r, root, "apiVersion", "seawall/v1");
    expect(r, root, "kind", "Scores");
    expect(r, root, "of_instance", "highest");
    read_zone(r, root, w);
    read_subjects(r, root, w);
    read_weights(r, root, "severity", severities, SW_COUNT(severities), w->severity);
    read_weights(r, root, "level", levels, SW_COUNT(levels), w->level);
    read_factors(r, sw_yaml_get(root, "rules"), w);
    const sw_yaml *decay = member(r, root, "decay");
    if (decay && is_map(r, decay, "'decay'", decay_keys, 1)) {
        const sw_yaml *days = member(r, decay, "days");
        if (days) (void)number(r, days, 1, DAYS_MAX, &w->days);
    }
    read_bands(r, sw_yaml_get(root, "bands"), w);
}

sw_err sw_weights_parse(sw_arena *arena, sw_slice file, sw_slice text, sw_diags *diags,
                        const sw_weights **ret) {
    const sw_yaml *root;
    struct sw_weights *w = sw_arena_zero(arena, 1, sizeof *w);
    reading r = {arena, diags, SW_OK};
    if (!w) return SW_E_LIMIT;
    if (diags) diags->file = file;
    sw_err err = sw_yaml_parse(arena, text, diags, &root);
    if (err) return err;
    w->days = 1;
    read_all(&r, root, w);
    const sw_hash128 hash = sw_hash128_of(text);
    memcpy(&w->mark, hash.bytes, sizeof w->mark);
    w->mark |= 1;
    if (!r.err) *ret = w;
    return r.err;
}

uint64_t sw_weights_mark(const sw_weights *w) {
    return w->mark;
}

int64_t sw_weights_points(const sw_weights *w, sw_slice rule_id, sw_severity severity,
                          sw_level level) {
    int64_t percent = 100;
    size_t longest = 0;
    for (uint32_t i = 0; i < w->factor_count; i++) {
        const factor *f = &w->factors[i];
        if (!sw_slice_starts(rule_id, f->prefix) || f->prefix.len < longest) continue;
        longest = f->prefix.len;
        percent = f->percent;
    }
    return w->severity[severity] * w->level[level] * percent; /* 1e12 at most: millions add up */
}

int32_t sw_weights_day(const sw_weights *w, int64_t ms) {
    return (int32_t)sw_zone_day(w->zone, ms);
}

int64_t sw_weights_midnight(const sw_weights *w, int64_t ms) {
    return sw_zone_day_start(w->zone, sw_zone_day(w->zone, ms) + 1);
}

int32_t sw_weights_days(const sw_weights *w) {
    return (int32_t)w->days;
}

int32_t sw_weights_left(const sw_weights *w, int32_t day, int32_t today) {
    if (day >= today) return (int32_t)w->days;
    return today - day >= w->days ? 0 : (int32_t)w->days - (today - day);
}

void sw_score_add(const sw_weights *w, sw_score_sum *sum, int64_t points, int32_t left) {
    sum->whole += points / w->days * left;
    sum->rest += points % w->days * left;
}

int64_t sw_score_hundredths(const sw_weights *w, const sw_score_sum *sum) {
    return sum->whole + sum->rest / w->days;
}

bool sw_weights_scores(const sw_weights *w, sw_scored scored) {
    return w->scored[scored];
}

bool sw_weights_band(const sw_weights *w, sw_scored scored, int64_t hundredths, sw_level *ret) {
    bool found = false;
    for (uint32_t i = 0; i < w->band_count[scored]; i++)
        if (w->bands[scored][i].hundredths <= hundredths)
            *ret = w->bands[scored][i].level, found = true;
    return found;
}
