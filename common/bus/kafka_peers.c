#include <stdio.h>
#include <time.h>

#include "bus/kafka_peers.h"
#include "env/thread.h"

/* The processes of a service are members of a consumer group that reads nothing: the brokers say
 * who is there, and a client's name says with which digest. Whoever enters sees all who were there
 * before, so that of two that differ at least one knows. */

enum { ANSWER_MS = 5000, ASK_MS = 200, POLL_MS = 500, TROUBLES_MAX = 25 };

typedef enum standing { ENTERING, ADMITTED, HELD } standing;

struct kafka_peers {
    kafka_home *clients; /* first: see kafka_client_new */
    kafka_bus *bus;
    char group[KAFKA_NAME_MAX],
        name[KAFKA_NAME_MAX]; /* `name` is "<service>-<instance>/<digest>" */
    rd_kafka_t *rk;
    char member[KAFKA_NAME_MAX]; /* under which we were admitted */
    char told[KAFKA_TEXT_MAX];   /* what keeps this process out, as it was told last */
    uint32_t troubles; /* one after the other; a coordinator that is just being made is none */
    pthread_mutex_t lock;
    pthread_cond_t settled; /* `standing` has left ENTERING */
    standing standing;
    bool running, stop; /* `stop`: atomic */
    pthread_t thread;
};

static standing standing_of(kafka_peers *p) {
    pthread_mutex_lock(&p->lock);
    standing now = p->standing;
    pthread_mutex_unlock(&p->lock);
    return now;
}

static void stand(kafka_peers *p, standing now) {
    pthread_mutex_lock(&p->lock);
    p->standing = now;
    pthread_cond_broadcast(&p->settled);
    pthread_mutex_unlock(&p->lock);
}

/* Nobody of the group reads anything: what is assigned is taken as nothing. */
static void on_assigned(rd_kafka_t *rk, rd_kafka_resp_err_t err,
                        rd_kafka_topic_partition_list_t *partitions, void *opaque) {
    (void)partitions;
    (void)opaque;
    rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(1);
    (void)rd_kafka_assign(rk, err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? none : NULL);
    rd_kafka_topic_partition_list_destroy(none);
}

/* ---- who is there ---- */

/* What comes before the digest of a name; 0: none of ours. */
static size_t head_of(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) + 1 : 0;
}

/* Another process than this one's own predecessor, with another digest. */
static bool differs(const kafka_peers *p, const char *name) {
    size_t own = head_of(p->name), head = head_of(name);
    if (head == 0 || strcmp(name + head, p->name + own) == 0) return false;
    return head != own || memcmp(name, p->name, own) != 0;
}

/* Once, however often it is looked. */
static void tell(kafka_peers *p, sw_trace_level level, sw_err err, const char *text) {
    if (strcmp(p->told, text) == 0) return;
    snprintf(p->told, sizeof p->told, "%s", text);
    kafka_trace(&p->bus->home, level, "kafka.packs", err, p->group, text);
}

static void tell_other(kafka_peers *p, const rd_kafka_MemberDescription_t *other) {
    char text[KAFKA_TEXT_MAX];
    const char *name = rd_kafka_MemberDescription_client_id(other);
    size_t head = head_of(name);
    snprintf(text, sizeof text,
             "%.*s at %s runs other rules than this process (digest %s, here %s): nothing is read "
             "or committed here until they are the same. Put the same packs, catalogue and "
             "calendars on both machines, and start the one anew that has the old ones",
             (int)head - 1, name, rd_kafka_MemberDescription_host(other), name + head,
             p->name + head_of(p->name));
    tell(p, SW_TRACE_ERROR, SW_E_CONFLICT, text);
}

/* Rights that are missing, a cluster without a coordinator: while this process is not in, it
 * waits. */
static void tell_trouble(kafka_peers *p, const char *why) {
    char text[KAFKA_TEXT_MAX];
    if (standing_of(p) == ADMITTED || ++p->troubles < TROUBLES_MAX) return;
    snprintf(text, sizeof text,
             "which rules the other instances run can't be seen (%s): nothing is read or committed "
             "until then. It takes the rights READ and DESCRIBE of this group",
             why);
    tell(p, SW_TRACE_WARN, SW_E_AGAIN, text);
}

static void judge(kafka_peers *p, const rd_kafka_ConsumerGroupDescription_t *group,
                  const char *member) {
    const rd_kafka_MemberDescription_t *other = NULL; /* the first by name */
    bool here = false;
    p->troubles = 0;
    for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); i++) {
        const rd_kafka_MemberDescription_t *m = rd_kafka_ConsumerGroupDescription_member(group, i);
        const char *name = rd_kafka_MemberDescription_client_id(m);
        here = here || strcmp(rd_kafka_MemberDescription_consumer_id(m), member) == 0;
        if (differs(p, name) &&
            (!other || strcmp(name, rd_kafka_MemberDescription_client_id(other)) < 0))
            other = m;
    }
    if (other) tell_other(p, other);
    if (!here) return; /* others could not see us yet */
    if (!other) {
        snprintf(p->member, sizeof p->member, "%s", member);
        p->told[0] = '\0';
        kafka_trace(&p->bus->home, SW_TRACE_INFO, "kafka.entered", SW_OK, p->group, p->name);
    }
    stand(p, other ? HELD : ADMITTED);
}

