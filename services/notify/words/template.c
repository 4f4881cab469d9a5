#include "notify/words/template.h"

#include "notify/words/sms.h"
#include "text/time.h"

#define LANGUAGES_MAX 8u
#define PIECES_MAX    64u
#define PARTS_MAX     10
#define MINUTE_MS     60000

/* How a placeholder is spelt, and the UTF-16 units that its value is cut to. */
static const struct {
    const char *name;
    uint32_t units;
} spelt[SW_BLANKS] = {{"level", 8}, {"rule", 24},  {"key", 24},   {"unit", 12}, {"officer", 10},
                      {"due", 20},  {"left", 12},  {"text", 40},  {"why", 24},  {"code", 4},
                      {"count", 5}, {"list", 180}, {"levels", 40}};

static const char *const kind_names[SW_TEMPLATE_KINDS] = {
    "warning", "escalation", "event", "merged", "item", "digest", "repeated"};

typedef struct piece {
    int blank; /* -1: a text */
    sw_slice text;
    uint32_t group; /* 0: none; else of a part in <>, left out where one of its values is empty */
} piece;

struct sw_template {
    piece *pieces;
    uint32_t count;
};

typedef struct language {
    sw_slice name;
    sw_slice levels[SW_NOTIFY_LEVELS];
    sw_slice left, over, days, hours, minutes, month, day, hour, minute;
    sw_template *templates[SW_TEMPLATE_KINDS][SW_NOTIFY_LEVELS]; /* by level; NULL: the general */
    sw_template *general[SW_TEMPLATE_KINDS];
} language;

struct sw_words {
    language languages[LANGUAGES_MAX];
    uint32_t count;
};

static int blank_of(sw_slice name) {
    for (int i = 0; i < SW_BLANKS; i++)
        if (sw_slice_is(name, spelt[i].name)) return i;
    return -1;
}

static void unknown_blank(sw_reading *r, const sw_yaml *at, const char *field, sw_slice name) {
    static const char *const names[SW_BLANKS] = {"level", "rule", "key",   "unit", "officer",
                                                 "due",   "left", "text",  "why",  "code",
                                                 "count", "list", "levels"};
    sw_reading_fault(r, at, SW_E_UNKNOWN, field,
                     sw_did_you_mean(r->pb.arena, name, names, SW_BLANKS,
                                     "placeholders are {level} {rule} {key} {unit} {officer} {due} "
                                     "{left} {text} {why} {code} {count} {list} {levels}; names of "
                                     "suspects and victims are not to be had"),
                     "there is no placeholder {%.*s}", SW_FMT(name));
}

/* A template being cut into pieces. */
typedef struct cutting {
    sw_reading *r;
    const sw_yaml *at;
    const char *field;
    sw_template *made;
    uint32_t units; /* of the longest that it can become */
    uint32_t group, groups;
} cutting;

static void add_piece(cutting *c, int blank, sw_slice text) {
    if (c->made->count < PIECES_MAX)
        c->made->pieces[c->made->count++] = (piece){blank, text, c->group};
    else
        sw_reading_fault(c->r, c->at, SW_E_LIMIT, c->field, NULL, "too many placeholders");
    c->units += blank < 0 ? sw_sms_units(text) : spelt[blank].units;
}

/* "{name}" at the beginning of `rest`: how many bytes it takes. */
static size_t cut_blank(cutting *c, sw_slice rest) {
    const char *close = memchr(rest.ptr, '}', rest.len);
    if (!close) {
        sw_reading_fault(c->r, c->at, SW_E_SYNTAX, c->field, "write {name}", "a { without its }");
        return rest.len;
    }
    sw_slice name = sw_slice_sub(rest, 1, (size_t)(close - rest.ptr));
    int blank = blank_of(name);
    if (blank < 0)
        unknown_blank(c->r, c->at, c->field, name);
    else
        add_piece(c, blank, SW_SLICE_NONE);
    return name.len + 2;
}

static sw_template *cut(sw_reading *r, const sw_yaml *at, const char *field, uint32_t *ret_units) {
    cutting c = {.r = r, .at = at, .field = field};
    c.made = sw_pb_zero(&r->pb, 1, sizeof *c.made);
    if (c.made) c.made->pieces = sw_pb_zero(&r->pb, PIECES_MAX, sizeof *c.made->pieces);
    if (!c.made || !c.made->pieces) return NULL;
    for (size_t i = 0, from = 0; i <= at->text.len; i++) {
        char sign = i < at->text.len ? at->text.ptr[i] : '\0';
        if (i < at->text.len && !memchr("{}<>", sign, 4)) continue;
        if (i > from) add_piece(&c, -1, sw_slice_sub(at->text, from, i));
        if (sign == '{') i += cut_blank(&c, sw_slice_sub(at->text, i, at->text.len)) - 1;
        if (sign == '}')
            sw_reading_fault(r, at, SW_E_SYNTAX, field, "write {name}", "a } without its {");
        if ((sign == '<' && c.group) || (sign == '>' && !c.group))
            sw_reading_fault(r, at, SW_E_SYNTAX, field, "write <…{name}…>, not within another",
                             "a %c without its fellow", sign);
        if (sign == '<') c.group = ++c.groups;
        if (sign == '>') c.group = 0;
        from = i + 1;
    }
    if (c.group)
        sw_reading_fault(r, at, SW_E_SYNTAX, field, "write <…{name}…>", "a < without its >");
    *ret_units = c.units;
    return c.made;
}

