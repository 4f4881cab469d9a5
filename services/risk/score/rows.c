#include "risk/score/rows.h"

#include "base/wire.h"
#include "codec/wire.h"

static const char kinds[SW_SCORED_COUNT] = {'c', 'o', 'u'};
static const char *const fields[SW_SCORED_COUNT] = {"case_id", "officerid", "orgcode"};

/* ---- keys ---- */

sw_slice sw_sum_key(sw_scored of, sw_slice subject, char room[SW_SUM_KEY_MAX]) {
    if (subject.len + 2 > SW_SUM_KEY_MAX) return SW_SLICE_NONE;
    room[0] = kinds[of];
    if (subject.len) memcpy(room + 1, subject.ptr, subject.len);
    room[1 + subject.len] = '\0';
    return sw_slice_of(room, subject.len + 2);
}

bool sw_sum_key_read(sw_slice row_key, sw_scored *ret_of, sw_slice *ret_subject) {
    if (row_key.len < 2 || row_key.ptr[row_key.len - 1] != '\0') return false;
    for (uint32_t of = 0; of < SW_SCORED_COUNT; of++) {
        if (row_key.ptr[0] != kinds[of]) continue;
        *ret_of = (sw_scored)of;
        *ret_subject = sw_slice_sub(row_key, 1, row_key.len - 1);
        return true;
    }
    return false;
}

sw_slice sw_sum_kind(sw_scored of, bool behind) {
    static const char next[SW_SCORED_COUNT] = {'d', 'p', 'v'};
    return sw_slice_of(behind ? &next[of] : &kinds[of], 1);
}

sw_slice sw_score_topic_key(sw_arena *arena, sw_scored of, sw_slice subject) {
    return sw_arena_printf(arena, "%s=%.*s", fields[of], SW_FMT(subject));
}

bool sw_score_topic_key_read(sw_slice key, sw_scored *ret_of, sw_slice *ret_subject) {
    for (uint32_t of = 0; of < SW_SCORED_COUNT; of++) {
        const size_t len = strlen(fields[of]);
        if (key.len < len + 2 || key.ptr[len] != '=' || memcmp(key.ptr, fields[of], len) != 0)
            continue;
        *ret_of = (sw_scored)of;
        *ret_subject = sw_slice_sub(key, len + 1, key.len);
        return true;
    }
    return false;
}

/* ---- sums ---- */

enum { ROW_MARK = 1, ROW_WAITS, ROW_PART };

uint64_t sw_score_mark(const sw_weights *weights) {
    return sw_weights_mark(weights) + SW_SCORE_FORM;
}

static int part_cmp(const sw_score_part *part, sw_slice org, sw_slice compartment) {
    const int order = sw_slice_cmp(part->org, org);
    return order ? order : sw_slice_cmp(part->compartment, compartment);
}

sw_score_part *sw_sum_row_part(sw_sum_row *row, sw_arena *arena, sw_slice org,
                               sw_slice compartment) {
    uint32_t at = 0;
    while (at < row->count && part_cmp(&row->parts[at], org, compartment) < 0) at++;
    if (at < row->count && part_cmp(&row->parts[at], org, compartment) == 0) return &row->parts[at];
    sw_score_part *more = sw_score_spread(arena, row->parts, row->count, at, sizeof *more);
    if (!more) return NULL;
    more[at] = (sw_score_part){.org = org, .compartment = compartment};
    row->parts = more;
    row->count++;
    return &more[at];
}

void sw_sum_row_prune(sw_sum_row *row, const sw_weights *weights, int32_t today) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        sw_score_part_prune(&row->parts[i], weights, today);
        if (!sw_score_part_is_empty(&row->parts[i])) row->parts[kept++] = row->parts[i];
    }
    row->count = kept;
}

void sw_sum_row_write(const sw_sum_row *row, sw_buf *out) {
    sw_wire_varint(out, ROW_MARK, row->mark);
    if (row->waits) sw_wire_varint(out, ROW_WAITS, 1);
    for (uint32_t i = 0; i < row->count; i++) {
        const size_t mark = sw_wire_begin(out, ROW_PART);
        sw_score_part_write(&row->parts[i], out);
        sw_wire_end(out, mark);
    }
}

sw_err sw_sum_row_read(sw_arena *arena, sw_slice value, sw_sum_row *ret) {
    sw_wire_reader r = sw_wire_read(value);
    sw_wire_field f;
    sw_sum_row row = {0};
    uint32_t count = 0;
    sw_err err = SW_OK;
    while (sw_wire_next(&r, &f)) count += f.number == ROW_PART;
    row.parts = sw_arena_alloc(arena, (count + 1) * sizeof *row.parts);
    if (!row.parts) return SW_E_LIMIT;
    for (r = sw_wire_read(value); !err && sw_wire_next(&r, &f);) {
        if (f.number == ROW_MARK) row.mark = f.n;
        if (f.number == ROW_WAITS) row.waits = f.n != 0;
        if (f.number == ROW_PART) err = sw_score_part_read(arena, f.bytes, &row.parts[row.count++]);
    }
    if (!err && r.fault) err = SW_E_CORRUPT;
    if (!err) *ret = row;
    return err;
}

/* ---- steps (proto/seawall/v1/score.proto) ---- */

enum { STEP_TASK = 1, STEP_STATE, STEP_AT, STEP_PARTITION, STEP_PARTS };