static void ask(kafka_peers *p, const char *member) {
    const char *groups[] = {p->group};
    rd_kafka_queue_t *queue = rd_kafka_queue_new(p->rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(p->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    char text[KAFKA_TEXT_MAX];
    (void)rd_kafka_AdminOptions_set_request_timeout(options, ANSWER_MS, text, sizeof text);
    rd_kafka_DescribeConsumerGroups(p->rk, groups, 1, options, queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS * 2);
    const rd_kafka_DescribeConsumerGroups_result_t *result =
        event ? rd_kafka_event_DescribeConsumerGroups_result(event) : NULL;
    size_t count = 0;
    const rd_kafka_ConsumerGroupDescription_t **list =
        result ? rd_kafka_DescribeConsumerGroups_result_groups(result, &count) : NULL;
    if (count == 1 && !rd_kafka_ConsumerGroupDescription_error(list[0])) judge(p, list[0], member);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
}

/* Asks until it is admitted; and again when the brokers have meanwhile taken this process for gone,
 * since another may have been admitted then. */
static void *watch(void *arg) {
    kafka_peers *p = arg;
    while (!__atomic_load_n(&p->stop, __ATOMIC_ACQUIRE)) {
        bool admitted = standing_of(p) == ADMITTED;
        rd_kafka_message_t *message = rd_kafka_consumer_poll(p->rk, admitted ? POLL_MS : ASK_MS);
        if (message && message->err) tell_trouble(p, rd_kafka_message_errstr(message));
        if (message) rd_kafka_message_destroy(message);
        char *member = rd_kafka_memberid(p->rk);
        if (member && *member && !(admitted && strcmp(member, p->member) == 0)) ask(p, member);
        if (member) rd_kafka_mem_free(p->rk, member);
    }
    return NULL;
}

/* ---- entering and leaving ---- */

static sw_err set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char text[KAFKA_TEXT_MAX];
    rd_kafka_conf_res_t res = rd_kafka_conf_set(conf, name, value, text, sizeof text);
    return res == RD_KAFKA_CONF_OK ? SW_OK : SW_E_INVALID;
}

static sw_err open_client(kafka_peers *p) {
    char text[KAFKA_TEXT_MAX];
    rd_kafka_conf_t *conf;
    sw_err err = kafka_client_conf(p->clients, KAFKA_PEER, p, NULL, &conf);
    if (err) return err;
    err = set(conf, "group.id", p->group);
    if (!err) err = set(conf, "client.id", p->name);
    rd_kafka_conf_set_rebalance_cb(conf, on_assigned);
    if (!err && !(p->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text)))
        err = SW_E_INVALID;
    if (err) rd_kafka_conf_destroy(conf);
    return err;
}

/* A group has to name a topic, and may ask for one alone that it may read. */
static sw_err enter(kafka_peers *p) {
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    (void)rd_kafka_topic_partition_list_add(
        topics, kafka_changelog(p->bus, p->bus->changelogs - 1)->name, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(p->rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code) return SW_E_INVALID;
    (void)rd_kafka_poll_set_consumer(p->rk);
    p->running = sw_thread_start(&p->thread, "kafka-peers", watch, p);
    return p->running ? SW_OK : SW_E_NOMEM;
}

sw_err kafka_peers_open(kafka_bus *bus, kafka_peers **ret) {
    const sw_bus_kafka_options *k = &bus->kafka;
    if (!k->digest) return SW_OK;
    kafka_peers *p = sw_heap_zero(1, sizeof *p);
    if (!p) return SW_E_NOMEM;
    p->clients = &bus->home;
    p->bus = bus;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->settled, NULL);
    sw_err err = kafka_name(&bus->home, p->group, "seawall.%s.instances", k->service);
    int len = snprintf(p->name, sizeof p->name, "%s-%s/%s", k->service,
                       k->instance ? k->instance : "0", k->digest);
    if (!err && (len < 0 || (size_t)len >= sizeof p->name)) err = SW_E_LIMIT;
    if (!err) err = open_client(p);
    if (!err) err = enter(p);
    if (err) {
        kafka_peers_close(p);
        return err;
    }
    *ret = p;
    return SW_OK;
}

void kafka_peers_close(kafka_peers *p) {
    if (!p) return;
    __atomic_store_n(&p->stop, true, __ATOMIC_RELEASE);
    if (p->running) {
        pthread_join(p->thread, NULL);
        (void)rd_kafka_consumer_close(p->rk); /* leaves at once: others need not wait */
    }
    if (p->rk) rd_kafka_destroy(p->rk);
    pthread_cond_destroy(&p->settled);
    pthread_mutex_destroy(&p->lock);
    sw_heap_free(p);
}

sw_err kafka_peers_admit(kafka_peers *p) {
    if (!p) return SW_OK;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_mutex_lock(&p->lock);
    while (p->standing == ENTERING && pthread_cond_timedwait(&p->settled, &p->lock, &until) == 0)
        continue;
    standing now = p->standing;
    pthread_mutex_unlock(&p->lock);
    return now == ADMITTED ? SW_OK : SW_E_AGAIN;
}

bool kafka_peers_held(kafka_peers *p) {
    return p && standing_of(p) == HELD;
}
