/* up.h - the parts of `seawall bench up`.  Layer 9.  Thread: main.
 */
#ifndef SW_SEAWALL_BENCH_UP_H
#define SW_SEAWALL_BENCH_UP_H

#include "seawall/bench/load.h"
#include "seawall/bench/runtime/runtime.h"
#include "seawall/bench/up/mix.h"
#include "seawall/bench/up/server.h"

/* Makes the folder of a part; its path in `ret`. False with a text on stderr. */
bool sw_bench_up_part(const char *dir, const char *name, char *ret, size_t size);

/* Generated events through the whole pipeline: batches and single ones, each at full and at half
 * load. False with a text on stderr. */
bool sw_bench_up_events(sw_bench_report *report, const char *dir, sw_bench_mix mix, uint64_t events,
                        double seconds);

/* So many periods that are open: what they take, what a start takes, and what an event costs among
 * `few` and among `many`, each on a server of its own and in turn, in the generator's order, in the
 * order in which the periods were opened and in no order. `memory` and `decoded`: the servers'
 * settings; NULL: their defaults. */
bool sw_bench_up_periods(sw_bench_report *report, const char *dir, uint64_t few, uint64_t many,
                         const char *memory, const char *decoded);

#endif
