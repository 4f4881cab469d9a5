#include "base/arena.h"
#include "bus/bus_local.h"

sw_err sw_bus_mem_open(const sw_bus_options *options, sw_bus **ret) {
    SW_ASSERT(options && ret);
    uint32_t count;
    sw_store_spec *specs = sw_bus_local_stores(options, &count);
    if (!specs) return SW_E_NOMEM;
    sw_db *db;
    sw_err err = sw_db_mem_open(specs, count, &db);
    if (!err) err = sw_bus_local_open(db, options, NULL, ret);
    sw_heap_free(specs);
    return err;
}
