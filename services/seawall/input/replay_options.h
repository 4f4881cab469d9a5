/* replay_options.h - options that every command with recorded events takes.  Layer 9.  Thread:
 * main. */
#ifndef SW_SEAWALL_REPLAY_OPTIONS_H
#define SW_SEAWALL_REPLAY_OPTIONS_H

#include "seawall/cli/cli.h"
#include "seawall/replay/replay.h"

#define SW_REPLAY_TIME_OPTIONS                                                                     \
    {"until", "TIME",                                                                              \
     "stop the clock there (default: until nothing more can fire within 10 years)", false},        \
        {"known-at", "TIME", "leave out what was received later: what was known when", false}, {   \
        "memory", "MB", "for sorting; more goes to TMPDIR (default: 256)", false                   \
    }

/* Sets until_ms, known_at_ms, memory_bytes and tmp_dir of zeroed options; false: return
 * `*ret_exit`. */
bool sw_replay_options_read(const sw_cli_spec *spec, const sw_cli *cli, sw_replay_options *ret,
                            int *ret_exit);

#endif
