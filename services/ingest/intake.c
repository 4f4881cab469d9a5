#include "ingest/intake.h"

#include "codec/wire.h"

enum intake_tag {
    TAG_EVENT = 1,
    TAG_CONTENT,
    TAG_SUBJECT,
    TAG_ORGCODE,
    TAG_KEYS,
    TAG_TARGET,
    TAG_CLIENT,
    TAG_UNIT,
    TAG_DOOR,
    TAG_REQUEST,
    TAG_ITEM,
    TAG_STAGE,
    TAG_PARTITION,
    TAG_OFFSET
};

enum receipt_tag {
    TAG_R_REQUEST = 1,
    TAG_R_ITEM,
    TAG_R_OUTCOME,
    TAG_R_PARTITION,
    TAG_R_OFFSET,
    TAG_R_CODE,
    TAG_R_MESSAGE
};

/* As proto3 does, a number that is 0 is left out. */
static void put_number(sw_buf *out, uint32_t tag, uint64_t n) {
    if (n) sw_wire_varint(out, tag, n);
}

static sw_slice hash_slice(const sw_hash128 *hash) {
    return sw_slice_of(hash->bytes, sizeof hash->bytes);
}

static bool take_hash(sw_slice bytes, sw_hash128 *ret) {
    if (bytes.len != sizeof ret->bytes) return false;
    memcpy(ret->bytes, bytes.ptr, sizeof ret->bytes);
    return true;
}

/* Appends "name=value" for the values of one key name. */
static sw_err add_keys(const sw_event *event, uint32_t key_id, sw_slice name, sw_arena *arena,
                       sw_slice *keys, uint32_t *count) {
    sw_slice few[8], *values = few;
    uint32_t n = sw_event_key_values(event, key_id, few, SW_COUNT(few), arena);
    if (n == UINT32_MAX || n > SW_INTAKE_KEYS_MAX - *count) return SW_E_LIMIT;
    if (n > SW_COUNT(few)) {
        values = sw_arena_alloc(arena, n * sizeof *values);
        if (!values || sw_event_key_values(event, key_id, values, n, arena) != n) return SW_E_LIMIT;
    }
    for (uint32_t i = 0; i < n; i++) {
        char *text = sw_arena_alloc(arena, name.len + 1 + values[i].len);
        if (!text) return SW_E_LIMIT;
        memcpy(text, name.ptr, name.len);
        text[name.len] = '=';
        if (values[i].len) memcpy(text + name.len + 1, values[i].ptr, values[i].len);
        keys[(*count)++] = sw_slice_of(text, name.len + 1 + values[i].len);
    }
    return SW_OK;
}

sw_err sw_intake_of(const sw_event *event, const sw_catalogue *cat, sw_arena *arena,
                    sw_intake *ret) {
    SW_ASSERT(event && cat && arena && ret);
    const sw_event *keyed = event->correction ? event->correction->replacement : event;
    sw_intake intake = {
        .content = event->content, .subject = event->subject, .orgcode = event->orgcode};
    intake.correction = event->correction != NULL;
    if (event->correction) intake.target = event->correction->identity;
    if (keyed && keyed->type->key_count > 0) {
        uint32_t most = 0;
        for (uint32_t i = 0; i < keyed->type->key_count; i++)
            for (uint32_t k = 0; k < keyed->type->keys[i].field_count; k++) {
                const sw_value *value = &keyed->fields[keyed->type->keys[i].fields[k]];
                most += value->kind == SW_LIST ? value->count : 1;
            }
        sw_slice *keys = sw_arena_alloc(arena, (most + 1) * sizeof *keys);
        if (!keys) return SW_E_LIMIT;
        for (uint32_t i = 0; i < keyed->type->key_count; i++) {
            uint32_t key_id = keyed->type->keys[i].key_id;
            sw_slice name = sw_catalogue_key_name(cat, key_id);
            sw_err err = add_keys(keyed, key_id, name, arena, keys, &intake.key_count);
            if (err) return err;
        }
        intake.keys = keys;
    }
    *ret = intake;
    return SW_OK;
}

void sw_intake_write(const sw_intake *intake, sw_buf *out) {
    SW_ASSERT(intake && out);
    sw_wire_bytes(out, TAG_EVENT, intake->event);
    sw_wire_bytes(out, TAG_CONTENT, hash_slice(&intake->content));
    sw_wire_text(out, TAG_SUBJECT, intake->subject);
    sw_wire_text(out, TAG_ORGCODE, intake->orgcode);
    for (uint32_t i = 0; i < intake->key_count; i++) sw_wire_bytes(out, TAG_KEYS, intake->keys[i]);
    if (intake->correction) sw_wire_bytes(out, TAG_TARGET, hash_slice(&intake->target));
    sw_wire_text(out, TAG_CLIENT, intake->client);
    sw_wire_text(out, TAG_UNIT, intake->unit);
    sw_wire_text(out, TAG_DOOR, intake->door);
    put_number(out, TAG_REQUEST, intake->request);
    put_number(out, TAG_ITEM, intake->item);
    put_number(out, TAG_STAGE, (uint64_t)intake->stage);
    put_number(out, TAG_PARTITION, intake->partition);
    put_number(out, TAG_OFFSET, (uint64_t)intake->offset);
}

