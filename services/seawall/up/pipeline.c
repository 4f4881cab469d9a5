#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/bus_kafka.h"
#include "deadline/deadline.h"
#include "host/logger.h"
#include "ingest/http_events.h"
#include "ingest/identity.h"
#include "ingest/keys.h"
#include "notify/processors.h"
#include "risk/risk.h"
#include "risk/score/score.h"
#include "seawall/up/people.h"
#include "seawall/up/renew.h"
#include "seawall/up/reports.h"
#include "seawall/up/scores.h"
#include "seawall/up/up.h"

static void add(sw_up *up, const sw_processor *processor, const void *shared) {
    SW_ASSERT(up->processor_count < SW_UP_PROCESSORS_MAX);
    up->processors[up->processor_count] = processor;
    up->shared[up->processor_count++] = shared;
}

/* The services of this process, each a processor with what it shares. */
static sw_err add_processors(sw_up *up, sw_diags *diags) {
    add(up, &sw_identity, NULL);
    add(up, &sw_keys, NULL);
    add(up, &sw_letters, NULL);
    sw_err err = sw_deadline_new(up->arena, up->load.set, &up->env, &up->deadline);
    if (!err) err = sw_risk_new(up->arena, up->load.set, &up->env, &up->risk);
    if (err) return err;
    add(up, &sw_deadline, up->deadline);
    add(up, &sw_risk, up->risk);
    err = sw_up_scores_add(up, add, diags);
    if (err) return err;
    sw_up_people_add(up, add);
    return sw_up_reports_add(up, add, diags);
}

static sw_err build_topology(sw_up *up, sw_diags *diags) {
    sw_topic_shape *shapes = sw_arena_zero(up->arena, SW_PIPELINE_TOPICS_MAX, sizeof *shapes);
    if (!shapes) return SW_E_NOMEM;
    up->topic_count = sw_topics_fill(up->partitions, up->topics);
    for (uint32_t i = 0; i < up->topic_count; i++)
        shapes[i] = (sw_topic_shape){up->topics[i].name, up->topics[i].partitions};
    return sw_topology_build(up->arena, up->processors, up->shared, up->processor_count, shapes,
                             up->topic_count, diags, &up->topology);
}

static bool on_kafka(const sw_up *up) {
    return sw_slice_is(sw_config_text(up->config, "bus"), "kafka");
}

/* What the data directory says of its partitions, in `room`; SW_SLICE_NONE: it is new. */
static sw_slice partitions_in(const char *dir, char room[32]) {
    char path[4096];
    snprintf(path, sizeof path, "%s/partitions", dir);
    FILE *file = fopen(path, "r");
    if (!file) return SW_SLICE_NONE;
    size_t n = fread(room, 1, 31, file);
    fclose(file);
    while (n > 0 && room[n - 1] == '\n') n--;
    return sw_slice_of(room, n);
}

/* docs/decisions/0039: on one machine each of two threads has one; a cluster is there to grow. */
void sw_up_choose_partitions(sw_up *up, const char *dir, bool kafka) {
    enum { EMBEDDED = 2, KAFKA = 4 };
    char room[32];
    int64_t partitions = sw_config_int(up->config, "partitions"), had;
    if (partitions == 0 && dir && sw_slice_int(partitions_in(dir, room), &had) && had > 0 &&
        had <= SW_PARTITIONS_MAX)
        partitions = had;
    if (partitions == 0) partitions = kafka ? KAFKA : EMBEDDED;
    up->partitions = (uint32_t)partitions;
}

static sw_err write_partitions(const sw_up *up, const char *dir) {
    char path[4096];
    snprintf(path, sizeof path, "%s/partitions", dir);
    FILE *file = fopen(path, "wx"); /* what is there and can't be read stays */
    bool good = file && fprintf(file, "%u\n", up->partitions) > 0;
    if (file) good = fclose(file) == 0 && good;
    return good ? SW_OK : SW_E_IO;
}

/* The topics keep their number of partitions for ever: keys lie where they hashed to. */
sw_err sw_up_check_partitions(sw_up *up, const char *dir, sw_diags *diags) {
    char room[32];
    int64_t had;
    SW_ASSERT(up->partitions > 0);
    const sw_slice text = partitions_in(dir, room);
    if (!text.ptr) return write_partitions(up, dir);
    if (sw_slice_int(text, &had) && had == up->partitions) return SW_OK;
    return sw_diag_at(diags, SW_E_CONFLICT, 0, 0, "partitions",
                      "leave it as it was, or begin with a new data directory",
                      "the data directory was made with %.*s partitions", SW_FMT(text));
}

bool sw_up_runs(const sw_up *up, const char *service) {
    sw_slice own =
        up->as_service ? sw_slice_cstr(up->as_service) : sw_config_text(up->config, "service");
    return sw_slice_is(own, "all") || sw_slice_is(own, service);
}

