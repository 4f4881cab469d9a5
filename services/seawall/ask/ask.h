/* ask.h - what the commands share that ask a running instance: a request, its answer as JSON, and
 * how warnings and periods look in a table.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_ASK_H
#define SW_SEAWALL_ASK_H

#include "seawall/cli/term.h"
#include "seawall/client/client.h"

typedef struct sw_ask {
    const sw_cli *cli;
    const char *command; /* for what is told */
    sw_arena arena;      /* of the answer last read */
    sw_client *client;
    int code; /* what to return after a failure */
} sw_ask;

/* From the command's options. False: told on stderr, return ask->code. */
bool sw_ask_open(sw_ask *ask, const sw_cli *cli);
void sw_ask_close(sw_ask *ask);

/* Tells that nobody answered, and what to do. Returns SW_EXIT_FAILED. */
int sw_ask_unanswered(const sw_ask *ask);

/* A path with its query: names and values are encoded. */
typedef struct sw_ask_path {
    sw_buf text;
    bool any;
} sw_ask_path;

void sw_ask_path_init(sw_ask_path *path, const char *start);
void sw_ask_path_done(sw_ask_path *path);
/* A segment behind a slash. */
void sw_ask_path_segment(sw_ask_path *path, sw_slice segment);
/* An empty value is left out. */
void sw_ask_path_query(sw_ask_path *path, const char *name, sw_slice value);
/* Options of the command whose names are the API's too. */
void sw_ask_path_options(sw_ask_path *path, const sw_cli *cli, const char *const *names,
                         size_t count);

/* GET; what was read before is gone. NULL: told on stderr, return ask->code. */
const sw_json *sw_ask_get(sw_ask *ask, sw_ask_path *path);

/* Texts of a member; empty if it is none. */
sw_slice sw_ask_text(const sw_json *object, const char *name);
const sw_json *sw_ask_list(const sw_json *object, const char *name); /* its first item, or NULL */
/* "case_id=A1 person_id=P1" as its values. In the arena. */
sw_slice sw_ask_key(sw_arena *arena, const sw_json *object);
/* "03-01 09:00" of a time, and a day's end as 24:00 of it. In the arena. */
sw_slice sw_ask_minute(sw_arena *arena, sw_slice time);
sw_slice sw_ask_end(sw_arena *arena, sw_slice time);
/* "in 3 h", "2 d over"; empty without a time. */
sw_slice sw_ask_left(sw_arena *arena, sw_slice due, int64_t now_ms, bool *ret_over);
sw_tint sw_ask_tint(sw_slice level);

/* Rows of a table of warnings (CloudEvents) and of periods; `rows_max` 0: all. */
void sw_ask_warnings(FILE *to, sw_arena *arena, const sw_json *first, int64_t now_ms,
                     uint32_t rows_max);
void sw_ask_periods(FILE *to, sw_arena *arena, const sw_json *first, int64_t now_ms,
                    uint32_t rows_max);

#endif
