/* The catalogue under deploy/packs, against the domain's own lists. */
#include "unit/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/catalogue.h"

#define FILES_MAX 100

static sw_arena arena;
static sw_diags diags;
static const sw_catalogue *cat;

static int load(void **state) {
    (void)state;
    sw_arena_init(&arena, 512 << 20);
    const char *folder = SW_SOURCE_DIR "/deploy/packs/catalogue", *paths[FILES_MAX];
    size_t count = 0;
    DIR *dir = opendir(folder);
    if (!dir) return -1;
    for (struct dirent *entry; (entry = readdir(dir)) && count < FILES_MAX;)
        if (strstr(entry->d_name, ".yaml"))
            paths[count++] = sw_arena_printf(&arena, "%s/%s", folder, entry->d_name).ptr;
    closedir(dir);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 1000);
    sw_err err = sw_catalogue_load(&arena, paths, count, &diags, &cat);
    for (const sw_diag *d = diags.first; d; d = d->next)
        fprintf(stderr, "%s\n", sw_diag_text(&arena, d).ptr);
    return err ? -1 : 0;
}

static int unload(void **state) {
    (void)state;
    sw_arena_done(&arena);
    return 0;
}

static void it_loads_without_a_finding(void **state) {
    (void)state;
    assert_int_equal(diags.count, 0);
    assert_true(sw_catalogue_type_count(cat) >= 236 + SW_TYPE_BUILTIN_COUNT);
}

static void every_type_has_a_chinese_and_an_english_name(void **state) {
    (void)state;
    for (uint32_t i = 0; i < sw_catalogue_type_count(cat); i++) {
        const sw_event_type *type = sw_catalogue_type(cat, i);
        if (i >= SW_TYPE_BUILTIN_COUNT)
            assert_true(type->title_en.len > 0 && type->element.len > 0);
        assert_true(type->title.len > 0 && (unsigned char)type->title.ptr[0] >= 0xe4);
    }
}

/* NULL where the shared material is not there, as in a clean clone. */
static const sw_yaml *shared(const char *name) {
    const char *folder = getenv("SEAWALL_SHARED");
    if (!folder) folder = SW_SOURCE_DIR "/../shared";
    const char *path = sw_arena_printf(&arena, "%s/domain/%s", folder, name).ptr;
    sw_slice text;
    const sw_yaml *root = NULL;
    if (sw_file_read(&arena, path, 32 << 20, NULL, &text) != SW_OK) {
        print_message("%s is not there: set SEAWALL_SHARED to the shared folder\n", path);
        return NULL;
    }
    sw_diags found;
    sw_diags_init(&found, &arena, sw_slice_cstr(name), 10);
    sw_err err = sw_yaml_parse(&arena, text, &found, &root);
    if (err) fail_msg("%s", sw_diag_text(&arena, found.first).ptr);
    return root;
}

/* The domain's name in the contract's words. */
static sw_slice renamed(sw_slice name) {
    if (!sw_slice_starts(name, SW_S("warn."))) return name;
    return sw_arena_printf(&arena, "warning.%.*s", (int)name.len - 5, name.ptr + 5);
}

static uint32_t check_references(const sw_yaml *node) {
    uint32_t seen = 0;
    bool named = sw_slice_is(node->key, "event") || sw_slice_is(node->key, "on");
    if (named && node->kind == SW_YAML_STRING) {
        if (!sw_catalogue_find(cat, renamed(node->text)))
            fail_msg("line %u: no event type %.*s", node->line, SW_FMT(node->text));
        return 1;
    }
    for (const sw_yaml *child = node->first; child; child = child->next)
        seen += check_references(child);
    return seen;
}

static void every_type_that_a_control_point_names_is_declared(void **state) {
    (void)state;
    const sw_yaml *root = shared("control-points.yaml");
    if (!root) skip();
    const sw_yaml *points = sw_yaml_get(root, "control_points");
    assert_non_null(points);
    assert_true(check_references(points) > 486);
}

static void check_field(const sw_event_type *type, const sw_yaml *field) {
    sw_slice name = sw_yaml_get(field, "name")->text;
    int32_t index = sw_event_type_field(type, name);
    if (index < 0) fail_msg("%.*s has no field %.*s", SW_FMT(type->name), SW_FMT(name));
    const sw_field *ours = &type->fields[index];
    const sw_yaml *key = sw_yaml_get(field, "key"), *personal = sw_yaml_get(field, "personal");
    const sw_yaml *required = sw_yaml_get(field, "required"), *of = sw_yaml_get(field, "of");
    sw_slice wanted = sw_yaml_get(field, "type")->text;
    assert_int_equal(ours->list, sw_slice_ends(wanted, SW_S("[]")));
    assert_true(sw_slice_starts(wanted, sw_slice_cstr(sw_field_type_name(ours))));
    assert_int_equal(ours->key, key && key->truth);
    assert_int_equal(ours->personal, personal && personal->truth);
    assert_int_equal(ours->required, required && required->truth);
    if (ours->key)
        assert_true(sw_slice_eq(sw_catalogue_key_name(cat, ours->key_id), of ? of->text : name));
}

static void every_field_of_the_domain_is_declared_as_it_is_there(void **state) {
    (void)state;
    const sw_yaml *root = shared("event-types.yaml");
    if (!root) skip();
    uint32_t types = 0;
    const sw_yaml *list = sw_yaml_get(root, "event_types");
    for (const sw_yaml *t = list ? list->first : NULL; t; t = t->next, types++) {
        sw_slice name = sw_yaml_get(t, "type")->text;
        const sw_event_type *type = sw_catalogue_find(cat, renamed(name));
        if (!type) fail_msg("no event type %.*s", SW_FMT(name));
        assert_true(sw_slice_eq(type->title, sw_yaml_get(t, "name_zh")->text));
        if (sw_slice_is(name, "warn.raised")) continue; /* the contract has its own */
        for (const sw_yaml *f = sw_yaml_get(t, "fields")->first; f; f = f->next)
            check_field(type, f);
    }
    assert_int_equal(types, 236);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_loads_without_a_finding),
        cmocka_unit_test(every_type_has_a_chinese_and_an_english_name),
        cmocka_unit_test(every_type_that_a_control_point_names_is_declared),
        cmocka_unit_test(every_field_of_the_domain_is_declared_as_it_is_there),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
