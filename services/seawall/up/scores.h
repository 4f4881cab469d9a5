/* scores.h - risk scores within `seawall up`: weights, processor, routes.  Layer 9.  Thread: main.
 */
#ifndef SW_SEAWALL_UP_SCORES_H
#define SW_SEAWALL_UP_SCORES_H

#include "seawall/up/up.h"

/* Reads the weights that `scores` names, else those that come with the program, and adds the
 * processor. Without any no scores are kept. */
SW_NODISCARD sw_err sw_up_scores_add(sw_up *up,
                                     void (*add)(sw_up *up, const sw_processor *processor,
                                                 const void *shared),
                                     sw_diags *diags);
/* After the bus was opened. */
SW_NODISCARD sw_err sw_up_scores_open(sw_up *up);
/* Adds the routes. */
SW_NODISCARD sw_err sw_up_scores_start(sw_up *up);

#endif