/* The service that a processor belongs to. */
static bool runs(void *arg, const sw_processor *processor) {
    const char *service = "report";
    if (processor == &sw_identity || processor == &sw_keys || processor == &sw_letters)
        service = "ingest";
    if (processor == &sw_processor_directory || processor == &sw_processor_notify ||
        processor == &sw_processor_outbox)
        service = "notify";
    if (processor == &sw_deadline) service = "deadline";
    if (processor == &sw_risk || processor == &sw_score) service = "risk";
    return sw_up_runs(arg, service);
}

/* Which instance owns a group of partitions follows from the numbers alone. */
static uint32_t owner(const sw_up *up, uint32_t lane) {
    return (lane - 1) % (uint32_t)sw_config_int(up->config, "instances");
}

static bool owns(void *arg, const sw_task_spec *task) {
    sw_up *up = arg;
    if (!runs(up, up->topology.nodes[task->node].processor)) return false;
    if (!sw_bus_remote(up->bus)) return true;
    return owner(up, sw_bus_lane(up->bus, task->number)) ==
           (uint32_t)sw_config_int(up->config, "instance");
}

/* What the settings say of the cluster. Lives in the arena. */
sw_err sw_up_kafka_options(sw_up *up, const char *service, const char *dir,
                           sw_bus_kafka_options *ret) {
    enum { SETTINGS_MAX = 64 };
    const char *names[SETTINGS_MAX], *values[SETTINGS_MAX];
    sw_kafka_setting *settings = sw_arena_zero(up->arena, SETTINGS_MAX, sizeof *settings);
    sw_slice instance =
        sw_arena_printf(up->arena, "%lld", (long long)sw_config_int(up->config, "instance"));
    if (!settings || !instance.ptr) return SW_E_NOMEM;
    uint32_t count = sw_config_open(up->config, "kafka.", SETTINGS_MAX, names, values);
    for (uint32_t i = 0; i < count; i++) settings[i] = (sw_kafka_setting){names[i], values[i]};
    *ret = (sw_bus_kafka_options){
        .settings = settings,
        .setting_count = count,
        .prefix = sw_config_cstr(up->config, "topics.prefix"),
        .service = service,
        .instance = instance.ptr,
        .dir = dir,
        .topology = &up->topology,
        .runs = runs,
        .runs_arg = up,
        .groups = (uint32_t)sw_config_int(up->config, "groups"),
        .replication = (int16_t)sw_config_int(up->config, "topics.replication"),
        .make_topics = sw_config_bool(up->config, "topics.make"),
        .behind_ms = sw_config_int(up->config, "clock_behind"),
        .ahead_ms = sw_config_int(up->config, "clock_ahead"),
        .env = up->env,
    };
    return SW_OK;
}

sw_bus_options sw_up_bus_options(sw_up *up) {
    return (sw_bus_options){
        .topics = up->topics,
        .topic_count = up->topic_count,
        .stores = up->topology.stores,
        .store_count = up->topology.store_count,
        .task_count = up->topology.task_numbers,
        .budget = {.memory_bytes = (size_t)sw_config_int(up->config, "memory"),
                   .free_disk_bytes = (size_t)sw_config_int(up->config, "disk_reserve")},
    };
}

/* Whoever answers queries holds the whole tier: what other instances own is followed, a moment
 * behind, so that any of them may be asked. */
static sw_err stand_by(sw_up *up) {
    sw_err err = SW_OK;
    if (!sw_bus_remote(up->bus)) return SW_OK;
    int64_t instances = sw_config_int(up->config, "instances");
    int64_t own = sw_config_int(up->config, "instance");
    bool asked = sw_up_runs(up, "report") || sw_up_runs(up, "notify");
    bool heir = sw_config_bool(up->config, "stand_by");
    for (uint32_t lane = 1; !err && lane < sw_bus_lanes(up->bus); lane++) {
        bool next = (owner(up, lane) + 1) % instances == own;
        if (owner(up, lane) != own && (asked || (heir && next)))
            err = sw_bus_kafka_stand_by(up->bus, lane);
    }
    return err;
}

/* Whether others lock and open personal fields beside this process. */
static bool shares_key(const sw_up *up) {
    bool alone = sw_slice_is(sw_config_text(up->config, "service"), "all") &&
                 sw_config_int(up->config, "instances") == 1;
    return on_kafka(up) && !alone;
}

static sw_err check_key(sw_up *up, sw_diags *diags) {
    bool lacks = sw_config_bool(up->config, "seal.personal") && shares_key(up) &&
                 !sw_config_cstr(up->config, "seal.key");
    if (!lacks) return SW_OK;
    return sw_diag_at(diags, SW_E_MISSING, 0, 0, "seal.key",
                      "make it once (openssl rand -hex 32 >master.key; chmod 600 master.key), and "
                      "give every process of the deployment the same",
                      "personal fields are locked with one key for all services");
}

