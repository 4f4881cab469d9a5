/* shared.h - what all tasks of notify are given at start, and the names of their stores.  Layer 9.
 * Thread: any, immutable. */
#ifndef SW_NOTIFY_SHARED_H
#define SW_NOTIFY_SHARED_H

#include "codec/catalogue.h"
#include "notify/loop/loop.h"
#include "notify/policy.h"
#include "notify/words/template.h"

typedef struct sw_notify_shared {
    const sw_policy *policy;
    const sw_words *words;
    const sw_loop *loop;
    const sw_catalogue *catalogue;
    const char *tier;    /* only rules of this tier are told; "": of every tier */
    uint32_t partitions; /* of the topics: the directory is sent to each */
    uint32_t unset;      /* channels without settings: they are no fallback */
} sw_notify_shared;

/* Stores of the processor notify. */
enum {
    SW_NOTIFY_TASKS,     /* task -> Task */
    SW_NOTIFY_WARNINGS,  /* "h/" warning_id -> task that it is to take over */
    SW_NOTIFY_ROUTES,    /* field=value -> Route; "w/" field=value -> Waiting; "w#" how many wait */
    SW_NOTIFY_DIRECTORY, /* id -> DirectoryVersions */
    SW_NOTIFY_PATROLS,   /* unit_org=CODE -> Patrols */
    SW_NOTIFY_STORES
};

#endif
