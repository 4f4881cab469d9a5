/* listen.h - an address in text becomes a listening socket.  Layer 8, of host/http alone.  Thread:
 * any. */
#ifndef SW_HOST_HTTP_LISTEN_H
#define SW_HOST_HTTP_LISTEN_H

#include "base/diag.h"

/* "127.0.0.1:8080", "[::1]:0", "localhost:80", ":8080" (all addresses, IPv6 with IPv4). Not
 * blocking, inherited by nobody. With `loopback_only` other addresses are SW_E_INVALID.
 * SW_E_INVALID, SW_E_BUSY, SW_E_IO, said in `diags`. */
SW_NODISCARD sw_err sw_listen_open(const char *address, bool loopback_only, sw_diags *diags,
                                   int *ret_fd, uint16_t *ret_port);
struct sockaddr;
/* "127.0.0.1:53122" */
void sw_listen_peer(const struct sockaddr *address, char *ret, size_t size);
/* Whether a Host header (with or without a port) names the loopback: localhost, 127.x.y.z, [::1].
 */
bool sw_host_is_loopback(sw_slice host);

#endif
