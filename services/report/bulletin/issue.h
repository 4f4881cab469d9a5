/* issue.h - bulletins as they were issued: kept for ever as files, never changed.  Layer 9.
 * Thread: any; several at once may issue, in one process or in several. */
#ifndef SW_REPORT_ISSUE_H
#define SW_REPORT_ISSUE_H

#include "report/bulletin/bulletin.h"

#define SW_ISSUE_BY_BYTES 64u

/* DIR/KIND-FROM-ORG.EDITION.json: a line that says what it is, then the figures. */
typedef struct sw_issue {
    sw_bulletin_kind kind;
    char org[SW_ORG_DIGITS + 1]; /* beginning of unit codes; "": all */
    int32_t from;                /* first day */
    uint32_t edition;            /* 1: the first */
    int64_t issued_ms;
    char by[SW_ISSUE_BY_BYTES]; /* "schedule", or who */
} sw_issue;

/* Makes the folder, and takes away what a crash left half-written. SW_E_IO, SW_E_NOMEM. */
SW_NODISCARD sw_err sw_issues_open(const char *dir);

/* Issues a bulletin as this edition; 0: as the next one. It is durable when the call is back, and
 * all of it or nothing is there whatever happens. `as_of`: a JSON object, of what was read.
 * SW_E_CONFLICT: the edition has been issued; SW_E_IO, SW_E_FULL, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_issue_write(const char *dir, const sw_bulletin *bulletin, uint32_t edition,
                                   sw_slice by, sw_slice as_of, sw_issue *ret);

typedef struct sw_issue_wish {
    sw_bulletin_kind kind;
    sw_slice org;
    int32_t from;
    int64_t known_ms; /* the last edition that was issued by then; SW_TIME_MAX: the last */
} sw_issue_wish;

/* Reads one, in the arena: names, figures and units are those of the issue, whatever the indicator
 * pack says today. `now` gives the time zone. SW_E_NOT_FOUND; SW_E_CORRUPT; SW_E_IO, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_issue_read(const char *dir, const sw_issue_wish *wish,
                                  const sw_indicators *now, sw_arena *arena, sw_issue *ret,
                                  sw_bulletin *ret_bulletin);

/* All that begin with `org`, the newest first, in the arena; `kind` -1: any. SW_E_IO, SW_E_LIMIT.
 */
SW_NODISCARD sw_err sw_issues_list(const char *dir, int32_t kind, sw_slice org, sw_arena *arena,
                                   sw_issue **ret, uint32_t *ret_count);
/* Fills when and by whom it was issued, which the list leaves out. False: it can't be read. */
bool sw_issue_head(const char *dir, sw_issue *issue);
/* Whether any edition is there. */
bool sw_issue_known(const char *dir, sw_bulletin_kind kind, sw_slice org, int32_t from);

/* "monthly-2026-03-01-320981.1" */
#define SW_ISSUE_ID_BYTES 80u
void sw_issue_id(const sw_issue *issue, char ret[SW_ISSUE_ID_BYTES]);
/* `"id":"monthly-2026-03-01-320981.1","kind":…,"org":…,"from":…,"to":…,"edition":…,"issued_at":…,
 * "by":…`, without braces. */
void sw_issue_json(const sw_issue *issue, const sw_zone *zone, sw_buf *out);

#endif
