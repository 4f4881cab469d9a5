#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/wire.h"
#include "bus/kafka.h"
#include "bus/kafka_peers.h"

#define CLAIM_BITS  20
#define DOWN_US     INT64_C(2000000) /* without an answer for so long, nothing is taken in */
#define PROBE_US    INT64_C(1000000) /* so often they are asked then, */
#define PROBE_MS    100              /* for so long */
#define MARKER_MS   10000            /* until what a commit has written can be read */
#define CLUSTER_KEY SW_S("cluster")

static kafka_bus *of(sw_bus *base) {
    return (kafka_bus *)base;
}

int64_t kafka_mono_us(const kafka_bus *bus) {
    return sw_clock_mono_us(bus->kafka.env.clock);
}

/* ---- lanes, tasks, changelogs ---- */

uint32_t kafka_lane_of(const kafka_bus *bus, uint32_t task) {
    return task < bus->doors ? 0 : 1 + task % SW_PARTITIONS_MAX % bus->kafka.groups;
}

uint32_t kafka_partition_of(const kafka_bus *bus, uint32_t task) {
    return task < bus->doors ? bus->kafka.partitions : task % SW_PARTITIONS_MAX;
}

bool kafka_changelog_none(const kafka_bus *bus, uint32_t changelog) {
    return kafka_changelog(bus, changelog)->spec.partitions == 0;
}

bool kafka_changelog_has(const kafka_bus *bus, uint32_t changelog, uint32_t lane,
                         uint32_t partition) {
    if (partition >= kafka_changelog(bus, changelog)->spec.partitions) return false;
    bool foreign = changelog < bus->options.store_count && bus->foreign[changelog];
    if (foreign || lane == KAFKA_FOREIGN) return foreign && lane == KAFKA_FOREIGN;
    if (partition == bus->kafka.partitions) return lane == 0;
    return lane == 1 + partition % bus->kafka.groups;
}

uint32_t kafka_store_of(const kafka_bus *bus, uint32_t changelog) {
    bool commits = changelog == bus->changelogs - 1;
    return commits ? bus->own_store + KAFKA_STORE_COMMITS : changelog;
}

const kafka_topic *kafka_changelog(const kafka_bus *bus, uint32_t changelog) {
    SW_ASSERT(changelog < bus->changelogs);
    return &bus->topics[bus->options.topic_count + changelog];
}

size_t kafka_place_key(const kafka_bus *bus, uint32_t changelog, uint32_t partition,
                       char ret[KAFKA_NAME_MAX]) {
    const char *name = kafka_changelog(bus, changelog)->name;
    size_t len = strlen(name);
    SW_ASSERT(len + 5 < KAFKA_NAME_MAX);
    ret[0] = 'p';
    memcpy(ret + 1, name, len);
    sw_wire_put_be(ret + 1 + len, partition, 4);
    return len + 5;
}

