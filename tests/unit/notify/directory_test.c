/* The directory: reading with every fault, and who is told. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notify/directory/lookup.h"
#include "text/time.h"
#include "unit/test.h"

static const char county[] =
    "kind: Directory\n"
    "units:\n"
    "  - {code: '320900000000', name: 盐城市公安局, tier: city}\n"
    "  - code: '320981000000'\n"
    "    name: 东台市公安局\n"
    "    tier: county\n"
    "    parent: '320900000000'\n"
    "    posts:\n"
    "      - {role: legal_brigade, officer: L1}\n"
    "      - {role: bureau_leader, officer: B1}\n"
    "  - code: '320981510000'\n"
    "    name: 东台市公安局城东派出所\n"
    "    short: 城东所\n"
    "    tier: station\n"
    "    parent: '320981000000'\n"
    "    posts:\n"
    "      - {role: unit_leader, officer: S1}\n"
    "      - {role: legal_officer, officer: S2, until: 2026-07-01}\n"
    "officers:\n"
    "  - {id: B1, name: 局长, unit: '320981000000', phone: '13800000001'}\n"
    "  - {id: L1, name: 法制, unit: '320981000000', phone: '13800000002'}\n"
    "  - id: S1\n"
    "    name: 所长\n"
    "    unit: '320981510000'\n"
    "    phone: '13800000003'\n"
    "    deputies: [{officer: S3, from: 2026-03-01, until: 2026-03-08}]\n"
    "  - {id: S2, name: 法制员, unit: '320981510000', phone: '13800000004'}\n"
    "  - id: S3\n"
    "    name: 民警\n"
    "    unit: '320981510000'\n"
    "    phones: [{number: '13800000005', until: 2026-06-01}, {number: '13800000006', from: "
    "2026-06-01}]\n"
    "areas:\n"
    "  - {name: 包片, role: legal_officer, officer: L1, units: ['320981510000'], from: "
    "2026-08-01}\n"
    "rosters:\n"
    "  - unit: '320981000000'\n"
    "    role: command_centre\n"
    "    shifts: [{officer: S3, from: '2026-05-01T08:00:00+08:00', until: "
    "'2026-05-02T08:00:00+08:00'}]\n";

typedef struct fixture {
    sw_arena arena;
    sw_diags diags, notes;
    sw_directory directory;
} fixture;

static sw_err read_text(fixture *f, const char *text) {
    sw_arena_init(&f->arena, 16 << 20);
    sw_diags_init(&f->diags, &f->arena, SW_SLICE_NONE, 100);
    sw_diags_init(&f->notes, &f->arena, SW_SLICE_NONE, 100);
    return sw_directory_parse(&f->arena, SW_S("d.yaml"), sw_slice_cstr(text), 0, &f->diags,
                              &f->notes, &f->directory);
}

static int64_t at(const char *text) {
    int64_t ms;
    assert_ok(sw_time_parse_ms(sw_slice_cstr(text), &ms));
    return ms;
}

/* "S1 13800000003 why;" of each person. */
static const char *told(fixture *f, const char *role, const char *unit, const char *officer,
                        const char *time) {
    static char text[2000];
    sw_pb pb = {&f->arena, false};
    sw_directory_source source = sw_directory_source_of(&f->directory);
    sw_people people = {.count = 0};
    assert_ok(sw_directory_lookup(&source, &pb, sw_slice_cstr(role), sw_slice_cstr(unit),
                                  sw_slice_cstr(officer), at(time), &people));
    size_t len = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < people.count; i++) {
        const sw_person *p = &people.list[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %.*s %.*s;", p->officer->id,
                                SW_FMT(p->phone), SW_FMT(p->why));
    }
    return text;
}

#define STATION "320981510000"
#define MARCH   "2026-03-20T10:00:00+08:00"

static void a_role_is_looked_for_in_the_unit_and_up_to_its_tier(void **state) {
    (void)state;
    fixture f;
    assert_ok(read_text(&f, county));
    assert_string_equal(told(&f, "legal_officer", STATION, "", MARCH), "S2 13800000004 ;");
    assert_string_equal(told(&f, "legal_brigade", STATION, "", MARCH), "L1 13800000002 ;");
    assert_string_equal(told(&f, "handler", STATION, "S3", MARCH), "S3 13800000005 ;");
    sw_arena_done(&f.arena);
}

