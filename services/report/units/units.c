#include "report/units/units.h"

#include <pthread.h>
#include <stdlib.h>

#include "codec/wire.h"
#include "host/http.h"

#define NAMES_BYTES_MAX ((size_t)64 << 20)
#define UNITS_MAX       100000u
#define FRESH_MS        2000

enum { TAG_FROM = 2, TAG_REMOVED = 3, TAG_UNIT = 4, TAG_OFFICER = 5 };

struct sw_units {
    const sw_figures *figures;
    sw_clock *clock;
    pthread_mutex_t lock;
    sw_unit_names *names; /* NULL: not read yet */
};

/* ---- entries (proto/seawall/v1/directory.proto) ------------------------------------------ */

typedef struct entry {
    int64_t from_ms;
    bool removed;
    sw_slice texts[6]; /* of the unit or officer, by number of the field */
} entry;

static bool read_texts(sw_slice bytes, entry *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);)
        if (f.type == SW_WIRE_BYTES && f.number < SW_COUNT(ret->texts))
            ret->texts[f.number] = f.bytes;
    return !wire.fault;
}

static bool read_entry(sw_slice bytes, uint32_t tag, entry *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    *ret = (entry){0};
    bool good = true;
    for (sw_wire_field f; good && sw_wire_next(&wire, &f);) {
        if (f.number == TAG_FROM) ret->from_ms = (int64_t)f.n;
        if (f.number == TAG_REMOVED) ret->removed = f.n != 0;
        if (f.number == tag && f.type == SW_WIRE_BYTES) good = read_texts(f.bytes, ret);
    }
    return good && !wire.fault;
}

/* ---- units ------------------------------------------------------------------------------ */

typedef struct reading {
    sw_arena *arena;
    sw_police_unit *list;
    uint32_t count, cap;
    int64_t now_ms;
    sw_err err;
} reading;

static bool room(reading *r) {
    if (r->count < r->cap) return true;
    const uint32_t cap = r->cap ? 2 * r->cap : 256;
    sw_police_unit *more = cap > UNITS_MAX ? NULL : sw_arena_alloc(r->arena, cap * sizeof *more);
    if (!more) return false;
    if (r->count) memcpy(more, r->list, r->count * sizeof *more);
    r->list = more;
    r->cap = cap;
    return true;
}

/* "unit/320981010000", with "@" and a moment behind it where the version has one. */
static sw_slice code_of(sw_slice key) {
    const sw_slice id = sw_slice_sub(key, 5, key.len);
    const char *at = memchr(id.ptr, '@', id.len);
    return at ? sw_slice_sub(id, 0, (size_t)(at - id.ptr)) : id;
}

static bool each_unit(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    reading *r = arg;
    entry e;
    (void)partition;
    if (!read_entry(value, TAG_UNIT, &e) || !room(r)) {
        r->err = SW_E_LIMIT;
        return false;
    }
    if (e.from_ms > r->now_ms) return true;
    sw_police_unit *unit = &r->list[r->count];
    *unit = (sw_police_unit){.from_ms = e.from_ms, .removed = e.removed};
    if (!sw_arena_copy(r->arena, code_of(key), &unit->code) ||
        !sw_arena_copy(r->arena, e.texts[2], &unit->name) ||
        !sw_arena_copy(r->arena, e.texts[3], &unit->short_name) ||
        !sw_arena_copy(r->arena, e.texts[4], &unit->parent) ||
        !sw_arena_copy(r->arena, e.texts[5], &unit->tier)) {
        r->err = SW_E_LIMIT;
        return false;
    }
    unit->org = sw_org_prefix(unit->code);
    r->count++;
    return true;
}

static int by_org(const void *a, const void *b) {
    const sw_police_unit *x = a, *y = b;
    int order = sw_slice_cmp(x->org, y->org);
    if (!order) order = sw_slice_cmp(x->code, y->code);
    return order ? order : x->from_ms < y->from_ms ? -1 : x->from_ms > y->from_ms;
}

/* Of each unit the version that holds, unless it is removed by it. */
static uint32_t present_ones(sw_police_unit *list, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const bool last = i + 1 == count || !sw_slice_eq(list[i].code, list[i + 1].code);
        if (last && !list[i].removed) list[kept++] = list[i];
    }
    return kept;
}

static sw_err read_names(const sw_figures *figures, int64_t now_ms, sw_unit_names **ret) {
    sw_unit_names *names = sw_heap_zero(1, sizeof *names);
    if (!names) return SW_E_NOMEM;
    sw_arena_init(&names->arena, NAMES_BYTES_MAX);
    reading r = {.arena = &names->arena, .now_ms = now_ms};
    const sw_read_range range = {
        .partition = SW_READ_ALL, .from = SW_S("unit/"), .to = SW_S("unit0")};
    sw_err err = sw_read_scan(&figures->names, &range, each_unit, &r);
    if (!err) err = r.err;
    if (err) {
        sw_arena_done(&names->arena);
        sw_heap_free(names);
        return err;
    }
    if (r.count > 1) qsort(r.list, r.count, sizeof *r.list, by_org);
    names->list = r.list;
    names->count = present_ones(r.list, r.count);
    names->read_ms = now_ms;
    names->holders = 1;
    *ret = names;
    return SW_OK;
}

