#include "notify/directory/lookup.h"

#include "notify/directory/duty.h"

#define UNITS_UP_MAX 16u /* a circle of parents, or of roles, ends here */
#define LADDER_MAX   8u
#define DEPUTIES_MAX 4u

static sw_err find_in(void *arg, sw_slice id, int64_t at_ms, const sw_directory_entry **ret) {
    *ret = sw_directory_find(arg, id, at_ms);
    return SW_OK;
}

sw_directory_source sw_directory_source_of(const sw_directory *directory) {
    return (sw_directory_source){find_in, (void *)(uintptr_t)directory};
}

static sw_err find(const sw_directory_source *source, sw_pb *pb, const char *kind, sw_slice id,
                   int64_t at_ms, const sw_directory_entry **ret) {
    *ret = NULL;
    if (!id.len) return SW_OK;
    const char *key = sw_pb_printf(pb, "%s/%.*s", kind, SW_FMT(id));
    return pb->full ? SW_E_LIMIT : source->find(source->arg, sw_slice_cstr(key), at_ms, ret);
}

sw_err sw_directory_officer(const sw_directory_source *source, sw_pb *pb, sw_slice id,
                            int64_t at_ms, const Seawall__V1__Officer **ret) {
    const sw_directory_entry *entry;
    sw_err err = find(source, pb, "officer", id, at_ms, &entry);
    if (!err) *ret = entry ? entry->officer : NULL;
    return err;
}

sw_err sw_directory_unit(const sw_directory_source *source, sw_pb *pb, sw_slice code, int64_t at_ms,
                         const Seawall__V1__Unit **ret) {
    const sw_directory_entry *entry;
    sw_err err = find(source, pb, "unit", code, at_ms, &entry);
    if (!err) *ret = entry ? entry->unit : NULL;
    return err;
}

sw_slice sw_officer_phone(const Seawall__V1__Officer *officer, int64_t at_ms) {
    for (size_t i = 0; i < officer->n_phones; i++) {
        const Seawall__V1__Phone *phone = officer->phones[i];
        if (sw_directory_holds(phone->from_ms, phone->until_ms, at_ms))
            return sw_slice_cstr(phone->number);
    }
    return SW_SLICE_NONE;
}

bool sw_officer_qualified(const Seawall__V1__Officer *officer, int64_t at_ms) {
    return officer->qualified_until_ms == 0 || at_ms < officer->qualified_until_ms;
}

/* One lookup. */
typedef struct search {
    const sw_directory_source *source;
    sw_pb *pb;
    sw_people *people;
    sw_slice asked; /* role */
    sw_slice unit, officerid;
    int64_t at_ms;
    const char *fallen; /* why a level up is told; NULL: it is not */
    bool law;           /* the role needs a qualification */
    uint32_t found, barred;
    sw_slice holder;    /* whose being barred is asked for */
    sw_slice unreached; /* he is not told again */
    bool reachable, holder_barred;
} search;

static bool listed(const sw_people *people, const char *officer) {
    for (uint32_t i = 0; i < people->count; i++)
        if (strcmp(people->list[i].officer->id, officer) == 0) return true;
    return false;
}

static void add(search *s, const Seawall__V1__Officer *officer, const char *why) {
    if (sw_slice_is(s->unreached, officer->id)) return;
    s->found++;
    sw_slice phone = sw_officer_phone(officer, s->at_ms);
    if (phone.len) s->reachable = true;
    if (listed(s->people, officer->id) || s->people->count == SW_PEOPLE_MAX) return;
    if (s->fallen && why) why = sw_pb_printf(s->pb, "%s；%s", s->fallen, why);
    if (s->fallen && !why) why = s->fallen;
    s->people->list[s->people->count++] =
        (sw_person){officer, s->asked, phone, why ? sw_slice_cstr(why) : SW_SLICE_NONE};
}

/* The officer, or who stands in for him. */
static sw_err add_present(search *s, sw_slice id) {
    const char *why = NULL;
    for (uint32_t i = 0; i <= DEPUTIES_MAX; i++) {
        const Seawall__V1__Officer *officer;
        sw_err err = sw_directory_officer(s->source, s->pb, id, s->at_ms, &officer);
        if (err || !officer) return err;
        const Seawall__V1__Deputy *deputy = NULL;
        for (size_t d = 0; d < officer->n_deputies && !deputy; d++) {
            const Seawall__V1__Deputy *entry = officer->deputies[d];
            if (sw_directory_holds(entry->from_ms, entry->until_ms, s->at_ms)) deputy = entry;
        }
        if (!deputy || i == DEPUTIES_MAX) {
            if (s->law && !sw_officer_qualified(officer, s->at_ms)) {
                s->barred++;
                if (sw_slice_is(s->holder, officer->id)) s->holder_barred = true;
                return SW_OK;
            }
            add(s, officer, why);
            return SW_OK;
        }
        why = sw_pb_printf(s->pb, "%s不在岗，由您代理", officer->name);
        id = sw_slice_cstr(deputy->officer);
    }
    return SW_OK;
}

