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
    const sw_slice names[] = {letter->source, letter->id, letter->field, letter->client,
                              letter->unit};
    for (uint32_t i = 0; i < SW_COUNT(names); i++) sw_wire_text(buf, 11 + i, names[i]);
    put_number(buf, 16, letter->retried);
    sw_wire_text(buf, 17, letter->locked);
    return buf->err;
}

static sw_slice *text_of(sw_dead_letter *letter, uint32_t tag) {
    sw_slice *texts[] = {NULL,
                         &letter->code,
                         &letter->message,
                         &letter->processor,
                         &letter->topic,
                         NULL,
                         NULL,
                         NULL,
                         &letter->key,
                         &letter->value,
                         NULL,
                         &letter->source,
                         &letter->id,
                         &letter->field,
                         &letter->client,
                         &letter->unit,
                         NULL,
                         &letter->locked};
    return tag < SW_COUNT(texts) ? texts[tag] : NULL;
}

sw_err sw_dead_letter_read(sw_slice bytes, sw_dead_letter *ret) {
    SW_ASSERT(ret);
    sw_dead_letter letter = {0};
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        sw_slice *text = text_of(&letter, f.number);
        if (f.number > 17) continue;
        if (f.type != (text ? SW_WIRE_BYTES : SW_WIRE_VARINT)) return SW_E_SYNTAX;
        if (text) *text = f.bytes;
        if (f.number == 5) letter.partition = (uint32_t)f.n;
        if (f.number == 6) letter.offset = (int64_t)f.n;
        if (f.number == 7) letter.timestamp_ms = (int64_t)f.n;
        if (f.number == 10) letter.due_ms = (int64_t)f.n;
        if (f.number == 16) letter.retried = f.n != 0;
    }
    if (wire.fault) return SW_E_SYNTAX;
    *ret = letter;
    return SW_OK;
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
