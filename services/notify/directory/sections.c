/* The sections of a directory's text. */
#include "notify/directory/duty.h"
#include "notify/directory/reader.h"

static bool is_code(const char *code) {
    return strlen(code) == 12 && strspn(code, "0123456789") == 12;
}

static void check_code(sw_directory_reader *reader, const sw_yaml *at, const char *key,
                       const char *code) {
    if (*code && !is_code(code))
        sw_directory_fault(reader, at, SW_E_INVALID, key, "twelve digits in quotes",
                           "'%s' is no code of a unit", code);
}

static char *role_of(sw_directory_reader *reader, const sw_yaml *map) {
    char *role = sw_directory_text(reader, map, "role", true);
    size_t count;
    const char *const *names = sw_duty_names(&count);
    if (*role && !sw_duty_find(sw_slice_cstr(role)))
        sw_directory_fault(
            reader, sw_yaml_get(map, "role"), SW_E_UNKNOWN, "role",
            sw_did_you_mean(reader->pb.arena, sw_slice_cstr(role), names, count,
                            "the roles are those that rules name, see docs/directory.md"),
            "there is no role '%s'", role);
    return role;
}

/* Where officers were read before: they are known here, and so is the place. */
static void check_officer(sw_directory_reader *reader, const sw_yaml *at, const char *key,
                          char **officer) {
    const char *id = sw_pb_printf(&reader->pb, "officer/%s", *officer);
    if (!**officer || sw_directory_have(reader, id)) return;
    sw_directory_fault(reader, sw_yaml_get(at, key), SW_E_UNKNOWN, key,
                       "declare him among the officers", "there is no officer '%s'", *officer);
    *officer = sw_pb_text(&reader->pb, SW_SLICE_NONE); /* told once, not again with the whole */
}

static void add_post(sw_directory_reader *reader, const sw_yaml *at, const char *unit,
                     Seawall__V1__Post *post) {
    const char *id = sw_pb_printf(&reader->pb, "unit/%s", unit);
    sw_directory_entry *entry = sw_directory_have(reader, id);
    if (!entry && *unit)
        sw_directory_fault(reader, at, SW_E_UNKNOWN, "unit", "declare it among the units",
                           "there is no unit '%s'", unit);
    if (entry && entry->unit)
        (void)!sw_pb_append(&reader->pb, &entry->unit->n_posts, &entry->unit->posts, post);
}

static Seawall__V1__Post *read_post(sw_directory_reader *reader, const sw_yaml *map) {
    Seawall__V1__Post *post = sw_pb_new(&reader->pb, &seawall__v1__post__descriptor);
    if (!post) return NULL;
    post->role = role_of(reader, map);
    post->officer = sw_directory_text(reader, map, "officer", true);
    sw_directory_interval(reader, map, &post->from_ms, &post->until_ms);
    return post;
}

static void read_unit_posts(sw_directory_reader *reader, const sw_yaml *map,
                            Seawall__V1__Unit *unit) {
    static const char *const names[] = {"role", "officer", "from", "until"};
    const sw_yaml *posts = sw_directory_list(reader, map, "posts");
    for (const sw_yaml *item = posts ? posts->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "a post");
        Seawall__V1__Post *post = read_post(reader, item);
        if (post) (void)!sw_pb_append(&reader->pb, &unit->n_posts, &unit->posts, post);
    }
}

void sw_directory_read_units(sw_directory_reader *reader, const sw_yaml *list) {
    static const char *const names[] = {"code", "name", "short", "parent", "tier", "posts"};
    for (const sw_yaml *item = list ? list->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "a unit");
        sw_directory_entry *entry =
            sw_pb_new(&reader->pb, &seawall__v1__directory_entry__descriptor);
        Seawall__V1__Unit *unit = sw_pb_new(&reader->pb, &seawall__v1__unit__descriptor);
        if (!entry || !unit) return;
        unit->code = sw_directory_text(reader, item, "code", true);
        check_code(reader, item, "code", unit->code);
        unit->name = sw_directory_text(reader, item, "name", true);
        unit->short_name = sw_directory_text(reader, item, "short", false);
        unit->parent = sw_directory_text(reader, item, "parent", false);
        unit->tier = sw_directory_text(reader, item, "tier", true);
        if (*unit->tier && sw_tier_find(sw_slice_cstr(unit->tier)) == SW_TIER_COUNT)
            sw_directory_fault(reader, sw_yaml_get(item, "tier"), SW_E_UNKNOWN, "tier",
                               "squad, station, county or city", "there is no tier '%s'",
                               unit->tier);
        read_unit_posts(reader, item, unit);
        entry->id = sw_pb_printf(&reader->pb, "unit/%s", unit->code);
        entry->from_ms = reader->from_ms;
        entry->unit = unit;
        if (*unit->code && sw_directory_have(reader, entry->id))
            sw_directory_fault(reader, item, SW_E_CONFLICT, "code", NULL,
                               "unit '%s' stands here twice", unit->code);
        sw_directory_take(reader, item, entry);
    }
}

