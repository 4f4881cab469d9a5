#include <stdio.h>
#include <time.h>

#include "bus/kafka.h"

enum { MAKING_ROUNDS = 50 };

#define RECORD_BYTES_MAX "2097152"
/* So long a copy of state that was off can learn of a deletion. */
#define TOMBSTONES_MS "604800000"

uint32_t sw_bus_kafka_partitions(const sw_topology *topology) {
    uint32_t most = 1;
    for (uint32_t i = 0; i < topology->node_count; i++)
        if (topology->nodes[i].partitions > most) most = topology->nodes[i].partitions;
    return most;
}

static sw_err add(const kafka_home *home, kafka_topic *topic, const sw_topic_spec *spec,
                  const char *name) {
    topic->spec = *spec;
    topic->changelog = spec->name == NULL;
    sw_err err = topic->changelog ? kafka_name(home, topic->name, "seawall.%s.changelog", name)
                                  : kafka_name(home, topic->name, "%s", spec->name);
    topic->spec.name = topic->name;
    return err;
}

sw_err kafka_topics_list(const kafka_home *home, kafka_topic **ret, uint32_t *ret_count) {
    const sw_bus_options *o = home->bus;
    const sw_bus_kafka_options *k = home->kafka;
    uint32_t count = o->topic_count + o->store_count + 1;
    kafka_topic *topics = sw_heap_zero(count, sizeof *topics);
    if (!topics) return SW_E_NOMEM;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < o->topic_count; i++)
        err = add(home, &topics[i], &o->topics[i], o->topics[i].name);
    char name[KAFKA_NAME_MAX];
    for (uint32_t i = 0; !err && i <= o->store_count; i++) {
        sw_topic_spec spec = {.partitions = k->partitions, .compacted = true};
        if (i == o->store_count) {
            spec.partitions++; /* the doors' */
            snprintf(name, sizeof name, "%s.commits", k->service);
        } else if (i == home->store_timers) {
            snprintf(name, sizeof name, "%s.timers", k->service);
        } else {
            snprintf(name, sizeof name, "%s", o->stores[i].name);
        }
        if (i == home->store_due) spec.partitions = 0;
        err = add(home, &topics[o->topic_count + i], &spec, name);
        topics[o->topic_count + i].stamped = i == o->store_count;
    }
    if (err) {
        sw_heap_free(topics);
        return err;
    }
    *ret = topics;
    *ret_count = count;
    return SW_OK;
}

/* ---- making them ---- */

static void set(rd_kafka_NewTopic_t *topic, const char *name, const char *value) {
    (void)rd_kafka_NewTopic_set_config(topic, name, value);
}

static void set_number(rd_kafka_NewTopic_t *topic, const char *name, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    set(topic, name, text);
}

static rd_kafka_NewTopic_t *new_topic(const kafka_home *home, const kafka_topic *topic) {
    char text[KAFKA_TEXT_MAX];
    int replication = home->kafka->replication > 0 ? home->kafka->replication : -1;
    rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic->name, (int)topic->spec.partitions,
                                                      replication, text, sizeof text);
    if (!made) return NULL;
    const sw_topic_spec *spec = &topic->spec;
    set(made, "cleanup.policy", spec->compacted ? "compact" : "delete");
    set(made, "max.message.bytes", RECORD_BYTES_MAX);
    set(made, "message.timestamp.type", topic->stamped ? "LogAppendTime" : "CreateTime");
    set_number(made, "message.timestamp.after.max.ms", INT64_MAX);
    if (!spec->compacted)
        set_number(made, "retention.ms", spec->retention_ms > 0 ? spec->retention_ms : -1);
    if (spec->retention_bytes) set_number(made, "retention.bytes", (int64_t)spec->retention_bytes);
    if (topic->changelog) {
        set(made, "delete.retention.ms", TOMBSTONES_MS);
        set(made, "segment.bytes", "134217728");
    }
    if (replication >= 3) set(made, "min.insync.replicas", "2");
    return made;
}

