/* cluster.h - the brokers of the tests: started once a build folder, kept until the last test. */
#ifndef SW_TESTS_KAFKA_CLUSTER_H
#define SW_TESTS_KAFKA_CLUSTER_H

#include "bus/bus_kafka.h"

#define CLUSTER_TEXT_MAX 256

/* The bootstrap servers of the brokers under `name` in the build folder, which are started if they
 * do not run. Aborts with the reason if they can't be: a missing broker is a failure. */
void cluster_up(const char *name, int brokers, char ret[CLUSTER_TEXT_MAX]);
/* scripts/kafka with this verb: "kill 2", "up 2", "stop --purge". */
void cluster_do(const char *name, const char *verb);
/* A prefix that no other test has. */
void cluster_prefix(char ret[CLUSTER_TEXT_MAX]);

#endif
