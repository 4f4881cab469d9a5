/* kafka.h - the parts of the Kafka bus, for its own files.  Layer 6, private to bus.  Thread: see
 * each part. */
#ifndef SW_BUS_KAFKA_H
#define SW_BUS_KAFKA_H

#include <pthread.h>

#include "base/arena.h"
#include "bus/bus_kafka.h"
#include "bus/kafka_error.h"
#include "bus/kafka_origin.h"
#include "env/limits.h"

#define KAFKA_NAME_MAX 256u
#define KAFKA_TEXT_MAX 512u
/* The longest that one call into librdkafka may take; callers call again until their own time is
 * up. */
#define KAFKA_CALL_MS        1000
#define KAFKA_ADMIN_MS       60000
#define KAFKA_TRANSACTION_MS 30000
#define KAFKA_CLOCK_MS       600000

/* The stores that the bus adds to a database, after those of the processors. */
enum { KAFKA_STORE_COMMITS, KAFKA_STORE_PLACES, KAFKA_OWN_STORES };

/* No store of that kind. */
#define KAFKA_NO_STORE UINT32_MAX

typedef struct kafka_bus kafka_bus;
typedef struct kafka_peers kafka_peers; /* kafka_peers.h */

/* ---- kafka_conf.c: clients ---- */

typedef enum kafka_role {
    KAFKA_PRODUCER,
    KAFKA_READER,
    KAFKA_RESTORER,
    KAFKA_ADMIN,
    KAFKA_PEER
} kafka_role;

/* What all clients share. */
typedef struct kafka_home {
    struct kafka_home *self; /* first: what a client is opened with begins with its home */
    const sw_bus_options *bus;
    const sw_bus_kafka_options *kafka;
    bool make_again;                  /* topics of a service that has committed: it was asked for */
    uint32_t store_due, store_timers; /* the first follows from other stores: it has no changelog */
    int64_t down_us;                  /* atomic: since when no broker answers; 0: they do */
    int64_t probed_us;                /* atomic: when it was last tried whether they do again */
} kafka_home;

/* A client of a role; `id` is the transactional id of a producer. `opaque` goes to its callbacks;
 * it points to something that begins with a pointer to `home`, or is NULL. `delivered` may be NULL.
 * SW_E_INVALID with a finding: a setting is not one, or not to be set. */
SW_NODISCARD sw_err kafka_client_new(kafka_home *home, kafka_role role, const char *id,
                                     void (*delivered)(rd_kafka_t *rk,
                                                       const rd_kafka_message_t *message,
                                                       void *opaque),
                                     void *opaque, sw_diags *diags, rd_kafka_t **ret);
/* The settings of a client of a role, for one with callbacks of its own: its opaque begins with a
 * pointer to `home`. Goes to rd_kafka_new, or rd_kafka_conf_destroy. As kafka_client_new. */
SW_NODISCARD sw_err kafka_client_conf(kafka_home *home, kafka_role role, void *opaque,
                                      sw_diags *diags, rd_kafka_conf_t **ret);
/* Makes the thread of the partition's leader look whether to fetch on. Before librdkafka 2.3 it
 * sleeps for a second where it finds as much queued as may be, however soon that is taken. */
void kafka_client_nudge(rd_kafka_t *rk, const char *topic, uint32_t partition);
/* Says what happened, for those who listen. */
void kafka_trace(const kafka_home *home, sw_trace_level level, const char *name, sw_err err,
                 const char *what, const char *text);
/* Prefix and parts into `ret`; SW_E_LIMIT. */
SW_NODISCARD sw_err kafka_name(const kafka_home *home, char ret[KAFKA_NAME_MAX], const char *fmt,
                               ...) SW_PRINTF(3, 4);

/* ---- kafka_topics.c ---- */

/* The most partitions that a processor has: so many has each changelog. */
uint32_t sw_bus_kafka_partitions(const sw_topology *topology);

