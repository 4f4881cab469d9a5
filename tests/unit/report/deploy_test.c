#include <glob.h>
#include <stdlib.h>

#include "report/indicator/indicator.h"
#include "unit/test.h"

/* The packs that belong to the program, read with the catalogue that belongs to it. */

typedef struct world {
    sw_arena arena;
    sw_diags diags;
    const sw_catalogue *catalogue;
} world;

static void load_catalogue(world *w) {
    glob_t files;
    sw_arena_init(&w->arena, (size_t)64 << 20);
    sw_diags_init(&w->diags, &w->arena, SW_S(""), 50);
    assert_int_equal(glob(SW_SOURCE_DIR "/deploy/packs/catalogue/*.yaml", 0, NULL, &files), 0);
    assert_ok(sw_catalogue_load(&w->arena, (const char *const *)files.gl_pathv, files.gl_pathc,
                                &w->diags, &w->catalogue));
    globfree(&files);
}

static void every_indicator_pack_of_the_program_is_without_fault(void **state) {
    (void)state;
    world w;
    glob_t files;
    load_catalogue(&w);
    assert_int_equal(glob(SW_SOURCE_DIR "/deploy/indicators/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const sw_indicators *indicators;
        const sw_err err =
            sw_indicators_load(&w.arena, w.catalogue, files.gl_pathv[i], &w.diags, &indicators);
        for (const sw_diag *d = w.diags.first; d; d = d->next)
            print_error("%.*s\n", SW_FMT(sw_diag_text(&w.arena, d)));
        assert_ok(err);
        assert_true(indicators->count > 40);
        for (uint32_t n = 0; n < indicators->count; n++)
            assert_true(indicators->list[n].name_en.len > 0);
    }
    globfree(&files);
    sw_arena_done(&w.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_indicator_pack_of_the_program_is_without_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
