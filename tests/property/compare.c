#include "compare.h"

#include <stdlib.h>

static void write_ms(sw_buf *out, const char *name, int64_t ms) {
    sw_buf_printf(out, " %s=", name);
    if (ms == SW_TIME_NONE)
        sw_buf_add_byte(out, '-');
    else if (ms < SW_TIME_FIRST_MS || ms > SW_TIME_LAST_MS)
        sw_buf_add_int(out, ms);
    else
        sw_time_write(out, ms, 8 * 3600);
}

void compare_write_warning(sw_buf *out, const sw_warning *warning) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(warning->id, hex);
    sw_buf_printf(out, "%.8s %.*s@%.*s(%u) %s#%u [", hex, SW_FMT(warning->rule->id),
                  SW_FMT(warning->rule->pack->version), warning->rule->index,
                  sw_level_name(warning->level), warning->repeat);
    for (uint32_t i = 0; i < warning->rule->key_count; i++)
        sw_buf_printf(out, "%s%.*s", i ? " " : "", SW_FMT(warning->key[i]));
    sw_buf_printf(out, "] %s", warning->state == SW_STATE_OPEN ? "open" : "resolved");
    write_ms(out, "start", warning->start_ms);
    write_ms(out, "due", warning->due_ms);
    write_ms(out, "fires", warning->fires_ms);
    write_ms(out, "stopped", warning->stopped_ms);
    sw_buf_printf(out, " late=%lld%s org=%.*s officer=%.*s", (long long)warning->late_by_s,
                  warning->provisional ? " provisional" : "", SW_FMT(warning->orgcode),
                  SW_FMT(warning->officerid));
    for (uint32_t i = 0; i < warning->event_count; i++)
        sw_buf_printf(out, " by=%.*s/%.*s", SW_FMT(warning->events[i].source),
                      SW_FMT(warning->events[i].id));
}

static bool same_ref(const sw_event_ref *a, const sw_event_ref *b) {
    if (!a || !b) return a == b;
    return sw_slice_eq(a->source, b->source) && sw_slice_eq(a->id, b->id) && a->type == b->type;
}

static bool same_place(const sw_warning *a, const sw_warning *b) {
    if (a->rule != b->rule || a->warn != b->warn || a->repeat != b->repeat || a->level != b->level)
        return false;
    for (uint32_t i = 0; i < a->rule->key_count; i++)
        if (!sw_slice_eq(a->key[i], b->key[i])) return false;
    return true;
}

static bool same_events(const sw_warning *a, const sw_warning *b) {
    bool same = a->event_count == b->event_count;
    for (uint32_t i = 0; same && i < a->event_count; i++)
        same = same_ref(&a->events[i], &b->events[i]);
    return same;
}

static bool same_warning(const sw_warning *a, const sw_warning *b) {
    return same_place(a, b) && a->state == b->state && a->start_ms == b->start_ms &&
           a->due_ms == b->due_ms && a->fires_ms == b->fires_ms && a->late_by_s == b->late_by_s &&
           a->stopped_ms == b->stopped_ms && a->provisional == b->provisional &&
           sw_slice_eq(a->orgcode, b->orgcode) && sw_slice_eq(a->officerid, b->officerid) &&
           same_events(a, b);
}

static void write_line(sw_buf *out, const char *side, const sw_warning *warning) {
    sw_buf_printf(out, "  %s: ", side);
    compare_write_warning(out, warning);
    sw_buf_add_byte(out, '\n');
}

bool compare_sets(const sw_warning *const *a, uint32_t a_count, const sw_warning *const *b,
                  uint32_t b_count, const char *one, const char *two, sw_buf *out) {
    bool same = true;
    for (uint32_t i = 0, k = 0; i < a_count || k < b_count;) {
        int order = i == a_count ? 1 : k == b_count ? -1 : sw_hash128_cmp(a[i]->id, b[k]->id);
        if (order == 0 && same_warning(a[i], b[k])) {
            i++, k++;
            continue;
        }
        same = false;
        if (order <= 0) write_line(out, one, a[i++]);
        if (order >= 0) write_line(out, two, b[k++]);
    }
    return same;
}

