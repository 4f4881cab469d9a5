#include "runtime/door.h"

#include "base/hash.h"

static sw_err init_side(sw_door_side *side) {
    sw_arena_init(&side->arena, SW_APPEND_BYTES_MAX);
    side->cap = SW_APPEND_RECORDS_MAX;
    side->records = sw_heap_zero(side->cap, sizeof *side->records);
    side->waiting = sw_heap_zero(side->cap, sizeof *side->waiting);
    side->offsets = sw_heap_zero(side->cap, sizeof *side->offsets);
    return side->records && side->waiting && side->offsets ? SW_OK : SW_E_NOMEM;
}

static void done_side(sw_door_side *side) {
    sw_arena_done(&side->arena);
    sw_heap_free(side->records);
    sw_heap_free(side->waiting);
    sw_heap_free(side->offsets);
    sw_heap_free(side->positions);
}

sw_err sw_door_init(sw_door *door, const sw_topology *topology, sw_bus *bus, sw_env env,
                    uint32_t task_number) {
    SW_ASSERT(door && topology && bus);
    memset(door, 0, sizeof *door);
    door->topology = topology;
    door->bus = bus;
    door->env = env;
    door->task_number = task_number;
    door->now_ms = INT64_MIN;
    pthread_mutex_init(&door->lock, NULL);
    sw_err err = SW_OK;
    for (int i = 0; !err && i < 2; i++) err = init_side(&door->sides[i]);
    if (!err)
        err = sw_metrics_get(env.metrics, SW_METRIC_COUNTER, "seawall_door_records_total", "",
                             "Records taken in at the door.", &door->taken);
    if (!err)
        err = sw_metrics_get(
            env.metrics, SW_METRIC_COUNTER, "seawall_door_refused_total", "",
            "Records refused at the door because too much waits or the disk is nearly full.",
            &door->refused);
    if (err) sw_door_done(door);
    return err;
}

void sw_door_done(sw_door *door) {
    if (!door->bus) return;
    sw_door_break(door);
    pthread_mutex_destroy(&door->lock);
    done_side(&door->sides[0]);
    done_side(&door->sides[1]);
    door->bus = NULL;
}

static sw_err add(sw_door *door, const sw_append *append) {
    sw_door_side *side = &door->sides[door->filling];
    if (side->count == side->cap) return SW_E_AGAIN;
    uint32_t partitions = door->topology->topics[append->topic].partitions;
    sw_record record = {
        .topic = append->topic,
        .partition = sw_partition_of(append->key, partitions),
        .tombstone = append->tombstone,
    };
    sw_arena_mark mark = sw_arena_save(&side->arena);
    if (!sw_arena_copy(&side->arena, append->key, &record.key) ||
        !sw_arena_copy(&side->arena, append->value, &record.value)) {
        sw_arena_rewind(&side->arena, mark);
        return SW_E_AGAIN;
    }
    side->records[side->count] = record;
    side->waiting[side->count++] = (sw_waiting){append->answer, append->arg};
    side->answers += append->answer != NULL;
    return SW_OK;
}

static sw_err check(const sw_door *door, const sw_append *append) {
    SW_ASSERT(append->topic < door->topology->topic_count);
    SW_ASSERT(!append->tombstone || append->value.len == 0);
    bool fits = append->key.len <= SW_KEY_BYTES_MAX && append->value.len <= SW_VALUE_BYTES_MAX;
    return fits ? SW_OK : SW_E_LIMIT;
}

static sw_err move_to(sw_door_side *side, const sw_position *at) {
    for (uint32_t i = 0; i < side->position_count; i++) {
        sw_position *known = &side->positions[i];
        if (known->topic != at->topic || known->partition != at->partition) continue;
        known->next_offset = at->next_offset;
        return SW_OK;
    }
    if (side->position_count == side->position_cap) {
        uint32_t cap = side->position_cap ? side->position_cap * 2 : 16;
        sw_position *grown = sw_heap_resize(side->positions, cap * sizeof *grown);
        if (!grown) return SW_E_AGAIN;
        side->positions = grown;
        side->position_cap = cap;
    }
    side->positions[side->position_count++] = *at;
    return SW_OK;
}

sw_err sw_door_append_read(sw_door *door, const sw_append *appends, uint32_t count,
                           const sw_position *positions, uint32_t position_count) {
    SW_ASSERT(door && (appends || count == 0) && (positions || position_count == 0));
    for (uint32_t i = 0; i < count; i++) {
        sw_err err = check(door, &appends[i]);
        if (err) return err;
    }
    sw_err err = sw_bus_ready(door->bus) ? SW_OK : SW_E_AGAIN;
    if (!err) {
        pthread_mutex_lock(&door->lock);
        sw_door_side *side = &door->sides[door->filling];
        uint32_t before = side->count, answers = side->answers;
        sw_arena_mark mark = sw_arena_save(&side->arena);
        for (uint32_t i = 0; !err && i < count; i++) err = add(door, &appends[i]);
        for (uint32_t i = 0; !err && i < position_count; i++) err = move_to(side, &positions[i]);
        if (err) {
            sw_arena_rewind(&side->arena, mark);
            side->count = before;
            side->answers = answers;
        }
        pthread_mutex_unlock(&door->lock);
    }
    sw_metric_add(err ? door->refused : door->taken, count);
    return err;
}

