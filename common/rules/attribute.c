#include "rules/attribute.h"

#include "text/yaml.h"

static const struct {
    const char *name;
    sw_value_kind kind;
} attributes[] = {
    [SW_EVENT_ID] = {"id", SW_STRING},
    [SW_EVENT_SOURCE] = {"source", SW_STRING},
    [SW_EVENT_TYPE] = {"type", SW_STRING},
    [SW_EVENT_SUBJECT] = {"subject", SW_STRING},
    [SW_EVENT_TIME] = {"time", SW_TIMESTAMP},
    [SW_EVENT_ORGCODE] = {"orgcode", SW_STRING},
    [SW_EVENT_OFFICERID] = {"officerid", SW_STRING},
    [SW_EVENT_RECORDEDTIME] = {"recordedtime", SW_TIMESTAMP},
    [SW_EVENT_RECEIVEDTIME] = {"receivedtime", SW_TIMESTAMP},
};

static int32_t find(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                    const char **ret_refusal) {
    (void)ctx;
    (void)ret_refusal;
    for (size_t i = 0; i < SW_COUNT(attributes); i++)
        if (sw_slice_is(member, attributes[i].name)) {
            *ret_type = sw_cel_type_of(attributes[i].kind);
            return (int32_t)i;
        }
    return -1;
}

static sw_slice nearest(const void *ctx, sw_slice member) {
    (void)ctx;
    const char *names[SW_COUNT(attributes)];
    for (size_t i = 0; i < SW_COUNT(attributes); i++) names[i] = attributes[i].name;
    const char *name = sw_nearest(member, names, SW_COUNT(attributes));
    return name ? sw_slice_cstr(name) : SW_SLICE_NONE;
}

sw_cel_root sw_attribute_root(const char *path) {
    return (sw_cel_root){.path = path, .find = find, .nearest = nearest};
}

sw_value sw_attribute_text(sw_slice text) {
    return text.len ? (sw_value){.kind = SW_STRING, .s = text} : (sw_value){.kind = SW_ABSENT};
}

sw_value sw_attribute_time(int64_t ms) {
    if (ms == SW_TIME_NONE) return (sw_value){.kind = SW_ABSENT};
    int64_t seconds = sw_floor_div(ms, 1000);
    return (sw_value){.kind = SW_TIMESTAMP,
                      .t = {.seconds = seconds, .nanos = (int32_t)(ms - seconds * 1000) * 1000000}};
}

sw_value sw_attribute_of(const sw_event *event, uint32_t slot) {
    switch (slot) {
    case SW_EVENT_ID:
        return sw_attribute_text(event->id);
    case SW_EVENT_SOURCE:
        return sw_attribute_text(event->source);
    case SW_EVENT_TYPE:
        return sw_attribute_text(event->type->name);
    case SW_EVENT_SUBJECT:
        return sw_attribute_text(event->subject);
    case SW_EVENT_TIME:
        return sw_attribute_time(event->time_ms);
    case SW_EVENT_ORGCODE:
        return sw_attribute_text(event->orgcode);
    case SW_EVENT_OFFICERID:
        return sw_attribute_text(event->officerid);
    case SW_EVENT_RECORDEDTIME:
        return sw_attribute_time(event->recorded_ms);
    case SW_EVENT_RECEIVEDTIME:
        return sw_attribute_time(event->received_ms);
    default:
        SW_ASSERT(false); /* an attribute that events don't have */
        return (sw_value){.kind = SW_ABSENT};
    }
}
