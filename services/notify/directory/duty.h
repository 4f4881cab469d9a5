/* duty.h - the roles that rules name (contract, `to`): at which tier each is at home, and who is
 * told where nobody holds it.  Layer 9.  Thread: any. */
#ifndef SW_NOTIFY_DUTY_H
#define SW_NOTIFY_DUTY_H

#include "base/slice.h"

typedef enum sw_tier {
    SW_TIER_SQUAD,
    SW_TIER_STATION,
    SW_TIER_COUNTY,
    SW_TIER_CITY,
    SW_TIER_COUNT
} sw_tier;

typedef struct sw_duty {
    const char *name;  /* "legal_officer" */
    const char *title; /* 法制员 */
    sw_tier home;      /* it is looked for from the unit in charge up to here */
    const char *up;    /* the next level up; NULL: there is none */
    bool law;          /* needs a qualification of law enforcement */
} sw_duty;

/* NULL if there is no such role. */
const sw_duty *sw_duty_find(sw_slice name);
/* The names, for findings: `ret_count` of them. */
const char *const *sw_duty_names(size_t *ret_count);
const char *sw_tier_name(sw_tier tier);
/* SW_TIER_COUNT if there is no such tier. */
sw_tier sw_tier_find(sw_slice name);

#endif
