#include "bus/chunk.h"

#include <lz4.h>

#include "base/hash.h"
#include "base/wire.h"

#define VARINT_MAX      10u
#define CHUNK_BYTES_MAX ((size_t)1 << 30)
/* Less than this is not worth compressing; nor is what gets smaller by less than an eighth. */
#define PACKED_BYTES_MIN 512u
#define PACKED_GAIN      8u
/* LZ4's own bound: no claim has more memory reserved than it may fill. */
#define PACKED_TIMES_MAX 255u
#define PLAIN_LEN_BYTES  4u /* before packed records: their length when unpacked */

enum { FORMAT_PLAIN = 1, FORMAT_PACKED = 2 };
enum { FLAG_REWRITTEN = 1 };
enum { RECORD_TOMBSTONE = 1, RECORD_HEADERS = 2 };

/* Where the fields of the head are. */
enum {
    AT_CRC = 0,
    AT_FORMAT = 4,
    AT_FLAGS = 5,
    AT_CHAIN_BEFORE = 8,
    AT_CHAIN = 12,
    AT_COUNT = 16, /* what the chain covers begins here */
    AT_BODY_BYTES = 20,
    AT_FIRST_OFFSET = 24,
    AT_LAST_OFFSET = 32,
    AT_FIRST_MS = 40,
    AT_MAX_MS = 48
};

void sw_chunk_key(uint32_t topic_id, uint32_t partition, int64_t last_offset,
                  char ret[SW_CHUNK_KEY_BYTES]) {
    SW_ASSERT(last_offset >= 0);
    sw_wire_put_be(ret, topic_id, 4);
    sw_wire_put_be(ret + 4, partition, 4);
    sw_wire_put_be(ret + 8, (uint64_t)last_offset, 8);
}

static char *put_varint(char *to, uint64_t n) {
    for (; n >= 0x80; n >>= 7) *to++ = (char)(uint8_t)(n | 0x80);
    *to++ = (char)(uint8_t)n;
    return to;
}

static char *put_bytes(char *to, sw_slice s) {
    to = put_varint(to, s.len);
    if (s.len) memcpy(to, s.ptr, s.len);
    return to + s.len;
}

