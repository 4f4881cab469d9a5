/* walk.h - one page of an index: rows that may be meant, in order, then looked at one by one. Layer
 * 9, private to the view.  Thread: any. */
#ifndef SW_REPORT_VIEW_WALK_H
#define SW_REPORT_VIEW_WALK_H

#include "report/view/query.h"
#include "report/view/rows.h"

typedef struct sw_rows_walk {
    const sw_read *index;
    sw_view_place place;
    bool newest_first;
    int64_t from_ms, to_ms; /* in order of the index: [from, to); SW_TIME_NONE, SW_TIME_MAX: ends */
    sw_page page;
    void *arg;
    /* By what the index row says; cheap. */
    bool (*may)(void *arg, const sw_view_brief *brief);
    /* Looks at the thing itself and writes it, or says that it is not meant. `key` is the brief's.
     */
    sw_err (*take)(void *arg, uint32_t partition, sw_hash128 id, sw_slice key, bool *ret_taken);
} sw_rows_walk;

/* A place in an index as text, and back; false: it is none. */
void sw_cursor_write(const char tail[SW_VIEW_TAIL], char ret[SW_CURSOR_TEXT]);
bool sw_cursor_read(sw_slice text, char ret[SW_VIEW_TAIL]);

/* SW_E_INVALID: the cursor is none. */
SW_NODISCARD sw_err sw_rows_walk_run(const sw_rows_walk *walk, char ret_next[SW_CURSOR_TEXT]);

#endif
