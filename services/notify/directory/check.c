/* What needs the whole directory. */
#include <stdlib.h>

#include "notify/directory/duty.h"
#include "notify/directory/lookup.h"
#include "notify/directory/reader.h"

#define PARENTS_MAX 16u

static sw_yaml place_of(sw_directory_reader *reader, uint32_t i) {
    sw_directory_section(reader, reader->entries[i]->unit ? "units" : "officers");
    return (sw_yaml){.line = reader->lines[i], .col = 1};
}

/* Ids in order, to find a name without walking over all of them. */
static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool known(const char *const *ids, uint32_t count, sw_pb *pb, const char *kind,
                  const char *name) {
    const char *id = sw_pb_printf(pb, "%s/%s", kind, name);
    return count && bsearch(&id, ids, count, sizeof *ids, by_name);
}

static const char **sorted(sw_directory_reader *reader) {
    const char **ids = sw_pb_zero(&reader->pb, reader->count + 1, sizeof *ids);
    for (uint32_t i = 0; ids && i < reader->count; i++) ids[i] = reader->entries[i]->id;
    if (ids && reader->count) qsort(ids, reader->count, sizeof *ids, by_name);
    return ids;
}

static void check_unit(sw_directory_reader *reader, uint32_t i, const char *const *ids) {
    const Seawall__V1__Unit *unit = reader->entries[i]->unit;
    const sw_yaml at = place_of(reader, i);
    if (*unit->parent && !known(ids, reader->count, &reader->pb, "unit", unit->parent))
        sw_directory_fault(reader, &at, SW_E_UNKNOWN, "parent",
                           "declare it too, or leave 'parent' out of the topmost unit",
                           "unit '%s' is below '%s', which there is not", unit->code, unit->parent);
    for (size_t p = 0; p < unit->n_posts; p++) {
        const Seawall__V1__Post *post = unit->posts[p];
        if (*post->officer && !known(ids, reader->count, &reader->pb, "officer", post->officer))
            sw_directory_fault(reader, &at, SW_E_UNKNOWN, "officer",
                               "declare him among the officers",
                               "%s of unit '%s' is officer '%s', whom there is not", post->role,
                               unit->code, post->officer);
    }
    uint32_t up = 0;
    const Seawall__V1__Unit *above = unit;
    while (above && *above->parent && up++ < PARENTS_MAX) {
        sw_directory_entry *entry =
            sw_directory_have(reader, sw_pb_printf(&reader->pb, "unit/%s", above->parent));
        above = entry ? entry->unit : NULL;
    }
    if (up > PARENTS_MAX)
        sw_directory_fault(reader, &at, SW_E_INVALID, "parent", "parents lead up to one unit",
                           "the units above '%s' go round in a circle", unit->code);
}

static void check_officer(sw_directory_reader *reader, uint32_t i, const char *const *ids) {
    const Seawall__V1__Officer *officer = reader->entries[i]->officer;
    const sw_yaml at = place_of(reader, i);
    if (*officer->unit && !known(ids, reader->count, &reader->pb, "unit", officer->unit))
        sw_directory_fault(reader, &at, SW_E_UNKNOWN, "unit", "declare it among the units",
                           "officer '%s' is of unit '%s', which there is not", officer->id,
                           officer->unit);
    for (size_t d = 0; d < officer->n_deputies; d++) {
        const char *deputy = officer->deputies[d]->officer;
        if (*deputy && !known(ids, reader->count, &reader->pb, "officer", deputy))
            sw_directory_fault(
                reader, &at, SW_E_UNKNOWN, "deputies", "declare him among the officers",
                "the deputy of officer '%s' is '%s', whom there is not", officer->id, deputy);
    }
}

typedef struct owner {
    const Seawall__V1__Phone *phone;
    const char *officer;
    uint32_t entry;
} owner;