sw_err kafka_task_load(kafka_bus *bus, kafka_task *task) {
    char key[4];
    sw_buf value;
    sw_wire_put_be(key, task->number, 4);
    sw_buf_init(&value, (size_t)1 << 20);
    sw_err err =
        sw_db_get(bus->db, bus->own_store + KAFKA_STORE_COMMITS, sw_slice_of(key, 4), &value);
    if (!err) err = kafka_task_read(task, &bus->options, sw_buf_slice(&value));
    sw_buf_done(&value);
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

static sw_err task_of(kafka_bus *bus, uint32_t number, kafka_task **ret) {
    SW_ASSERT(number < bus->options.task_count);
    *ret = bus->tasks[number];
    if (*ret) return SW_OK;
    kafka_task *task = sw_heap_zero(1, sizeof *task);
    if (!task) return SW_E_NOMEM;
    task->number = number;
    sw_err err = kafka_task_load(bus, task);
    if (err) {
        kafka_task_done(task);
        sw_heap_free(task);
        return err;
    }
    *ret = bus->tasks[number] = task;
    return SW_OK;
}

sw_err kafka_task_of(kafka_bus *bus, uint32_t number, kafka_task **ret) {
    pthread_mutex_lock(&bus->lock);
    sw_err err = task_of(bus, number, ret);
    pthread_mutex_unlock(&bus->lock);
    return err;
}

uint32_t kafka_format_of(const kafka_bus *bus, uint32_t changelog) {
    return changelog < bus->options.store_count ? bus->options.stores[changelog].version : 1;
}

/* ---- reading ---- */

static sw_err reader_of(kafka_bus *bus, uint32_t processor, kafka_reader **ret) {
    pthread_mutex_lock(&bus->lock);
    sw_err err = bus->readers[processor]
                     ? SW_OK
                     : kafka_reader_open(bus, processor, &bus->readers[processor]);
    *ret = bus->readers[processor];
    pthread_mutex_unlock(&bus->lock);
    return err;
}

static int64_t own_end(const kafka_bus *bus, uint32_t topic, uint32_t partition) {
    return __atomic_load_n(&bus->own_end[bus->first_part[topic] + partition], __ATOMIC_ACQUIRE);
}

static sw_err copy_record(sw_record *record, sw_arena *arena) {
    sw_header *headers = sw_arena_zero(arena, record->header_count + 1, sizeof *headers);
    if (!headers || !sw_arena_copy(arena, record->key, &record->key) ||
        !sw_arena_copy(arena, record->value, &record->value))
        return SW_E_LIMIT;
    for (uint32_t i = 0; i < record->header_count; i++)
        if (!sw_arena_copy(arena, record->headers[i].name, &headers[i].name) ||
            !sw_arena_copy(arena, record->headers[i].value, &headers[i].value))
            return SW_E_LIMIT;
    record->headers = headers;
    return SW_OK;
}

static sw_err copy_out(kafka_cursor *cursor, uint32_t records_max, size_t bytes_max,
                       sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                       int64_t *ret_next_offset) {
    sw_fetched got;
    sw_err err = kafka_cursor_records(cursor, records_max, bytes_max, &got);
    for (uint32_t i = 0; !err && i < got.count; i++) {
        ret_records[i] = got.records[i];
        err = copy_record(&ret_records[i], arena);
        if (err != SW_E_LIMIT || i == 0) continue;
        got.count = i; /* as much as there is room for */
        got.next_offset = got.records[i].offset;
        err = SW_OK;
    }
    if (err) return err;
    *ret_count = got.count;
    *ret_next_offset = got.next_offset;
    return SW_OK;
}

static sw_err kafka_poll(sw_bus *base, sw_position from, uint32_t records_max, size_t bytes_max,
                         sw_arena *arena, sw_record *ret_records, uint32_t *ret_count,
                         int64_t *ret_next_offset) {
    kafka_bus *bus = of(base);
    kafka_reader *reader;
    kafka_cursor *cursor;
    sw_err err = reader_of(bus, 0, &reader);
    if (!err) err = kafka_reader_cursor(reader, from.topic, from.partition, &cursor);
    if (err) return err;
    pthread_mutex_lock(&reader->lock);
    if (cursor->high <= own_end(bus, from.topic, from.partition)) cursor->eof = false;
    err = kafka_cursor_hold(reader, cursor, from.next_offset, records_max, bytes_max,
                            bus->kafka.poll_wait_ms);
    if (!err)
        err = copy_out(cursor, records_max, bytes_max, arena, ret_records, ret_count,
                       ret_next_offset);
    pthread_mutex_unlock(&reader->lock);
    return err;
}

static sw_err kafka_fetch(sw_bus *base, uint32_t task, sw_position from, uint32_t records_max,
                          size_t bytes_max, sw_arena *arena, sw_fetched *ret) {
    kafka_bus *bus = of(base);
    kafka_reader *reader;
    kafka_cursor *cursor;
    (void)arena;
    sw_err err = reader_of(bus, task / SW_PARTITIONS_MAX, &reader);
    if (!err) err = kafka_reader_cursor(reader, from.topic, from.partition, &cursor);
    if (!err) err = kafka_cursor_hold(reader, cursor, from.next_offset, records_max, bytes_max, 0);
    if (err == SW_E_RANGE) { /* retention has removed what is asked for, or the topic is another */
        int64_t first, end;
        err = sw_bus_end(base, from.topic, from.partition, &first, &end);
        if (!err && from.next_offset >= first && from.next_offset <= end) err = SW_E_AGAIN;
        if (!err && from.next_offset > end) err = SW_E_CORRUPT;
        if (!err) err = kafka_cursor_hold(reader, cursor, first, records_max, bytes_max, 0);
    }
    return err ? err : kafka_cursor_records(cursor, records_max, bytes_max, ret);
}

/* What was committed here is in the log behind its end marker, which the broker writes after it has
 * answered: until then it can't be read. */
static sw_err kafka_end(sw_bus *base, uint32_t topic, uint32_t partition, int64_t *ret_first,
                        int64_t *ret_end) {
    kafka_bus *bus = of(base);
    kafka_reader *reader;
    sw_err err = reader_of(bus, 0, &reader);
    if (err) return err;
    int64_t own = own_end(bus, topic, partition), first, end;
    int64_t deadline_us = kafka_mono_us(bus) + MARKER_MS * INT64_C(1000);
    for (;;) {
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            reader->rk, bus->topics[topic].name, (int32_t)partition, &first, &end, KAFKA_CALL_MS);
        if (!code && (own == 0 || end > own)) break;
        if (kafka_mono_us(bus) > deadline_us) return SW_E_AGAIN;
    }
    *ret_first = first;
    *ret_end = end;
    return SW_OK;
}