/* Those on shift; without any, those who hold the role without a shift. */
static sw_err add_posts(search *s, const Seawall__V1__Unit *unit, const char *role) {
    for (int shift = 1; shift >= 0 && !s->found; shift--) {
        for (size_t i = 0; i < unit->n_posts; i++) {
            const Seawall__V1__Post *post = unit->posts[i];
            if (post->shift != (bool)shift || strcmp(post->role, role) != 0 ||
                !sw_directory_holds(post->from_ms, post->until_ms, s->at_ms))
                continue;
            sw_err err = add_present(s, sw_slice_cstr(post->officer));
            if (err) return err;
        }
    }
    return SW_OK;
}

/* The role in the unit and those above it, up to the role's tier. */
static sw_err add_role(search *s, const sw_duty *role) {
    s->law = role->law;
    if (strcmp(role->name, "handler") == 0 && s->officerid.len) {
        sw_err err = add_present(s, s->officerid);
        if (err || s->found) return err;
    }
    sw_slice code = s->unit;
    for (uint32_t i = 0; i < UNITS_UP_MAX && code.len && !s->found; i++) {
        const Seawall__V1__Unit *unit;
        sw_err err = sw_directory_unit(s->source, s->pb, code, s->at_ms, &unit);
        if (err) return err;
        if (!unit) break;
        /* The unit in charge itself is always asked, whatever its tier. */
        if (i > 0 && sw_tier_find(sw_slice_cstr(unit->tier)) > role->home) break;
        err = add_posts(s, unit, role->name);
        if (err) return err;
        code = sw_slice_cstr(unit->parent);
    }
    return SW_OK;
}

/* From this role up, until somebody is found who can be reached. */
static sw_err climb(search *s, const sw_duty *now) {
    for (uint32_t i = 0; now && i < LADDER_MAX; i++) {
        s->found = s->barred = 0;
        sw_err err = add_role(s, now);
        if (err) return err;
        if (s->found && s->reachable) break;
        const char *fault = s->found ? "无手机号" : s->barred ? "执法资格已过期" : "空缺";
        const sw_duty *up = now->up ? sw_duty_find(sw_slice_cstr(now->up)) : NULL;
        if (up) s->fallen = sw_pb_printf(s->pb, "%s%s，改告%s", now->title, fault, up->title);
        now = up;
    }
    return s->pb->full ? SW_E_LIMIT : SW_OK;
}

sw_err sw_directory_lookup(const sw_directory_source *source, sw_pb *pb, sw_slice role,
                           sw_slice unit, sw_slice officerid, int64_t at_ms, sw_people *people) {
    search s = {.source = source,
                .pb = pb,
                .people = people,
                .asked = role,
                .unit = unit,
                .officerid = officerid,
                .at_ms = at_ms};
    return climb(&s, sw_duty_find(role));
}

sw_err sw_directory_lookup_above(const sw_directory_source *source, sw_pb *pb, sw_slice role,
                                 sw_slice unit, sw_slice unreached, int64_t at_ms,
                                 sw_people *people) {
    const sw_duty *duty = sw_duty_find(role);
    const sw_duty *up = duty && duty->up ? sw_duty_find(sw_slice_cstr(duty->up)) : NULL;
    if (!up) return SW_OK;
    search s = {.source = source,
                .pb = pb,
                .people = people,
                .asked = sw_slice_cstr(up->name),
                .unit = unit,
                .at_ms = at_ms,
                .unreached = unreached};
    s.fallen = sw_pb_printf(pb, "%s消息未送达，改告%s", duty->title, up->title);
    return climb(&s, up);
}

sw_err sw_directory_holds_role(const sw_directory_source *source, sw_pb *pb, sw_slice role,
                               sw_slice unit, sw_slice officerid, sw_slice officer, int64_t at_ms,
                               bool *ret, bool *ret_expired) {
    sw_people people = {.count = 0};
    search s = {.source = source,
                .pb = pb,
                .people = &people,
                .asked = role,
                .unit = unit,
                .officerid = officerid,
                .at_ms = at_ms,
                .holder = officer};
    const sw_duty *known = sw_duty_find(role);
    if (known) {
        sw_err err = add_role(&s, known);
        if (err) return err;
    }
    *ret = false;
    *ret_expired = s.holder_barred;
    for (uint32_t i = 0; i < people.count; i++)
        if (sw_slice_is(officer, people.list[i].officer->id)) *ret = true;
    return pb->full ? SW_E_LIMIT : SW_OK;
}

static size_t significant(sw_slice code) {
    size_t len = code.len;
    while (len > 2 && code.ptr[len - 1] == '0') len--;
    return len % 2 ? len + 1 : len;
}

sw_err sw_directory_below(const sw_directory_source *source, sw_pb *pb, sw_slice unit,
                          sw_slice above, int64_t at_ms, bool *ret) {
    sw_slice code = unit;
    *ret = false;
    for (uint32_t i = 0; i < UNITS_UP_MAX && code.len; i++) {
        if (sw_slice_eq(code, above)) {
            *ret = true;
            return SW_OK;
        }
        const Seawall__V1__Unit *entry;
        sw_err err = sw_directory_unit(source, pb, code, at_ms, &entry);
        if (err) return err;
        if (!entry) { /* the prefix is the fallback */
            *ret = sw_slice_starts(code, sw_slice_sub(above, 0, significant(above)));
            return SW_OK;
        }
        code = sw_slice_cstr(entry->parent);
    }
    return SW_OK;
}