/* "warning", or "warning.red". */
static bool kind_of(sw_slice key, int *ret_kind, uint32_t *ret_level) {
    *ret_level = SW_NOTIFY_LEVELS;
    const char *dot = memchr(key.ptr, '.', key.len);
    sw_slice name = dot ? sw_slice_sub(key, 0, (size_t)(dot - key.ptr)) : key;
    if (dot) {
        *ret_level = sw_level_of(sw_slice_sub(key, name.len + 1, key.len));
        if (*ret_level == SW_NOTIFY_LEVELS) return false;
    }
    for (int i = 0; i < SW_TEMPLATE_KINDS; i++) {
        if (!sw_slice_is(name, kind_names[i])) continue;
        *ret_kind = i;
        return true;
    }
    return false;
}

static void read_template(sw_reading *r, language *lang, const sw_yaml *node, int64_t parts_max) {
    int kind;
    uint32_t level, units = 0;
    const char *field = sw_pb_text(&r->pb, node->key);
    if (!kind_of(node->key, &kind, &level)) {
        sw_reading_fault(r, node, SW_E_UNKNOWN, field,
                         "warning escalation event merged item digest repeated, each with .LEVEL "
                         "too",
                         "there is no kind of template '%s'", field);
        return;
    }
    if (node->kind != SW_YAML_STRING) {
        sw_reading_fault(r, node, SW_E_TYPE, field, "write a text in quotes",
                         "a template is a text, this is %s", sw_yaml_kind_names[node->kind]);
        return;
    }
    sw_template *made = cut(r, node, field, &units);
    uint32_t most = (uint32_t)(parts_max == 1 ? 70 : parts_max * 67 - 1);
    if (units > most)
        sw_reading_fault(r, node, SW_E_LIMIT, field,
                         "shorten it, or raise max_parts; lengths of placeholders are in "
                         "docs/notify.md",
                         "it can need %u units, more than %lld SMS parts hold (%u)", units,
                         (long long)parts_max, most);
    if (level == SW_NOTIFY_LEVELS)
        lang->general[kind] = made;
    else
        lang->templates[kind][level] = made;
}

static sw_slice word(sw_reading *r, const sw_yaml *map, const char *key) {
    return sw_slice_cstr(sw_reading_text(r, map, key, true));
}

static void read_forms(sw_reading *r, language *lang, const sw_yaml *map) {
    static const char *const names[] = {"left",  "over", "days", "hours", "minutes",
                                        "month", "day",  "hour", "minute"};
    sw_reading_keys(r, map, names, SW_COUNT(names), "forms");
    lang->left = word(r, map, "left");
    lang->over = word(r, map, "over");
    lang->days = word(r, map, "days");
    lang->hours = word(r, map, "hours");
    lang->minutes = word(r, map, "minutes");
    lang->month = word(r, map, "month");
    lang->day = word(r, map, "day");
    lang->hour = word(r, map, "hour");
    lang->minute = word(r, map, "minute");
}

static void read_language(sw_reading *r, language *lang, const sw_yaml *node, int64_t parts_max) {
    static const char *const names[] = {"levels", "forms", "templates"};
    lang->name = node->key;
    sw_reading_keys(r, node, names, SW_COUNT(names), "a language");
    const sw_yaml *levels = sw_yaml_get(node, "levels");
    sw_reading_keys(r, levels, sw_level_words, SW_NOTIFY_LEVELS, "levels");
    for (uint32_t i = 0; i < SW_NOTIFY_LEVELS; i++)
        lang->levels[i] = word(r, levels ? levels : node, sw_level_words[i]);
    const sw_yaml *forms = sw_yaml_get(node, "forms");
    if (forms)
        read_forms(r, lang, forms);
    else
        sw_reading_fault(r, node, SW_E_MISSING, "forms", NULL, "'forms' is missing");
    const sw_yaml *templates = sw_yaml_get(node, "templates");
    for (const sw_yaml *one = templates ? templates->first : NULL; one; one = one->next)
        read_template(r, lang, one, parts_max);
    for (int i = 0; i < SW_TEMPLATE_KINDS; i++)
        if (!lang->general[i])
            sw_reading_fault(r, node, SW_E_MISSING, "templates", NULL,
                             "language '%.*s' has no template '%s'", SW_FMT(lang->name),
                             kind_names[i]);
}