static sw_err kafka_find_time(sw_bus *base, uint32_t topic, uint32_t partition, int64_t ms,
                              int64_t *ret_offset) {
    kafka_bus *bus = of(base);
    kafka_reader *reader;
    int64_t first, end;
    sw_err err = reader_of(bus, 0, &reader);
    if (!err) err = kafka_end(base, topic, partition, &first, &end);
    if (err) return err;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *at =
        rd_kafka_topic_partition_list_add(list, bus->topics[topic].name, (int32_t)partition);
    at->offset = ms < 0 ? 0 : ms;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(reader->rk, list, MARKER_MS);
    if (!code) code = at->err;
    if (!code) *ret_offset = at->offset < 0 ? end : at->offset;
    rd_kafka_topic_partition_list_destroy(list);
    return code ? SW_E_AGAIN : SW_OK;
}

/* ---- tasks ---- */

/* A task that is another's is followed in the database: what is remembered of it is of before. */
static sw_err newest_of(kafka_bus *bus, uint32_t number, kafka_task **ret) {
    sw_err err = task_of(bus, number, ret);
    return err || (*ret)->epoch != 0 ? err : kafka_task_load(bus, *ret);
}

static sw_err kafka_position(sw_bus *base, uint32_t number, uint32_t topic, uint32_t partition,
                             int64_t *ret_next_offset) {
    kafka_bus *bus = of(base);
    pthread_mutex_lock(&bus->lock);
    kafka_task *task;
    sw_err err = newest_of(bus, number, &task);
    *ret_next_offset = 0;
    for (uint32_t i = 0; !err && i < task->position_count; i++)
        if (task->positions[i].topic == topic && task->positions[i].partition == partition)
            *ret_next_offset = task->positions[i].next_offset;
    pthread_mutex_unlock(&bus->lock);
    return err;
}

static sw_err kafka_last_commit(sw_bus *base, uint32_t number, uint64_t *ret_epoch,
                                int64_t *ret_now_ms, uint64_t *ret_seq) {
    kafka_bus *bus = of(base);
    pthread_mutex_lock(&bus->lock);
    kafka_task *task;
    sw_err err = newest_of(bus, number, &task);
    if (!err && task->seq == 0) err = SW_E_NOT_FOUND;
    if (!err) {
        *ret_epoch = task->last_epoch;
        *ret_now_ms = task->now_ms;
        *ret_seq = task->seq;
    }
    pthread_mutex_unlock(&bus->lock);
    return err;
}

static sw_err kafka_claim(sw_bus *base, uint32_t number, uint64_t *ret_epoch) {
    kafka_bus *bus = of(base);
    kafka_lane *lane = &bus->lanes[kafka_lane_of(bus, number)];
    pthread_mutex_lock(&lane->lock);
    sw_err err = lane->rk ? SW_OK : kafka_lane_open(lane);
    kafka_task *task;
    if (!err) err = kafka_task_of(bus, number, &task);
    if (!err) *ret_epoch = task->epoch = lane->claims << CLAIM_BITS | ++lane->claimed;
    pthread_mutex_unlock(&lane->lock);
    return err;
}

