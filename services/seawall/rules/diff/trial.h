/* trial.h - one side of a comparison: a ruleset over recorded events, its set given to the differ.
 * Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_DIFF_TRIAL_H
#define SW_SEAWALL_DIFF_TRIAL_H

#include "seawall/cli/term.h"
#include "seawall/input/event_reader.h"
#include "seawall/rules/diff/diff.h"

typedef struct sw_trial {
    bool is_after;
    sw_differ *differ;
    sw_event_reader reader; /* paths and `quiet` are set by the caller */
    sw_progress progress;
    sw_replay *replay;
    sw_replay_stats stats; /* after the run */
    int64_t last_ms;       /* the last event's time; SW_TIME_NONE: there was none */
} sw_trial;

/* Reads all events and plays them under options->set; `options` says until when, what is known and
 * how much memory. What is rejected is counted in the reader. Errors are those of the replay, said
 * in the diags. */
SW_NODISCARD sw_err sw_trial_run(sw_trial *trial, const sw_replay_options *options,
                                 sw_diags *diags);

/* Events are read once for each side. Where "-" is among the paths and standard input is no file,
 * puts a file in its place that has the same bytes, without a name, in `tmp_dir`. SW_E_IO, said in
 * the diags. */
SW_NODISCARD sw_err sw_trial_hold_input(const char *const *paths, uint32_t count,
                                        const char *tmp_dir, sw_diags *diags, int64_t *ret_offset);
/* Standard input stands where it stood then: at `offset`. */
SW_NODISCARD sw_err sw_trial_rewind_input(const char *const *paths, uint32_t count, int64_t offset);

#endif
