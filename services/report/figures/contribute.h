/* contribute.h - says of each accepted event for which figures it counts.  Layer 9.  Thread: task
 * owner; pure. */
#ifndef SW_REPORT_CONTRIBUTE_H
#define SW_REPORT_CONTRIBUTE_H

#include "report/figures/contribution.h"
#include "report/indicator/indicator.h"
#include "stream/processor.h"

/* seawall.events -> seawall.contributions. An event and its corrections may lie in different
 * partitions of the log of record; their contributions meet under the identity that they are about.
 * `shared` is a sw_indicators. */
extern const sw_processor sw_contribute;

/* For what an event counts (of a correction: the content that it gives). Texts lie in the arena or
 * are borrowed. SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_contribution_of(const sw_indicators *indicators, const sw_event *event,
                                       sw_arena *arena, sw_contribution *ret);

#endif
