/* gate.h - what a gate asked and would have been unlawful is recorded as gate.refused, so that
 * handler and leader learn of it at once.  Layer 9.  Thread: any. */
#ifndef SW_SEAWALL_GATE_H
#define SW_SEAWALL_GATE_H

#include "report/view/query.h"
#include "seawall/up/up.h"

/* For sw_queries.refused; `arg` is the sw_up. The same question (source and id) is the same event
 * however often it is asked; another one about the same people, place and rule is none within the
 * time that notify's settings name. */
SW_NODISCARD sw_err sw_up_gate_refused(void *arg, const sw_event *event,
                                       const sw_violation *violation);

#endif
