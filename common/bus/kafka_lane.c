#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/wire.h"
#include "bus/kafka.h"
#include "bus/kafka_clock.h"
#include "bus/kafka_peers.h"
#include "bus/kafka_restore.h"
#include "env/thread.h"

#define BATCH_BYTES_MAX ((size_t)1 << 30)
#define CLAIM_BITS      20 /* of an epoch: claims of tasks while the lane is owned */
enum { RESTORE_IDLE_MS = 30000, ABORT_MS = 10000, FLUSH_MS = 2000 };

sw_err kafka_lane_init(kafka_lane *lane, kafka_bus *bus, uint32_t index) {
    SW_ASSERT(lane && bus);
    lane->clients = &bus->home;
    lane->home = bus;
    lane->index = index;
    pthread_mutex_init(&lane->lock, NULL);
    const sw_bus_kafka_options *k = &bus->kafka;
    sw_err err = index == 0 ? kafka_name(&bus->home, lane->id, "seawall.%s.door.%s", k->service,
                                         k->instance ? k->instance : "0")
                            : kafka_name(&bus->home, lane->id, "seawall.%s.%u-of-%u", k->service,
                                         index, k->groups);
    if (err) return err;
    lane->handles = sw_heap_zero(bus->topic_count, sizeof *lane->handles);
    if (!lane->handles) return SW_E_NOMEM;
    err = sw_batch_new(BATCH_BYTES_MAX, &lane->batch);
    return err ? err : kafka_produce_init(lane);
}

