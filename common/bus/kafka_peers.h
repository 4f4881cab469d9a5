/* kafka_peers.h - whether the processes of a service decide by the same.  Layer 6, private to bus.
 * Thread: see each. */
#ifndef SW_BUS_KAFKA_PEERS_H
#define SW_BUS_KAFKA_PEERS_H

#include "bus/kafka.h"

/* Enters the group of the service's processes; without a digest in the options nothing is opened,
 * and the other calls take NULL. SW_E_NOMEM, SW_E_INVALID. */
SW_NODISCARD sw_err kafka_peers_open(kafka_bus *bus, kafka_peers **ret);
void kafka_peers_close(kafka_peers *peers);
/* SW_E_AGAIN: one that differs is there, or it is not known yet; waits up to a second. Thread: any.
 */
SW_NODISCARD sw_err kafka_peers_admit(kafka_peers *peers);
/* One that differs is there. Thread: any. */
bool kafka_peers_held(kafka_peers *peers);

#endif
