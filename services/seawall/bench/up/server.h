/* server.h - a child process of `seawall up`, as its benchmark sees it: port, processor time,
 * memory. Layer 9. Thread: main. */
#ifndef SW_SEAWALL_BENCH_UP_SERVER_H
#define SW_SEAWALL_BENCH_UP_SERVER_H

#include <sys/types.h>

#include "base/slice.h"

typedef struct sw_bench_server {
    const char *dir;         /* of the benchmark: data, port file, log */
    const char *const *sets; /* further settings, "key=value"; NULL-terminated */
    pid_t pid;               /* 0: not running */
    uint16_t port;
    double ready_s; /* from starting it to its first served request */
} sw_bench_server;

/* Becomes this very program with other arguments: in a child. It ends with the one who measures,
 * however that ends. */
_Noreturn void sw_bench_exec(const char *const *args);

/* Starts it and waits until it serves. False with a text on stderr. */
bool sw_bench_server_start(sw_bench_server *server);
/* SIGTERM or SIGKILL, and waits for its end. */
bool sw_bench_server_stop(sw_bench_server *server, int signal);
/* Seconds of processor time so far, of all its threads. */
double sw_bench_server_cpu_s(const sw_bench_server *server);
/* The part of it that its database's own threads took, for flushes and merges. */
double sw_bench_server_merging_s(const sw_bench_server *server);
uint64_t sw_bench_server_resident_bytes(const sw_bench_server *server);
/* Waits until it has nothing more to do. */
void sw_bench_server_rest(const sw_bench_server *server);
/* Bytes of its data directory. */
uint64_t sw_bench_server_disk_bytes(const sw_bench_server *server);

#endif