static uint64_t zigzag(int64_t n) {
    return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t n) {
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

size_t sw_chunk_record_bytes(const sw_record *record) {
    size_t bytes = 1 + 5 * VARINT_MAX + record->key.len + record->value.len;
    for (uint32_t i = 0; i < record->header_count; i++)
        bytes += 2 * VARINT_MAX + record->headers[i].name.len + record->headers[i].value.len;
    return bytes;
}

void sw_chunk_begin(sw_chunk_writer *writer, int64_t first_offset, int64_t max_ms,
                    uint32_t chain_before) {
    if (!writer->bytes.max) sw_buf_init(&writer->bytes, CHUNK_BYTES_MAX);
    sw_buf_clear(&writer->bytes);
    writer->head = (sw_chunk_head){.chain_before = chain_before,
                                   .first_offset = first_offset,
                                   .last_offset = first_offset - 1,
                                   .max_ms = max_ms};
    writer->last_ms = 0;
}

sw_err sw_chunk_add(sw_chunk_writer *writer, const sw_record *record) {
    sw_chunk_head *head = &writer->head;
    SW_ASSERT(record->offset > head->last_offset && (!record->tombstone || !record->value.len));
    size_t room = sw_chunk_record_bytes(record) + (writer->bytes.len ? 0 : SW_CHUNK_HEAD_BYTES);
    char *start = sw_buf_room(&writer->bytes, room);
    if (!start) return writer->bytes.err;
    char *to = start;
    if (writer->bytes.len == 0) {
        memset(to, 0, SW_CHUNK_HEAD_BYTES);
        to += SW_CHUNK_HEAD_BYTES;
        head->first_ms = writer->last_ms = record->timestamp_ms;
    }
    *to++ = (char)((record->tombstone ? RECORD_TOMBSTONE : 0) |
                   (record->header_count ? RECORD_HEADERS : 0));
    to = put_varint(to, (uint64_t)(record->offset - head->last_offset - 1));
    to = put_varint(to,
                    zigzag((int64_t)((uint64_t)record->timestamp_ms - (uint64_t)writer->last_ms)));
    to = put_bytes(to, record->key);
    if (!record->tombstone) to = put_bytes(to, record->value);
    if (record->header_count) to = put_varint(to, record->header_count);
    for (uint32_t i = 0; i < record->header_count; i++) {
        to = put_bytes(to, record->headers[i].name);
        to = put_bytes(to, record->headers[i].value);
    }
    sw_buf_wrote(&writer->bytes, (size_t)(to - start));
    head->count++;
    head->last_offset = record->offset;
    writer->last_ms = record->timestamp_ms;
    if (record->timestamp_ms > head->max_ms) head->max_ms = record->timestamp_ms;
    return SW_OK;
}

uint32_t sw_chunk_chain(sw_slice value, uint32_t chain_before) {
    return sw_crc32c(chain_before, sw_slice_sub(value, AT_COUNT, value.len));
}

static uint32_t checksum(sw_slice key, sw_slice value) {
    return sw_crc32c(sw_crc32c(0, key), sw_slice_sub(value, AT_FORMAT, value.len));
}

static void put_form(char *at, uint8_t format, size_t value_bytes) {
    at[AT_FORMAT] = (char)format;
    sw_wire_put_le(at + AT_BODY_BYTES, value_bytes - SW_CHUNK_HEAD_BYTES, 4);
}

/* What is stored of it: packed, or as it is. Left to the database, it would be packed by a flush,
 * and go through its log and memtables as it is. */
static sw_slice pack(const sw_chunk_writer *writer, sw_buf *packed) {
    const sw_slice plain = sw_buf_slice(&writer->bytes);
    const size_t body = plain.len - SW_CHUNK_HEAD_BYTES;
    const size_t prefix = SW_CHUNK_HEAD_BYTES + PLAIN_LEN_BYTES;
    if (body < PACKED_BYTES_MIN || body > LZ4_MAX_INPUT_SIZE) return plain;
    if (!packed->max) sw_buf_init(packed, CHUNK_BYTES_MAX);
    sw_buf_clear(packed);
    const int room = LZ4_compressBound((int)body);
    char *to = sw_buf_room(packed, prefix + (size_t)room);
    if (!to) return plain;
    const int len =
        LZ4_compress_default(plain.ptr + SW_CHUNK_HEAD_BYTES, to + prefix, (int)body, room);
    if (len <= 0 || (size_t)len > body - body / PACKED_GAIN) return plain;
    memcpy(to, plain.ptr, SW_CHUNK_HEAD_BYTES);
    sw_wire_put_le(to + SW_CHUNK_HEAD_BYTES, body, PLAIN_LEN_BYTES);
    sw_buf_wrote(packed, prefix + (size_t)len);
    put_form(to, FORMAT_PACKED, packed->len);
    return sw_buf_slice(packed);
}

static sw_slice seal(sw_chunk_writer *writer, sw_slice key, int64_t last_offset,
                     const uint32_t *chain, sw_buf *room) {
    sw_chunk_head *head = &writer->head;
    SW_ASSERT(last_offset >= head->last_offset && last_offset >= head->first_offset);
    SW_ASSERT(key.len == SW_CHUNK_KEY_BYTES && (head->count > 0 || chain));
    if (writer->bytes.len == 0) { /* all its records were removed: a link of the chain is left */
        char *start = sw_buf_room(&writer->bytes, SW_CHUNK_HEAD_BYTES);
        if (!start) return SW_SLICE_NONE;
        memset(start, 0, SW_CHUNK_HEAD_BYTES);
        sw_buf_wrote(&writer->bytes, SW_CHUNK_HEAD_BYTES);
    }
    char *at = writer->bytes.ptr;
    head->last_offset = last_offset;
    head->rewritten = chain != NULL;
    put_form(at, FORMAT_PLAIN, writer->bytes.len);
    at[AT_FLAGS] = chain ? FLAG_REWRITTEN : 0;
    sw_wire_put_le(at + AT_CHAIN_BEFORE, head->chain_before, 4);
    sw_wire_put_le(at + AT_COUNT, head->count, 4);
    sw_wire_put_le(at + AT_FIRST_OFFSET, (uint64_t)head->first_offset, 8);
    sw_wire_put_le(at + AT_LAST_OFFSET, (uint64_t)head->last_offset, 8);
    sw_wire_put_le(at + AT_FIRST_MS, (uint64_t)head->first_ms, 8);
    sw_wire_put_le(at + AT_MAX_MS, (uint64_t)head->max_ms, 8);
    const sw_slice value = pack(writer, room);
    char *stored = (char *)(uintptr_t)value.ptr;
    head->packed = stored != at;
    head->chain = chain ? *chain : sw_chunk_chain(value, head->chain_before);
    sw_wire_put_le(stored + AT_CHAIN, head->chain, 4);
    sw_wire_put_le(stored + AT_CRC, checksum(key, value), 4);
    return value;
}

sw_slice sw_chunk_seal(sw_chunk_writer *writer, sw_slice key, int64_t last_offset, sw_buf *room) {
    return seal(writer, key, last_offset, NULL, room);
}

sw_slice sw_chunk_seal_rewritten(sw_chunk_writer *writer, sw_slice key, int64_t last_offset,
                                 uint32_t chain, sw_buf *room) {
    return seal(writer, key, last_offset, &chain, room);
}

void sw_chunk_done(sw_chunk_writer *writer) {
    sw_buf_done(&writer->bytes);
}

sw_err sw_chunk_open(sw_slice key, sw_slice value, sw_chunk_head *ret) {
    if (key.len != SW_CHUNK_KEY_BYTES || value.len < SW_CHUNK_HEAD_BYTES) return SW_E_CORRUPT;
    if ((uint32_t)sw_wire_get_le(value.ptr + AT_CRC, 4) != checksum(key, value))
        return SW_E_CORRUPT;
    return sw_chunk_open_own(key, value, ret);
}

sw_err sw_chunk_open_own(sw_slice key, sw_slice value, sw_chunk_head *ret) {
    if (key.len != SW_CHUNK_KEY_BYTES || value.len < SW_CHUNK_HEAD_BYTES) return SW_E_CORRUPT;
    const char *at = value.ptr;
    const uint8_t format = (uint8_t)at[AT_FORMAT];
    if (format != FORMAT_PLAIN && format != FORMAT_PACKED) return SW_E_VERSION;
    sw_chunk_head head = {
        .chain_before = (uint32_t)sw_wire_get_le(at + AT_CHAIN_BEFORE, 4),
        .chain = (uint32_t)sw_wire_get_le(at + AT_CHAIN, 4),
        .count = (uint32_t)sw_wire_get_le(at + AT_COUNT, 4),
        .rewritten = at[AT_FLAGS] & FLAG_REWRITTEN,
        .packed = format == FORMAT_PACKED,
        .first_offset = (int64_t)sw_wire_get_le(at + AT_FIRST_OFFSET, 8),
        .last_offset = (int64_t)sw_wire_get_le(at + AT_LAST_OFFSET, 8),
        .first_ms = (int64_t)sw_wire_get_le(at + AT_FIRST_MS, 8),
        .max_ms = (int64_t)sw_wire_get_le(at + AT_MAX_MS, 8),
    };
    if (head.first_offset < 0 || head.last_offset < head.first_offset ||
        head.last_offset == INT64_MAX ||
        head.last_offset != (int64_t)sw_wire_get_be(key.ptr + 8, 8) ||
        sw_wire_get_le(at + AT_BODY_BYTES, 4) != value.len - SW_CHUNK_HEAD_BYTES ||
        (head.count == 0 && !head.rewritten))
        return SW_E_CORRUPT;
    *ret = head;
    return SW_OK;
}

/* How long packed records are when they are plain. SW_E_CORRUPT. */
static sw_err plain_len(sw_slice packed, size_t *ret) {
    if (packed.len < PLAIN_LEN_BYTES) return SW_E_CORRUPT;
    *ret = sw_wire_get_le(packed.ptr, PLAIN_LEN_BYTES);
    bool possible = *ret <= CHUNK_BYTES_MAX && *ret / PACKED_TIMES_MAX <= packed.len;
    return possible ? SW_OK : SW_E_CORRUPT;
}

static sw_err unpack(sw_slice packed, char *to, size_t len) {
    packed = sw_slice_sub(packed, PLAIN_LEN_BYTES, packed.len);
    const int got = LZ4_decompress_safe(packed.ptr, to, (int)packed.len, (int)len);
    return got >= 0 && (size_t)got == len ? SW_OK : SW_E_CORRUPT;
}

static sw_chunk_reader reader_of(const sw_chunk_head *head, sw_slice records) {
    return (sw_chunk_reader){.rest = records,
                             .left = head->count,
                             .next_offset = head->first_offset,
                             .last_offset = head->last_offset,
                             .last_ms = head->first_ms};
}

sw_err sw_chunk_read(sw_slice value, const sw_chunk_head *head, sw_buf *room,
                     sw_chunk_reader *ret) {
    SW_ASSERT(head && room && ret);
    sw_slice records = sw_slice_sub(value, SW_CHUNK_HEAD_BYTES, value.len);
    if (head->packed) {
        size_t len;
        sw_err err = plain_len(records, &len);
        if (err) return err;
        if (!room->max) sw_buf_init(room, CHUNK_BYTES_MAX);
        sw_buf_clear(room);
        char *to = sw_buf_room(room, len);
        if (!to) return SW_E_NOMEM;
        err = unpack(records, to, len);
        if (err) return err;
        sw_buf_wrote(room, len);
        records = sw_buf_slice(room);
    }
    *ret = reader_of(head, records);
    return SW_OK;
}

sw_err sw_chunk_take(sw_slice value, const sw_chunk_head *head, size_t bytes_max, sw_arena *arena,
                     sw_chunk_reader *ret) {
    SW_ASSERT(head && arena && ret);
    sw_slice records = sw_slice_sub(value, SW_CHUNK_HEAD_BYTES, value.len);
    size_t len = records.len;
    sw_err err = head->packed ? plain_len(records, &len) : SW_OK;
    if (err) return err;
    if (len > bytes_max) return SW_E_LIMIT;
    char *to = sw_arena_alloc(arena, len);
    if (!to) return SW_E_LIMIT;
    if (head->packed)
        err = unpack(records, to, len);
    else if (len)
        memcpy(to, records.ptr, len);
    if (!err) *ret = reader_of(head, sw_slice_of(to, len));
    return err;
}

static bool get_varint(sw_slice *rest, uint64_t *ret) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && rest->len > 0; shift += 7) {
        uint8_t byte = (uint8_t)*rest->ptr;
        *rest = sw_slice_sub(*rest, 1, rest->len);
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return *ret = n, true;
    }
    return false;
}