static sw_slice *text_of(sw_intake *intake, uint32_t tag) {
    switch (tag) {
    case TAG_EVENT:
        return &intake->event;
    case TAG_SUBJECT:
        return &intake->subject;
    case TAG_ORGCODE:
        return &intake->orgcode;
    case TAG_CLIENT:
        return &intake->client;
    case TAG_UNIT:
        return &intake->unit;
    case TAG_DOOR:
        return &intake->door;
    default:
        return NULL;
    }
}

static bool take_number(sw_intake *intake, uint32_t tag, uint64_t n) {
    switch (tag) {
    case TAG_REQUEST:
        intake->request = n;
        return true;
    case TAG_ITEM:
        intake->item = (uint32_t)n;
        return n <= UINT32_MAX;
    case TAG_STAGE:
        intake->stage = (sw_stage)n;
        return n <= SW_STAGE_RELEASED;
    case TAG_PARTITION:
        intake->partition = (uint32_t)n;
        return n <= UINT32_MAX;
    case TAG_OFFSET:
        intake->offset = (int64_t)n;
        return n <= INT64_MAX;
    default:
        return true;
    }
}

static sw_err read_keys(sw_slice bytes, uint32_t count, sw_arena *arena, sw_intake *intake) {
    sw_slice *keys = sw_arena_alloc(arena, count * sizeof *keys);
    if (!keys) return SW_E_LIMIT;
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);)
        if (f.number == TAG_KEYS) keys[intake->key_count++] = f.bytes;
    intake->keys = keys;
    return SW_OK;
}

sw_err sw_intake_read(sw_slice bytes, sw_arena *arena, sw_intake *ret) {
    SW_ASSERT(arena && ret);
    sw_intake intake = {0};
    bool content = false, good = true;
    uint32_t keys = 0;
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; good && sw_wire_next(&wire, &f);) {
        sw_slice *text = text_of(&intake, f.number);
        bool hash = f.number == TAG_CONTENT || f.number == TAG_TARGET, key = f.number == TAG_KEYS;
        bool number = f.number >= TAG_REQUEST && f.number <= TAG_OFFSET;
        if (text || hash || key) good = f.type == SW_WIRE_BYTES;
        if (number) good = f.type == SW_WIRE_VARINT && take_number(&intake, f.number, f.n);
        if (!good) break;
        if (text) *text = f.bytes;
        if (key) keys++;
        if (f.number == TAG_CONTENT) good = content = take_hash(f.bytes, &intake.content);
        if (f.number == TAG_TARGET) good = intake.correction = take_hash(f.bytes, &intake.target);
    }
    if (!good || wire.fault || !content || intake.event.len == 0) return SW_E_SYNTAX;
    sw_err err = keys ? read_keys(bytes, keys, arena, &intake) : SW_OK;
    if (!err) *ret = intake;
    return err;
}

void sw_intake_names(sw_slice event, sw_slice *ret_source, sw_slice *ret_id) {
    *ret_source = *ret_id = SW_SLICE_NONE;
    sw_wire_reader wire = sw_wire_read(event);
    for (sw_wire_field f; sw_wire_next(&wire, &f) && f.number <= 2;) {
        if (f.type != SW_WIRE_BYTES) return;
        *(f.number == 1 ? ret_id : ret_source) = f.bytes;
    }
}

void sw_receipt_write(const sw_receipt *receipt, sw_buf *out) {
    SW_ASSERT(receipt && out);
    put_number(out, TAG_R_REQUEST, receipt->request);
    put_number(out, TAG_R_ITEM, receipt->item);
    put_number(out, TAG_R_OUTCOME, (uint64_t)receipt->outcome);
    put_number(out, TAG_R_PARTITION, receipt->partition);
    put_number(out, TAG_R_OFFSET, (uint64_t)receipt->offset);
    sw_wire_text(out, TAG_R_CODE, receipt->code);
    sw_wire_text(out, TAG_R_MESSAGE, receipt->message);
}

sw_err sw_receipt_read(sw_slice bytes, sw_receipt *ret) {
    SW_ASSERT(ret);
    sw_receipt receipt = {0};
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        bool text = f.number == TAG_R_CODE || f.number == TAG_R_MESSAGE;
        bool number = f.number >= TAG_R_REQUEST && f.number <= TAG_R_OFFSET;
        if ((text && f.type != SW_WIRE_BYTES) || (number && f.type != SW_WIRE_VARINT))
            return SW_E_SYNTAX;
        if (f.number == TAG_R_REQUEST) receipt.request = f.n;
        if (f.number == TAG_R_ITEM) receipt.item = (uint32_t)f.n;
        if (f.number == TAG_R_OUTCOME) receipt.outcome = (sw_outcome)f.n;
        if (f.number == TAG_R_PARTITION) receipt.partition = (uint32_t)f.n;
        if (f.number == TAG_R_OFFSET) receipt.offset = (int64_t)f.n;
        if (f.number == TAG_R_CODE) receipt.code = f.bytes;
        if (f.number == TAG_R_MESSAGE) receipt.message = f.bytes;
    }
    if (wire.fault || receipt.outcome > SW_OUTCOME_REFUSED) return SW_E_SYNTAX;
    *ret = receipt;
    return SW_OK;
}

const char *sw_outcome_name(sw_outcome outcome) {
    static const char *const names[] = {"undecided", "accepted", "duplicate", "waiting", "refused"};
    SW_ASSERT(outcome < SW_COUNT(names));
    return names[outcome];
}
