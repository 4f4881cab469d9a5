#include "risk/score/part.h"

#include "codec/wire.h"

enum { ORG = 1, COMPARTMENT, OPEN, OPEN_WARNINGS, CLOSED };
enum { D_DAY = 1, D_POINTS, D_WARNINGS };

void *sw_score_spread(sw_arena *arena, const void *from, uint32_t count, uint32_t at, size_t size) {
    SW_ASSERT(arena && at <= count);
    const char *old = from;
    char *more = sw_arena_alloc(arena, (count + (size_t)1) * size);
    if (!more) return NULL;
    if (at) memcpy(more, old, at * size);
    if (at < count) memcpy(more + (at + (size_t)1) * size, old + at * size, (count - at) * size);
    return more;
}

static sw_score_day *day_of(sw_score_part *p, sw_arena *arena, int32_t day) {
    uint32_t at = 0;
    while (at < p->day_count && p->days[at].day < day) at++;
    if (at < p->day_count && p->days[at].day == day) return &p->days[at];
    sw_score_day *more = sw_score_spread(arena, p->days, p->day_count, at, sizeof *more);
    if (!more) return NULL;
    more[at] = (sw_score_day){.day = day};
    p->days = more;
    p->day_count++;
    return &more[at];
}

sw_err sw_score_part_move(sw_score_part *p, sw_arena *arena, int64_t points, bool open, int32_t day,
                          int by) {
    SW_ASSERT(p && arena && (by == 1 || by == -1));
    if (open) {
        p->open += by * points;
        p->open_warnings += (uint32_t)by;
        return SW_OK;
    }
    sw_score_day *d = day_of(p, arena, day);
    if (!d) return SW_E_LIMIT;
    d->points += by * points;
    d->warnings += (uint32_t)by;
    return SW_OK;
}

void sw_score_part_prune(sw_score_part *p, const sw_weights *weights, int32_t today) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->day_count; i++)
        if (p->days[i].warnings && sw_weights_left(weights, p->days[i].day, today) > 0)
            p->days[kept++] = p->days[i];
    p->day_count = kept;
}

bool sw_score_part_is_empty(const sw_score_part *p) {
    return p->open_warnings == 0 && p->day_count == 0;
}

void sw_score_part_sum(const sw_score_part *p, const sw_weights *weights, int32_t today,
                       sw_score_sum *sum, uint32_t *warnings) {
    sw_score_add(weights, sum, p->open, sw_weights_days(weights));
    *warnings += p->open_warnings;
    for (uint32_t i = 0; i < p->day_count; i++) {
        const int32_t left = sw_weights_left(weights, p->days[i].day, today);
        sw_score_add(weights, sum, p->days[i].points, left);
        if (left > 0) *warnings += p->days[i].warnings;
    }
}

void sw_score_part_write(const sw_score_part *p, sw_buf *out) {
    sw_wire_text(out, ORG, p->org);
    sw_wire_text(out, COMPARTMENT, p->compartment);
    sw_wire_sint(out, OPEN, p->open);
    sw_wire_varint(out, OPEN_WARNINGS, p->open_warnings);
    for (uint32_t i = 0; i < p->day_count; i++) {
        const size_t mark = sw_wire_begin(out, CLOSED);
        sw_wire_sint(out, D_DAY, p->days[i].day);
        sw_wire_sint(out, D_POINTS, p->days[i].points);
        sw_wire_varint(out, D_WARNINGS, p->days[i].warnings);
        sw_wire_end(out, mark);
    }
}

static bool read_day(sw_slice bytes, sw_score_day *ret) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    *ret = (sw_score_day){0};
    while (sw_wire_next(&r, &f)) {
        if (f.number == D_DAY) ret->day = (int32_t)sw_wire_zigzag(f.n);
        if (f.number == D_POINTS) ret->points = sw_wire_zigzag(f.n);
        if (f.number == D_WARNINGS) ret->warnings = (uint32_t)f.n;
    }
    return !r.fault;
}

sw_err sw_score_part_read(sw_arena *arena, sw_slice bytes, sw_score_part *ret) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    sw_score_part p = {0};
    uint32_t days = 0;
    while (sw_wire_next(&r, &f)) days += f.number == CLOSED;
    p.days = sw_arena_alloc(arena, (days + 1) * sizeof *p.days);
    if (!p.days) return SW_E_LIMIT;
    for (r = sw_wire_read(bytes); sw_wire_next(&r, &f);) {
        if (f.number == ORG) p.org = f.bytes;
        if (f.number == COMPARTMENT) p.compartment = f.bytes;
        if (f.number == OPEN) p.open = sw_wire_zigzag(f.n);
        if (f.number == OPEN_WARNINGS) p.open_warnings = (uint32_t)f.n;
        if (f.number == CLOSED && !read_day(f.bytes, &p.days[p.day_count++])) return SW_E_CORRUPT;
    }
    if (r.fault) return SW_E_CORRUPT;
    *ret = p;
    return SW_OK;
}
