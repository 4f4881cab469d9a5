#include "host/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>
#include <uv.h>

#include "base/arena.h"

typedef struct posted {
    struct posted *next;
    sw_loop_fn fn;
    void *arg;
} posted;

enum { SIGNALS = 3 };

struct sw_loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_signal_t signals[SIGNALS];
    uint32_t signal_count, stops; /* how often it was told to stop by a signal */
    sw_loop_fn stop, reload;
    void *signal_arg;
    pthread_mutex_t lock;
    posted *first, **last; /* under lock */
    bool stopping;         /* under lock */
};

struct sw_loop_timer {
    uv_timer_t uv;
    sw_loop_fn fn;
    void *arg;
    uint64_t repeat_ms;
};

struct sw_loop_watch {
    uv_poll_t uv;
    sw_loop_fn fn;
    void *arg;
};

typedef struct job {
    uv_work_t uv;
    sw_loop *loop;
    sw_loop_fn work, done;
    void *arg;
} job;

/* Takes the whole list, so that what is posted meanwhile comes with the next turn. */
static bool run_posted(sw_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    posted *list = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    bool stopping = loop->stopping;
    pthread_mutex_unlock(&loop->lock);
    while (list) {
        posted *next = list->next;
        list->fn(list->arg);
        sw_heap_free(list);
        list = next;
    }
    return stopping;
}

static void on_wake(uv_async_t *async) {
    sw_loop *loop = async->data;
    if (run_posted(loop)) uv_stop(&loop->uv);
}

sw_err sw_loop_open(sw_loop **ret) {
    SW_ASSERT(ret);
    sw_loop *loop = sw_heap_zero(1, sizeof *loop);
    if (!loop) return SW_E_NOMEM;
    if (uv_loop_init(&loop->uv) != 0) {
        sw_heap_free(loop);
        return SW_E_IO;
    }
    if (uv_async_init(&loop->uv, &loop->wake, on_wake) != 0) {
        uv_loop_close(&loop->uv);
        sw_heap_free(loop);
        return SW_E_IO;
    }
    pthread_mutex_init(&loop->lock, NULL);
    loop->last = &loop->first;
    loop->wake.data = loop;
    *ret = loop;
    return SW_OK;
}

static void free_handle(uv_handle_t *handle) {
    sw_heap_free(handle->data);
}

/* Handles that are still open at the end: their memory is their `data`, but for the loop's own. */
static void close_rest(uv_handle_t *handle, void *arg) {
    sw_loop *loop = arg;
    if (uv_is_closing(handle)) return;
    uv_close(handle, handle->data == loop ? NULL : free_handle);
}

void sw_loop_close(sw_loop *loop) {
    if (!loop) return;
    run_posted(loop);
    uv_walk(&loop->uv, close_rest, loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT); /* waits for work too */
    run_posted(loop);
    int code = uv_loop_close(&loop->uv);
    SW_ASSERT(code == 0);
    pthread_mutex_destroy(&loop->lock);
    sw_heap_free(loop);
}

void sw_loop_run(sw_loop *loop) {
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    pthread_mutex_lock(&loop->lock);
    loop->stopping = false;
    pthread_mutex_unlock(&loop->lock);
}

void sw_loop_stop(sw_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    loop->stopping = true;
    pthread_mutex_unlock(&loop->lock);
    uv_async_send(&loop->wake);
}

sw_err sw_loop_post(sw_loop *loop, sw_loop_fn fn, void *arg) {
    SW_ASSERT(loop && fn);
    posted *one = sw_heap_alloc(sizeof *one);
    if (!one) return SW_E_NOMEM;
    *one = (posted){.fn = fn, .arg = arg};
    pthread_mutex_lock(&loop->lock);
    bool first = loop->first == NULL;
    *loop->last = one;
    loop->last = &one->next;
    pthread_mutex_unlock(&loop->lock);
    if (first) uv_async_send(&loop->wake);
    return SW_OK;
}

static void work(uv_work_t *uv) {
    job *one = uv->data;
    one->work(one->arg);
}

static void worked(uv_work_t *uv, int status) {
    (void)status; /* nothing is ever cancelled */
    job *one = uv->data;
    if (one->done) one->done(one->arg);
    sw_heap_free(one);
}