sw_err sw_words_load(sw_arena *arena, const char *path, sw_diags *diags, const sw_words **ret) {
    static const char *const names[] = {"apiVersion", "kind", "max_parts", "languages"};
    sw_reading r = {.pb = {arena, false}, .diags = diags};
    const sw_yaml *root = sw_reading_file(&r, path, "Templates");
    if (!root) return r.err;
    sw_words *words = sw_pb_zero(&r.pb, 1, sizeof *words);
    if (!words) return SW_E_LIMIT;
    sw_reading_keys(&r, root, names, SW_COUNT(names), "a file of templates");
    int64_t parts_max = sw_reading_number(&r, root, "max_parts", 1, PARTS_MAX, 4);
    const sw_yaml *languages = sw_yaml_get(root, "languages");
    if (!languages || languages->kind != SW_YAML_MAP || !languages->count)
        sw_reading_fault(&r, root, SW_E_MISSING, "languages", "languages: {zh: …}",
                         "there is no language");
    for (const sw_yaml *one = languages ? languages->first : NULL; one; one = one->next) {
        if (words->count == LANGUAGES_MAX) break;
        read_language(&r, &words->languages[words->count++], one, parts_max);
    }
    if (r.pb.full) return SW_E_LIMIT;
    if (!r.err) *ret = words;
    return r.err;
}

static const language *in(const sw_words *words, sw_slice name) {
    for (uint32_t i = 0; i < words->count; i++)
        if (sw_slice_eq(words->languages[i].name, name)) return &words->languages[i];
    return &words->languages[0];
}

/* A message is one line, whatever its values hold. */
static void write_value(sw_slice value, uint32_t units, sw_buf *out) {
    size_t len = value.len;
    if (sw_sms_units(value) > units) len = sw_sms_cut(value, units - 1);
    for (size_t i = 0; i < len; i++)
        sw_buf_add_byte(out, (unsigned char)value.ptr[i] < ' ' ? ' ' : value.ptr[i]);
    if (len < value.len) sw_buf_add(out, SW_S("…"));
}

static bool is_full(const sw_template *template, uint32_t group, const sw_blanks *blanks) {
    for (uint32_t i = 0; i < template->count; i++) {
        const piece *p = &template->pieces[i];
        if (p->group == group && p->blank >= 0 && !blanks->values[p->blank].len) return false;
    }
    return true;
}

void sw_words_write(const sw_words *words, sw_slice name, sw_template_kind kind, uint32_t level,
                    const sw_blanks *blanks, sw_buf *out) {
    const language *lang = in(words, name);
    const sw_template *template = level < SW_NOTIFY_LEVELS ? lang->templates[kind][level] : NULL;
    if (!template) template = lang->general[kind];
    for (uint32_t i = 0; i < template->count; i++) {
        const piece *p = &template->pieces[i];
        if (p->group && !is_full(template, p->group, blanks)) continue;
        if (p->blank < 0)
            sw_buf_add(out, p->text);
        else
            write_value(blanks->values[p->blank], spelt[p->blank].units, out);
    }
}

sw_slice sw_words_level(const sw_words *words, sw_slice name, uint32_t level) {
    SW_ASSERT(level < SW_NOTIFY_LEVELS);
    return in(words, name)->levels[level];
}

void sw_words_due(const sw_words *words, sw_slice name, int64_t due_ms, int32_t offset_s,
                  sw_buf *out) {
    const language *lang = in(words, name);
    int64_t minutes = sw_floor_div(due_ms + (int64_t)offset_s * 1000, MINUTE_MS);
    int64_t day = sw_floor_div(minutes, 1440), year;
    int32_t month, date;
    minutes -= day * 1440;
    if (minutes == 0) { /* 00:00 is 24:00 of the day before */
        day--;
        minutes = 1440;
    }
    sw_date_from_days(day, &year, &month, &date);
    sw_buf_add_int(out, month);
    sw_buf_add(out, lang->month);
    sw_buf_add_int(out, date);
    sw_buf_add(out, lang->day);
    sw_buf_add_int(out, minutes / 60);
    sw_buf_add(out, lang->hour);
    if (minutes % 60 == 0) return;
    sw_buf_printf(out, "%02d", (int)(minutes % 60));
    sw_buf_add(out, lang->minute);
}

void sw_words_left(const sw_words *words, sw_slice name, int64_t left_ms, sw_buf *out) {
    const language *lang = in(words, name);
    sw_buf_add(out, left_ms < 0 ? lang->over : lang->left);
    int64_t minutes = (left_ms < 0 ? -left_ms : left_ms) / MINUTE_MS;
    bool days = minutes >= 2880, hours = minutes >= 60;
    sw_buf_add_int(out, days ? minutes / 1440 : hours ? minutes / 60 : minutes);
    sw_buf_add(out, days ? lang->days : hours ? lang->hours : lang->minutes);
}
