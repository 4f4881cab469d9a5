#include "seawall/bench/gateway.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define REQUEST_MAX     16384

typedef struct connection {
    int fd;
    size_t len;
    char bytes[REQUEST_MAX + 1];
} connection;

/* Bytes of the whole request at the beginning of the buffer; 0: not all is there. */
static size_t whole_request(const connection *c) {
    const char *end = strstr(c->bytes, "\r\n\r\n");
    if (!end) return 0;
    const char *length = strcasestr(c->bytes, "content-length:");
    size_t body = length && length < end ? (size_t)atol(length + 15) : 0;
    size_t all = (size_t)(end - c->bytes) + 4 + body;
    return all <= c->len ? all : 0;
}

static bool serve(connection *c, atomic_uint_fast64_t *count) {
    static const char answer[] = "HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n"
                                 "0: Accepted for delivery";
    ssize_t got = read(c->fd, c->bytes + c->len, REQUEST_MAX - c->len);
    if (got <= 0) return false;
    c->len += (size_t)got;
    c->bytes[c->len] = '\0';
    for (size_t all; (all = whole_request(c)) > 0;) {
        memmove(c->bytes, c->bytes + all, c->len - all + 1);
        c->len -= all;
        if (write(c->fd, answer, sizeof answer - 1) != (ssize_t)sizeof answer - 1) return false;
        atomic_fetch_add(count, 1);
    }
    return true;
}

static _Noreturn void run(int listener, atomic_uint_fast64_t *count) {
    static connection connections[CONNECTIONS_MAX];
    struct pollfd polled[CONNECTIONS_MAX + 1];
    nfds_t used = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (nfds_t i = 0; i < used; i++)
            polled[i + 1] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
        if (poll(polled, used + 1, -1) < 0) _exit(1);
        for (nfds_t i = used; i-- > 0;) {
            if (!polled[i + 1].revents || serve(&connections[i], count)) continue;
            close(connections[i].fd);
            connections[i] = connections[--used];
        }
        if (!polled[0].revents || used == CONNECTIONS_MAX) continue;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) continue;
        connections[used].fd = fd;
        connections[used++].len = 0;
    }
}

bool sw_bench_gateway_start(sw_bench_gateway *ret) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (listener < 0 || shared == MAP_FAILED ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 128) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &len) != 0) {
        fprintf(stderr, "seawall bench: the gateway stub can't listen\n");
        return false;
    }
    *ret = (sw_bench_gateway){.port = ntohs(address.sin_port), .count = shared};
    fflush(NULL);
    ret->child = fork();
    if (ret->child == 0) run(listener, shared);
    close(listener);
    return ret->child > 0;
}

uint64_t sw_bench_gateway_count(const sw_bench_gateway *gateway) {
    return atomic_load(gateway->count);
}

void sw_bench_gateway_stop(sw_bench_gateway *gateway) {
    kill(gateway->child, SIGKILL);
    waitpid(gateway->child, NULL, 0);
    munmap(gateway->count, 4096);
}