static void queue(void *arg) {
    job *one = arg;
    int code = uv_queue_work(&one->loop->uv, &one->uv, work, worked);
    SW_ASSERT(code == 0);
}

sw_err sw_loop_work(sw_loop *loop, sw_loop_fn fn, sw_loop_fn done, void *arg) {
    SW_ASSERT(loop && fn);
    job *one = sw_heap_zero(1, sizeof *one);
    if (!one) return SW_E_NOMEM;
    *one = (job){.loop = loop, .work = fn, .done = done, .arg = arg};
    one->uv.data = one;
    sw_err err = sw_loop_post(loop, queue, one);
    if (err) sw_heap_free(one);
    return err;
}

static void on_timer(uv_timer_t *uv) {
    sw_loop_timer *timer = uv->data;
    timer->fn(timer->arg);
}

sw_err sw_loop_timer_open(sw_loop *loop, int64_t after_ms, int64_t repeat_ms, sw_loop_fn fn,
                          void *arg, sw_loop_timer **ret) {
    SW_ASSERT(loop && fn && after_ms >= 0 && repeat_ms >= 0 && ret);
    sw_loop_timer *timer = sw_heap_zero(1, sizeof *timer);
    if (!timer) return SW_E_NOMEM;
    timer->fn = fn;
    timer->arg = arg;
    timer->repeat_ms = (uint64_t)repeat_ms;
    uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    uv_update_time(&loop->uv);
    uv_timer_start(&timer->uv, on_timer, (uint64_t)after_ms, timer->repeat_ms);
    *ret = timer;
    return SW_OK;
}

void sw_loop_timer_again(sw_loop_timer *timer, int64_t after_ms) {
    SW_ASSERT(timer && after_ms >= 0);
    uv_timer_start(&timer->uv, on_timer, (uint64_t)after_ms, timer->repeat_ms);
}

void sw_loop_timer_close(sw_loop_timer *timer) {
    if (timer) uv_close((uv_handle_t *)&timer->uv, free_handle);
}

static void on_signal(uv_signal_t *uv, int number) {
    sw_loop *loop = uv->data;
    if (number == SIGHUP) {
        if (loop->reload) loop->reload(loop->signal_arg);
    } else if (loop->stops++ == 0) {
        loop->stop(loop->signal_arg);
    } else {
        _exit(128 + number); /* asked twice: whoever asks does not want to wait */
    }
}

sw_err sw_loop_signals(sw_loop *loop, sw_loop_fn stop, sw_loop_fn reload, void *arg) {
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    SW_ASSERT(loop && stop && loop->signal_count == 0);
    loop->stop = stop;
    loop->reload = reload;
    loop->signal_arg = arg;
    signal(SIGPIPE, SIG_IGN);
    for (; loop->signal_count < SIGNALS; loop->signal_count++) {
        uv_signal_t *uv = &loop->signals[loop->signal_count];
        if (uv_signal_init(&loop->uv, uv) != 0) return SW_E_IO;
        uv->data = loop;
        if (uv_signal_start(uv, on_signal, numbers[loop->signal_count]) != 0) return SW_E_IO;
        uv_unref((uv_handle_t *)uv);
    }
    return SW_OK;
}

static void on_readable(uv_poll_t *uv, int status, int events) {
    (void)status;
    (void)events;
    sw_loop_watch *watch = uv->data;
    watch->fn(watch->arg);
}

sw_err sw_loop_watch_open(sw_loop *loop, int fd, sw_loop_fn fn, void *arg, sw_loop_watch **ret) {
    SW_ASSERT(loop && fd >= 0 && fn && ret);
    sw_loop_watch *watch = sw_heap_zero(1, sizeof *watch);
    if (!watch) return SW_E_NOMEM;
    watch->fn = fn;
    watch->arg = arg;
    if (uv_poll_init(&loop->uv, &watch->uv, fd) != 0) {
        sw_heap_free(watch);
        return SW_E_IO;
    }
    watch->uv.data = watch;
    if (uv_poll_start(&watch->uv, UV_READABLE, on_readable) != 0) {
        uv_close((uv_handle_t *)&watch->uv, free_handle);
        return SW_E_IO;
    }
    *ret = watch;
    return SW_OK;
}

void sw_loop_watch_close(sw_loop_watch *watch) {
    if (watch) uv_close((uv_handle_t *)&watch->uv, free_handle);
}