/* A topic of the cluster that the bus uses. */
typedef struct kafka_topic {
    char name[KAFKA_NAME_MAX];
    sw_topic_spec spec; /* its name is the one above */
    bool changelog;
    bool stamped; /* its records have the brokers' time: by it a wrong clock is found out */
} kafka_topic;

/* All of them: those of the options, then one changelog a store, then that of the commits. The
 * changelog of a store has the index of kafka_changelog_of. On the heap. SW_E_LIMIT, SW_E_NOMEM. */
SW_NODISCARD sw_err kafka_topics_list(const kafka_home *home, kafka_topic **ret, uint32_t *count);
/* Asserts what a bus needs of them, makes those that are missing if the options say so. */
SW_NODISCARD sw_err kafka_topics_ready(kafka_home *home, rd_kafka_t *rk, const kafka_topic *topics,
                                       uint32_t count, sw_diags *diags);
/* kafka_audit.c: asserts that no topic loses by its settings what has to be kept: records that are
 * compacted away or deleted by age. A finding for each that does: SW_E_INVALID. */
SW_NODISCARD sw_err kafka_audit_keeping(kafka_home *home, rd_kafka_t *rk, const kafka_topic *topics,
                                        uint32_t count, sw_diags *diags);

/* ---- kafka_cursor.c: one reader of one partition ---- */

/* In a header of what only keeps an offset: see kafka_move_log.c. Readers pass over it. */
#define KAFKA_FILLER_HEADER "sw-filler"

/* Headers are asked for once: finding none costs librdkafka two kilobytes of heap, each time. */
typedef struct kafka_held {
    rd_kafka_message_t *message;
    rd_kafka_headers_t *headers; /* the message's; NULL: none */
} kafka_held;

typedef struct kafka_cursor {
    uint32_t topic, partition;
    rd_kafka_topic_t *handle;
    rd_kafka_queue_t *queue;
    bool started, eof;
    int64_t low, high; /* it serves positions from low (of the first held) to high (to come next) */
    int64_t nudged_us; /* when more was last asked for */
    kafka_held *held;  /* held[at … at+count) */
    sw_record *records; /* of the last fetch, and their headers */
    sw_header *headers;
    uint32_t at, count, cap, record_cap, header_cap;
    kafka_writers writers;
    sw_err trouble; /* of the last event; SW_OK: none */
} kafka_cursor;

typedef struct kafka_reader {
    kafka_bus *home;
    uint32_t processor; /* id of the processor whose tasks read; 0: sw_bus_poll */
    rd_kafka_t *rk;
    rd_kafka_topic_t **handles; /* by topic; made when used */
    kafka_cursor **cursors;     /* by flat index of the partition; made when used */
    pthread_mutex_t lock;       /* of making them; of all that sw_bus_poll does */
} kafka_reader;

SW_NODISCARD sw_err kafka_reader_open(kafka_bus *bus, uint32_t processor, kafka_reader **ret);
void kafka_reader_close(kafka_reader *reader);
SW_NODISCARD sw_err kafka_reader_cursor(kafka_reader *reader, uint32_t topic, uint32_t partition,
                                        kafka_cursor **ret);
/* Brings the cursor to a position and holds up to `records_max` records and about `bytes_max` bytes
 * from it on, as far as they come within `wait_ms`. SW_E_RANGE, SW_E_AGAIN, SW_E_NOMEM. */
SW_NODISCARD sw_err kafka_cursor_hold(kafka_reader *reader, kafka_cursor *cursor, int64_t from,
                                      uint32_t records_max, size_t bytes_max, int64_t wait_ms);
/* What is held, as records that live until the next hold; no more than the limits. */
SW_NODISCARD sw_err kafka_cursor_records(kafka_cursor *cursor, uint32_t records_max,
                                         size_t bytes_max, sw_fetched *ret);

/* ---- kafka_task.c: what is remembered of a task with each commit ---- */

