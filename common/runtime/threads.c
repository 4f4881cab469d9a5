#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "runtime/crew.h"

/* Sleeps until something has changed since `seen`, or if `deaf` until the end, at most `wait_us`.
 */
static void sleep_until_change(sw_runtime *runtime, uint64_t seen, bool deaf, int64_t wait_us) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + wait_us % 1000000 * 1000;
    until.tv_sec += wait_us / 1000000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&runtime->lock);
    int waited = 0;
    while ((deaf || runtime->changes == seen) && !runtime->stopping && waited == 0)
        waited =
            pthread_cond_timedwait(deaf ? &runtime->stop : &runtime->wake, &runtime->lock, &until);
    pthread_mutex_unlock(&runtime->lock);
}

/* News that come while the batch interval runs are left for its end, unless somebody waits for an
 * answer; what the worker itself has to do at some moment is not put off. */
static void rest(sw_runtime *runtime, const sw_worker *worker, uint64_t seen, const sw_turn *turn) {
    sw_clock *clock = runtime->options.env.clock;
    int64_t until_us = sw_clock_mono_us(clock) + turn->wait_us;
    sleep_until_change(runtime, seen, turn->deaf, turn->wait_us);
    int64_t now_us = sw_clock_mono_us(clock);
    int64_t end_us = worker->last_us + runtime->options.commit_ms * 1000;
    if (end_us > until_us) end_us = until_us;
    while (now_us < end_us && __atomic_load_n(&runtime->expected, __ATOMIC_RELAXED) == 0 &&
           !sw_door_waits(&runtime->door)) {
        pthread_mutex_lock(&runtime->lock);
        seen = runtime->changes;
        bool stopping = runtime->stopping;
        pthread_mutex_unlock(&runtime->lock);
        if (stopping) return;
        sleep_until_change(runtime, seen, false, end_us - now_us);
        now_us = sw_clock_mono_us(clock);
    }
}

static void *run(void *arg) {
    sw_worker *worker = arg;
    sw_runtime *runtime = worker->runtime;
    for (;;) {
        pthread_mutex_lock(&runtime->lock);
        bool stop = runtime->stopping || runtime->failed != SW_OK;
        uint64_t seen = runtime->changes;
        pthread_mutex_unlock(&runtime->lock);
        if (stop) return NULL;
        sw_turn turn;
        sw_err err = sw_worker_turn(worker, &turn);
        if (err) {
            pthread_mutex_lock(&runtime->lock);
            if (!runtime->failed) runtime->failed = err;
            pthread_cond_broadcast(&runtime->wake);
            pthread_cond_broadcast(&runtime->stop);
            pthread_mutex_unlock(&runtime->lock);
            return NULL;
        }
        if (turn.wait_us > 0) rest(runtime, worker, seen, &turn);
    }
}

/* Passes on what the bus tells of records that others append. */
static void *listen_to_bus(void *arg) {
    sw_runtime *runtime = arg;
    struct pollfd fds[] = {{.fd = sw_bus_wake_fd(runtime->options.bus), .events = POLLIN},
                           {.fd = runtime->stop_fd, .events = POLLIN}};
    while (!fds[1].revents) {
        if (poll(fds, SW_COUNT(fds), -1) <= 0 || !fds[0].revents) continue;
        uint64_t count;
        ssize_t got = read(fds[0].fd, &count, sizeof count);
        (void)got;
        sw_runtime_wake(runtime);
        if (runtime->options.committed) runtime->options.committed(runtime->options.committed_arg);
    }
    return NULL;
}

static sw_err start_listener(sw_runtime *runtime) {
    if (!sw_bus_remote(runtime->options.bus)) return SW_OK;
    runtime->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (runtime->stop_fd < 0) return SW_E_NOMEM;
    runtime->listening =
        sw_thread_start(&runtime->listener, "bus-listener", listen_to_bus, runtime);
    if (runtime->listening) return SW_OK;
    close(runtime->stop_fd);
    return SW_E_NOMEM;
}

