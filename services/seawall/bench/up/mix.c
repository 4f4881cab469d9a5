#include "seawall/bench/up/mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seawall/bench/up/server.h"

enum { CHINA_S = 8 * 3600, DAY_S = 24 * 3600, WINDOW_S = 3600, COUNTIES_MAX = 9999 };
/* The live mix is that of one hour, an afternoon's on a Monday, moved to now: of the hour after
 * midnight nine events of ten are lists of officers, each a fraction of the work. */
#define LIVE_DAY "2026-06-01"
enum { LIVE_END_S = 15 * 3600 };
/* The counties' cases are apart, but their units are those of one city: nobody's machine serves
 * hundreds of counties. */
enum { CITY_COUNTIES = 10, COUNTY_DIGITS = 4 };
enum { STAMP_BYTES = 20 }; /* 2026-01-01T00:00:00 and NUL */
#define RECEIVED    "\"receivedtime\":\""
#define ORG         "\"orgcode\":\"32"
#define LINES_BYTES ((size_t)4 << 30)

/* Local time in China, as the generator writes it. */
static void stamp(time_t at, char ret[STAMP_BYTES]) {
    struct tm there;
    at += CHINA_S;
    gmtime_r(&at, &there);
    strftime(ret, STAMP_BYTES, "%Y-%m-%dT%H:%M:%S", &there);
}

/* Reads a county's lives that begin on `day`; `cut`: without what comes after that day. */
static FILE *county(uint32_t number, const char *day, bool cut, pid_t *ret_pid) {
    char seed[16], org[16];
    int ends[2];
    snprintf(seed, sizeof seed, "%u", number);
    snprintf(org, sizeof org, "32%04u", number);
    const char *const args[] = {"seawall",
                                "generate",
                                "--seed",
                                seed,
                                "--org",
                                org,
                                "--stations",
                                "99",
                                "--span",
                                "day",
                                "--start",
                                day,
                                cut ? "--cut" : NULL,
                                NULL};
    if (pipe(ends) != 0) return NULL;
    *ret_pid = fork();
    if (*ret_pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        if (!freopen("/dev/null", "w", stderr)) _exit(126);
        sw_bench_exec(args);
    }
    close(ends[1]);
    FILE *file = *ret_pid > 0 ? fdopen(ends[0], "r") : NULL;
    if (!file) close(ends[0]);
    return file;
}

/* Lines that are kept, one after the other; each is led by its time of receiving. */
typedef struct lines {
    sw_buf text;
    uint64_t count;
    const char *from, *to; /* of the time of receiving; NULL: all */
    time_t moved_s;        /* what times are to be later */
} lines;

static void move_to_city(char *line) {
    char *org = strstr(line, ORG), digits[COUNTY_DIGITS + 1] = "";
    if (!org) return;
    org += sizeof ORG - 1;
    memcpy(digits, org, COUNTY_DIGITS);
    snprintf(digits, sizeof digits, "01%02d", atoi(digits) % CITY_COUNTIES);
    memcpy(org, digits, COUNTY_DIGITS);
}

static bool digits_at(const char *at, const char *shape) {
    for (; *shape; at++, shape++) {
        bool digit = *at >= '0' && *at <= '9';
        if (*shape == '0' ? !digit : *at != *shape) return false;
    }
    return true;
}

/* Moves all times of the line, which are local ones of one length. */
static void move_to_now(char *line, time_t by_s) {
    static const char shape[] = "0000-00-00T00:00:00+08:00";
    const size_t days = strlen("0000-00-00");
    for (char *at = line; (at = strchr(at, 'T')) != NULL; at++) {
        char *from = (size_t)(at - line) < days ? line : at - days, moved[STAMP_BYTES];
        struct tm there = {0};
        if (!digits_at(from, shape) || !strptime(from, "%Y-%m-%dT%H:%M:%S", &there)) continue;
        stamp(timegm(&there) - CHINA_S + by_s, moved);
        memcpy(from, moved, STAMP_BYTES - 1);
    }
}

static bool keep(lines *l, char *line, size_t len) {
    const char *at = strstr(line, RECEIVED);
    if (!at || (size_t)(line + len - at) < sizeof RECEIVED + STAMP_BYTES) return true;
    at += sizeof RECEIVED - 1;
    if (l->from &&
        (strncmp(at, l->from, STAMP_BYTES - 1) < 0 || strncmp(at, l->to, STAMP_BYTES - 1) >= 0))
        return true;
    l->count++;
    move_to_city(line);
    if (l->moved_s) move_to_now(line, l->moved_s);
    sw_buf_add(&l->text, sw_slice_of(at, STAMP_BYTES - 1));
    return sw_buf_add(&l->text, sw_slice_of(line, len)) == SW_OK;
}

static bool read_county(uint32_t number, const char *day, bool cut, lines *l) {
    pid_t pid = -1;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int status = 0;
    FILE *file = county(number, day, cut, &pid);
    bool ok = file != NULL;
    while (ok && (len = getline(&line, &cap, file)) > 0) ok = keep(l, line, (size_t)len);
    if (file) fclose(file);
    free(line);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && ok && status == 0) return true;
    fprintf(stderr, "seawall bench: seawall generate failed\n");
    return false;
}

static int compare(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    int c = memcmp(*x, *y, STAMP_BYTES - 1);
    return c ? c : (*x > *y) - (*x < *y);
}

/* All lines in order of receiving, or as they came. */
static bool write_lines(const lines *l, bool sort, const char *path) {
    FILE *file = fopen(path, "w");
    const char **starts = sw_heap_zero(l->count, sizeof starts[0]);
    const char *at = l->text.ptr;
    bool ok = file && starts;
    for (uint64_t i = 0; ok && i < l->count; i++) {
        starts[i] = at;
        at = strchr(at, '\n') + 1;
    }
    if (ok && sort) qsort(starts, l->count, sizeof starts[0], compare);
    for (uint64_t i = 0; ok && i < l->count; i++) {
        const char *line = starts[i] + STAMP_BYTES - 1;
        size_t len = (size_t)(strchr(line, '\n') + 1 - line);
        ok = fwrite(line, 1, len, file) == len;
    }
    if (file) ok = fclose(file) == 0 && ok;
    sw_heap_free(starts);
    if (!ok) fprintf(stderr, "seawall bench: %s can't be written\n", path);
    return ok;
}

/* The end of the live hour as a point in time. */
static time_t live_end(void) {
    struct tm day = {0};
    strptime(LIVE_DAY, "%Y-%m-%d", &day);
    return timegm(&day) - CHINA_S + LIVE_END_S;
}

bool sw_bench_mix_write(sw_bench_mix mix, const char *path, uint64_t events) {
    char day[STAMP_BYTES], from[STAMP_BYTES], to[STAMP_BYTES];
    const bool live = mix == SW_MIX_LIVE;
    const time_t now = time(NULL), end = live_end();
    stamp(live ? end : now - DAY_S, day);
    day[strlen(LIVE_DAY)] = '\0';
    stamp(end - WINDOW_S, from);
    stamp(end, to);
    lines l = {.from = live ? from : NULL, .to = to, .moved_s = live ? now - end : 0};
    sw_buf_init(&l.text, LINES_BYTES);
    bool ok = true;
    for (uint32_t n = 1; ok && n <= COUNTIES_MAX && l.count < events; n++)
        ok = read_county(n, day, !live, &l);
    ok = ok && sw_buf_add_byte(&l.text, '\0') == SW_OK && write_lines(&l, live, path);
    sw_buf_done(&l.text);
    return ok;
}
