/* Sums of a partition, and their way home and onto the topic. */
#include "risk/score/call.h"
#include "topics/topics.h"

#define FLUSH_MS      1000
#define ROW_BYTES_MAX ((size_t)SW_VALUE_BYTES_MAX)

/* ---- sums ---- */

sw_err sw_score_wait(sw_score_call *call, sw_scored of, sw_slice subject) {
    char room[SW_SUM_KEY_MAX];
    return sw_ctx_timer(call->ctx, sw_sum_prefix(of, subject, room), call->now_ms + FLUSH_MS);
}

static sw_err put_sum(sw_score_call *call, sw_slice row_key, const sw_sum_row *row) {
    sw_buf value;
    if (sw_score_part_is_empty(&row->part)) return sw_ctx_del(call->ctx, SW_SCORE_SUMS, row_key);
    sw_buf_init(&value, ROW_BYTES_MAX);
    sw_sum_row_write(row, &value);
    sw_err err =
        value.err ? value.err : sw_ctx_put(call->ctx, SW_SCORE_SUMS, row_key, sw_buf_slice(&value));
    sw_buf_done(&value);
    return err;
}

static sw_err move_sum(sw_score_call *call, const sw_sum_key *key, const sw_weighing *w, int by) {
    char room[SW_SUM_KEY_MAX];
    const sw_slice row_key = sw_sum_key_write(key, room);
    sw_sum_row row = {0};
    sw_slice old;
    if (!row_key.len) return sw_ctx_fail(call->ctx, SW_E_LIMIT, "the subject's name is too long");
    sw_err err = sw_ctx_get(call->ctx, SW_SCORE_SUMS, row_key, &old);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err) err = sw_sum_row_read(call->arena, old, &row);
    if (err && err != SW_E_NOT_FOUND) return err;
    const uint64_t mark = sw_weights_mark(call->weights);
    if (row.mark != mark) row.part = (sw_score_part){0}; /* of other weights */
    row.mark = mark;
    err = sw_score_part_move(&row.part, call->arena, w->points, w->open, w->day, by);
    if (err) return err;
    sw_score_part_prune(&row.part, call->weights, call->today);
    if (!row.waits) err = sw_score_wait(call, key->of, key->subject);
    row.waits = true;
    return err ? err : put_sum(call, row_key, &row);
}

/* What has faded altogether is in no sum any more, and is not taken out of one again. */
static sw_err move_all(sw_score_call *call, const sw_score_instance *instance, const sw_weighing *w,
                       int by) {
    const sw_slice subjects[SW_SCORED_COUNT] = {
        [SW_SCORED_CASE] = instance->case_id,
        [SW_SCORED_OFFICER] = w->warning.officer,
        [SW_SCORED_UNIT] = w->warning.org,
    };
    sw_err err = SW_OK;
    if (!w->open && sw_weights_left(call->weights, w->day, call->today) == 0) return SW_OK;
    for (uint32_t of = 0; !err && of < SW_SCORED_COUNT; of++) {
        if (!sw_weights_scores(call->weights, (sw_scored)of) || !subjects[of].len) continue;
        const sw_sum_key key = {(sw_scored)of, subjects[of], w->warning.org,
                                w->warning.compartment};
        err = move_sum(call, &key, w, by);
    }
    return err;
}

static bool same(const sw_weighing *a, const sw_weighing *b) {
    return a && b && a->points == b->points && a->open == b->open &&
           (a->open || a->day == b->day) && sw_slice_eq(a->warning.org, b->warning.org) &&
           sw_slice_eq(a->warning.compartment, b->warning.compartment) &&
           sw_slice_eq(a->warning.officer, b->warning.officer);
}

sw_err sw_score_move(sw_score_call *call, const sw_score_instance *instance, const sw_weighing *old,
                     const sw_weighing *new) {
    if ((!old && !new) || same(old, new)) return SW_OK;
    sw_metric_add(call->shared->changes, 1);
    sw_err err = old ? move_all(call, instance, old, -1) : SW_OK;
    return err || !new ? err : move_all(call, instance, new, 1);
}

/* ---- the way home ---- */

typedef struct collected {
    sw_score_call *call;
    sw_slice *keys; /* of rows that wait no longer */
    sw_sum_row *rows;
    uint32_t count, room;
    sw_buf step;
    sw_err err;
} collected;

static bool collect(void *arg, sw_slice row_key, sw_slice value) {
    collected *c = arg;
    sw_arena *arena = c->call->arena;
    sw_sum_key key;
    sw_sum_row row;
    sw_slice own_key, own_value;
    if (c->count == c->room) return c->err = SW_E_LIMIT, false;
    if (!sw_arena_copy(arena, row_key, &own_key) || !sw_arena_copy(arena, value, &own_value))
        return c->err = SW_E_LIMIT, false;
    c->err = sw_sum_row_read(arena, own_value, &row);
    if (!c->err && !sw_sum_key_read(own_key, &key)) c->err = SW_E_CORRUPT;
    if (c->err) return false;
    if (row.mark == sw_weights_mark(c->call->weights)) {
        sw_score_part part = row.part;
        part.org = key.org;
        part.compartment = key.compartment;
        sw_step_part(&part, &c->step);
    }
    row.waits = false;
    c->keys[c->count] = own_key;
    c->rows[c->count++] = row;
    return true;
}

