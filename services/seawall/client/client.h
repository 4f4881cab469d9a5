/* client.h - asks a running instance over HTTP, for the subcommands that need one.  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_CLIENT_H
#define SW_SEAWALL_CLIENT_H

#include "base/buf.h"
#include "seawall/cli/cli.h"
#include "text/json.h"

typedef struct sw_client sw_client;

/* The options that every such command takes: put them into its table. */
#define SW_CLIENT_OPTIONS                                                                          \
    {"url", "URL", "the instance (default: $SEAWALL_URL, else http://127.0.0.1:8080)", false}, {   \
        "token-file", "FILE", "a bearer token (default: $SEAWALL_TOKEN)", false                    \
    }

typedef struct sw_client_options {
    const char *url;   /* without the path; a final slash is ignored */
    const char *token; /* NULL: none */
} sw_client_options;

/* From the command's options and the environment; what is wrong is told on stderr. */
bool sw_client_options_read(const sw_cli *cli, sw_client_options *ret);
/* The same with the address named by the option `url_option`. */
bool sw_client_options_read_as(const sw_cli *cli, const char *url_option, sw_client_options *ret);

/* SW_E_NOMEM. */
SW_NODISCARD sw_err sw_client_open(const sw_client_options *options, sw_client **ret);
void sw_client_close(sw_client *client); /* NULL is a no-op */

typedef struct sw_client_reply {
    uint32_t status;
    int64_t retry_after_s; /* 0: not said */
    sw_slice body;         /* until the next call */
} sw_client_reply;

/* One request; `content_type` NULL: no body. The connection is kept. SW_E_AGAIN: nobody answers
 * there, or not in time; SW_E_INVALID: it is no address; SW_E_LIMIT: over 64 MiB. Then
 * sw_client_why says more. */
SW_NODISCARD sw_err sw_client_send(sw_client *client, const char *method, const char *path,
                                   const char *content_type, sw_slice body, sw_client_reply *ret);
/* The header Idempotency-Key of the requests from now on, at most 180 bytes; NULL: none. Borrowed.
 */
void sw_client_set_key(sw_client *client, const char *idempotency_key);
const char *sw_client_why(const sw_client *client);

/* "seawall COMMAND: what the problem document (RFC 9457) says" on stderr. Returns
 * SW_EXIT_FAILED. */
int sw_client_tell(const char *command, const sw_client_reply *reply, sw_arena *arena);

#endif
