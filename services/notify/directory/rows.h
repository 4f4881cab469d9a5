/* rows.h - the directory as rows of a task: taken in from its topic, found by lookups.  Layer 9.
 * Thread: task owner. */
#ifndef SW_NOTIFY_DIRECTORY_ROWS_H
#define SW_NOTIFY_DIRECTORY_ROWS_H

#include "notify/directory/lookup.h"
#include "stream/processor.h"

typedef struct sw_directory_rows {
    sw_ctx *ctx;
    uint32_t store;
    sw_pb *pb;
} sw_directory_rows;

/* Takes a record of the directory in: key as sw_directory_key gives it, an empty value removes that
 * version. SW_E_SYNTAX. */
SW_NODISCARD sw_err sw_directory_rows_take(const sw_directory_rows *rows, sw_slice key,
                                           sw_slice value);
/* A source over the rows; `rows` must live as long. */
sw_directory_source sw_directory_source_rows(sw_directory_rows *rows);
/* The id in a key: what stands before "@". `ret_from_ms`: what stands behind it, else 0. */
sw_slice sw_directory_key_id(sw_slice key, int64_t *ret_from_ms);

#endif