void kafka_lane_close(kafka_lane *lane) {
    if (!lane->rk) return;
    (void)rd_kafka_purge(lane->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(lane->rk, 0);
    for (uint32_t i = 0; i < lane->home->topic_count; i++) {
        if (lane->handles[i]) rd_kafka_topic_destroy(lane->handles[i]);
        lane->handles[i] = NULL;
    }
    rd_kafka_destroy(lane->rk);
    lane->rk = NULL;
    /* Whoever commits with a claim from before is told that it is void. */
    pthread_mutex_lock(&lane->home->lock);
    for (uint32_t t = 0; t < lane->home->options.task_count; t++)
        if (lane->home->tasks[t] && kafka_lane_of(lane->home, t) == lane->index)
            lane->home->tasks[t]->epoch = 0;
    pthread_mutex_unlock(&lane->home->lock);
}

void kafka_lane_done(kafka_lane *lane) {
    if (!lane->home) return;
    kafka_lane_stand_down(lane);
    kafka_lane_close(lane);
    for (uint32_t i = 0; i < lane->draft_cap; i++) kafka_task_done(&lane->drafts[i]);
    sw_heap_free(lane->drafts);
    sw_heap_free(lane->offsets);
    sw_heap_free(lane->changes);
    sw_heap_free(lane->handles);
    sw_batch_free(lane->batch);
    pthread_mutex_destroy(&lane->lock);
}

static kafka_meaning said(kafka_lane *lane, kafka_stage stage, rd_kafka_error_t *error) {
    char text[KAFKA_TEXT_MAX];
    kafka_meaning meaning = kafka_meaning_take(stage, error, text, sizeof text);
    if (meaning != KAFKA_NONE)
        kafka_trace(&lane->home->home, meaning == KAFKA_AGAIN ? SW_TRACE_DEBUG : SW_TRACE_WARN,
                    "kafka.transaction", kafka_err_of(meaning), lane->id, text);
    return meaning;
}

/* ---- one transaction ---- */

/* Only where all that was given to librdkafka has arrived may the same producer go on. What has
 * not, an abort throws away, and the next messages have its sequence numbers under the same epoch:
 * a broker that had written it, and could not say so, then says of those that it has them, and
 * writes nothing. (As of librdkafka 2.15; docs/decisions/0013.) Nor does librdkafka agree with the
 * broker after an abort before the first has arrived (its issue 4849). */
static kafka_meaning back_out(kafka_lane *lane) {
    int64_t deadline_us = kafka_mono_us(lane->home) + ABORT_MS * 1000;
    kafka_meaning meaning;
    if (rd_kafka_flush(lane->rk, FLUSH_MS) || lane->failed) return KAFKA_LOST;
    do {
        meaning = said(lane, KAFKA_ABORT, rd_kafka_abort_transaction(lane->rk, KAFKA_CALL_MS));
    } while (meaning == KAFKA_AGAIN && kafka_mono_us(lane->home) < deadline_us);
    return meaning == KAFKA_NONE ? KAFKA_BACK_OUT : meaning == KAFKA_AGAIN ? KAFKA_LOST : meaning;
}

static kafka_meaning finish(kafka_lane *lane) {
    int64_t deadline_us = kafka_mono_us(lane->home) + lane->home->kafka.transaction_ms * 1000;
    kafka_meaning meaning;
    do {
        meaning = said(lane, KAFKA_COMMIT, rd_kafka_commit_transaction(lane->rk, KAFKA_CALL_MS));
    } while (meaning == KAFKA_AGAIN && kafka_mono_us(lane->home) < deadline_us);
    return meaning == KAFKA_AGAIN ? KAFKA_LOST : meaning;
}

static kafka_meaning begin(kafka_lane *lane) {
    lane->failed = false;
    return said(lane, KAFKA_PRODUCE, rd_kafka_begin_transaction(lane->rk));
}

/* BACK_OUT: it was aborted, and nothing of it happened. */
static kafka_meaning end(kafka_lane *lane, kafka_meaning meaning) {
    if (meaning == KAFKA_NONE) meaning = finish(lane);
    if (meaning == KAFKA_NONE && lane->failed) meaning = KAFKA_LOST;
    if (meaning == KAFKA_BACK_OUT) meaning = back_out(lane);
    return meaning;
}

/* ---- owning ---- */

static sw_err init_producer(kafka_lane *lane) {
    kafka_bus *bus = lane->home;
    sw_err err = kafka_client_new(&bus->home, KAFKA_PRODUCER, lane->id, kafka_delivered, lane, NULL,
                                  &lane->rk);
    if (err) return err;
    int64_t deadline_us = kafka_mono_us(bus) + bus->kafka.transaction_ms * 1000;
    kafka_meaning meaning;
    do {
        meaning = said(lane, KAFKA_INIT, rd_kafka_init_transactions(lane->rk, KAFKA_CALL_MS));
    } while (meaning == KAFKA_AGAIN && kafka_mono_us(bus) < deadline_us);
    return kafka_err_of(meaning);
}

static sw_err restore(kafka_lane *lane, uint64_t nonce) {
    kafka_restore *r;
    sw_err err = kafka_restore_open(lane->home, lane->index, false, &r);
    if (err) return err;
    err = kafka_restore_run(r, nonce, RESTORE_IDLE_MS, NULL);
    kafka_restore_close(r);
    return err;
}

static sw_err read_claims(kafka_lane *lane) {
    char key[KAFKA_NAME_MAX * 2];
    sw_buf value;
    size_t len = strlen(lane->id);
    memcpy(key, KAFKA_CLAIM_KEY.ptr, KAFKA_CLAIM_KEY.len);
    memcpy(key + KAFKA_CLAIM_KEY.len, lane->id, len);
    sw_buf_init(&value, 64);
    sw_err err = sw_db_get(lane->home->db, lane->home->own_store + KAFKA_STORE_COMMITS,
                           sw_slice_of(key, KAFKA_CLAIM_KEY.len + len), &value);
    lane->claims = err ? 0 : sw_wire_get_le(value.ptr, 8);
    sw_buf_done(&value);
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

/* All tasks of the lane are read anew: what was known of them may be behind. */
static sw_err reload_tasks(kafka_lane *lane) {
    kafka_bus *bus = lane->home;
    sw_err err = SW_OK;
    pthread_mutex_lock(&bus->lock);
    for (uint32_t t = 0; !err && t < bus->options.task_count; t++)
        if (bus->tasks[t] && kafka_lane_of(bus, t) == lane->index)
            err = kafka_task_load(bus, bus->tasks[t]);
    pthread_mutex_unlock(&bus->lock);
    return err;
}

static sw_err own(kafka_lane *lane) {
    sw_err err = kafka_peers_admit(lane->home->peers);
    if (!err) err = init_producer(lane);
    if (err) return err;
    do {
        if (getrandom(&lane->nonce, sizeof lane->nonce, 0) != sizeof lane->nonce)
            return SW_E_INTERNAL;
    } while (lane->nonce == 0);
    kafka_meaning meaning = begin(lane);
    if (meaning == KAFKA_NONE) meaning = end(lane, kafka_produce_marks(lane, lane->nonce));
    err = kafka_err_of(meaning);
    if (!err) err = restore(lane, lane->nonce);
    if (!err) err = kafka_clock_claim(lane);
    if (!err) err = read_claims(lane);
    if (err) return err;
    lane->claims++;
    lane->claimed = 0;
    meaning = begin(lane);
    if (meaning == KAFKA_NONE) meaning = end(lane, kafka_produce_claim(lane));
    err = kafka_err_of(meaning);
    if (!err) err = kafka_apply_claim(lane);
    return err ? err : reload_tasks(lane);
}

/* After a broker has called the lane's producer fenced. SW_E_FENCED: by another owner, who keeps
 * it. SW_E_ABORTED: by its own time limit, as after a long halt. SW_E_AGAIN: not known yet. */
static sw_err settle_doubt(kafka_lane *lane) {
    bool rival = false;
    sw_err err = kafka_rival_seek(lane, &rival);
    lane->doubt = err != SW_OK;
    if (err) return err;
    lane->taken = rival;
    sw_metric_add(rival ? lane->home->fenced : lane->home->lost, 1);
    kafka_trace(&lane->home->home, SW_TRACE_WARN, rival ? "kafka.fenced" : "kafka.lost",
                rival ? SW_E_FENCED : SW_E_ABORTED, lane->id,
                rival ? "another instance has taken these partitions"
                      : "the transaction took longer than transaction.timeout.ms; a new producer "
                        "begins from what is committed");
    return rival ? SW_E_FENCED : SW_E_ABORTED;
}

sw_err kafka_lane_open(kafka_lane *lane) {
    SW_ASSERT(lane && !lane->rk);
    int64_t start_us = kafka_mono_us(lane->home);
    if (lane->doubt) {
        sw_err doubt = settle_doubt(lane);
        if (doubt != SW_E_ABORTED) return doubt;
    }
    kafka_lane_stand_down(lane);
    lane->taken = false;
    sw_err err = own(lane);
    if (err) {
        kafka_lane_close(lane);
        /* Nothing is lost by it, and it is another's to claim as much as ours: try again. */
        return sw_err_verdict(err) == SW_VERDICT_FATAL ? err : SW_E_AGAIN;
    }
    sw_trace(lane->home->kafka.env.trace,
             &(sw_trace_event){
                 .level = SW_TRACE_INFO,
                 .name = "kafka.claimed",
                 .fields = {{.name = "of", .text = sw_slice_cstr(lane->id)},
                            {.name = "claim", .number = (int64_t)lane->claims},
                            {.name = "us", .number = kafka_mono_us(lane->home) - start_us}}});
    return SW_OK;
}

/* ---- committing ---- */

static void publish(kafka_lane *lane, const sw_commit *commits, uint32_t count,
                    int64_t *ret_offsets) {
    kafka_bus *bus = lane->home;
    uint32_t place = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < commits[i].record_count; k++, place++) {
            const sw_record *record = &commits[i].records[k];
            int64_t end = lane->offsets[place] + 1;
            int64_t *known = &bus->own_end[bus->first_part[record->topic] + record->partition];
            int64_t before = __atomic_load_n(known, __ATOMIC_RELAXED);
            while (before < end && !__atomic_compare_exchange_n(known, &before, end, false,
                                                                __ATOMIC_RELEASE, __ATOMIC_RELAXED))
                continue;
            if (ret_offsets) ret_offsets[place] = lane->offsets[place];
        }
    }
    if (place == 0) return;
    uint64_t one = 1;
    ssize_t wrote = write(bus->wake, &one, sizeof one);
    (void)wrote;
}

