/* judge.h - one random case, judged: the oracle against the books, or against a bent oracle.  Test
 * code. */
#ifndef SW_TESTS_PROPERTY_JUDGE_H
#define SW_TESTS_PROPERTY_JUDGE_H

#include "coverage.h"
#include "gen.h"

/* Memory of one case; each arena is reset by its next use. */
typedef struct judge {
    sw_arena packs, events, work;
    gen_case gen;
    sw_world world;
    uint64_t packs_seed;
    bool packs_ready;
    uint64_t refused; /* events that the codec refused */
    uint64_t packs_tried, packs_refused;
} judge;

void judge_init(judge *on);
void judge_done(judge *on);

/* Generates the case of a seed (eight seeds share their packs). False if its packs don't load: then
 * `out` says why. */
bool judge_make(judge *on, uint64_t seed, sw_buf *out);
/* The case as it stands in on->gen, without what is dropped. False as above. */
bool judge_load(judge *on, sw_buf *out);

/* A case from a file: "=== pack" before each pack in YAML, "=== events" before the events, one a
 * line in JSON; lines that begin with # before the first are remarks. False if it does not load. */
bool judge_read(judge *on, const char *path, sw_buf *out);

/* True if the running evaluator says what the oracle says; `telling`: also moment by moment. */
bool judge_books(judge *on, uint64_t seed, bool telling, coverage *met, sw_buf *out);
/* True if the replay engine says what the oracle says, set or lines. */
bool judge_replay(judge *on, uint64_t seed, sw_buf *out);
/* True if an oracle with this fault says the same. */
bool judge_bend(judge *on, uint64_t seed, sw_bend bend, bool telling);

/* Makes a failing case smaller as long as `judge_books` fails, and prints it with its command. */
void judge_shrink(judge *on, uint64_t seed, bool telling);

#endif
