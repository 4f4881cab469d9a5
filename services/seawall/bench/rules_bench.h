/* rules_bench.h - rules and events made for measuring, and one book after the other played over
 * them.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_BENCH_RULES_BENCH_H
#define SW_SEAWALL_BENCH_RULES_BENCH_H

#include "base/buf.h"
#include "rules/book.h"

/* Rules from texts. */
typedef struct sw_bench_world {
    sw_arena arena, scratch;
    const sw_catalogue *catalogue;
    const sw_ruleset *set;
    const sw_plan *plan; /* of the key `place_id` */
} sw_bench_world;

/* False with a text on stderr; close it in any case. */
bool sw_bench_world_open(sw_bench_world *world, sw_slice catalogue, sw_slice pack);
void sw_bench_world_close(sw_bench_world *world);

/* A decoded event of the type for place P1: `number` makes its id, `n` is its field of that name.
 * In world->arena; NULL: it is full. */
const sw_event *sw_bench_event(sw_bench_world *world, const char *type, int64_t time_ms,
                               uint64_t number, int64_t n);
/* Takes an event and tells what is due at `now_ms`. */
SW_NODISCARD sw_err sw_bench_give(sw_bench_world *world, sw_book *book, const sw_event *event,
                                  int64_t now_ms, uint64_t *told);

/* What an event of a hot place costs by the number of events before it: a table, or lines of JSON.
 * False with a text on stderr. */
bool sw_bench_hot(uint32_t most, bool json);
/* What it costs to encode such a place's book for a commit. */
bool sw_bench_commits(uint32_t most, bool json);
/* What an event costs by the number of rules. */
bool sw_bench_many(bool json);

#endif
