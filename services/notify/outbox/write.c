/* The words of a message. */
#include "notify/json.h"
#include "notify/outbox/outbox.h"

#define VALUE_MAX 1024u

/* Values that have to be written out. */
typedef struct values {
    sw_buf due, left, list, levels, key;
    sw_blanks blanks;
} values;

static void open_values(values *v) {
    *v = (values){.blanks = {{{NULL, 0}}}};
    sw_buf_init(&v->due, VALUE_MAX);
    sw_buf_init(&v->left, VALUE_MAX);
    sw_buf_init(&v->list, VALUE_MAX * 4);
    sw_buf_init(&v->levels, VALUE_MAX);
    sw_buf_init(&v->key, VALUE_MAX);
}

static void close_values(values *v) {
    sw_buf_done(&v->due);
    sw_buf_done(&v->left);
    sw_buf_done(&v->list);
    sw_buf_done(&v->levels);
    sw_buf_done(&v->key);
}

/* What a person looks the case up by: the first field; a person's own id says nothing to him. */
static void fill(const sw_notify_shared *shared, const sw_telling *t, int64_t now_ms, values *v) {
    sw_slice language = sw_slice_cstr(t->language);
    sw_buf_clear(&v->due);
    sw_buf_clear(&v->left);
    sw_buf_clear(&v->key);
    if (t->due_case == SEAWALL__V1__TELLING__DUE_DUE_MS) {
        sw_words_due(shared->words, language, t->due_ms, t->offset_s, &v->due);
        sw_words_left(shared->words, language, t->due_ms - now_ms, &v->left);
    }
    if (t->n_key) sw_buf_add_cstr(&v->key, t->key[0]->value);
    sw_slice *blanks = v->blanks.values;
    blanks[SW_BLANK_LEVEL] =
        sw_words_level(shared->words, language, sw_level_of(sw_slice_cstr(t->level)));
    blanks[SW_BLANK_RULE] = sw_slice_cstr(t->rule_name);
    blanks[SW_BLANK_KEY] = sw_buf_slice(&v->key);
    blanks[SW_BLANK_UNIT] = sw_slice_cstr(t->unit_name);
    blanks[SW_BLANK_OFFICER] = sw_slice_cstr(t->officer_name);
    blanks[SW_BLANK_DUE] = sw_buf_slice(&v->due);
    blanks[SW_BLANK_LEFT] = sw_buf_slice(&v->left);
    blanks[SW_BLANK_TEXT] = sw_slice_cstr(t->text);
    blanks[SW_BLANK_WHY] = sw_slice_cstr(t->why);
}

static void write_levels(const sw_notify_shared *shared, sw_notice *const *notices, uint32_t count,
                         sw_slice language, sw_buf *out) {
    uint32_t counts[SW_NOTIFY_LEVELS] = {0};
    for (uint32_t i = 0; i < count; i++)
        counts[sw_level_of(sw_slice_cstr(notices[i]->telling->level))]++;
    for (uint32_t level = SW_NOTIFY_LEVELS; level-- > 0;) {
        if (!counts[level]) continue;
        if (out->len) sw_buf_add_byte(out, ' ');
        sw_buf_add(out, sw_words_level(shared->words, language, level));
        sw_buf_add_int(out, counts[level]);
    }
}

static sw_template_kind kind_of(const sw_telling *t) {
    if (strcmp(t->kind, "escalation") == 0) return SW_TEMPLATE_ESCALATION;
    if (strcmp(t->kind, "event") == 0 || strcmp(t->kind, "task") == 0) return SW_TEMPLATE_EVENT;
    return SW_TEMPLATE_WARNING;
}

void sw_outbox_write(const sw_notify_shared *shared, sw_notice *const *notices, uint32_t count,
                     int64_t now_ms, sw_slice code, sw_buf *out) {
    const sw_telling *first = notices[0]->telling;
    sw_slice language = sw_slice_cstr(first->language);
    uint32_t level = sw_level_of(sw_slice_cstr(first->level));
    bool digest = count > shared->policy->digest_over;
    values v;
    open_values(&v);
    for (uint32_t i = 0; i < count && count > 1 && !digest; i++) {
        if (i) sw_buf_add(&v.list, SW_S("；"));
        fill(shared, notices[i]->telling, now_ms, &v);
        sw_words_write(shared->words, language, SW_TEMPLATE_ITEM,
                       sw_level_of(sw_slice_cstr(notices[i]->telling->level)), &v.blanks, &v.list);
    }
    fill(shared, first, now_ms, &v);
    sw_buf counted;
    sw_buf_init(&counted, 16);
    sw_buf_add_int(&counted, count);
    if (count > 1) write_levels(shared, notices, count, language, &v.levels);
    v.blanks.values[SW_BLANK_CODE] = code;
    v.blanks.values[SW_BLANK_COUNT] = sw_buf_slice(&counted);
    v.blanks.values[SW_BLANK_LIST] = sw_buf_slice(&v.list);
    v.blanks.values[SW_BLANK_LEVELS] = sw_buf_slice(&v.levels);
    sw_template_kind kind = digest      ? SW_TEMPLATE_DIGEST
                            : count > 1 ? SW_TEMPLATE_MERGED
                                        : kind_of(first);
    sw_words_write(shared->words, language, kind, level, &v.blanks, out);
    sw_buf_done(&counted);
    close_values(&v);
}

void sw_outbox_write_json(const sw_notice *notice, sw_buf *out) {
    sw_buf_add_byte(out, '{');
    sw_json_telling(out, notice->telling);
    sw_json_member(out, "task", notice->telling->task);
    sw_buf_add_byte(out, '}');
}