/* A subject of more units than this in one partition is no subject of ours. */
enum { UNITS_MAX = SW_CALL_WRITES_MAX / 2 };

static sw_err collect_all(collected *c, sw_slice subject_key) {
    char behind[SW_SUM_KEY_MAX];
    c->room = UNITS_MAX;
    c->keys = sw_arena_alloc(c->call->arena, c->room * sizeof *c->keys);
    c->rows = sw_arena_alloc(c->call->arena, c->room * sizeof *c->rows);
    if (!c->keys || !c->rows) return SW_E_LIMIT;
    memcpy(behind, subject_key.ptr, subject_key.len);
    behind[subject_key.len - 1] = '\1';
    sw_err err = sw_ctx_scan(c->call->ctx, SW_SCORE_SUMS, subject_key,
                             sw_slice_of(behind, subject_key.len), collect, c);
    if (!err) err = c->err ? c->err : c->step.err;
    for (uint32_t i = 0; !err && i < c->count; i++) err = put_sum(c->call, c->keys[i], &c->rows[i]);
    return err;
}

sw_err sw_score_flush(sw_score_call *call, sw_slice subject_key) {
    sw_sum_key key;
    char text[SW_SUM_KEY_MAX + 1];
    collected c = {.call = call};
    if (subject_key.len < 2 || subject_key.len > SW_SUM_KEY_MAX) return SW_E_CORRUPT;
    memcpy(text, subject_key.ptr, subject_key.len);
    text[subject_key.len] = '\0'; /* with no unit behind it, it reads as a row's key */
    if (!sw_sum_key_read(sw_slice_of(text, subject_key.len + 1), &key)) return SW_E_CORRUPT;
    const sw_slice home = sw_score_topic_key(call->arena, key.of, key.subject);
    if (!home.ptr) return SW_E_LIMIT;
    sw_buf_init(&c.step, ROW_BYTES_MAX);
    sw_step_partition(sw_ctx_partition(call->ctx), &c.step);
    sw_err err = collect_all(&c, sw_slice_of(text, subject_key.len));
    if (!err) err = sw_ctx_emit(call->ctx, SW_TOPIC_SCORES_STEPS, home, sw_buf_slice(&c.step));
    sw_buf_done(&c.step);
    return err;
}

/* ---- at home ---- */

typedef struct total {
    sw_score_call *call;
    sw_score_sum sum;
    uint32_t warnings, rows;
    sw_buf parts;
    sw_err err;
} total;

static bool add_total(void *arg, sw_slice row_key, sw_slice value) {
    total *t = arg;
    (void)row_key;
    t->rows++;
    t->err = sw_score_parts(value, t->call->weights, t->call->today, t->call->arena, &t->parts,
                            &t->sum, &t->warnings);
    return !t->err;
}

static sw_err tell(sw_score_call *call, sw_scored of, sw_slice subject, sw_slice topic_key,
                   total *t) {
    sw_level level;
    sw_buf record;
    sw_score_head head = {.of = of,
                          .subject = subject,
                          .at_ms = call->now_ms,
                          .hundredths = sw_score_hundredths(call->weights, &t->sum),
                          .warnings = t->warnings,
                          .weights = call->weights};
    if (sw_weights_band(call->weights, of, head.hundredths, &level))
        head.band = sw_level_name(level);
    sw_buf_init(&record, ROW_BYTES_MAX);
    sw_score_write(&head, &record);
    sw_buf_add(&record, sw_buf_slice(&t->parts));
    sw_err err = record.err;
    if (!err && t->rows)
        err = sw_ctx_emit(call->ctx, SW_TOPIC_SCORES, topic_key, sw_buf_slice(&record));
    else if (!err)
        err = sw_ctx_emit_tombstone(call->ctx, SW_TOPIC_SCORES, topic_key);
    sw_buf_done(&record);
    if (!err) sw_metric_add(call->shared->told, 1);
    return err;
}

sw_err sw_score_arrived(sw_score_call *call, sw_slice topic_key, const sw_score_step *step) {
    sw_scored of;
    sw_slice subject;
    char row[SW_SUM_KEY_MAX], from[SW_SUM_KEY_MAX], to[SW_SUM_KEY_MAX];
    if (!sw_score_topic_key_read(topic_key, &of, &subject) ||
        !sw_total_key(of, subject, step->partition, row).len)
        return sw_ctx_fail(call->ctx, SW_E_SYNTAX, "a step of no subject");
    const sw_slice row_key = sw_total_key(of, subject, step->partition, row);
    sw_err err = step->parts.len ? sw_ctx_put(call->ctx, SW_SCORE_TOTALS, row_key, step->parts)
                                 : sw_ctx_del(call->ctx, SW_SCORE_TOTALS, row_key);
    if (err) return err;
    total t = {.call = call};
    const sw_slice prefix = sw_sum_prefix(of, subject, from);
    memcpy(to, prefix.ptr, prefix.len);
    to[prefix.len - 1] = '\1';
    sw_buf_init(&t.parts, ROW_BYTES_MAX);
    err =
        sw_ctx_scan(call->ctx, SW_SCORE_TOTALS, prefix, sw_slice_of(to, prefix.len), add_total, &t);
    if (!err) err = t.err ? t.err : t.parts.err;
    if (!err) err = tell(call, of, subject, topic_key, &t);
    sw_buf_done(&t.parts);
    return err;
}
