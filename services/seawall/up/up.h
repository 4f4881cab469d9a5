/* up.h - the whole pipeline in one process, on the embedded bus.  Layer 9.  Thread: main, where a
 * call does not say otherwise. */
#ifndef SW_SEAWALL_UP_H
#define SW_SEAWALL_UP_H

#include "bus/bus_kafka.h"
#include "host/config.h"
#include "host/data_dir.h"
#include "host/http.h"
#include "host/logger.h"
#include "ingest/http_letters.h"
#include "ingest/inbox.h"
#include "notify/notify.h"
#include "risk/http_scores.h"
#include "seawall/cli/cli.h"
#include "seawall/input/load.h"
#include "topics/topics.h"

enum { SW_UP_PROCESSORS_MAX = 32, SW_UP_FILES_MAX = 8 };

typedef struct sw_up {
    sw_arena *arena; /* the process's */
    const sw_config *config;
    const char *as_service;             /* in place of the setting `service`; NULL: as that says */
    sw_load load;                       /* catalogue, calendars, rules */
    const char *files[SW_UP_FILES_MAX]; /* that decide beside those of `load` */
    uint32_t file_count;
    sw_clock clock;
    sw_metrics metrics;
    sw_env env;
    sw_data_dir dir;
    sw_logger *log;
    sw_loop *loop;
    sw_auth *auth;
    sw_http *http;

    sw_topic_spec topics[SW_PIPELINE_TOPICS_MAX];
    uint32_t topic_count;
    const sw_processor *processors[SW_UP_PROCESSORS_MAX];
    const void *shared[SW_UP_PROCESSORS_MAX];
    uint32_t processor_count;
    sw_topology topology;
    sw_bus *bus;
    sw_runtime *runtime;
    sw_seal_key seal_key;
    sw_read keys;
    sw_keyring *keyring, *inbox_keyring;
    sw_ingest *ingest;
    sw_inbox *inbox;               /* NULL: nobody can write to its topic */
    struct sw_up_reports *reports; /* reports.h */
    const struct sw_evaluator *deadline, *risk;
    const struct sw_weights *weights; /* of scores; NULL: none are kept */
    sw_scores scores;
    sw_http_route score_routes[SW_SCORES_ROUTES];
    sw_notify *notify;
    sw_http_route notify_routes[SW_NOTIFY_ROUTES_MAX];
    sw_http_route names_route, events_route, letter_routes[SW_LETTERS_ROUTES];
    sw_letters_api letters;
    sw_loop_timer *tick;

    uint32_t partitions; /* of each topic */
    bool ready, stopping;
    sw_err failed; /* what the process ends with */
    int64_t started_ms;
} sw_up;

/* The settings (docs/configuration.md). */
extern const sw_config_table sw_up_settings;
/* Loads FILE (NULL: none) and --set. False: told on stderr. */
bool sw_up_config(sw_arena *arena, const char *path, const char *const *sets, uint32_t set_count,
                  const sw_config **ret);
/* The keys that `auth.keys` lists; all faults into `diags`. */
SW_NODISCARD sw_err sw_up_auth_open(sw_arena *arena, const sw_config *config, sw_clock *clock,
                                    sw_diags *diags, sw_auth **ret);
/* Catalogue, calendars and packs as the settings name them; false: findings are in load->diags. */
bool sw_up_rules(sw_load *load, sw_arena *arena, const sw_config *config);

/* Notes a file, whose path outlives `up`, as one that decides: for sw_up_digest. */
void sw_up_note_file(sw_up *up, const char *path);
/* Over all that this process decides by: every file that was loaded, wherever it lies, and the
 * formats of its state. As text, in the arena. Processes with the same digest decide the same. */
SW_NODISCARD sw_err sw_up_digest(sw_up *up, const char **ret);

/* Opens everything and begins to serve. What is wrong goes into `diags`. On failure
 * sw_up_close gives back what was opened. */
SW_NODISCARD sw_err sw_up_open(sw_up *up, sw_arena *arena, const sw_config *config,
                               sw_diags *diags);
/* Runs until a signal or a fatal error, which is returned. */
SW_NODISCARD sw_err sw_up_run(sw_up *up);
void sw_up_close(sw_up *up);

/* Whether this process runs a service: "ingest", "deadline", "risk", "report". */
bool sw_up_runs(const sw_up *up, const char *service);
/* Compares the topics of a service with the cluster's, and makes what is missing: without opening
 * anything. As sw_bus_kafka_topics. */
SW_NODISCARD sw_err sw_up_topics(sw_up *up, const char *service, bool make, sw_diags *diags,
                                 sw_kafka_topics_report *ret);
/* Moves the log and the state of a stopped `seawall up` in `dir` onto the cluster of the settings,
 * for services (or for one process of all): move.c. */
SW_NODISCARD sw_err sw_up_move(sw_up *up, const char *dir, bool services, sw_diags *diags,
                               sw_kafka_move_report *ret);
/* SW_E_CONFLICT: the data directory was moved onto a cluster, or a move has begun. */
SW_NODISCARD sw_err sw_up_check_moved(const char *dir, sw_diags *diags);
/* For move.c: topics and processors; what the settings say of the cluster. */
SW_NODISCARD sw_err sw_up_pipeline_build(sw_up *up, sw_diags *diags);
SW_NODISCARD sw_err sw_up_kafka_options(sw_up *up, const char *service, const char *dir,
                                        sw_bus_kafka_options *ret);
sw_bus_options sw_up_bus_options(sw_up *up);
/* How many partitions the topics have: as the settings say, else as the data directory `dir` (NULL:
 * none) was made with. Before anything is built of them. */
void sw_up_choose_partitions(sw_up *up, const char *dir, bool kafka);
/* Whether the data directory was made with so many; it is now if it is new. SW_E_CONFLICT. */
SW_NODISCARD sw_err sw_up_check_partitions(sw_up *up, const char *dir, sw_diags *diags);
/* Processors, topics, bus, runtime: pipeline.c. */
SW_NODISCARD sw_err sw_up_pipeline_open(sw_up *up, sw_diags *diags);
SW_NODISCARD sw_err sw_up_pipeline_start(sw_up *up);
/* Ends the threads, then answers who still waits. Returns the first fatal error. */
SW_NODISCARD sw_err sw_up_pipeline_stop(sw_up *up);
void sw_up_pipeline_close(sw_up *up);

/* /healthz, /readyz, /metrics, /openapi.yaml, /, the session: routes of the process itself. */
SW_NODISCARD sw_err sw_up_status_routes(sw_up *up);
SW_NODISCARD sw_err sw_up_names_route(sw_up *up);
SW_NODISCARD sw_err sw_up_session_routes(sw_up *up);

#endif