/* The producer is of no use any more: what a commit is told, and a claim after it. */
static sw_err lose(kafka_lane *lane, kafka_meaning meaning) {
    kafka_lane_close(lane);
    if (meaning == KAFKA_FENCED) {
        lane->doubt = true;
        sw_err err = settle_doubt(lane);
        return err == SW_E_FENCED ? err : SW_E_ABORTED;
    }
    kafka_trace(&lane->home->home, SW_TRACE_WARN, "kafka.lost", kafka_err_of(meaning), lane->id,
                "a new producer begins from what is committed");
    sw_metric_add(lane->home->lost, 1);
    return kafka_err_of(meaning);
}

sw_err kafka_lane_commit(kafka_lane *lane, const sw_commit *commits, uint32_t count,
                         int64_t *ret_offsets) {
    SW_ASSERT(lane && commits && count > 0);
    sw_err err = lane->rk ? kafka_clock_commit(lane) : SW_OK;
    if (err) kafka_lane_close(lane);
    if (err == SW_E_INTERNAL) return err;
    if (!lane->rk) return lane->taken ? SW_E_FENCED : SW_E_REBALANCED;
    err = kafka_draft(lane, commits, count);
    if (err) return err;
    kafka_meaning meaning = begin(lane);
    if (meaning == KAFKA_NONE) meaning = end(lane, kafka_produce_commits(lane, commits, count));
    switch (meaning) {
    case KAFKA_NONE:
        break;
    case KAFKA_AGAIN:
    case KAFKA_BACK_OUT:
        return SW_E_AGAIN;
    default:
        return lose(lane, meaning);
    }
    err = kafka_apply(lane, commits, count);
    if (err) return sw_err_verdict(err) == SW_VERDICT_FATAL ? err : SW_E_INTERNAL;
    publish(lane, commits, count, ret_offsets);
    return SW_OK;
}

