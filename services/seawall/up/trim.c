#include "seawall/up/trim.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

void sw_trim_init(sw_trim *trim, uint64_t growth_bytes) {
    *trim = (sw_trim){.growth_bytes = growth_bytes, .resident_bytes = UINT64_MAX};
}

bool sw_trim_due(sw_trim *trim, uint64_t resident_bytes) {
    if (resident_bytes < trim->resident_bytes) trim->resident_bytes = resident_bytes;
    return ++trim->looks >= SW_TRIM_LOOKS ||
           resident_bytes - trim->resident_bytes > trim->growth_bytes;
}

void sw_trim_done(sw_trim *trim, uint64_t resident_bytes) {
    trim->looks = 0;
    trim->resident_bytes = resident_bytes;
}

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

void sw_trim_look(sw_trim *trim) {
    if (!sw_trim_due(trim, sw_resident_bytes(0))) return;
    (void)malloc_trim(0);
    sw_trim_done(trim, sw_resident_bytes(0));
}
