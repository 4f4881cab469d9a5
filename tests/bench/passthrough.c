/* passthrough BROKERS FROM TO COUNT [BATCH]
 *
 * The least that exactly once costs: takes COUNT records of a topic from its beginning and puts
 * them on another in transactions of BATCH (10,000) with the offsets read, and does nothing else.
 * The same loop stands in every run of `seawall bench kafka`. */
#include <stdio.h>
#include <stdlib.h>

#include "seawall/bench/kafka/kafka.h"

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: %s BROKERS FROM TO COUNT [BATCH]\n", argv[0]);
        return 2;
    }
    sw_bench_pass result;
    uint64_t count = strtoull(argv[4], NULL, 10);
    uint32_t batch = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 10) : 10000;
    if (count == 0 || batch == 0) return 2;
    if (!sw_bench_kafka_pass(argv[1], argv[2], argv[3], count, batch, &result)) return 1;
    printf("%llu records, %.0f a CPU second, %.0f/s by the wall\n",
           (unsigned long long)result.records, (double)result.records / result.run.cpu_s,
           (double)result.records / result.run.wall_s);
    return 0;
}
