#include "runtime/pace.h"

enum {
    TIMER_PACE = 4,     /* timers are looked after so many times in a commit interval */
    TURN_SHARE = 10,    /* patient tasks begin within this part of a commit interval */
    AWAITED_COMMITS = 2 /* who waited so many commit intervals ago may come again */
};
/* A patient task waits so many times as long as its last batch took: under little load it runs each
 * commit interval, under much what comes in a second shares rows, commits and look-ups. */
#define PATIENCE_TIMES 500

static int64_t commit_us(const sw_worker *worker) {
    return worker->runtime->options.commit_ms * 1000;
}

static bool expected(const sw_worker *worker) {
    return __atomic_load_n(&worker->runtime->expected, __ATOMIC_RELAXED) > 0;
}

/* Whether somebody waits for others, or did just now. */
static bool awaited(const sw_worker *worker, int64_t mono_us) {
    int64_t last_us = __atomic_load_n(&worker->runtime->awaited_us, __ATOMIC_RELAXED);
    return expected(worker) || mono_us - last_us <= AWAITED_COMMITS * commit_us(worker);
}

bool sw_pace_is_time(sw_worker *worker, int64_t now_ms, int64_t mono_us) {
    SW_ASSERT(worker);
    int64_t passed_us = mono_us - worker->last_us;
    if (passed_us >= commit_us(worker) || worker->left_out) return true;
    if (expected(worker) || sw_door_waits(&worker->runtime->door)) return true;
    bool timers = passed_us >= commit_us(worker) / TIMER_PACE;
    for (uint32_t i = 0; i < worker->count; i++) {
        const sw_task *task = worker->slots[i].task;
        if (task->more || (timers && sw_task_next_ms(task) <= now_ms)) return true;
    }
    return false;
}

bool sw_pace_prompt(const sw_worker *worker, const sw_slot *slot, int64_t mono_us) {
    SW_ASSERT(worker && slot);
    return slot->task->node->processor->patience == 0 || !awaited(worker, mono_us);
}

/* When a patient task runs next. */
static int64_t due_us(const sw_worker *worker, const sw_slot *slot) {
    int64_t most_us = slot->task->node->processor->patience * commit_us(worker);
    int64_t wait_us = slot->took_us * PATIENCE_TIMES;
    if (slot->task->more) return slot->run_us;
    if (wait_us < commit_us(worker)) wait_us = commit_us(worker);
    return slot->run_us + (wait_us < most_us ? wait_us : most_us);
}

sw_slot *sw_pace_next(sw_worker *worker, int64_t mono_us) {
    SW_ASSERT(worker);
    sw_slot *ret = NULL;
    for (uint32_t i = 0; i < worker->count; i++) {
        sw_slot *slot = &worker->slots[i];
        if (slot->run_us == mono_us || slot->retry_us > mono_us) continue;
        if (due_us(worker, slot) > mono_us) continue;
        if (!ret || due_us(worker, slot) < due_us(worker, ret)) ret = slot;
    }
    return ret;
}

bool sw_pace_enough(const sw_worker *worker, int64_t mono_us) {
    SW_ASSERT(worker);
    const sw_env *env = &worker->runtime->options.env;
    int64_t passed_us = sw_clock_mono_us(env->clock) - mono_us;
    return passed_us >= commit_us(worker) / TURN_SHARE || SW_FAULT(env->faults, "worker.enough");
}

/* When the slot's task wants its next turn, from now on. */
static int64_t slot_wait_us(const sw_worker *worker, const sw_slot *slot, int64_t now_ms,
                            int64_t mono_us) {
    int64_t next_ms = sw_task_next_ms(slot->task), us = 0;
    if (next_ms > now_ms)
        us = next_ms - now_ms > SW_TICK_MS_MAX ? (int64_t)SW_TICK_MS_MAX * 1000
                                               : (next_ms - now_ms) * 1000;
    if (slot->retry_us > mono_us + us) us = slot->retry_us - mono_us;
    if (sw_pace_prompt(worker, slot, mono_us)) return us;
    int64_t patient_us = due_us(worker, slot) - mono_us;
    if (patient_us <= 0) return us;
    int64_t most_us = AWAITED_COMMITS * commit_us(worker); /* then perhaps nobody waits any more */
    return patient_us < most_us ? patient_us : most_us;
}

int64_t sw_pace_wait_us(const sw_worker *worker, int64_t now_ms, int64_t mono_us) {
    SW_ASSERT(worker);
    if (worker->left_out) return 0;
    int64_t wait_us = (int64_t)SW_TICK_MS_MAX * 1000;
    bool hurry = expected(worker);
    for (uint32_t i = 0; i < worker->count; i++) {
        const sw_slot *slot = &worker->slots[i];
        int64_t us = slot_wait_us(worker, slot, now_ms, mono_us);
        if (us < wait_us) wait_us = us;
        hurry = hurry || (slot->task->more && slot->retry_us <= mono_us);
    }
    int64_t pace_us = worker->last_us + commit_us(worker) / TIMER_PACE - mono_us;
    return !hurry && wait_us < pace_us ? pace_us : wait_us;
}

bool sw_pace_deaf(const sw_worker *worker, int64_t mono_us) {
    SW_ASSERT(worker);
    if (!worker->no_door) return false;
    for (uint32_t i = 0; i < worker->count; i++)
        if (sw_pace_prompt(worker, &worker->slots[i], mono_us)) return false;
    return worker->count > 0;
}
