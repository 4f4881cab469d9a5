/* bus_kafka.h - the bus over a Kafka cluster: one transaction for records, state and positions.
 * Layer 6.  Thread: as bus.h says. */
#ifndef SW_BUS_BUS_KAFKA_H
#define SW_BUS_BUS_KAFKA_H

#include "bus/bus.h"
#include "env/env.h"
#include "stream/topology.h"

/* Any option of librdkafka, by its name: "bootstrap.servers", "security.protocol", "sasl.username",
 * "ssl.ca.location" … Those that exactly once rests on are refused. */
typedef struct sw_kafka_setting {
    const char *name, *value;
} sw_kafka_setting;

/* Everything pointed to outlives the bus. */
typedef struct sw_bus_kafka_options {
    const sw_kafka_setting *settings;
    uint32_t setting_count;
    const char *prefix;   /* of every name on the cluster; NULL: none. Two deployments share one */
    const char *service;  /* "deadline": names changelogs and transactional ids */
    const char *instance; /* names this process among those of the service: its door's id */
    const char *digest; /* of what this process computes with, as text without '/'. While a process
                           of the service with another digest is there, nothing is claimed: the two
                           would decide the same differently. NULL: nobody is compared with */
    const char *dir;    /* the database of state; NULL: in memory, restored at each start */
    const sw_topology *topology; /* its tasks commit here. The consumer group of a processor is
                                    "<prefix>seawall.<its name>". NULL: tests */
    uint32_t partitions;         /* without topology: of the changelogs */
    /* Whether the tasks of a processor of the topology are run by this service. What others run is
     * followed: its stores can be read, a moment behind. NULL: all are. */
    bool (*runs)(void *arg, const sw_processor *processor);
    void *runs_arg;
    uint32_t groups;     /* tasks of partitions p with the same p % groups share a producer and move
                            together; 0: 1. All instances of a service have the same number */
    int16_t replication; /* of topics that are made; 0: the cluster's default */
    /* That are missing, on the first start; else it is an error. A service that has committed does
     * not make them again: state would have gone with them. */
    bool make_topics;
    int64_t poll_wait_ms;   /* sw_bus_poll waits so long for what is not at hand */
    int64_t transaction_ms; /* a commit that takes longer is lost; 0: 30 s */
    int64_t behind_ms;      /* so far the clock may be behind the last commit and the brokers'
                               clocks; more, and nothing is claimed until it is right; 0: 10 min */
    int64_t ahead_ms;       /* the same ahead of the brokers' clocks; 0: 10 min */
    sw_env env;
} sw_bus_kafka_options;

/* Refused, each with a finding that says what to do: SW_E_INVALID (a setting, a topic's layout),
 * SW_E_NOT_FOUND (a topic), SW_E_AGAIN (no broker answers), SW_E_CONFLICT (state of another
 * cluster), and what the database says. */
SW_NODISCARD sw_err sw_bus_kafka_open(const sw_bus_options *options,
                                      const sw_bus_kafka_options *kafka, sw_diags *diags,
                                      sw_bus **ret);

/* Whether a process with another digest keeps this one from claiming; false on another bus. Thread:
 * any. */
bool sw_bus_kafka_held(sw_bus *bus);

/* ---- standing by, and owning ---- */

/* Keeps a copy of a lane's state while another instance owns it: it follows the changelogs until
 * the lane is claimed, which is then a matter of the last few records. No-op where it does already,
 * or owns the lane. Thread: any. */
SW_NODISCARD sw_err sw_bus_kafka_stand_by(sw_bus *bus, uint32_t lane);
/* Gives a lane up: its producer is closed, its tasks can't commit. */
void sw_bus_kafka_leave(sw_bus *bus, uint32_t lane);

/* ---- moving ---- */

typedef struct sw_kafka_move_report {
    uint64_t records, rows, tasks; /* that were found equal */
} sw_kafka_move_report;

/* Copies the topics of a bus that nobody uses onto the cluster: every record with its offset, its
 * time, its key and value, and then compares all of it. Goes on where an earlier call ended.
 * SW_E_CONFLICT: something else is there. */
SW_NODISCARD sw_err sw_bus_kafka_move_log(const sw_bus_options *options,
                                          const sw_bus_kafka_options *kafka, sw_bus *from,
                                          sw_diags *diags, sw_kafka_move_report *ret);
/* After it, for each service: its state into its changelogs. Then opens the service's bus with
 * `kafka->dir`, an empty folder of its own, restores, and compares every row and read position.
 * SW_E_CONFLICT: the service has run there already. */
SW_NODISCARD sw_err sw_bus_kafka_move_state(const sw_bus_options *options,
                                            const sw_bus_kafka_options *kafka, sw_bus *from,
                                            sw_diags *diags, sw_kafka_move_report *ret);

/* ---- topics ---- */

typedef struct sw_kafka_topics_report {
    uint32_t made, checked, wrong;
} sw_kafka_topics_report;

/* Compares the topics of the options, changelogs among them, with the cluster's: partitions,
 * compaction, replication, in-sync replicas. With `make`, makes those that are missing; what is
 * there is never changed. A finding for each that is wrong. SW_E_INVALID if there is one. */
SW_NODISCARD sw_err sw_bus_kafka_topics(const sw_bus_options *options,
                                        const sw_bus_kafka_options *kafka, bool make,
                                        sw_diags *diags, sw_kafka_topics_report *ret);

#endif
