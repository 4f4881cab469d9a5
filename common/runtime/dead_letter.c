#include "runtime/dead_letter.h"

#include "base/hash.h"
#include "codec/wire.h"

/* As proto3 does, a number that is 0 is left out. */
static void put_number(sw_buf *buf, uint32_t field, uint64_t n) {
    if (n) sw_wire_varint(buf, field, n);
}

sw_err sw_dead_letter_write(const sw_dead_letter *letter, sw_buf *buf) {
    SW_ASSERT(letter && buf);
    const sw_slice texts[] = {letter->code, letter->message, letter->processor, letter->topic};
    for (uint32_t i = 0; i < SW_COUNT(texts); i++) sw_wire_text(buf, 1 + i, texts[i]);
    const uint64_t numbers[] = {letter->partition, (uint64_t)letter->offset,
                                (uint64_t)letter->timestamp_ms};
    for (uint32_t i = 0; i < SW_COUNT(numbers); i++) put_number(buf, 5 + i, numbers[i]);
    sw_wire_text(buf, 8, letter->key);
    sw_wire_text(buf, 9, letter->value);
    put_number(buf, 10, (uint64_t)letter->due_ms);
    return buf->err;
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