static void an_empty_role_falls_to_the_next_level_up_and_says_so(void **state) {
    (void)state;
    fixture f;
    assert_ok(read_text(&f, county));
    assert_string_equal(told(&f, "legal_officer", STATION, "", "2026-07-15T10:00:00+08:00"),
                        "S1 13800000003 法制员空缺，改告办案单位领导;");
    assert_string_equal(told(&f, "handler", STATION, "nobody", MARCH),
                        "S1 13800000003 主办民警空缺，改告办案单位领导;");
    assert_string_equal(told(&f, "inspection", STATION, "", MARCH),
                        "B1 13800000001 督察空缺，改告局领导;");
    assert_string_equal(told(&f, "city_legal", STATION, "", MARCH), "");
    assert_string_equal(told(&f, "handler", "999999000000", "", MARCH), "");
    sw_arena_done(&f.arena);
}

static void deputies_shifts_areas_and_new_numbers_hold_in_their_time(void **state) {
    (void)state;
    fixture f;
    assert_ok(read_text(&f, county));
    assert_string_equal(told(&f, "unit_leader", STATION, "", "2026-03-02T10:00:00+08:00"),
                        "S3 13800000005 所长不在岗，由您代理;");
    assert_string_equal(told(&f, "unit_leader", STATION, "", "2026-03-08T00:00:00+08:00"),
                        "S1 13800000003 ;");
    assert_string_equal(told(&f, "command_centre", STATION, "", "2026-05-01T09:00:00+08:00"),
                        "S3 13800000005 ;");
    assert_string_equal(told(&f, "command_centre", STATION, "", "2026-05-02T08:00:00+08:00"),
                        "B1 13800000001 指挥中心空缺，改告局领导;");
    assert_string_equal(told(&f, "legal_officer", STATION, "", "2026-08-01T00:00:00+08:00"),
                        "L1 13800000002 ;");
    assert_string_equal(told(&f, "handler", STATION, "S3", "2026-06-01T00:00:00+08:00"),
                        "S3 13800000006 ;");
    sw_arena_done(&f.arena);
}

static bool holds(fixture *f, const char *role, const char *officer, const char *time,
                  bool *ret_expired) {
    sw_pb pb = {&f->arena, false};
    sw_directory_source source = sw_directory_source_of(&f->directory);
    bool ret;
    assert_ok(sw_directory_holds_role(&source, &pb, sw_slice_cstr(role), SW_S(STATION), SW_S("S3"),
                                      sw_slice_cstr(officer), at(time), &ret, ret_expired));
    return ret;
}

static void whose_qualification_has_expired_holds_no_role_that_needs_one(void **state) {
    (void)state;
    fixture f;
    char text[sizeof county + 100];
    snprintf(text, sizeof text, "%s", county);
    char *at_s2 = strstr(text, ", phone: '13800000004'}");
    snprintf(at_s2, sizeof text - (size_t)(at_s2 - text),
             ", phone: '13800000004', qualification: {level: basic, until: 2026-03-20}}%s",
             strstr(county, ", phone: '13800000004'}") + strlen(", phone: '13800000004'}"));
    assert_ok(read_text(&f, text));
    bool expired;
    const char *day_before = "2026-03-19T23:59:59+08:00";
    assert_string_equal(told(&f, "legal_officer", STATION, "", day_before), "S2 13800000004 ;");
    assert_true(holds(&f, "legal_officer", "S2", day_before, &expired));
    assert_false(expired);
    assert_string_equal(told(&f, "legal_officer", STATION, "", MARCH),
                        "S1 13800000003 法制员执法资格已过期，改告办案单位领导;");
    assert_string_equal(told(&f, "handler", STATION, "S2", MARCH),
                        "S1 13800000003 主办民警执法资格已过期，改告办案单位领导;");
    assert_false(holds(&f, "legal_officer", "S2", MARCH, &expired));
    assert_true(expired);
    assert_false(holds(&f, "legal_officer", "S1", MARCH, &expired));
    assert_false(expired);
    assert_true(holds(&f, "handler", "S3", MARCH, &expired)); /* none is recorded of him */
    sw_arena_done(&f.arena);
}

static void who_has_no_telephone_is_told_and_so_is_the_next_level(void **state) {
    (void)state;
    fixture f;
    char text[sizeof county];
    strcpy(text, county);
    char *phone = strstr(text, "name: 法制员, unit: '320981510000', phone: '13800000004'");
    assert_non_null(phone);
    memset(strstr(phone, ", phone"), ' ', strlen(", phone: '13800000004'"));
    assert_ok(read_text(&f, text));
    assert_string_equal(told(&f, "legal_officer", STATION, "", MARCH),
                        "S2  ;S1 13800000003 法制员无手机号，改告办案单位领导;");
    sw_arena_done(&f.arena);
}

