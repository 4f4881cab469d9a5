/* record.h - events of the process's own: recorded like any other, through the identity processor.
 * Layer 9.  Thread: any, while the runtime runs. */
#ifndef SW_SEAWALL_RECORD_H
#define SW_SEAWALL_RECORD_H

#include "seawall/up/up.h"

/* Hands a CloudEvent in, as JSON. Nobody waits for what becomes of it: the same source and id again
 * is a duplicate. It must have no personal fields. What the catalogue says against it; SW_E_AGAIN:
 * it can't be taken now. */
SW_NODISCARD sw_err sw_up_record(sw_up *up, sw_slice json);

#endif
