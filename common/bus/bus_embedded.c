#include "base/arena.h"
#include "bus/bus_local.h"

sw_err sw_bus_embedded_open(const char *dir, const sw_bus_options *options, sw_diags *diags,
                            sw_bus **ret) {
    SW_ASSERT(dir && options && ret);
    uint32_t count;
    sw_store_spec *specs = sw_bus_local_stores(options, &count);
    if (!specs) return SW_E_NOMEM;
    sw_db *db;
    sw_err err = sw_db_rocks_open(dir, specs, count, options->budget, diags, &db);
    if (!err) err = sw_bus_local_open(db, options, diags, ret);
    sw_heap_free(specs);
    return err;
}
