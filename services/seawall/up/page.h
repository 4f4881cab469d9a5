/* page.h - files that are served as they are, built into the program.  Layer 9.  Thread: any,
 * immutable. */
#ifndef SW_SEAWALL_PAGE_H
#define SW_SEAWALL_PAGE_H

extern const unsigned char sw_openapi_yaml[];
extern const unsigned long sw_openapi_yaml_bytes;

#endif
