#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/sim.h"

/* Each seed runs in a process of its own: an assertion that fails there is a finding, and nothing
 * that one seed leaves behind can touch the next. */
typedef struct run {
    sim_options options;
    uint64_t first, seeds;
    bool twice, quiet;
    const char *differ; /* folder for a second run on RocksDB, whose digest must be equal */
} run;

static int in_child(const sim_options *options, sim_result *ret) {
    int pipes[2];
    if (pipe(pipes) != 0) exit(2);
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) exit(2);
    if (child == 0) {
        close(pipes[0]);
        sim_result result;
        sim_run(options, &result);
        fflush(stdout);
        ssize_t written = write(pipes[1], &result, sizeof result);
        _exit(written == (ssize_t)sizeof result ? 0 : 2);
    }
    close(pipes[1]);
    memset(ret, 0, sizeof *ret);
    bool whole = read(pipes[0], ret, sizeof *ret) == (ssize_t)sizeof *ret;
    close(pipes[0]);
    int status;
    waitpid(child, &status, 0);
    if (!whole) {
        ret->failed = true;
        snprintf(ret->why, sizeof ret->why, "it ended by signal %d",
                 WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
    return ret->failed;
}

/* Leaves out faults, half of them, then quarters, and so on, as long as the run still fails; then
 * events. */
static void make_smaller(sim_options *options) {
    static bool dropped[10000];
    sim_result result;
    int tries = 0;
    while (options->events > 100 && tries++ < 12) {
        sim_options smaller = *options;
        smaller.events /= 2;
        if (!in_child(&smaller, &result)) break;
        *options = smaller;
    }
    memset(dropped, 0, sizeof dropped);
    options->dropped = dropped;
    uint32_t left = options->faults;
    for (uint32_t size = options->faults / 2; size > 0 && tries < 120; size /= 2) {
        for (uint32_t from = 0; from < options->faults && tries < 120; from += size) {
            bool saved[10000];
            memcpy(saved, dropped, sizeof saved);
            uint32_t gone = 0;
            for (uint32_t i = from; i < from + size && i < options->faults; i++) {
                gone += !dropped[i];
                dropped[i] = true;
            }
            if (gone == 0) continue;
            tries++;
            if (in_child(options, &result))
                left -= gone;
            else
                memcpy(dropped, saved, sizeof dropped);
        }
    }
    printf("smaller: it still fails with %u events and %u scheduled faults", options->events, left);
    const char *separator = "; add --only ";
    for (uint32_t i = 0; i < options->faults && left <= 12; i++) {
        if (dropped[i]) continue;
        printf("%s%u", separator, i);
        separator = ",";
    }
    printf("\n");
}

static void tell_failure(const run *r, const sim_options *options, const sim_result *result) {
    printf("seed %" PRIu64 " FAILS: %s\n", options->seed, result->why);
    printf("repeat it with: ./scripts/sim%s --seed %" PRIu64
           " --events %u --faults %u%s%s --trace\n",
           options->pipeline ? " --pipeline"
           : options->notify ? " --notify"
                             : "",
           options->seed, options->events, options->faults, options->planted ? " --plant " : "",
           options->planted ? options->planted : "");
    if (!r->quiet) {
        sim_options smaller = *options;
        make_smaller(&smaller);
    }
    fflush(stdout);
}

static int run_seed(const run *r, uint64_t seed, sim_result *sum) {
    sim_options options = r->options;
    options.seed = seed;
    sim_result result, again;
    if (in_child(&options, &result)) {
        tell_failure(r, &options, &result);
        return 1;
    }
    if (r->twice) {
        if (in_child(&options, &again) || again.digest != result.digest) {
            printf("seed %" PRIu64 " FAILS: run twice it gives two digests\n", seed);
            return 1;
        }
    }
    if (r->differ) {
        char dir[512];
        snprintf(dir, sizeof dir, "%s/%" PRIu64, r->differ, seed);
        options.rocks_dir = dir;
        if (in_child(&options, &again) || again.digest != result.digest) {
            printf("seed %" PRIu64 " FAILS: RocksDB and memory give two digests (%s)\n", seed,
                   again.failed ? again.why : "both runs pass");
            return 1;
        }
    }
    sum->events += result.events;
    sum->faults += result.faults;
    sum->records += result.records;
    sum->timers += result.timers;
    return 0;
}

static const char *value_of(int argc, char **argv, int *at) {
    if (*at + 1 >= argc) {
        fprintf(stderr, "sim: %s needs a value\n", argv[*at]);
        exit(2);
    }
    return argv[++*at];
}

static void usage(void) {
    printf("usage: sim [--seeds N] [--seed S] [--from S] [--events N] [--faults N] [--trace]\n"
           "           [--twice] [--plant BUG] [--rocks DIR] [--only I,J,…]\n"
           "           [--pipeline | --notify]\n\n"
           "  --seeds N   that many seeds, from 1 (or --from) on; 200 if not said\n"
           "  --seed S    this one\n"
           "  --only I,…  of the scheduled faults only these numbers\n"
           "  --pipeline  ingest, deadline, risk, scores and view over random packs,\n"
           "              instead of toys\n"
           "  --notify    notify, an executor that crashes, and phones, instead of toys\n"
           "  --twice     runs each seed twice: the digests must be equal\n"
           "  --rocks DIR runs each seed on RocksDB too: the digests must be equal\n"
           "  --plant BUG timer-lost, effect-twice, answer-before-sync, rewind-forgotten, "
           "stale-cache,\n"
           "              with --notify sent-before-record:\n"
           "              succeeds if the simulator finds it\n");
}

/* "3,17,40": every other scheduled fault is left out. */
static const bool *only(const char *list) {
    static bool dropped[10000];
    memset(dropped, 1, sizeof dropped);
    for (char *end; *list; list = *end ? end + 1 : end) {
        unsigned long i = strtoul(list, &end, 10);
        if (end == list || i >= SW_COUNT(dropped)) {
            fprintf(stderr, "sim: --only takes numbers, with commas between\n");
            exit(2);
        }
        dropped[i] = false;
    }
    return dropped;
}

static bool number_option(run *r, const char *name, const char *text) {
    uint64_t n = strtoull(text, NULL, 10);
    if (strcmp(name, "--seeds") == 0)
        r->seeds = n;
    else if (strcmp(name, "--from") == 0)
        r->first = n;
    else if (strcmp(name, "--events") == 0)
        r->options.events = (uint32_t)n;
    else if (strcmp(name, "--faults") == 0)
        r->options.faults = (uint32_t)n;
    else if (strcmp(name, "--seed") == 0) {
        r->first = n;
        r->seeds = 1;
    } else
        return false;
    return true;
}

static void parse(int argc, char **argv, run *r) {
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--help") == 0) {
            usage();
            exit(0);
        }
        if (strcmp(name, "--pipeline") == 0)
            r->options.pipeline = true;
        else if (strcmp(name, "--notify") == 0)
            r->options.notify = true;
        else if (strcmp(name, "--trace") == 0)
            r->options.trace = r->quiet = true;
        else if (strcmp(name, "--twice") == 0)
            r->twice = true;
        else if (strcmp(name, "--plant") == 0)
            r->options.planted = value_of(argc, argv, &i);
        else if (strcmp(name, "--rocks") == 0)
            r->differ = value_of(argc, argv, &i);
        else if (strcmp(name, "--only") == 0)
            r->options.dropped = only(value_of(argc, argv, &i));
        else if (!number_option(r, name, value_of(argc, argv, &i))) {
            fprintf(stderr, "sim: there is no option %s; --help lists them\n", name);
            exit(2);
        }
    }
    if (r->options.events == 0 || r->options.faults > 10000) {
        fprintf(stderr, "sim: at least one event, at most 10000 faults\n");
        exit(2);
    }
}

