#include <stdio.h>

#include "contract/bus_contract.h"
#include "contract/folder.h"
#include "kafka/cluster.h"

static char path[FOLDER_PATH_MAX], brokers[CLUSTER_TEXT_MAX], prefix[CLUSTER_TEXT_MAX];
static sw_clock sys_clock;

static sw_bus *open_path(const sw_bus_options *options) {
    static const sw_kafka_setting settings[] = {{"bootstrap.servers", brokers}};
    sw_bus_kafka_options kafka = {
        .settings = settings,
        .setting_count = 1,
        .prefix = prefix,
        .service = "contract",
        .dir = path,
        .partitions = BUS_TASKS,
        .make_topics = true,
        .poll_wait_ms = 10000,
        .env = {.clock = &sys_clock},
    };
    sw_arena arena;
    sw_diags diags;
    sw_bus *bus = NULL;
    sw_arena_init(&arena, 1 << 16);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    sw_err err = sw_bus_kafka_open(options, &kafka, &diags, &bus);
    for (const sw_diag *d = diags.first; err && d; d = d->next)
        fprintf(stderr, "%.*s\n", SW_FMT(sw_diag_text(&arena, d)));
    sw_arena_done(&arena);
    return bus;
}

static sw_bus *open_new(const sw_bus_options *options) {
    folder_make(path);
    cluster_prefix(prefix);
    return open_path(options);
}

static sw_bus *reopen(sw_bus *bus, const sw_bus_options *options) {
    sw_bus_close(bus);
    return open_path(options);
}

static void close_for_good(sw_bus *bus) {
    sw_bus_close(bus);
    folder_remove(path);
}

int main(void) {
    static const bus_backend backend = {"kafka", open_new, reopen, close_for_good, false};
    sw_clock_system(&sys_clock);
    cluster_up("one", 1, brokers);
    return bus_contract_run(&backend);
}
