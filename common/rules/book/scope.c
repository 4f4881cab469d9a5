#include "rules/book/scope.h"

#include "rules/attribute.h"

/* The value of one fact at the time of the scope's event: of the last event at or before it. */
static sw_value read_fact(sw_scope *scope, uint32_t slot);

static sw_value read_attribute(const sw_scope *scope, const sw_view *view, uint32_t slot) {
    switch (slot) {
    case SW_EVENT_ID:
        return sw_attribute_text(view->id);
    case SW_EVENT_SOURCE:
        return sw_attribute_text(view->source);
    case SW_EVENT_TYPE:
        return sw_attribute_text(sw_book_type(scope->book, view)->name);
    case SW_EVENT_SUBJECT:
        return sw_attribute_text(view->subject);
    case SW_EVENT_TIME:
        return sw_attribute_time(view->time_ms);
    case SW_EVENT_ORGCODE:
        return sw_attribute_text(view->orgcode);
    case SW_EVENT_OFFICERID:
        return sw_attribute_text(view->officerid);
    case SW_EVENT_RECORDEDTIME:
        return sw_attribute_time(view->recorded_ms);
    case SW_EVENT_RECEIVEDTIME:
        return sw_attribute_time(view->received_ms);
    default:
        SW_ASSERT(false); /* an attribute that events don't have */
        return (sw_value){0};
    }
}

/* The event whose attributes or fields a root has. */
static const sw_view *view_of(const sw_scope *scope, uint32_t root) {
    switch (root) {
    case SW_ROOT_LEFT_EVENT:
    case SW_ROOT_LEFT_DATA:
        return scope->left;
    case SW_ROOT_RIGHT_EVENT:
    case SW_ROOT_RIGHT_DATA:
        return scope->right;
    default:
        return scope->view;
    }
}

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    sw_scope *scope = ctx;
    sw_value value = {.kind = SW_ABSENT};
    if (root == SW_ROOT_FACTS) return scope->group ? read_fact(scope, slot) : value;
    const sw_view *view = view_of(scope, root);
    if (root == SW_ROOT_EVENT || root == SW_ROOT_LEFT_EVENT || root == SW_ROOT_RIGHT_EVENT)
        return read_attribute(scope, view, slot);
    sw_err err = sw_view_field(view, slot, sw_book_value(scope->book), scope->arena, &value);
    if (err) scope->err = err;
    return value;
}

sw_value sw_scope_read(sw_scope *scope, uint32_t root, uint32_t slot) {
    return get(scope, root, slot);
}

bool sw_scope_try(sw_scope *scope, const sw_cel *cel, sw_value *ret, sw_cel_failure *ret_failure) {
    if (scope->err) return false;
    sw_cel_bind bind = {.ctx = scope, .get = get};
    sw_cel_failure failure = {.code = SW_OK};
    sw_value value;
    sw_err err = sw_cel_eval(cel, &bind, scope->arena, SW_CEL_COST_MAX, &value, &failure);
    if (err == SW_E_NOMEM) scope->err = err;
    if (scope->err) return false;
    if (err && ret_failure) *ret_failure = failure;
    if (!err) *ret = value;
    return err == SW_OK;
}

bool sw_scope_value(sw_scope *scope, const sw_cel *cel, sw_value *ret) {
    sw_cel_failure failure;
    if (sw_scope_try(scope, cel, ret, &failure)) return true;
    if (!scope->err && scope->probe && scope->probe->failed)
        scope->probe->failed(scope->probe->ctx, scope->rule, scope->view, cel, &failure);
    return false;
}

bool sw_scope_holds(sw_scope *scope, const sw_cel *when) {
    if (!when) return scope->err == SW_OK;
    sw_value value;
    return sw_scope_value(scope, when, &value) && value.kind == SW_BOOL && value.b;
}

bool sw_scope_on(sw_scope *scope, const sw_on *on, int64_t *ret_ms) {
    if (!sw_scope_holds(scope, on->when)) return false;
    int64_t ms = scope->view->time_ms;
    if (on->at) {
        sw_value value;
        if (!sw_scope_value(scope, on->at, &value) || value.kind != SW_TIMESTAMP) return false;
        ms = value.t.seconds * 1000 + value.t.nanos / 1000000;
    }
    *ret_ms = ms;
    return true;
}

