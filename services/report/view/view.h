/* view.h - the read model: what events, warnings and periods there are, by what people ask for.
 * Layer 9.  Thread: task owner; pure. */
#ifndef SW_REPORT_VIEW_VIEW_H
#define SW_REPORT_VIEW_VIEW_H

#include "stream/processor.h"

/* seawall.warnings, seawall.periods, seawall.keyed -> its stores alone (rows.h); queries read them
 * (query.h). It knows neither catalogue nor rules: `shared` is NULL. What is delivered again
 * changes nothing. */
extern const sw_processor sw_view;

enum {
    SW_VIEW_WARNINGS, /* warning id -> how it was told last */
    SW_VIEW_INDEX,    /* warnings by unit, rule, key, newest first; open ones apart too */
    SW_VIEW_PERIODS,  /* key and instance -> how it runs; closed ones are not kept */
    SW_VIEW_DUE,      /* periods by unit, the next due first */
    SW_VIEW_EVENTS,   /* the events of a key, in order of time */
    SW_VIEW_STORES
};

#endif
