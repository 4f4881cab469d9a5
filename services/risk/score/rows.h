/* rows.h - the rows and messages of scores: sums, totals, steps.  Layer 9.  Thread: any; pure. */
#ifndef SW_RISK_SCORE_ROWS_H
#define SW_RISK_SCORE_ROWS_H

#include "env/limits.h"
#include "risk/score/part.h"

/* ---- sums: of a subject, a unit and a compartment, within one partition of warnings ---- */

typedef struct sw_sum_key {
    sw_scored of;
    sw_slice subject, org, compartment;
} sw_sum_key;

/* Room for a row's key. */
#define SW_SUM_KEY_MAX SW_ROW_KEY_BYTES_MAX

/* Keys sort by kind, subject, unit, compartment. Empty: it is too long. */
sw_slice sw_sum_key_write(const sw_sum_key *key, char room[SW_SUM_KEY_MAX]);
/* Borrows. False: no row's key. */
bool sw_sum_key_read(sw_slice row_key, sw_sum_key *ret);
/* What the keys of all rows of a subject begin with: room for it, and for what comes behind them.
 */
sw_slice sw_sum_prefix(sw_scored of, sw_slice subject, char room[SW_SUM_KEY_MAX]);
/* What the keys of a kind begin with, and with `behind` what comes after the last of them. */
sw_slice sw_sum_kind(sw_scored of, bool behind);

typedef struct sw_sum_row {
    uint64_t mark;      /* of the weights: under others it counts for nothing */
    bool waits;         /* its subject's timer is set */
    sw_score_part part; /* without names: they are in the key */
} sw_sum_row;

void sw_sum_row_write(const sw_sum_row *row, sw_buf *out);
SW_NODISCARD sw_err sw_sum_row_read(sw_arena *arena, sw_slice value, sw_sum_row *ret);

/* ---- totals: what each partition of warnings says of a subject, at home with it ---- */

/* The subject's key on topics: "case_id=A1", "officerid=012345", "orgcode=320981010000". Into the
 * arena; SW_SLICE_NONE: it is full. */
sw_slice sw_score_topic_key(sw_arena *arena, sw_scored of, sw_slice subject);
/* And back. Borrows. */
bool sw_score_topic_key_read(sw_slice key, sw_scored *ret_of, sw_slice *ret_subject);
/* The row of one partition: the prefix and the partition's number. Empty: it is too long. */
sw_slice sw_total_key(sw_scored of, sw_slice subject, uint32_t partition,
                      char room[SW_SUM_KEY_MAX]);

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