static void add_phone(sw_directory_reader *reader, const sw_yaml *map, const char *key,
                      Seawall__V1__Officer *officer) {
    Seawall__V1__Phone *phone = sw_pb_new(&reader->pb, &seawall__v1__phone__descriptor);
    if (!phone) return;
    phone->number = sw_directory_text(reader, map, key, strcmp(key, "number") == 0);
    sw_slice number = sw_slice_cstr(phone->number);
    if (!number.len) return;
    if (!sw_phone_valid(number))
        sw_directory_fault(reader, map, SW_E_INVALID, key,
                           "5 to 15 digits in quotes, with + and the country before or without",
                           "'%.*s' is no telephone number",
                           SW_FMT(sw_phone_masked(reader->pb.arena, number)));
    if (strcmp(key, "number") == 0)
        sw_directory_interval(reader, map, &phone->from_ms, &phone->until_ms);
    (void)!sw_pb_append(&reader->pb, &officer->n_phones, &officer->phones, phone);
}

static void add_deputy(sw_directory_reader *reader, const sw_yaml *map,
                       Seawall__V1__Officer *officer, const char *key) {
    Seawall__V1__Deputy *deputy = sw_pb_new(&reader->pb, &seawall__v1__deputy__descriptor);
    if (!deputy) return;
    deputy->officer = sw_directory_text(reader, map, key, true);
    sw_directory_interval(reader, map, &deputy->from_ms, &deputy->until_ms);
    if (*deputy->officer && strcmp(deputy->officer, officer->id) == 0)
        sw_directory_fault(reader, map, SW_E_INVALID, key, NULL,
                           "officer '%s' can't stand in for himself", officer->id);
    (void)!sw_pb_append(&reader->pb, &officer->n_deputies, &officer->deputies, deputy);
}

static void read_qualification(sw_directory_reader *reader, const sw_yaml *map,
                               Seawall__V1__Officer *officer) {
    static const char *const names[] = {"level", "until"};
    static const char *const levels[] = {"basic", "intermediate", "advanced"};
    const sw_yaml *node = sw_yaml_get(map, "qualification");
    if (!node || node->kind == SW_YAML_NULL) return;
    if (node->kind != SW_YAML_MAP) { /* of CSV, beside qualified_until */
        officer->qualification = sw_pb_text(&reader->pb, node->text);
        officer->qualified_until_ms = sw_directory_time(reader, map, "qualified_until");
    } else {
        sw_directory_keys(reader, node, names, SW_COUNT(names), "a qualification");
        officer->qualification = sw_directory_text(reader, node, "level", true);
        officer->qualified_until_ms = sw_directory_time(reader, node, "until");
    }
    for (size_t i = 0; i < SW_COUNT(levels); i++)
        if (strcmp(officer->qualification, levels[i]) == 0) return;
    if (*officer->qualification)
        sw_directory_fault(reader, node, SW_E_UNKNOWN, "qualification",
                           "basic, intermediate or advanced", "there is no qualification '%s'",
                           officer->qualification);
}

static void read_officer(sw_directory_reader *reader, const sw_yaml *item,
                         Seawall__V1__Officer *officer) {
    static const char *const phone_names[] = {"number", "from", "until"};
    static const char *const deputy_names[] = {"officer", "from", "until"};
    officer->id = sw_directory_text(reader, item, "id", true);
    officer->name = sw_directory_text(reader, item, "name", true);
    officer->unit = sw_directory_text(reader, item, "unit", true);
    officer->email = sw_directory_text(reader, item, "email", false);
    officer->language = sw_directory_text(reader, item, "language", false);
    if (strpbrk(officer->id, "/@#\t\n "))
        sw_directory_fault(reader, item, SW_E_INVALID, "id", "letters, digits, - and _",
                           "'%s' is no police number", officer->id);
    if (*officer->email && (!strchr(officer->email, '@') || strpbrk(officer->email, " \t\r\n<>")))
        sw_directory_fault(reader, item, SW_E_INVALID, "email", NULL, "'%s' is no address",
                           officer->email);
    add_phone(reader, item, "phone", officer);
    const sw_yaml *phones = sw_directory_list(reader, item, "phones");
    for (const sw_yaml *phone = phones ? phones->first : NULL; phone; phone = phone->next) {
        sw_directory_keys(reader, phone, phone_names, SW_COUNT(phone_names), "a telephone");
        add_phone(reader, phone, "number", officer);
    }
    const sw_yaml *deputies = sw_directory_list(reader, item, "deputies");
    for (const sw_yaml *one = deputies ? deputies->first : NULL; one; one = one->next) {
        sw_directory_keys(reader, one, deputy_names, SW_COUNT(deputy_names), "a deputy");
        add_deputy(reader, one, officer, "officer");
    }
    read_qualification(reader, item, officer);
}