static sw_err check_service(sw_up *up, sw_diags *diags) {
    const bool kafka = on_kafka(up);
    if (!kafka && !sw_slice_is(sw_config_text(up->config, "service"), "all"))
        return sw_diag_at(diags, SW_E_INVALID, 0, 0, "service", "set bus: kafka, or leave it out",
                          "one process has all of the embedded bus");
    const char *names[1], *values[1];
    if (kafka && sw_config_open(up->config, "kafka.bootstrap.servers", 1, names, values) == 0)
        return sw_diag_at(diags, SW_E_MISSING, 0, 0, "kafka.bootstrap.servers",
                          "kafka: {bootstrap.servers: 'host:9092'}", "no brokers are named");
    if (sw_config_int(up->config, "instance") >= sw_config_int(up->config, "instances"))
        return sw_diag_at(diags, SW_E_RANGE, 0, 0, "instance", "count from 0",
                          "there are %lld instances",
                          (long long)sw_config_int(up->config, "instances"));
    return check_key(up, diags);
}

static sw_err open_bus(sw_up *up, sw_diags *diags) {
    sw_slice path = sw_arena_printf(up->arena, "%s/log", sw_config_cstr(up->config, "data_dir"));
    const sw_bus_options options = sw_up_bus_options(up);
    sw_bus_kafka_options kafka;
    if (!path.ptr) return SW_E_NOMEM;
    diags->file = SW_SLICE_NONE;
    if (!on_kafka(up)) {
        sw_up_renew_allow(up);
        sw_err err = sw_bus_embedded_open(path.ptr, &options, diags, &up->bus);
        return err ? err : sw_up_renew(up, diags);
    }
    sw_err err = sw_up_kafka_options(up, sw_config_cstr(up->config, "service"), path.ptr, &kafka);
    if (!err && sw_config_int(up->config, "instances") > 1) err = sw_up_digest(up, &kafka.digest);
    return err ? err : sw_bus_kafka_open(&options, &kafka, diags, &up->bus);
}

sw_err sw_up_pipeline_build(sw_up *up, sw_diags *diags) {
    sw_err err = add_processors(up, diags);
    return err ? err : build_topology(up, diags);
}

sw_err sw_up_topics(sw_up *up, const char *service, bool make, sw_diags *diags,
                    sw_kafka_topics_report *ret) {
    sw_bus_kafka_options kafka;
    sw_up_choose_partitions(up, NULL, true);
    sw_err err = up->topology.node_count ? SW_OK : add_processors(up, diags);
    if (!err && !up->topology.node_count) err = build_topology(up, diags);
    if (!err) err = sw_up_kafka_options(up, service, NULL, &kafka);
    const sw_bus_options options = sw_up_bus_options(up);
    diags->file = SW_SLICE_NONE;
    return err ? err : sw_bus_kafka_topics(&options, &kafka, make, diags, ret);
}

/* The master key lies in the data directory, unless another place is named. */
static sw_err open_keyring(sw_up *up, sw_diags *diags) {
    const char *path = sw_config_cstr(up->config, "seal.key");
    diags->file = SW_SLICE_NONE; /* that of a pack was the last */
    if (!sw_config_bool(up->config, "seal.personal")) return SW_OK;
    if (!path)
        path =
            sw_arena_printf(up->arena, "%s/master.key", sw_config_cstr(up->config, "data_dir")).ptr;
    if (!path) return SW_E_NOMEM;
    sw_err err = sw_seal_key_file(path, !shares_key(up), diags, &up->seal_key);
    if (!err) err = sw_read_open(sw_bus_db(up->bus), &up->topology, "keys.keys", &up->keys);
    const sw_keyring_options options = {.master = &up->seal_key, .keys = &up->keys};
    if (!err) err = sw_keyring_open(&options, &up->keyring);
    return err ? err : sw_keyring_check(up->keyring, diags);
}

static sw_err open_ingest(sw_up *up) {
    sw_slice door =
        sw_arena_printf(up->arena, "up-%lld-%ld", (long long)up->started_ms, (long)getpid());
    if (!door.ptr) return SW_E_NOMEM;
    const sw_ingest_options options = {
        .topology = &up->topology,
        .bus = up->bus,
        .env = up->env,
        .catalogue = up->load.catalogue,
        .door = door.ptr,
        .keyring = up->keyring,
        .rate_events_per_s = sw_config_int(up->config, "ingest.rate"),
        .rate_burst = sw_config_int(up->config, "ingest.burst"),
        .waiting_max = (uint32_t)sw_config_int(up->config, "ingest.waiting_max"),
        .answer = sw_ingest_answer_http,
    };
    return sw_ingest_open(&options, &up->ingest);
}

