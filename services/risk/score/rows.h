/* rows.h - the rows and messages of scores: sums, totals, steps.  Layer 9.  Thread: any; pure. */
#ifndef SW_RISK_SCORE_ROWS_H
#define SW_RISK_SCORE_ROWS_H

#include "codec/wire.h"
#include "env/limits.h"
#include "risk/score/part.h"

/* ---- sums: of a subject, by unit and compartment, within one partition of warnings ---- */

/* Room for a row's key. */
#define SW_SUM_KEY_MAX SW_ROW_KEY_BYTES_MAX

/* The key of a subject's row, in both stores. Keys sort by kind, then subject. Empty: it is too
 * long. */
sw_slice sw_sum_key(sw_scored of, sw_slice subject, char room[SW_SUM_KEY_MAX]);
/* Borrows. False: no row's key. */
bool sw_sum_key_read(sw_slice row_key, sw_scored *ret_of, sw_slice *ret_subject);
/* What the keys of a kind begin with, and with `behind` what comes after the last of them. */
sw_slice sw_sum_kind(sw_scored of, bool behind);

/* The format of sums and totals. */
#define SW_SCORE_FORM 2u
/* Of the weights and of that format: what bears another mark counts for nothing, and instances that
 * do are added up anew by the walk. So sums of an older format may be thrown away. */
uint64_t sw_score_mark(const sw_weights *weights);

typedef struct sw_sum_row {
    uint64_t mark;
    bool waits;           /* its subject's timer is set */
    sw_score_part *parts; /* in order of unit, then compartment */
    uint32_t count;
} sw_sum_row;

/* The part of unit and compartment, which are borrowed; an empty one where there was none. NULL:
 * the arena is full. */
sw_score_part *sw_sum_row_part(sw_sum_row *row, sw_arena *arena, sw_slice org,
                               sw_slice compartment);
/* Forgets what has faded, and parts in which nothing is left. */
void sw_sum_row_prune(sw_sum_row *row, const sw_weights *weights, int32_t today);
void sw_sum_row_write(const sw_sum_row *row, sw_buf *out);
/* Borrows texts. SW_E_CORRUPT, SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_sum_row_read(sw_arena *arena, sw_slice value, sw_sum_row *ret);

/* ---- totals: what each partition of warnings says of a subject, at home with it ---- */

/* The subject's key on topics: "case_id=A1", "officerid=012345", "orgcode=320981010000". Into the
 * arena; SW_SLICE_NONE: it is full. */
sw_slice sw_score_topic_key(sw_arena *arena, sw_scored of, sw_slice subject);
/* And back. Borrows. */
bool sw_score_topic_key_read(sw_slice key, sw_scored *ret_of, sw_slice *ret_subject);

/* The row with `parts`, fields PARTS of a step, as what the partition says; without what it said
 * where `parts` is empty. SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_total_say(sw_slice row, uint32_t partition, sw_slice parts, sw_buf *out);
/* What the next partition says, for sw_score_parts. False: no more; check r->fault. */
bool sw_total_next(sw_wire_reader *r, uint32_t *ret_partition, sw_slice *ret_parts);

/* ---- seawall.scores.steps ---- */

/* Either a task that a person closed or opened, on its way to its warnings; or what one partition
 * says of a subject, on its way home. */
typedef struct sw_score_step {
    bool is_task;
    sw_hash128 task;
    sw_slice state;
    int64_t at_ms;
    uint32_t partition; /* of the warnings */
    sw_slice parts;     /* fields PARTS of a step, as sw_step_part wrote them */
} sw_score_step;

void sw_step_task(sw_hash128 task, sw_slice state, int64_t at_ms, sw_buf *out);
void sw_step_partition(uint32_t partition, sw_buf *out);
void sw_step_part(const sw_score_part *part, sw_buf *out);
/* Borrows; `parts` are copied to the arena. SW_E_SYNTAX, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_step_read(sw_arena *arena, sw_slice bytes, sw_score_step *ret);

/* ---- seawall.v1.Score ---- */

typedef struct sw_score_head {
    sw_scored of;
    sw_slice subject;
    int64_t at_ms;
    int64_t hundredths; /* at that time */
    uint32_t warnings;
    const char *band; /* NULL: none */
    const sw_weights *weights;
} sw_score_head;

/* The record without its parts, which sw_score_parts appends. */
void sw_score_write(const sw_score_head *head, sw_buf *out);
/* Parts of a step or a total, as a record has them; adds up what they weigh. SW_E_CORRUPT,
 * SW_E_LIMIT. */
SW_NODISCARD sw_err sw_score_parts(sw_slice parts, const sw_weights *weights, int32_t today,
                                   sw_arena *arena, sw_buf *out, sw_score_sum *sum,
                                   uint32_t *warnings);

#endif
