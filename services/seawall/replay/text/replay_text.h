/* replay_text.h - how lines of a replay look: jsonl, csv, table.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_REPLAY_TEXT_H
#define SW_SEAWALL_REPLAY_TEXT_H

#include <stdio.h>

#include "base/buf.h"
#include "seawall/replay/telling.h"

typedef struct sw_replay_text_format {
    const char *name;
    /* One line into `out`, without a newline. */
    sw_err (*render)(const sw_telling *telling, sw_buf *out);
    /* What stands above the lines. False: writing failed. */
    bool (*begin)(FILE *to, bool final);
    bool (*print)(FILE *to, sw_slice line);
} sw_replay_text_format;

/* NULL: there is no such format. */
const sw_replay_text_format *sw_replay_text_format_find(const char *name);

#endif
