#include "env/thread.h"

#include "unit/test.h"

/* The name is set by whoever starts it, so the thread stays until it has been looked at. */
static void *wait_for(void *arg) {
    pthread_mutex_t *shut = arg;
    pthread_mutex_lock(shut);
    pthread_mutex_unlock(shut);
    return arg;
}

static void expect(const char *name, const char *kept) {
    pthread_t thread;
    pthread_mutex_t shut = PTHREAD_MUTEX_INITIALIZER;
    char shown[SW_THREAD_NAME_BYTES];
    void *ret = NULL;
    pthread_mutex_lock(&shut);
    assert_true(sw_thread_start(&thread, name, wait_for, &shut));
    assert_int_equal(pthread_getname_np(thread, shown, sizeof shown), 0);
    assert_string_equal(shown, kept);
    pthread_mutex_unlock(&shut);
    assert_int_equal(pthread_join(thread, &ret), 0);
    assert_ptr_equal(ret, &shut);
    pthread_mutex_destroy(&shut);
}

static void a_thread_has_the_name_that_it_was_given(void **state) {
    (void)state;
    expect("tasks-later-999", "tasks-later-999");
    expect("a-name-that-is-longer", "a-name-that-is-");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_has_the_name_that_it_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
