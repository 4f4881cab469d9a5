/* bench.h - what the benchmarks of `seawall bench` share.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_BENCH_H
#define SW_SEAWALL_BENCH_BENCH_H

#include "base/rng.h"
#include "base/slice.h"
#include "seawall/cli/command.h"

/* Each benchmark is a command of `seawall bench`. */
extern const sw_command sw_bench_append;
extern const sw_command sw_bench_notify;
extern const sw_command sw_bench_kafka;
extern const sw_command sw_bench_plain;
extern const sw_command sw_bench_store;
extern const sw_command sw_bench_replay;
extern const sw_command sw_bench_report_command;
extern const sw_command sw_bench_runtime;
extern const sw_command sw_bench_up;
extern const sw_command sw_bench_rules;

/* Seconds of a clock that never steps back; of processor time of all threads; bytes given to
 * write(2). */
typedef struct sw_bench_meter {
    double wall_s, cpu_s;
    uint64_t written_bytes;
} sw_bench_meter;

sw_bench_meter sw_bench_now(void);
/* What was used since `start`. */
sw_bench_meter sw_bench_since(sw_bench_meter start);

/* Seconds of processor time so far of a process or thread, by the path of its `stat` in /proc; 0
 * where it is gone, or its name begins otherwise. */
double sw_bench_stat_cpu_s(const char *path, const char *name);

/* Bytes like those of an event: half text that repeats, half that does not. */
void sw_bench_fill(sw_rng *rng, char *bytes, size_t len);

/* A new folder under `parent` (NULL: $TMPDIR or /tmp), and its end. False with a text on stderr. */
bool sw_bench_folder(const char *parent, char *ret, size_t size);
void sw_bench_remove(const char *path);

/* An option's number; the default if it is not given. False with a text on stderr. */
bool sw_bench_number(const char *option, const char *text, int64_t low, int64_t high, int64_t *ret);

/* The loop that a get-and-put processor is compared with: RocksDB alone, one get and one put an
 * operation over random keys out of `keys`, a write batch every 1,000. */
typedef struct sw_bench_plain_options {
    uint64_t keys, operations;
    uint32_t value_bytes;
    size_t memory_bytes; /* block cache and memtables, split as the store splits them */
    bool sync;           /* of every batch */
    uint64_t seed;
} sw_bench_plain_options;

typedef struct sw_bench_plain_result {
    sw_bench_meter load, run; /* putting every key once; the loop */
} sw_bench_plain_result;

/* Uses `dir`, which must be empty. False with a text on stderr. */
bool sw_bench_plain_run(const char *dir, const sw_bench_plain_options *options,
                        sw_bench_plain_result *ret);

#endif
