/* bus_contract.h - what every bus behind sw_bus must do; each backend's runner calls it. */
#ifndef SW_TESTS_CONTRACT_BUS_CONTRACT_H
#define SW_TESTS_CONTRACT_BUS_CONTRACT_H

#include "bus/bus.h"

/* The topics of the suite. Nothing here says what number an offset has, only that it grows: a Kafka
 * log has control records between ours. */
enum { BUS_PLAIN, BUS_COMPACTED, BUS_SHORT, BUS_SMALL, BUS_TOPICS };
#define BUS_PLAIN_PARTITIONS 3u
#define BUS_TASKS            4u
#define BUS_SHORT_MS         1000
#define BUS_SMALL_BYTES      20000u

typedef struct bus_backend {
    const char *name;
    /* An empty bus. */
    sw_bus *(*open)(const sw_bus_options *options);
    /* Closes and opens again with everything that was committed; NULL: it keeps nothing. */
    sw_bus *(*reopen)(sw_bus *bus, const sw_bus_options *options);
    void (*close)(sw_bus *bus);
    bool upkeep; /* sw_bus_maintain is ours to call, not a broker's */
} bus_backend;

/* The options that the suite opens a bus with; also for a backend's own tests. */
const sw_bus_options *bus_contract_options(void);
/* Runs the suite; the number of failed tests. */
int bus_contract_run(const bus_backend *backend);

#endif
