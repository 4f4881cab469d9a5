#include "unit/test.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "host/loop.h"

static sw_loop *loop;
static int counted;
static pthread_t worked_on;

static void count_to_1000(void *arg) {
    (void)arg;
    if (++counted == 1000) sw_loop_stop(loop);
}

static void *post_500(void *arg) {
    (void)arg;
    for (int i = 0; i < 500; i++) assert_ok(sw_loop_post(loop, count_to_1000, NULL));
    return NULL;
}

static void posts_of_several_threads_all_run_on_the_loop(void **state) {
    (void)state;
    pthread_t threads[2];
    counted = 0;
    assert_ok(sw_loop_open(&loop));
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, post_500, NULL);
    sw_loop_run(loop);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    assert_int_equal(counted, 1000);
    sw_loop_close(loop);
}

static void slow(void *arg) {
    *(int *)arg += 1;
    worked_on = pthread_self();
}

static void done(void *arg) {
    *(int *)arg += 10;
    sw_loop_stop(loop);
}

static void work_runs_elsewhere_and_ends_on_the_loop(void **state) {
    (void)state;
    int n = 0;
    assert_ok(sw_loop_open(&loop));
    assert_ok(sw_loop_work(loop, slow, done, &n));
    sw_loop_run(loop);
    assert_int_equal(n, 11);
    assert_false(pthread_equal(worked_on, pthread_self()));
    sw_loop_close(loop);
}

static void what_was_posted_runs_before_the_loop_is_closed(void **state) {
    (void)state;
    int n = 0;
    assert_ok(sw_loop_open(&loop));
    assert_ok(sw_loop_post(loop, slow, &n));
    assert_ok(sw_loop_work(loop, slow, NULL, &n));
    sw_loop_close(loop);
    assert_int_equal(n, 2);
}

static int ticks;
static sw_loop_timer *timer;

static void tick(void *arg) {
    (void)arg;
    if (++ticks < 3) return;
    sw_loop_timer_close(timer);
    sw_loop_stop(loop);
}

static void a_timer_comes_again_until_it_is_closed(void **state) {
    (void)state;
    ticks = 0;
    assert_ok(sw_loop_open(&loop));
    assert_ok(sw_loop_timer_open(loop, 1, 1, tick, NULL, &timer));
    sw_loop_run(loop);
    assert_int_equal(ticks, 3);
    assert_ok(sw_loop_timer_open(loop, 100000, 0, tick, NULL, &timer));
    sw_loop_close(loop); /* closes it too */
}

static int reloads;

static void on_stop(void *arg) {
    (void)arg;
    sw_loop_stop(loop);
}

static void on_reload(void *arg) {
    (void)arg;
    reloads++;
    kill(getpid(), SIGTERM);
}

static void signals_are_heard_on_the_loop(void **state) {
    (void)state;
    assert_ok(sw_loop_open(&loop));
    assert_ok(sw_loop_signals(loop, on_stop, on_reload, NULL));
    kill(getpid(), SIGHUP);
    sw_loop_run(loop);
    assert_int_equal(reloads, 1);
    sw_loop_close(loop);
}

static int pipe_fds[2];

static void on_byte(void *arg) {
    char byte;
    assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
    *(char *)arg = byte;
    sw_loop_stop(loop);
}

static void a_descriptor_is_watched(void **state) {
    (void)state;
    char got = 0;
    sw_loop_watch *watch;
    assert_int_equal(pipe(pipe_fds), 0);
    assert_ok(sw_loop_open(&loop));
    assert_ok(sw_loop_watch_open(loop, pipe_fds[0], on_byte, &got, &watch));
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    sw_loop_run(loop);
    assert_int_equal(got, 'x');
    sw_loop_watch_close(watch);
    sw_loop_close(loop);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_of_several_threads_all_run_on_the_loop),
        cmocka_unit_test(work_runs_elsewhere_and_ends_on_the_loop),
        cmocka_unit_test(what_was_posted_runs_before_the_loop_is_closed),
        cmocka_unit_test(a_timer_comes_again_until_it_is_closed),
        cmocka_unit_test(signals_are_heard_on_the_loop),
        cmocka_unit_test(a_descriptor_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
