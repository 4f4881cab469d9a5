#include <stdio.h>
#include <stdlib.h>

#include "bus/kafka.h"

/* Compares what is on the cluster with what a bus needs: more than it asserts by itself at each
 * start. */
typedef struct audit {
    kafka_home home;
    const kafka_topic *topics;
    uint32_t count;
    sw_diags *diags;
    bool keeping; /* only whether what has to be kept is */
    sw_kafka_topics_report report;
} audit;

static void wrong(audit *a, const char *topic, const char *hint, const char *what) {
    a->report.wrong++;
    (void)sw_diag_at(a->diags, SW_E_INVALID, 0, 0, topic, hint, "%s", what);
}

static const rd_kafka_ConfigEntry_t *entry(const rd_kafka_ConfigResource_t *resource,
                                           const char *name) {
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0) return entries[i];
    return NULL;
}

static const char *value_of(const rd_kafka_ConfigResource_t *resource, const char *name) {
    const rd_kafka_ConfigEntry_t *found = entry(resource, name);
    const char *value = found ? rd_kafka_ConfigEntry_value(found) : NULL;
    return value ? value : "";
}

static const kafka_topic *topic_of(const audit *a, const char *name) {
    for (uint32_t i = 0; i < a->count; i++)
        if (strcmp(a->topics[i].name, name) == 0) return &a->topics[i];
    return NULL;
}

/* State that is deleted by age, or an event that is compacted away, is lost for good. */
static void check_keeping(audit *a, const kafka_topic *topic,
                          const rd_kafka_ConfigResource_t *resource) {
    char text[KAFKA_TEXT_MAX];
    const char *policy = value_of(resource, "cleanup.policy");
    const char *want = topic->spec.compacted ? "compact" : "delete";
    if (strcmp(policy, want) != 0) {
        snprintf(text, sizeof text, "cleanup.policy is '%s', and '%s' is needed", policy, want);
        wrong(a, topic->name, "kafka-configs --alter --add-config cleanup.policy=…", text);
    }
    int64_t kept = atoll(value_of(resource, "retention.ms"));
    bool ever = !topic->spec.compacted && topic->spec.retention_ms == 0;
    if (ever && kept >= 0) {
        snprintf(text, sizeof text, "retention.ms is %lld, and its records are to be kept for ever",
                 (long long)kept);
        wrong(a, topic->name, "kafka-configs --alter --add-config retention.ms=-1", text);
    }
}

/* What is refused or lost in a fault alone, and by what a wrong clock is found out. */
static void check_others(audit *a, const kafka_topic *topic,
                         const rd_kafka_ConfigResource_t *resource) {
    char text[KAFKA_TEXT_MAX];
    if (atoll(value_of(resource, "max.message.bytes")) < SW_VALUE_BYTES_MAX + 65536) {
        snprintf(text, sizeof text, "max.message.bytes is %s: a large record would be refused",
                 value_of(resource, "max.message.bytes"));
        wrong(a, topic->name, "kafka-configs --alter --add-config max.message.bytes=2097152", text);
    }
    if (a->home.kafka->replication >= 3 && atoi(value_of(resource, "min.insync.replicas")) < 2)
        wrong(
            a, topic->name, "kafka-configs --alter --add-config min.insync.replicas=2",
            "min.insync.replicas is 1: what one broker alone has acknowledged can be lost with it");
    if (topic->stamped &&
        strcmp(value_of(resource, "message.timestamp.type"), "LogAppendTime") != 0)
        wrong(a, topic->name,
              "kafka-configs --alter --add-config message.timestamp.type=LogAppendTime",
              "message.timestamp.type is not LogAppendTime: a clock that is ahead is not noticed");
}

static void check_settings(audit *a, const rd_kafka_ConfigResource_t *resource) {
    const kafka_topic *topic = topic_of(a, rd_kafka_ConfigResource_name(resource));
    if (!topic) return;
    check_keeping(a, topic, resource);
    if (!a->keeping) check_others(a, topic, resource);
}

static sw_err describe(audit *a, rd_kafka_t *rk) {
    rd_kafka_ConfigResource_t *list[SW_TOPICS_MAX + SW_STORES_MAX + 1];
    size_t count = 0;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->topics[i].spec.partitions > 0)
            list[count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, a->topics[i].name);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DescribeConfigs(rk, list, count, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, KAFKA_ADMIN_MS);
    const rd_kafka_DescribeConfigs_result_t *result =
        event ? rd_kafka_event_DescribeConfigs_result(event) : NULL;
    sw_err err = SW_OK;
    if (!result || rd_kafka_event_error(event))
        err = sw_diag_at(a->diags, SW_E_AGAIN, 0, 0, "kafka", "see that the brokers run",
                         "the topics' settings can't be read: %s",
                         event ? rd_kafka_event_error_string(event) : "no answer");
    size_t found = 0;
    const rd_kafka_ConfigResource_t **resources =
        err ? NULL : rd_kafka_DescribeConfigs_result_resources(result, &found);
    for (size_t i = 0; i < found; i++)
        if (!rd_kafka_ConfigResource_error(resources[i])) check_settings(a, resources[i]);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy_array(list, count);
    return err;
}

