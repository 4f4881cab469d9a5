/* people.h - who works in the county that is made up: its directory (docs/directory.md).  Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_GENERATE_PEOPLE_H
#define SW_SEAWALL_GENERATE_PEOPLE_H

#include "seawall/generate/county.h"

/* The YAML of `seawall directory load`: every officer that the county's events name, and the
 * offices of the bureau. Check out->err. */
void sw_people_write(const sw_county *county, sw_buf *out);

#endif
