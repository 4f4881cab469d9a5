#include "kafka/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void run(const char *name, const char *verb, char *ret, size_t max) {
    char command[1024], rest[1024];
    snprintf(command, sizeof command, "%s/scripts/kafka %s --dir %s/kafka-%s", SW_SOURCE_DIR, verb,
             SW_BINARY_DIR, name);
    FILE *out = popen(command, "r");
    if (!out || (ret && !fgets(ret, (int)max, out))) {
        fprintf(stderr, "no brokers: %s\n", command);
        abort();
    }
    while (fgets(rest, sizeof rest, out)) continue;
    if (pclose(out) != 0) {
        fprintf(stderr, "no brokers: %s has failed\n", command);
        abort();
    }
    if (ret) ret[strcspn(ret, "\n")] = '\0';
}

void cluster_up(const char *name, int brokers, char ret[CLUSTER_TEXT_MAX]) {
    char verb[64];
    snprintf(verb, sizeof verb, "start --brokers %d", brokers);
    run(name, verb, ret, CLUSTER_TEXT_MAX);
}

void cluster_do(const char *name, const char *verb) {
    run(name, verb, NULL, 0);
}

void cluster_prefix(char ret[CLUSTER_TEXT_MAX]) {
    unsigned number;
    if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
    snprintf(ret, CLUSTER_TEXT_MAX, "t%08x.", number);
}
