/* renew.h - state that can't be taken up, built anew from the log at the start: of an older format,
 * under another catalogue, or of rules that read less.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_UP_RENEW_H
#define SW_SEAWALL_UP_RENEW_H

#include "seawall/up/up.h"

/* Before the bus is opened: lets it open stores of an older format where their processor is
 * renewable. */
void sw_up_renew_allow(sw_up *up);
/* Behind it, before anything reads them: writes the state of each processor with such a store anew,
 * if that can be proved to be what it was. Else nothing has changed, and `diags` says why, with the
 * formats. */
SW_NODISCARD sw_err sw_up_renew(sw_up *up, sw_diags *diags);

#endif
