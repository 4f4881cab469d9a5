#include "crash/crash_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit/test.h"

void trial_begin(trial *t, uint64_t seed) {
    *t = (trial){0};
    /* A killed process leaves its bytes to the kernel, and the cut of power is played by the
     * preloaded disk: memory is as good as a disk here, and many times as fast. */
    if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
    folder_make(t->root);
    snprintf(t->dir, sizeof t->dir, "%s/data", t->root);
    snprintf(t->expected, sizeof t->expected, "%s/expected", t->root);
    snprintf(t->seed, sizeof t->seed, "%llu", (unsigned long long)seed);
    sw_rng_init(&t->rng, seed);
}

void trial_end(trial *t) {
    folder_remove(t->root);
}

expected trial_told(const trial *t) {
    expected *map = expected_map(t->expected);
    assert_non_null(map);
    expected told = *map;
    munmap(map, sizeof *map);
    return told;
}

int trial_write(trial *t, uint64_t commits, const char *const *more, const char *const *settings) {
    char count[24];
    const char *words[12] = {"write", t->dir, t->expected, t->seed, count};
    snprintf(count, sizeof count, "%llu", (unsigned long long)commits);
    for (int i = 0; more && more[i]; i++) words[5 + i] = more[i];
    return node_run(words, settings, t->text, sizeof t->text);
}

int trial_verify(trial *t) {
    const char *words[] = {"verify", t->dir, t->expected, t->seed, NULL};
    return node_run(words, NULL, t->text, sizeof t->text);
}

void trial_must_be_right(trial *t) {
    int code = trial_verify(t);
    if (code != NODE_DONE) print_error("%s\n(%s is kept)\n", t->text, t->root);
    assert_int_equal(code, NODE_DONE);
}

uint64_t trial_rounds(uint64_t usual) {
    const char *text = getenv("SW_CRASH_ROUNDS");
    return text ? strtoull(text, NULL, 10) : usual;
}