void sw_directory_read_officers(sw_directory_reader *reader, const sw_yaml *list) {
    static const char *const names[] = {
        "id",    "name",     "unit",     "phone",         "phones",
        "email", "language", "deputies", "qualification", "qualified_until"};
    for (const sw_yaml *item = list ? list->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "an officer");
        sw_directory_entry *entry =
            sw_pb_new(&reader->pb, &seawall__v1__directory_entry__descriptor);
        Seawall__V1__Officer *officer = sw_pb_new(&reader->pb, &seawall__v1__officer__descriptor);
        if (!entry || !officer) return;
        read_officer(reader, item, officer);
        entry->id = sw_pb_printf(&reader->pb, "officer/%s", officer->id);
        entry->from_ms = reader->from_ms;
        entry->officer = officer;
        if (*officer->id && sw_directory_have(reader, entry->id))
            sw_directory_fault(reader, item, SW_E_CONFLICT, "id", NULL,
                               "officer '%s' stands here twice", officer->id);
        sw_directory_take(reader, item, entry);
    }
}

void sw_directory_read_posts(sw_directory_reader *reader, const sw_yaml *list) {
    static const char *const names[] = {"unit", "role", "officer", "from", "until"};
    for (const sw_yaml *item = list ? list->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "a post");
        Seawall__V1__Post *post = read_post(reader, item);
        if (!post) return;
        check_officer(reader, item, "officer", &post->officer);
        add_post(reader, item, sw_directory_text(reader, item, "unit", true), post);
    }
}

void sw_directory_read_deputies(sw_directory_reader *reader, const sw_yaml *list) {
    static const char *const names[] = {"officer", "deputy", "from", "until"};
    for (const sw_yaml *item = list ? list->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "a deputy");
        const char *officer = sw_directory_text(reader, item, "officer", true);
        sw_directory_entry *entry =
            sw_directory_have(reader, sw_pb_printf(&reader->pb, "officer/%s", officer));
        if (entry && entry->officer) {
            add_deputy(reader, item, entry->officer, "deputy");
            Seawall__V1__Officer *away = entry->officer;
            if (away->n_deputies)
                check_officer(reader, item, "deputy",
                              &away->deputies[away->n_deputies - 1]->officer);
        } else if (*officer)
            sw_directory_fault(reader, item, SW_E_UNKNOWN, "officer",
                               "declare him among the officers", "there is no officer '%s'",
                               officer);
    }
}

void sw_directory_read_areas(sw_directory_reader *reader, const sw_yaml *list) {
    static const char *const names[] = {"name", "role", "officer", "units", "from", "until"};
    for (const sw_yaml *item = list ? list->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "an area");
        Seawall__V1__Post *post = read_post(reader, item);
        if (!post) return;
        check_officer(reader, item, "officer", &post->officer);
        post->area = sw_directory_text(reader, item, "name", true);
        const sw_yaml *units = sw_yaml_get(item, "units");
        if (!units || units->kind != SW_YAML_SEQ || !units->count) {
            sw_directory_fault(reader, item, SW_E_MISSING, "units", "units: ['320981510000', …]",
                               "area '%s' has no list of units", post->area);
            continue;
        }
        for (const sw_yaml *unit = units->first; unit; unit = unit->next)
            add_post(reader, unit, sw_pb_text(&reader->pb, unit->text), post);
    }
}

void sw_directory_read_rosters(sw_directory_reader *reader, const sw_yaml *list) {
    static const char *const names[] = {"unit", "role", "shifts"};
    static const char *const shift_names[] = {"officer", "from", "until"};
    for (const sw_yaml *item = list ? list->first : NULL; item; item = item->next) {
        sw_directory_keys(reader, item, names, SW_COUNT(names), "a roster");
        char *unit = sw_directory_text(reader, item, "unit", true), *role = role_of(reader, item);
        const sw_yaml *shifts = sw_directory_list(reader, item, "shifts");
        for (const sw_yaml *one = shifts ? shifts->first : NULL; one; one = one->next) {
            sw_directory_keys(reader, one, shift_names, SW_COUNT(shift_names), "a shift");
            Seawall__V1__Post *post = sw_pb_new(&reader->pb, &seawall__v1__post__descriptor);
            if (!post) return;
            post->role = role;
            post->shift = true;
            post->officer = sw_directory_text(reader, one, "officer", true);
            sw_directory_interval(reader, one, &post->from_ms, &post->until_ms);
            if (!post->from_ms || !post->until_ms)
                sw_directory_fault(reader, one, SW_E_MISSING, "from",
                                   "from: 2026-11-25T08:00:00+08:00, until: …",
                                   "a shift begins and ends");
            check_officer(reader, one, "officer", &post->officer);
            add_post(reader, one, unit, post);
        }
    }
}
