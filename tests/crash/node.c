/* crash_node write DIR EXPECTED SEED COMMITS [kill MICROSECONDS] [unsynced] [file-limit BYTES]
 * crash_node verify DIR EXPECTED SEED
 *
 * Writes commits until it has made COMMITS, or is killed, or a commit fails; or compares what is
 * there. */
#include "crash/node.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "crash/workload.h"

static int open_bus(const char *dir, sw_bus **ret) {
    sw_arena arena;
    sw_diags diags;
    sw_arena_init(&arena, 1 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 20);
    sw_err err = sw_bus_embedded_open(dir, work_options(), &diags, ret);
    if (err) fprintf(stderr, "refused: %s\n", sw_err_name(err));
    for (const sw_diag *d = diags.first; err && d; d = d->next)
        fprintf(stderr, "refused: %.*s\n", SW_FMT(sw_diag_text(&arena, d)));
    sw_arena_done(&arena);
    return err ? NODE_REFUSED : NODE_DONE;
}

static const sw_db_table *honest;

/* A planted fault: a store that says it has synced and has not. */
static sw_err write_unsynced(sw_db *db, const sw_batch *batch, bool sync) {
    (void)sync;
    return honest->write(db, batch, false);
}

static void plant_no_sync(sw_bus *bus) {
    static sw_db_table liar;
    sw_db *db = sw_bus_db(bus);
    honest = db->table;
    liar = *db->table;
    liar.write = write_unsynced;
    db->table = &liar;
}

static void kill_after(long microseconds) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec at = {.it_value = {microseconds / 1000000, microseconds % 1000000 * 1000}};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &at, NULL))
        abort();
}

static int say_why_stopped(sw_bus *bus, sw_err err) {
    sw_buf text;
    sw_buf_init(&text, 8192);
    sw_db_error_text(sw_bus_db(bus), &text);
    fprintf(stderr, "stopped: %s: %.*s\n", sw_err_name(err), SW_FMT(sw_buf_slice(&text)));
    sw_buf_done(&text);
    return NODE_STOPPED;
}

static int write_commits(sw_bus *bus, expected *told, work *w, uint64_t commits) {
    uint64_t epochs[WORK_TASKS], n = work_reached(bus);
    sw_err err = SW_OK;
    for (uint32_t t = 0; !err && t < WORK_TASKS; t++) err = sw_bus_claim(bus, t, &epochs[t]);
    for (uint64_t until = n + commits; !err && n < until;) {
        sw_commit *group = work_make(w, ++n);
        for (uint32_t t = 0; t < WORK_TASKS; t++) group[t].epoch = epochs[t];
        __atomic_store_n(&told->attempted, n, __ATOMIC_SEQ_CST);
        if ((err = sw_bus_commit(bus, group, WORK_TASKS, NULL))) break;
        __atomic_store_n(&told->acknowledged, n, __ATOMIC_SEQ_CST);
        bool more;
        if (n % 8 == 0) err = sw_bus_maintain(bus, (int64_t)n, 16, &more);
    }
    if (!err) return NODE_DONE;
    int code = say_why_stopped(bus, err);
    /* Nothing more is taken after a write whose outcome is not known. */
    sw_commit *group = work_make(w, n);
    for (uint32_t t = 0; t < WORK_TASKS; t++) group[t].epoch = epochs[t];
    if (sw_bus_commit(bus, group, WORK_TASKS, NULL) == SW_OK) {
        fprintf(stderr, "WRONG: a commit was taken after one that failed\n");
        code = NODE_WRONG;
    }
    return code;
}

static int run_write(int argc, char **argv, expected *told, work *w) {
    sw_bus *bus;
    long kill_us = 0;
    bool unsynced = false;
    for (int i = 6; i < argc; i++) {
        if (strcmp(argv[i], "unsynced") == 0) unsynced = true;
        if (strcmp(argv[i], "kill") == 0) kill_us = atol(argv[++i]);
        if (strcmp(argv[i], "file-limit") == 0) {
            struct rlimit limit = {(rlim_t)atol(argv[i + 1]), (rlim_t)atol(argv[i + 1])};
            i++;
            signal(SIGXFSZ, SIG_IGN);
            if (setrlimit(RLIMIT_FSIZE, &limit)) abort();
        }
    }
    if (kill_us < 0) kill_after(-kill_us); /* also while it opens */
    int code = open_bus(argv[2], &bus);
    if (code) return code;
    if (kill_us > 0) kill_after(kill_us);
    if (unsynced) plant_no_sync(bus);
    code = write_commits(bus, told, w, strtoull(argv[5], NULL, 10));
    sw_bus_close(bus);
    return code;
}

static int run_verify(char **argv, expected *told, work *w) {
    static const int codes[] = {NODE_DONE, NODE_REFUSED, NODE_WRONG};
    sw_bus *bus;
    int code = open_bus(argv[2], &bus);
    if (code) return code;
    uint64_t reached = work_reached(bus);
    code = codes[work_check(w, bus, reached)];
    if (!code && (reached < told->acknowledged || reached > told->attempted)) {
        fprintf(stderr, "WRONG: %llu commits are there, %llu were acknowledged, %llu begun\n",
                (unsigned long long)reached, (unsigned long long)told->acknowledged,
                (unsigned long long)told->attempted);
        code = NODE_WRONG;
    }
    if (!code) told->acknowledged = told->attempted = reached;
    sw_bus_close(bus);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 5) return fprintf(stderr, "crash_node write|verify DIR EXPECTED SEED …\n"), 2;
    expected *told = expected_map(argv[3]);
    if (!told) return 2;
    work *w = work_new(strtoull(argv[4], NULL, 10));
    int code = strcmp(argv[1], "write") == 0 && argc > 5 ? run_write(argc, argv, told, w)
                                                         : run_verify(argv, told, w);
    work_free(w);
    return code;
}