/* Partitions, and how many copies of each. */
static void check_shape(audit *a, const rd_kafka_metadata_topic_t *there,
                        const kafka_topic *topic) {
    char text[KAFKA_TEXT_MAX];
    a->report.checked++;
    if ((uint32_t)there->partition_cnt != topic->spec.partitions) {
        snprintf(text, sizeof text, "has %d partitions, %u are configured", there->partition_cnt,
                 topic->spec.partitions);
        wrong(
            a, topic->name,
            "set `partitions` to what is there, or use another topics.prefix; partitions can't be "
            "changed once there are records",
            text);
    }
    for (int p = 0; p < there->partition_cnt; p++) {
        if (there->partitions[p].replica_cnt >= a->home.kafka->replication) continue;
        snprintf(text, sizeof text, "partition %d has %d copies, %d are configured", p,
                 there->partitions[p].replica_cnt, a->home.kafka->replication);
        wrong(a, topic->name, "kafka-reassign-partitions, or set topics.replication", text);
        return;
    }
}

static sw_err look(audit *a, rd_kafka_t *rk, uint32_t *ret_missing, bool tell) {
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &metadata, KAFKA_ADMIN_MS);
    if (code)
        return sw_diag_at(a->diags, SW_E_AGAIN, 0, 0, "kafka.bootstrap.servers",
                          "see that the brokers run and that the address is right",
                          "no broker answers: %s", rd_kafka_err2str(code));
    *ret_missing = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        const rd_kafka_metadata_topic_t *there = NULL;
        for (int t = 0; t < metadata->topic_cnt; t++)
            if (strcmp(metadata->topics[t].topic, a->topics[i].name) == 0)
                there = &metadata->topics[t];
        if (a->topics[i].spec.partitions == 0) continue;
        if (!there) ++*ret_missing;
        if (tell && !there) wrong(a, a->topics[i].name, "seawall topics apply", "is not there");
        if (tell && there) check_shape(a, there, &a->topics[i]);
    }
    rd_kafka_metadata_destroy(metadata);
    return SW_OK;
}

static sw_err run(audit *a, bool make) {
    rd_kafka_t *rk;
    uint32_t missing = 0;
    sw_err err = kafka_client_new(&a->home, KAFKA_ADMIN, NULL, NULL, NULL, a->diags, &rk);
    if (err) return err;
    err = look(a, rk, &missing, false);
    if (!err && make && missing) {
        err = kafka_topics_ready(&a->home, rk, a->topics, a->count, NULL);
        if (err == SW_E_INVALID) err = SW_OK; /* each is told below */
        a->report.made = err ? 0 : missing;
        if (err)
            (void)sw_diag_at(a->diags, err, 0, 0, "kafka",
                             "see the state of the cluster, try again",
                             "the topics can't be made: %s", sw_err_name(err));
    }
    if (!err) err = look(a, rk, &missing, true);
    if (!err) err = describe(a, rk);
    rd_kafka_destroy(rk);
    return !err && a->report.wrong ? SW_E_INVALID : err;
}

sw_err kafka_audit_keeping(kafka_home *home, rd_kafka_t *rk, const kafka_topic *topics,
                           uint32_t count, sw_diags *diags) {
    audit a = {.home = *home, .topics = topics, .count = count, .diags = diags, .keeping = true};
    sw_err err = describe(&a, rk);
    return !err && a.report.wrong ? SW_E_INVALID : err;
}

sw_err sw_bus_kafka_topics(const sw_bus_options *options, const sw_bus_kafka_options *kafka,
                           bool make, sw_diags *diags, sw_kafka_topics_report *ret) {
    SW_ASSERT(options && kafka && kafka->env.clock && diags && ret);
    sw_bus_kafka_options own = *kafka;
    kafka_topic *topics;
    own.make_topics = make;
    if (own.topology) own.partitions = sw_bus_kafka_partitions(own.topology);
    audit a = {.diags = diags};
    a.home = (kafka_home){.self = NULL, .bus = options, .kafka = &own};
    a.home.self = &a.home;
    a.home.make_again = true;
    a.home.store_due = own.topology ? own.topology->store_due : KAFKA_NO_STORE;
    a.home.store_timers = own.topology ? own.topology->store_timers : KAFKA_NO_STORE;
    sw_err err = kafka_topics_list(&a.home, &topics, &a.count);
    if (err) return err;
    a.topics = topics;
    err = run(&a, make);
    *ret = a.report;
    sw_heap_free(topics);
    return err;
}