static int text_cmp(const char *a, const char *b) {
    return !a || !b ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

static bool same_id(const sw_hash128 *a, const sw_hash128 *b) {
    return !a || !b ? a == b : sw_hash128_eq(*a, *b);
}

/* An instance that went over to another version of its rule: which of the two gives the reason is
 * left open (docs/semantics.md 23). */
static bool same_reason(const sw_transition *a, const sw_transition *b) {
    return a->warning->rule != b->warning->rule || text_cmp(a->reason, b->reason) == 0;
}

static bool same_transition(const sw_transition *a, const sw_transition *b) {
    return a->change == b->change && a->at_ms == b->at_ms &&
           sw_hash128_eq(a->warning->id, b->warning->id) && same_ref(a->cause, b->cause) &&
           same_reason(a, b) && same_id(a->replaces, b->replaces) &&
           same_id(a->replaced_by, b->replaced_by);
}

static void write_transition(sw_buf *out, const char *side, const sw_transition *told) {
    static const char *const changes[] = {
        [SW_WITHDRAWN] = "withdrawn", [SW_RAISED] = "raised", [SW_RESOLVED] = "resolved"};
    sw_buf_printf(out, "  %s:", side);
    write_ms(out, "at", told->at_ms);
    sw_buf_printf(out, " %s ", changes[told->change]);
    compare_write_warning(out, told->warning);
    if (told->reason) sw_buf_printf(out, " reason=%s", told->reason);
    if (told->cause)
        sw_buf_printf(out, " cause=%.*s/%.*s", SW_FMT(told->cause->source),
                      SW_FMT(told->cause->id));
    char hex[SW_HASH128_TEXT];
    if (told->replaces) {
        sw_hash128_hex(*told->replaces, hex);
        sw_buf_printf(out, " replaces=%.8s", hex);
    }
    if (told->replaced_by) {
        sw_hash128_hex(*told->replaced_by, hex);
        sw_buf_printf(out, " replaced_by=%.8s", hex);
    }
    sw_buf_add_byte(out, '\n');
}

bool compare_tellings(const sw_transition *a, uint32_t a_count, const sw_transition *b,
                      uint32_t b_count, const char *one, const char *two, sw_buf *out) {
    uint32_t shorter = a_count < b_count ? a_count : b_count, i = 0;
    while (i < shorter && same_transition(&a[i], &b[i])) i++;
    if (i == a_count && i == b_count) return true;
    sw_buf_printf(out, "  after %u equal lines:\n", i);
    for (uint32_t k = i; k < a_count && k < i + 4; k++) write_transition(out, one, &a[k]);
    for (uint32_t k = i; k < b_count && k < i + 4; k++) write_transition(out, two, &b[k]);
    return false;
}

static int int_cmp(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int told_cmp(const void *a, const void *b) {
    const sw_transition *x = a, *y = b;
    const sw_warning *v = x->warning, *w = y->warning;
    int order = int_cmp(x->at_ms, y->at_ms);
    if (!order) order = sw_slice_cmp(v->rule->id, w->rule->id);
    for (uint32_t i = 0; !order && i < v->rule->key_count && i < w->rule->key_count; i++)
        order = sw_slice_cmp(v->key[i], w->key[i]);
    if (!order) order = int_cmp(v->rule->key_count, w->rule->key_count);
    if (!order) order = int_cmp(v->level, w->level);
    if (!order) order = int_cmp(v->repeat, w->repeat);
    if (!order) order = int_cmp(x->change, y->change);
    return order ? order : sw_hash128_cmp(v->id, w->id);
}

void compare_sort(sw_transition *told, uint32_t count) {
    if (count > 1) qsort(told, count, sizeof *told, told_cmp);
}
