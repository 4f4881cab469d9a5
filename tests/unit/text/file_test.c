#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "text/yaml.h"

static void reads_a_whole_file_and_says_why_not(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 4 << 20);
    sw_diags diags;
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    char path[] = "/tmp/sw_file_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    for (int i = 0; i < 30000; i++) fprintf(file, "%06d\n", i);
    fclose(file);
    sw_slice text;
    assert_ok(sw_file_read(&arena, path, 210000, &diags, &text));
    assert_int_equal(text.len, 210000);
    assert_memory_equal(text.ptr + 209993, "029999\n", 7);
    assert_int_equal(sw_file_read(&arena, path, 209999, &diags, &text), SW_E_LIMIT);
    unlink(path);
    assert_int_equal(sw_file_read(&arena, path, 1000, &diags, &text), SW_E_NOT_FOUND);
    assert_int_equal(sw_file_read(&arena, "/", 1000, &diags, &text), SW_E_IO);
    assert_int_equal(diags.count, 3);
    assert_non_null(strstr(sw_diag_text(&arena, diags.last).ptr, "/: "));
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_whole_file_and_says_why_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
