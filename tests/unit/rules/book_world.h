/* book_world.h - a pack, events and one book, written and told in short lines, for tests.
 *
 * Times are "D HH:MM[:SS]": day D of March 2026 (32 is 1 April), UTC. All event types have the
 * fields k (key), p (key), ps (list of p), at, kind, n, ok. */
#ifndef SW_TESTS_UNIT_RULES_BOOK_WORLD_H
#define SW_TESTS_UNIT_RULES_BOOK_WORLD_H

#include "rules/book.h"
#include "unit/test.h"

typedef struct world {
    sw_arena arena, scratch;
    sw_diags diags;
    const sw_catalogue *cat;
    const sw_ruleset *set;
    const sw_plan *plan;
    sw_book *book;
    sw_buf text;     /* what was told, a line each */
    uint32_t failed; /* conditions that failed */
    int64_t now_ms;
} world;

/* `rules` is the list of rules of one pack, or several packs with their heads. */
void world_init(world *w, const char *rules);
/* The same under another catalogue. */
void world_init_under(world *w, const char *types, const char *rules);
void world_done(world *w);
/* An empty book of key k=A, with nothing told. */
void world_again(world *w);

int64_t world_time(const char *text);
/* `fields`: "k=A p=P1 n=3 at=2|09:00 ps=P1,P2 org=320981010000 officer=7 source=s". */
const sw_event *world_event(world *w, const char *type, const char *id, const char *time,
                            const char *fields);
const sw_event *world_retract(world *w, const char *id, const char *time, const char *target);
const sw_event *world_correct(world *w, const char *id, const char *time, const sw_event *new);

void world_take(world *w, const sw_event *event);
void world_tell(world *w, const char *time);
void world_tell_ms(world *w, int64_t now_ms);
/* world_event, world_take. */
void world_add(world *w, const char *type, const char *id, const char *time, const char *fields);

/* The set, a line each, sorted by text. In the arena. */
const char *world_set(world *w, int64_t now_ms);

/* Compares what was told since the last time. */
void assert_told_at(world *w, const char *expected, const char *file, int line);
#define assert_told(w, expected)      assert_told_at(w, expected, __FILE__, __LINE__)
#define assert_set(w, time, expected) assert_string_equal(world_set(w, world_time(time)), expected)

#endif