/* ---- standing by ---- */

static void *stand(void *arg) {
    kafka_lane *lane = arg;
    while (!__atomic_load_n(&lane->stand_down, __ATOMIC_ACQUIRE)) {
        kafka_restore *r;
        sw_err err = kafka_restore_open(lane->home, lane->index, true, &r);
        if (!err) {
            err = kafka_restore_run(r, 0, 0, &lane->stand_down);
            kafka_restore_close(r);
        }
        if (sw_err_verdict(err) != SW_VERDICT_FATAL) continue;
        kafka_trace(&lane->home->home, SW_TRACE_ERROR, "kafka.standby", err, lane->id,
                    "the copy is no longer kept");
        break;
    }
    return NULL;
}

static void *follow(void *arg) {
    kafka_bus *bus = arg;
    sw_err err = SW_OK;
    while (!__atomic_load_n(&bus->follow_ended, __ATOMIC_ACQUIRE) &&
           sw_err_verdict(err) != SW_VERDICT_FATAL) {
        kafka_restore *r;
        err = kafka_restore_open(bus, KAFKA_FOREIGN, true, &r);
        if (err) continue;
        err = kafka_restore_run(r, 0, 0, &bus->follow_ended);
        kafka_restore_close(r);
    }
    if (err)
        kafka_trace(&bus->home, SW_TRACE_ERROR, "kafka.follow", err, bus->kafka.service,
                    "the state of other services is no longer followed");
    return NULL;
}

sw_err kafka_follow_start(kafka_bus *bus) {
    if (!bus->follows) return SW_OK;
    bus->follows = sw_thread_start(&bus->follower, "kafka-follower", follow, bus);
    return bus->follows ? SW_OK : SW_E_NOMEM;
}

void kafka_follow_stop(kafka_bus *bus) {
    if (!bus->follows || !bus->follower) return;
    __atomic_store_n(&bus->follow_ended, true, __ATOMIC_RELEASE);
    pthread_join(bus->follower, NULL);
    bus->follows = false;
}

sw_err sw_bus_kafka_stand_by(sw_bus *base, uint32_t index) {
    kafka_bus *bus = (kafka_bus *)base;
    SW_ASSERT(bus && index > 0 && index < bus->lane_count);
    kafka_lane *lane = &bus->lanes[index];
    sw_err err = SW_OK;
    pthread_mutex_lock(&lane->lock);
    if (!lane->rk && !lane->standing) {
        lane->stand_down = false;
        lane->standing = sw_thread_start(&lane->stander, "kafka-standby", stand, lane);
        if (!lane->standing) err = SW_E_NOMEM;
    }
    pthread_mutex_unlock(&lane->lock);
    return err;
}

void kafka_lane_stand_down(kafka_lane *lane) {
    if (!lane->standing) return;
    __atomic_store_n(&lane->stand_down, true, __ATOMIC_RELEASE);
    pthread_join(lane->stander, NULL);
    lane->standing = false;
}

void sw_bus_kafka_leave(sw_bus *base, uint32_t index) {
    kafka_bus *bus = (kafka_bus *)base;
    SW_ASSERT(bus && index < bus->lane_count);
    pthread_mutex_lock(&bus->lanes[index].lock);
    kafka_lane_close(&bus->lanes[index]);
    pthread_mutex_unlock(&bus->lanes[index].lock);
}
