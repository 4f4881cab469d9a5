/* people.h - notify in this process: who is told, the loop.  Layer 9.  Thread: main and the loop's.
 */
#ifndef SW_SEAWALL_UP_PEOPLE_H
#define SW_SEAWALL_UP_PEOPLE_H

#include "notify/notify.h"
#include "seawall/up/up.h"

/* Reads the settings of notify (notify.settings, notify.channels). What is wrong goes into `diags`.
 */
SW_NODISCARD sw_err sw_up_people_open(sw_up *up, sw_diags *diags);
/* Its processors, through `add`. */
void sw_up_people_add(sw_up *up,
                      void (*add)(sw_up *up, const sw_processor *processor, const void *shared));
/* Its routes, and the executor: with a runtime that is running. */
SW_NODISCARD sw_err sw_up_people_start(sw_up *up);
/* The folder deploy/notify beside the packs; NULL if there is none. */
const char *sw_up_notify_dir(sw_arena *arena);

#endif
