#include "unit/test.h"

#include "codec/catalogue.h"

static sw_arena arena;
static sw_diags diags;

static int setup(void **state) {
    (void)state;
    sw_arena_init(&arena, 64 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    sw_arena_done(&arena);
    return 0;
}

static sw_err parse(const char *text, const sw_catalogue **ret) {
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
    return sw_catalogue_parse(&arena, SW_S("cat.yaml"), sw_slice_cstr(text), &diags, ret);
}

static const sw_catalogue *must_parse(const char *text) {
    const sw_catalogue *cat = NULL;
    sw_err err = parse(text, &cat);
    if (err) fail_msg("%s", sw_diag_text(&arena, diags.first).ptr);
    return cat;
}

/* The example of the contract, with an array. */
static const char contract[] =
    "types:\n"
    "  coercion.detained: {element: person, name: 刑事拘留, fields: {case_id: {type: string, "
    "required: true, key: true},\n"
    "    person_id: {type: string, required: true, key: true}, detained_at: timestamp, name: "
    "{type: string, personal: true}}}\n"
    "  interrogation.started:\n"
    "    element: person\n"
    "    fields:\n"
    "      person_ids: {type: 'string[]', key: true, of: person_id}\n"
    "      suspect_id: {type: string, key: true, of: person_id}\n"
    "      officer_count: int\n"
    "      kind: {type: string, values: [first, 'on'], note: n, format: f, name_en: e}\n"
    "  bare.type:\n";

static void reads_the_contracts_example(void **state) {
    (void)state;
    const sw_catalogue *cat = must_parse(contract);
    assert_int_equal(sw_catalogue_type_count(cat), 5);
    const sw_event_type *type = sw_catalogue_find(cat, SW_S("coercion.detained"));
    assert_ptr_equal(type, sw_catalogue_type(cat, type->index));
    assert_slice(type->element, "person");
    assert_slice(type->title, "刑事拘留");
    assert_int_equal(type->field_count, 4);
    assert_slice(type->fields[0].name, "case_id");
    assert_true(type->fields[0].required && type->fields[0].key && !type->fields[0].personal);
    assert_int_equal(sw_event_type_field(type, SW_S("detained_at")), 1);
    assert_int_equal(type->fields[1].type, SW_TIMESTAMP);
    assert_true(type->fields[2].personal);
    assert_int_equal(sw_event_type_field(type, SW_S("none")), -1);
    assert_int_equal(type->key_count, 2);
    assert_int_equal(sw_catalogue_find(cat, SW_S("bare.type"))->field_count, 0);
    assert_null(sw_catalogue_find(cat, SW_S("bare")));
}

static void an_array_counts_as_the_key_that_of_names(void **state) {
    (void)state;
    const sw_catalogue *cat = must_parse(contract);
    const sw_event_type *type = sw_catalogue_find(cat, SW_S("interrogation.started"));
    uint32_t person, missing = 77;
    assert_true(sw_catalogue_key_find(cat, SW_S("person_id"), &person));
    assert_false(sw_catalogue_key_find(cat, SW_S("person_ids"), &missing));
    assert_int_equal(missing, 77);
    assert_slice(sw_catalogue_key_name(cat, person), "person_id");
    assert_int_equal(sw_catalogue_key_count(cat), 2);
    const struct sw_type_key *key = sw_event_type_key(type, person);
    assert_int_equal(type->key_count, 1);
    assert_int_equal(key->field_count, 2);
    assert_slice(type->fields[key->fields[0]].name, "person_ids");
    assert_true(type->fields[key->fields[0]].list);
    assert_slice(type->fields[key->fields[1]].name, "suspect_id");
    uint32_t case_id;
    assert_true(sw_catalogue_key_find(cat, SW_S("case_id"), &case_id));
    assert_null(sw_event_type_key(type, case_id));
    const sw_field *kind = &type->fields[sw_event_type_field(type, SW_S("kind"))];
    assert_int_equal(kind->value_count, 2);
    assert_slice(kind->values[1], "on");
}

static void corrections_are_always_declared(void **state) {
    (void)state;
    const sw_catalogue *cat = must_parse("");
    assert_int_equal(sw_catalogue_type_count(cat), SW_TYPE_BUILTIN_COUNT);
    const sw_event_type *type = sw_catalogue_find(cat, SW_S("event.corrected"));
    assert_int_equal(type->index, SW_TYPE_CORRECTED);
    assert_int_equal(sw_event_type_field(type, SW_S("id")), SW_CORRECTION_ID);
    assert_int_equal(sw_event_type_field(type, SW_S("source")), SW_CORRECTION_SOURCE);
    assert_int_equal(sw_catalogue_find(cat, SW_S("event.retracted"))->index, SW_TYPE_RETRACTED);
    assert_int_equal(parse("types: {event.retracted: {fields: {x: int}}}", &cat), SW_E_INVALID);
}

static const struct {
    const char *text, *says;
} faulty[] = {
    {"[]", "cat.yaml:1:1: the catalogue is not a map (begin with 'types:')"},
    {"typs: {}", "cat.yaml:1:1: unknown key 'typs' (did you mean 'types'?)"},
    {"types: []", "cat.yaml:1:8: types: 'types' is not a map (write 'case.filed: {…}' below it)"},
    {"types: {a.b: {elemnt: case}}",
     "cat.yaml:1:15: types.a.b: unknown key 'elemnt' (did you mean 'element'?)"},
    {"types: {a.b: {element: prson}}",
     "cat.yaml:1:24: types.a.b: unknown element 'prson' (did you mean 'person'?)"},
    {"types: {a.b: {name: 12}}", "cat.yaml:1:21: types.a.b: 'name' is an integer, not a text "
                                 "(write a text, in quotes if need be)"},
    {"types: {a.b: 1}", "cat.yaml:1:14: types.a.b: the event type is not a map (write "
                        "{element: case, fields: {…}})"},
    {"types: {a b: {}}",
     "cat.yaml:1:9: types.a b: this is no event type (write letters, digits, '_', "
     "'.' and '-', a letter first, at most 128)"},
    {"types: {a.b: {fields: [x]}}",
     "cat.yaml:1:23: types.a.b: 'fields' is not a map (write fields: {case_id: string})"},
    {"types: {a.b: {fields: {x: sting}}}",
     "cat.yaml:1:27: types.a.b.fields.x: unknown type 'sting' (did you mean 'string'?)"},
    {"types: {a.b: {fields: {x: 'object'}}}", "cat.yaml:1:27: types.a.b.fields.x: unknown type "
                                              "'object' (the types are string int double bool "
                                              "timestamp, and each with [])"},
    {"types: {a.b: {fields: {x: [string]}}}",
     "cat.yaml:1:27: types.a.b.fields.x: the type of the field is not a word (the types are "
     "string int "
     "double bool timestamp, and each with [])"},
    {"types: {a.b: {fields: {x: {required: true}}}}",
     "cat.yaml:1:27: types.a.b.fields.x: the field has no type (add type: string)"},
    {"types: {a.b: {fields: {x: {type: int, requird: true}}}}",
     "cat.yaml:1:39: types.a.b.fields.x: unknown key 'requird' (did you mean 'required'?)"},
    {"types: {a.b: {fields: {x: {type: int, required: yes}}}}",
     "cat.yaml:1:49: types.a.b.fields.x: 'required' is a text, not true or false (write true "
     "or false)"},
    {"types: {a.b: {fields: {x: {type: bool, key: true}}}}",
     "cat.yaml:1:45: types.a.b.fields.x: only a string or an int can be a key (declare it as "
     "string or "
     "int)"},
    {"types: {a.b: {fields: {x: {type: string, of: y}}}}",
     "cat.yaml:1:46: types.a.b.fields.x: 'of' stands beside a field that is no key (add key: "
     "true, or "
     "leave 'of' out)"},
    {"types: {a.b: {fields: {x: {type: string, key: true, of: y-z}}}}",
     "cat.yaml:1:57: types.a.b.fields.x: the name of the key is no field name (write letters, "
     "digits and "
     "_)"},
    {"types: {a.b: {fields: {x: {type: string, key: true, personal: true}}}}",
     "cat.yaml:1:47: types.a.b.fields.x: a personal field can't be a key, which every record "
     "shows in the "
     "clear (carry a keyed hash in another field, and make that the key)"},
    {"types: {a.b: {fields: {x: {type: string, values: a}}}}",
     "cat.yaml:1:50: types.a.b.fields.x: 'values' is not a list (write [a, b])"},
    {"types: {a.b: {fields: {x-y: int}}}", "cat.yaml:1:24: types.a.b.fields.x-y: this is no "
                                           "field name (write letters, digits and _, a letter "
                                           "first)"},
    {"types: {a.b: {fields: {x: int, x: int}}}",
     "cat.yaml:1:32: the key 'x' stands twice in one map, first in line 1 (leave one of them "
     "out, or merge "
     "them)"},
};

static void says_every_fault_with_place_and_remedy(void **state) {
    (void)state;
    for (size_t i = 0; i < SW_COUNT(faulty); i++) {
        const sw_catalogue *cat = NULL;
        assert_int_not_equal(parse(faulty[i].text, &cat), SW_OK);
        assert_null(cat);
        assert_string_equal(sw_diag_text(&arena, diags.first).ptr, faulty[i].says);
        assert_int_equal(diags.count, 1);
    }
}

static void finds_all_faults_of_all_files_in_one_run(void **state) {
    (void)state;
    const sw_catalogue *cat = NULL;
    assert_int_equal(parse("types:\n  a.b: {element: x, fields: {f: strng, g: {typ: int}}}\n"
                           "  a.c: {nme: y}\nextra: 1\n",
                           &cat),
                     SW_E_INVALID);
    assert_int_equal(diags.count, 6);
}

static void several_files_are_one_catalogue(void **state) {
    (void)state;
    const char *dir = SW_SOURCE_DIR "/tests/unit/codec/data/";
    const char *one = sw_arena_printf(&arena, "%s%s", dir, "one.yaml").ptr;
    const char *two = sw_arena_printf(&arena, "%s%s", dir, "two.yaml").ptr;
    const char *both[] = {one, two}, *twice[] = {one, two, one}, *none[] = {one, "no-such.yaml"};
    const sw_catalogue *cat = NULL;
    sw_diags_init(&diags, &arena, SW_S("before"), 100);
    assert_ok(sw_catalogue_load(&arena, both, 2, &diags, &cat));
    assert_int_equal(sw_catalogue_type_count(cat), SW_TYPE_BUILTIN_COUNT + 3);
    assert_int_equal(sw_catalogue_key_count(cat), 2);
    assert_non_null(sw_catalogue_find(cat, SW_S("two.first")));
    assert_slice(diags.file, "before");
    assert_int_equal(sw_catalogue_load(&arena, twice, 3, &diags, &cat), SW_E_INVALID);
    assert_int_equal(diags.count, 2);
    assert_non_null(strstr(diags.first->message.ptr, "one.yaml, line 2"));
    assert_int_equal(sw_catalogue_load(&arena, none, 2, &diags, &cat), SW_E_NOT_FOUND);
    assert_ok(sw_catalogue_load(&arena, NULL, 0, &diags, &cat));
}

static void finds_the_nearest_name(void **state) {
    (void)state;
    const sw_catalogue *cat = must_parse(contract);
    assert_slice(sw_catalogue_nearest(cat, SW_S("coercion.detaind")), "coercion.detained");
    assert_slice(sw_catalogue_nearest(cat, SW_S("something.else")), "");
}

static void survives_a_full_arena_at_every_allocation(void **state) {
    (void)state;
    sw_arena small;
    sw_arena_init(&small, 1 << 20);
    int64_t n = 0;
    for (sw_err err = SW_E_LIMIT; err; n++) {
        const sw_catalogue *cat = NULL;
        sw_arena_reset(&small);
        small.fail_after = n;
        err = sw_catalogue_parse(&small, SW_S("f"), sw_slice_cstr(contract), NULL, &cat);
        assert_true(err == SW_OK || err == SW_E_LIMIT);
        assert_true((cat == NULL) == (err != SW_OK));
    }
    assert_true(n > 50);
    sw_arena_done(&small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_contracts_example),
        cmocka_unit_test(an_array_counts_as_the_key_that_of_names),
        cmocka_unit_test(corrections_are_always_declared),
        cmocka_unit_test(says_every_fault_with_place_and_remedy),
        cmocka_unit_test(finds_all_faults_of_all_files_in_one_run),
        cmocka_unit_test(several_files_are_one_catalogue),
        cmocka_unit_test(finds_the_nearest_name),
        cmocka_unit_test(survives_a_full_arena_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
