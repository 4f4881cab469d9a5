#include "report/indicator/fields.h"

static int32_t find(const void *ctx, sw_slice member, const sw_cel_type **ret_type,
                    const char **ret_refusal) {
    const sw_event_type *type = ctx;
    const int32_t index = sw_event_type_field(type, member);
    if (index < 0) return -1;
    const sw_field *field = &type->fields[index];
    if (field->personal) {
        *ret_refusal = "personal fields can't be counted by";
        return -1;
    }
    *ret_type = field->list ? sw_cel_list_of(field->type) : sw_cel_type_of(field->type);
    return index;
}

static sw_slice nearest(const void *ctx, sw_slice member) {
    const sw_event_type *type = ctx;
    uint32_t least = UINT32_MAX;
    sw_slice best = SW_SLICE_NONE;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const uint32_t distance = sw_word_distance(member, type->fields[i].name);
        if (distance < least) least = distance, best = type->fields[i].name;
    }
    return best;
}

sw_cel_root sw_fields_root(const sw_event_type *type) {
    return (sw_cel_root){.path = "data", .ctx = type, .find = find, .nearest = nearest};
}

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    const sw_event *event = ctx;
    return root == FIELDS_EVENT ? sw_attribute_of(event, slot) : event->fields[slot];
}

sw_cel_bind sw_fields_of(const sw_event *event) {
    return (sw_cel_bind){(void *)(uintptr_t)event, get};
}
