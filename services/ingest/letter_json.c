#include "ingest/http_letters.h"
#include "ingest/intake.h"
#include "text/utf8.h"
#include "topics/topics.h"

static void put_name(sw_buf *out, const char *name) {
    sw_buf_printf(out, ",\"%s\":", name);
}

static void put_text(sw_buf *out, const char *name, sw_slice text) {
    if (text.len == 0 || !sw_utf8_valid(text)) return;
    put_name(out, name);
    sw_json_write_string(out, text);
}

static void put_time(sw_buf *out, const char *name, int64_t ms) {
    put_name(out, name);
    sw_buf_add_byte(out, '"');
    sw_time_write(out, ms, 0);
    sw_buf_add_byte(out, '"');
}

static void put_base64(sw_buf *out, sw_slice bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    put_name(out, "value_base64");
    sw_buf_add_byte(out, '"');
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t n = (uint32_t)(uint8_t)bytes.ptr[i] << 16;
        if (left > 1) n |= (uint32_t)(uint8_t)bytes.ptr[i + 1] << 8;
        if (left > 2) n |= (uint8_t)bytes.ptr[i + 2];
        char four[4] = {digits[n >> 18], digits[n >> 12 & 63], left > 1 ? digits[n >> 6 & 63] : '=',
                        left > 2 ? digits[n & 63] : '='};
        sw_buf_add(out, sw_slice_of(four, sizeof four));
    }
    sw_buf_add_byte(out, '"');
}

/* An event that the pipeline carries, as JSON; what is sealed stays so. */
static bool put_event(sw_buf *out, sw_slice bytes, const sw_catalogue *catalogue, sw_arena *arena) {
    sw_event *event;
    if (sw_event_from_pb(arena, catalogue, bytes, NULL, &event) != SW_OK) return false;
    put_name(out, "event");
    return sw_event_to_json(event, out) == SW_OK;
}

/* What was refused: as the event that it is, else as text, else as bytes. */
static void put_value(sw_buf *out, const sw_dead_letter *letter, const sw_catalogue *catalogue,
                      sw_arena *arena) {
    sw_intake intake;
    bool put = false;
    if (sw_slice_is(letter->topic, SW_TOPIC_IDENTITY) &&
        sw_intake_read(letter->value, arena, &intake) == SW_OK)
        put = put_event(out, intake.event, catalogue, arena);
    else if (sw_slice_is(letter->topic, SW_TOPIC_KEYED) ||
             sw_slice_is(letter->topic, SW_TOPIC_EVENTS))
        put = put_event(out, letter->value, catalogue, arena);
    if (put) return;
    if (letter->value.len && sw_utf8_valid(letter->value))
        put_text(out, "text", letter->value);
    else
        put_base64(out, letter->value);
}

void sw_letter_write_json(const sw_dead_letter *letter, uint32_t partition, int64_t offset,
                          int64_t timestamp_ms, const sw_letter_mark *mark, bool whole,
                          const sw_catalogue *catalogue, sw_arena *arena, sw_buf *out) {
    sw_buf_printf(out, "{\"partition\":%u,\"offset\":%lld", partition, (long long)offset);
    put_time(out, "time", timestamp_ms);
    put_text(out, "code", letter->code);
    put_text(out, "message", letter->message);
    put_text(out, "processor", letter->processor);
    put_text(out, "topic", letter->topic);
    if (letter->topic.len && !sw_slice_is(letter->topic, "http")) {
        put_name(out, "read_at");
        sw_buf_printf(out, "{\"partition\":%u,\"offset\":%lld}", letter->partition,
                      (long long)letter->offset);
    }
    put_text(out, "source", letter->source);
    put_text(out, "id", letter->id);
    put_text(out, "field", letter->field);
    put_text(out, "client", letter->client);
    put_text(out, "unit", letter->unit);
    put_name(out, "bytes");
    bool locked = letter->locked.len > SW_LOCKED_MORE_BYTES;
    sw_buf_add_int(
        out, (int64_t)(locked ? letter->locked.len - SW_LOCKED_MORE_BYTES : letter->value.len));
    if (mark) {
        put_name(out, "retried");
        sw_buf_printf(out, "{\"times\":%u", mark->times);
        put_time(out, "time", mark->at_ms);
        put_text(out, "by", mark->by);
        sw_buf_add_byte(out, '}');
    }
    if (whole) put_value(out, letter, catalogue, arena);
    sw_buf_add_byte(out, '}');
}