static sw_err judge_made(rd_kafka_event_t *event, sw_diags *diags) {
    size_t count;
    sw_err err = SW_OK;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    if (!result || rd_kafka_event_error(event))
        return sw_diag_at(diags, SW_E_AGAIN, 0, 0, "kafka", "see that the brokers run",
                          "topics can't be made: %s", rd_kafka_event_error_string(event));
    const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(result, &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(topics[i]);
        if (!code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
        err = sw_diag_at(diags, SW_E_INVALID, 0, 0, rd_kafka_topic_result_name(topics[i]), NULL,
                         "the topic can't be made: %s",
                         rd_kafka_topic_result_error_string(topics[i]));
    }
    return err;
}

static sw_err make(const kafka_home *home, rd_kafka_t *rk, const kafka_topic *const *topics,
                   uint32_t count, sw_diags *diags) {
    rd_kafka_NewTopic_t *news[SW_TOPICS_MAX + SW_STORES_MAX + 1];
    SW_ASSERT(count <= SW_COUNT(news));
    for (uint32_t i = 0; i < count; i++) {
        news[i] = new_topic(home, topics[i]);
        if (news[i]) continue;
        rd_kafka_NewTopic_destroy_array(news, i);
        return sw_diag_at(diags, SW_E_INVALID, 0, 0, topics[i]->name, NULL,
                          "not a name of a topic, or too many partitions");
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_CreateTopics(rk, news, count, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, KAFKA_ADMIN_MS);
    sw_err err = event ? judge_made(event, diags)
                       : sw_diag_at(diags, SW_E_AGAIN, 0, 0, "kafka", "see that the brokers run",
                                    "no broker has answered within a minute");
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy_array(news, count);
    return err;
}

/* ---- what is there ---- */

static const rd_kafka_metadata_topic_t *find(const rd_kafka_metadata_t *metadata,
                                             const char *name) {
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (strcmp(metadata->topics[i].topic, name) == 0) return &metadata->topics[i];
    return NULL;
}

static bool has_leaders(const rd_kafka_metadata_topic_t *topic) {
    for (int i = 0; i < topic->partition_cnt; i++)
        if (topic->partitions[i].leader < 0) return false;
    return topic->partition_cnt > 0;
}

static sw_err check(const kafka_home *home, const rd_kafka_metadata_t *metadata,
                    const kafka_topic *topics, uint32_t count, const kafka_topic **ret_missing,
                    uint32_t *ret_missing_count, bool *ret_settled, sw_diags *diags) {
    sw_err err = SW_OK;
    (void)home;
    *ret_missing_count = 0;
    *ret_settled = true;
    for (uint32_t i = 0; i < count; i++) {
        if (topics[i].spec.partitions == 0) continue;
        const rd_kafka_metadata_topic_t *there = find(metadata, topics[i].name);
        if (!there || there->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
            ret_missing[(*ret_missing_count)++] = &topics[i];
        } else if (!has_leaders(there)) {
            *ret_settled = false;
        } else if ((uint32_t)there->partition_cnt != topics[i].spec.partitions) {
            err = sw_diag_at(
                diags, SW_E_INVALID, 0, 0, topics[i].name,
                "set the number of partitions to what is there, or use another topics.prefix; "
                "partitions can't be changed once there are records",
                "has %d partitions, %u are configured", there->partition_cnt,
                topics[i].spec.partitions);
        }
    }
    return err;
}

static sw_err complain_missing(const kafka_topic *const *missing, uint32_t count, sw_diags *diags) {
    for (uint32_t i = 0; i < count; i++)
        (void)sw_diag_at(diags, SW_E_NOT_FOUND, 0, 0, missing[i]->name,
                         missing[i]->changelog
                             ? "if it was deleted, state went with it and has to be made anew "
                               "from the log of record; if it is new with this version, or this "
                               "is the first start, run 'seawall topics apply'"
                             : "run 'seawall topics apply'",
                         "the topic is not there");
    return SW_E_NOT_FOUND;
}

/* The last of the list is the changelog of commits. */
static bool has_run(const kafka_topic *topics, uint32_t count, const kafka_topic *const *missing,
                    uint32_t missing_count) {
    for (uint32_t i = 0; i < missing_count; i++)
        if (missing[i] == &topics[count - 1]) return false;
    return true;
}

sw_err kafka_topics_ready(kafka_home *home, rd_kafka_t *rk, const kafka_topic *topics,
                          uint32_t count, sw_diags *diags) {
    const kafka_topic *missing[SW_TOPICS_MAX + SW_STORES_MAX + 1];
    SW_ASSERT(count <= SW_COUNT(missing));
    int64_t deadline_us = sw_clock_mono_us(home->kafka->env.clock) + KAFKA_ADMIN_MS * INT64_C(1000);
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    int rounds = 0;
    for (bool made = false;;) {
        const rd_kafka_metadata_t *metadata;
        rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &metadata, KAFKA_ADMIN_MS / 3);
        bool late = sw_clock_mono_us(home->kafka->env.clock) > deadline_us;
        if (code && late)
            return sw_diag_at(diags, SW_E_AGAIN, 0, 0, "kafka.bootstrap.servers",
                              "see that the brokers run and that the address is right",
                              "no broker answers: %s", rd_kafka_err2str(code));
        if (code) continue;
        uint32_t missing_count;
        bool settled;
        sw_err err = check(home, metadata, topics, count, missing, &missing_count, &settled, diags);
        rd_kafka_metadata_destroy(metadata);
        if (err) return err;
        bool may_make =
            home->kafka->make_topics &&
            (made || home->make_again || !has_run(topics, count, missing, missing_count));
        if (missing_count && !may_make && rounds++ < MAKING_ROUNDS && home->kafka->make_topics) {
            nanosleep(&pause, NULL); /* another process may be making them now */
            continue;
        }
        if (missing_count && !may_make) return complain_missing(missing, missing_count, diags);
        if (!missing_count && settled) return SW_OK;
        if (late)
            return sw_diag_at(diags, SW_E_AGAIN, 0, 0, "kafka", "see the state of the cluster",
                              "topics have no leaders after a minute");
        if (missing_count && !made) err = make(home, rk, missing, missing_count, diags);
        if (err) return err;
        made = true;
    }
}
