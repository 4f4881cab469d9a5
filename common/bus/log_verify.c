#include "base/wire.h"
#include "bus/log_upkeep.h"

#define MARK_BYTES 12u
/* What opening proves at most, of all partitions together; what is before it is proven in use. */
#define TAIL_BYTES     ((uint64_t)32 << 20)
#define TAIL_BYTES_MIN ((uint64_t)64 << 10) /* of a partition */

/* How far a proof has come in a partition: everything before `next` is proven, up to chain value
 * `chain`. */
typedef struct proof {
    int64_t next;
    uint32_t chain;
    bool linked; /* `chain` is known: the next chunk must continue it */
    bool whole;  /* began at the first kept chunk: the bytes add up to the head's */
    uint64_t bytes, records;
} proof;

static sw_log_key mark_key(const sw_log *log, const sw_log_part *part) {
    return sw_log_key_of('v', 2, sw_log_topic_id(log, part), part->partition, 0);
}

/* Where the last proof ended, if that is still in the log. */
static sw_err start(sw_log *log, const sw_log_part *part, bool all, proof *ret) {
    char bytes[MARK_BYTES];
    sw_log_key key = mark_key(log, part);
    *ret = (proof){.next = part->head.first, .linked = part->head.first == 0, .whole = true};
    if (all) return SW_OK;
    sw_err err = sw_log_get_meta(log, &key, bytes, sizeof bytes);
    if (err == SW_E_NOT_FOUND) return SW_OK;
    if (err) return err;
    int64_t next = (int64_t)sw_wire_get_le(bytes, 8);
    if (next <= part->head.first) return SW_OK;
    *ret = (proof){.next = next, .chain = (uint32_t)sw_wire_get_le(bytes + 8, 4), .linked = true};
    return SW_OK;
}

static sw_err prove_chunk(proof *p, sw_slice key, sw_slice value, const char **ret_what) {
    sw_chunk_head head;
    sw_err err = sw_chunk_open(key, value, &head);
    *ret_what = err == SW_E_VERSION ? "a chunk has an unknown format" : "a checksum does not match";
    if (err) return err;
    *ret_what = "records are missing or out of place";
    /* Compaction may have joined chunks over the place where the last proof ended. */
    bool joined = head.rewritten && p->linked && !p->whole && head.first_offset < p->next;
    if (!joined && head.first_offset != p->next) return SW_E_CORRUPT;
    *ret_what = "the chain of checksums is broken";
    if (!joined && p->linked && head.chain_before != p->chain) return SW_E_CORRUPT;
    if (!head.rewritten && sw_chunk_chain(value, head.chain_before) != head.chain)
        return SW_E_CORRUPT;
    p->next = head.last_offset + 1;
    p->chain = head.chain;
    p->linked = true;
    p->bytes += value.len;
    p->records += head.count;
    return SW_OK;
}

/* What the head says must be what the chunks said. */
static sw_err prove_end(const sw_log_part *part, const proof *p, const char **ret_what) {
    *ret_what = "the newest records are missing, or there are more than were committed";
    if (p->next != part->head.end) return SW_E_CORRUPT;
    *ret_what = "the chain of checksums does not end as the last commit said";
    if (p->linked && p->chain != part->head.chain) return SW_E_CORRUPT;
    *ret_what = "the size of the chunks is not what the commits added up to";
    if (p->whole && p->bytes != part->head.bytes) return SW_E_CORRUPT;
    return SW_OK;
}

/* Until so many bytes have been gone over, or to the end. */
static sw_err prove(sw_log *log, const sw_log_part *part, proof *p, uint64_t *bytes_left,
                    const char **ret_what) {
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(log, part, p->next, &iter);
    if (err) return err;
    while (!err && *bytes_left > 0 && sw_iter_next(iter, &key, &value)) {
        *bytes_left -= value.len < *bytes_left ? value.len : *bytes_left;
        err = prove_chunk(p, key, value, ret_what);
    }
    if (!err && (err = sw_iter_error(iter))) *ret_what = "a block of the database can't be read";
    sw_iter_close(iter);
    if (err || (*bytes_left == 0 && p->next < part->head.end)) return err;
    return prove_end(part, p, ret_what);
}

static sw_err put_mark(sw_log *log, const sw_log_part *part, const proof *p, sw_batch *batch) {
    char bytes[MARK_BYTES];
    sw_log_key key = mark_key(log, part);
    sw_wire_put_le(bytes, (uint64_t)p->next, 8);
    sw_wire_put_le(bytes + 8, p->chain, 4);
    return sw_log_put_meta(log, &key, bytes, sizeof bytes, batch);
}

static sw_err complain(const sw_log *log, const sw_log_part *part, const proof *p, sw_err err,
                       const char *what, sw_diags *diags) {
    return sw_diag_at(diags, err, 0, 0, log->topics[part->topic].spec.name,
                      "stop, keep a copy of the data directory, restore from the last backup",
                      "partition %u is damaged after offset %lld: %s", part->partition,
                      (long long)p->next - 1, what);
}