typedef struct kafka_link { /* the last commit that wrote to a partition */
    uint32_t topic, partition;
    uint64_t seq;
    /* Of the commit under way alone. */
    kafka_origin at; /* of the last record */
} kafka_link;

typedef struct kafka_task {
    uint32_t number;
    uint64_t epoch; /* claimed here; 0: not */
    uint64_t last_epoch, seq, digest;
    int64_t now_ms;
    sw_position *positions;
    kafka_link *links;
    uint32_t position_count, position_cap, link_count, link_cap;
} kafka_task;

void kafka_task_done(kafka_task *task);
SW_NODISCARD sw_err kafka_task_copy(kafka_task *to, const kafka_task *from);
SW_NODISCARD sw_err kafka_task_position(kafka_task *task, sw_position at);
/* The link to a partition, made with seq 0 if there is none; NULL: no memory. */
kafka_link *kafka_task_link(kafka_task *task, uint32_t topic, uint32_t partition);
/* Topics are written by name, so that their order may change. */
SW_NODISCARD sw_err kafka_task_write(const kafka_task *task, const sw_bus_options *options,
                                     sw_buf *ret);
/* SW_E_CORRUPT, SW_E_VERSION. Topics that are no longer there are passed over. */
SW_NODISCARD sw_err kafka_task_read(kafka_task *task, const sw_bus_options *options,
                                    sw_slice bytes);

/* ---- kafka_lane.c: a producer, and its transactions ---- */

/* The last offset that the transaction under way has in a changelog partition; -1: none. */
typedef struct kafka_change {
    uint32_t changelog, partition;
    int64_t last;
    bool formatted; /* it says which format its rows have */
} kafka_change;

typedef struct kafka_lane {
    kafka_home *clients; /* first: see kafka_client_new */
    kafka_bus *home;
    uint32_t index;
    char id[KAFKA_NAME_MAX];
    pthread_mutex_t lock;
    rd_kafka_t *rk; /* NULL: not owned, or lost */
    rd_kafka_topic_t **handles;
    uint64_t claims, claimed; /* how often it was taken, and tasks of it since */
    kafka_change *changes;    /* one a changelog partition of the cluster */
    uint32_t change_count;
    int64_t *offsets; /* of the records of the transaction under way */
    uint32_t offset_cap;
    bool failed;    /* a delivery has */
    bool taken;     /* another has fenced us, until it is claimed again */
    bool doubt;     /* a broker calls us fenced; whether by another is not known yet */
    uint64_t nonce; /* of the last marks */
    int64_t brokers_ms, brokers_at_us; /* the brokers' time, and when that was by our monotonic
                                          clock; 0: not known */
    int64_t told_us;                   /* when the consumer groups' offsets were last committed */
    sw_buf text;
    kafka_task *drafts;
    uint32_t draft_count, draft_cap;
    sw_batch *batch; /* for the database */
    pthread_t stander;
    bool standing, stand_down;
} kafka_lane;

SW_NODISCARD sw_err kafka_lane_init(kafka_lane *lane, kafka_bus *bus, uint32_t index);
void kafka_lane_done(kafka_lane *lane);
/* Owns the lane: fences the former producer, brings the state up to date. Under the lock. */
SW_NODISCARD sw_err kafka_lane_open(kafka_lane *lane);
void kafka_lane_close(kafka_lane *lane);
SW_NODISCARD sw_err kafka_lane_commit(kafka_lane *lane, const sw_commit *commits, uint32_t count,
                                      int64_t *ret_offsets);
void kafka_lane_stand_down(kafka_lane *lane);

/* ---- kafka_rival.c: whether another has taken a lane ---- */

/* Looks into the lane's changelog for the marks of another claim than the last one here.
 * SW_E_AGAIN: the brokers do not answer. */
SW_NODISCARD sw_err kafka_rival_seek(kafka_lane *lane, bool *ret);

/* ---- kafka_produce.c: what a transaction holds ---- */