static bool get_bytes(sw_slice *rest, sw_slice *ret) {
    uint64_t len;
    if (!get_varint(rest, &len) || len > rest->len) return false;
    *ret = sw_slice_sub(*rest, 0, len);
    *rest = sw_slice_sub(*rest, len, rest->len);
    return true;
}

sw_err sw_chunk_next(sw_chunk_reader *reader, sw_chunk_record *ret) {
    if (reader->left == 0) return reader->rest.len ? SW_E_CORRUPT : SW_E_END;
    sw_slice rest = reader->rest;
    sw_record record = {0};
    uint64_t skip, delta, headers = 0;
    if (rest.len == 0) return SW_E_CORRUPT;
    uint8_t flags = (uint8_t)*rest.ptr;
    rest = sw_slice_sub(rest, 1, rest.len);
    record.tombstone = flags & RECORD_TOMBSTONE;
    if (!get_varint(&rest, &skip) || !get_varint(&rest, &delta) || !get_bytes(&rest, &record.key) ||
        (!record.tombstone && !get_bytes(&rest, &record.value)))
        return SW_E_CORRUPT;
    if (flags & RECORD_HEADERS && (!get_varint(&rest, &headers) || headers > rest.len))
        return SW_E_CORRUPT;
    sw_slice encoded = rest, part;
    for (uint64_t i = 0; i < 2 * headers; i++)
        if (!get_bytes(&rest, &part)) return SW_E_CORRUPT;
    record.header_count = (uint32_t)headers;
    if (reader->next_offset > reader->last_offset ||
        skip > (uint64_t)(reader->last_offset - reader->next_offset))
        return SW_E_CORRUPT;
    record.offset = reader->next_offset + (int64_t)skip;
    record.timestamp_ms = (int64_t)((uint64_t)reader->last_ms + (uint64_t)unzigzag(delta));
    reader->rest = rest;
    reader->left--;
    reader->next_offset = record.offset + 1;
    reader->last_ms = record.timestamp_ms;
    *ret = (sw_chunk_record){record, sw_slice_sub(encoded, 0, encoded.len - rest.len)};
    return SW_OK;
}

