/* Bits flip in files of every kind: what is read is right, or it is refused with the file's or
 * folder's name and what to do. Never read as good, never a crash. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crash/crash_test.h"
#include "unit/test.h"

#define TRIALS_A_FILE 8
#define FILES_MAX     64

typedef struct listing {
    char paths[FILES_MAX][600]; /* relative to the folder */
    int count;
} listing;

static void list_files(const char *dir, const char *prefix, listing *ret) {
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));) {
        char path[1200], relative[600];
        struct stat st;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        snprintf(relative, sizeof relative, "%s%s", prefix, entry->d_name);
        if (stat(path, &st) != 0) continue;
        if (S_ISDIR(st.st_mode)) {
            strcat(relative, "/");
            list_files(path, relative, ret);
        } else if (st.st_size > 0 && ret->count < FILES_MAX) {
            strcpy(ret->paths[ret->count++], relative);
        }
    }
    closedir(d);
}

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

/* Flips a bit, or overwrites a run of bytes. */
static void damage(sw_rng *rng, const char *path) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    long at = (long)sw_rng_below(rng, (uint64_t)st.st_size);
    /* Newest bytes matter as much as the rest: the tail is where the last commits are. */
    if (sw_rng_chance(rng, 1, 3) && st.st_size > 200)
        at = (long)st.st_size - 1 - (long)sw_rng_below(rng, 200);
    fseek(file, at, SEEK_SET);
    int byte = fgetc(file);
    int run = sw_rng_chance(rng, 1, 4) ? 1 + (int)sw_rng_below(rng, 64) : 1;
    fseek(file, at, SEEK_SET);
    fputc(byte ^ (1 << sw_rng_below(rng, 8)), file);
    for (int i = 1; i < run && at + i < st.st_size; i++) fputc((int)sw_rng_below(rng, 256), file);
    fclose(file);
}

/* The name of the file; or of the folder, where the file is one of those that belong together. */
static bool helps(const char *path, const char *text) {
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (!strstr(text, "refused")) return false;
    return strstr(text, name) || (!strstr(name, ".sst") && strstr(text, "/data"));
}

/* A database with tables of several levels, a log with commits in it, and everything acknowledged.
 */
static void make_original(trial *t) {
    assert_int_equal(trial_write(t, 700, NULL, NULL), NODE_DONE);
    assert_int_equal(trial_write(t, 1000000, (const char *const[]){"kill", "60000", NULL}, NULL),
                     NODE_KILLED);
    trial_must_be_right(t);
    assert_int_equal(trial_write(t, 25, NULL, NULL), NODE_DONE);
}

static void damaged_bytes_are_refused_or_do_not_matter(void **state) {
    (void)state;
    trial t;
    char original[600], path[1300];
    int refused = 0, right = 0, by_kind[128] = {0};
    listing files = {0};
    trial_begin(&t, 1234);
    make_original(&t);
    expected told = trial_told(&t);
    snprintf(original, sizeof original, "%s/original", t.root);
    assert_int_equal(rename(t.dir, original), 0);
    list_files(original, "", &files);
    qsort(files.paths, (size_t)files.count, sizeof *files.paths, by_name);
    assert_true(files.count >= 8);
    for (int i = 0; i < files.count; i++)
        for (uint64_t n = 0; n < trial_rounds(TRIALS_A_FILE); n++) {
            folder_copy(original, t.dir);
            snprintf(path, sizeof path, "%s/%s", t.dir, files.paths[i]);
            damage(&t.rng, path);
            int code = trial_verify(&t);
            bool good =
                code == NODE_DONE || (code == NODE_REFUSED && helps(files.paths[i], t.text));
            if (!good) print_error("%s: exit %d\n%s\n", files.paths[i], code, t.text);
            assert_true(good);
            assert_int_equal(trial_told(&t).acknowledged, told.acknowledged);
            refused += code == NODE_REFUSED;
            right += code == NODE_DONE;
            by_kind[i] += code == NODE_REFUSED;
            folder_remove(t.dir);
        }
    for (int i = 0; i < files.count; i++)
        print_message("%-24s refused %d\n", files.paths[i], by_kind[i]);
    print_message("%d files: %d refused, %d harmless\n", files.count, refused, right);
    assert_true(refused > right / 4);
    trial_end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_bytes_are_refused_or_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
