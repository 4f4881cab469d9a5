#include "../../property/gen.h"
#include "deadline/deadline.h"
#include "ingest/identity.h"
#include "report/view/view.h"
#include "risk/risk.h"
#include "sim/pipeline/pipeline.h"
#include "text/yaml.h"
#include "topics/topics.h"

#define DAY_MS INT64_C(86400000)

enum { ATTEMPTS = 20, EVENT_SETS_MAX = 4, PARTITIONS = 2, STEPS = 500, STEP_MS = 6 };

static bool load_packs(world *w, pipeline *p, gen_case *gen) {
    sw_slice texts[GEN_PACKS_MAX], cn;
    sw_world *rules = &p->rules;
    sw_world_init(rules, &w->arena);
    sw_err err = sw_world_catalogue(rules, sw_slice_cstr(gen_catalogue));
    if (!err)
        err = sw_file_read(&w->arena, SW_SOURCE_DIR "/deploy/packs/calendars/cn.yaml", 1u << 20,
                           &rules->diags, &cn);
    if (!err) err = sw_world_calendar(rules, SW_S("cn.yaml"), cn);
    if (!err) err = sw_world_calendar(rules, SW_S("tiny.yaml"), sw_slice_cstr(gen_calendar_tiny));
    SW_ASSERT(err == SW_OK);
    for (uint32_t i = 0; i < gen->pack_count; i++)
        texts[i] = gen_pack_yaml(&gen->packs[i], &w->arena);
    return sw_world_packs(rules, texts, gen->pack_count) == SW_OK;
}

/* Random packs may contradict themselves in a way that the loader refuses. */
static void find_packs(world *w, pipeline *p, gen_case *gen) {
    for (uint64_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        gen_packs(gen, &w->arena, w->options.seed * ATTEMPTS + attempt);
        if (load_packs(w, p, gen)) return;
    }
    SW_ASSERT(false); /* no packs of this seed load */
}

/* What the codec refuses, the door would. */
static void find_events(world *w, pipeline *p, gen_case *gen) {
    uint32_t sets = 1 + (uint32_t)sw_rng_below(&w->rng, EVENT_SETS_MAX);
    for (uint32_t s = 0; s < sets; s++) {
        gen_events(gen, &w->arena, w->options.seed * EVENT_SETS_MAX + s);
        for (uint32_t i = 0; i < gen->event_count; i++) {
            sw_diags_init(&p->rules.diags, &w->arena, SW_SLICE_NONE, 1);
            sw_err err = sw_world_event(&p->rules, gen->events[i].json);
            SW_ASSERT(err == SW_OK || sw_err_verdict(err) == SW_VERDICT_REJECT);
        }
    }
    for (uint32_t i = 0; i < p->rules.event_count && i < PIPELINE_EVENTS_MAX; i++)
        p->postings[p->posting_count++].event = p->rules.events[i];
    w->options.events = p->posting_count;
}

static void fill_world(world *w, pipeline *p) {
    static const sw_processor *const processors[] = {&sw_identity, &sw_deadline, &sw_risk, &sw_view,
                                                     &sw_score};
    sw_topic_spec topics[SW_PIPELINE_TOPICS_MAX];
    w->topic_count = sw_topics_fill(PARTITIONS, topics);
    SW_ASSERT(w->topic_count <= SIM_TOPICS_MAX);
    for (uint32_t i = 0; i < w->topic_count; i++) {
        w->shapes[i] = (sw_topic_shape){topics[i].name, topics[i].partitions};
        if (strcmp(topics[i].name, SW_TOPIC_IDENTITY) == 0) p->identity = i;
        if (strcmp(topics[i].name, SW_TOPIC_EVENTS) == 0) p->events = i;
        if (strcmp(topics[i].name, SW_TOPIC_WARNINGS) == 0) p->warnings = i;
        if (strcmp(topics[i].name, SW_TOPIC_DEAD_LETTERS) == 0) p->dead = i;
        if (strcmp(topics[i].name, SW_TOPIC_TASKS) == 0) p->tasks = i;
        if (strcmp(topics[i].name, SW_TOPIC_SCORES) == 0) p->scores = i;
    }
    w->processor_count = SW_COUNT(processors);
    memcpy(w->processors, processors, sizeof processors);
    w->shared[1] = p->deadline;
    w->shared[2] = p->risk;
    w->shared[4] = p->score;
}

/* The wall goes through all of the events' times while faults happen. */
static void build(world *w) {
    pipeline *p = sw_arena_zero(&w->arena, 1, sizeof *p);
    gen_case *gen = sw_arena_zero(&w->arena, 1, sizeof *gen);
    SW_ASSERT(p && gen);
    w->own = p;
    find_packs(w, p, gen);
    find_events(w, p, gen);
    sw_err err = sw_deadline_new(&w->arena, p->rules.set, NULL, &p->deadline);
    if (!err) err = sw_risk_new(&w->arena, p->rules.set, NULL, &p->risk);
    SW_ASSERT(err == SW_OK);
    scores_build(w);
    fill_world(w, p);
    w->wall_ms = gen->base_ms - 2 * gen->unit_ms;
    w->speed = 28 * gen->unit_ms / (STEPS * STEP_MS) + 1;
}

/* When a sum went home, and what had faded by then, is of the moment. */
static bool recorded(const sw_processor *processor) {
    return processor == &sw_score;
}

const sim_scene sim_pipeline = {.build = build,
                                .make = pipeline_make,
                                .step = pipeline_step,
                                .observe = pipeline_observe,
                                .check = pipeline_check,
                                .recorded = recorded,
                                .rest_ms = 1500 * DAY_MS,
                                .slow_rest = true,
                                .plan_steps = STEPS};
