/* sample.h - the metrics of an instance at one moment.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_SAMPLE_H
#define SW_SEAWALL_SAMPLE_H

#include "seawall/ask/ask.h"

typedef struct sw_sample {
    sw_slice text; /* Prometheus' text format; in ask->arena */
    int64_t at_ms;
} sw_sample;

/* GET /metrics into `arena`. False: told on stderr, return ask->code. */
bool sw_sample_read(sw_ask *ask, sw_arena *arena, sw_sample *ret);
/* The sum over all labels that hold `label` ("" any); 0 where there is no such metric. */
double sw_sample_sum(const sw_sample *sample, const char *name, const char *label);
/* The value of a label of the n-th line of a metric: "identity" of processor; empty: no more. */
sw_slice sw_sample_label(const sw_sample *sample, const char *name, const char *label, uint32_t n);

#endif