void sw_step_task(sw_hash128 task, sw_slice state, int64_t at_ms, sw_buf *out) {
    sw_wire_bytes(out, STEP_TASK, sw_slice_of(task.bytes, sizeof task.bytes));
    sw_wire_text(out, STEP_STATE, state);
    sw_wire_int(out, STEP_AT, at_ms);
}

void sw_step_partition(uint32_t partition, sw_buf *out) {
    sw_wire_varint(out, STEP_PARTITION, partition);
}

void sw_step_part(const sw_score_part *part, sw_buf *out) {
    const size_t mark = sw_wire_begin(out, STEP_PARTS);
    sw_score_part_write(part, out);
    sw_wire_end(out, mark);
}

/* The parts stand last: they are the rest of the message. */
sw_err sw_step_read(sw_arena *arena, sw_slice bytes, sw_score_step *ret) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    sw_score_step step = {0};
    const uint8_t *from = r.at;
    for (; sw_wire_next(&r, &f); from = r.at) {
        if (f.number == STEP_TASK) {
            if (f.bytes.len != sizeof step.task.bytes) return SW_E_SYNTAX;
            memcpy(step.task.bytes, f.bytes.ptr, sizeof step.task.bytes);
            step.is_task = true;
        }
        if (f.number == STEP_STATE) step.state = f.bytes;
        if (f.number == STEP_AT) step.at_ms = (int64_t)f.n;
        if (f.number == STEP_PARTITION) step.partition = (uint32_t)f.n;
        if (f.number == STEP_PARTS) break;
    }
    if (r.fault) return SW_E_SYNTAX;
    const sw_slice rest = sw_slice_of(from, (size_t)(r.end - from));
    if (rest.len && !sw_arena_copy(arena, rest, &step.parts)) return SW_E_LIMIT;
    *ret = step;
    return SW_OK;
}

/* ---- totals ---- */

/* Of each partition one message, in their order: its number, then its parts as the step had them.
 */
enum { TOTAL = 1, TOTAL_PARTITION = STEP_PARTITION };

bool sw_total_next(sw_wire_reader *r, uint32_t *ret_partition, sw_slice *ret_parts) {
    sw_wire_field f;
    while (sw_wire_next(r, &f)) {
        sw_wire_reader one = sw_wire_read(f.bytes);
        sw_wire_field first;
        if (f.number != TOTAL || f.type != SW_WIRE_BYTES) continue;
        if (!sw_wire_next(&one, &first) || first.number != TOTAL_PARTITION) {
            r->fault = true;
            return false;
        }
        *ret_partition = (uint32_t)first.n;
        *ret_parts = sw_slice_of(one.at, (size_t)(one.end - one.at));
        return true;
    }
    return false;
}

static void write_total(uint32_t partition, sw_slice parts, sw_buf *out) {
    if (!parts.len) return;
    const size_t mark = sw_wire_begin(out, TOTAL);
    sw_wire_varint(out, TOTAL_PARTITION, partition);
    sw_buf_add(out, parts);
    sw_wire_end(out, mark);
}

sw_err sw_total_say(sw_slice row, uint32_t partition, sw_slice parts, sw_buf *out) {
    sw_wire_reader r = sw_wire_read(row);
    uint32_t other;
    sw_slice others;
    bool said = false;
    while (sw_total_next(&r, &other, &others)) {
        if (!said && other >= partition) {
            write_total(partition, parts, out);
            said = true;
        }
        if (other != partition) write_total(other, others, out);
    }
    if (!said) write_total(partition, parts, out);
    return r.fault ? SW_E_CORRUPT : out->err;
}

/* ---- records ---- */

enum { S_OF = 1, S_SUBJECT, S_AT, S_HUNDREDTHS, S_BAND, S_WARNINGS, S_DAY, S_DAYS, S_PARTS };

void sw_score_write(const sw_score_head *h, sw_buf *out) {
    sw_wire_bytes(out, S_OF, sw_slice_cstr(sw_scored_name(h->of)));
    sw_wire_text(out, S_SUBJECT, h->subject);
    sw_wire_int(out, S_AT, h->at_ms);
    sw_wire_sint(out, S_HUNDREDTHS, h->hundredths);
    if (h->band) sw_wire_bytes(out, S_BAND, sw_slice_cstr(h->band));
    sw_wire_varint(out, S_WARNINGS, h->warnings);
    sw_wire_sint(out, S_DAY, sw_weights_day(h->weights, h->at_ms));
    sw_wire_varint(out, S_DAYS, (uint64_t)sw_weights_days(h->weights));
}

sw_err sw_score_parts(sw_slice parts, const sw_weights *weights, int32_t today, sw_arena *arena,
                      sw_buf *out, sw_score_sum *sum, uint32_t *warnings) {
    sw_wire_reader r = sw_wire_read(parts);
    sw_wire_field f;
    while (sw_wire_next(&r, &f)) {
        sw_score_part part;
        if (f.number != STEP_PARTS) continue;
        sw_err err = sw_score_part_read(arena, f.bytes, &part);
        if (err) return err;
        sw_score_part_sum(&part, weights, today, sum, warnings);
        sw_wire_bytes(out, S_PARTS, f.bytes);
    }
    return r.fault ? SW_E_CORRUPT : SW_OK;
}