/* `until`: a moment that is not before the start. */
static bool span_until(sw_scope *scope, sw_span span, const sw_cel *until, int64_t start_ms,
                       sw_span *ret) {
    sw_value value;
    if (!sw_scope_value(scope, until, &value) || value.kind != SW_TIMESTAMP) return false;
    span.n = value.t.seconds * 1000 + value.t.nanos / 1000000;
    if (span.n < start_ms) return false;
    *ret = span;
    return true;
}

bool sw_scope_span(sw_scope *scope, sw_span span, const sw_cel *n, int64_t scale_ms,
                   int64_t start_ms, sw_span *ret) {
    if (span.unit == SW_UNIT_UNTIL) return span_until(scope, span, n, start_ms, ret);
    if (n) {
        sw_value value;
        if (!sw_scope_value(scope, n, &value) || value.kind != SW_INT || value.i < 0) return false;
        span.n = value.i;
        if (span.unit == SW_UNIT_EXACT && __builtin_mul_overflow(value.i, scale_ms, &span.n))
            return false;
    }
    if (span.n < 0) return false;
    *ret = span;
    return true;
}

/* The first source that this event's type has and whose condition and value hold. */
static bool fact_from(sw_scope *scope, const sw_fact *fact, const sw_event_type *type,
                      sw_value *ret) {
    for (uint32_t i = 0; i < fact->from_count; i++) {
        const sw_fact_source *from = &fact->from[i];
        if (from->type != type || !sw_scope_holds(scope, from->when)) continue;
        if (sw_scope_value(scope, from->value, ret)) return true;
    }
    return false;
}

static bool is_source(const sw_fact *fact, const sw_event_type *type) {
    for (uint32_t i = 0; i < fact->from_count; i++)
        if (fact->from[i].type == type) return true;
    return false;
}

static sw_err find_fact(sw_scope *scope, const sw_fact *fact, sw_value *ret) {
    const sw_book *book = scope->book;
    const sw_catalogue *cat = sw_ruleset_catalogue(book->plan->set);
    const sw_strand *strand = &book->plan->strands[sw_plan_strand_of(book->plan, scope->rule)];
    const uint8_t *bytes = sw_book_records(book);
    for (uint32_t i = sw_book_find_time(book, scope->view->time_ms, true); i-- > 0;) {
        uint32_t rec = sw_book_list(book)[i];
        const sw_event_type *type = sw_catalogue_type(cat, sw_record_type(bytes, rec));
        if (!is_source(fact, type)) continue;
        sw_view view;
        bool belongs;
        sw_record_read(bytes, rec, &view);
        sw_err err = sw_group_has(book, strand, &view, scope->group, scope->arena, &belongs);
        if (err) return err;
        if (!belongs) continue;
        sw_scope inner =
            sw_scope_of(book, scope->arena, scope->probe, scope->rule, &view, scope->group);
        bool found = fact_from(&inner, fact, type, ret);
        if (inner.err) return inner.err;
        if (found) return SW_OK;
    }
    *ret = (sw_value){.kind = SW_ABSENT};
    return SW_OK;
}

static sw_value read_fact(sw_scope *scope, uint32_t slot) {
    sw_value none = {.kind = SW_ABSENT};
    SW_ASSERT(slot < scope->rule->fact_count);
    if (!scope->facts) {
        sw_value *facts = sw_arena_zero(scope->arena, scope->rule->fact_count, sizeof *facts);
        if (!facts) return scope->err = SW_E_NOMEM, none;
        for (uint32_t i = 0; i < scope->rule->fact_count; i++) facts[i].kind = SW_TYPE;
        scope->facts = facts;
    }
    if (scope->facts[slot].kind == SW_TYPE) {
        sw_err err = find_fact(scope, &scope->rule->facts[slot], &scope->facts[slot]);
        if (err) return scope->err = err, none;
    }
    return scope->facts[slot];
}
