#include "seawall/bench/up/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "seawall/bench/bench.h"
#include "seawall/bench/resident.h"

enum { ARGS_MAX = 64, START_S = 120, LOOK_MS = 5, REST_LOOKS = 8, REST_LOOK_MS = 100 };

static void wait_ms(int64_t ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

void sw_bench_exec(const char *const *args) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv("/proc/self/exe", (char *const *)(uintptr_t)args);
    _exit(127);
}

_Noreturn static void child(const sw_bench_server *server, const char *port_file) {
    char data[800], port[800], log[800];
    const char *args[ARGS_MAX] = {"seawall", "up"};
    int count = 2;
    snprintf(data, sizeof data, "data_dir=%s/data", server->dir);
    snprintf(port, sizeof port, "http.port_file=%s", port_file);
    snprintf(log, sizeof log, "%s/log.jsonl", server->dir);
    const char *const own[] = {data, port, "http.listen=127.0.0.1:0"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        args[count++] = "--set";
        args[count++] = own[i];
    }
    for (uint32_t i = 0; server->sets && server->sets[i] && count + 2 < ARGS_MAX; i++) {
        args[count++] = "--set";
        args[count++] = server->sets[i];
    }
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd >= 0) dup2(fd, STDERR_FILENO);
    sw_bench_exec(args);
}

static bool read_port(const char *path, uint16_t *ret) {
    unsigned port = 0;
    FILE *file = fopen(path, "r");
    bool there = file && fscanf(file, "%u", &port) == 1 && port > 0;
    if (file) fclose(file);
    *ret = (uint16_t)port;
    return there;
}

static bool told(const sw_bench_server *server, const char *what) {
    fprintf(stderr, "seawall bench: seawall up %s; its log is %s/log.jsonl\n", what, server->dir);
    return false;
}

bool sw_bench_server_start(sw_bench_server *server) {
    char path[700];
    snprintf(path, sizeof path, "%s/port", server->dir);
    unlink(path);
    sw_bench_meter start = sw_bench_now();
    server->pid = fork();
    if (server->pid < 0) return told(server, "can't be started");
    if (server->pid == 0) child(server, path);
    while (!read_port(path, &server->port)) {
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
            server->pid = 0;
            return told(server, "did not start");
        }
        if (sw_bench_since(start).wall_s > START_S) return told(server, "takes too long to start");
        wait_ms(LOOK_MS);
    }
    server->ready_s = sw_bench_since(start).wall_s;
    return true;
}

bool sw_bench_server_stop(sw_bench_server *server, int signal) {
    int status = 0;
    if (server->pid == 0) return true;
    kill(server->pid, signal);
    while (waitpid(server->pid, &status, 0) < 0 && errno == EINTR) {
    }
    server->pid = 0;
    if (signal == SIGKILL || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return true;
    return told(server, "ended badly");
}

double sw_bench_server_cpu_s(const sw_bench_server *server) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)server->pid);
    return sw_bench_stat_cpu_s(path, "");
}

double sw_bench_server_merging_s(const sw_bench_server *server) {
    char path[400];
    double sum = 0;
    snprintf(path, sizeof path, "/proc/%ld/task", (long)server->pid);
    DIR *threads = opendir(path);
    for (struct dirent *entry; threads && (entry = readdir(threads));) {
        snprintf(path, sizeof path, "/proc/%ld/task/%s/stat", (long)server->pid, entry->d_name);
        if (entry->d_name[0] != '.') sum += sw_bench_stat_cpu_s(path, "rocksdb:");
    }
    if (threads) closedir(threads);
    return sum;
}

uint64_t sw_bench_server_resident_bytes(const sw_bench_server *server) {
    return sw_resident_bytes((pid_t)server->pid);
}

void sw_bench_server_rest(const sw_bench_server *server) {
    double before = sw_bench_server_cpu_s(server);
    for (int quiet = 0; quiet < REST_LOOKS;) {
        wait_ms(REST_LOOK_MS);
        double now = sw_bench_server_cpu_s(server);
        quiet = now - before <= 0.011 ? quiet + 1 : 0;
        before = now;
    }
}

static uint64_t disk_bytes;

static int add_file(const char *path, const struct stat *st, int kind, struct FTW *at) {
    (void)path;
    (void)at;
    if (kind == FTW_F) disk_bytes += (uint64_t)st->st_blocks * 512;
    return 0;
}

uint64_t sw_bench_server_disk_bytes(const sw_bench_server *server) {
    char path[700];
    snprintf(path, sizeof path, "%s/data", server->dir);
    disk_bytes = 0;
    nftw(path, add_file, 16, FTW_PHYS);
    return disk_bytes;
}