static int by_number(const void *a, const void *b) {
    const owner *x = a, *y = b;
    int order = strcmp(x->phone->number, y->phone->number);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static bool overlap(const Seawall__V1__Phone *a, const Seawall__V1__Phone *b) {
    return (b->until_ms == 0 || a->from_ms < b->until_ms) &&
           (a->until_ms == 0 || b->from_ms < a->until_ms);
}

/* A reply must tell who sent it. */
static void check_phones(sw_directory_reader *reader) {
    uint32_t count = 0, at = 0;
    for (uint32_t i = 0; i < reader->count; i++)
        if (reader->entries[i]->officer) count += (uint32_t)reader->entries[i]->officer->n_phones;
    owner *owners = sw_pb_zero(&reader->pb, count + 1, sizeof *owners);
    if (!owners) return;
    for (uint32_t i = 0; i < reader->count; i++) {
        const Seawall__V1__Officer *officer = reader->entries[i]->officer;
        for (size_t p = 0; officer && p < officer->n_phones; p++)
            owners[at++] = (owner){officer->phones[p], officer->id, i};
    }
    qsort(owners, count, sizeof *owners, by_number);
    for (uint32_t i = 1; i < count; i++) {
        const owner *a = &owners[i - 1], *b = &owners[i];
        if (strcmp(a->phone->number, b->phone->number) != 0 || a->entry == b->entry ||
            !overlap(a->phone, b->phone))
            continue;
        const sw_yaml place = place_of(reader, b->entry);
        sw_directory_fault(
            reader, &place, SW_E_CONFLICT, "phone", "a reply by SMS must tell who sent it",
            "officers '%s' and '%s' have the same number %.*s", a->officer, b->officer,
            SW_FMT(sw_phone_masked(reader->pb.arena, sw_slice_cstr(b->phone->number))));
    }
}

static bool has_post(const Seawall__V1__Unit *unit, const char *role) {
    for (size_t i = 0; i < unit->n_posts; i++)
        if (strcmp(unit->posts[i]->role, role) == 0) return true;
    return false;
}

static void note(sw_directory_reader *reader, uint32_t i, const char *field, const char *hint,
                 const char *text) {
    const sw_yaml at = place_of(reader, i);
    if (reader->notes) sw_diag_at(reader->notes, SW_E_MISSING, at.line, 1, field, hint, "%s", text);
}

/* Nothing is wrong, but somebody will be told who need not be. */
static void take_notes(sw_directory_reader *reader) {
    static const char *const station[] = {"unit_leader", "legal_officer"};
    static const char *const county[] = {"legal_brigade", "case_centre", "bureau_leader",
                                         "inspection"};
    for (uint32_t i = 0; i < reader->count; i++) {
        const Seawall__V1__Unit *unit = reader->entries[i]->unit;
        const Seawall__V1__Officer *officer = reader->entries[i]->officer;
        if (officer && !officer->n_phones)
            note(reader, i, "phone", "the next level up is told too",
                 sw_pb_printf(&reader->pb, "officer '%s' has no telephone", officer->id));
        bool low = unit && strcmp(unit->tier, "station") == 0;
        bool high = unit && strcmp(unit->tier, "county") == 0;
        for (size_t r = 0; (low || high) && r < (low ? SW_COUNT(station) : SW_COUNT(county)); r++) {
            const char *role = low ? station[r] : county[r];
            if (!has_post(unit, role))
                note(reader, i, "posts",
                     sw_pb_printf(&reader->pb, "%s is told instead",
                                  sw_duty_find(sw_slice_cstr(role))->up),
                     sw_pb_printf(&reader->pb, "nobody is %s of unit '%s'", role, unit->code));
        }
    }
}

void sw_directory_check(sw_directory_reader *reader) {
    const char *const *ids = sorted(reader);
    if (!ids) return;
    for (uint32_t i = 0; i < reader->count; i++) {
        if (reader->entries[i]->unit) check_unit(reader, i, ids);
        if (reader->entries[i]->officer) check_officer(reader, i, ids);
    }
    check_phones(reader);
    take_notes(reader);
}