static sw_err kafka_commit(sw_bus *base, const sw_commit *commits, uint32_t count,
                           int64_t *ret_offsets) {
    kafka_bus *bus = of(base);
    if (count == 0) return SW_OK;
    uint32_t index = kafka_lane_of(bus, commits[0].task);
    for (uint32_t i = 1; i < count; i++) SW_ASSERT(kafka_lane_of(bus, commits[i].task) == index);
    kafka_lane *lane = &bus->lanes[index];
    pthread_mutex_lock(&lane->lock);
    if (kafka_peers_held(bus->peers)) kafka_lane_close(lane);
    sw_err err = kafka_lane_commit(lane, commits, count, ret_offsets);
    pthread_mutex_unlock(&lane->lock);
    if (!err) __atomic_store_n(&bus->home.down_us, 0, __ATOMIC_RELAXED);
    return err;
}

/* Retention and compaction are the brokers'. */
static sw_err kafka_maintain(sw_bus *base, int64_t now_ms, uint32_t chunks_max, bool *ret_more) {
    kafka_bus *bus = of(base);
    (void)now_ms;
    (void)chunks_max;
    pthread_mutex_lock(&bus->lock);
    for (uint32_t i = 0; i < SW_PROCESSORS_MAX; i++)
        if (bus->readers[i]) rd_kafka_poll(bus->readers[i]->rk, 0);
    pthread_mutex_unlock(&bus->lock);
    *ret_more = false;
    return SW_OK;
}

/* Batches carry their own checksums, which readers check. */
static sw_err kafka_verify(sw_bus *base, sw_diags *diags, uint64_t *ret_records) {
    (void)base;
    (void)diags;
    *ret_records = 0;
    return SW_OK;
}

static uint32_t kafka_lanes(sw_bus *base) {
    return of(base)->lane_count;
}

static uint32_t kafka_lane_number(sw_bus *base, uint32_t task) {
    return kafka_lane_of(of(base), task);
}

