/* Patrols (执法巡查) of each unit: what the plans are covered by. */
#include <stdlib.h>

#include "codec/event.h"
#include "notify/loop/task.h"

#define PATROLS_KEPT 64u

static sw_slice text_of(const sw_event *event, const char *name) {
    int32_t index = sw_event_type_field(event->type, sw_slice_cstr(name));
    const sw_value *value = index < 0 ? NULL : &event->fields[index];
    return value && value->kind == SW_STRING ? value->s : SW_SLICE_NONE;
}

static bool is_patrol(sw_slice type) {
    return sw_slice_is(type, "patrol.done");
}

static sw_err load(sw_notify_call *call, sw_slice key, Seawall__V1__Patrols **ret) {
    sw_slice bytes;
    *ret = NULL;
    sw_err err = sw_ctx_get(call->ctx, SW_NOTIFY_PATROLS, key, &bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    err = sw_pb_read(&call->pb, &seawall__v1__patrols__descriptor, bytes, ret);
    return err == SW_E_SYNTAX ? SW_E_CORRUPT : err;
}

/* False: there is none. */
static bool take_out(Seawall__V1__Patrols *row, sw_hash128 identity) {
    size_t kept = 0, before = row->n_patrols;
    for (size_t i = 0; i < before; i++) {
        const ProtobufCBinaryData *id = &row->patrols[i]->identity;
        bool same = id->len == sizeof identity.bytes &&
                    memcmp(id->data, identity.bytes, sizeof identity.bytes) == 0;
        if (!same) row->patrols[kept++] = row->patrols[i];
    }
    row->n_patrols = kept;
    return kept < before;
}

static int by_time(const void *a, const void *b) {
    const Seawall__V1__Patrol *x = *(Seawall__V1__Patrol *const *)a;
    const Seawall__V1__Patrol *y = *(Seawall__V1__Patrol *const *)b;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    return memcmp(x->identity.data, y->identity.data, x->identity.len);
}

static sw_err put_in(sw_notify_call *call, Seawall__V1__Patrols *row, const sw_event *event) {
    Seawall__V1__Patrol *patrol = sw_pb_new(&call->pb, &seawall__v1__patrol__descriptor);
    if (!patrol) return SW_E_LIMIT;
    patrol->identity = (ProtobufCBinaryData){
        sizeof event->identity.bytes,
        (uint8_t *)sw_pb_text(&call->pb,
                              sw_slice_of(event->identity.bytes, sizeof event->identity.bytes))};
    patrol->time_ms = event->time_ms;
    patrol->tier = sw_pb_text(&call->pb, text_of(event, "tier"));
    patrol->topic = sw_pb_text(&call->pb, text_of(event, "topic"));
    int32_t at = sw_event_type_field(event->type, SW_S("findings"));
    if (at >= 0 && event->fields[at].kind == SW_INT) patrol->finding_count = event->fields[at].i;
    if (!sw_pb_append(&call->pb, &row->n_patrols, &row->patrols, patrol)) return SW_E_LIMIT;
    qsort(row->patrols, row->n_patrols, sizeof(void *), by_time);
    if (row->n_patrols > PATROLS_KEPT) {
        memmove(row->patrols, row->patrols + 1, (row->n_patrols - 1) * sizeof(void *));
        row->n_patrols--;
    }
    return SW_OK;
}

/* Whether the unit of the key is the one that was patrolled: a correction reaches the old one too.
 */
static bool is_of(sw_notify_call *call, const sw_event *event, sw_slice key) {
    const char *own = sw_pb_printf(&call->pb, "unit_org=%.*s", SW_FMT(text_of(event, "unit_org")));
    return sw_slice_is(key, own);
}

sw_err sw_notify_on_patrol(sw_notify_call *call, const sw_input *input, sw_slice type) {
    bool corrects = sw_slice_is(type, "event.retracted") || sw_slice_is(type, "event.corrected");
    if (!is_patrol(type) && !corrects) return SW_OK;
    sw_event *event;
    Seawall__V1__Patrols *row;
    sw_err err =
        sw_event_from_pb(call->pb.arena, call->shared->catalogue, input->value, NULL, &event);
    if (err == SW_E_UNKNOWN) return SW_OK;
    if (err) return sw_ctx_fail(call->ctx, err, "not an event of the catalogue");
    err = load(call, input->key, &row);
    if (err) return err;
    if (!row) row = sw_pb_new(&call->pb, &seawall__v1__patrols__descriptor);
    if (!row) return SW_E_LIMIT;
    const sw_event *now = corrects ? event->correction->replacement : event;
    bool changed = take_out(row, corrects ? event->correction->identity : event->identity);
    if (corrects && !changed && !(now && is_patrol(now->type->name))) return SW_OK;
    if (now && is_patrol(now->type->name) && is_of(call, now, input->key))
        err = put_in(call, row, now);
    sw_slice bytes;
    if (!err) err = sw_pb_write(&call->pb, row, &bytes);
    return err ? err : sw_ctx_put(call->ctx, SW_NOTIFY_PATROLS, input->key, bytes);
}