static sw_slice place(char **to, sw_slice s) {
    sw_slice ret = sw_slice_of(*to, s.len);
    if (s.len) memcpy(*to, s.ptr, s.len);
    *to += s.len;
    return ret;
}

sw_err sw_chunk_record_of(const sw_chunk_record *from, sw_arena *arena, sw_record *ret) {
    sw_record record = from->record;
    if (record.header_count) {
        sw_header *headers = sw_arena_zero(arena, record.header_count, sizeof headers[0]);
        if (!headers) return SW_E_LIMIT;
        sw_slice rest = from->headers;
        for (uint32_t i = 0; i < record.header_count; i++)
            if (!get_bytes(&rest, &headers[i].name) || !get_bytes(&rest, &headers[i].value))
                return SW_E_CORRUPT;
        record.headers = headers;
    }
    *ret = record;
    return SW_OK;
}

sw_err sw_chunk_copy(const sw_chunk_record *from, sw_arena *arena, sw_record *ret) {
    sw_chunk_record copy = *from;
    char *to =
        sw_arena_alloc(arena, from->record.key.len + from->record.value.len + from->headers.len);
    if (!to) return SW_E_LIMIT;
    copy.record.key = place(&to, from->record.key);
    copy.record.value = place(&to, from->record.value);
    copy.headers = place(&to, from->headers);
    return sw_chunk_record_of(&copy, arena, ret);
}
