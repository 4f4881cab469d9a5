#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seawall/bench/bench.h"
#include "seawall/up/up.h"

/* Beside the log: a move has begun, or is done. A log that goes on after its state was copied would
 * tell the same warnings in two places. */
#define BEGUN "moving"
#define DONE  "moved"
enum { PATH_BYTES = 4096, NAME_BYTES = 512 };

static const char *path_of(sw_arena *arena, const char *dir, const char *name) {
    return sw_arena_printf(arena, "%s/%s", dir, name).ptr;
}

sw_err sw_up_check_moved(const char *dir, sw_diags *diags) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", dir, DONE);
    if (access(path, F_OK) == 0)
        return sw_diag_at(diags, SW_E_CONFLICT, 0, 0, "data_dir",
                          "start the services on Kafka, each with a data_dir of its own",
                          "%s was moved onto a Kafka cluster; going on here too would tell "
                          "warnings twice",
                          dir);
    snprintf(path, sizeof path, "%s/%s", dir, BEGUN);
    if (access(path, F_OK) == 0)
        return sw_diag_at(diags, SW_E_CONFLICT, 0, 0, "data_dir",
                          "finish it by the same `seawall move`; or, to give it up, delete the "
                          "topics that it made, then this file",
                          "a move onto a Kafka cluster has begun: %s", path);
    return SW_OK;
}

/* Which cluster and names it goes to: another one would be a second copy. */
static sw_err mark_begun(sw_up *up, const char *dir, sw_diags *diags) {
    const char *names[1], *brokers[1], *prefix = sw_config_cstr(up->config, "topics.prefix");
    char text[NAME_BYTES], known[NAME_BYTES] = "";
    const char *path = path_of(up->arena, dir, BEGUN);
    if (!path) return SW_E_NOMEM;
    if (sw_config_open(up->config, "kafka.bootstrap.servers", 1, names, brokers) == 0)
        return sw_diag_at(diags, SW_E_MISSING, 0, 0, "kafka.bootstrap.servers",
                          "kafka: {bootstrap.servers: 'host:9092'}", "no brokers are named");
    snprintf(text, sizeof text, "topics.prefix %s\n", prefix ? prefix : "");
    FILE *file = fopen(path, "r");
    if (file) {
        size_t n = fread(known, 1, sizeof known - 1, file);
        known[n] = '\0';
        fclose(file);
        if (strcmp(known, text) == 0) return SW_OK;
        return sw_diag_at(diags, SW_E_CONFLICT, 0, 0, "topics.prefix",
                          "finish that one, or delete its topics and the file",
                          "%s says that a move to other names has begun: %s", path, known);
    }
    file = fopen(path, "w");
    bool good = file && fputs(text, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file) good = fclose(file) == 0 && good;
    return good ? SW_OK
                : sw_diag_at(diags, SW_E_IO, 0, 0, "data_dir", NULL, "%s: %s", path,
                             strerror(errno));
}

static sw_err open_source(sw_up *up, const char *dir, sw_diags *diags) {
    const char *log = path_of(up->arena, dir, "log");
    struct stat st;
    const sw_bus_options options = sw_up_bus_options(up);
    if (!log) return SW_E_NOMEM;
    if (stat(log, &st) != 0)
        return sw_diag_at(diags, SW_E_NOT_FOUND, 0, 0, "--from",
                          "name the data_dir of the `seawall up` that is to be moved",
                          "%s holds no log", dir);
    sw_err err = sw_data_dir_open(dir, diags, &up->dir);
    if (!err) err = sw_up_check_partitions(up, dir, diags);
    return err ? err : sw_bus_embedded_open(log, &options, diags, &up->bus);
}

/* Where a service's state is restored, to be compared; gone afterwards. */
static sw_err move_service(sw_up *up, const char *dir, const char *service, sw_diags *diags,
                           sw_kafka_move_report *ret) {
    const sw_bus_options options = sw_up_bus_options(up);
    sw_bus_kafka_options kafka;
    const char *check = sw_arena_printf(up->arena, "%s/%s-check-%s", dir, BEGUN, service).ptr;
    if (!check) return SW_E_NOMEM;
    up->as_service = service;
    sw_err err = sw_up_kafka_options(up, service, check, &kafka);
    sw_bench_remove(check);
    if (!err) err = sw_bus_kafka_move_state(&options, &kafka, up->bus, diags, ret);
    sw_bench_remove(check);
    return err;
}

sw_err sw_up_move(sw_up *up, const char *dir, bool services, sw_diags *diags,
                  sw_kafka_move_report *ret) {
    static const char *const split[] = {"ingest", "deadline", "risk", "notify", "report", NULL};
    static const char *const whole[] = {"all", NULL};
    const char *done = path_of(up->arena, dir, DONE), *begun = path_of(up->arena, dir, BEGUN);
    sw_bus_kafka_options kafka;
    *ret = (sw_kafka_move_report){0};
    if (!done || !begun) return SW_E_NOMEM;
    sw_up_choose_partitions(up, dir, false);
    sw_err err = sw_up_pipeline_build(up, diags);
    diags->file = SW_SLICE_NONE;
    if (!err) err = open_source(up, dir, diags);
    if (!err && access(done, F_OK) == 0) err = sw_up_check_moved(dir, diags);
    if (!err) err = mark_begun(up, dir, diags);
    up->as_service = "all";
    if (!err) err = sw_up_kafka_options(up, services ? split[0] : whole[0], NULL, &kafka);
    const sw_bus_options options = sw_up_bus_options(up);
    if (!err) err = sw_bus_kafka_move_log(&options, &kafka, up->bus, diags, ret);
    for (const char *const *s = services ? split : whole; !err && *s; s++)
        err = move_service(up, dir, *s, diags, ret);
    if (!err && rename(begun, done) != 0)
        err = sw_diag_at(diags, SW_E_IO, 0, 0, "data_dir", NULL, "%s: %s", done, strerror(errno));
    sw_bus_close(up->bus);
    up->bus = NULL;
    if (up->dir.lock_fd >= 0) sw_data_dir_close(&up->dir);
    return err;
}
