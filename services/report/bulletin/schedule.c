#include "report/bulletin/schedule.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "env/thread.h"

#define CATCH_UP_MAX    31u
#define TICK_S          5
#define ARENA_BYTES_MAX ((size_t)256 << 20)
#define MINUTE_MS       INT64_C(60000)

struct sw_schedule {
    sw_schedule_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    uint64_t failures; /* atomic */
};

bool sw_schedule_time(sw_slice text, int32_t *ret_minute) {
    *ret_minute = -1;
    if (sw_slice_is(text, "off")) return true;
    if (text.len != 5 || text.ptr[2] != ':') return false;
    const char *t = text.ptr;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (t[i] < '0' || t[i] > '9')) return false;
    const int32_t hour = (t[0] - '0') * 10 + t[1] - '0', minute = (t[3] - '0') * 10 + t[4] - '0';
    if (hour > 23 || minute > 59) return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

int64_t sw_schedule_due_ms(const sw_schedule_options *options, sw_bulletin_kind kind,
                           sw_span_days span) {
    int64_t day = (int64_t)span.to + 1;
    if (options->workdays && options->calendar)
        while (!sw_calendar_is_workday(options->calendar, day)) day++;
    return sw_zone_from_local(options->figures->indicators->zone,
                              day * INT64_C(86400000) + options->minute[kind] * MINUTE_MS);
}

static sw_err issue(const sw_schedule_options *o, sw_bulletin_kind kind, sw_slice org, int32_t day,
                    uint32_t *issued) {
    sw_bulletin bulletin;
    sw_issue done;
    sw_arena arena;
    sw_buf as_of;
    sw_arena_init(&arena, ARENA_BYTES_MAX);
    sw_buf_init(&as_of, (size_t)1 << 20);
    sw_buf_add_byte(&as_of, '{');
    o->as_of(o->ctx, &as_of);
    sw_buf_add_byte(&as_of, '}');
    sw_err err =
        sw_bulletin_make(o->figures, kind, org, day, sw_clock_now_ms(o->clock), &arena, &bulletin);
    if (!err) err = as_of.err;
    if (!err)
        err = sw_issue_write(o->dir, &bulletin, 1, SW_S("schedule"), sw_buf_slice(&as_of), &done);
    *issued += err == SW_OK;
    sw_buf_done(&as_of);
    sw_arena_done(&arena);
    return err == SW_E_CONFLICT ? SW_OK : err; /* another was first */
}

/* Periods that are due, from the latest back to one that was issued. */
static uint32_t missing(const sw_schedule_options *o, sw_bulletin_kind kind, sw_slice org,
                        int64_t now_ms, sw_span_days ret[CATCH_UP_MAX]) {
    uint32_t count = 0;
    const int32_t today = (int32_t)sw_zone_day(o->figures->indicators->zone, now_ms);
    sw_span_days span = sw_bulletin_span(kind, today - 1);
    for (uint32_t i = 0; i < 2 * CATCH_UP_MAX && count < CATCH_UP_MAX; i++) {
        const int64_t due_ms = sw_schedule_due_ms(o, kind, span);
        if (due_ms <= o->since_ms || sw_issue_known(o->dir, kind, org, span.from)) break;
        if (due_ms <= now_ms) ret[count++] = span;
        span = sw_bulletin_span(kind, span.from - 1);
    }
    return count;
}

sw_err sw_schedule_tick(const sw_schedule_options *o, uint32_t *ret_issued) {
    const int64_t now_ms = sw_clock_now_ms(o->clock);
    sw_span_days spans[CATCH_UP_MAX];
    sw_err first = SW_OK;
    *ret_issued = 0;
    for (sw_bulletin_kind kind = SW_BULLETIN_DAILY; kind <= SW_BULLETIN_MONTHLY; kind++)
        for (uint32_t i = 0; o->minute[kind] >= 0 && i < o->org_count; i++) {
            uint32_t count = missing(o, kind, o->orgs[i], now_ms, spans);
            /* the oldest first, so that a failure leaves no gap behind what was issued */
            for (sw_err err = SW_OK; !err && count > 0; count--) {
                err = issue(o, kind, o->orgs[i], spans[count - 1].from, ret_issued);
                if (err && !first) first = err;
            }
        }
    return first;
}

sw_err sw_schedule_since(const char *dir, int64_t now_ms, int64_t *ret_ms) {
    char path[4096], text[32] = "";
    long long since = 0;
    const int len = snprintf(path, sizeof path, "%s/since", dir);
    if (len < 0 || (size_t)len >= sizeof path) return SW_E_IO;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return SW_E_IO;
    ssize_t n = read(fd, text, sizeof text - 1);
    if (n == 0) { /* the first time, or a crash before the first was told */
        const int put = snprintf(text, sizeof text, "%lld\n", (long long)now_ms);
        n = write(fd, text, (size_t)put) == put && fsync(fd) == 0 ? put : -1;
    }
    close(fd);
    if (n < 0) return SW_E_IO;
    if (sscanf(text, "%lld", &since) != 1) return SW_E_CORRUPT;
    *ret_ms = since;
    return SW_OK;
}

static void *run(void *arg) {
    sw_schedule *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        struct timespec until;
        uint32_t issued;
        pthread_mutex_unlock(&s->lock);
        if (sw_schedule_tick(&s->options, &issued))
            __atomic_add_fetch(&s->failures, 1, __ATOMIC_RELAXED);
        pthread_mutex_lock(&s->lock);
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += TICK_S;
        if (!s->stopping) (void)pthread_cond_timedwait(&s->wake, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

sw_err sw_schedule_open(const sw_schedule_options *options, sw_schedule **ret) {
    sw_schedule *s = sw_heap_zero(1, sizeof *s);
    if (!s) return SW_E_NOMEM;
    s->options = *options;
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wake, NULL);
    if (!sw_thread_start(&s->thread, "bulletins", run, s)) {
        pthread_cond_destroy(&s->wake);
        pthread_mutex_destroy(&s->lock);
        sw_heap_free(s);
        return SW_E_NOMEM;
    }
    *ret = s;
    return SW_OK;
}

void sw_schedule_close(sw_schedule *s) {
    if (!s) return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->lock);
    sw_heap_free(s);
}

uint64_t sw_schedule_failures(const sw_schedule *s) {
    return __atomic_load_n(&s->failures, __ATOMIC_RELAXED);
}