static void stop_listener(sw_runtime *runtime) {
    if (!runtime->listening) return;
    uint64_t one = 1;
    ssize_t wrote = write(runtime->stop_fd, &one, sizeof one);
    (void)wrote;
    pthread_join(runtime->listener, NULL);
    close(runtime->stop_fd);
    runtime->listening = false;
}

static sw_err open_workers(sw_runtime *runtime, const sw_crews *crews) {
    runtime->workers = sw_heap_zero(crews->workers, sizeof *runtime->workers);
    runtime->threads = sw_heap_zero(crews->workers, sizeof *runtime->threads);
    if (!runtime->workers || !runtime->threads) return SW_E_NOMEM;
    for (uint32_t i = 0; i < crews->workers; i++) {
        sw_err err = sw_worker_open(runtime, &runtime->workers[i]);
        if (err) return err;
        runtime->workers[i]->no_door = !sw_crews_door(crews, i);
    }
    const sw_topology *topology = runtime->options.topology;
    for (uint32_t i = 0; i < topology->task_count; i++) {
        const sw_task_spec *task = &topology->tasks[i];
        if (!sw_runtime_owns(runtime, task)) continue;
        sw_err err = sw_worker_claim(runtime->workers[sw_crews_worker(crews, task)], task);
        if (err) return err;
    }
    return SW_OK;
}

static void close_workers(sw_runtime *runtime, uint32_t threads) {
    for (uint32_t i = 0; runtime->workers && i < threads; i++) sw_worker_close(runtime->workers[i]);
    sw_heap_free(runtime->workers);
    sw_heap_free(runtime->threads);
    runtime->workers = NULL;
    runtime->threads = NULL;
    runtime->thread_count = 0;
}

sw_err sw_runtime_start(sw_runtime *runtime, uint32_t threads) {
    SW_ASSERT(runtime && threads > 0 && !runtime->workers);
    runtime->stopping = false;
    sw_crews crews;
    sw_crews_form(&crews, runtime, threads);
    threads = crews.workers;
    sw_err err = open_workers(runtime, &crews);
    if (!err) err = start_listener(runtime);
    for (; !err && runtime->thread_count < threads; runtime->thread_count++) {
        uint32_t i = runtime->thread_count;
        char name[SW_THREAD_NAME_BYTES];
        sw_crews_name(&crews, i, name);
        if (!sw_thread_start(&runtime->threads[i], name, run, runtime->workers[i])) {
            err = SW_E_NOMEM;
            break;
        }
    }
    if (!err) return SW_OK;
    if (runtime->thread_count > 0) {
        sw_err ended = sw_runtime_stop(runtime);
        return ended ? ended : err;
    }
    stop_listener(runtime);
    close_workers(runtime, threads);
    return err;
}

sw_err sw_runtime_stop(sw_runtime *runtime) {
    SW_ASSERT(runtime);
    stop_listener(runtime);
    if (runtime->thread_count == 0) return sw_runtime_error(runtime);
    pthread_mutex_lock(&runtime->lock);
    runtime->stopping = true;
    pthread_cond_broadcast(&runtime->wake);
    pthread_cond_broadcast(&runtime->stop);
    pthread_mutex_unlock(&runtime->lock);
    for (uint32_t i = 0; i < runtime->thread_count; i++) pthread_join(runtime->threads[i], NULL);
    close_workers(runtime, runtime->thread_count);
    return sw_runtime_error(runtime);
}

sw_err sw_runtime_error(const sw_runtime *runtime) {
    SW_ASSERT(runtime);
    sw_runtime *r = (sw_runtime *)(uintptr_t)runtime;
    pthread_mutex_lock(&r->lock);
    sw_err err = r->failed;
    pthread_mutex_unlock(&r->lock);
    return err;
}
