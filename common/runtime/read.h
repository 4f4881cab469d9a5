/* read.h - committed rows of a processor's store, for queries beside the running tasks.  Layer 7.
 * Thread: any. */
#ifndef SW_RUNTIME_READ_H
#define SW_RUNTIME_READ_H

#include "stream/topology.h"

/* Rows as the last commit left them: no task is asked, none is held up. A store of objects has the
 * rows that its codec wrote. Reads of different calls may be of different commits. */

typedef struct sw_read {
    sw_db *db;
    uint32_t store;        /* among the topology's */
    uint32_t processor_id; /* whose tasks have the rows */
    uint32_t partitions;
} sw_read;

/* `name` is "processor.store", as in the topology's stores. SW_E_UNKNOWN. */
SW_NODISCARD sw_err sw_read_open(sw_db *db, const sw_topology *topology, const char *name,
                                 sw_read *ret);

/* Appends the value of a row whose key is the key of the records that it was made of: then its
 * partition follows from it. SW_E_NOT_FOUND; what the database says. */
SW_NODISCARD sw_err sw_read_get(const sw_read *read, sw_slice key, sw_buf *ret_value);
/* The same, of a row under another key: its partition is that of the records' key. */
SW_NODISCARD sw_err sw_read_get_in(const sw_read *read, uint32_t partition, sw_slice key,
                                   sw_buf *ret_value);

#define SW_READ_ALL UINT32_MAX

typedef struct sw_read_range {
    uint32_t partition; /* SW_READ_ALL: all, merged by key */
    sw_slice from, to;  /* from <= key < to; `to` empty: to the end */
    bool backward;      /* the last key first */
    uint32_t rows_max;  /* 0: no limit */
} sw_read_range;

/* Visits rows in order of key (of equal ones that of the lowest partition first), until `each`
 * returns false. Slices live for the visit. */
SW_NODISCARD sw_err sw_read_scan(const sw_read *read, const sw_read_range *range,
                                 bool (*each)(void *arg, uint32_t partition, sw_slice key,
                                              sw_slice value),
                                 void *arg);

#endif
