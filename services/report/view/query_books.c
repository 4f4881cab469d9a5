#include <stdio.h>

#include "evaluate/book_store.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_json.h"
#include "report/view/query.h"
#include "text/utf8.h"

/* ---- books ---- */

typedef struct rows {
    const sw_read *read;
    uint32_t partition;
    sw_buf row;
} rows;

static sw_err get_row(void *arg, sw_slice row_key, sw_slice *ret_row) {
    rows *r = arg;
    sw_buf_clear(&r->row);
    sw_err err = sw_read_get_in(r->read, r->partition, row_key, &r->row);
    if (!err) *ret_row = sw_buf_slice(&r->row);
    return err;
}

static bool learn(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    sw_evaluator_learn(arg, key, value);
    return true;
}

/* Under which catalogues the books of a partition may be. */
static sw_err learn_all(const sw_queries *q, uint32_t which, uint32_t partition) {
    const sw_read_range all = {.partition = partition};
    void *evaluator = (void *)(uintptr_t)q->evaluators[which];
    return sw_read_scan(&q->marks[which], &all, learn, evaluator);
}

/* The book of a key as the evaluator committed it. SW_E_NOT_FOUND: no rule asks, or nothing came;
 * SW_E_VERSION: under a catalogue that has more than ours. */
static sw_err open_book(const sw_queries *q, uint32_t which, sw_slice key, sw_arena *scratch,
                        sw_book **ret) {
    const sw_evaluator *e = q->evaluators[which];
    sw_book_head head;
    rows r = {&q->books[which], sw_partition_of(key, q->books[which].partitions), {0}};
    const sw_book_source source = {&r, get_row};
    sw_buf_init(&r.row, SW_BOOK_ROW_BYTES_MAX);
    sw_err err = sw_book_read_stored(e, key, source, scratch, &head, ret);
    if (err == SW_E_VERSION) {
        err = learn_all(q, which, r.partition);
        if (!err) err = sw_book_read_stored(e, key, source, scratch, &head, ret);
    }
    sw_buf_done(&r.row);
    return err;
}

static int64_t moment_of(const sw_queries *q, const sw_book *book) {
    int64_t now_ms = sw_clock_now_ms(q->clock), done_ms = sw_book_done(book);
    return now_ms > done_ms ? now_ms : done_ms;
}

/* ---- explanations ---- */

static sw_err explain(const sw_queries *q, uint32_t which, sw_slice key, const sw_explain *what,
                      sw_arena *scratch, sw_buf *out) {
    sw_book *book;
    sw_err err = open_book(q, which, key, scratch, &book);
    if (err) return err;
    err = sw_book_explain(book, what, moment_of(q, book), scratch, out);
    sw_book_close(book);
    return err;
}

sw_err sw_queries_explain(const sw_queries *queries, const sw_told_warning *told, sw_arena *scratch,
                          sw_buf *out) {
    SW_ASSERT(queries && told && scratch && out);
    sw_slice key = sw_keyed_key(scratch, told->key[0].name, told->key[0].value);
    if (!key.ptr) return SW_E_NOMEM;
    const sw_explain what = {.warning_id = &told->id};
    return explain(queries, told->kind == SW_DEADLINE ? 0 : 1, key, &what, scratch, out);
}

static const sw_rule *find_rule(const sw_queries *q, sw_slice id) {
    const sw_ruleset *set = sw_evaluator_ruleset(q->evaluators[0]);
    for (uint32_t i = 0; i < sw_ruleset_line_count(set); i++) {
        const sw_rule_line *line = sw_ruleset_line(set, i);
        if (sw_slice_eq(line->id, id) && line->version_count) return line->versions[0];
    }
    return NULL;
}

/* "person_id=P1" or its value alone, in the order of the rule's key. */
static const sw_slice *values_of(const sw_rule *rule, const sw_slice *key, uint32_t count,
                                 sw_arena *arena) {
    sw_slice *values = sw_arena_alloc(arena, count * sizeof *values);
    for (uint32_t i = 0; values && i < count; i++) {
        const sw_slice name = rule->key_names[i];
        const bool named =
            sw_slice_starts(key[i], name) && key[i].len > name.len && key[i].ptr[name.len] == '=';
        values[i] = named ? sw_slice_sub(key[i], name.len + 1, key[i].len) : key[i];
    }
    return values;
}

sw_err sw_queries_explain_rule(const sw_queries *queries, sw_slice rule_id, const sw_slice *key,
                               uint32_t key_count, sw_arena *scratch, sw_buf *out) {
    SW_ASSERT(queries && key && key_count > 0 && scratch && out);
    const sw_rule *rule = find_rule(queries, rule_id);
    if (!rule || key_count > rule->key_count) return SW_E_NOT_FOUND;
    const sw_slice *values = values_of(rule, key, key_count, scratch);
    if (!values) return SW_E_NOMEM;
    sw_slice keyed = sw_keyed_key(scratch, rule->key_names[0], values[0]);
    if (!keyed.ptr) return SW_E_NOMEM;
    const sw_explain what = {.rule_id = rule_id, .key = values, .key_count = key_count};
    return explain(queries, rule->kind == SW_DEADLINE ? 0 : 1, keyed, &what, scratch, out);
}

/* ---- what would be ---- */