/* Upstream's records, where there is an upstream: on a cluster. */
static sw_err open_inbox(sw_up *up) {
    if (!sw_bus_remote(up->bus) || !sw_up_runs(up, "ingest")) return SW_OK;
    const sw_keyring_options ring = {.master = &up->seal_key, .keys = &up->keys};
    sw_err err = up->keyring ? sw_keyring_open(&ring, &up->inbox_keyring) : SW_OK;
    const sw_inbox_options options = {
        .topology = &up->topology,
        .bus = up->bus,
        .env = up->env,
        .catalogue = up->load.catalogue,
        .keyring = up->inbox_keyring,
        .org = sw_config_cstr(up->config, "inbox.org"),
        .instance = (uint32_t)sw_config_int(up->config, "instance"),
        .instances = (uint32_t)sw_config_int(up->config, "instances"),
    };
    return err ? err : sw_inbox_open(&options, &up->inbox);
}

static void committed(void *arg) {
    sw_up *up = arg;
    sw_ingest_committed(up->ingest);
    sw_inbox_wake(up->inbox);
}

static sw_err open_runtime(sw_up *up) {
    const sw_runtime_options options = {
        .topology = &up->topology,
        .bus = up->bus,
        .env = up->env,
        .seed = (uint64_t)up->started_ms,
        .object_bytes = (size_t)sw_config_int(up->config, "decoded"),
        .committed = committed,
        .committed_arg = up,
        .owns = owns,
        .owns_arg = up,
        .door = (uint32_t)sw_config_int(up->config, "instance"),
    };
    return sw_runtime_open(&options, &up->runtime);
}

sw_err sw_up_pipeline_open(sw_up *up, sw_diags *diags) {
    sw_err err = check_service(up, diags);
    if (!err) err = sw_up_check_moved(sw_config_cstr(up->config, "data_dir"), diags);
    const char *dir = sw_config_cstr(up->config, "data_dir");
    if (!err) sw_up_choose_partitions(up, dir, on_kafka(up));
    if (!err) err = sw_up_check_partitions(up, dir, diags);
    if (!err) err = sw_up_people_open(up, diags);
    if (!err) err = add_processors(up, diags);
    if (!err) err = build_topology(up, diags);
    if (!err) err = open_bus(up, diags);
    if (!err) err = open_keyring(up, diags);
    if (!err) err = open_ingest(up);
    if (!err) err = open_inbox(up);
    if (!err) err = sw_up_reports_open(up);
    if (!err) err = sw_up_scores_open(up);
    if (!err) err = open_runtime(up);
    if (!err) err = sw_ingest_attach(up->ingest, up->runtime);
    return err;
}

sw_err sw_up_pipeline_start(sw_up *up) {
    sw_ingest_route(up->ingest, &up->events_route);
    bool door = sw_up_runs(up, "ingest");
    sw_err err = door ? sw_http_route_add(up->http, &up->events_route, 1) : SW_OK;
    if (!err)
        err = sw_letters_api_init(&up->letters, up->ingest, up->bus, &up->topology,
                                  up->load.catalogue, &up->clock);
    if (!err && door) {
        sw_letters_api_routes(&up->letters, up->letter_routes);
        err = sw_http_route_add(up->http, up->letter_routes, SW_LETTERS_ROUTES);
    }
    if (!err && sw_up_runs(up, "report")) err = sw_up_reports_start(up);
    if (!err && sw_up_runs(up, "risk")) err = sw_up_scores_start(up);
    if (!err) err = stand_by(up);
    if (!err) err = sw_runtime_start(up->runtime, (uint32_t)sw_config_int(up->config, "threads"));
    if (!err && up->inbox) err = sw_inbox_start(up->inbox, up->runtime);
    if (!err && sw_up_runs(up, "notify")) err = sw_up_people_start(up);
    return err;
}

sw_err sw_up_pipeline_stop(sw_up *up) {
    if (up->notify) sw_notify_stop(up->notify);
    sw_inbox_stop(up->inbox);
    sw_err err = up->runtime ? sw_runtime_stop(up->runtime) : SW_OK;
    if (up->ingest && up->runtime) sw_ingest_detach(up->ingest);
    return err;
}

void sw_up_pipeline_close(sw_up *up) {
    sw_runtime_close(up->runtime);
    sw_notify_close(up->notify);
    sw_ingest_close(up->ingest);
    sw_inbox_close(up->inbox);
    sw_up_reports_close(up);
    sw_keyring_close(up->keyring);
    sw_keyring_close(up->inbox_keyring);
    sw_bus_close(up->bus);
    sw_seal_wipe(&up->seal_key, sizeof up->seal_key);
}