static void every_fault_is_found_in_one_run_with_line_and_hint(void **state) {
    (void)state;
    fixture f;
    assert_int_equal(
        read_text(&f, "kind: Directory\n"
                      "unit: []\n"
                      "units:\n"
                      "  - {code: 3209, name: A, tier: county}\n"
                      "  - {code: '320981000000', name: B, tier: town, parent: '11'}\n"
                      "  - {code: '320981000000', name: C, tier: county}\n"
                      "  - code: '320981510000'\n"
                      "    name: D\n"
                      "    tier: station\n"
                      "    parent: '320981510000'\n"
                      "    posts: [{role: legal_oficer, officer: X}]\n"
                      "officers:\n"
                      "  - {id: A, name: a, unit: '1', phone: '12'}\n"
                      "  - {id: B, name: b, unit: '320981510000', phone: '13800000001'}\n"
                      "  - {id: C, name: c, unit: '320981510000', phone: '13800000001'}\n"
                      "  - {id: D, unit: '320981510000', phone: 13800000001}\n"
                      "deputies:\n"
                      "  - {officer: B, deputy: B, from: 2026-02-30}\n"
                      "  - {officer: B, deputy: C, from: 2026-02-03, until: 2026-02-03}\n"),
        SW_E_INVALID);
    static const char *const want[] = {
        "d.yaml:2:1: a directory has no key 'unit' (did you mean 'units'?)",
        "d.yaml:4:12: code: 'code' is an integer, not a text",
        "there is no tier 'town'",
        "unit '320981000000' stands here twice",
        "there is no role 'legal_oficer' (did you mean 'legal_officer'?)",
        "'****' is no telephone number",
        "'name' is missing",
        "'phone' is an integer",
        "can't stand in for himself",
        "'2026-02-30' is no time",
        "'until' is not after 'from'",
        "unit '320981000000' is below '11'",
        "legal_oficer of unit '320981510000' is officer 'X', whom there is not",
        "go round in a circle",
        "officer 'A' is of unit '1'",
        "officers 'B' and 'C' have the same number 138****0001",
    };
    sw_buf all;
    sw_buf_init(&all, 1 << 20);
    for (const sw_diag *d = f.diags.first; d; d = d->next) {
        sw_buf_add(&all, sw_diag_text(&f.arena, d));
        sw_buf_add_byte(&all, '\n');
    }
    sw_buf_add_byte(&all, '\0');
    for (size_t i = 0; i < SW_COUNT(want); i++)
        if (!strstr(all.ptr, want[i])) fail_msg("no finding '%s' in\n%s", want[i], all.ptr);
    assert_null(strstr(all.ptr, "13800000001"));
    sw_buf_done(&all);
    sw_arena_done(&f.arena);
}

static void versions_hold_from_their_date(void **state) {
    (void)state;
    fixture f;
    sw_arena_init(&f.arena, 1 << 20);
    Seawall__V1__DirectoryEntry entries[3];
    for (int i = 0; i < 3; i++) {
        seawall__v1__directory_entry__init(&entries[i]);
        entries[i].id = (char *)(uintptr_t) "unit/1";
        entries[i].from_ms = i * 100;
    }
    entries[2].removed = true;
    sw_directory_entry *list[] = {&entries[0], &entries[1], &entries[2]};
    f.directory = (sw_directory){list, 3, 0};
    assert_ptr_equal(sw_directory_find(&f.directory, SW_S("unit/1"), 99), &entries[0]);
    assert_ptr_equal(sw_directory_find(&f.directory, SW_S("unit/1"), 100), &entries[1]);
    assert_null(sw_directory_find(&f.directory, SW_S("unit/1"), 200));
    assert_null(sw_directory_find(&f.directory, SW_S("unit/0"), 100));
    assert_null(sw_directory_find(&f.directory, SW_S("unit/2"), 100));
    sw_arena_done(&f.arena);
}

