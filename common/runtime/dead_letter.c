#include "runtime/dead_letter.h"

#include "base/hash.h"

/* Protobuf's wire format: a tag (field << 3 | type), then a varint or a length and bytes. Defaults
 * are left out, as proto3 does. The whole message is two types of field, so no generated code is
 * needed here. */
enum { TYPE_VARINT = 0, TYPE_BYTES = 2 };

static sw_err put_varint(sw_buf *buf, uint64_t n) {
    for (; n >= 0x80; n >>= 7) {
        sw_err err = sw_buf_add_byte(buf, (char)(unsigned char)(n | 0x80));
        if (err) return err;
    }
    return sw_buf_add_byte(buf, (char)n);
}

static sw_err put_number(sw_buf *buf, uint32_t field, uint64_t n) {
    if (n == 0) return buf->err;
    sw_err err = put_varint(buf, field << 3 | TYPE_VARINT);
    return err ? err : put_varint(buf, n);
}

static sw_err put_bytes(sw_buf *buf, uint32_t field, sw_slice bytes) {
    if (bytes.len == 0) return buf->err;
    sw_err err = put_varint(buf, field << 3 | TYPE_BYTES);
    if (!err) err = put_varint(buf, bytes.len);
    return err ? err : sw_buf_add(buf, bytes);
}

sw_err sw_dead_letter_write(const sw_dead_letter *letter, sw_buf *buf) {
    SW_ASSERT(letter && buf);
    const sw_slice texts[] = {letter->code, letter->message, letter->processor, letter->topic};
    sw_err err = buf->err;
    for (uint32_t i = 0; !err && i < SW_COUNT(texts); i++) err = put_bytes(buf, 1 + i, texts[i]);
    const uint64_t numbers[] = {letter->partition, (uint64_t)letter->offset,
                                (uint64_t)letter->timestamp_ms};
    for (uint32_t i = 0; !err && i < SW_COUNT(numbers); i++)
        err = put_number(buf, 5 + i, numbers[i]);
    if (!err) err = put_bytes(buf, 8, letter->key);
    if (!err) err = put_bytes(buf, 9, letter->value);
    return err ? err : put_number(buf, 10, (uint64_t)letter->due_ms);
}

static sw_err emit(sw_ctx *ctx, sw_dead_letter *letter, sw_err code, const char *source) {
    letter->code = sw_slice_cstr(sw_err_name(code));
    letter->message = sw_slice_cstr(ctx->text);
    letter->processor = sw_slice_cstr(ctx->node->processor->name);
    letter->partition = ctx->partition;
    sw_buf buf;
    sw_buf_init(&buf, (size_t)2 * SW_VALUE_BYTES_MAX);
    sw_err err = sw_dead_letter_write(letter, &buf);
    uint32_t topic = ctx->topology->dead_letters;
    sw_slice key = sw_slice_cstr(source);
    if (!err)
        err = sw_effects_emit(
            ctx->fx, (sw_emit){
                         .topic = topic,
                         .partition = sw_partition_of(key, ctx->topology->topics[topic].partitions),
                         .key = key,
                         .value = sw_buf_slice(&buf),
                     });
    sw_buf_done(&buf);
    return err;
}

sw_err sw_dead_letter_record(sw_ctx *ctx, sw_err err, const sw_input *input) {
    SW_ASSERT(ctx && input && err != SW_OK);
    sw_dead_letter letter = {
        .topic = sw_slice_cstr(input->topic),
        .offset = input->offset,
        .timestamp_ms = input->timestamp_ms,
        .key = input->key,
        .value = input->value,
    };
    return emit(ctx, &letter, err, input->topic);
}

sw_err sw_dead_letter_timer(sw_ctx *ctx, sw_err err, sw_timer_at timer) {
    SW_ASSERT(ctx && err != SW_OK);
    sw_dead_letter letter = {.timestamp_ms = ctx->now_ms, .key = timer.key, .due_ms = timer.due_ms};
    return emit(ctx, &letter, err, ctx->node->processor->name);
}
