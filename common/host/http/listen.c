#include "host/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

bool sw_host_is_loopback(sw_slice host) {
    if (host.len && host.ptr[0] == '[')
        return sw_slice_starts(host, SW_S("[::1]")) && (host.len == 5 || host.ptr[5] == ':');
    const char *colon = host.len ? memchr(host.ptr, ':', host.len) : NULL;
    if (colon) host.len = (size_t)(colon - host.ptr);
    char name[64];
    if (host.len == 0 || host.len >= sizeof name) return false;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    struct in_addr v4;
    if (inet_pton(AF_INET, name, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    return strcasecmp(name, "localhost") == 0;
}

static bool is_loopback(const struct sockaddr *a) {
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static sw_err tell(sw_diags *diags, sw_err code, const char *address, const char *hint,
                   const char *what) {
    return sw_diag_at(diags, code, 0, 0, "http.listen", hint, "'%s': %s", address, what);
}

/* "[::1]:8080" into "::1" and "8080". */
static bool split(const char *address, char host[256], char port[8]) {
    const char *colon = strrchr(address, ':');
    if (!colon || strlen(colon + 1) == 0 || strlen(colon + 1) > 5) return false;
    if (strspn(colon + 1, "0123456789") != strlen(colon + 1)) return false;
    size_t len = (size_t)(colon - address);
    if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
        address++;
        len -= 2;
    } else if (memchr(address, ':', len)) {
        return false;
    }
    if (len >= 256) return false;
    memcpy(host, address, len);
    host[len] = '\0';
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

static sw_err bind_one(const struct addrinfo *info, const char *address, bool any, sw_diags *diags,
                       int *ret_fd) {
    int on = 1, off = 0;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return tell(diags, SW_E_IO, address, NULL, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (any && info->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return *ret_fd = fd, SW_OK;
    int code = errno;
    close(fd);
    if (code == EADDRINUSE)
        return tell(diags, SW_E_BUSY, address, "take another port, or 0 for any that is free",
                    "another process listens there");
    return tell(diags, SW_E_IO, address, NULL, strerror(code));
}

static uint16_t port_of(int fd) {
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0) return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&a)->sin6_port
                                         : ((struct sockaddr_in *)(void *)&a)->sin_port);
}

sw_err sw_listen_open(const char *address, bool loopback_only, sw_diags *diags, int *ret_fd,
                      uint16_t *ret_port) {
    char host[256], port[8];
    if (!split(address, host, port) || strtoul(port, NULL, 10) > 65535)
        return tell(diags, SW_E_INVALID, address, "write ADDRESS:PORT, for example 127.0.0.1:8080",
                    "this is no address");
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    bool any = host[0] == '\0';
    if (any) hints.ai_family = AF_INET6;
    struct addrinfo *list = NULL;
    int code = getaddrinfo(any ? NULL : host, port, &hints, &list);
    if (code == EAI_FAMILY || code == EAI_ADDRFAMILY) {
        hints.ai_family = AF_INET;
        code = getaddrinfo(any ? NULL : host, port, &hints, &list);
    }
    if (code != 0) return tell(diags, SW_E_INVALID, address, NULL, gai_strerror(code));
    sw_err err = SW_OK;
    if (loopback_only && !is_loopback(list->ai_addr))
        err = tell(diags, SW_E_INVALID, address,
                   "configure auth.keys (`seawall token --new-key FILE`), or listen on 127.0.0.1",
                   "without keys only the loopback is listened on");
    if (!err) err = bind_one(list, address, any, diags, ret_fd);
    freeaddrinfo(list);
    if (!err) *ret_port = port_of(*ret_fd);
    return err;
}

void sw_listen_peer(const struct sockaddr *address, char *ret, size_t size) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(ret, size, "%s:%u", host, ntohs(v4->sin_port));
    } else {
        const struct sockaddr_in6 *v6 = (const void *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(ret, size, "[%s]:%u", host, ntohs(v6->sin6_port));
    }
}