sw_err sw_door_append_all(sw_door *door, const sw_append *appends, uint32_t count) {
    return sw_door_append_read(door, appends, count, NULL, 0);
}

sw_err sw_door_append(sw_door *door, const sw_append *append) {
    SW_ASSERT(append);
    return sw_door_append_all(door, append, 1);
}

bool sw_door_waits(sw_door *door) {
    SW_ASSERT(door);
    pthread_mutex_lock(&door->lock);
    bool waits = door->sides[0].answers > 0 || door->sides[1].answers > 0;
    pthread_mutex_unlock(&door->lock);
    return waits;
}

static sw_err claim(sw_door *door) {
    uint64_t epoch, former_epoch, seq;
    int64_t now_ms;
    sw_err err = sw_bus_claim(door->bus, door->task_number, &epoch);
    if (err) return err;
    err = sw_bus_last_commit(door->bus, door->task_number, &former_epoch, &now_ms, &seq);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && now_ms > door->now_ms) door->now_ms = now_ms;
    door->item.commit = (sw_commit){.task = door->task_number, .epoch = epoch};
    door->claimed = true;
    return SW_OK;
}

sw_err sw_door_claim(sw_door *door) {
    SW_ASSERT(door);
    pthread_mutex_lock(&door->lock);
    sw_err err = door->claimed ? SW_OK : claim(door);
    pthread_mutex_unlock(&door->lock);
    return err;
}

#ifdef SW_SIM
/* The planted bug: says where each record will be, and does not wait until it is there. */
static void answer_too_early(sw_door *door, sw_door_side *side) {
    for (uint32_t i = 0; i < side->count; i++) {
        const sw_record *record = &side->records[i];
        int64_t first, end = 0;
        sw_err err = sw_bus_end(door->bus, record->topic, record->partition, &first, &end);
        for (uint32_t k = 0; k < i; k++)
            end += side->records[k].topic == record->topic &&
                   side->records[k].partition == record->partition;
        if (side->waiting[i].answer)
            side->waiting[i].answer(side->waiting[i].arg, err, record->partition, end);
        side->waiting[i].answer = NULL;
    }
}
#else
#define answer_too_early(door, side) ((void)(side))
#endif

sw_err sw_door_collect(sw_door *door, sw_commit_item **ret_item) {
    SW_ASSERT(door && ret_item);
    *ret_item = NULL;
    pthread_mutex_lock(&door->lock);
    sw_door_side *side = &door->sides[door->filling];
    bool go = (side->count > 0 || side->position_count > 0) && !door->flying;
    sw_err err = go && !door->claimed ? claim(door) : SW_OK;
    if (go && !err) {
        door->flying = true;
        door->filling = 1 - door->filling;
        door->item.records = side->records;
        door->item.offsets = side->offsets;
        door->item.err = SW_OK;
        door->item.commit.record_count = side->count;
        door->item.commit.positions = side->positions;
        door->item.commit.position_count = side->position_count;
        int64_t now_ms = sw_clock_now_ms(door->env.clock);
        if (now_ms > door->now_ms) door->now_ms = now_ms;
        door->item.commit.now_ms = door->now_ms;
        *ret_item = &door->item;
    }
    pthread_mutex_unlock(&door->lock);
    if (*ret_item && SW_PLANTED(door->env.faults, "answer-before-sync"))
        answer_too_early(door, side);
    return err;
}

static void release(sw_door *door, sw_door_side *side, sw_err err) {
    for (uint32_t i = 0; i < side->count; i++) {
        const sw_waiting *w = &side->waiting[i];
        if (w->answer)
            w->answer(w->arg, err, side->records[i].partition, err ? -1 : side->offsets[i]);
    }
    pthread_mutex_lock(&door->lock);
    side->count = side->answers = side->position_count = 0;
    sw_arena_reset(&side->arena);
    door->flying = false;
    pthread_mutex_unlock(&door->lock);
}

void sw_door_settle(sw_door *door) {
    SW_ASSERT(door && door->flying);
    sw_err err = door->item.err;
    if (sw_err_verdict(err) == SW_VERDICT_RETRY) return;
    if (err) door->claimed = false;
    release(door, &door->sides[1 - door->filling], err);
}

void sw_door_break(sw_door *door) {
    SW_ASSERT(door);
    for (uint32_t i = 0; i < 2; i++) release(door, &door->sides[i], SW_E_ABORTED);
}