sw_err sw_log_verify(sw_log *log, sw_diags *diags, uint64_t *ret_records) {
    uint64_t records = 0;
    sw_err first = SW_OK;
    for (uint32_t i = 0; i < log->part_count; i++) {
        const sw_log_part *part = &log->parts[i];
        const char *what = "an entry of the index is damaged";
        uint64_t all = UINT64_MAX;
        proof p = {0};
        sw_err err = start(log, part, true, &p);
        if (!err) err = prove(log, part, &p, &all, &what);
        if (err) complain(log, part, &p, err, what, diags);
        if (err && !first) first = err;
        records += p.records;
    }
    if (!first) *ret_records = records;
    return first;
}

/* ---- at the opening: what came last, for that is what a crash can have touched ---- */

/* Where a proof found damage in use: the next opening goes over all of it. */
static sw_log_key damage_key(const sw_log *log, const sw_log_part *part) {
    return sw_log_key_of('d', 2, sw_log_topic_id(log, part), part->partition, 0);
}

static sw_err was_damaged(sw_log *log, const sw_log_part *part, bool *ret) {
    char byte;
    sw_log_key key = damage_key(log, part);
    sw_err err = sw_log_get_meta(log, &key, &byte, 1);
    *ret = !err;
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

/* The first offset of the chunk about `limit` bytes before the end. */
static sw_err find_tail(sw_log *log, const sw_log_part *part, uint64_t limit, int64_t *ret) {
    const sw_log_head *head = &part->head;
    uint64_t records = (uint64_t)(head->end - head->first);
    *ret = head->first;
    if (head->bytes <= limit) return SW_OK;
    uint64_t span = (uint64_t)((double)records * (double)limit / (double)head->bytes);
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(log, part, head->end - 1 - (int64_t)span, &iter);
    if (err) return err;
    sw_chunk_head chunk;
    if (sw_iter_next(iter, &key, &value) && !sw_chunk_open(key, value, &chunk))
        *ret = chunk.first_offset; /* else the whole way will show what is wrong */
    sw_iter_close(iter);
    return SW_OK;
}

static sw_err prove_tail(sw_log *log, sw_log_part *part, uint64_t limit, sw_batch *batch,
                         sw_diags *diags) {
    const char *what = "an entry of the index is damaged";
    uint64_t all = UINT64_MAX;
    proof p = {0};
    bool damaged = false;
    int64_t tail = 0;
    sw_err err = start(log, part, false, &p);
    if (!err) err = was_damaged(log, part, &damaged);
    part->proven = (sw_log_proven){.next = p.next, .chain = p.chain, .linked = p.linked};
    if (!err && !damaged) err = find_tail(log, part, limit, &tail);
    bool gap = !err && tail > p.next;
    if (gap) p = (proof){.next = tail};
    int64_t from = p.next;
    if (!err) err = prove(log, part, &p, &all, &what);
    if (err) return complain(log, part, &p, err, what, diags);
    if (gap) return SW_OK;
    part->proven = (sw_log_proven){.next = p.next, .chain = p.chain, .linked = p.linked};
    if (p.next > from) err = put_mark(log, part, &p, batch);
    sw_log_key key = damage_key(log, part);
    if (!err && damaged)
        err = sw_batch_delete(batch, log->first_store + SW_LOG_META, sw_log_key_slice(&key));
    return err;
}

sw_err sw_log_prove(sw_log *log, sw_diags *diags) {
    sw_batch *batch;
    uint64_t used = 0;
    sw_err first = SW_OK, err = sw_batch_new((size_t)64 << 20, &batch);
    if (err) return err;
    for (uint32_t i = 0; i < log->part_count; i++) used += log->parts[i].head.bytes > 0;
    uint64_t limit = TAIL_BYTES / (used ? used : 1);
    if (limit < TAIL_BYTES_MIN) limit = TAIL_BYTES_MIN;
    for (uint32_t i = 0; i < log->part_count; i++) {
        err = prove_tail(log, &log->parts[i], limit, batch, diags);
        if (err && !first) first = err;
    }
    if (!first && sw_batch_count(batch)) first = sw_db_write(log->db, batch, false);
    sw_batch_free(batch);
    return first;
}

/* ---- in use: the rest, a little at a time ---- */

static sw_err note_damage(sw_upkeep *u, const sw_log_part *part) {
    static const char byte[1] = {1};
    sw_log_key key = damage_key(u->log, part);
    sw_batch_clear(u->batch);
    sw_err err = sw_log_put_meta(u->log, &key, byte, sizeof byte, u->batch);
    if (!err) err = sw_db_write(u->log->db, u->batch, true);
    sw_batch_clear(u->batch);
    return err ? err : SW_E_CORRUPT;
}

sw_err sw_log_prove_some(sw_upkeep *u, sw_log_part *part) {
    if (part->proven.next >= part->head.end || u->bytes_left == 0) return SW_OK;
    proof p = {
        .next = part->proven.next, .chain = part->proven.chain, .linked = part->proven.linked};
    if (p.next < part->head.first) p = (proof){.next = part->head.first};
    const char *what;
    sw_err err = prove(u->log, part, &p, &u->bytes_left, &what);
    if (err == SW_E_CORRUPT) return note_damage(u, part);
    if (err) return err;
    part->proven = (sw_log_proven){.next = p.next, .chain = p.chain, .linked = p.linked};
    return put_mark(u->log, part, &p, u->batch);
}
