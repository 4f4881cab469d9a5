#include "base/wire.h"
#include "bus/log.h"

#define MARK_BYTES 12u

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

static sw_err prove(sw_log *log, const sw_log_part *part, proof *p, const char **ret_what) {
    sw_iter *iter;
    sw_slice key, value;
    sw_err err = sw_log_chunks(log, part, p->next, &iter);
    if (err) return err;
    while (!err && sw_iter_next(iter, &key, &value)) err = prove_chunk(p, key, value, ret_what);
    if (!err && (err = sw_iter_error(iter))) *ret_what = "a block of the database can't be read";
    sw_iter_close(iter);
    return err ? err : prove_end(part, p, ret_what);
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

sw_err sw_log_verify(sw_log *log, bool all, sw_diags *diags, uint64_t *ret_records) {
    sw_batch *batch;
    uint64_t records = 0;
    sw_err first = SW_OK, err = sw_batch_new((size_t)64 << 20, &batch);
    if (err) return err;
    for (uint32_t i = 0; i < log->part_count; i++) {
        const sw_log_part *part = &log->parts[i];
        const char *what = "an entry of the index is damaged";
        proof p = {0};
        err = start(log, part, all, &p);
        int64_t from = p.next;
        if (!err) err = prove(log, part, &p, &what);
        if (err) complain(log, part, &p, err, what, diags);
        if (!err && p.next > from) err = put_mark(log, part, &p, batch);
        if (err && !first) first = err;
        records += p.records;
    }
    if (!first && !all && sw_batch_count(batch)) first = sw_db_write(log->db, batch, false);
    sw_batch_free(batch);
    if (!first) *ret_records = records;
    return first;
}
