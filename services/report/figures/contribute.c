#include "report/figures/contribute.h"

#include "report/figures/label.h"
#include "topics/topics.h"

#define VALUE_BYTES_MAX ((size_t)256 << 10)

static sw_slice bounded(sw_slice split) {
    size_t len = split.len < SW_SPLIT_BYTES_MAX ? split.len : SW_SPLIT_BYTES_MAX;
    const char *nul = len ? memchr(split.ptr, '\0', len) : NULL;
    if (nul) len = (size_t)(nul - split.ptr);
    /* not in the middle of a character */
    while (len > 0 && len < split.len && ((unsigned char)split.ptr[len] & 0xc0) == 0x80) len--;
    return sw_slice_sub(split, 0, len);
}

/* What a list shows of an event. */
static sw_err label_of(const sw_indicators *indicators, const sw_event *event, sw_arena *arena,
                       sw_slice *ret) {
    sw_buf out;
    sw_buf_init(&out, VALUE_BYTES_MAX);
    sw_buf_add_byte(&out, '{');
    sw_label_text(&out, "type", event->type->name);
    sw_label_text(&out, "source", event->source);
    sw_label_text(&out, "id", event->id);
    sw_label_text(&out, "subject", event->subject);
    sw_label_text(&out, "officerid", event->officerid);
    sw_buf_add_cstr(&out, ",\"time\":\"");
    sw_time_write(&out, event->time_ms, sw_zone_offset(indicators->zone, event->time_ms));
    sw_buf_add_cstr(&out, "\"}");
    const bool kept = !out.err && sw_arena_copy(arena, sw_buf_slice(&out), ret);
    sw_buf_done(&out);
    return kept ? SW_OK : SW_E_LIMIT;
}

static sw_err add_parts(const sw_indicators *indicators, const sw_event *event, sw_arena *arena,
                        sw_contribution *ret) {
    uint32_t count;
    const sw_indicator_use *uses = sw_indicators_uses(indicators, event->type, &count);
    for (uint32_t i = 0; i < count; i++) {
        sw_slice split;
        bool failed, counted = false;
        /* of several entries of one indicator the first that holds */
        for (uint32_t p = 0; p < ret->part_count; p++)
            counted |= ret->parts[p].indicator == uses[i].indicator->number;
        if (counted || !sw_indicator_counts(uses[i].on, event, arena, &split, &failed)) continue;
        if (ret->part_count == SW_TALLIES_MAX) return SW_E_LIMIT;
        ret->parts[ret->part_count++] =
            (sw_tally){.indicator = uses[i].indicator->number,
                       .org = event->orgcode,
                       .day = (int32_t)sw_zone_day(indicators->zone, event->time_ms),
                       .split = bounded(split)};
    }
    return SW_OK;
}

sw_err sw_contribution_of(const sw_indicators *indicators, const sw_event *event, sw_arena *arena,
                          sw_contribution *ret) {
    const sw_event *counted = event->correction ? event->correction->replacement : event;
    ret->item = event->correction ? event->correction->identity : event->identity;
    ret->correction = event->correction != NULL;
    ret->time_ms = event->time_ms;
    ret->source = event->source;
    ret->id = event->id;
    ret->part_count = 0;
    ret->label = SW_S("");
    if (!counted) return SW_OK;
    sw_err err = add_parts(indicators, counted, arena, ret);
    if (!err && ret->part_count) err = label_of(indicators, counted, arena, &ret->label);
    return err;
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    const sw_indicators *indicators = shared;
    sw_arena *arena = sw_ctx_arena(ctx);
    sw_event *event;
    sw_buf value;
    sw_contribution *contribution = sw_arena_alloc(arena, sizeof *contribution);
    if (!contribution) return SW_E_LIMIT;
    sw_err err = sw_event_from_pb(arena, indicators->catalogue, input->value, NULL, &event);
    if (err) return sw_ctx_fail(ctx, err, "the record is no event of the catalogue");
    err = sw_contribution_of(indicators, event, arena, contribution);
    if (err) return err;
    if (contribution->part_count == 0 && !contribution->correction) return SW_OK;
    sw_buf_init(&value, VALUE_BYTES_MAX);
    sw_contribution_write(contribution, &value);
    err = value.err;
    if (!err)
        err = sw_ctx_emit(ctx, SW_TOPIC_CONTRIBUTIONS,
                          sw_slice_of(contribution->item.bytes, sizeof contribution->item.bytes),
                          sw_buf_slice(&value));
    sw_buf_done(&value);
    return err;
}

static const char *const inputs[] = {SW_TOPIC_EVENTS, NULL};
static const char *const outputs[] = {SW_TOPIC_CONTRIBUTIONS, NULL};

const sw_processor sw_contribute = {.name = "contribute",
                                    .patient = true,
                                    .id = SW_PROCESSOR_CONTRIBUTE,
                                    .inputs = inputs,
                                    .outputs = outputs,
                                    .on_record = on_record};