SW_NODISCARD sw_err kafka_produce_init(kafka_lane *lane);
void kafka_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque);
/* The marks, and the number of the claim: in a transaction of their own. */
kafka_meaning kafka_produce_marks(kafka_lane *lane, uint64_t nonce);
kafka_meaning kafka_produce_claim(kafka_lane *lane);
/* Records, changes of state, tasks, positions. */
kafka_meaning kafka_produce_commits(kafka_lane *lane, const sw_commit *commits, uint32_t count);
/* The tasks' commits as they will be; nothing is changed yet. */
SW_NODISCARD sw_err kafka_draft(kafka_lane *lane, const sw_commit *commits, uint32_t count);
/* The number of claims into the database, too: what is applied next moves the place past it. */
SW_NODISCARD sw_err kafka_apply_claim(kafka_lane *lane);
/* After the commit: everything into the database in one write. */
SW_NODISCARD sw_err kafka_apply(kafka_lane *lane, const sw_commit *commits, uint32_t count);

/* ---- bus_kafka.c ---- */

struct kafka_bus {
    sw_bus bus;
    kafka_home home;
    sw_bus_options options; /* copies, so that `home` can point to them */
    sw_bus_kafka_options kafka;
    uint32_t doors; /* task numbers below this are doors; with a producer of their own */
    bool foreign[SW_STORES_MAX]; /* stores of processors that another service runs */
    bool follows;                /* there are some, and a thread follows them */
    bool follow_ended;           /* atomic */
    pthread_t follower;
    kafka_topic *topics;
    uint32_t topic_count; /* of all, changelogs too */
    uint32_t changelogs;  /* how many of them are, the commits' last */
    uint32_t *first_part; /* by topic of the options: flat index of its partition 0 */
    uint32_t part_count;
    int64_t *own_end; /* by flat index, atomic: behind the last record that was committed here */
    sw_db *db;
    uint32_t own_store; /* index of the first own store */
    int wake;
    pthread_mutex_t lock; /* of readers and tasks */
    kafka_reader *readers[SW_PROCESSORS_MAX];
    kafka_task **tasks; /* by number; made when used */
    kafka_lane *lanes;
    uint32_t lane_count;
    kafka_peers *peers; /* NULL: nobody is compared with */
    sw_metric *repeats, *gaps, *fenced, *lost, *restored;
};

/* Lane 0 is the door's; those of the groups follow. */
uint32_t kafka_lane_of(const kafka_bus *bus, uint32_t task);
/* The changelog partition of a task. */
uint32_t kafka_partition_of(const kafka_bus *bus, uint32_t task);
/* SW_E_NOMEM, and what kafka_task_read says. */
SW_NODISCARD sw_err kafka_task_of(kafka_bus *bus, uint32_t number, kafka_task **ret);
uint32_t kafka_format_of(const kafka_bus *bus, uint32_t changelog);
SW_NODISCARD sw_err kafka_task_load(kafka_bus *bus, kafka_task *task);
/* Changelogs are numbered by store; that of the commits is the last. One that is none: the store is
 * made of others. */
bool kafka_changelog_none(const kafka_bus *bus, uint32_t changelog);
/* The last partition of the commits' changelog is the doors'; no other changelog has it. */
bool kafka_changelog_has(const kafka_bus *bus, uint32_t changelog, uint32_t lane,
                         uint32_t partition);
/* In place of a lane: the changelogs of other services. */
#define KAFKA_FOREIGN UINT32_MAX
SW_NODISCARD sw_err kafka_follow_start(kafka_bus *bus);
void kafka_follow_stop(kafka_bus *bus);
uint32_t kafka_store_of(const kafka_bus *bus, uint32_t changelog);
const kafka_topic *kafka_changelog(const kafka_bus *bus, uint32_t changelog);
int64_t kafka_mono_us(const kafka_bus *bus);
/* The key of a changelog partition's place in the database. */
size_t kafka_place_key(const kafka_bus *bus, uint32_t changelog, uint32_t partition,
                       char ret[KAFKA_NAME_MAX]);

#endif
