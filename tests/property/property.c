/* property.c - the running evaluator against the oracle on random cases, any number of them.
 *
 *   rules_property [--cases N] [--from SEED] [--seed SEED] [--tell PERCENT] [--keep-going]
 *   rules_property --bends [--cases N]     would the cases notice a fault? each planted one must be
 * found
 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>

#define CASES_TO_MEET_ALL 5000 /* fewer may leave a feature out */

typedef struct options {
    uint64_t cases, from, tell_percent;
    bool bends, keep_going, one;
    const char **files;
    int file_count;
} options;

static bool read_number(const char *text, uint64_t *ret) {
    int64_t n;
    if (!text || !sw_slice_int(sw_slice_cstr(text), &n) || n < 0) return false;
    *ret = (uint64_t)n;
    return true;
}

static bool read_options(int argc, char **argv, options *ret) {
    *ret = (options){.cases = 2000, .tell_percent = 30};
    for (int i = 1; i < argc; i++) {
        sw_slice word = sw_slice_cstr(argv[i]);
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (sw_slice_is(word, "--bends")) {
            ret->bends = true;
        } else if (sw_slice_is(word, "--keep-going")) {
            ret->keep_going = true;
        } else if (sw_slice_is(word, "--cases") && read_number(next, &ret->cases)) {
            i++;
        } else if (sw_slice_is(word, "--from") && read_number(next, &ret->from)) {
            i++;
        } else if (sw_slice_is(word, "--tell") && read_number(next, &ret->tell_percent)) {
            i++;
        } else if (sw_slice_is(word, "--seed") && read_number(next, &ret->from)) {
            ret->one = true, ret->cases = 1, i++;
        } else if (argv[i][0] != '-') {
            ret->files = (const char **)&argv[i];
            ret->file_count = argc - i;
            break;
        } else {
            fprintf(stderr, "usage: rules_property [--cases N] [--from SEED] [--seed SEED] "
                            "[--tell PERCENT] [--keep-going] [--bends] [FILE.case...]\n");
            return false;
        }
    }
    return true;
}

static bool tells(const options *given, uint64_t seed) {
    return given->one || seed * 37 % 100 < given->tell_percent;
}

static int run_cases(const options *given) {
    judge on;
    judge_init(&on);
    coverage met;
    coverage_init(&met);
    uint64_t failed = 0, done = 0;
    for (uint64_t i = 0; i < given->cases && failed < 10; i++, done++) {
        uint64_t seed = given->from + i;
        sw_buf out;
        sw_buf_init(&out, 1u << 20);
        bool made = judge_make(&on, seed, &out);
        bool same = made && judge_books(&on, seed, tells(given, seed), &met, &out);
        if (!same) {
            printf("seed %llu:\n%.*s\n", (unsigned long long)seed, SW_FMT(sw_buf_slice(&out)));
            fflush(stdout);
            if (made) judge_shrink(&on, seed, tells(given, seed));
            failed++;
        }
        sw_buf_done(&out);
        if (failed && !given->keep_going) break;
    }
    judge_done(&on);
    bool all_met = true;
    if (!given->one) {
        printf("%llu cases, %llu events refused by the codec, %llu of %llu packs refused; met:\n",
               (unsigned long long)done, (unsigned long long)on.refused,
               (unsigned long long)on.packs_refused, (unsigned long long)on.packs_tried);
        all_met = coverage_print(&met) || done < CASES_TO_MEET_ALL;
    }
    if (!failed && given->one) printf("seed %llu: same\n", (unsigned long long)given->from);
    return failed || !all_met ? 1 : 0;
}

static bool is_of_telling(sw_bend bend) {
    return bend == SW_BEND_NEVER_JOINED || bend == SW_BEND_RUNS_AGAIN_UNTOLD;
}

/* Every fault that can be planted in the oracle has to show within the cases. */
static int run_bends(const options *given) {
    judge on;
    judge_init(&on);
    uint64_t found_at[SW_BEND_COUNT] = {0};
    uint32_t left = SW_BEND_COUNT - 1;
    for (uint64_t i = 0; i < given->cases && left > 0; i++) {
        uint64_t seed = given->from + i;
        sw_buf out;
        sw_buf_init(&out, 1u << 20);
        bool made = judge_make(&on, seed, &out);
        if (!made) printf("%.*s\n", SW_FMT(sw_buf_slice(&out)));
        sw_buf_done(&out);
        for (uint32_t bend = 1; made && bend < SW_BEND_COUNT; bend++) {
            if (found_at[bend]) continue;
            if (judge_bend(&on, seed, (sw_bend)bend, is_of_telling((sw_bend)bend))) continue;
            found_at[bend] = i + 1;
            left--;
        }
    }
    judge_done(&on);
    for (uint32_t bend = 1; bend < SW_BEND_COUNT; bend++) {
        if (found_at[bend])
            printf("  found after %5llu cases: ", (unsigned long long)found_at[bend]);
        else
            printf("  NOT FOUND in %llu cases: ", (unsigned long long)given->cases);
        printf("%s\n", sw_bend_name((sw_bend)bend));
    }
    return left ? 1 : 0;
}

static int run_files(const options *given) {
    int failed = 0;
    judge on;
    judge_init(&on);
    for (int i = 0; i < given->file_count; i++) {
        sw_buf out;
        sw_buf_init(&out, 1u << 20);
        sw_arena_reset(&on.packs);
        bool same = judge_read(&on, given->files[i], &out);
        for (uint64_t seed = 0; same && seed < 16; seed++)
            same = judge_books(&on, seed, true, NULL, &out);
        sw_slice text = sw_buf_slice(&out);
        if (!same) printf("%s:\n%.*s\n", given->files[i], SW_FMT(text));
        failed += !same;
        sw_buf_done(&out);
    }
    judge_done(&on);
    printf("%d cases, %d failed\n", given->file_count, failed);
    return failed ? 1 : 0;
}

int main(int argc, char **argv) {
    options given;
    if (!read_options(argc, argv, &given)) return 2;
    if (given.files) return run_files(&given);
    return given.bends ? run_bends(&given) : run_cases(&given);
}
