#include "seawall/bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

static double seconds(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t written_bytes(void) {
    unsigned long long bytes = 0;
    char line[128];
    FILE *io = fopen("/proc/self/io", "r");
    while (io && fgets(line, sizeof line, io))
        if (sscanf(line, "wchar: %llu", &bytes) == 1) break;
    if (io) fclose(io);
    return bytes;
}

sw_bench_meter sw_bench_now(void) {
    return (sw_bench_meter){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID),
                            written_bytes()};
}

sw_bench_meter sw_bench_since(sw_bench_meter start) {
    sw_bench_meter now = sw_bench_now();
    return (sw_bench_meter){now.wall_s - start.wall_s, now.cpu_s - start.cpu_s,
                            now.written_bytes - start.written_bytes};
}

double sw_bench_stat_cpu_s(const char *path, const char *name) {
    char text[1024];
    unsigned long user = 0, system = 0;
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[len] = '\0';
    const char *begin = strchr(text, '('), *after_name = strrchr(text, ')');
    if (!begin || !after_name || strncmp(begin + 1, name, strlen(name)) != 0 ||
        sscanf(after_name, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

void sw_bench_fill(sw_rng *rng, char *bytes, size_t len) {
    static const char text[] = "case_id person_id detained_at criminal unit officer station ";
    size_t half = len / 2;
    for (size_t i = 0; i < half; i++) bytes[i] = text[i % (sizeof text - 1)];
    for (size_t i = half; i < len; i++) bytes[i] = (char)sw_rng_next(rng);
}

bool sw_bench_folder(const char *parent, char *ret, size_t size) {
    const char *tmp = parent ? parent : getenv("TMPDIR");
    snprintf(ret, size, "%s/seawall-bench-XXXXXX", tmp ? tmp : "/tmp");
    if (mkdtemp(ret)) return true;
    fprintf(stderr, "seawall bench: can't make a folder %s: %s; give another with --dir\n", ret,
            strerror(errno));
    return false;
}

void sw_bench_remove(const char *path) {
    sw_db_remove(path);
}

bool sw_bench_number(const char *option, const char *text, int64_t low, int64_t high,
                     int64_t *ret) {
    int64_t n;
    if (!text) return true;
    if (sw_slice_int(sw_slice_cstr(text), &n) && n >= low && n <= high) return *ret = n, true;
    fprintf(stderr, "seawall bench: --%s takes a number from %lld to %lld, not '%s'\n", option,
            (long long)low, (long long)high, text);
    return false;
}
