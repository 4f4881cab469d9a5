/* event.h - the catalogue that events are fuzzed against, and what must hold of each that is read.
 */
#ifndef SW_TESTS_FUZZ_EVENT_H
#define SW_TESTS_FUZZ_EVENT_H

#include "base/assert.h"
#include "codec/event.h"

static const char fuzz_catalogue[] = "types:\n"
                                     "  a.b:\n"
                                     "    fields: {k: {type: string, key: true}, ks: {type: "
                                     "'string[]', key: true, of: k}, n: int, d: double,\n"
                                     "      b: bool, t: timestamp, s: string, ns: 'int[]', ts: "
                                     "'timestamp[]', p: {type: string, personal: true}}\n"
                                     "  a.c: {fields: {c: {type: string, required: true}}}\n";

static inline const sw_catalogue *fuzz_load(sw_arena *arena) {
    const sw_catalogue *cat = NULL;
    sw_err err = sw_catalogue_parse(arena, SW_S("f"), sw_slice_cstr(fuzz_catalogue), NULL, &cat);
    SW_ASSERT(err == SW_OK);
    return cat;
}

/* To JSON and to protobuf and back: the same content, unless it has grown beyond a limit. An event
 * from protobuf may hold what JSON is not let in with: fields of a type that has changed. */
static inline void fuzz_round_trip(sw_arena *arena, const sw_catalogue *cat, const sw_event *event,
                                   bool from_json) {
    sw_buf json, pb;
    sw_event *back = NULL;
    sw_hash128 content;
    sw_buf_init(&json, 64 << 20);
    sw_buf_init(&pb, 64 << 20);
    sw_err err = sw_event_content(event, &content);
    SW_ASSERT(err == SW_OK);
    err = sw_event_to_json(event, &json);
    SW_ASSERT(err == SW_OK);
    err = sw_event_from_json(arena, cat, sw_buf_slice(&json), NULL, &back);
    SW_ASSERT(err == SW_OK || err == SW_E_LIMIT || !from_json);
    SW_ASSERT(err || sw_hash128_eq(back->content, content));
    err = sw_event_to_pb(event, &pb);
    SW_ASSERT(err == SW_OK);
    err = sw_event_from_pb(arena, cat, sw_buf_slice(&pb), NULL, &back);
    SW_ASSERT(err == SW_OK || err == SW_E_LIMIT);
    SW_ASSERT(err || sw_hash128_eq(back->content, event->content));
    sw_buf_done(&json);
    sw_buf_done(&pb);
}

#endif
