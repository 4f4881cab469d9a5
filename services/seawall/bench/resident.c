#include "seawall/bench/resident.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* jemalloc's, in the program; not there under a sanitizer, nor in tests. */
extern int mallctl(const char *name, void *old, size_t *old_bytes, void *new, size_t new_bytes)
    __attribute__((weak));

uint64_t sw_resident_bytes(pid_t pid) {
    unsigned long long all = 0, pages = 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)(pid ? pid : getpid()));
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    int read = fscanf(file, "%llu %llu", &all, &pages);
    fclose(file);
    return read == 2 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void sw_resident_forked(void) {
    bool on = true;
    if (mallctl) (void)mallctl("background_thread", NULL, NULL, &on, sizeof on);
}
