#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bus/kafka.h"

enum { NUDGE_MS = 1 };

/* Set first; a setting of the user's comes over it. Fetch buffers are capped: librdkafka's own
 * defaults may hold 64 MiB a partition. */
static const struct {
    unsigned roles;
    const char *name, *value;
} defaults[] = {
#define ROLE(role) (1u << (role))
    {~0u, "client.id", "seawall"},
    {~0u, "socket.keepalive.enable", "true"},
    {~0u, "reconnect.backoff.ms", "50"},
    {~0u, "reconnect.backoff.max.ms", "1000"},
    {~0u, "topic.metadata.refresh.interval.ms", "60000"},
    {~0u, "log.connection.close", "false"},
    /* Only for what is put before a transaction's end, which sends at once. While a request of a
     * partition is under way, and what has waited longer is there, the broker's thread spins. */
    {ROLE(KAFKA_PRODUCER), "linger.ms", "100"},
    /* While the markers of the last transaction are written, the brokers say "again". */
    {ROLE(KAFKA_PRODUCER), "retry.backoff.ms", "10"},
    {ROLE(KAFKA_PRODUCER), "compression.codec", "lz4"},
    {ROLE(KAFKA_PRODUCER), "message.max.bytes", "4194304"},
    {ROLE(KAFKA_PRODUCER), "queue.buffering.max.messages", "500000"},
    /* What waits for brokers that are slower fills the memory and gains nothing. */
    {ROLE(KAFKA_PRODUCER), "queue.buffering.max.kbytes", "16384"},
    {ROLE(KAFKA_PRODUCER), "transaction.timeout.ms", "60000"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "group.id", "seawall"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "check.crcs", "true"},
    {ROLE(KAFKA_READER), "fetch.wait.max.ms", "20"},
    {ROLE(KAFKA_READER), "fetch.error.backoff.ms", "50"},
    /* An answer has so much of each partition, and unpacked it is several times as large. */
    {ROLE(KAFKA_READER), "fetch.message.max.bytes", "262144"},
    {ROLE(KAFKA_READER), "queued.min.messages", "8192"},
    {ROLE(KAFKA_READER), "queued.max.messages.kbytes", "2048"},
    {ROLE(KAFKA_RESTORER), "fetch.wait.max.ms", "20"},
    {ROLE(KAFKA_RESTORER), "fetch.error.backoff.ms", "50"},
    {ROLE(KAFKA_RESTORER), "queued.min.messages", "100000"},
    {ROLE(KAFKA_RESTORER), "queued.max.messages.kbytes", "16384"},
    {ROLE(KAFKA_RESTORER), "fetch.message.max.bytes", "4194304"},
    /* So long one that was killed keeps those out that differ from it. */
    {ROLE(KAFKA_PEER), "session.timeout.ms", "10000"},
    {ROLE(KAFKA_PEER), "heartbeat.interval.ms", "2000"},
};

/* What exactly once rests on. */
static const struct {
    unsigned roles;
    const char *name, *value;
} fixed[] = {
    {ROLE(KAFKA_PRODUCER), "enable.idempotence", "true"},
    {ROLE(KAFKA_PRODUCER), "acks", "all"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "isolation.level", "read_committed"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "enable.auto.commit", "false"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "enable.auto.offset.store", "false"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "enable.partition.eof", "true"},
    {ROLE(KAFKA_READER) | ROLE(KAFKA_RESTORER), "auto.offset.reset", "error"},
    {ROLE(KAFKA_PEER), "enable.auto.commit", "false"},
    {0, "transactional.id", ""},
#undef ROLE
};

/* Options of one kind of client alone: the other would only complain. */
static bool is_for(rd_kafka_type_t type, const char *name) {
    static const char *const of_producers[] = {
        "linger.ms",    "queue.buffering.", "compression.",    "message.send.", "retries",
        "batch.",       "request.required", "message.timeout", "delivery.",     "sticky.",
        "transaction.", "request.timeout.", "partitioner"};
    static const char *const of_consumers[] = {"fetch.", "queued.",    "session.",  "heartbeat.",
                                               "group.", "check.crcs", "max.poll.", "consume."};
    const char *const *others = type == RD_KAFKA_PRODUCER ? of_consumers : of_producers;
    size_t count = type == RD_KAFKA_PRODUCER ? SW_COUNT(of_consumers) : SW_COUNT(of_producers);
    for (size_t i = 0; i < count; i++)
        if (strncmp(name, others[i], strlen(others[i])) == 0) return false;
    return true;
}

static sw_err set(rd_kafka_conf_t *conf, const char *name, const char *value, sw_diags *diags) {
    char text[KAFKA_TEXT_MAX], field[KAFKA_NAME_MAX];
    rd_kafka_conf_res_t res = rd_kafka_conf_set(conf, name, value, text, sizeof text);
    if (res == RD_KAFKA_CONF_OK) return SW_OK;
    snprintf(field, sizeof field, "kafka.%s", name);
    return sw_diag_at(diags, SW_E_INVALID, 0, 0, field,
                      res == RD_KAFKA_CONF_UNKNOWN ? "see librdkafka's CONFIGURATION.md for names"
                                                   : NULL,
                      "%s", text);
}