/* A planted bug must be found by one of the seeds. */
static int run_planted(run *r) {
    for (uint64_t seed = r->first; seed < r->first + r->seeds; seed++) {
        sim_options options = r->options;
        sim_result result;
        options.seed = seed;
        if (!in_child(&options, &result)) continue;
        printf("planted %s: found by seed %" PRIu64 ": %s\n", options.planted, seed, result.why);
        return 0;
    }
    printf("planted %s: NOT FOUND by %" PRIu64 " seeds: the simulator is blind to it\n",
           r->options.planted, r->seeds);
    return 1;
}

int main(int argc, char **argv) {
    run r = {.options = {.events = 10000, .faults = 100}, .first = 1, .seeds = 200};
    parse(argc, argv, &r);
    if (r.options.planted) return run_planted(&r);
    sim_result sum = {0};
    int failed = 0;
    for (uint64_t seed = r.first; seed < r.first + r.seeds && failed < 5; seed++)
        failed += run_seed(&r, seed, &sum);
    printf("%" PRIu64 " seeds, %d failed; a seed: %" PRIu64 " events, %" PRIu64 " faults, %" PRIu64
           " records, %" PRIu64 " timers\n",
           r.seeds, failed, sum.events / r.seeds, sum.faults / r.seeds, sum.records / r.seeds,
           sum.timers / r.seeds);
    return failed ? 1 : 0;
}
