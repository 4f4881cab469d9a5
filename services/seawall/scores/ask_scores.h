/* ask_scores.h - `seawall scores` of a running instance.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_SCORES_ASK_SCORES_H
#define SW_SEAWALL_SCORES_ASK_SCORES_H

#include "seawall/cli/cli.h"

/* Asks for the scores that --of, --org and --top choose (`top` 0: all), or for what the score of
 * --key is made of. Returns the exit code. */
int scores_ask(const sw_cli *cli, int64_t top);

#endif
