/* thread.h - threads with a name.  Layer 1.  Thread: any. */
#ifndef SW_ENV_THREAD_H
#define SW_ENV_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* What the system keeps of a name (pthread_setname_np(3)), NUL included; longer ones are cut. */
enum { SW_THREAD_NAME_BYTES = 16 };

/* Starts run(arg) in a thread that `top -H` shows by that name (docs/operations.md), to be joined
 * by the caller. False: the system gives no more threads. */
bool sw_thread_start(pthread_t *ret, const char *name, void *(*run)(void *arg), void *arg);

#endif
