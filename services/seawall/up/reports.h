/* reports.h - the read side of the process: the view, figures, bulletins, the stream, the
 * dashboard. Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_REPORTS_H
#define SW_SEAWALL_REPORTS_H

#include "seawall/up/up.h"

/* Loads the indicators and adds the processors. What is wrong goes into `diags`. */
SW_NODISCARD sw_err sw_up_reports_add(sw_up *up,
                                      void (*add)(sw_up *up, const sw_processor *processor,
                                                  const void *shared),
                                      sw_diags *diags);
/* After the bus is open. */
SW_NODISCARD sw_err sw_up_reports_open(sw_up *up);
/* Adds the routes. */
SW_NODISCARD sw_err sw_up_reports_start(sw_up *up);
/* Nothing if it was never opened. */
void sw_up_reports_close(sw_up *up);

#endif
