#include "env/thread.h"

#include <stdio.h>

#include "base/assert.h"

bool sw_thread_start(pthread_t *ret, const char *name, void *(*run)(void *arg), void *arg) {
    SW_ASSERT(ret && name && run);
    char kept[SW_THREAD_NAME_BYTES];
    if (pthread_create(ret, NULL, run, arg) != 0) return false;
    (void)snprintf(kept, sizeof kept, "%s", name);
    (void)pthread_setname_np(*ret, kept);
    return true;
}
