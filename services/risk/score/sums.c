/* Sums of a partition, and their way home and onto the topic. */
#include "risk/score/call.h"
#include "topics/topics.h"

#define FLUSH_MS      1000
#define ROW_BYTES_MAX ((size_t)SW_VALUE_BYTES_MAX)

/* ---- sums ---- */

sw_err sw_score_put_sum(sw_score_call *call, sw_slice row_key, sw_sum_row *row, bool tells) {
    sw_buf value;
    sw_err err = SW_OK;
    sw_sum_row_prune(row, call->weights, call->today);
    if (tells && !row->waits) err = sw_ctx_timer(call->ctx, row_key, call->now_ms + FLUSH_MS);
    row->waits = tells;
    if (err) return err;
    if (row->count == 0) return sw_ctx_del(call->ctx, SW_SCORE_SUMS, row_key);
    sw_buf_init(&value, ROW_BYTES_MAX);
    sw_sum_row_write(row, &value);
    err =
        value.err ? value.err : sw_ctx_put(call->ctx, SW_SCORE_SUMS, row_key, sw_buf_slice(&value));
    sw_buf_done(&value);
    return err;
}

/* The row as it is under these weights; none: an empty one. */
static sw_err get_sum(sw_score_call *call, sw_slice row_key, sw_sum_row *ret) {
    sw_slice value;
    sw_err err = sw_ctx_get(call->ctx, SW_SCORE_SUMS, row_key, &value);
    *ret = (sw_sum_row){0};
    if (!err) err = sw_sum_row_read(call->arena, value, ret);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (ret->mark != sw_score_mark(call->weights)) ret->count = 0;
    ret->mark = sw_score_mark(call->weights);
    return SW_OK;
}

static sw_err move_sum(sw_score_call *call, sw_scored of, sw_slice subject, const sw_weighing *w,
                       int by) {
    char room[SW_SUM_KEY_MAX];
    const sw_slice row_key = sw_sum_key(of, subject, room);
    sw_sum_row row;
    if (!row_key.len) return sw_ctx_fail(call->ctx, SW_E_LIMIT, "the subject's name is too long");
    sw_err err = get_sum(call, row_key, &row);
    if (err) return err;
    sw_score_part *part =
        sw_sum_row_part(&row, call->arena, w->warning.org, w->warning.compartment);
    if (!part) return SW_E_LIMIT;
    err = sw_score_part_move(part, call->arena, w->points, w->open, w->day, by);
    return err ? err : sw_score_put_sum(call, row_key, &row, true);
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
        err = move_sum(call, (sw_scored)of, subjects[of], w, by);
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

sw_err sw_score_flush(sw_score_call *call, sw_slice row_key) {
    sw_scored of;
    sw_slice subject;
    sw_sum_row row;
    sw_buf step;
    if (!sw_sum_key_read(row_key, &of, &subject)) return SW_E_CORRUPT;
    const sw_slice home = sw_score_topic_key(call->arena, of, subject);
    if (!home.ptr) return SW_E_LIMIT;
    sw_err err = get_sum(call, row_key, &row);
    if (!err) err = sw_score_put_sum(call, row_key, &row, false);
    if (err) return err;
    sw_buf_init(&step, ROW_BYTES_MAX);
    sw_step_partition(sw_ctx_partition(call->ctx), &step);
    for (uint32_t i = 0; i < row.count; i++) sw_step_part(&row.parts[i], &step);
    err = step.err ? step.err
                   : sw_ctx_emit(call->ctx, SW_TOPIC_SCORES_STEPS, home, sw_buf_slice(&step));
    sw_buf_done(&step);
    return err;
}

/* ---- at home ---- */

typedef struct total {
    sw_score_sum sum;
    uint32_t warnings;
    sw_buf parts; /* empty: no partition says anything */
} total;

static sw_err add_up(sw_score_call *call, sw_slice row, total *t) {
    sw_wire_reader r = sw_wire_read(row);
    uint32_t partition;
    sw_slice parts;
    sw_err err = SW_OK;
    while (!err && sw_total_next(&r, &partition, &parts))
        err = sw_score_parts(parts, call->weights, call->today, call->arena, &t->parts, &t->sum,
                             &t->warnings);
    if (!err && r.fault) err = SW_E_CORRUPT;
    return err ? err : t->parts.err;
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
    if (!err && t->parts.len)
        err = sw_ctx_emit(call->ctx, SW_TOPIC_SCORES, topic_key, sw_buf_slice(&record));
    else if (!err)
        err = sw_ctx_emit_tombstone(call->ctx, SW_TOPIC_SCORES, topic_key);
    sw_buf_done(&record);
    if (!err) sw_metric_add(call->shared->told, 1);
    return err;
}

/* What the partition says now takes the place of what it said; `ret` is the row then. */
static sw_err note(sw_score_call *call, sw_slice row_key, const sw_score_step *step, sw_buf *ret) {
    sw_slice old = SW_S("");
    sw_err err = sw_ctx_get(call->ctx, SW_SCORE_TOTALS, row_key, &old);
    if (!err || err == SW_E_NOT_FOUND) err = sw_total_say(old, step->partition, step->parts, ret);
    if (err) return err;
    return ret->len ? sw_ctx_put(call->ctx, SW_SCORE_TOTALS, row_key, sw_buf_slice(ret))
                    : sw_ctx_del(call->ctx, SW_SCORE_TOTALS, row_key);
}

sw_err sw_score_arrived(sw_score_call *call, sw_slice topic_key, const sw_score_step *step) {
    sw_scored of;
    sw_slice subject;
    sw_buf row;
    char room[SW_SUM_KEY_MAX];
    total t = {0};
    if (!sw_score_topic_key_read(topic_key, &of, &subject) || !sw_sum_key(of, subject, room).len)
        return sw_ctx_fail(call->ctx, SW_E_SYNTAX, "a step of no subject");
    sw_buf_init(&row, ROW_BYTES_MAX);
    sw_buf_init(&t.parts, ROW_BYTES_MAX);
    sw_err err = note(call, sw_sum_key(of, subject, room), step, &row);
    if (!err) err = add_up(call, sw_buf_slice(&row), &t);
    if (!err) err = tell(call, of, subject, topic_key, &t);
    sw_buf_done(&t.parts);
    sw_buf_done(&row);
    return err;
}
