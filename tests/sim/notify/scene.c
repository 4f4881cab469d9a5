#include <stdio.h>

#include "notify/processors.h"
#include "sim/notify/notify.h"
#include "topics/topics.h"

enum { STEPS = 600, SPEED = 3000 };

/* Monday morning: the quiet hours come while it runs. */
#define START_MS INT64_C(1772416800000)

static const char *const catalogue_files[] = {SW_SOURCE_DIR "/deploy/packs/catalogue/loop.yaml",
                                              SW_SOURCE_DIR "/deploy/packs/catalogue/case.yaml"};

static void load_shared(world *w, notify_scene *n) {
    static const char shipped[] = SW_SOURCE_DIR "/deploy/notify/";
    char path[3][400];
    static const char *const names[] = {"notify.yaml", "templates.yaml", "loop.yaml"};
    sw_diags diags;
    sw_diags_init(&diags, &w->arena, SW_SLICE_NONE, 10);
    for (int i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "%s%s", shipped, names[i]);
    sw_err err = sw_policy_load(&w->arena, path[0], &diags, &n->shared.policy);
    if (!err) err = sw_words_load(&w->arena, path[1], &diags, &n->shared.words);
    if (!err) err = sw_loop_load(&w->arena, path[2], &diags, &n->shared.loop);
    if (!err)
        err = sw_catalogue_load(&w->arena, catalogue_files, SW_COUNT(catalogue_files), &diags,
                                &n->shared.catalogue);
    SW_ASSERT(err == SW_OK);
    n->shared.tier = "";
    n->shared.partitions = NOTIFY_PARTITIONS;
}

static void build(world *w) {
    static const sw_processor *const processors[] = {&sw_processor_directory, &sw_processor_notify,
                                                     &sw_processor_outbox};
    notify_scene *n = sw_arena_zero(&w->arena, 1, sizeof *n);
    sw_topic_spec topics[SW_PIPELINE_TOPICS_MAX];
    SW_ASSERT(n);
    w->own = n;
    load_shared(w, n);
    w->topic_count = sw_topics_fill(NOTIFY_PARTITIONS, topics);
    SW_ASSERT(w->topic_count <= SIM_TOPICS_MAX);
    for (uint32_t i = 0; i < w->topic_count; i++) {
        w->shapes[i] = (sw_topic_shape){topics[i].name, topics[i].partitions};
        if (strcmp(topics[i].name, SW_TOPIC_WARNINGS) == 0) n->warnings = i;
        if (strcmp(topics[i].name, SW_TOPIC_KEYED) == 0) n->keyed = i;
        if (strcmp(topics[i].name, SW_TOPIC_DIRECTORY) == 0) n->directory = i;
        if (strcmp(topics[i].name, SW_TOPIC_NOTICES) == 0) n->notices = i;
    }
    w->processor_count = SW_COUNT(processors);
    memcpy(w->processors, processors, sizeof processors);
    for (uint32_t i = 0; i < SW_COUNT(processors); i++) w->shared[i] = &n->shared;
    w->wall_ms = START_MS;
    w->speed = SPEED;
}

/* What was decided is never computed again from the log: so no task is cut over to such a state. */
static bool recorded(const sw_processor *processor) {
    return processor != NULL;
}

const sim_scene sim_notify = {.build = build,
                              .make = notify_make,
                              .step = notify_step,
                              .turn = notify_turn,
                              .stopped = notify_stopped,
                              .observe = notify_observe,
                              .check = notify_check,
                              .rest_ms = INT64_C(40) * 3600000,
                              .plan_steps = STEPS,
                              .recorded = recorded};