/* Asks the brokers whether they are there again, now and then. */
static bool answers(kafka_bus *bus, int64_t now_us) {
    kafka_reader *reader;
    const rd_kafka_metadata_t *metadata;
    int64_t probed_us = __atomic_load_n(&bus->home.probed_us, __ATOMIC_RELAXED);
    if (now_us - probed_us < PROBE_US ||
        !__atomic_compare_exchange_n(&bus->home.probed_us, &probed_us, now_us, false,
                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return false;
    if (reader_of(bus, 0, &reader) ||
        rd_kafka_metadata(reader->rk, 0, NULL, &metadata, PROBE_MS) != 0)
        return false;
    rd_kafka_metadata_destroy(metadata);
    __atomic_store_n(&bus->home.down_us, 0, __ATOMIC_RELAXED);
    return true;
}

static bool kafka_ready(sw_bus *base) {
    kafka_bus *bus = of(base);
    int64_t down_us = __atomic_load_n(&bus->home.down_us, __ATOMIC_RELAXED);
    int64_t now_us = kafka_mono_us(bus);
    if (down_us != 0 && now_us - down_us > DOWN_US && !answers(bus, now_us)) return false;
    if (kafka_peers_held(bus->peers)) return false;
    return sw_db_has_room(bus->db);
}

bool sw_bus_kafka_held(sw_bus *base) {
    return sw_bus_remote(base) && kafka_peers_held(of(base)->peers);
}

static sw_db *kafka_db(sw_bus *base) {
    return of(base)->db;
}

static int kafka_wake_fd(sw_bus *base) {
    return of(base)->wake;
}

/* ---- opening ---- */

static void kafka_close(sw_bus *base) {
    kafka_bus *bus = of(base);
    kafka_follow_stop(bus);
    for (uint32_t i = 0; bus->lanes && i < bus->lane_count; i++) kafka_lane_done(&bus->lanes[i]);
    kafka_peers_close(bus->peers); /* when it can commit no more */
    for (uint32_t i = 0; i < SW_PROCESSORS_MAX; i++) kafka_reader_close(bus->readers[i]);
    for (uint32_t i = 0; bus->tasks && i < bus->options.task_count; i++) {
        if (bus->tasks[i]) kafka_task_done(bus->tasks[i]);
        sw_heap_free(bus->tasks[i]);
    }
    sw_db_close(bus->db);
    if (bus->wake >= 0) close(bus->wake);
    sw_heap_free(bus->lanes);
    sw_heap_free(bus->tasks);
    sw_heap_free(bus->own_end);
    sw_heap_free(bus->first_part);
    sw_heap_free(bus->topics);
    pthread_mutex_destroy(&bus->lock);
    sw_heap_free(bus);
}

static const sw_bus_table table = {
    .poll = kafka_poll,
    .commit = kafka_commit,
    .position = kafka_position,
    .last_commit = kafka_last_commit,
    .claim = kafka_claim,
    .end = kafka_end,
    .find_time = kafka_find_time,
    .maintain = kafka_maintain,
    .verify = kafka_verify,
    .db = kafka_db,
    .wake_fd = kafka_wake_fd,
    .close = kafka_close,
    .fetch = kafka_fetch,
    .lanes = kafka_lanes,
    .lane = kafka_lane_number,
    .ready = kafka_ready,
    .remote = true,
};

static sw_err get_metrics(kafka_bus *bus) {
    const struct {
        sw_metric **ret;
        const char *name, *help;
    } list[] = {
        {&bus->repeats, "seawall_kafka_repeats_total",
         "Records dropped because they were there before."},
        {&bus->gaps, "seawall_kafka_gaps_total",
         "Records before which one of the same writer is missing."},
        {&bus->fenced, "seawall_kafka_fenced_total",
         "Task groups that another instance has taken."},
        {&bus->lost, "seawall_kafka_lost_total", "Transactions after which a new producer began."},
        {&bus->restored, "seawall_kafka_restored_total", "Rows of changelogs read."},
    };
    sw_err err = SW_OK;
    for (size_t i = 0; !err && i < SW_COUNT(list); i++)
        err = sw_metrics_get(bus->kafka.env.metrics, SW_METRIC_COUNTER, list[i].name, "",
                             list[i].help, list[i].ret);
    return err;
}

static sw_err open_database(kafka_bus *bus, sw_diags *diags) {
    static const sw_store_spec own[KAFKA_OWN_STORES] = {
        [KAFKA_STORE_COMMITS] = {.name = "kafka.commits", .version = 1},
        [KAFKA_STORE_PLACES] = {.name = "kafka.places", .version = 1},
    };
    uint32_t count = bus->options.store_count + KAFKA_OWN_STORES;
    sw_store_spec *specs = sw_heap_zero(count, sizeof *specs);
    if (!specs) return SW_E_NOMEM;
    for (uint32_t i = 0; i < bus->options.store_count; i++) specs[i] = bus->options.stores[i];
    bus->own_store = bus->options.store_count;
    for (uint32_t i = 0; i < KAFKA_OWN_STORES; i++) specs[bus->own_store + i] = own[i];
    sw_db_budget budget = bus->options.budget;
    budget.cache = true;
    sw_err err = bus->kafka.dir
                     ? sw_db_rocks_open(bus->kafka.dir, specs, count, budget, diags, &bus->db)
                     : sw_db_mem_open(specs, count, &bus->db);
    sw_heap_free(specs);
    return err;
}

static sw_err make_lists(kafka_bus *bus) {
    const sw_bus_options *o = &bus->options;
    bus->first_part = sw_heap_zero(o->topic_count + 1, sizeof *bus->first_part);
    bus->tasks = sw_heap_zero(o->task_count, sizeof(kafka_task *));
    if (!bus->first_part || !bus->tasks) return SW_E_NOMEM;
    for (uint32_t i = 0; i < o->topic_count; i++) {
        bus->first_part[i] = bus->part_count;
        bus->part_count += o->topics[i].partitions;
    }
    bus->own_end = sw_heap_zero(bus->part_count + 1, sizeof *bus->own_end);
    bus->lane_count = bus->kafka.groups + 1;
    bus->lanes = sw_heap_zero(bus->lane_count, sizeof *bus->lanes);
    if (!bus->own_end || !bus->lanes) return SW_E_NOMEM;
    sw_err err = kafka_topics_list(&bus->home, &bus->topics, &bus->topic_count);
    bus->changelogs = o->store_count + 1;
    return err;
}

/* State that follows from one cluster's log must never be taken on by another's. */
static sw_err check_cluster(kafka_bus *bus, rd_kafka_t *rk, sw_diags *diags) {
    char *id = rd_kafka_clusterid(rk, KAFKA_ADMIN_MS / 3);
    if (!id) return SW_OK; /* a cluster older than that */
    sw_buf known;
    sw_buf_init(&known, 256);
    uint32_t store = bus->own_store + KAFKA_STORE_PLACES;
    sw_err err = sw_db_get(bus->db, store, CLUSTER_KEY, &known);
    if (err == SW_E_NOT_FOUND) {
        sw_batch_clear(bus->lanes[0].batch);
        err = sw_batch_put(bus->lanes[0].batch, store, CLUSTER_KEY, sw_slice_cstr(id));
        if (!err) err = sw_db_write(bus->db, bus->lanes[0].batch, false);
    } else if (!err && !sw_slice_is(sw_buf_slice(&known), id)) {
        err = sw_diag_at(diags, SW_E_CONFLICT, 0, 0, "data_dir",
                         "use the data_dir that belongs to this cluster, or an empty one: its "
                         "state is then restored",
                         "holds the state of Kafka cluster %.*s, and this is %s",
                         SW_FMT(sw_buf_slice(&known)), id);
    }
    sw_buf_done(&known);
    rd_kafka_mem_free(rk, id);
    return err;
}

static sw_err open_bus(kafka_bus *bus, sw_diags *diags) {
    rd_kafka_t *rk;
    sw_err err = make_lists(bus);
    if (!err) err = get_metrics(bus);
    if (!err && (bus->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) err = SW_E_NOMEM;
    if (!err) err = kafka_client_new(&bus->home, KAFKA_ADMIN, NULL, NULL, NULL, diags, &rk);
    if (err) return err;
    err = kafka_topics_ready(&bus->home, rk, bus->topics, bus->topic_count, diags);
    if (!err) err = kafka_audit_keeping(&bus->home, rk, bus->topics, bus->topic_count, diags);
    if (!err) err = open_database(bus, diags);
    for (uint32_t i = 0; !err && i < bus->lane_count; i++)
        err = kafka_lane_init(&bus->lanes[i], bus, i);
    if (!err) err = check_cluster(bus, rk, diags);
    if (!err) err = kafka_peers_open(bus, &bus->peers);
    if (!err) err = kafka_follow_start(bus);
    rd_kafka_destroy(rk);
    return err;
}

static void set_stores(kafka_bus *bus) {
    const sw_topology *topology = bus->kafka.topology;
    for (uint32_t i = 0; topology && bus->kafka.runs && i < topology->node_count; i++) {
        const sw_node *node = &topology->nodes[i];
        if (bus->kafka.runs(bus->kafka.runs_arg, node->processor)) continue;
        for (uint32_t k = 0; k < node->processor->store_count; k++)
            bus->follows = bus->foreign[node->first_store + k] = true;
    }
    bus->home.store_due = topology ? topology->store_due : KAFKA_NO_STORE;
    bus->home.store_timers = topology ? topology->store_timers : KAFKA_NO_STORE;
    bus->doors = topology ? SW_PARTITIONS_MAX : 0;
    if (topology) bus->kafka.partitions = sw_bus_kafka_partitions(topology);
}

sw_err sw_bus_kafka_open(const sw_bus_options *options, const sw_bus_kafka_options *kafka,
                         sw_diags *diags, sw_bus **ret) {
    SW_ASSERT(options && options->task_count > 0 && kafka && kafka->env.clock && ret);
    SW_ASSERT(kafka->service && (kafka->topology || kafka->partitions > 0));
    SW_ASSERT(options->topic_count <= SW_TOPICS_MAX && options->store_count <= SW_STORES_MAX);
    kafka_bus *bus = sw_heap_zero(1, sizeof *bus);
    if (!bus) return SW_E_NOMEM;
    bus->bus.table = &table;
    bus->options = *options;
    bus->kafka = *kafka;
    bus->home = (kafka_home){.self = &bus->home, .bus = &bus->options, .kafka = &bus->kafka};
    if (bus->kafka.groups == 0) bus->kafka.groups = 1;
    if (bus->kafka.transaction_ms == 0) bus->kafka.transaction_ms = KAFKA_TRANSACTION_MS;
    if (bus->kafka.behind_ms == 0) bus->kafka.behind_ms = KAFKA_CLOCK_MS;
    if (bus->kafka.ahead_ms == 0) bus->kafka.ahead_ms = KAFKA_CLOCK_MS;
    set_stores(bus);
    bus->wake = -1;
    pthread_mutex_init(&bus->lock, NULL);
    sw_err err = open_bus(bus, diags);
    if (err) {
        kafka_close(&bus->bus);
        return err;
    }
    *ret = &bus->bus;
    return SW_OK;
}
