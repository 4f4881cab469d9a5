/* crash_test.h - a database of a crash test: its folder, what was told, and runs of crash_node on
 * it. */
#ifndef SW_TESTS_CRASH_CRASH_TEST_H
#define SW_TESTS_CRASH_CRASH_TEST_H

#include "base/rng.h"
#include "contract/folder.h"
#include "crash/node.h"
#include "crash/workload.h"

#define TEXT_MAX 8192

typedef struct trial {
    char root[FOLDER_PATH_MAX];
    char dir[FOLDER_PATH_MAX + 8], expected[FOLDER_PATH_MAX + 16], seed[24];
    sw_rng rng;
    char text[TEXT_MAX]; /* what the last run said */
} trial;

void trial_begin(trial *t, uint64_t seed);
void trial_end(trial *t);
/* What the world was told so far. */
expected trial_told(const trial *t);
/* crash_node's exit code. `more`: further words; `settings`: of the preloaded disk. NULL: none. */
int trial_write(trial *t, uint64_t commits, const char *const *more, const char *const *settings);
int trial_verify(trial *t);
/* Fails the test unless everything acknowledged is there. */
void trial_must_be_right(trial *t);
/* Rounds or seeds from the command line, for longer runs than the build's. */
uint64_t trial_rounds(uint64_t usual);

#endif