static void subtrees_go_by_parents_and_by_prefix_where_there_is_none(void **state) {
    (void)state;
    fixture f;
    assert_ok(read_text(&f, county));
    sw_pb pb = {&f.arena, false};
    sw_directory_source source = sw_directory_source_of(&f.directory);
    static const struct {
        const char *unit, *above;
        bool below;
    } cases[] = {{STATION, "320900000000", true},
                 {STATION, STATION, true},
                 {"320900000000", STATION, false},
                 {"320981990000", "320981000000", true},
                 {"320982510000", "320981000000", false}};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        bool below;
        assert_ok(sw_directory_below(&source, &pb, sw_slice_cstr(cases[i].unit),
                                     sw_slice_cstr(cases[i].above), 0, &below));
        assert_int_equal(below, cases[i].below);
    }
    sw_arena_done(&f.arena);
}

static void put_file(const char *folder, const char *name, const char *text) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_folder(const char *folder) {
    static const char *const names[] = {"units",  "officers", "posts",   "deputies",
                                        "shifts", "areas",    "metadata"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s.csv", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void a_folder_of_csv_says_the_same(void **state) {
    (void)state;
    char folder[] = "/tmp/seawall-directory-XXXXXX";
    assert_non_null(mkdtemp(folder));
    put_file(folder, "units.csv",
             "code,name,short,tier,parent\r\n320981000000,东台市公安局,,county,\r\n"
             "320981510000,\"城东,派出所\",城东所,station,320981000000\r\n");
    put_file(folder, "officers.csv",
             "id,name,unit,phone,qualification,qualified_until\n"
             "S1,所长,320981510000,13800000003,advanced,2028-01-01\n"
             "S3,民警,320981510000,13800000005,,\n");
    put_file(folder, "posts.csv", "unit,role,officer,from,until\n320981510000,unit_leader,S1,,\n");
    put_file(folder, "deputies.csv", "officer,deputy,from,until\nS1,S3,2026-03-01,2026-03-08\n");
    put_file(
        folder, "shifts.csv",
        "unit,role,officer,from,until\n"
        "320981000000,command_centre,S3,2026-05-01T08:00:00+08:00,2026-05-02T08:00:00+08:00\n");
    fixture f;
    sw_arena_init(&f.arena, 16 << 20);
    sw_diags_init(&f.diags, &f.arena, SW_SLICE_NONE, 100);
    assert_ok(sw_directory_read(&f.arena, folder, 0, &f.diags, NULL, &f.directory));
    assert_string_equal(told(&f, "unit_leader", STATION, "", "2026-03-02T10:00:00+08:00"),
                        "S3 13800000005 所长不在岗，由您代理;");
    assert_string_equal(told(&f, "command_centre", STATION, "", "2026-05-01T09:00:00+08:00"),
                        "S3 13800000005 ;");
    /* As one text it says the same. */
    sw_slice text;
    sw_directory again;
    put_file(folder, "areas.csv", "name,role,officer,unit\n城区,legal_officer,S3,320981510000\n");
    put_file(folder, "metadata.csv", "timezone,from\nAsia/Shanghai,2026-12-01\n");
    assert_ok(sw_directory_read(&f.arena, folder, 0, &f.diags, NULL, &f.directory));
    assert_ok(sw_directory_as_yaml(&f.arena, folder, &f.diags, &text));
    assert_ok(sw_directory_parse(&f.arena, SW_S("x"), text, 0, &f.diags, NULL, &again));
    assert_int_equal(again.count, f.directory.count);
    assert_true(again.from_ms == at("2026-12-01T00:00:00+08:00"));
    for (uint32_t i = 0; i < again.count; i++) {
        sw_pb pb = {&f.arena, false};
        sw_slice one, other;
        assert_ok(sw_pb_write(&pb, again.entries[i], &one));
        assert_ok(sw_pb_write(&pb, f.directory.entries[i], &other));
        assert_true(sw_slice_eq(one, other));
    }
    f.directory = again;
    assert_string_equal(told(&f, "legal_officer", STATION, "", "2026-12-01T00:00:00+08:00"),
                        "S3 13800000005 ;");
    remove_folder(folder);
    sw_arena_done(&f.arena);
}

static void every_fault_of_csv_is_found_in_one_run_with_file_line_and_cell(void **state) {
    (void)state;
    char folder[] = "/tmp/seawall-directory-XXXXXX";
    assert_non_null(mkdtemp(folder));
    put_file(folder, "units.csv",
             "code,name,tier,shrt\n320981000000,甲,county\n3209,\"乙\"x,station\n"
             "320981510000,丙,town\n,,\n320981520000,丁,station,,9\n");
    put_file(folder, "officers.csv", "\xef\xbb\xbfid,name,unit,phone\nS1,a,320981000000,12\n");
    put_file(folder, "posts.csv", "unit,role,officer\n320981000000,legal_brigade,S9\n");
    put_file(folder, "shifts.csv", "unit,role,officer,from,until\n320981000000,inspection,S1,x,\n");
    put_file(folder, "deputies.csv", "officer,deputy\nS1,S7\nS1,\"S8\n");
    put_file(folder, "metadata.csv", "from\n2026-12-01\n2026-12-02\n");
    fixture f;
    sw_arena_init(&f.arena, 16 << 20);
    sw_diags_init(&f.diags, &f.arena, SW_SLICE_NONE, 100);
    assert_int_equal(sw_directory_read(&f.arena, folder, 0, &f.diags, NULL, &f.directory),
                     SW_E_INVALID);
    static const char *const want[] = {
        "/units.csv:1:4: there is no column 'shrt' (did you mean 'short'?)",
        "/units.csv:3:2: ",
        "/units.csv:4:3: tier: there is no tier 'town'",
        "/units.csv:6:5: more cells than columns",
        "/officers.csv:2:1: phone: '****' is no telephone number",
        "/posts.csv:2:3: officer: there is no officer 'S9'",
        "/shifts.csv:2:4: from: 'x' is no time",
        "/shifts.csv:2:1: from: a shift begins and ends",
        "/deputies.csv:2:2: deputy: there is no officer 'S7'",
        "/deputies.csv:3:2: a quoted cell has no end",
        "/metadata.csv:3:2: a second line of values",
    };
    sw_buf all;
    sw_buf_init(&all, 1 << 20);
    for (const sw_diag *d = f.diags.first; d; d = d->next) {
        sw_buf_add(&all, sw_diag_text(&f.arena, d));
        sw_buf_add_byte(&all, '\n');
    }
    sw_buf_add_byte(&all, '\0');
    for (size_t i = 0; i < SW_COUNT(want); i++)
        if (!strstr(all.ptr, want[i])) fail_msg("no finding '%s' in\n%s", want[i], all.ptr);
    sw_buf_done(&all);
    /* Where a column is missing or the bytes are no text, nothing else is guessed. */
    put_file(folder, "units.csv", "name,tier\n甲,county\n");
    put_file(folder, "officers.csv", "id,name,unit\nS1,\xbc\xd7,320981000000\n");
    sw_diags_init(&f.diags, &f.arena, SW_SLICE_NONE, 100);
    assert_int_equal(sw_directory_read(&f.arena, folder, 0, &f.diags, NULL, &f.directory),
                     SW_E_INVALID);
    assert_slice(f.diags.first->message, "a second line of values");
    assert_slice(f.diags.first->next->message, "the column 'code' is missing");
    assert_slice(f.diags.first->next->next->message, "this is not UTF-8");
    assert_int_equal(f.diags.first->next->next->line, 2);
    remove_folder(folder);
    sw_arena_done(&f.arena);
}

static void reading_ends_well_wherever_memory_ends(void **state) {
    (void)state;
    for (int64_t n = 0; n < 400; n++) {
        fixture f;
        sw_arena_init(&f.arena, 16 << 20);
        f.arena.fail_after = n;
        sw_err err = sw_directory_parse(&f.arena, SW_S("d.yaml"), sw_slice_cstr(county), 0, NULL,
                                        NULL, &f.directory);
        assert_true(err == SW_OK || err == SW_E_LIMIT || err == SW_E_NOMEM || err == SW_E_INVALID);
        sw_arena_done(&f.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_is_looked_for_in_the_unit_and_up_to_its_tier),
        cmocka_unit_test(an_empty_role_falls_to_the_next_level_up_and_says_so),
        cmocka_unit_test(deputies_shifts_areas_and_new_numbers_hold_in_their_time),
        cmocka_unit_test(whose_qualification_has_expired_holds_no_role_that_needs_one),
        cmocka_unit_test(who_has_no_telephone_is_told_and_so_is_the_next_level),
        cmocka_unit_test(every_fault_is_found_in_one_run_with_line_and_hint),
        cmocka_unit_test(versions_hold_from_their_date),
        cmocka_unit_test(subtrees_go_by_parents_and_by_prefix_where_there_is_none),
        cmocka_unit_test(a_folder_of_csv_says_the_same),
        cmocka_unit_test(every_fault_of_csv_is_found_in_one_run_with_file_line_and_cell),
        cmocka_unit_test(reading_ends_well_wherever_memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
