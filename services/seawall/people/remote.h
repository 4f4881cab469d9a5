/* remote.h - a command that asks a running instance once: the call, what a refusal says.
 * Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_REMOTE_H
#define SW_SEAWALL_REMOTE_H

#include "seawall/client/client.h"
#include "text/json.h"

typedef struct sw_remote_call {
    const char *path; /* from / on, with query */
    const char *type; /* NULL: GET */
    const char *idempotency_key;
    sw_slice body;
} sw_remote_call;

/* The answer as it came, and as a tree, both in the arena. Other than 2xx, and no answer at all, is
 * told on stderr, and *ret_exit is set. */
bool sw_remote_ask(const sw_cli *cli, sw_arena *arena, const sw_remote_call *call,
                   sw_slice *ret_text, const sw_json **ret_answer, int *ret_exit);
/* A text member; empty if there is none. */
sw_slice sw_remote_text(const sw_json *object, const char *name);
/* `text` for a query, escaped, in the arena; NULL: the arena is full. */
const char *sw_remote_escape(sw_arena *arena, const char *text);

extern const sw_command sw_cmd_directory_check;
extern const sw_command sw_cmd_directory_show;
extern const sw_command sw_cmd_directory_load;

#endif
