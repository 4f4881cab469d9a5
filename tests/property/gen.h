/* gen.h - random packs and events that use everything in the contract's rules,
 * in small spaces of time and identity, so that features meet.  Test code.  Thread: owner's. */
#ifndef SW_TESTS_PROPERTY_GEN_H
#define SW_TESTS_PROPERTY_GEN_H

#include "base/arena.h"
#include "base/rng.h"
#include "oracle/world.h"

#define GEN_ITEMS_MAX  6
#define GEN_FIELDS_MAX 20
#define GEN_RULES_MAX  8
#define GEN_PACKS_MAX  3
#define GEN_EVENTS_MAX 48

/* One key of a rule: `key: text`, `key: [items]` or `key: {items}`. */
typedef struct gen_field {
    const char *key;
    char open; /* '[', '{' or 0: one item alone */
    bool needed, dropped;
    uint32_t count;
    sw_slice items[GEN_ITEMS_MAX];
    bool item_dropped[GEN_ITEMS_MAX];
} gen_field;

typedef struct gen_rule {
    bool dropped;
    uint32_t count;
    gen_field fields[GEN_FIELDS_MAX];
} gen_rule;

typedef struct gen_pack {
    sw_slice metadata;
    bool dropped;
    uint32_t count;
    gen_rule rules[GEN_RULES_MAX];
} gen_pack;

typedef struct gen_event {
    sw_slice json;
    bool dropped;
} gen_event;

/* Texts live in `arena`. Times of events lie around base_ms, in steps of unit_ms. */
typedef struct gen_case {
    sw_arena *arena;
    sw_rng rng;
    int64_t base_ms, unit_ms;
    const char *sources[2]; /* long ones in some cases: their books are stored in several pages */
    uint32_t pack_count, event_count;
    gen_pack packs[GEN_PACKS_MAX];
    gen_event events[GEN_EVENTS_MAX];
} gen_case;

extern const char gen_catalogue[];
/* "tiny": rests on Wednesdays, published for two weeks of spring 2026. */
extern const char gen_calendar_tiny[];

/* Packs of a seed. The arena's exhaustion is a programmer's error here. */
void gen_packs(gen_case *gen, sw_arena *arena, uint64_t seed);
/* Events of another seed, for the same packs. Forgets the events of before. */
void gen_events(gen_case *gen, sw_arena *arena, uint64_t seed);
/* A pack as YAML, without what is dropped. */
sw_slice gen_pack_yaml(const gen_pack *pack, sw_arena *arena);

/* One of the words. */
const char *gen_pick(sw_rng *rng, const char *const *words, size_t count);
#define GEN_PICK(rng, ...)                                                                         \
    gen_pick((rng), (const char *const[]){__VA_ARGS__},                                            \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#endif
