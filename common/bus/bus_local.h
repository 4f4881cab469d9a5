/* bus_local.h - the bus of one process over any database: memory and embedded are this.  Layer 6.
 * Thread: as bus.h says. */
#ifndef SW_BUS_BUS_LOCAL_H
#define SW_BUS_BUS_LOCAL_H

#include "bus/bus.h"

/* The stores of the options, then the log's; on the heap, to be freed. NULL: no memory. */
sw_store_spec *sw_bus_local_stores(const sw_bus_options *options, uint32_t *ret_count);
/* Takes the database over, also when it fails: it is closed then. */
SW_NODISCARD sw_err sw_bus_local_open(sw_db *db, const sw_bus_options *options, sw_diags *diags,
                                      sw_bus **ret);

#endif
