#include "seawall/replay/telling.h"

enum { HAS_CAUSE = 1, HAS_REPLACES = 2, HAS_REPLACED_BY = 4, OF_SET = 8 };

/* What every telling has; texts and lists follow. */
typedef struct head {
    sw_hash128 id, replaces, replaced_by;
    int64_t at_ms, start_ms, due_ms, fires_ms, late_by_s, stopped_ms;
    const char *reason; /* a literal of the evaluator */
    uint32_t rule, warn, repeat, event_count;
    uint8_t change, level, state, provisional, flags;
} head;

static void put_text(sw_buf *out, sw_slice text) {
    uint32_t len = (uint32_t)text.len;
    sw_buf_add(out, sw_slice_of(&len, sizeof len));
    sw_buf_add(out, text);
}

static sw_slice take_text(sw_slice *from) {
    uint32_t len;
    memcpy(&len, from->ptr, sizeof len);
    sw_slice text = sw_slice_sub(*from, sizeof len, sizeof len + len);
    *from = sw_slice_sub(*from, sizeof len + len, from->len);
    return text;
}

static void put_event(sw_buf *out, const sw_event_ref *event) {
    sw_buf_add(out, sw_slice_of(&event->type, sizeof(const sw_event_type *)));
    put_text(out, event->source);
    put_text(out, event->id);
}

static sw_event_ref take_event(sw_slice *from) {
    sw_event_ref event;
    memcpy(&event.type, from->ptr, sizeof(const sw_event_type *));
    *from = sw_slice_sub(*from, sizeof(const sw_event_type *), from->len);
    event.source = take_text(from);
    event.id = take_text(from);
    return event;
}

void sw_telling_encode(const sw_transition *t, const sw_warning *w, sw_slice explanation,
                       sw_buf *out) {
    head h;
    memset(&h, 0, sizeof h);
    h.id = w->id;
    h.start_ms = w->start_ms, h.due_ms = w->due_ms, h.fires_ms = w->fires_ms;
    h.late_by_s = w->late_by_s, h.stopped_ms = w->stopped_ms;
    h.rule = w->rule->index, h.warn = w->warn, h.repeat = w->repeat, h.event_count = w->event_count;
    h.level = (uint8_t)w->level, h.state = (uint8_t)w->state, h.provisional = w->provisional;
    h.flags = t ? 0 : OF_SET;
    if (t) {
        h.at_ms = t->at_ms, h.change = (uint8_t)t->change, h.reason = t->reason;
        if (t->cause) h.flags |= HAS_CAUSE;
        if (t->replaces) h.replaces = *t->replaces, h.flags |= HAS_REPLACES;
        if (t->replaced_by) h.replaced_by = *t->replaced_by, h.flags |= HAS_REPLACED_BY;
    }
    sw_buf_add(out, sw_slice_of(&h, sizeof h));
    for (uint32_t i = 0; i < w->rule->key_count; i++) put_text(out, w->key[i]);
    put_text(out, w->orgcode);
    put_text(out, w->officerid);
    for (uint32_t i = 0; i < w->event_count; i++) put_event(out, &w->events[i]);
    if (t && t->cause) put_event(out, t->cause);
    put_text(out, explanation);
}

/* All that a telling points to, in one piece. */
typedef struct parts {
    head h;
    sw_warning warning;
    sw_event_ref cause;
} parts;

static sw_err take_lists(const head *h, const sw_rule *rule, sw_slice *from, sw_arena *arena,
                         sw_warning *w) {
    sw_slice *key = sw_arena_alloc(arena, rule->key_count * sizeof *key);
    sw_event_ref *events = sw_arena_alloc(arena, h->event_count * sizeof *events);
    if (!key || !events) return SW_E_LIMIT;
    for (uint32_t i = 0; i < rule->key_count; i++) key[i] = take_text(from);
    w->orgcode = take_text(from);
    w->officerid = take_text(from);
    for (uint32_t i = 0; i < h->event_count; i++) events[i] = take_event(from);
    w->key = key;
    w->events = events;
    return SW_OK;
}

sw_err sw_telling_decode(const sw_ruleset *set, sw_slice bytes, sw_arena *arena, sw_telling *ret) {
    parts *p = sw_arena_alloc(arena, sizeof *p);
    if (!p) return SW_E_LIMIT;
    memcpy(&p->h, bytes.ptr, sizeof p->h);
    const head *h = &p->h;
    sw_slice from = sw_slice_sub(bytes, sizeof *h, bytes.len);
    p->warning = (sw_warning){.id = h->id,
                              .rule = sw_ruleset_rule(set, h->rule),
                              .warn = h->warn,
                              .repeat = h->repeat,
                              .level = (sw_level)h->level,
                              .state = (sw_state)h->state,
                              .start_ms = h->start_ms,
                              .due_ms = h->due_ms,
                              .fires_ms = h->fires_ms,
                              .late_by_s = h->late_by_s,
                              .stopped_ms = h->stopped_ms,
                              .provisional = h->provisional,
                              .event_count = h->event_count};
    sw_err err = take_lists(h, p->warning.rule, &from, arena, &p->warning);
    if (err) return err;
    if (h->flags & HAS_CAUSE) p->cause = take_event(&from);
    ret->of_set = h->flags & OF_SET;
    ret->transition =
        (sw_transition){.change = (sw_change)h->change,
                        .at_ms = h->at_ms,
                        .warning = &p->warning,
                        .cause = h->flags & HAS_CAUSE ? &p->cause : NULL,
                        .reason = h->reason,
                        .replaces = h->flags & HAS_REPLACES ? &p->h.replaces : NULL,
                        .replaced_by = h->flags & HAS_REPLACED_BY ? &p->h.replaced_by : NULL};
    ret->explanation = take_text(&from);
    return SW_OK;
}
