/* kafka_clock.h - a clock that is off is found out before anything is recorded by it.  Layer 6,
 * private to bus.  Thread: the lane's, under its lock. */
#ifndef SW_BUS_KAFKA_CLOCK_H
#define SW_BUS_KAFKA_CLOCK_H

#include "bus/kafka.h"

/* Notes the brokers' time as one of the lane's messages has it. */
void kafka_clock_note(kafka_lane *lane, const rd_kafka_message_t *message);
/* Against the brokers' time, and at a claim the lane's last commit. SW_E_AGAIN: it is off by more
 * than the options allow, which is told; SW_E_INTERNAL: it is ahead, and so is the process for
 * ever. Under the lock. */
SW_NODISCARD sw_err kafka_clock_claim(kafka_lane *lane);
SW_NODISCARD sw_err kafka_clock_commit(kafka_lane *lane);

#endif
