/* tellings.h - what an evaluator tells while its state is built anew, against what the log says it
 * has told: the difference is told, so that each warning and each period stands as its state has
 * it.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_UP_TELLINGS_H
#define SW_SEAWALL_UP_TELLINGS_H

#include "bus/bus.h"
#include "env/env.h"
#include "store/load.h"
#include "stream/topology.h"

/* Two stores that the database of the new state has behind the topology's. */
enum { SW_TELLINGS_STORES = 2 };
extern const sw_store_spec sw_tellings_stores[SW_TELLINGS_STORES];

typedef struct sw_tellings {
    const sw_topology *topology;
    const sw_node *node; /* of deadline or risk */
    sw_bus *bus;
    sw_db *db;
    sw_clock *clock;
    uint32_t warnings, periods; /* topics */
    sw_load *loads[SW_TELLINGS_STORES];
    sw_arena arena;
    sw_err err; /* the first of sw_tellings_emitted */
    uint64_t told;
} sw_tellings;

/* SW_E_NOMEM, SW_E_UNKNOWN. */
SW_NODISCARD sw_err sw_tellings_begin(const sw_topology *topology, const sw_node *node, sw_bus *bus,
                                      sw_db *db, sw_clock *clock, sw_tellings *ret);
void sw_tellings_done(sw_tellings *tellings);
/* For sw_renewal.emitted. */
void sw_tellings_emitted(void *tellings, const sw_record *record);
/* Reads what was told, and tells what stands otherwise: decided now, without a reason, as after a
 * change of packs. Each commit makes less of the difference, so that it may be broken off anywhere
 * and begun again. `ret_told` counts. Nothing is told twice. As sw_bus_commit. */
SW_NODISCARD sw_err sw_tellings_settle(sw_tellings *tellings, uint64_t *ret_told);

#endif