static sw_err set_users(rd_kafka_conf_t *conf, const kafka_home *home, rd_kafka_type_t type,
                        sw_diags *diags) {
    for (uint32_t i = 0; i < home->kafka->setting_count; i++) {
        const sw_kafka_setting *s = &home->kafka->settings[i];
        for (size_t k = 0; k < SW_COUNT(fixed); k++) {
            if (strcmp(s->name, fixed[k].name) != 0) continue;
            return sw_diag_at(diags, SW_E_INVALID, 0, 0, s->name, "leave it out",
                              "exactly once rests on it: it is not to be set");
        }
        sw_err err = is_for(type, s->name) ? set(conf, s->name, s->value, diags) : SW_OK;
        if (err) return err;
    }
    return SW_OK;
}

void kafka_trace(const kafka_home *home, sw_trace_level level, const char *name, sw_err err,
                 const char *what, const char *text) {
    sw_trace(home->kafka->env.trace,
             &(sw_trace_event){.level = level,
                               .name = name,
                               .err = err,
                               .fields = {{.name = "of", .text = sw_slice_cstr(what)},
                                          {.name = "text", .text = sw_slice_cstr(text)}}});
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text) {
    const kafka_home *home = *(kafka_home *const *)rd_kafka_opaque(rk);
    (void)facility;
    kafka_trace(home, level <= 3 ? SW_TRACE_WARN : SW_TRACE_DEBUG, "kafka.log", SW_OK,
                rd_kafka_name(rk), text);
}

/* Down is when all brokers are; the statistics of a client tell when one is up again. */
static void on_error(rd_kafka_t *rk, int code, const char *text, void *opaque) {
    kafka_home *home = *(kafka_home **)opaque;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        int64_t up = 0, now_us = sw_clock_mono_us(home->kafka->env.clock);
        __atomic_compare_exchange_n(&home->down_us, &up, now_us ? now_us : 1, false,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
    kafka_trace(home, SW_TRACE_WARN, "kafka.error", SW_OK, rd_kafka_name(rk), text);
}

static rd_kafka_type_t type_of(kafka_role role) {
    return role == KAFKA_PRODUCER || role == KAFKA_ADMIN ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
}

sw_err kafka_client_conf(kafka_home *home, kafka_role role, void *opaque, sw_diags *diags,
                         rd_kafka_conf_t **ret) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    sw_err err = SW_OK;
    for (size_t i = 0; !err && i < SW_COUNT(defaults); i++)
        if (defaults[i].roles & (1u << role))
            err = set(conf, defaults[i].name, defaults[i].value, diags);
    if (!err) err = set_users(conf, home, type_of(role), diags);
    for (size_t i = 0; !err && i < SW_COUNT(fixed); i++)
        if (fixed[i].roles & (1u << role)) err = set(conf, fixed[i].name, fixed[i].value, diags);
    if (err) {
        rd_kafka_conf_destroy(conf);
        return err;
    }
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_opaque(conf, opaque ? opaque : &home->self);
    *ret = conf;
    return SW_OK;
}

sw_err kafka_client_new(kafka_home *home, kafka_role role, const char *id,
                        void (*delivered)(rd_kafka_t *rk, const rd_kafka_message_t *message,
                                          void *opaque),
                        void *opaque, sw_diags *diags, rd_kafka_t **ret) {
    char text[KAFKA_TEXT_MAX];
    rd_kafka_conf_t *conf;
    sw_err err = kafka_client_conf(home, role, opaque, diags, &conf);
    if (err) return err;
    err = id ? set(conf, "transactional.id", id, diags) : SW_OK;
    if (err) {
        rd_kafka_conf_destroy(conf);
        return err;
    }
    if (delivered) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_t *rk = rd_kafka_new(type_of(role), conf, text, sizeof text);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        return sw_diag_at(diags, SW_E_INVALID, 0, 0, "kafka", NULL, "%s", text);
    }
    *ret = rk;
    return SW_OK;
}

/* A request of any kind does it, its answer is of no interest. */
void kafka_client_nudge(rd_kafka_t *rk, const char *topic, uint32_t partition) {
    int64_t first, end;
    (void)rd_kafka_query_watermark_offsets(rk, topic, (int32_t)partition, &first, &end, NUDGE_MS);
}

sw_err kafka_name(const kafka_home *home, char ret[KAFKA_NAME_MAX], const char *fmt, ...) {
    char text[KAFKA_NAME_MAX];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof text) return SW_E_LIMIT;
    const char *prefix = home->kafka->prefix ? home->kafka->prefix : "";
    len = snprintf(ret, KAFKA_NAME_MAX, "%s%s", prefix, text);
    return len < 0 || (size_t)len >= KAFKA_NAME_MAX ? SW_E_LIMIT : SW_OK;
}