sw_err sw_units_open(const sw_figures *figures, sw_clock *clock, sw_units **ret) {
    sw_units *units = sw_heap_zero(1, sizeof *units);
    if (!units) return SW_E_NOMEM;
    *units = (sw_units){.figures = figures, .clock = clock};
    if (pthread_mutex_init(&units->lock, NULL) != 0) {
        sw_heap_free(units);
        return SW_E_NOMEM;
    }
    *ret = units;
    return SW_OK;
}

void sw_units_close(sw_units *units) {
    if (!units) return;
    sw_units_give(units->names);
    pthread_mutex_destroy(&units->lock);
    sw_heap_free(units);
}

sw_err sw_units_take(sw_units *units, const sw_unit_names **ret) {
    const int64_t now_ms = sw_clock_now_ms(units->clock);
    sw_unit_names *fresh;
    sw_err err = SW_OK;
    pthread_mutex_lock(&units->lock);
    const int64_t age_ms = units->names ? now_ms - units->names->read_ms : FRESH_MS;
    if (age_ms < 0 || age_ms >= FRESH_MS) {
        err = read_names(units->figures, now_ms, &fresh);
        if (!err) {
            sw_units_give(units->names);
            units->names = fresh;
        }
    }
    if (!err) {
        __atomic_add_fetch(&units->names->holders, 1, __ATOMIC_RELAXED);
        *ret = units->names;
    }
    pthread_mutex_unlock(&units->lock);
    return err;
}

void sw_units_give(const sw_unit_names *given) {
    sw_unit_names *names = (sw_unit_names *)(uintptr_t)given;
    if (!names || __atomic_sub_fetch(&names->holders, 1, __ATOMIC_ACQ_REL) > 0) return;
    sw_arena_done(&names->arena);
    sw_heap_free(names);
}

/* The first whose `org` is not before these digits. */
static uint32_t first_at(const sw_unit_names *names, sw_slice org) {
    uint32_t low = 0, high = names->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (sw_slice_cmp(names->list[middle].org, org) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const sw_police_unit *sw_unit_names_find(const sw_unit_names *names, sw_slice org) {
    const sw_slice wanted = sw_org_prefix(org);
    const uint32_t at = first_at(names, wanted);
    return at < names->count && sw_slice_eq(names->list[at].org, wanted) ? &names->list[at] : NULL;
}

uint32_t sw_unit_names_below(const sw_unit_names *names, sw_slice org, uint32_t *ret_first) {
    uint32_t count = 0;
    *ret_first = first_at(names, org);
    while (*ret_first + count < names->count &&
           sw_slice_starts(names->list[*ret_first + count].org, org))
        count++;
    return count;
}

/* ---- officers --------------------------------------------------------------------------- */

typedef struct person {
    sw_slice id;
    int64_t now_ms, from_ms;
    sw_arena *arena;
    sw_slice *name, *unit;
    bool found;
    sw_err err;
} person;

static bool each_officer(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    person *p = arg;
    entry e;
    (void)partition;
    if (key.len > p->id.len && key.ptr[p->id.len] != '@') return true; /* another's */
    if (!read_entry(value, TAG_OFFICER, &e)) {
        p->err = SW_E_CORRUPT;
        return false;
    }
    if (e.from_ms > p->now_ms || (p->found && e.from_ms < p->from_ms)) return true;
    p->found = !e.removed;
    p->from_ms = e.from_ms;
    if (!sw_arena_copy(p->arena, e.texts[2], p->name) ||
        !sw_arena_copy(p->arena, e.texts[3], p->unit))
        p->err = SW_E_LIMIT;
    return p->err == SW_OK;
}

sw_err sw_officer_find(const sw_figures *figures, sw_slice id, int64_t now_ms, sw_arena *arena,
                       sw_slice *ret_name, sw_slice *ret_unit) {
    const sw_slice from = sw_arena_printf(arena, "officer/%.*s", SW_FMT(id));
    const sw_slice to = sw_arena_printf(arena, "officer/%.*s@\xff", SW_FMT(id));
    person p = {.id = from, .now_ms = now_ms, .arena = arena, .name = ret_name, .unit = ret_unit};
    *ret_name = *ret_unit = SW_S("");
    if (!from.ptr || !to.ptr) return SW_E_LIMIT;
    if (to.len > SW_KEY_BYTES_MAX) return SW_E_NOT_FOUND;
    const sw_read_range range = {.partition = SW_READ_ALL, .from = from, .to = to};
    sw_err err = sw_read_scan(&figures->names, &range, each_officer, &p);
    if (!err) err = p.err;
    return err ? err : p.found ? SW_OK : SW_E_NOT_FOUND;
}
