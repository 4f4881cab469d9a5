/* plan.h - patrol plans: the periods of the calendar, who begins them, which units are covered.
 * Layer 9.  Thread: any. */
#ifndef SW_NOTIFY_PLAN_H
#define SW_NOTIFY_PLAN_H

#include "notify/directory/directory.h"
#include "notify/notify.h"

/* The period of the local calendar in which `at_ms` lies: [from, until). Weeks begin on Monday. */
void sw_plan_period(const sw_zone *zone, sw_each each, int64_t at_ms, int64_t *ret_from_ms,
                    int64_t *ret_until_ms);

/* Visits the units of the directory that exist at `at_ms`, in order of their codes, until `visit`
 * returns false. They live for the visit. */
SW_NODISCARD sw_err sw_plan_units(sw_notify *notify, sw_arena *arena, int64_t at_ms,
                                  bool (*visit)(void *arg, const Seawall__V1__Unit *unit),
                                  void *arg);

/* Handler of GET /v1/patrols. */
void sw_notify_get_patrols(void *arg, sw_http_exchange *x);

#endif