typedef struct trial {
    sw_arena *scratch;
    sw_buf warnings, periods;
    char rule[SW_EVENT_ID_BYTES_MAX], text[SW_EVENT_ID_BYTES_MAX]; /* of the first violation */
    bool heard, violates; /* heard: what is told is the event's doing */
} trial;

static void note_first(trial *t, const sw_told_warning *told) {
    if (t->violates || told->change != SW_RAISED) return;
    t->violates = true;
    snprintf(t->rule, sizeof t->rule, "%.*s", SW_FMT(told->rule));
    snprintf(t->text, sizeof t->text, "%.*s", SW_FMT(told->text));
    size_t len = strlen(t->text);
    t->text[sw_utf8_valid_bytes(sw_slice_of(t->text, len))] = '\0'; /* cut between characters */
}

static sw_err tell(void *ctx, const sw_transition *transition) {
    trial *t = ctx;
    sw_told_warning told;
    if (!t->heard) return SW_OK;
    sw_arena_mark mark = sw_arena_save(t->scratch);
    sw_err err = sw_told_of(transition, transition->at_ms, t->scratch, &told);
    if (!err) {
        if (t->warnings.len) sw_buf_add_byte(&t->warnings, ',');
        sw_told_to_json(&told, SW_SLICE_NONE, &t->warnings);
        note_first(t, &told);
    }
    sw_arena_rewind(t->scratch, mark);
    return err ? err : t->warnings.err;
}

static sw_err period(void *ctx, const sw_period_news *news) {
    trial *t = ctx;
    sw_told_period told;
    if (!t->heard) return SW_OK;
    sw_arena_mark mark = sw_arena_save(t->scratch);
    sw_hash128 opened = sw_event_identity(news->opened_by->source, news->opened_by->id);
    sw_err err = sw_told_period_of(news, opened, news->at_ms, t->scratch, &told);
    if (!err) {
        if (t->periods.len) sw_buf_add_byte(&t->periods, ',');
        sw_period_to_json(&told, &t->periods);
    }
    sw_arena_rewind(t->scratch, mark);
    return err ? err : t->periods.err;
}

/* What is due anyway is told first, so that the rest is the event's doing. */
static sw_err try_book(const sw_queries *q, uint32_t which, sw_slice key, const sw_event *event,
                       trial *t) {
    sw_book *book;
    sw_slice value;
    const sw_plan *plan = sw_evaluator_plan(q->evaluators[which], key, &value);
    if (!plan) return SW_OK;
    sw_err err = open_book(q, which, key, t->scratch, &book);
    if (err == SW_E_NOT_FOUND) err = sw_book_open(plan, value, &book);
    if (err) return err;
    const sw_sink sink = {.ctx = t, .tell = tell, .period = which == 0 ? period : NULL};
    int64_t now_ms = moment_of(q, book);
    t->heard = false;
    err = sw_book_tell(book, now_ms, t->scratch, &sink);
    if (!err) err = sw_book_take(book, event, t->scratch);
    t->heard = true;
    if (!err) err = sw_book_tell(book, now_ms, t->scratch, &sink);
    sw_book_close(book);
    return err;
}

static sw_err try_key(const sw_queries *q, uint32_t key_id, const sw_event *event, trial *t) {
    sw_slice name = sw_catalogue_key_name(q->catalogue, key_id), few[16], *values = few;
    uint32_t count = sw_event_key_values(event, key_id, few, SW_COUNT(few), t->scratch);
    if (count != UINT32_MAX && count > SW_COUNT(few)) {
        values = sw_arena_alloc(t->scratch, count * sizeof *values);
        if (values) count = sw_event_key_values(event, key_id, values, count, t->scratch);
    }
    if (!values || count == UINT32_MAX) return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        sw_slice key = sw_keyed_key(t->scratch, name, values[i]);
        if (!key.ptr) return SW_E_NOMEM;
        for (uint32_t which = 0; which < 2; which++) {
            sw_err err = try_book(q, which, key, event, t);
            if (err) return err;
        }
    }
    return SW_OK;
}

sw_err sw_queries_check(const sw_queries *queries, const sw_event *event, sw_arena *scratch,
                        sw_buf *out, sw_violation *ret) {
    SW_ASSERT(queries && event && scratch && out && ret);
    trial t = {.scratch = scratch};
    sw_buf_init(&t.warnings, out->max);
    sw_buf_init(&t.periods, out->max);
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < event->type->key_count && !err; i++)
        err = try_key(queries, event->type->keys[i].key_id, event, &t);
    if (!err) {
        sw_buf_printf(out, "\"violates\":%s,\"warnings\":[", t.violates ? "true" : "false");
        sw_buf_add(out, sw_buf_slice(&t.warnings));
        sw_buf_add_cstr(out, "],\"periods\":[");
        sw_buf_add(out, sw_buf_slice(&t.periods));
        sw_buf_add_byte(out, ']');
        err = out->err;
    }
    sw_buf_done(&t.warnings);
    sw_buf_done(&t.periods);
    *ret = (sw_violation){.violates = t.violates};
    if (!err && !(sw_arena_copy(scratch, sw_slice_cstr(t.rule), &ret->rule) &&
                  sw_arena_copy(scratch, sw_slice_cstr(t.text), &ret->text)))
        err = SW_E_NOMEM;
    return err;
}
